//go:build !race

package templates_test

import (
	"testing"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// A build, from the text of the topology to the checked artifacts, takes a fifth more
// allocations at most where one template is the user's, whose functions are checked
// and charged: also for the one that prints the most files, and for those that print
// most rows of a page or most services. What is compared is the whole of it, with
// Extend; what Render takes alone is logged.
func TestReplacedTemplateCostsNoMore(t *testing.T) {
	topology := []schema.Source{{Name: "lab.hcl", Content: []byte("lab \"x\" {}\n" + largeLab(60))}}
	p := planOf(t, string(topology[0].Content))
	cost := func(sources []templates.Source) (build, render float64) {
		compiled := func() *templates.Set {
			set, diags := templates.Extend(sources)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			return set
		}
		rendered := func(set *templates.Set, p *plan.Plan) []lab.Artifact {
			if len(sources) == 0 {
				return templates.Render(p)
			}
			artifacts, diags := set.Render(p)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			return artifacts
		}
		set := compiled()
		render = testing.AllocsPerRun(3, func() { rendered(set, p) })
		build = testing.AllocsPerRun(3, func() {
			loaded, diags := schema.Load("lab.hcl", topology)
			made, more := plan.Make(loaded, nil)
			if len(sources) > 0 {
				set = compiled()
			}
			checked := verify.Check(rendered(set, made))
			if diags.HasErrors() || more.HasErrors() || checked.HasErrors() {
				t.Fatal(diags, more, checked)
			}
		})
		return build, render
	}
	builtinBuild, builtinRender := cost(nil)
	for _, name := range []string{"iris/member.cpf.tmpl", "docs/tables.tmpl", "compose/common.tmpl"} {
		text, _ := templates.Eject(name)
		build, render := cost([]templates.Source{{Name: name, File: name, Content: []byte(text)}})
		t.Logf("%s: %.0f of %.0f allocations, %.2f times as many; rendering alone %.2f", name, build, builtinBuild,
			build/builtinBuild, render/builtinRender)
		if build > 1.2*builtinBuild {
			t.Errorf("%s: that is more than 1.2 times as many", name)
		}
	}
}
