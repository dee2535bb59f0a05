package facts

import (
	"errors"
	"path"
	"runtime"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/internal/parallel"
)

// Script is a file of bash.
type Script struct {
	*File
	err    error
	tables []Table
	values []setting           // what is assigned outside functions
	cases  map[string][]*Entry // of the roster: branches, by the variable that they are of
	// tree is the script as far as it could be parsed, nil for one of a generated lab:
	// at 4,000 members trees would be a third of what verification has in memory.
	Tree *syntax.File
}

// parseScripts begins to parse every script as bash, beside whatever the caller
// does next: scripts are half of a lab's text. The function that it returns
// waits for them.
func (l *Facts) parseScripts(files []*File) func() []*Script {
	var scripts []*Script
	for _, f := range files {
		if path.Ext(f.Path) == ".sh" {
			scripts = append(scripts, &Script{File: f})
		}
	}
	var parsing sync.WaitGroup
	parsing.Go(func() {
		// As many at a time as there are processors: each has its tree in memory.
		parallel.Each(len(scripts), func(_, i int) {
			scripts[i].parse()
			if l.Generated {
				scripts[i].Tree = nil
			}
		})
	})
	return func() []*Script {
		parsing.Wait()
		return scripts
	}
}

// parse reads the script, its tables, what it assigns, and the branches of the roster.
func (s *Script) parse() {
	s.Tree, s.err = syntax.NewParser(
		syntax.Variant(syntax.LangBash),
	).Parse(
		&boundedReader{strings.NewReader(s.Text)},
		s.Path,
	)
	if s.Tree == nil {
		return
	}
	for _, statement := range s.Tree.Stmts {
		switch command := statement.Cmd.(type) {
		case *syntax.CallExpr:
			s.tables = append(s.tables, arraysOf(s, command)...)
			for _, assign := range command.Assigns {
				if assign.Value != nil {
					s.values = append(s.values, setting{Name: assign.Name.Value, Word: WordOf(assign.Value)})
				}
			}
		case *syntax.CaseClause:
			if isRoster(s.Path) {
				if s.cases == nil {
					s.cases = map[string][]*Entry{}
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

// mostFrames is how deep the shell reader may call itself: some tens of levels of nesting. The
// runtime ends a program whose stack grows without bound.
const mostFrames = 5000

// errDeep is the error of a script that nests deeper.
var errDeep = errors.New("commands nest too deep")

// boundedReader reads a script for the shell reader, which asks for the next kilobyte from
// wherever it is, and stops it where it is too deep.
type boundedReader struct{ script *strings.Reader }

func (r *boundedReader) Read(buffer []byte) (int, error) {
	if runtime.Callers(mostFrames, make([]uintptr, 1)) > 0 {
		return 0, errDeep
	}
	return r.script.Read(buffer)
}

// readScripts reports what parseScripts found, and collects the tables.
func (l *Facts) readScripts(scripts []*Script) {
	var rosters []*Script
	for _, s := range scripts {
		switch {
		case s.err != nil:
			l.reportScript(s)
		case isRoster(s.Path):
			rosters = append(rosters, s)
		default:
			l.Tables = append(l.Tables, s.tables...)
		}
	}
	l.Scripts = scripts
	l.readRosters(rosters)
}

func (l *Facts) reportScript(s *Script) {
	l.Rule = "shell"
	at, reason := Position{}, s.err.Error()
	var broken syntax.ParseError
	var foreign syntax.LangError
	switch {
	case errors.As(s.err, &broken):
		at, reason = ShellPosition(broken.Pos), broken.Text
	case errors.As(s.err, &foreign):
		at, reason = ShellPosition(foreign.Pos), foreign.Feature+" is no part of bash"
	}
	l.Report(s.File, at, "Invalid shell script", "The shell reader says: "+reason+".",
		l.Remedy("Correct the line, or the argument of the topology that it prints.", "Correct the line."))
}

// ShellPosition is a position as the shell reader counts it.
func ShellPosition(p syntax.Pos) Position { return PositionAt(int(p.Line()), int(p.Col())) }

// Literal is the text of a shell word that holds nothing to expand; ok is false
// for any other.
func Literal(w *syntax.Word) (text string, ok bool) {
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
			inner, ok := Literal(&syntax.Word{Parts: part.Parts})
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

// WordOf is a literal shell word with its position, empty for any other.
func WordOf(w *syntax.Word) Word {
	text, _ := Literal(w)
	if w == nil {
		return Word{}
	}
	return Word{Text: text, At: ShellPosition(w.Pos())}
}

// Table is an array at the top of a script, or the list of services that a
// profile selects.
type Table struct {
	*File
	Name    string
	Profile string // whose selection it is
	At      Position
	Words   []Word
}

// selectionsOf are the lists of a function that is a case of profiles.
func selectionsOf(s *Script, function *syntax.FuncDecl) []Table {
	var list []Table
	syntax.Walk(function.Body, func(node syntax.Node) bool {
		item, ok := node.(*syntax.CaseItem)
		if !ok || len(item.Patterns) == 0 {
			return true
		}
		for _, statement := range item.Stmts {
			if call, ok := statement.Cmd.(*syntax.CallExpr); ok {
				for _, t := range arraysOf(s, call) {
					t.Profile = WordOf(item.Patterns[0]).Text
					list = append(list, t)
				}
			}
		}
		return false
	})
	return list
}

func arraysOf(s *Script, command *syntax.CallExpr) []Table {
	var list []Table
	for _, assign := range command.Assigns {
		if assign.Array != nil {
			list = append(
				list,
				Table{
					File:  s.File,
					Name:  assign.Name.Value,
					At:    ShellPosition(assign.Pos()),
					Words: elements(assign.Array),
				},
			)
		}
	}
	return list
}

// ValueOf is the literal value of a variable that a script assigns outside its
// functions, without a position where there is none.
func (s *Script) ValueOf(name string) Word { return valueOf(s.values, name) }

func elements(array *syntax.ArrayExpr) []Word {
	list := make([]Word, 0, len(array.Elems))
	for _, e := range array.Elems {
		list = append(list, WordOf(e.Value))
	}
	return list
}
