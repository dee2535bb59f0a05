package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// bothWays prints diagnostics by HCL's writer and by ours.
func bothWays(t *testing.T, content []byte, diags hcl.Diagnostics, screen screen) (theirs, ours string) {
	t.Helper()
	const name = "lab.hcl"
	file, _ := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	var a, b bytes.Buffer
	if err := hcl.NewDiagnosticTextWriter(&a, map[string]*hcl.File{name: file}, screen.width,
		screen.color).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	tool, files := &tool{screen: screen}, sourceListings([]schema.Source{{Name: name, Content: content}})
	for _, d := range diags {
		tool.write(&b, d, files)
	}
	return a.String(), b.String()
}

func longestLine(content []byte) int {
	longest := 0
	for line := range bytes.Lines(content) {
		longest = max(longest, len(line))
	}
	return longest
}

// Every diagnostic of the language's own tests looks as HCL prints it.
func TestWriteLikeHCL(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "schema", "testdata", "*", "*.hcl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no topologies: %v", err)
	}
	shown := 0
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: content}})
		if lab != nil {
			_, more := plan.Make(lab, nil)
			diags = append(diags, more...)
		}
		if schema.CheckLimits("lab.hcl", content).HasErrors() || longestLine(content) > mostWide {
			continue // HCL does not survive it, or does not shorten it
		}
		shown += len(diags)
		for _, screen := range []screen{{}, {color: true, width: 100}} {
			if theirs, ours := bothWays(t, content, diags, screen); theirs != ours {
				t.Errorf("%s: -HCL +mirrorgen\n%s", filepath.Base(name), cmp.Diff(theirs, ours))
			}
		}
	}
	if shown < 20 {
		t.Errorf("only %d diagnostics", shown)
	}
}

// So does every range of a small file, alone and as the context of another.
func TestExcerptLikeHCL(t *testing.T) {
	for _, content := range []string{
		"a \"b\" {\n\n  c = 1\r\n}\nd {}\n\ne {",
		"\n\na {\n}",
		"a {",
		"é {\n b = \"日本\" \n}\n",
		"",
		"\n",
	} {
		at := func(begin, end int) *hcl.Range {
			position := func(offset int) hcl.Pos {
				return hcl.Pos{Line: 1 + strings.Count(content[:offset], "\n"), Column: 1, Byte: offset}
			}
			return &hcl.Range{Filename: "lab.hcl", Start: position(begin), End: position(end)}
		}
		for begin := range len(content) + 1 {
			for end := begin; end <= len(content); end++ {
				diags := hcl.Diagnostics{
					{Severity: hcl.DiagError, Summary: "S", Detail: "D", Subject: at(begin, end)},
					{Severity: hcl.DiagWarning, Summary: "S", Subject: at(begin, begin), Context: at(begin, end)},
					{Severity: hcl.DiagWarning, Summary: "S", Subject: at(end, end), Context: at(begin, end)},
				}
				if theirs, ours := bothWays(t, []byte(content), diags, screen{}); theirs != ours {
					t.Fatalf("%q, %d to %d: -HCL +mirrorgen\n%s", content, begin, end, cmp.Diff(theirs, ours))
				}
			}
		}
	}
}

// excerptOf prints what a diagnostic about a range of a text shows of it.
func excerptOf(content string, begin, end int) string {
	l := &listing{name: "a", content: []byte(content)}
	d := &hcl.Diagnostic{Subject: &hcl.Range{Filename: "a", Start: hcl.Pos{Line: 1, Byte: begin}, End: hcl.Pos{Line: 1,
		Byte: end}}}
	var out bytes.Buffer
	l.excerpt(&out, d, "<", ">")
	return out.String()
}

