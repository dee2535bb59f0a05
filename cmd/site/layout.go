package main

import (
	"bytes"
	"fmt"
	"html/template"
	"path"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// A menu is a chapter with links from a page to its pages.
type menu struct {
	Title   string
	Entries []entry
}

// An entry is one line of a menu.
type entry struct {
	Title, Link string
	Current     bool
}

// lay writes a page with the contents of the site around it.
func (s *site) lay(p *page) error {
	titles := map[string]string{}
	for _, other := range s.pages {
		titles[other.source] = other.title
	}
	var menus []menu
	for i, c := range s.chapters {
		m := menu{Title: c.title}
		for _, source := range c.pages {
			way := relative(p.path, place(source, false))
			m.Entries = append(m.Entries, entry{titles[source], way, source == p.source})
		}
		if _, ok := s.files[playgroundPath]; ok && i == 0 {
			m.Entries = append(m.Entries, entry{"Open the playground", relative(p.path, playgroundPath), false})
		}
		menus = append(menus, m)
	}
	var b bytes.Buffer
	err := layout.Execute(&b, map[string]any{
		"Title": p.title, "Sheet": relative(p.path, sheetPath), "Home": relative(p.path, place(start, false)),
		"Menus": menus, "Headings": p.headings, "Body": p.body, "Listing": path.Ext(p.source) != ".md",
	})
	s.files[p.path] = b.Bytes()
	return err
}

// mostColoured are the bytes of the longest file that has colours: they take about a
// second for each megabyte.
const mostColoured = 16 << 10

// highlighted is a file that is no page, in colours where its language is known.
func highlighted(name string, content []byte) (template.HTML, error) {
	lexer := lexers.Match(path.Base(name))
	if lexer == nil || len(content) > mostColoured {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, string(content))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = html.New(html.WithClasses(true)).Format(&b, styles.Fallback, tokens)
	return template.HTML(b.String()), err
}

// sheet is the site's style, with colours of code for bright and for dark screens.
func sheet() ([]byte, error) {
	content, err := own.ReadFile(sheetPath)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(content)
	for _, mode := range []struct{ scheme, style string }{{"light", "github"}, {"dark", "github-dark"}} {
		fmt.Fprintf(b, "@media (prefers-color-scheme: %s) {\n", mode.scheme)
		if err := html.New(html.WithClasses(true)).WriteCSS(b, styles.Get(mode.style)); err != nil {
			return nil, err
		}
		b.WriteString("}\n")
	}
	return b.Bytes(), nil
}
