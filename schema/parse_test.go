package schema

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A file that is parsed in pieces gives exactly what it gives as a whole, ranges
// and all.
func TestPieces(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# a comment first\nlocals {\n  n = 3\n}\n")
	for i := range 500 {
		fmt.Fprintf(&b, "\nmirror \"m%04d\" {\n  member \"m%04da\" { role = \"primary\" }\n  text = <<-EOT\n    ${1 + %d} {\n    EOT\n}\n", i, i, i)
	}
	b.WriteString("\nlast = [1,\n  2]\n")
	s := Source{"lab.hcl", b.Bytes()}
	for _, least := range []int{1, 100, leastPiece} {
		if len(cut(s.Content, least)) < 3 || parsePieces(s, least) == nil {
			t.Fatalf("a good file is not read in pieces of %d bytes", least)
		}
		comparePieces(t, s, least)
	}
}

// What stands at the edges of pieces: where a file is wrong, or only seems to be
// made of blocks, its diagnostics are those of the whole file.
func TestPiecesOfHostileFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{
		"a%d = 1\n", "a = 1\n", "b%d {\n  c = 1\n}\n", "b%d {\n  c = {\n}\n}\n", "}\n", "{\n", "b {\n", "t%d = <<EOT\n}\nEOT\n", "t%d = <<EOT\n}\n",
		"EOT\n", "/*\n}\n*/\n", "/*\n}\n", "*/\n", "# }\n}\n", "s%d = \"${[\n}\n]}\"\n", "\"\n}\n\"\n", "\ufeff", "\ufeffb%d {\n}\n", "b%d {\r\n}\r\n", "v%d = {\n}\n", "\n", "%%{\n}\n", "\x00\n",
	}
	pieces := 0
	for n := range 5000 {
		var b bytes.Buffer
		for i := range 2 + random.IntN(8) {
			part := parts[random.IntN(len(parts))]
			if strings.Contains(part, "%d") {
				part = fmt.Sprintf(part, n*10+i)
			}
			b.WriteString(part)
		}
		s := Source{"lab.hcl", b.Bytes()}
		if parsePieces(s, 1) != nil {
			pieces++
		}
		comparePieces(t, s, 1)
	}
	if pieces == 0 {
		t.Error("no file was read in pieces, so nothing was compared")
	}
}

// comparePieces reads a file in pieces, where that can be done, and as a whole.
func comparePieces(t *testing.T, s Source, least int) {
	t.Helper()
	got := parsePieces(s, least)
	if got == nil {
		return
	}
	want, diags := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
	if len(diags) > 0 {
		t.Fatalf("as a whole, %q is wrong: %v", s.Content, diags)
	}
	if !reflect.DeepEqual(got.Body, want.Body) {
		t.Fatalf("in pieces and as a whole, a file is read otherwise: %q", s.Content)
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("a = 1\nb {\n}\nc {\n}\n")
	f.Add("t = <<EOT\n}\n}\nEOT\n/*\n}\n")
	f.Fuzz(func(t *testing.T, content string) {
		comparePieces(t, Source{"lab.hcl", []byte(content)}, 1)
	})
}
