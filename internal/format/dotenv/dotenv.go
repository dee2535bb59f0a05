// Package dotenv does what Docker Compose does with variables: it puts values in their place, and
// reads the files that set them, .env and those of env_file
// (https://docs.docker.com/reference/compose-file/interpolation/).
//
// compose-go has the same as a library, which the tests compare with. It is not used here because
// it reports through a global logger, and because its work grows with the square of a text.
package dotenv

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

const (
	maxDepth  = 32       // of defaults in defaults
	maxOutput = 16 << 20 // bytes that one Interpolation writes
)

var (
	// ErrReference is a "${" without its brace, or without the name of a variable.
	ErrReference = errors.New(`"${" begins no reference such as ${NAME} or ${NAME:-default}; ` +
		`a dollar sign is written $$`)
	// ErrTooLarge is text that becomes larger than a lab can need.
	ErrTooLarge = errors.New("with the values of its variables it is larger than 16 MB, or defaults are nested " +
		"deeper than 32")
)

// An Interpolation puts values in the place of variables, and remembers those that have none.
type Interpolation struct {
	lookup  func(name string) (value string, ok bool)
	missing map[string]bool
	written int
}

// New returns an interpolation with the values of lookup, which returns false for a variable that
// is not set; nil sets none.
func New(lookup func(name string) (value string, ok bool)) *Interpolation {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	return &Interpolation{lookup: lookup, missing: map[string]bool{}}
}

// Missing returns the variables that were needed and have neither a value nor a default, sorted.
// They became empty text.
func (i *Interpolation) Missing() []string { return slices.Sorted(maps.Keys(i.missing)) }

// Expand replaces $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+other}, ${NAME+other},
// ${NAME:?message} and ${NAME?message}; $$ becomes a dollar sign. Where it returns an error, the
// text is returned as it was given.
func (i *Interpolation) Expand(text string) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	expanded, err := i.expand(text, 0)
	if err != nil {
		return text, err
	}
	return expanded, nil
}

func (i *Interpolation) expand(text string, depth int) (string, error) {
	if depth > maxDepth {
		return "", ErrTooLarge
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if i.written += len(before); i.written > maxOutput {
			return "", ErrTooLarge
		}
		if !found {
			return b.String(), nil
		}
		value, after, err := i.reference(rest, depth)
		if err != nil {
			return "", err
		}
		b.WriteString(value)
		i.written += len(value)
		text = after
	}
}

// reference returns the value of the reference whose dollar sign stands before text, and what
// follows it.
func (i *Interpolation) reference(text string, depth int) (value, after string, err error) {
	switch {
	case strings.HasPrefix(text, "$"):
		return "$", text[1:], nil
	case strings.HasPrefix(text, "{"):
		end := closingBrace(text)
		if end < 0 {
			return "", "", ErrReference
		}
		value, err := i.braced(text[1:end], depth)
		return value, text[end+1:], err
	}
	n := nameLength(text)
	if n == 0 { // "$(" or "$1" mean nothing to Compose
		return "$", text, nil
	}
	return i.value(text[:n]), text[n:], nil
}

// closingBrace is the offset of the brace that closes the one at the beginning of text, -1 where
// there is none.
func closingBrace(text string) int {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// braced is the value of what stands between the braces of a reference.
func (i *Interpolation) braced(text string, depth int) (string, error) {
	n := nameLength(text)
	name, operator := text[:n], text[n:]
	if n == 0 {
		return "", ErrReference
	}
	if operator == "" {
		return i.value(name), nil
	}
	value, set := i.lookup(name)
	given := set
	if word, ok := strings.CutPrefix(operator, ":"); ok { // an empty value counts as none
		operator, given = word, set && value != ""
	}
	if operator == "" {
		return "", ErrReference
	}
	switch operator[0] {
	case '-':
		if !given {
			return i.expand(operator[1:], depth+1)
		}
	case '+':
		if given {
			return i.expand(operator[1:], depth+1)
		}
		return "", nil
	case '?':
		if !given {
			i.missing[name] = true
			return "", nil
		}
	default:
		return "", ErrReference
	}
	return value, nil
}

func (i *Interpolation) value(name string) string {
	value, set := i.lookup(name)
	if !set {
		i.missing[name] = true
	}
	return value
}

// nameLength is the length of the variable name that text begins with.
func nameLength(text string) int {
	n := 0
	for n < len(text) && isNameByte(text[n], n) {
		n++
	}
	return n
}

func isNameByte(c byte, at int) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || at > 0 && c >= '0' && c <= '9'
}
