package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
)

// mostShown is how many diagnostics are shown. Nobody reads more at a time, and
// one mistake can be repeated for every service of a lab.
const mostShown = 100

// A batch is diagnostics with the texts that they may refer to, by name.
type batch struct {
	diags hcl.Diagnostics
	files map[string]*listing
}

// show prints diagnostics with the lines that they are about. files are the
// texts that they may refer to, by name.
func (t *tool) show(diags hcl.Diagnostics, files map[string]*listing) {
	if t.taken != nil {
		*t.taken = append(*t.taken, batch{diags, files})
		return
	}
	if t.report != nil {
		t.report.add(diags, files)
		return
	}
	schema.Sort(diags)
	shown, rest := split(diags, mostShown)
	var out bytes.Buffer
	for _, d := range shown {
		t.write(&out, d, files)
	}
	if len(rest) > 0 {
		fmt.Fprintf(&out, "Not shown: %s. Deal with those above first.\n\n", count(rest))
	}
	t.err.Write(out.Bytes())
}

// split takes n diagnostics, errors before warnings, and leaves the rest. Both
// parts stay in order.
func split(diags hcl.Diagnostics, n int) (taken, rest hcl.Diagnostics) {
	errors := 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errors++
		}
	}
	warnings := n - min(errors, n)
	errors = n - warnings
	for _, d := range diags {
		left := &warnings
		if d.Severity == hcl.DiagError {
			left = &errors
		}
		if *left == 0 {
			rest = append(rest, d)
			continue
		}
		*left--
		taken = append(taken, d)
	}
	return taken, rest
}

// noSource is what HCL's writer prints of a range that is zero, in a file that
// it does not have.
const noSource = "  on  line 0:\n  (source code not available)\n\n"

// write prints one diagnostic as HCL's writer does, with an excerpt of our own: for its own,
// HCL's writer reads the file from its beginning for every diagnostic.
func (t *tool) write(out *bytes.Buffer, d *hcl.Diagnostic, files map[string]*listing) {
	shown := *d
	shown.Summary, shown.Detail = printable(d.Summary), printable(d.Detail)
	if d.Subject != nil {
		shown.Subject = &hcl.Range{}
	}
	var text bytes.Buffer
	// a buffer does not fail
	hcl.NewDiagnosticTextWriter(&text, nil, t.screen.width, t.screen.color).WriteDiagnostic(&shown)
	before, after, found := strings.Cut(text.String(), noSource)
	out.WriteString(before)
	if !found {
		return
	}
	begin, end := "", ""
	if t.screen.color {
		begin, end = "\x1b[1;4m", "\x1b[0m"
	}
	if l := files[d.Subject.Filename]; l != nil {
		l.redact = t.redacted
		l.excerpt(out, d, begin, end)
	} else {
		fmt.Fprintf(out, "  on %s line %d:\n  (source code not available)\n\n", printable(d.Subject.Filename),
			d.Subject.Start.Line)
	}
	if finding, ok := d.Extra.(verify.Finding); ok && finding.Other != nil {
		if l := files[finding.Other.Filename]; l != nil {
			l.excerpt(out, &hcl.Diagnostic{Subject: finding.Other}, begin, end)
		}
	}
	out.WriteString(after)
}

// count says how many errors and warnings there are, e.g. "2 errors, 1 warning".
func count(diags hcl.Diagnostics) string {
	errors, warnings := 0, 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errors++
		} else {
			warnings++
		}
	}
	switch {
	case warnings == 0:
		return text.Plural(errors, "error")
	case errors == 0:
		return text.Plural(warnings, "warning")
	}
	return text.Plural(errors, "error") + ", " + text.Plural(warnings, "warning")
}
