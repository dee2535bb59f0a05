package templates_test

import (
	"testing"

	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// A table of the plan is printed a row at a time, with the cells that the format names.
func TestRows(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", `
lab "x" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "drasync" }
}
web_gateway "webgw" {}
haproxy "sql" {}
`)
	set, diags := templates.Extend([]templates.Source{{Name: "report.txt.tmpl", Content: []byte(
		`{{rows "%[2]s/%[1]s %[3]s %[4]t %[5]t\n" .Plan.MemberRows}}{{rows "%s %s %d\n" .Plan.ListenerRows}}`)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	artifacts, diags := set.Render(p)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	const want = "m/a primary false true\nm/b drasync false false\nsql m 1972\n"
	for _, a := range artifacts {
		if a.Path == "report.txt" {
			if string(a.Content) != want {
				t.Errorf("have %q, want %q", a.Content, want)
			}
			return
		}
	}
	t.Error("there is no report.txt")
}
