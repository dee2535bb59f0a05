package main

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	"unicode"

	chroma "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/yuin/goldmark"
	highlighting "github.com/yuin/goldmark-highlighting/v2"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// A document is a page of Markdown as HTML.
type document struct {
	title    string
	headings []heading // below the title, of the levels 2 and 3
	anchors  []string
	body     template.HTML
}

// A heading is a line of a page's table of contents.
type heading struct {
	Level        int
	Anchor, Text string
}

// convert makes HTML of a page. Each of its links is replaced by what resolve gives for it.
func convert(content []byte, resolve func(link string) (string, error)) (*document, error) {
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.GFM, highlighting.NewHighlighting(
			highlighting.WithFormatOptions(chroma.WithClasses(true)))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()), // the pages are ours
	)
	context := parser.NewContext(parser.WithIDs(&anchors{used: map[string]int{}}))
	tree := markdown.Parser().Parse(text.NewReader(content), parser.WithContext(context))
	d := &document{}
	err := ast.Walk(tree, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var err error
		switch n := node.(type) {
		case *ast.Heading:
			d.addHeading(n, content)
		case *ast.Link:
			n.Destination, err = resolved(n.Destination, resolve)
		case *ast.Image:
			n.Destination, err = resolved(n.Destination, resolve)
		}
		return ast.WalkContinue, err
	})
	if err != nil {
		return nil, err
	}
	if d.title == "" {
		return nil, fmt.Errorf("the page has no title")
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, content, tree); err != nil {
		return nil, err
	}
	d.body = template.HTML(wide(b.String()))
	return d, nil
}

func resolved(link []byte, resolve func(string) (string, error)) ([]byte, error) {
	target, err := resolve(string(link))
	return []byte(target), err
}

// wide lets tables scroll by themselves where they are wider than the screen.
func wide(page string) string {
	return strings.NewReplacer("<table>", `<div class="table"><table>`, "</table>", "</table></div>").Replace(page)
}

func (d *document) addHeading(n *ast.Heading, content []byte) {
	id, _ := n.AttributeString("id")
	anchor, _ := id.([]byte)
	d.anchors = append(d.anchors, string(anchor))
	switch {
	case d.title == "":
		d.title = plain(n, content)
	case n.Level == 2 || n.Level == 3:
		d.headings = append(d.headings, heading{n.Level, string(anchor), plain(n, content)})
	}
}

// plain is the text of a node without its marks.
func plain(node ast.Node, content []byte) string {
	var b strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(content))
		case *ast.String:
			b.Write(n.Value)
		default:
			b.WriteString(plain(child, content))
		}
	}
	return b.String()
}

// anchors names headings as code hosts do, so that a link to one works there and here.
type anchors struct{ used map[string]int }

// Generate makes a name of a heading's text; it is part of [parser.IDs].
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(string(value)))
	count := a.used[name]
	a.used[name]++
	if count > 0 {
		name = fmt.Sprintf("%s-%d", name, count)
	}
	return []byte(name)
}

// Put notes a name that a page gives itself; it is part of [parser.IDs].
func (a *anchors) Put(value []byte) { a.used[string(value)]++ }
