package schema

import (
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Source is one topology file.
type Source struct {
	Name    string // path as the user gave it, for diagnostics
	Content []byte
}

// Load reads the files of one lab, in the order given. base is the base name of
// the file or directory, for the header of every artifact.
//
// The lab is nil only where a file cannot be parsed at all. Where diagnostics
// hold errors the lab holds what could be read, so that later checks can add
// theirs; nothing may be written from it. Diagnostics are sorted by file and
// place, the same on every run.
func Load(base string, sources []Source) (*Lab, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	parsed := make([]*hcl.File, 0, len(sources))
	for _, s := range sources {
		if more := CheckNesting(s.Name, s.Content); more.HasErrors() {
			diags = append(diags, more...)
			continue
		}
		file, more := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
		diags = append(diags, more...)
		parsed = append(parsed, file)
	}
	if diags.HasErrors() {
		Sort(diags)
		return nil, diags
	}
	d := &decoder{language: language(), diags: diags, names: map[string]*Service{}}
	lab := d.lab(hcl.MergeFiles(parsed))
	lab.Source = base
	d.check(lab)
	Sort(d.diags)
	return lab, d.diags
}

// Sort orders diagnostics by file, place, severity and text.
func Sort(diags hcl.Diagnostics) {
	place := func(d *hcl.Diagnostic) hcl.Range {
		if d.Subject == nil {
			return hcl.Range{}
		}
		return *d.Subject
	}
	sort.SliceStable(diags, func(i, j int) bool {
		a, b := diags[i], diags[j]
		p, q := place(a), place(b)
		switch {
		case p.Filename != q.Filename:
			return p.Filename < q.Filename
		case p.Start.Byte != q.Start.Byte:
			return p.Start.Byte < q.Start.Byte
		case p.End.Byte != q.End.Byte:
			return p.End.Byte < q.End.Byte
		case a.Severity != b.Severity:
			return a.Severity < b.Severity
		case a.Summary != b.Summary:
			return a.Summary < b.Summary
		}
		return a.Detail < b.Detail
	})
}
