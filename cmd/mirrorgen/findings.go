package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/artifact"
)

// A finding is one difference between a lab on disk and its topology.
type finding struct {
	name       string // path of the file, as a user would type it
	difference string // continues "NAME ...", e.g. "is missing"
	summary    string // e.g. "Missing file"
	remedy     string // sentences
	line       int    // of the file on disk, from 1: where the difference begins
	diff       []byte // from what is there to what a build writes; nil where no bytes change
}

// diagnostic is the finding for machines.
func (f *finding) diagnostic() *hcl.Diagnostic {
	at := hcl.Pos{Line: f.line, Column: 1}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  f.summary,
		Detail:   f.name + " " + f.difference + ". " + f.remedy,
		Subject:  &hcl.Range{Filename: f.name, Start: at, End: at},
	}
}

// findings are the differences of a comparison, in the order of their paths.
func findings(c *artifact.Comparison) []finding {
	pathOf := func(name string) string { return filepath.Join(c.Dir, filepath.FromSlash(name)) }
	var list []finding
	switch {
	case c.Fresh:
		return []finding{{c.Dir, "has not been built", "Missing lab", "Run mirrorgen build and commit what it writes.",
			1, nil}}
	case c.Unfinished:
		list = append(list, finding{c.Dir, "holds an unfinished build", "Unfinished build",
			"A build is at work there, or was interrupted: run mirrorgen build, which finishes it.", 1, nil})
	case c.Unlisted:
		list = append(list, finding{pathOf(artifact.ManifestName), "does not list the files of the lab, though they " +
			"are right", "Manifest out of date",
			"Run mirrorgen build and commit what it writes.", 1, nil})
	}
	for i := range c.Changes {
		list = append(list, findingOf(c, &c.Changes[i]))
	}
	return list
}

// findingOf is the finding about one file.
func findingOf(c *artifact.Comparison, change *artifact.Change) finding {
	f := finding{name: filepath.Join(c.Dir, filepath.FromSlash(change.Path)), difference: change.Description()}
	f.summary, f.remedy = classify(change)
	text, err := c.Diff(change)
	if err != nil {
		f.remedy += " It cannot be compared line by line: " + err.Error() + "."
	}
	f.diff, f.line = text, artifact.FirstLine(text)
	return f
}

// What a refusal shows: so many files, and of each so many lines of its diff.
const (
	mostConflicts = 3
	mostExcerpt   = 40
)

// excerpt is the beginning of the finding's diff.
func (f *finding) excerpt() string {
	lines := strings.SplitAfter(string(f.diff), "\n")
	if len(lines) <= mostExcerpt {
		return string(f.diff)
	}
	return strings.Join(lines[:mostExcerpt], "") + fmt.Sprintf("... and %d more lines\n", len(lines)-1-mostExcerpt)
}

// classify names a difference and difference how it is put right.
func classify(change *artifact.Change) (summary, remedy string) {
	const build = "Run mirrorgen build and commit what it writes."
	switch {
	case change.Kind == artifact.Block:
		return "File in the way", "Move it away: not even mirrorgen build --force replaces it."
	case change.Kind == artifact.Keep:
		return "Edited file of no use", "No build touches it any more: delete it if you do not need it."
	case change.Kind == artifact.Remove:
		return "Orphaned file", "Run mirrorgen build, which removes it."
	case change.Kind == artifact.Chmod:
		return "Wrong file mode", build
	}
	switch change.Found {
	case artifact.Missing, artifact.Nothing:
		return "Missing file", build
	case artifact.Edited:
		return "Edited file", "Say in the topology what you changed by hand, and let mirrorgen build --force " +
			"overwrite the file."
	case artifact.Foreign:
		return "Foreign file", "Move it away to keep it, or let mirrorgen build --force overwrite it."
	case artifact.LineEnds:
		return "CRLF line ends", "Git (core.autocrlf) or an editor put them there, and no shell runs such a script: " +
			"run mirrorgen build, which puts them right."
	}
	return "File out of date", build
}
