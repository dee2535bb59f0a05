package schema_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mirrorgen/schema"
)

// TestFunctionsOfThePage: docs/language.md lists exactly the functions that there
// are.
func TestFunctionsOfThePage(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\n| numbers |")
	table, _, ok := strings.Cut(rest, "\n\n")
	if !ok {
		t.Fatal("the page has no table of functions")
	}
	var listed []string
	for _, match := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(table, -1) {
		listed = append(listed, match[1])
	}
	slices.Sort(listed)
	if !slices.Equal(listed, schema.FunctionNames()) {
		t.Errorf("listed %v\nthere are %v", listed, schema.FunctionNames())
	}
}

// TestExampleOfThePage: the example of docs/language.md is a valid lab.
func TestExampleOfThePage(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "## Variables, locals")
	_, rest, _ = strings.Cut(rest, "```hcl\n")
	example, _, _ := strings.Cut(rest, "```")
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(
		"lab \"l\" {}\narbiter \"arbiter\" {}\n" + example)}})
	if len(diags) > 0 || len(lab.Mirrors) != 5 || lab.Mirrors[4].Members[1].Name != "ap5b" {
		t.Errorf("%v", diags)
	}
}
