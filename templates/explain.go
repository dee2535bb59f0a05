package templates

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
)

// What text/template says: where, in which definition, at which expression, and
// what. While parsing there are only the place and what.
var (
	failedParsing   = lazily(`(?s)^template: (.+?):(\d+): (.*)$`)
	failedExecuting = lazily(`(?s)^template: (.+?):(\d+):(\d+): executing "(.*?)" at <(.*?)>: (.*)$`)
	failedCalling   = lazily(`(?s)^error calling (\w+): (.*)$`)
	lacksField      = lazily(`^can't evaluate field (\S+) in type (.+)$`)
	nilPointer      = lazily(`^nil pointer evaluating (\S+)\.(\S+)$`)
	lacksFunction   = lazily(`^function "(.*)" not defined$`)
)

// lazily compiles an expression when it is first asked for: those of this package would
// be a twentieth of the time that the program takes to start.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// parsingFault tells what text/template could not read.
func (s *Set) parsingFault(err error) *hcl.Diagnostic {
	m := failedParsing().FindStringSubmatch(err.Error())
	if m == nil {
		panic(err)
	}
	line, _ := strconv.Atoi(m[2])
	return failure(s.place(m[1], line), "Invalid template", "The template reader says: "+m[3]+".", parsingRemedy(m[3]))
}

// faultOf tells what stopped the printing of an artifact in the terms of a
// template's author.
func (s *Set) faultOf(f fault) *hcl.Diagnostic {
	const summary = "Template does not fit the lab"
	at := s.place(f.row.template, 1)
	switch m := failedExecuting().FindStringSubmatch(f.err.Error()); {
	case m != nil:
		line, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		expression := m[5]
		if strings.HasPrefix(expression, showName) {
			expression = s.expression(m[1], line, column)
		}
		what, remedy := explain(expression, m[6], f.row.one)
		if around := s.around(m[1], m[4], line, column); around != "" {
			what += " " + around
		}
		return failure(s.word(m[1], line, column, expression), summary, what, remedy)
	case errors.Is(f.err, errText):
		return failure(at, summary, upperFirst(f.err.Error())+".", endless)
	}
	return failure(at, summary, fmt.Sprintf("The raw compose keys of the topology cannot be merged into %s as this template prints it: %v.", f.row.path, f.err),
		"Print the service, or take away its compose argument.")
}

// endless is what to look for in a template that does not end.
const endless = "It may not end: look for a range over a large number, a string that grows and a template that calls itself."

func parsingRemedy(what string) string {
	if lacksFunction().MatchString(what) {
		return "A template can call: " + strings.Join(functionNames(), ", ") + ", and what text/template has."
	}
	return "Correct the template; https://pkg.go.dev/text/template has its syntax."
}

