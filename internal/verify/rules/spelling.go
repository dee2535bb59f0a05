package rules

import (
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
	"mirrorgen/internal/verify/vocabulary"
)

// checkSpellings: what IRIS and the Web Gateway expect by a fixed name is spelt as the
// vocabulary has it: pages, environment variables, arguments of iris-main, methods. A name
// that is like none of it may be the user's own.
func checkSpellings(l *checker) {
	known := spellings{
		variables: vocabulary.Known(vocabulary.Environment),
		arguments: vocabulary.Known(vocabulary.Flag),
		methods:   vocabulary.Known(vocabulary.Method),
		pages:     strings.ReplaceAll(vocabulary.Known(vocabulary.Page), "%25", "%"),
	}
	for _, s := range l.Compose.Services {
		if l.Own(s) {
			continue
		}
		l.checkVariables(s, known.variables)
		if l.Roles[s].Kind == facts.InstanceKind {
			l.checkArguments(s, known.arguments)
		}
	}
	for _, f := range l.Files {
		switch path.Ext(f.Path) {
		case ".cfg", ".conf", ".sh":
			l.checkFileSpellings(f, known)
		}
	}
}

// spellings are those of the vocabulary, separated by spaces.
type spellings struct{ variables, arguments, methods, pages string }

// misspelt reports a word that is no spelling of its kind, but nearly one. limit is how
// many letters may differ.
func (l *checker) misspelt(f *facts.File, at facts.Position, what, word, known string, limit int) {
	if near := text.Near(strings.SplitSeq(known, " "), word, limit); near != "" && near != word {
		l.Report(f, at, "Misspelt name", "The "+what+" "+word+" is none that IRIS or the Web Gateway has.",
			`Did you mean "`+near+`"?`)
	}
}

func (l *checker) checkVariables(s *facts.Service, known string) {
	for _, e := range s.Environment {
		if strings.HasPrefix(e.Name, "ISC") || strings.HasPrefix(e.Name, "IRIS") {
			l.misspelt(s.File, e.At, "variable", e.Name, known, 2)
		}
	}
}

func (l *checker) checkArguments(s *facts.Service, known string) {
	for _, w := range s.Command {
		if name, _, _ := strings.Cut(w.Text, "="); strings.HasPrefix(name, "--") {
			l.misspelt(s.File, w.At, "argument", name, known, 2)
		}
	}
}

// checkFileSpellings looks at the pages and methods that a configuration or a script names.
func (l *checker) checkFileSpellings(f *facts.File, known spellings) {
	for number, line := range text.Lines(f.Text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, mark := range [...]string{".cxw", ".zen", "/api/"} {
			if i := strings.Index(line, mark); i >= 0 {
				begin := strings.LastIndexFunc(line[:i], notPageRune) + 1
				end := i + len(mark)
				end += strings.IndexFunc(line[end:]+" ", notPageRune)
				l.checkPageSpelling(f, facts.PositionAt(number, begin+1), line[begin:end], known.pages)
			}
		}
		if begin, rest, found := strings.Cut(line, "##class("); found {
			name, _, called := strings.Cut(strings.ReplaceAll(rest, "%%", "%"), "(") // as printf has it
			if class, method, ok := strings.Cut(name, ")."); ok && called {
				l.misspelt(f, facts.PositionAt(number, len(begin)+1), "method", class+"."+method, known.methods, 1)
			}
		}
	}
}

func notPageRune(r rune) bool { return notPathRune(r) && r != '%' }

// checkPageSpelling compares the end of a path with each page: a path may begin with that
// of a gateway.
func (l *checker) checkPageSpelling(f *facts.File, at facts.Position, uri, known string) {
	uri = strings.ReplaceAll(uri, "%25", "%")
	near := ""
	for page := range strings.SplitSeq(known, " ") {
		end := lastParts(uri, strings.Count(page, "/"))
		if end == page {
			return
		}
		if text.Near(slices.Values([]string{page}), end, 2) != "" {
			near = page
		}
	}
	if near != "" {
		l.Report(f, at, "Misspelt name", "The page "+uri+" is none that IRIS or the Web Gateway has.",
			`Did you mean "`+near+`"?`)
	}
}

// lastParts are the last n parts of a path, with the slash before each; the path itself
// where it has fewer.
func lastParts(uri string, n int) string {
	end := len(uri)
	for range n {
		i := strings.LastIndexByte(uri[:end], '/')
		if i < 0 {
			return uri
		}
		end = i
	}
	return uri[end:]
}
