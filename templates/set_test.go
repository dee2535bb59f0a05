package templates

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/google/go-cmp/cmp"
)

// All templates share one set of definitions, where a second one of the same
// name would replace the first.
func TestDefinitionsHaveNamesOfTheirOwn(t *testing.T) {
	define := regexp.MustCompile(`\{\{-? *(?:define|block) "([^"]+)"`)
	where := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".tmpl") {
			return err
		}
		content, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range define.FindAllStringSubmatch(string(content), -1) {
			if other, twice := where[found[1]]; twice {
				t.Errorf("%q is defined in %s and in %s", found[1], other, path)
			}
			where[found[1]] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(where) == 0 {
		t.Error("no definition found")
	}
}

// Every language has words for the same things, with as many places for a name.
func TestWordsAreComplete(t *testing.T) {
	pages, err := fs.Glob(files, "docs/README.*.md.tmpl")
	if err != nil || len(pages) < 2 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	want := words(t, pages[0])
	for _, page := range pages {
		if diff := cmp.Diff(want, words(t, page)); diff != "" {
			t.Errorf("%s and %s: %s", pages[0], page, diff)
		}
	}
	if len(want) < 50 {
		t.Errorf("%s has %d words", pages[0], len(want))
	}
}

// words are the number of places for a name in each word of a page, by the keys
// that lead to it.
func words(t *testing.T, page string) map[string]int {
	t.Helper()
	trees, err := parseTemplate(page, builtinText(page))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	var collect func(above string, dict *parse.CommandNode)
	collect = func(above string, dict *parse.CommandNode) {
		for i := 1; i+1 < len(dict.Args); i += 2 {
			key := above + "/" + dict.Args[i].(*parse.StringNode).Text
			switch value := dict.Args[i+1].(type) {
			case *parse.PipeNode:
				collect(key, value.Cmds[0])
			case *parse.StringNode:
				if value.Text == "" {
					t.Errorf("%s: %s is empty", page, key)
				}
				found[key] = strings.Count(value.Text, "%")
			}
		}
	}
	for _, tree := range trees {
		walk(tree.Root, func(n parse.Node) {
			if action, ok := n.(*parse.ActionNode); ok && len(action.Pipe.Decl) == 1 &&
				action.Pipe.Decl[0].Ident[0] == "$words" {
				collect("", action.Pipe.Cmds[0])
			}
		})
	}
	return found
}
