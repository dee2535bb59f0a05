package text_test

import (
	"os/exec"
	"strings"
	"testing"

	"mirrorgen/internal/format/text"
)

// A shell takes what ShellWord returns for the word that it was made from.
func TestShellWord(t *testing.T) {
	words := []string{"./plain/start.sh", "a b", "it's", "$HOME", "*", "~", "a;b", "日本 語", "", "\"", `\`, "-x",
		"a\nb", "(a)"}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = text.ShellWord(word)
	}
	have, err := exec.Command("sh", "-c", `printf '%s\0' `+strings.Join(quoted, " ")).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(words, "\x00") + "\x00"; string(have) != want {
		t.Errorf("have %q, want %q", have, want)
	}
	for _, word := range []string{"./plain/start.sh", "日本語/iris.key"} {
		if text.ShellWord(word) != word {
			t.Errorf("%s is quoted without need: %s", word, text.ShellWord(word))
		}
	}
}
