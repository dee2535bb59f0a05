package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/verify/facts"
	"mirrorgen/internal/verify/rules"
)

// documentPath is the page that lists the rules.
var documentPath = filepath.Join("..", "..", "docs", "verify.md")

// docs/verify.md is the tables of formats and rules, with what the broken labs of the tests
// provoke. A rule that none of them breaks has no example, and fails.
func TestDocument(t *testing.T) {
	examples := examplesOf(t)
	text, err := os.ReadFile(filepath.Join("testdata", "verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Code generated from internal/verify; DO NOT EDIT. -->\n\n%s", text)
	b.WriteString("\n## What the readers of the formats report\n")
	for _, f := range facts.Formats {
		describe(t, &b, f.Name, f.Doc, examples)
	}
	b.WriteString("\n## What the rules report\n")
	for _, r := range rules.All() {
		doc := r.Doc
		if r.ByHand {
			doc += " (Only of labs that mirrorgen did not write.)"
		}
		describe(t, &b, r.Name, doc, examples)
	}
	for name := range examples {
		t.Errorf("findings name %q, which is no format and no rule", name)
	}
	if *update {
		if err := os.WriteFile(documentPath, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s is not what the tables say; make generate writes it (-tables +file):\n%s", documentPath, diff)
	}
}

// describe prints a format or a rule, and takes its examples.
func describe(t *testing.T, b *strings.Builder, name, doc string, examples map[string][]*hcl.Diagnostic) {
	t.Helper()
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", name, doc)
	if len(examples[name]) == 0 {
		t.Errorf("no broken lab of the tests provokes a finding of %s", name)
	}
	for _, d := range examples[name] {
		severity := ""
		if d.Severity == hcl.DiagWarning {
			severity = " (warning)"
		}
		fmt.Fprintf(b, "- **%s**%s, for example at line %d of `%s`: %s\n",
			d.Summary, severity, d.Subject.Start.Line, d.Subject.Filename, inert(d.Detail))
	}
	delete(examples, name)
}

// inert is a text that Markdown prints as it stands.
func inert(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "`", "\\`").Replace(s)
}

// examplesOf are the findings that broken labs provoke: the first with each summary, by the
// rule or format, sorted by summary.
func examplesOf(t *testing.T) map[string][]*hcl.Diagnostic {
	t.Helper()
	examples := map[string][]*hcl.Diagnostic{}
	add := func(diags hcl.Diagnostics) {
		for _, d := range diags {
			name := d.Extra.(Finding).Rule
			if !slices.ContainsFunc(examples[name], func(e *hcl.Diagnostic) bool { return e.Summary == d.Summary }) {
				examples[name] = append(examples[name], d)
			}
		}
	}
	for _, group := range []struct {
		lab   string
		cases []brokenLab
	}{
		{"lab", cases},
		{"full", fullCases},
		{"old", oldCases},
		{"services", serviceCases},
		{"../../../examples/tls", tlsCases},
		{"../../../examples/dr-reporting-kubernetes", clusterCases},
		{"../../../examples/monitoring-kubernetes", podCases},
		{"../../../examples/minimal", drillCases},
		{"../../../examples/tls-kubernetes", securedCases},
		{"../../../examples/operator-kubernetes", operatorCases},
	} {
		for _, c := range group.cases {
			diags := Check(c.change(t, labIn(t, filepath.Join("testdata", group.lab))))
			// What the case is about comes first; one change breaks other rules too.
			own := slices.IndexFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == c.want })
			if own >= 0 {
				add(diags[own : own+1])
			}
		}
	}
	for _, path := range defects(t) {
		add(CheckDirectory(directoryOf(t, path)))
	}
	for _, list := range examples {
		slices.SortFunc(list, func(a, b *hcl.Diagnostic) int { return strings.Compare(a.Summary, b.Summary) })
	}
	return examples
}
