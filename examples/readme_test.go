package examples_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's tour is what the command really prints: every ```console block
// is run, top to bottom, in one directory that holds nothing but examples/.
func TestReadmeTour(t *testing.T) {
	page := filepath.Join("..", "README.md")
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shell := newTourist(t)
	got := replay(t, string(content), shell)
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(lines(content), lines([]byte(got))); diff != "" {
		t.Errorf("the README's tour is not what mirrorgen prints today; make generate updates it (-README "+
			"+today):\n%s", diff)
	}
}

// Every command has its row in the README.
func TestReadmeCommands(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(newTourist(t).run(t, "mirrorgen --help"), "\nCommands:\n")
	commands := 0
	for line := range strings.Lines(list) {
		name := strings.Fields(line)
		if len(name) == 0 {
			break
		}
		commands++
		if name[0] != "help" && !strings.Contains(string(page), "\n| `mirrorgen "+name[0]) {
			t.Errorf("the README's table of commands does not have %q", name[0])
		}
	}
	if commands == 0 {
		t.Error("mirrorgen --help lists no commands")
	}
}

// What a page of the repository links to is there.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	pages, err := filepath.Glob(filepath.Join("..", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := filepath.Glob(filepath.Join("..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, page := range append(pages, docs...) {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllSubmatch(content, -1) {
			links++
			target := filepath.Join(filepath.Dir(page), string(found[1]))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", page, found[1], err)
			}
		}
	}
	if links == 0 {
		t.Error("no page links anywhere")
	}
}

// replay returns the page with the output under each "$ command" of its console
// blocks as it is today.
func replay(t *testing.T, page string, shell tourist) string {
	t.Helper()
	var b strings.Builder
	inside, commands := false, 0
	for line := range strings.Lines(page) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case !inside:
			inside = line == "```console\n"
			b.WriteString(line)
		case line == "```\n":
			inside = false
			b.WriteString(line)
		case isCommand:
			commands++
			b.WriteString(line)
			b.WriteString(shell.run(t, command))
		}
	}
	if commands == 0 {
		t.Error("the README has no tour")
	}
	return b.String()
}

// A tourist runs the commands of the tour.
type tourist struct{ directory, path string }

// newTourist compiles the command and makes the directory of the tour.
func newTourist(t *testing.T) tourist {
	t.Helper()
	bin, directory := t.TempDir(), t.TempDir()
	program := filepath.Join(bin, "mirrorgen")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "mirrorgen/cmd/mirrorgen")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(directory, "examples"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, e := range all(t) {
		for _, source := range e.sources {
			content, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(directory, "examples", source)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tourist{directory, bin + string(filepath.ListSeparator) + os.Getenv("PATH")}
}

// run returns what a command prints, both streams together as on a screen.
func (s tourist) run(t *testing.T, command string) string {
	t.Helper()
	shell := exec.Command("bash", "-c", command)
	shell.Dir = s.directory
	shell.Env = []string{"PATH=" + s.path, "HOME=" + s.directory, "LC_ALL=C.UTF-8", "NO_COLOR=1"}
	out, err := shell.CombinedOutput()
	if _, refused := err.(*exec.ExitError); err != nil && !refused {
		t.Fatalf("%s: %v", command, err)
	}
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	return string(out)
}
