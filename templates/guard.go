package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// What one artifact may take to print where a template of the user's has a part
// in it. A template has no other limit: it may range over any number, call
// itself, and make a string of two as long.
const (
	maxSteps = 1_000_000 // passes of a range and calls of a template; the largest built-in takes 30 a service
	maxText  = 32 << 20  // bytes printed, and bytes that functions return
)

// A budget is what is left of these limits.
type budget struct{ steps, text int }

// errSteps and errText are how a template ends that does not end by itself.
var (
	errSteps = errors.New("the template takes more than a million passes of a range and calls of a template")
	errText  = errors.New("the template makes more than 32 MB of text")
)

// The functions that guard puts into a template.
const (
	stepName = "_step"
	showName = "_show"
)

// guard makes the passes and calls of a template count, and what it prints be
// looked at.
func guard(tree *parse.Tree) {
	counted := []*parse.ListNode{tree.Root}
	walk(tree.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.RangeNode:
			counted = append(counted, n.List)
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				text := n.Pipe.String()
				show := command(n.Pipe.Pos, showName)
				show.Args = append(show.Args, &parse.StringNode{NodeType: parse.NodeString, Pos: n.Pipe.Pos, Quoted: strconv.Quote(text), Text: text})
				n.Pipe.Cmds = append(n.Pipe.Cmds, show)
			}
		}
	})
	for _, list := range counted {
		step := &parse.ActionNode{NodeType: parse.NodeAction, Pos: list.Pos, Pipe: &parse.PipeNode{
			NodeType: parse.NodePipe, Pos: list.Pos, Cmds: []*parse.CommandNode{command(list.Pos, stepName)},
		}}
		list.Nodes = append([]parse.Node{step}, list.Nodes...)
	}
}

func command(pos parse.Pos, name string) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{parse.NewIdentifier(name).SetPos(pos)}}
}

// walk visits every statement of a list, those inside others too.
func walk(list *parse.ListNode, visit func(parse.Node)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		visit(n)
		if branch := branchOf(n); branch != nil {
			walk(branch.List, visit)
			walk(branch.ElseList, visit)
		}
	}
}

// branchOf is what an if, a range and a with have in common; nil for others.
func branchOf(n parse.Node) *parse.BranchNode {
	switch n := n.(type) {
	case *parse.IfNode:
		return &n.BranchNode
	case *parse.RangeNode:
		return &n.BranchNode
	case *parse.WithNode:
		return &n.BranchNode
	}
	return nil
}

// functions are what a template of the user's may call: what the built-in ones
// may, and a few more. None knows a disk, an environment, a clock or chance, and
// those of text/template that print any value print plain ones only: a pointer
// would be another number in every run.
func (b *budget) functions() template.FuncMap {
	list := template.FuncMap{
		stepName: b.step,
		showName: b.show,

		"print": func(values ...any) (string, error) {
			return b.printed(values, func() string { return fmt.Sprint(values...) })
		},
		"println": func(values ...any) (string, error) {
			return b.printed(values, func() string { return fmt.Sprintln(values...) })
		},
		"html": func(values ...any) (string, error) {
			return b.printed(values, func() string { return template.HTMLEscaper(values...) })
		},
		"js": func(values ...any) (string, error) {
			return b.printed(values, func() string { return template.JSEscaper(values...) })
		},
		"urlquery": func(values ...any) (string, error) {
			return b.printed(values, func() string { return template.URLQueryEscaper(values...) })
		},
		"printf": func(format string, values ...any) (string, error) {
			return b.printed(values, func() string { return fmt.Sprintf(format, values...) })
		},

		"json":       jsonString,
		"lower":      strings.ToLower,
		"upper":      strings.ToUpper,
		"trimPrefix": func(prefix, s string) string { return strings.TrimPrefix(s, prefix) },
		"trimSuffix": func(suffix, s string) string { return strings.TrimSuffix(s, suffix) },
		"hasPrefix":  func(prefix, s string) bool { return strings.HasPrefix(s, prefix) },
		"hasSuffix":  func(suffix, s string) bool { return strings.HasSuffix(s, suffix) },
		"contains":   func(part, s string) bool { return strings.Contains(s, part) },
		"replace":    b.replace,
		"add":        func(x, y int) int { return x + y },
		"sub":        func(x, y int) int { return x - y },
	}
	for name, function := range functions {
		list[name] = function
	}
	list["indent"] = b.indent
	list["join"] = b.join
	return list
}

// step counts one pass or call.
func (b *budget) step() (string, error) {
	b.steps--
	if b.steps < 0 {
		return "", errSteps
	}
	return "", nil
}

// charge counts text.
func (b *budget) charge(n int) error {
	b.text -= n
	if b.text < 0 {
		return errText
	}
	return nil
}

// show lets through what has one way to be printed.
func (b *budget) show(expression string, value any) (any, error) {
	if err := plain(value); err != nil {
		return nil, fmt.Errorf("%s is %w", expression, err)
	}
	return value, nil
}

// printed charges for a text that is made of plain values.
func (b *budget) printed(values []any, text func() string) (string, error) {
	least := 0
	for i, v := range values {
		if err := plain(v); err != nil {
			return "", fmt.Errorf("argument %d is %w", i+1, err)
		}
		if s, ok := v.(string); ok {
			least += len(s)
		}
	}
	if least > b.text {
		return "", errText
	}
	made := text()
	return made, b.charge(len(made))
}

// plain refuses a value that is not text, a number or a truth value.
func plain(value any) error {
	if value == nil {
		return errors.New("nothing: there is no such value in this lab; ask for it with {{if}} or {{with}} first")
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return nil
	case reflect.Slice, reflect.Array:
		return fmt.Errorf("a list (%s); print its elements with {{range}}, or strings with join", v.Type())
	case reflect.Pointer:
		if v.IsNil() {
			return plain(nil)
		}
	}
	if _, ok := value.(fmt.Stringer); ok && v.Kind() == reflect.Struct {
		return nil
	}
	return fmt.Errorf("a whole %s; print one of its fields", v.Type())
}

// jsonString is the text as JSON writes it, with its quotation marks.
func jsonString(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s) // a string has no error
	return strings.TrimSuffix(b.String(), "\n")
}

// replace is strings.ReplaceAll with the text last, for pipelines.
func (b *budget) replace(old, new, s string) (string, error) {
	if err := b.charge(len(s) + strings.Count(s, old)*len(new)); err != nil {
		return "", err
	}
	return strings.ReplaceAll(s, old, new), nil
}

// join is the built-in one with what it makes charged.
func (b *budget) join(list []string, separator string) (string, error) {
	length := len(separator) * len(list)
	for _, s := range list {
		length += len(s)
	}
	if err := b.charge(length); err != nil {
		return "", err
	}
	return strings.Join(list, separator), nil
}

// indent is the built-in one with what it makes charged.
func (b *budget) indent(n int, text string) (string, error) {
	if n < 0 || n > 1000 {
		return "", fmt.Errorf("%d spaces: 0 to 1000 can be put before a line", n)
	}
	if err := b.charge(len(text) + n*(1+strings.Count(text, "\n"))); err != nil {
		return "", err
	}
	return indent(n, text), nil
}
