package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// Diagnostics without a place, or in a file that is not at hand, are shown too,
// and all of them in one order.
func TestShow(t *testing.T) {
	diagnostic := func(file string, line int, summary string) *hcl.Diagnostic {
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: "Do \x1b[1mso."}
		if file != "" {
			at := 4 * (line - 1)
			d.Subject = &hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: 1, Byte: at},
				End: hcl.Pos{Line: line, Column: 4, Byte: at + 3}}
		}
		return d
	}
	const want = `Error: Nowhere

Do ?[1mso.

Error: First

  on a.conf line 1:
   1: one

Do ?[1mso.

Error: Second

  on a.conf line 2:
   2: two

Do ?[1mso.

Error: Elsewhere

  on b.conf line 7:
  (source code not available)

Do ?[1mso.

`
	files := map[string]*listing{"a.conf": {name: "a.conf", content: []byte("one\ntwo\n")}}
	for range 2 {
		diags := hcl.Diagnostics{
			diagnostic("b.conf", 7, "Elsewhere"), diagnostic("a.conf", 2, "Second"), diagnostic("", 0, "Nowhere"),
			diagnostic("a.conf", 1, "First"),
		}
		var out bytes.Buffer
		(&tool{err: &out}).show(diags, files)
		if out.String() != want {
			t.Fatalf("have\n%s\nwant\n%s", out.String(), want)
		}
	}
}

// Of many diagnostics the first are shown, errors before warnings, and the rest
// is counted.
func TestShowMany(t *testing.T) {
	var diags hcl.Diagnostics
	for i := range 300 {
		d := &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Warned", Subject: &hcl.Range{Filename: "a",
			Start: hcl.Pos{Line: 1, Byte: i}}}
		if i%10 == 9 {
			d.Severity, d.Summary = hcl.DiagError, "Failed"
		}
		diags = append(diags, d)
	}
	var out bytes.Buffer
	tool := &tool{err: &out}
	tool.show(diags, nil)
	text := out.String()
	if failed, warned := strings.Count(text, "Error: Failed"), strings.Count(text, "Warning: Warned"); failed != 30 ||
		warned != 70 {
		t.Errorf("%d errors and %d warnings are shown", failed, warned)
	}
	if !strings.HasSuffix(text, "\n\nNot shown: 200 warnings. Deal with those above first.\n\n") {
		t.Errorf("ends with %q", text[len(text)-80:])
	}
	for _, d := range diags {
		d.Severity = hcl.DiagError
	}
	out.Reset()
	tool.show(diags[:100], nil)
	if strings.Contains(out.String(), "Not shown") {
		t.Error("a hundred diagnostics are not all shown")
	}
	tool.show(diags[:101], nil)
	if !strings.Contains(out.String(), "Not shown: 1 error. ") {
		t.Error("the last of 101 errors is not counted")
	}
}

func TestCount(t *testing.T) {
	failure, warning := &hcl.Diagnostic{Severity: hcl.DiagError}, &hcl.Diagnostic{Severity: hcl.DiagWarning}
	for want, diags := range map[string]hcl.Diagnostics{
		"1 error":             {failure},
		"2 errors":            {failure, failure},
		"1 error, 2 warnings": {warning, failure, warning},
		"1 warning":           {warning},
	} {
		if have := count(diags); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}
