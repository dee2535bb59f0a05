package dotenv

import (
	"fmt"
	"strings"
	"unicode"
)

// A Variable is one that a file sets.
type Variable struct{ Name, Value string }

// Parse reads a file of NAME=VALUE lines: comments, export, quotes over several lines with the
// escapes of a shell, NAME: VALUE, and a NAME alone, which stands for the value that lookup has.
// Variables in a value that is not in single quotes have the value of lookup, else that of a line
// above. The order is that of the file; a name that is set twice has its last value.
//
// With an error, which names the line, it returns what stands before that line.
func (i *Interpolation) Parse(content string) ([]Variable, error) {
	p := &fileParser{rest: strings.TrimPrefix(content, "\ufeff"), outer: i, index: map[string]int{}, line: 1}
	p.inner = New(p.lookup)
	p.inner.written = i.written
	defer func() { i.written = p.inner.written }()
	for p.next() {
		if err := p.statement(); err != nil {
			return p.list, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	return p.list, nil
}

// A fileParser is the state of Parse.
type fileParser struct {
	rest         string
	line         int
	outer, inner *Interpolation
	list         []Variable
	index        map[string]int // in list, by name
}

// lookup is the value of a variable while the file is read.
func (p *fileParser) lookup(name string) (string, bool) {
	if value, ok := p.outer.lookup(name); ok {
		return value, true
	}
	if at, ok := p.index[name]; ok {
		return p.list[at].Value, true
	}
	return "", false
}

// next moves to the next statement, past blank space and comments.
func (p *fileParser) next() bool {
	for {
		trimmed := strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		p.line += strings.Count(p.rest[:len(p.rest)-len(trimmed)], "\n")
		p.rest = trimmed
		if !strings.HasPrefix(trimmed, "#") {
			return trimmed != ""
		}
		_, after, found := strings.Cut(trimmed, "\n")
		p.rest = after
		if found {
			p.line++
		}
	}
}

func (p *fileParser) statement() error {
	if after, ok := strings.CutPrefix(p.rest, "export"); ok && after != "" && isBlank(rune(after[0])) {
		p.rest = strings.TrimLeftFunc(after, isBlank)
	}
	end := strings.IndexAny(p.rest, "=:\n")
	if end < 0 {
		end = len(p.rest)
	}
	name := strings.TrimRightFunc(p.rest[:end], unicode.IsSpace)
	if at := strings.IndexFunc(name, func(r rune) bool { return !inName(r) }); at >= 0 || name == "" {
		return fmt.Errorf("%q is no name of a variable", shortened(name))
	}
	if end == len(p.rest) || p.rest[end] == '\n' {
		p.rest = p.rest[end:]
		if value, ok := p.outer.lookup(name); ok {
			p.set(name, value)
		}
		return nil
	}
	p.rest = strings.TrimLeftFunc(p.rest[end+1:], isBlank)
	value, err := p.value()
	if err != nil {
		return err
	}
	p.set(name, value)
	return nil
}

func (p *fileParser) set(name, value string) {
	if at, ok := p.index[name]; ok {
		p.list[at].Value = value
		return
	}
	p.index[name] = len(p.list)
	p.list = append(p.list, Variable{name, value})
}

// value reads what stands behind an equals sign.
func (p *fileParser) value() (string, error) {
	if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '\'' {
		text, _, _ := strings.Cut(p.rest, "\n")
		p.rest = p.rest[len(text):]
		text, _, _ = strings.Cut(text, " #")
		return p.inner.Expand(strings.TrimRightFunc(text, unicode.IsSpace))
	}
	quote := p.rest[0]
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == quote:
			text := b.String()
			p.line += strings.Count(p.rest[:i], "\n")
			p.rest = p.rest[i+1:]
			if quote == '\'' {
				return text, nil
			}
			return p.inner.Expand(unescaped(text))
		case c == '\\' && i+1 < len(p.rest) && p.rest[i+1] == quote:
			i++
			b.WriteByte(quote)
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteString(p.rest[i-1 : i+1])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("the quote of %s is not closed", shortened(p.rest))
}

var escapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\t`, "\t", `\a`, "\a", `\b`, "\b", `\f`, "\f",
	`\v`, "\v", `\"`, `"`, `\$`, "$$")

// unescaped replaces the escapes of text in double quotes; an escaped dollar sign is one that
// begins no reference.
func unescaped(text string) string { return escapes.Replace(text) }

// inName reports whether a rune may stand in the name of a variable in a file.
func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("_.-[]", r)
}

// isBlank reports whether a rune is blank space within a line.
func isBlank(r rune) bool { return r != '\n' && unicode.IsSpace(r) }

func shortened(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "..."
	}
	return text
}
