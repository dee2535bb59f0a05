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

// The README's tour is what the command really prints: every ```console block is run, top to
// bottom, and before them the block that writes the topology, in a directory of its own and in
// a clone.
func TestReadmeTour(t *testing.T) {
	page := filepath.Join("..", "README.md")
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shell := newTourist(t)
	got := replay(t, string(content), shell)
	topology, err := os.ReadFile(filepath.Join(shell.directory, "minimal.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if example, err := os.ReadFile("minimal.hcl"); err != nil || !bytes.Equal(topology, example) {
		t.Errorf("the tour's topology is not examples/minimal.hcl: %v\n%s", err, topology)
	}
	shell.directory = clone(t)
	if inside := replay(t, string(content), shell); inside != got {
		t.Errorf("the tour is another one inside a clone (-elsewhere +inside):\n%s", cmp.Diff(got, inside))
	}
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

// Whoever opens the README is at the tour after two screens.
func TestReadmeIsShort(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(page), "\n## A tour in 60 seconds\n")
	if count := strings.Count(before, "\n"); !found || count > 100 {
		t.Errorf("%d lines stand before the tour", count)
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
	below, err := filepath.Glob(filepath.Join("..", "docs", "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	docs = append(docs, below...)
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
	before, rest, found := strings.Cut(page, "```sh\ncat >minimal.hcl ")
	script, rest, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatal("the tour writes no topology")
	}
	shell.run(t, "cat >minimal.hcl "+script)
	b.WriteString(before + "```sh\ncat >minimal.hcl " + script + "\n```\n")
	for line := range strings.Lines(rest) {
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

// clone makes a directory with what of this repository could be taken for a user's.
func clone(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	for _, name := range []string{"examples", "templates"} {
		if err := os.CopyFS(filepath.Join(directory, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err == nil {
		err = os.WriteFile(filepath.Join(directory, "go.mod"), module, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// newTourist compiles the command and makes the directory of the tour.
func newTourist(t *testing.T) tourist {
	t.Helper()
	bin, directory := t.TempDir(), t.TempDir()
	program := filepath.Join(bin, "mirrorgen")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "mirrorgen/cmd/mirrorgen")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return tourist{directory, bin + string(filepath.ListSeparator) + os.Getenv("PATH")}
}

// run returns what a command prints, both streams together as on a screen.
func (s tourist) run(t *testing.T, command string) string {
	t.Helper()
	shell := exec.Command("bash", "-c", command)
	shell.Dir = s.directory
	shell.Env = []string{"PATH=" + s.path, "HOME=" + s.directory, "LC_ALL=C.UTF-8", "NO_COLOR=1",
		"GIT_AUTHOR_NAME=you", "GIT_AUTHOR_EMAIL=you@localhost", "GIT_COMMITTER_NAME=you",
		"GIT_COMMITTER_EMAIL=you@localhost"}
	out, err := shell.CombinedOutput()
	if _, refused := err.(*exec.ExitError); err != nil && !refused {
		t.Fatalf("%s: %v", command, err)
	}
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	return string(out)
}
