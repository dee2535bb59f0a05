package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// The examples of docs/language.md, of which each shows a block, are labs whose files fit together.
func TestExamplesOfTheReference(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "schema", "testdata", "reference", "*.hcl"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: content}})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			p, diags := plan.Make(lab, nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if diags := verify.Check(templates.Render(p)); len(diags) > 0 {
				t.Error(diags)
			}
		})
	}
}
