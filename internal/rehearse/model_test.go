package rehearse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the lists in docs/rehearsal.md")

// TestDocumented holds that docs/rehearsal.md lists the trials, and what is modelled.
func TestDocumented(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "rehearsal.md")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var trials strings.Builder
	trials.WriteString("| trial | expects | held on labs with |\n|---|---|---|\n")
	for _, trial := range Trials() {
		fmt.Fprintf(&trials, "| `%s` | %s | %s |\n", trial.Name, trial.Expected, trial.Lab)
	}
	want := string(content)
	for _, section := range []struct{ name, text string }{
		{"trials", trials.String()},
		{"modelled", list(Modelled)},
		{"not modelled", list(NotModelled)},
	} {
		begin, end := "<!-- "+section.name+" -->\n", "<!-- /"+section.name+" -->\n"
		before, rest, found := strings.Cut(want, begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s lacks %q and %q", file, begin, end)
		}
		want = before + begin + section.text + end + after
	}
	switch {
	case string(content) == want:
	case *update:
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the code says; go test ./internal/rehearse -update writes it", file)
	}
}

func list(sentences []string) string {
	return "- " + strings.Join(sentences, "\n- ") + "\n"
}
