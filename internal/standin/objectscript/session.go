// Package objectscript runs the ObjectScript that the generated scripts send to
// `iris session`: straight-line code of set, do, write, zwrite, kill, if and halt, with calls
// of class methods, by-reference arrays and a few functions. Everything else is
// refused, as a terminal of the product refuses it: with the line and an error name.
package objectscript

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Value is a string, a [List] or an [Object].
type Value any

// A List is a $list.
type List []string

// An Object is an object of a class.
type Object interface {
	Get(property string) (Value, error)
	Set(property string, value string) error
	Call(method string, args []Argument) (Value, error)
}

// An Argument of a method. One that is left out is not Given; one that is passed by
// reference has an Array, which the method may change.
type Argument struct {
	Given bool
	Value string
	Array map[string]string // subscripts to values
}

// Machine is the instance in which the code runs.
type Machine interface {
	// Call calls a class method in a namespace.
	Call(namespace, class, method string, args []Argument) (Value, error)
	// Variable is a special variable, such as "$system" or "$username".
	Variable(name string) (string, bool)
}

// Error is an error of the language, by its name: "<UNDEFINED> *x".
type Error string

func (e Error) Error() string { return string(e) }

// The errors that the language itself raises.
const (
	Syntax   = Error("<SYNTAX>")
	NoClass  = "<CLASS DOES NOT EXIST> *"
	NoMethod = "<METHOD DOES NOT EXIST> *"

	undefined = "<UNDEFINED> *"
)

// A Session is a terminal session.
type Session struct {
	machine   Machine
	namespace string
	out       io.Writer
	values    map[string]Value
	arrays    map[string]map[string]string
	// Exit is the exit code that %SYSTEM.Process.Terminate has asked for.
	Exit int
	over bool
}

// New begins a session in a namespace.
func New(machine Machine, namespace string, out io.Writer) *Session {
	return &Session{machine: machine, namespace: strings.ToUpper(namespace), out: out, values: map[string]Value{},
		arrays: map[string]map[string]string{}}
}

// Prompt is what a terminal shows before a line.
func (s *Session) Prompt() string { return s.namespace + ">" }

// Over says that the session has ended by itself.
func (s *Session) Over() bool { return s.over }

// Run runs a line. An error is shown as a terminal does, with the line itself.
func (s *Session) Run(line string) {
	p := &parser{s: s, text: strings.TrimRight(line, " \t\r")}
	if err := p.commands(); err != nil {
		fmt.Fprintf(s.out, "\n%s\n%s^\n%s\n", p.text, strings.Repeat(" ", p.at), err)
	}
}

// parser runs a line while it reads it.
type parser struct {
	s    *Session
	text string
	at   int
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) accept(token string) bool {
	if strings.HasPrefix(p.text[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

func (p *parser) commands() error {
	for {
		for p.peek() == ' ' || p.peek() == '\t' {
			p.at++
		}
		if p.at == len(p.text) || p.peek() == ';' || p.s.over {
			return nil
		}
		goOn, err := p.command()
		if err != nil || !goOn {
			return err
		}
	}
}

// command runs one command; false where the rest of the line is not to be run.
func (p *parser) command() (bool, error) {
	name := strings.ToLower(p.identifier())
	condition := true
	if name != "" && p.accept(":") {
		v, err := p.expression()
		if err != nil {
			return false, err
		}
		condition = number(text(v)) != 0
	}
	if c := p.peek(); c != 0 && c != ' ' {
		return false, Syntax
	}
	p.accept(" ")
	if !condition {
		// Nothing is skipped: the scripts send none that can be false.
		return false, Syntax
	}
	switch name {
	case "set", "s":
		return true, p.list(p.set)
	case "write", "w":
		return true, p.list(p.write)
	case "zwrite", "zw":
		return true, p.list(p.zwrite)
	case "do", "d":
		return true, p.list(func() error { _, err := p.expression(); return err })
	case "kill", "k":
		return true, p.list(p.kill)
	case "if", "i":
		v, err := p.expression()
		return err == nil && number(text(v)) != 0, err
	case "halt", "h":
		p.s.over = true
		return false, nil
	}
	return false, Syntax
}

func (p *parser) list(one func() error) error {
	for {
		if err := one(); err != nil {
			return err
		}
		if !p.accept(",") {
			if c := p.peek(); c != 0 && c != ' ' {
				return Syntax
			}
			return nil
		}
	}
}

func (p *parser) identifier() string {
	start := p.at
	if p.peek() == '%' {
		p.at++
	}
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func (p *parser) set() error {
	name := p.identifier()
	if name == "" {
		return Syntax
	}
	property, subscript, isArray := "", "", false
	switch {
	case p.accept("("):
		v, err := p.expression()
		if err != nil {
			return err
		}
		if !p.accept(")") {
			return Syntax
		}
		subscript, isArray = text(v), true
	case p.accept("."):
		property = p.identifier()
	}
	if !p.accept("=") {
		return Syntax
	}
	v, err := p.expression()
	if err != nil {
		return err
	}
	switch {
	case isArray:
		if p.s.arrays[name] == nil {
			p.s.arrays[name] = map[string]string{}
		}
		p.s.arrays[name][subscript] = text(v)
	case property != "":
		o, ok := p.s.values[name].(Object)
		if !ok {
			return Error("<INVALID OREF>")
		}
		return o.Set(property, text(v))
	default:
		p.s.values[name] = v
	}
	return nil
}

func (p *parser) write() error {
	if p.accept("!") {
		_, err := io.WriteString(p.s.out, "\n")
		return err
	}
	v, err := p.expression()
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.s.out, text(v))
	return err
}

// zwrite shows a variable and the nodes of the array of that name, each with its name;
// nothing where there is neither.
func (p *parser) zwrite() error {
	name := p.identifier()
	if name == "" {
		return Syntax
	}
	if v, ok := p.s.values[name]; ok {
		fmt.Fprintf(p.s.out, "%s=%s\n", name, quoted(text(v)))
	}
	for _, subscript := range slices.Sorted(maps.Keys(p.s.arrays[name])) {
		fmt.Fprintf(p.s.out, "%s(%s)=%s\n", name, quoted(subscript), quoted(p.s.arrays[name][subscript]))
	}
	return nil
}

// quoted is a string or a number as it stands in source code.
func quoted(s string) string {
	if s != "" && strconv.FormatInt(number(s), 10) == s {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func (p *parser) kill() error {
	name := p.identifier()
	if name == "" {
		return Syntax
	}
	delete(p.s.values, name)
	delete(p.s.arrays, name)
	return nil
}
