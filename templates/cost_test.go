//go:build !race

package templates_test

import (
	"testing"

	"mirrorgen/templates"
)

// A template that is replaced costs what a built-in one costs: the set is made
// once, and not for each artifact.
func TestReplacedTemplateCostsNoMore(t *testing.T) {
	text, _ := templates.Eject("iris/member.cpf.tmpl")
	own := []templates.Source{{Name: "iris/member.cpf.tmpl", File: "x", Content: []byte(text)}}
	p := planOf(t, "lab \"x\" {}\n"+largeLab(60))
	builtin := testing.AllocsPerRun(5, func() { templates.Render(p) })
	replaced := testing.AllocsPerRun(5, func() {
		set, diags := templates.Extend(own)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if _, diags := set.Render(p); len(diags) > 0 {
			t.Fatal(diags)
		}
	})
	if ratio := replaced / builtin; ratio > 1.2 {
		t.Errorf("%.0f allocations with a template of the user's, %.0f without: %.2f times as many", replaced, builtin, ratio)
	} else {
		t.Logf("%.0f of %.0f allocations, %.2f times as many", replaced, builtin, ratio)
	}
}
