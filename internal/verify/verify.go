// Package verify reads the files of a lab back, each with a reader of its own format, and
// checks each and all against each other, before anything is written.
//
// Package facts reads; package rules says what must be true of what was read. A new rule is
// a function and a row of the table there.
package verify

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify/facts"
	"mirrorgen/internal/verify/rules"
	"mirrorgen/schema"
)

// Finding is the Extra of every diagnostic of this package: the rule or the format that it
// belongs to, and the range that the subject contradicts, nil for none.
type Finding = facts.Finding

// Directory is a lab that was written by hand, as it lies on disk.
type Directory = facts.Directory

// Check returns everything that is wrong with the artifacts of one lab, sorted by file,
// line and column; the same artifacts give the same diagnostics. The subject of each is a
// range of an artifact.
func Check(artifacts []lab.Artifact) hcl.Diagnostics { return check(facts.Read(artifacts)) }

// CheckDirectory returns what is wrong with the files of a lab that was written or
// changed by hand: what Check finds of it that keeps a lab from working, and not what
// mirrorgen's own conventions ask.
func CheckDirectory(d Directory) hcl.Diagnostics { return check(facts.ReadDirectory(d)) }

func check(f *facts.Facts) hcl.Diagnostics {
	rules.Run(f)
	schema.Sort(f.Diagnostics)
	// Services that share a setting by an alias share what is wrong with it.
	return slices.CompactFunc(f.Diagnostics, func(a, b *hcl.Diagnostic) bool {
		return *a.Subject == *b.Subject && a.Summary == b.Summary && a.Detail == b.Detail
	})
}
