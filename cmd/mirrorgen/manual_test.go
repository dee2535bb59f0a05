package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// docs/commands has a page for every command, and no other.
func TestCommandPages(t *testing.T) {
	pages := filepath.Join("..", "..", "docs", "commands")
	if *update {
		if err := os.RemoveAll(pages); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(pages, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	written := pages
	if !*update {
		written = t.TempDir()
	}
	if err := writeCommandPages(new(tool).root(), written); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(filesIn(t, written), filesIn(t, pages)); diff != "" {
		t.Errorf("docs/commands is not what the commands' help says; go test ./cmd/mirrorgen -update writes it "+
			"(-help +page)\n%s", diff)
	}
}

// The pages of one day are equal, and every command that has a page in docs/commands has one
// for man.
func TestManPages(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		var out, errOut bytes.Buffer
		if code := run([]string{"man", dir, "--date", "2026-01-31"}, nil, &out, &errOut); code != exitDone {
			t.Fatalf("exit code %d\n%s", code, errOut.String())
		}
	}
	pages := filesIn(t, first)
	if diff := cmp.Diff(pages, filesIn(t, second)); diff != "" {
		t.Error(diff)
	}
	if len(pages) != len(filesIn(t, filepath.Join("..", "..", "docs", "commands"))) {
		t.Errorf("%d pages", len(pages))
	}
	if !bytes.Contains([]byte(pages["mirrorgen-build.1"]), []byte(`"Jan 2026" "mirrorgen"`)) {
		t.Errorf("the page has no date:\n%.200s", pages["mirrorgen-build.1"])
	}
}

// filesIn returns the files of a directory.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(content)
	}
	if len(files) == 0 {
		t.Fatalf("%s is empty", dir)
	}
	return files
}

// writeCommandPages writes a page of Markdown for every command.
func writeCommandPages(root *cobra.Command, dir string) error {
	forPages(root)
	return eachCommand(root, func(command *cobra.Command) error {
		var b bytes.Buffer
		if err := doc.GenMarkdown(command, &b); err != nil {
			return err
		}
		page := strings.ReplaceAll("\n"+b.String(), "\n##", "\n#")[1:]
		page = strings.Replace(page, "## SEE ALSO\n", "## See also\n", 1)
		page = strings.ReplaceAll(page, "\t - ", ": ")
		page = ownPage.ReplaceAllString(page, "[$0](../$1)")
		name := strings.ReplaceAll(command.CommandPath(), " ", "_") + ".md"
		return os.WriteFile(filepath.Join(dir, name), []byte(strings.TrimRight(page, "\n")+"\n"), 0o644)
	})
}

// ownPage finds the page of the documentation that a help text names.
var ownPage = regexp.MustCompile(`\bdocs/([a-z-]+\.md)\b`)

// eachCommand calls visit for a command and all below it that its user can see.
func eachCommand(command *cobra.Command, visit func(*cobra.Command) error) error {
	if err := visit(command); err != nil {
		return err
	}
	for _, c := range command.Commands() {
		if !c.IsAvailableCommand() || c.Name() == "help" {
			continue
		}
		if err := eachCommand(c, visit); err != nil {
			return err
		}
	}
	return nil
}
