//go:build !race

package templates_test

import (
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// A template that is replaced costs a build a fifth at most, also the one that
// has the most files: the set is made once, and not for each artifact.
func TestReplacedTemplateCostsNoMore(t *testing.T) {
	const name = "iris/member.cpf.tmpl"
	eject, _ := templates.Eject(name)
	own := []templates.Source{{Name: name, File: name, Content: []byte(eject)}}
	topology := []schema.Source{{Name: "lab.hcl", Content: []byte("lab \"x\" {}\n" + largeLab(60))}}
	compiled := func(sources []templates.Source) func() {
		return func() {
			lab, diags := schema.Load("lab.hcl", topology)
			p, more := plan.Make(lab, nil)
			set, warned := templates.Extend(sources)
			if diags.HasErrors() || more.HasErrors() || len(warned) > 0 {
				t.Fatal(diags, more, warned)
			}
			artifacts, diags := set.Render(p)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if diags := verify.Check(artifacts); diags.HasErrors() {
				t.Fatal(diags)
			}
		}
	}
	builtin := testing.AllocsPerRun(3, compiled(nil))
	replaced := testing.AllocsPerRun(3, compiled(own))
	ratio := replaced / builtin
	t.Logf("%.0f of %.0f allocations, %.2f times as many", replaced, builtin, ratio)
	if ratio > 1.2 {
		t.Error("that is more than 1.2 times as many")
	}
}