// Of a long line, what is around the subject is shown, in whole characters.
func TestExcerptOfLongLine(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, test := range []struct{ content, want string }{
		{"<y>" + long, "   1: <y>" + long[:mostWide-1] + "...\n"},
		{long + "<y>", "   1: ..." + long[:mostWide-1] + "<y>\n"},
		{long + "<y>" + long, "   1: ..." + long[:mostWide/4] + "<y>" + long[:mostWide*3/4-1] + "...\n"},
		{long + "<" + long + ">" + long, "   1: ..." + long[:mostWide/4] + "<" + long[:mostWide*3/4] + ">...\n"},
		{long + "<\x1b>\n" + long, "   1: ..." + long[:mostWide-1] + "<?>\n"},
	} {
		begin, end := strings.Index(test.content, "<"), strings.Index(test.content, ">")-1
		content := strings.NewReplacer("<", "", ">", "").Replace(test.content)
		if have, want := excerptOf(content, begin, end), "  on a line 1:\n"+test.want+"\n"; have != want {
			t.Errorf("%.10q: have\n%swant\n%s", test.content, have, want)
		}
	}
	kanji := strings.Repeat("鏡", 1000)
	for begin := 1500; begin < 1506; begin++ {
		if have := excerptOf(kanji, begin, begin); strings.Count(have, "?") > 2 || len(have) > mostWide+40 {
			t.Errorf("from byte %d: %s", begin, have)
		}
	}
	if have := excerptOf(strings.Repeat("\x80", 5000), 2000, 2001); len(have) > mostWide+40 {
		t.Errorf("%d bytes of what is no UTF-8", len(have))
	}
}

// Of many lines, some from where the subject begins are shown.
func TestExcerptOfManyLines(t *testing.T) {
	content := strings.Repeat("line\n", 1000)
	const begin, end = 5 * 500, 5*600 - 1
	have := excerptOf(content, begin, end)
	for _, want := range []string{"line 1:\n 501: <line>\n", "\n 520: <line>\n      ... 80 lines more\n\n"} {
		if !strings.Contains(have, want) {
			t.Errorf("%q is not in\n%s", want, have)
		}
	}
	l := &listing{name: "a", content: []byte(content)}
	at := func(begin, end int) *hcl.Range {
		return &hcl.Range{Filename: "a", Start: hcl.Pos{Byte: begin}, End: hcl.Pos{Byte: end}}
	}
	var out bytes.Buffer
	l.excerpt(&out, &hcl.Diagnostic{Subject: at(begin, begin+4), Context: at(0, 4999)}, "<", ">")
	if lines := strings.Count(out.String(), ": "); lines != mostLines {
		t.Errorf("%d lines", lines)
	}
	for _, want := range []string{"\n      ... 495 lines more\n 496: line\n", "\n 501: <line>\n",
		"\n 515: line\n      ... 485 lines more\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// A range beyond the file, or one that was made for another text, is no reason
// to stop.
func TestExcerptElsewhere(t *testing.T) {
	for _, content := range []string{"", "one", "one\n", "one\ntwo"} {
		for begin := range 12 {
			if have := excerptOf(content, begin, begin+3); !strings.HasPrefix(have, "  on a line 1:\n") {
				t.Errorf("%q at %d: %q", content, begin, have)
			}
		}
	}
}

// A block is named by its header, without what commands a terminal.
func TestBlock(t *testing.T) {
	var content strings.Builder
	for i := range 50 {
		fmt.Fprintf(&content, "mirror \"m%d\" {\n}\n", i)
	}
	content.WriteString("nginx \"\\u001b[2J\" \"\u202e\" {}\nlab \"a\" {")
	l := &listing{name: "a", content: []byte(content.String()), topology: true}
	l.index()
	for text, want := range map[string]string{
		"mirror \"m0\"":   `mirror "m0"`,
		"\"m49\"":         `mirror "m49"`,
		"\nmirror \"m7\"": "",
		"nginx":           `nginx "?[2J" "???"`,
	} {
		if have := l.block(strings.Index(content.String(), text)); have != want {
			t.Errorf("at %q: %q, want %q", text, have, want)
		}
	}
}
