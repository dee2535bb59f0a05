package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed page.html site.css
var own embed.FS

var layout = template.Must(template.ParseFS(own, "page.html"))

// Where the style sheet and the playground stand in the site.
const (
	sheetPath      = "site.css"
	playgroundPath = "playground.html"
)

// A site is made from the files of the project. Paths have slashes and are relative to the
// project's or the site's directory.
type site struct {
	sources  fs.FS
	chapters []chapter
	files    map[string][]byte // the site, by path
	pages    []*page
	seen     map[string]bool     // sources that are part of the site
	queue    []string            // those that are to be read yet
	anchors  map[string][]string // of each page, by path
	pointers []pointer
}

// A pointer is a link to a place on a page, which is looked for when all pages are there.
type pointer struct{ source, page, anchor string }

// A page is one file of HTML before it is laid out.
type page struct {
	source, path string
	title        string
	headings     []heading
	body         template.HTML
}

func newSite(sources fs.FS) *site {
	return &site{sources: sources, files: map[string][]byte{}, seen: map[string]bool{}, anchors: map[string][]string{}}
}

func (s *site) addPlayground(content []byte) { s.files[playgroundPath] = content }

// make reads the pages of the contents and all that they link to, and lays them out.
func (s *site) make() error {
	if err := s.listPages(); err != nil {
		return err
	}
	for _, c := range s.chapters {
		for _, source := range c.pages {
			s.want(source)
		}
	}
	for len(s.queue) > 0 {
		source := s.queue[0]
		s.queue = s.queue[1:]
		if err := s.read(source); err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
	}
	for _, p := range s.pointers {
		if !slices.Contains(s.anchors[p.page], p.anchor) {
			return fmt.Errorf("%s links to #%s, which %s does not have", p.source, p.anchor, p.page)
		}
	}
	style, err := sheet()
	if err != nil {
		return err
	}
	s.files[sheetPath] = style
	for _, p := range s.pages {
		if err := s.lay(p); err != nil {
			return fmt.Errorf("%s: %w", p.source, err)
		}
	}
	return nil
}

// listPages makes the contents: the chapters, and at the end the pages of docs/ that are in none.
func (s *site) listPages() error {
	pages, err := fs.Glob(s.sources, "docs/*.md")
	if err != nil {
		return err
	}
	rest := chapter{title: "More"}
	for _, page := range pages {
		if !slices.ContainsFunc(chapters, func(c chapter) bool { return slices.Contains(c.pages, page) }) {
			rest.pages = append(rest.pages, page)
		}
	}
	s.chapters = chapters
	if len(rest.pages) > 0 {
		s.chapters = append(slices.Clone(chapters), rest)
	}
	return nil
}

// want has a source read once.
func (s *site) want(source string) {
	if !s.seen[source] {
		s.seen[source] = true
		s.queue = append(s.queue, source)
	}
}

// copied are the files that a browser shows itself.
var copied = []string{".svg", ".png", ".html"}

// place is where a source stands in the site.
func place(source string, directory bool) string {
	switch {
	case source == start:
		return "index.html"
	case directory:
		return path.Join(source, "index.html")
	case path.Ext(source) == ".md":
		return strings.TrimSuffix(source, ".md") + ".html"
	case slices.Contains(copied, path.Ext(source)):
		return source
	}
	return source + ".html"
}

// read makes a page of a source, or copies it.
func (s *site) read(source string) error {
	info, err := fs.Stat(s.sources, source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return s.list(source)
	}
	content, err := fs.ReadFile(s.sources, source)
	if err != nil {
		return err
	}
	p := &page{source: source, path: place(source, false), title: source}
	switch {
	case path.Ext(source) == ".md":
		d, err := convert(content, func(link string) (string, error) { return s.resolve(p, link) })
		if err != nil {
			return err
		}
		p.title, p.headings, p.body = d.title, d.headings, d.body
		s.anchors[p.path] = d.anchors
		if err := s.wantEmbedded(p, content); err != nil {
			return err
		}
	case p.path == source:
		s.files[source] = content
		return nil
	default:
		if p.body, err = highlighted(source, content); err != nil {
			return err
		}
	}
	s.pages = append(s.pages, p)
	return nil
}

// embedded finds the pictures that a page has as HTML.
var embedded = regexp.MustCompile(`<img src="([^"]+)"`)

func (s *site) wantEmbedded(p *page, content []byte) error {
	for _, found := range embedded.FindAllSubmatch(content, -1) {
		to, err := s.resolve(p, string(found[1]))
		if err == nil && to != string(found[1]) {
			err = fmt.Errorf("%s is no picture", found[1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resolve returns what a link of a page is in the site, and has what it leads to read.
func (s *site) resolve(p *page, link string) (string, error) {
	address, err := url.Parse(link)
	if err != nil || address.Scheme != "" {
		return link, err
	}
	if address.Path == "" {
		s.pointers = append(s.pointers, pointer{p.source, p.path, address.Fragment})
		return link, nil
	}
	target := path.Join(path.Dir(p.source), address.Path)
	info, err := fs.Stat(s.sources, target)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return "", fmt.Errorf("it links to %s, which does not exist", link)
	}
	if err != nil {
		return "", err
	}
	s.want(target)
	to := place(target, info.IsDir())
	if address.Fragment != "" {
		s.pointers = append(s.pointers, pointer{p.source, to, address.Fragment})
	}
	address.Path = relative(p.path, to)
	return address.String(), nil
}

// relative is the way from one page to another.
func relative(from, to string) string {
	way, err := filepath.Rel(filepath.FromSlash(path.Dir(from)), filepath.FromSlash(to))
	if err != nil {
		panic(err) // both are relative paths without ".."
	}
	return filepath.ToSlash(way)
}

// list makes a page of a directory's files.
func (s *site) list(source string) error {
	entries, err := fs.ReadDir(s.sources, source)
	if err != nil {
		return err
	}
	p := &page{source: source, path: place(source, true), title: source + "/"}
	var b bytes.Buffer
	b.WriteString("<ul>\n")
	for _, entry := range entries {
		name := entry.Name()
		if name[0] == '.' || name == "testdata" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		way, err := s.resolve(&page{source: path.Join(source, "index"), path: p.path}, url.PathEscape(name))
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name += "/"
		}
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a></li>\n", template.HTMLEscapeString(way),
			template.HTMLEscapeString(name))
	}
	b.WriteString("</ul>\n")
	p.body = template.HTML(b.String())
	s.pages = append(s.pages, p)
	return nil
}
