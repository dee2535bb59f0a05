package main

import (
	"bytes"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// A diagnostic that knows only a line and a column shows that line, from the
// column to its end.
func TestPlace(t *testing.T) {
	files := map[string]*hcl.File{"a.conf": {Bytes: []byte("one\ntwo three\nfour\n")}}
	for _, test := range []struct {
		line, column int
		begin, end   int
	}{
		{1, 1, 0, 0}, // is complete as it is
		{2, 1, 4, 13},
		{2, 5, 8, 13},
		{2, 99, 13, 13},
		{3, 1, 14, 18},
		{4, 1, 19, 19},
		{99, 1, 19, 19}, // beyond the end
	} {
		at := hcl.Range{Filename: "a.conf", Start: hcl.Pos{Line: test.line, Column: test.column}}
		d := &hcl.Diagnostic{Subject: &at}
		place(hcl.Diagnostics{d}, files)
		if d.Subject.Start.Byte != test.begin || d.Subject.End.Byte != test.end {
			t.Errorf("line %d, column %d: bytes %d to %d, want %d to %d",
				test.line, test.column, d.Subject.Start.Byte, d.Subject.End.Byte, test.begin, test.end)
		}
	}
}

// Diagnostics without a place, or in a file that is not at hand, are shown too,
// and all of them in one order.
func TestShow(t *testing.T) {
	diagnostic := func(file string, line int, summary string) *hcl.Diagnostic {
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: "Do \x1b[1mso."}
		if file != "" {
			d.Subject = &hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: 1}, End: hcl.Pos{Line: line, Column: 4}}
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
	files := map[string]*hcl.File{"a.conf": {Bytes: []byte("one\ntwo\n")}}
	for range 2 {
		diags := hcl.Diagnostics{
			diagnostic("b.conf", 7, "Elsewhere"), diagnostic("a.conf", 2, "Second"), diagnostic("", 0, "Nowhere"), diagnostic("a.conf", 1, "First"),
		}
		place(diags, files)
		var out bytes.Buffer
		(&tool{err: &out}).show(diags, files)
		if out.String() != want {
			t.Fatalf("have\n%s\nwant\n%s", out.String(), want)
		}
	}
}

func TestCount(t *testing.T) {
	failure, warning := &hcl.Diagnostic{Severity: hcl.DiagError}, &hcl.Diagnostic{Severity: hcl.DiagWarning}
	for want, diags := range map[string]hcl.Diagnostics{
		"1 error":             {failure},
		"2 errors":            {failure, failure},
		"1 error, 2 warnings": {warning, failure, warning},
		"0 errors, 1 warning": {warning},
	} {
		if have := count(diags); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}
