package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// TestFleet compiles the fleet at sizes from the smallest to thousands of mirror
// sets: each is valid, complete and links.
func TestFleet(t *testing.T) {
	for _, size := range []struct{ mirrors, members int }{{1, 1}, {2, 2}, {12, 16}, {100, 4}, {4000, 3}} {
		t.Run(fmt.Sprintf("%dx%d", size.mirrors, size.members), func(t *testing.T) {
			if size.mirrors > 100 {
				toolstest.Thorough(t)
			}
			lab, diags := schema.Load("fleet", fleetSources(t),
				schema.Setting{Name: "mirrors", Value: fmt.Sprint(size.mirrors), Origin: "--var mirrors"},
				schema.Setting{Name: "members", Value: fmt.Sprint(size.members), Origin: "--var members"})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			p, diags := plan.Make(lab, nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if len(p.Mirrors) != size.mirrors || len(p.Instances) != size.mirrors*size.members {
				t.Fatalf("%d mirrors of %d members in all", len(p.Mirrors), len(p.Instances))
			}
			last := p.Mirrors[size.mirrors-1]
			if last.Primary == nil || (last.Backup == nil) != (size.members == 1) ||
				len(last.DRAsyncs) != max(0, size.members-2) {
				t.Errorf("the last mirror has not the roles of the others")
			}
			if diags := verify.Check(templates.Render(p)); diags.HasErrors() {
				t.Error(diags)
			}
		})
	}
}

func fleetSources(t *testing.T) []schema.Source {
	t.Helper()
	var sources []schema.Source
	for _, name := range []string{"lab.hcl", "variables.hcl"} {
		content, err := os.ReadFile(filepath.Join("fleet", name))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, schema.Source{Name: name, Content: content})
	}
	return sources
}

// TestFleetRefuses: what a fleet cannot be is said in its own words.
func TestFleetRefuses(t *testing.T) {
	for _, setting := range []struct{ name, value string }{{"mirrors", "0"}, {"mirrors", "4001"}, {"mirrors", "2.5"},
		{"members", "17"}, {"subnet", "10.0.0.0"}, {"mirrors", `"many"`}} {
		_, diags := schema.Load("fleet", fleetSources(t), schema.Setting{Name: setting.name, Value: setting.value,
			Origin: "--var " + setting.name})
		if !diags.HasErrors() || len(diags) != 1 {
			t.Errorf("%s=%s gives %v, want one error", setting.name, setting.value, diags)
		}
	}
}
