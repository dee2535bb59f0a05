package templates

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
)

// A Source is a template of the user's. One with the name of a built-in takes
// its place; any other adds the artifact that it is named after, without its
// ending ".tmpl".
type Source struct {
	Name    string // path below the directory of templates, slash-separated, e.g. "nginx/nginx.conf.tmpl"
	File    string // the file as the user knows it, for diagnostics
	Content []byte
}

// A Set is the built-in templates with those of the user's in place of them and
// beside them.
type Set struct {
	sources map[string]Source // by name
	added   []string          // names of those that are no built-in, sorted
	root    *template.Template
	used    map[string]string // by the name of a definition, the template that has it
	limits  budget            // of each artifact
}

// Extend puts the sources in place of the built-in templates, and beside them.
// Diagnostics name the files of the sources; they hold a warning for each that
// was made from another version of its built-in. The set is nil where there are
// errors.
func Extend(sources []Source) (*Set, hcl.Diagnostics) {
	s := &Set{
		sources: map[string]Source{},
		root:    template.New("").Option("missingkey=error").Funcs(new(budget).functions()),
		used:    map[string]string{},
		limits:  budget{maxSteps, maxText},
	}
	var diags hcl.Diagnostics
	for _, source := range sources {
		s.sources[source.Name] = source
		if !isBuiltin(source.Name) {
			diags = append(diags, checkAdded(source)...)
			s.added = append(s.added, source.Name)
		}
	}
	sort.Strings(s.added)
	for _, name := range slices.Concat(builtinNames(), s.added) {
		diags = append(diags, s.add(name)...)
	}
	if !diags.HasErrors() {
		diags = append(diags, s.checkCalls()...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return s, diags
}

// Replaced counts the sources that take the place of a built-in.
func (s *Set) Replaced() int { return len(s.sources) - len(s.added) }

// Added counts the sources that add an artifact.
func (s *Set) Added() int { return len(s.added) }

// From is the user's template of that name, and whether there is one.
func (s *Set) From(name string) (Source, bool) {
	source, ok := s.sources[name]
	return source, ok
}

// add parses one template, and with it what it defines for others.
func (s *Set) add(name string) hcl.Diagnostics {
	source, own := s.sources[name]
	text := string(source.Content)
	if !own {
		text = builtinText(name)
	}
	t, err := template.New(name).Funcs(new(budget).functions()).Parse(text)
	if err != nil {
		if !own {
			panic(fmt.Sprintf("built-in template %s: %v", name, err))
		}
		return hcl.Diagnostics{s.parsingFault(err)}
	}
	var diags hcl.Diagnostics
	if own && isBuiltin(name) {
		diags = append(diags, checkOrigin(source)...)
	}
	for _, defined := range sorted(t.Templates()) {
		if defined.Tree == nil {
			continue
		}
		if other, twice := s.used[defined.Name()]; twice {
			diags = append(diags, failure(s.place(name, 1), "Definition given twice",
				fmt.Sprintf("%s defines %q, which %s defines too. All templates of a lab share their definitions.", name, defined.Name(), other),
				fmt.Sprintf("Choose another name, or replace %s.", other)))
			continue
		}
		s.used[defined.Name()] = name
		if own {
			guard(defined.Tree)
		}
		if _, err := s.root.AddParseTree(defined.Name(), defined.Tree); err != nil {
			panic(fmt.Sprintf("template %s: %v", name, err))
		}
	}
	return diags
}

// checkCalls refuses a call of what nothing defines: of a part that a replaced
// template had, for example.
func (s *Set) checkCalls() hcl.Diagnostics {
	callers := map[string][]string{} // by what is missing
	first := map[string]*hcl.Range{}
	for _, t := range sorted(s.root.Templates()) {
		walk(t.Tree.Root, func(n parse.Node) {
			call, ok := n.(*parse.TemplateNode)
			if !ok || s.used[call.Name] != "" {
				return
			}
			if from := t.Tree.ParseName; !slices.Contains(callers[call.Name], from) {
				callers[call.Name] = append(callers[call.Name], from)
			}
			if first[call.Name] == nil {
				first[call.Name] = s.place(t.Tree.ParseName, call.Line)
			}
		})
	}
	var diags hcl.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(callers)) {
		what := fmt.Sprintf("No template defines %q, which %s calls.", name, strings.Join(callers[name], ", "))
		if origin := definer(name); origin != "" {
			first[name] = s.place(origin, 1)
			what = fmt.Sprintf("The built-in %s defines %q, for %s; the template in its place does not.", origin, name, strings.Join(callers[name], ", "))
		}
		diags = append(diags, failure(first[name], "Missing definition", what, fmt.Sprintf("Add a {{define %q}}.", name)))
	}
	return diags
}

// sorted orders templates by name.
func sorted(list []*template.Template) []*template.Template {
	slices.SortFunc(list, func(a, b *template.Template) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

// place is a line of a template: of the user's file where there is one.
func (s *Set) place(name string, line int) *hcl.Range {
	source, own := s.sources[name]
	if !own {
		return &hcl.Range{Filename: name + " (built-in)", Start: hcl.Pos{Line: line, Column: 1}, End: hcl.Pos{Line: line, Column: 1}}
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

// artifactOf is the path of the artifact that a template adds.
func artifactOf(name string) string { return strings.TrimSuffix(name, ".tmpl") }

// checkAdded refuses a template whose artifact could not be part of any lab.
func checkAdded(source Source) hcl.Diagnostics {
	to := artifactOf(source.Name)
	base := strings.ToLower(path.Base(to))
	first, _, _ := strings.Cut(strings.ToLower(to), "/")
	refuse := func(what, remedy string) hcl.Diagnostics {
		return hcl.Diagnostics{failure(lineOf(source, 1), "Template that cannot add a file", what, remedy)}
	}
	switch {
	case !fs.ValidPath(to) || to == "." || strings.IndexFunc(to, unsafeInPath) >= 0 || !utf8.ValidString(to):
		return refuse(fmt.Sprintf("%q is not a path that every file system has.", to), "Rename the template.")
	case slices.Contains([]string{"data", "certs", "secrets", ".git", ".mirrorgen.json", ".mirrorgen.json.new", "iris.key"}, first):
		return refuse(fmt.Sprintf("%s in a lab is yours, and never written by a build.", first), "Rename the template.")
	case to == base && slices.Contains(composeNames, base):
		return refuse(fmt.Sprintf("Docker Compose would read %s in place of %s or on top of it, and what was verified would not be what runs.", to, plan.ComposePath),
			"Replace compose/docker-compose.yaml.tmpl instead, or use the compose argument of a service.")
	}
	return nil
}

// composeNames are the files that Docker Compose reads by itself, beside or
// before docker-compose.yaml (https://docs.docker.com/compose/intro/compose-application-model/).
var composeNames = []string{
	"compose.yaml", "compose.yml", "docker-compose.yml",
	"compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml", "docker-compose.override.yml",
}

func unsafeInPath(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`\:*?"<>|`, r)
}
