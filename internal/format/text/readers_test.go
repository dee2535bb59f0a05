package text_test

import (
	"testing"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
)

// The end of a word that a format knows is not taken for a word.
func TestReaders(t *testing.T) {
	if _, problems := cpf.Parse("[config]\nglobals=0,0,128,0,0,0\n"); len(problems) > 0 {
		t.Errorf("a merge file is refused: %v", problems)
	}
	if _, problems := cpf.Parse("[config]\nf=1\n"); len(problems) == 0 {
		t.Error("the merge key f is accepted")
	}
	if problems := haproxy.CheckDefaults("listen foo\n"); len(problems) == 0 {
		t.Error("listen begins no section")
	}
	for _, problem := range haproxy.CheckDefaults("p foo\n") {
		if problem.Summary == "Section inside defaults" {
			t.Errorf("p foo begins a section: %v", problem)
		}
	}
}
