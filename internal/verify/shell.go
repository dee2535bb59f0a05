package verify

import (
	"errors"
	"path"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/internal/parallel"
)

// script is a file of bash.
type script struct {
	*file
	err    error
	tables []table
	values []setting           // what is assigned outside functions
	cases  map[string][]*entry // of the roster: branches, by the variable that they are of
	// tree is the script as far as it could be parsed, nil for one of a generated lab:
	// at 4,000 members trees would be a third of what verification has in memory.
	tree *syntax.File
}

// parseScripts begins to parse every script as bash, beside whatever the caller
// does next: scripts are half of a lab's text. The function that it returns
// waits for them.
func (l *facts) parseScripts(files []*file) func() []*script {
	var scripts []*script
	for _, f := range files {
		if path.Ext(f.path) == ".sh" {
			scripts = append(scripts, &script{file: f})
		}
	}
	var parsing sync.WaitGroup
	parsing.Go(func() {
		// As many at a time as there are processors: each has its tree in memory.
		parallel.Each(len(scripts), func(_, i int) {
			scripts[i].parse()
			if l.generated {
				scripts[i].tree = nil
			}
		})
	})
	return func() []*script {
		parsing.Wait()
		return scripts
	}
}

// parse reads the script, its tables, what it assigns, and the branches of the roster.
func (s *script) parse() {
	s.tree, s.err = syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(s.text), s.path)
	if s.tree == nil {
		return
	}
	for _, statement := range s.tree.Stmts {
		switch command := statement.Cmd.(type) {
		case *syntax.CallExpr:
			s.tables = append(s.tables, arraysOf(s, command)...)
			for _, assign := range command.Assigns {
				if assign.Value != nil {
					s.values = append(s.values, setting{assign.Name.Value, wordOf(assign.Value)})
				}
			}
		case *syntax.CaseClause:
			if s.path == instancesPath {
				if s.cases == nil {
					s.cases = map[string][]*entry{}
				}
				s.cases[variable(command.Word)] = entries(command)
			}
		case *syntax.FuncDecl:
			if command.Name.Value == "select_services" {
				s.tables = append(s.tables, selectionsOf(s, command)...)
			}
		}
	}
}

// readScripts reports what parseScripts found, and collects the tables.
func (l *facts) readScripts(scripts []*script) {
	for _, s := range scripts {
		switch {
		case s.err != nil:
			l.reportScript(s)
		case s.path == instancesPath:
			l.readRoster(s)
		default:
			l.tables = append(l.tables, s.tables...)
		}
	}
	l.scripts = scripts
}

func (l *facts) reportScript(s *script) {
	at, reason := place{}, s.err.Error()
	var broken syntax.ParseError
	var foreign syntax.LangError
	switch {
	case errors.As(s.err, &broken):
		at, reason = placeAt(broken.Pos), broken.Text
	case errors.As(s.err, &foreign):
		at, reason = placeAt(foreign.Pos), foreign.Feature+" is no part of bash"
	}
	l.report(s.file, at, "Invalid shell script", "The shell reader says: "+reason+".", "Correct the line, or the argument of the topology that it prints.")
}

func placeAt(p syntax.Pos) place { return placeIn(int(p.Line()), int(p.Col())) }

// literal is the text of a shell word that holds nothing to expand; ok is false
// for any other.
func literal(w *syntax.Word) (text string, ok bool) {
	if w == nil {
		return "", true
	}
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text += strings.ReplaceAll(part.Value, `\`, "")
		case *syntax.SglQuoted:
			text += part.Value
		case *syntax.DblQuoted:
			inner, ok := literal(&syntax.Word{Parts: part.Parts})
			if !ok {
				return "", false
			}
			text += inner
		default:
			return "", false
		}
	}
	return text, true
}

// wordOf is a literal shell word with its place, empty for any other.
func wordOf(w *syntax.Word) word {
	text, _ := literal(w)
	if w == nil {
		return word{}
	}
	return word{text, placeAt(w.Pos())}
}

// table is an array at the top of a script, or the list of services that a
// profile selects.
type table struct {
	*file
	name    string
	profile string // whose selection it is
	at      place
	words   []word
}

// selectionsOf are the lists of a function that is a case of profiles.
func selectionsOf(s *script, function *syntax.FuncDecl) []table {
	var list []table
	syntax.Walk(function.Body, func(node syntax.Node) bool {
		item, ok := node.(*syntax.CaseItem)
		if !ok || len(item.Patterns) == 0 {
			return true
		}
		for _, statement := range item.Stmts {
			if call, ok := statement.Cmd.(*syntax.CallExpr); ok {
				for _, t := range arraysOf(s, call) {
					t.profile = wordOf(item.Patterns[0]).text
					list = append(list, t)
				}
			}
		}
		return false
	})
	return list
}

func arraysOf(s *script, command *syntax.CallExpr) []table {
	var list []table
	for _, assign := range command.Assigns {
		if assign.Array != nil {
			list = append(list, table{file: s.file, name: assign.Name.Value, at: placeAt(assign.Pos()), words: elements(assign.Array)})
		}
	}
	return list
}

// valueOf is the literal value of a variable that a script assigns outside its
// functions, without a place where there is none.
func (s *script) valueOf(name string) word { return valueOf(s.values, name) }

func elements(array *syntax.ArrayExpr) []word {
	list := make([]word, 0, len(array.Elems))
	for _, e := range array.Elems {
		list = append(list, wordOf(e.Value))
	}
	return list
}
