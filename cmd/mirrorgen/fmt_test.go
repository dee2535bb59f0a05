package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// meaning is the tokens of a file without its layout.
func meaning(content []byte) [][]byte {
	tokens, _ := hclsyntax.LexConfig(content, "", hcl.InitialPos)
	var list [][]byte
	for _, token := range tokens {
		if token.Type != hclsyntax.TokenNewline {
			list = append(list, bytes.TrimSpace(token.Bytes))
		}
	}
	return list
}

// Formatting changes no token, and formatting again changes nothing.
func FuzzFormat(f *testing.F) {
	examples, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.hcl"))
	if err != nil || len(examples) == 0 {
		f.Fatalf("no examples: %v", err)
	}
	for _, name := range examples {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("a=1\r\nbb  = <<EOT\r\n x\r\nEOT\r\n"))
	f.Add([]byte("a = [for x in y:x if x!=1]\nb={c:1,d=\"${e}%{if f}g%{endif}\"}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		formatter := &formatter{tool: &tool{err: &bytes.Buffer{}}}
		once, err := formatter.format("a.hcl", content)
		if err != nil {
			return
		}
		have, want := meaning(once), meaning(content)
		if !bytes.Equal(bytes.Join(have, []byte{0}), bytes.Join(want, []byte{0})) {
			t.Errorf("%q became %q", want, have)
		}
		twice, err := formatter.format("a.hcl", once)
		if err != nil {
			t.Fatalf("%q became %q, which has errors", content, once)
		}
		if !bytes.Equal(twice, once) {
			t.Errorf("%q, then %q", once, twice)
		}
	})
}
