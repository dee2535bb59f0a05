package schema_test

import (
	"strings"
	"testing"

	"mirrorgen/schema"
)

func TestCheckNesting(t *testing.T) {
	for _, c := range []struct {
		name, content, summary string
	}{
		{"brackets at the limit", "a = " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "\n", ""},
		{"brackets", "a = " + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "\n", "Nested too deep"},
		{"never closed", "a = " + strings.Repeat("(", 300_000), "Nested too deep"},
		{"templates", "a = " + strings.Repeat("\"${", 1001) + "\n", "Nested too deep"},
		{"operators", "a = " + strings.Repeat("!", 1001) + "true\n", "Nested too deep"},
		{"brackets in a text", "a = \"" + strings.Repeat("[", 5000) + "\"\n", ""},
		{"many blocks", strings.Repeat("a {\n  b = [1, 2]\n}\n", 5000), ""},
		{"many minus signs in names", strings.Repeat("a-b {}\n", 5000), ""},
		{"heredoc at the limit", "a = <<EOT\n" + strings.Repeat("x\n", 4990) + "EOT\n", ""},
		{"heredoc", "a = <<EOT\n" + strings.Repeat("x\n", 60_000) + "EOT\n", "Text too long"},
		{"short heredocs", strings.Repeat("a = <<EOT\nx\ny\nEOT\n", 5000), ""},
	} {
		diags := schema.CheckNesting("lab.hcl", []byte(c.content))
		got := ""
		if len(diags) > 0 {
			got = diags[0].Summary
			if diags[0].Subject == nil || !strings.Contains(diags[0].Detail, ".") {
				t.Errorf("%s: %v says neither where nor what to do", c.name, diags[0])
			}
		}
		if got != c.summary {
			t.Errorf("%s: %q, want %q", c.name, got, c.summary)
		}
	}
}
