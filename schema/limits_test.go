package schema_test

import (
	"strings"
	"testing"

	"mirrorgen/schema"
)

func TestCheckLimits(t *testing.T) {
	for _, c := range []struct {
		name, content, summary string
	}{
		{"brackets at the limit", "a = " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "\n", ""},
		{"brackets", "a = " + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "\n", "Nested too deep"},
		{"never closed", "a = " + strings.Repeat("(", 300_000), "Nested too deep"},
		{"templates", "a = " + strings.Repeat("\"${", 1001) + "\n", "Nested too deep"},
		{"operators", "a = " + strings.Repeat("!", 1001) + "true\n", "Nested too deep"},
		{"operators in lines", "a = (\n" + strings.Repeat("!\n", 1001) + "true)\n", "Nested too deep"},
		{"operators of two lists", "a = [\n" + strings.Repeat("-1,\n", 1001) + "]\n", ""},
		{"sums at the limit", "a = 1" + strings.Repeat("+1", 1000) + "\n", ""},
		{"sums", "a = 1" + strings.Repeat("+1", 1001) + "\n", "Nested too deep"},
		{"comparisons", "a = 1" + strings.Repeat("==1", 1001) + "\n", "Nested too deep"},
		{"choices", "a = " + strings.Repeat("a ? b : ", 1001) + "c\n", "Nested too deep"},
		{"indices", "a = b" + strings.Repeat("[c]", 1001) + "\n", "Nested too deep"},
		{"splats", "a = b" + strings.Repeat("[*]", 1001) + "\n", "Nested too deep"},
		{"lists in a list", "a = [" + strings.Repeat("[], ", 5000) + "]\n", ""},
		{"directives", "a = \"" + strings.Repeat("%{ if b }", 1001) + strings.Repeat("%{ endif }", 1001) + "\"\n",
			"Nested too deep"},
		{"loops in a heredoc", "a = <<EOT\n" + strings.Repeat("%{ for b in c }", 1001) + "\nEOT\n", "Nested too deep"},
		{"directives one after the other", "a = \"" + strings.Repeat("%{ if b }x%{ endif }", 5000) + "\"\n", ""},
		{"digits at the limit", "a = " + strings.Repeat("9", 1000) + "\n", ""},
		{"digits", "a = " + strings.Repeat("9", 1001) + "\n", "Number out of range"},
		{"decimals", "a = 0." + strings.Repeat("1", 1001) + "\n", "Number out of range"},
		{"digits in a text", "a = \"" + strings.Repeat("9", 5000) + "\"\n", ""},
		{"control characters", "a = 1\n" + strings.Repeat("\x01", 101), "Not a text file"},
		{"bytes", strings.Repeat("\xff", 101), "Not a text file"},
		{"text of another script", "a = \"" + strings.Repeat("日本", 5000) + "\"\n", ""},
		{"words", "a = [" + strings.Repeat("b ", 450_000), "Topology too large"},
		{"signs", "a = [" + strings.Repeat("1,", 320_000), "Topology too large"},
		{"bytes of a comment", "#" + strings.Repeat("-", 4<<20), "Topology too large"},
		{"brackets in a text", "a = \"" + strings.Repeat("[", 5000) + "\"\n", ""},
		{"many blocks", strings.Repeat("a {\n  b = [1, 2]\n}\n", 5000), ""},
		{"many minus signs in names", strings.Repeat("a-b {}\n", 5000), ""},
		{"heredoc at the limit", "a = <<EOT\n" + strings.Repeat("x\n", 4990) + "EOT\n", ""},
		{"heredoc", "a = <<EOT\n" + strings.Repeat("x\n", 60_000) + "EOT\n", "Text too long"},
		{"short heredocs", strings.Repeat("a = <<EOT\nx\ny\nEOT\n", 5000), ""},
	} {
		diags := schema.CheckLimits("lab.hcl", []byte(c.content))
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
