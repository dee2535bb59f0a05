package templates

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// A Source is a template of the user's. One with the name of a built-in takes
// its place; any other adds the artifact that it is named after, without its
// ending ".tmpl".
type Source struct {
	Name    string // path below the directory of templates, slash-separated, e.g. "nginx/nginx.conf.tmpl"
	File    string // the file as the user knows it, for diagnostics
	Content []byte
}

// Extend puts the sources in place of the built-in templates, and beside them.
// Diagnostics name the files of the sources; they hold a warning for each that
// was made from another version of its built-in. The set is nil where there are
// errors.
func Extend(sources []Source) (*Set, hcl.Diagnostics) {
	s := newSet()
	var diags hcl.Diagnostics
	for _, source := range sources {
		s.sources[source.Name] = source
		if !isBuiltin(source.Name) {
			diags = append(diags, checkAdded(source)...)
			s.added = append(s.added, source.Name)
		}
	}
	slices.Sort(s.added)
	for _, t := range sorted(wholeBuiltin().root.Templates()) {
		name := definers()[t.Name()]
		if _, replaced := s.sources[name]; !replaced {
			s.define(name, t.Tree)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.sources)) {
		diags = append(diags, s.add(s.sources[name])...)
	}
	if !diags.HasErrors() {
		diags = append(diags, s.checkCalls()...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	s.markBounded()
	return s, diags
}

// add parses a template of the user's, and with it what it defines for others.
func (s *Set) add(source Source) hcl.Diagnostics {
	parsed, err := parseTemplate(source.Name, string(source.Content))
	if err != nil {
		return hcl.Diagnostics{s.parsingFault(source, err)}
	}
	var diags hcl.Diagnostics
	if isBuiltin(source.Name) {
		diags = append(diags, checkOrigin(source)...)
	}
	for _, t := range parsed {
		if other, twice := s.defined[t.Name]; twice {
			diags = append(diags, failure(s.definition(source, t), "Definition given twice",
				fmt.Sprintf("%s defines %q, which %s defines too. All templates of a lab share their definitions.",
					source.Name, t.Name, other),
				fmt.Sprintf("Choose another name, or replace %s.", other)))
			continue
		}
		if t.Name == source.Name {
			diags = append(diags, s.checkDot(source, t)...)
		}
		guard(t)
		s.define(source.Name, t)
	}
	return diags
}

// definition is the line on which a definition begins.
func (s *Set) definition(source Source, t *parse.Tree) *hcl.Range {
	before, _, found := strings.Cut(string(source.Content), strconv.Quote(t.Name))
	if !found {
		return lineOf(source, 1)
	}
	return lineOf(source, 1+strings.Count(before, "\n"))
}

// markBounded finds the definitions in which a template of the user's has a part:
// those of the user's, and those that call one.
func (s *Set) markBounded() {
	callers := map[string][]string{}
	var reached []string
	for _, t := range s.root.Templates() {
		if _, own := s.sources[s.defined[t.Name()]]; own {
			reached = append(reached, t.Name())
		}
		for _, definition := range called(t.Tree) {
			callers[definition] = append(callers[definition], t.Name())
		}
	}
	for len(reached) > 0 {
		name := reached[len(reached)-1]
		reached = reached[:len(reached)-1]
		if !s.bounded[name] {
			s.bounded[name] = true
			reached = append(reached, callers[name]...)
		}
	}
}

// checkCalls refuses a call of what nothing defines: of a part that a replaced
// template had, for example.
func (s *Set) checkCalls() hcl.Diagnostics {
	callers := map[string][]string{} // by what is missing
	first := map[string]*hcl.Range{}
	for _, t := range sorted(s.root.Templates()) {
		walk(t.Tree.Root, func(n parse.Node) {
			call, ok := n.(*parse.TemplateNode)
			if !ok || s.defined[call.Name] != "" {
				return
			}
			if from := t.Tree.ParseName; !slices.Contains(callers[call.Name], from) {
				callers[call.Name] = append(callers[call.Name], from)
			}
			if first[call.Name] == nil {
				first[call.Name] = s.location(t.Tree.ParseName, call.Line)
			}
		})
	}
	var diags hcl.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(callers)) {
		what := fmt.Sprintf("No template defines %q, which %s calls.", name, strings.Join(callers[name], ", "))
		if origin := definers()[name]; origin != "" {
			first[name] = s.location(origin, 1)
			what = fmt.Sprintf("The built-in %s defines %q, for %s; the template in its place does not.", origin,
				name, strings.Join(callers[name], ", "))
		}
		diags = append(diags, failure(first[name], "Missing definition", what, definitionRemedy(name)))
	}
	return diags
}

// definitionRemedy says what to do about a definition that is missing, and what stands
// for one that an older version had.
func definitionRemedy(name string) string {
	for _, c := range changes {
		if slices.Contains(c.parts, name) {
			return "Built-in templates had it once. Write " + c.written() + " instead."
		}
	}
	return fmt.Sprintf("Add a {{define %q}}.", name)
}

// sorted orders templates by name.
func sorted(list []*template.Template) []*template.Template {
	slices.SortFunc(list, func(a, b *template.Template) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

// location is a line of a template: of the user's file where there is one.
func (s *Set) location(name string, line int) *hcl.Range {
	source, own := s.sources[name]
	if !own {
		return &hcl.Range{Filename: name + " (built-in)", Start: hcl.Pos{Line: line, Column: 1},
			End: hcl.Pos{Line: line, Column: 1}}
	}
	return lineOf(source, line)
}

// lineOf is the range of one line of a source, from 1; of the last for one behind
// it.
func lineOf(source Source, line int) *hcl.Range {
	line = max(1, min(line, len(strings.SplitAfter(strings.TrimSuffix(string(source.Content), "\n"), "\n"))))
	start := 0
	for range line - 1 {
		next := strings.IndexByte(string(source.Content[start:]), '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	text, _, _ := strings.Cut(string(source.Content[start:]), "\n")
	text = strings.TrimSuffix(text, "\r")
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	return &hcl.Range{
		Filename: source.File,
		Start:    hcl.Pos{Line: line, Column: indent + 1, Byte: start + indent},
		End:      hcl.Pos{Line: line, Column: utf8.RuneCountInString(text) + 1, Byte: start + len(text)},
	}
}

func failure(at *hcl.Range, summary, what, remedy string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: what + " " + remedy, Subject: at}
}
