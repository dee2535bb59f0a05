package templates

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

// What text/template says: where, in which definition, at which expression, and
// what. While parsing there are only the place and what.
var (
	failedParsing   = regexp.MustCompile(`(?s)^template: (.+?):(\d+): (.*)$`)
	failedExecuting = regexp.MustCompile(`(?s)^template: (.+?):(\d+):(\d+): executing "(.*?)" at <(.*?)>: (.*)$`)
	failedCalling   = regexp.MustCompile(`(?s)^error calling (\w+): (.*)$`)
	lacksField      = regexp.MustCompile(`^can't evaluate field (\S+) in type (.+)$`)
	nilPointer      = regexp.MustCompile(`^nil pointer evaluating (\S+)\.(\S+)$`)
	lacksFunction   = regexp.MustCompile(`^function "(.*)" not defined$`)
	wrongNumber     = regexp.MustCompile(`^wrong number of args for (\w+): want .* got (\d+)$`)
	cannotRange     = regexp.MustCompile(`(?s)^range can't iterate over |^can't use .* iterate over more than one `)
)

// parsingFault reports what text/template could not read.
func (s *Set) parsingFault(source Source, err error) *hcl.Diagnostic {
	m := failedParsing.FindStringSubmatch(err.Error())
	if m == nil {
		return failure(lineOf(source, 1), "Invalid template", "The template reader says: "+err.Error()+".",
			syntaxRemedy)
	}
	line, _ := strconv.Atoi(m[2])
	if name := lacksFunction.FindStringSubmatch(m[3]); name != nil {
		what, remedy := explainFunction(name[1])
		return failure(lineOf(source, line), "Function that no template can call", what, remedy)
	}
	return failure(lineOf(source, line), "Invalid template", "The template reader says: "+m[3]+".", syntaxRemedy)
}

const (
	syntaxRemedy    = "Correct the template; https://pkg.go.dev/text/template has its syntax."
	functionsRemedy = "\"mirrorgen templates functions\" lists all that can be called."
)

// explainFunction says why a template cannot call a function, and what to do
// instead.
func explainFunction(name string) (what, remedy string) {
	if f := functions()[name]; f != nil {
		return fmt.Sprintf("The function %s is refused: %s.", name, f.Reason), f.Way
	}
	for _, c := range changes {
		if c.function == name {
			return fmt.Sprintf("There is no function %s any more.", name), "Write " + c.now + " instead."
		}
	}
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	if near := text.Near(slices.Values(names), name, min(2, len(name)-1)); near != "" {
		return fmt.Sprintf("There is no function %s.", name), fmt.Sprintf("Did you mean %s? %s", near, functionsRemedy)
	}
	return fmt.Sprintf("There is no function %s.", name), functionsRemedy
}

// faultOf reports what stopped the printing of an artifact in the terms of a
// template's author.
func (s *Set) faultOf(f fault) *hcl.Diagnostic {
	const summary = "Template does not fit the lab"
	at := s.location(f.job.template, 1)
	switch m := failedExecuting.FindStringSubmatch(f.err.Error()); {
	case m != nil:
		line, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		expression := m[5]
		subject := s.location(m[1], line)
		if strings.HasPrefix(expression, showName) {
			expression = s.expression(m[1], line, column)
		}
		if !strings.HasPrefix(expression, "_") { // one of guard's, which counts
			subject = s.expressionRange(m[1], line, column, expression)
		}
		what, remedy := describeFault(expression, m[6], f.job.dot.One)
		if around := s.around(m[1], m[4], line, column); around != "" {
			what += " " + around
		}
		return failure(subject, summary, what, remedy)
	case errors.Is(f.err, errText):
		return failure(at, summary, upperFirst(errText.Error())+".", endless)
	}
	argument := compose
	if f.job.workloads != nil {
		argument = kubernetes
	}
	return failure(at, summary, fmt.Sprintf("The raw %s keys of the topology cannot be merged into %s as this "+
		"template prints it: %v.", argument, f.job.path, f.err),
		"Print the service, or take away its "+argument+" argument.")
}

// endless is what to look for in a template that does not end.
const endless = "It may not end: look for a range over a large number, a string that grows and a template that calls " +
	"itself."