// functionNames are what a template can call beside what is part of the template
// language, sorted.
func functionNames() []string {
	var names []string
	for name := range new(budget).functions() {
		if name[0] != '_' && !slices.Contains([]string{"print", "println", "printf", "html", "js", "urlquery"}, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// explain says what is wrong with an expression, and what to do. one is the One
// of the dot.
func explain(expression, text string, one any) (what, remedy string) {
	if strings.Contains(text, errSteps.Error()) || strings.Contains(text, errText.Error()) {
		_, text, _ = strings.Cut(text, ": ")
		return upperFirst(text) + ".", endless
	}
	if strings.HasPrefix(text, "exceeded maximum template depth") {
		return "The template calls itself, directly or through others, and does not end.", "Give it a condition under which it stops."
	}
	if m := failedCalling().FindStringSubmatch(text); m != nil {
		if m[1] == showName {
			return upperFirst(m[2]) + ".", "See docs/templates.md for what there is to print."
		}
		return expression + ": " + m[2] + ".", "Correct what the template passes to it."
	}
	if m := lacksField().FindStringSubmatch(text); m != nil {
		of := m[2]
		if of == "interface {}" && one != nil { // the dot's One
			of = reflect.TypeOf(one).String()
		}
		return fmt.Sprintf("%s: a %s has no field or method %s.", expression, of, m[1]), suggestField(m[1], of)
	}
	if m := nilPointer().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s: there is no such %s in this lab, and so no %s of it.", expression, m[1], m[2]), "Ask for it with {{if}} or {{with}} first."
	}
	return expression + ": " + text + ".", "Correct the expression; docs/templates.md has the fields of every type."
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// suggestField names the nearest field or method of a type, and all of them.
func suggestField(name, typeName string) string {
	known := members(typeName)
	if len(known) == 0 {
		return "docs/templates.md has the fields of every type."
	}
	near, distance := "", 3
	for _, k := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(k), nil); d < distance {
			near, distance = k, d
		}
	}
	all := "It has " + strings.Join(known, ", ") + "."
	if near != "" {
		return fmt.Sprintf("Did you mean %s? %s", near, all)
	}
	return all
}

// members are the fields and methods of a type of the plan, by its name as
// reflect prints it; sorted.
func members(typeName string) []string {
	var names []string
	seen := map[reflect.Type]bool{}
	var search func(t reflect.Type)
	search = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		if t.String() == typeName {
			for i := range t.NumMethod() {
				names = append(names, t.Method(i).Name)
			}
			if at := indirect(t); at.Kind() == reflect.Struct {
				for _, f := range reflect.VisibleFields(at) {
					if f.IsExported() && !slices.Contains(names, f.Name) {
						names = append(names, f.Name)
					}
				}
			}
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			search(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				search(t.Field(i).Type)
			}
		}
		for i := range t.NumMethod() {
			for o := range t.Method(i).Type.NumOut() {
				search(t.Method(i).Type.Out(o))
			}
		}
	}
	for _, dot := range []any{data{}, &plan.Plan{}, &composition{}} {
		search(reflect.TypeOf(dot))
	}
	slices.Sort(names)
	return names
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// word is the range of an expression in a template; of its line where it stands
// elsewhere than text/template says. column counts bytes from 0.
func (s *Set) word(name string, line, column int, expression string) *hcl.Range {
	at := s.place(name, line)
	source, own := s.sources[name]
	if !own {
		return at
	}
	lines := strings.SplitAfter(string(source.Content), "\n")
	text := lines[min(line, len(lines))-1]
	start := at.Start.Byte - (len(text) - len(strings.TrimLeft(text, " \t")))
	// A field of a chain is placed at its last dot.
	for from := min(column, len(text)); from >= 0; from-- {
		if strings.HasPrefix(text[from:], expression) {
			begin, end := start+from, start+from+len(expression)
			return &hcl.Range{
				Filename: at.Filename,
				Start:    hcl.Pos{Line: line, Column: len([]rune(text[:from])) + 1, Byte: begin},
				End:      hcl.Pos{Line: line, Column: len([]rune(text[:from+len(expression)])) + 1, Byte: end},
			}
		}
	}
	return at
}

// around tells what the dot is at a place inside a range or with, "" where it is
// what the template is called with.
func (s *Set) around(file, definition string, line, column int) string {
	t := s.root.Lookup(definition)
	if t == nil {
		return ""
	}
	target := s.offset(file, line, column)
	var inside []string
	list := t.Tree.Root
	for list != nil {
		var in parse.Node
		for _, n := range list.Nodes {
			if int(n.Position()) <= target {
				in = n
			}
		}
		list = nil
		if in == nil {
			break
		}
		branch := branchOf(in)
		if branch == nil {
			break
		}
		list = branch.List
		inElse := branch.ElseList != nil && int(branch.ElseList.Pos) <= target
		if inElse {
			list = branch.ElseList
		}
		if int(list.Pos) > target { // in the branch's own pipeline
			break
		}
		switch {
		case inElse:
		case in.Type() == parse.NodeRange:
			inside = append(inside, "an element of "+commands(branch.Pipe))
		case in.Type() == parse.NodeWith:
			inside = append(inside, commands(branch.Pipe))
		}
	}
	var what strings.Builder
	if len(inside) > 0 {
		slices.Reverse(inside)
		what.WriteString("The dot is " + strings.Join(inside, ", where the dot is ") + ".")
	}
	if definition != file {
		fmt.Fprintf(&what, " This is in the definition of %q.", definition)
	}
	return strings.TrimSpace(what.String())
}

// commands prints a pipeline without the variables that it is assigned to.
func commands(pipe *parse.PipeNode) string {
	var parts []string
	for _, c := range pipe.Cmds {
		parts = append(parts, c.String())
	}
	return strings.Join(parts, " | ")
}

// expression is what stands from a place to the end of its action.
func (s *Set) expression(name string, line, column int) string {
	rest := s.text(name)[s.offset(name, line, column):]
	expression, _, _ := strings.Cut(rest, "}}")
	return strings.TrimSpace(strings.TrimSuffix(expression, " -"))
}

// text is what a template of that name was parsed from.
func (s *Set) text(name string) string {
	if source, own := s.sources[name]; own {
		return string(source.Content)
	}
	if isBuiltin(name) {
		return builtinText(name)
	}
	return ""
}

// offset is a place of a template in bytes.
func (s *Set) offset(name string, line, column int) int {
	text := s.text(name)
	at := 0
	for range line - 1 {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return min(at+column, len(text))
}
