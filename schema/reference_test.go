package schema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/schema"
)

// The tables of docs/language.md stand between these lines.
const (
	referencePath  = "../docs/language.md"
	referenceBegin = "<!-- The tables are made from schema/ by: go test ./schema -update -->\n"
	referenceEnd   = "<!-- End of the tables -->\n"
)

// serviceArguments are described once, not in every service block.
var serviceArguments = []string{"networks", "host_number", "addresses", "environment", "compose", "kubernetes"}

func TestReference(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), referenceBegin)
	_, after, ok2 := strings.Cut(rest, referenceEnd)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the lines that the tables stand between", referencePath)
	}
	want := before + referenceBegin + reference(t) + referenceEnd + after
	if *update {
		if err := os.WriteFile(referencePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s is not what schema/ says; go test ./schema -update writes it\n%s", referencePath, diff)
	}
}

// shown is the example of a block: a whole lab stands in testdata/reference, of which the page
// shows what is above a line.
func shown(t *testing.T, kind string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "reference", kind+".hcl"))
	if err != nil {
		t.Fatal(err)
	}
	part, _, ok := strings.Cut(string(content), "\n# The rest of the lab.\n")
	if !ok || !regexp.MustCompile(`(?m)^ *`+kind+` .*\{`).MatchString(part) {
		t.Errorf("testdata/reference/%s.hcl shows no block %s", kind, kind)
	}
	return part
}

// Each example is a valid lab, of which nothing is to be said.
func TestReferenceExamples(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "reference", "*.hcl"))
	if err != nil || len(names) != len(schema.Reference()) {
		t.Fatalf("%d examples of %d blocks, %v", len(names), len(schema.Reference()), err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, diags := schema.Load("lab.hcl", []schema.Source{{Name: name, Content: content}}); len(diags) > 0 {
			t.Error(diags)
		}
	}
}

func reference(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteByte('\n')
	common := map[string]schema.ArgumentReference{}
	for _, block := range schema.Reference() {
		title := block.Kind
		if block.Label != "" {
			title += fmt.Sprintf(" %q", block.Label)
		}
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", title, block.Doc)
		rows := 0
		for _, a := range block.Arguments {
			if isServiceArgument(a.Name) {
				if a.Name == "networks" {
					fmt.Fprintf(&b,
						"Default `networks`: %s. It also takes the arguments of every service, below.\n\n", a.Default)
				}
				common[a.Name] = a
				continue
			}
			rows++
		}
		fmt.Fprintf(&b, "```hcl\n%s```\n\n", shown(t, block.Kind))
		if rows == 0 {
			b.WriteString("No arguments of its own.\n\n")
			continue
		}
		b.WriteString("| argument | type | default | meaning |\n|---|---|---|---|\n")
		for _, a := range block.Arguments {
			if !isServiceArgument(a.Name) {
				row(&b, a, a.Default)
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString(
		"### Every service\n\n`arbiter`, `member`, `application_server`, `web_gateway`, `nginx`, `haproxy` " +
			"and `service` also take:\n\n| argument | type | default | meaning |\n|---|---|---|---|\n")
	for _, name := range serviceArguments {
		def := common[name].Default
		if name == "networks" {
			def = "by kind"
		}
		row(&b, common[name], def)
	}
	b.WriteByte('\n')
	return b.String()
}

func row(b *strings.Builder, a schema.ArgumentReference, def string) {
	if strings.HasPrefix(def, `"`) || strings.HasPrefix(def, "[") || def == "true" || def == "false" ||
		strings.Trim(def, "0123456789") == "" {
		def = "`" + def + "`"
	}
	fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", a.Name, a.Type, def, strings.ReplaceAll(a.Doc, "|", `\|`))
}

func isServiceArgument(name string) bool {
	for _, s := range serviceArguments {
		if s == name {
			return true
		}
	}
	return false
}