// describeFault says what is wrong with an expression, and what to do. one is the One
// of the dot.
func describeFault(expression, text string, one any) (what, remedy string) {
	for _, limit := range []error{errPasses, errText, errWork} {
		if strings.HasSuffix(text, limit.Error()) {
			return upperFirst(limit.Error()) + ".", endless
		}
	}
	if strings.HasSuffix(text, errDepth.Error()) || strings.HasPrefix(text, "exceeded maximum template depth") {
		return "The template calls itself, directly or through others, and does not end.",
			"Give it a condition under which it stops."
	}
	if m := wrongNumber.FindStringSubmatch(text); m != nil && functions()[m[1]] != nil {
		return fmt.Sprintf("%s: it is given %s arguments.", expression, m[2]), fmt.Sprintf("Call it as %q",
			functions()[m[1]].Call) + callRemedy(m[1])
	}
	if cannotRange.MatchString(text) {
		return expression + ": this is no list, and range goes through one.",
			"Take a field that is a list; docs/templates.md has those of every type."
	}
	if m := failedCalling.FindStringSubmatch(text); m != nil {
		return explainCall(expression, m[1], m[2])
	}
	if m := lacksField.FindStringSubmatch(text); m != nil {
		return explainField(expression, m[1], m[2], one)
	}
	if m := nilPointer.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s: there is no such %s in this lab, and so no %s of it.", expression, m[1], m[2]),
			"Ask for it with {{if}} or {{with}} first."
	}
	return expression + ": " + text + ".", "Correct the expression; docs/templates.md has the fields of every type."
}

// explainCall says what is wrong with the call of a function, which says so itself.
func explainCall(expression, function, said string) (what, remedy string) {
	switch function {
	case showName:
		return upperFirst(expression) + " is " + said + ".", "See docs/templates.md for what there is to print."
	case "fail":
		return "The template says: " + sentence(said), "Its call of fail stops the build."
	}
	if what, call, found := strings.Cut(said, callAs); found {
		return expression + ": " + what + ".", fmt.Sprintf("Call it as %q", call) + callRemedy(function)
	}
	return expression + ": " + said + ".", "Correct what the template passes to it" + callRemedy(function)
}

// explainField says which fields there are, of a type as reflect prints it.
func explainField(expression, name, of string, one any) (what, remedy string) {
	if of == "interface {}" && one != nil { // the dot's One
		of = reflect.TypeOf(one).String()
	}
	if of == reflect.TypeFor[dot]().String() {
		return fmt.Sprintf("%s: the dot has no field or method %s.", expression, name), suggestField(name, of)
	}
	return fmt.Sprintf("%s: a %s has no field or method %s.", expression, of, name), suggestField(name, of)
}

// callRemedy ends the sentence that says what to do about wrong arguments. Where an
// older version had a function of that name and another meaning, it names the
// difference.
func callRemedy(function string) string {
	for _, c := range changes {
		if c.meaning == function {
			return "; what was " + c.old + " once is " + c.written() + " now."
		}
	}
	return "."
}

// sentence ends a text with a full stop where it has no end.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// suggestField names the nearest field or method of a type, and all of them.
func suggestField(name, typeName string) string {
	known := members(typeName)
	if len(known) == 0 {
		return "docs/templates.md has the fields of every type."
	}
	all := "It has " + strings.Join(known, ", ") + "."
	if near := text.Near(slices.Values(known), name, 2); near != "" {
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
	for _, dot := range []any{dot{}, &plan.Plan{}} {
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

// expressionRange is the range of an expression in a template; of its line where it stands
// elsewhere than text/template says. column counts bytes from 0.
func (s *Set) expressionRange(name string, line, column int, expression string) *hcl.Range {
	at := s.location(name, line)
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

// around says what the dot is at a place inside a range or with, "" where it is
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

// commands prints a pipeline without the variables that it is assigned to, and
// without what guard has put into it.
func commands(pipe *parse.PipeNode) string {
	var parts []string
	for _, c := range pipe.Cmds {
		if text := c.String(); !strings.HasPrefix(text, "_") {
			parts = append(parts, text)
		}
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
