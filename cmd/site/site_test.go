package main

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"mirrorgen/internal/browsertest"
)

// made is the site of this project, with a page for the playground's.
func made(t *testing.T) *site {
	t.Helper()
	s, err := makeOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var makeOnce = sync.OnceValues(func() (*site, error) {
	s := newSite(os.DirFS(filepath.Join("..", "..")))
	s.addPlayground([]byte("<!DOCTYPE html><title>Playground</title>"))
	return s, s.make()
})

var (
	attribute = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	name      = regexp.MustCompile(`id="([^"]*)"`)
)

// Every link of every page leads to a file of the site, and to a place that is on it. Nothing
// is loaded from elsewhere.
func TestLinks(t *testing.T) {
	s := made(t)
	ids := map[string][]string{}
	for file, content := range s.files {
		for _, found := range name.FindAllSubmatch(content, -1) {
			ids[file] = append(ids[file], string(found[1]))
		}
	}
	links := 0
	for file, content := range s.files {
		if path.Ext(file) != ".html" {
			continue
		}
		if regexp.MustCompile(`<script|<img src="http|<link [^>]*href="http`).Match(content) {
			t.Errorf("%s runs or loads something", file)
		}
		for _, found := range attribute.FindAllSubmatch(content, -1) {
			address, err := url.Parse(string(found[1]))
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			if address.Scheme != "" {
				continue
			}
			links++
			to := file
			if address.Path != "" {
				to = path.Join(path.Dir(file), address.Path)
			}
			if _, ok := s.files[to]; !ok {
				t.Errorf("%s links to %s, which is not there", file, found[1])
			} else if address.Fragment != "" && !slices.Contains(ids[to], address.Fragment) {
				t.Errorf("%s links to %s: there is no such place", file, found[1])
			}
		}
	}
	if links < 1000 {
		t.Errorf("only %d links", links)
	}
}

// Every page of docs/ is in the contents, or reached from one that is, as the commands are.
func TestPages(t *testing.T) {
	s := made(t)
	for _, pattern := range []string{"*.md", "*/*.md"} {
		pages, err := filepath.Glob(filepath.Join("..", "..", "docs", filepath.FromSlash(pattern)))
		if err != nil || len(pages) < 5 {
			t.Fatal(pages, err)
		}
		for _, page := range pages {
			source, err := filepath.Rel(filepath.Join("..", ".."), page)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := s.files[place(filepath.ToSlash(source), false)]; !ok {
				t.Errorf("%s is not in the site", source)
			}
		}
	}
	for _, file := range []string{"index.html", "playground.html", "examples/minimal.hcl.html",
		"examples/simplemirror/lab.svg"} {
		if _, ok := s.files[file]; !ok {
			t.Errorf("the site has no %s", file)
		}
	}
}

// A page that links to nothing is refused with its name, and nothing is written.
func TestBrokenLinks(t *testing.T) {
	whole := fstest.MapFS{}
	for _, c := range chapters {
		for _, source := range c.pages {
			whole[source] = &fstest.MapFile{Data: []byte("# Page\n")}
		}
	}
	for text, want := range map[string]string{
		"# Title\n\n[x](nothing.md)":      "docs/limits.md: it links to nothing.md, which does not exist",
		"# Title\n\n[x](../../secret.md)": "docs/limits.md: it links to ../../secret.md, which does not exist",
		"# Title\n\n[x](tls.md#nowhere)":  "docs/limits.md links to #nowhere, which docs/tls.html does not have",
		"# Title\n\n[x](#nowhere)":        "docs/limits.md links to #nowhere, which docs/limits.html does not have",
		"no title":                        "docs/limits.md: the page has no title",
	} {
		whole["docs/limits.md"] = &fstest.MapFile{Data: []byte(text)}
		if err := newSite(whole).make(); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	whole["docs/limits.md"] = &fstest.MapFile{Data: []byte("# Title\n\n## A `b` c\n\n[x](#a-b-c) [y](ci.md)\n")}
	whole["docs/unlisted.md"] = &fstest.MapFile{Data: []byte("# A page of no chapter\n")}
	s := newSite(whole)
	if err := s.make(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(s.files["index.html"]), `<a href="docs/unlisted.html">A page of no chapter</a>`) {
		t.Error("a page of no chapter is not in the contents")
	}
}

// A site takes the place of an earlier one, and of nothing else.
func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	for _, text := range []string{"one", "two"} {
		if err := replace(dir, map[string][]byte{sheetPath: []byte(text), text + ".html": nil}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[1].Name() != "two.html" {
		t.Errorf("%v %v", entries, err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letter"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err = replace(other, map[string][]byte{sheetPath: nil})
	if err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("%v", err)
	}
}

// On a phone nothing is wider than the screen, and in the dark the page is dark.
func TestScreens(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	if err := replace(dir, made(t).files); err != nil {
		t.Fatal(err)
	}
	b := browsertest.Open(t)
	for _, file := range []string{"index.html", "docs/language.html", "docs/commands/mirrorgen_build.html",
		"examples/minimal.hcl.html", "examples/index.html"} {
		b.Scheme("dark")
		b.Size(360, 740)
		b.Show(filepath.Join(dir, filepath.FromSlash(file)), "")
		if width := browsertest.Evaluate[int](b, "document.documentElement.scrollWidth"); width != 360 {
			t.Errorf("%s is %d wide on a phone", file, width)
		}
		dark := browsertest.Evaluate[string](b, "getComputedStyle(document.body).backgroundColor")
		b.Scheme("light")
		bright := browsertest.Evaluate[string](b, "getComputedStyle(document.body).backgroundColor")
		if dark != "rgb(13, 17, 23)" || bright != "rgb(255, 255, 255)" {
			t.Errorf("%s: %s in the dark, %s else", file, dark, bright)
		}
	}
}
