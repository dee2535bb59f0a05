package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// notRun are the how-tos whose commands need what no test has: a runner of a code host, packages, AWS.
var notRun = []string{"aws.md", "install.md", "rehearse-in-ci.md"}

// Every how-to is what really happens: its blocks of sh and console are run, top to bottom, in a
// directory of its own, and a console shows what is printed today.
func TestHowTos(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "docs", "howto", "*.md"))
	if err != nil || len(pages) <= len(notRun) {
		t.Fatal(pages, err)
	}
	shell := newTourist(t)
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			content, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			hasConsole := strings.Contains(string(content), "\n```console\n")
			for _, name := range notRun {
				if name == filepath.Base(page) {
					if hasConsole {
						t.Error("it shows what commands print, and is not run")
					}
					return
				}
			}
			if !hasConsole {
				t.Fatal("it runs nothing")
			}
			shell.directory = t.TempDir()
			got := walked(t, string(content), shell)
			if *update {
				if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(lines(content), lines([]byte(got))); diff != "" {
				t.Errorf("the page is not what mirrorgen prints today; make generate updates it (-page +today):\n%s",
					diff)
			}
		})
	}
}

// walked runs the blocks of a page and returns it with what a console shows today.
func walked(t *testing.T, page string, shell tourist) string {
	t.Helper()
	var b, script strings.Builder
	block := ""
	for line := range strings.Lines(page) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case block == "" && strings.HasPrefix(line, "```"):
			block = strings.TrimSpace(strings.TrimPrefix(line, "```"))
		case line == "```\n":
			if block == "sh" {
				if out := shell.run(t, "set -e\n"+script.String()); out != "" {
					t.Errorf("a block of sh prints something:\n%s", out)
				}
				script.Reset()
			}
			block = ""
		case block == "sh":
			script.WriteString(line)
		case block == "console" && isCommand:
			b.WriteString(line + shell.run(t, command))
			continue
		case block == "console":
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}
