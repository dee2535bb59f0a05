package importer

import (
	"maps"
	"slices"
	"strings"
)

// variables are what Compose puts in place of ${NAME}: the values of the file
// .env. The shell's are not known.
type variables struct {
	values map[string]string
	lacked map[string]bool
}

func newVariables(read Reader) *variables {
	v := &variables{map[string]string{}, map[string]bool{}}
	if content, ok := read(".env"); ok {
		for line := range strings.Lines(string(content)) { // one by one: a line can use those before it
			for _, p := range parseEnv([]byte(line), v) {
				v.values[p.key] = p.value
			}
		}
	}
	return v
}

// missing are the variables that were asked for and have neither value nor
// default, sorted.
func (v *variables) missing() []string { return slices.Sorted(maps.Keys(v.lacked)) }

// expand replaces $NAME, ${NAME}, ${NAME:-default}, ${NAME-default},
// ${NAME:+other}, ${NAME+other}, ${NAME:?message} and ${NAME?message}; $$ is a
// dollar sign.
func (v *variables) expand(text string) string { return v.expandDepth(text, 0) }

func (v *variables) expandDepth(text string, depth int) string {
	if depth > 20 {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			text = rest[1:]
		case strings.HasPrefix(rest, "{"):
			inside, after, closed := braced(rest[1:])
			if !closed {
				b.WriteString("$" + rest)
				return b.String()
			}
			b.WriteString(v.braced(inside, depth))
			text = after
		default:
			n := 0
			for n < len(rest) && isNameByte(rest[n], n) {
				n++
			}
			if n == 0 {
				b.WriteByte('$')
			} else {
				b.WriteString(v.value(rest[:n], true))
			}
			text = rest[n:]
		}
	}
}

// braced splits what follows "${" at its closing brace.
func braced(text string) (inside, after string, closed bool) {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			open++
		case '}':
			if open == 0 {
				return text[:i], text[i+1:], true
			}
			open--
		}
	}
	return "", "", false
}

func (v *variables) braced(inside string, depth int) string {
	n := 0
	for n < len(inside) && isNameByte(inside[n], n) {
		n++
	}
	name, operator := inside[:n], inside[n:]
	empty := strings.HasPrefix(operator, ":") // also where it is set and empty
	operator = strings.TrimPrefix(operator, ":")
	value, set := v.values[name]
	given := set && (value != "" || !empty)
	switch {
	case strings.HasPrefix(operator, "-"):
		if !given {
			return v.expandDepth(operator[1:], depth+1)
		}
		return value
	case strings.HasPrefix(operator, "+"):
		if given {
			return v.expandDepth(operator[1:], depth+1)
		}
		return ""
	}
	return v.value(name, true)
}

func (v *variables) value(name string, needed bool) string {
	value, set := v.values[name]
	if !set && needed {
		v.lacked[name] = true
	}
	return value
}

func isNameByte(c byte, at int) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || at > 0 && c >= '0' && c <= '9'
}

// parseEnv reads a file of NAME=VALUE lines as Compose does: comments, export,
// quotes, and variables in what is not in single quotes.
func parseEnv(content []byte, v *variables) []pair {
	var list []pair
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimPrefix(line, "export "))
		key, value, given := strings.Cut(line, "=")
		if !given || strings.HasPrefix(line, "#") {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case len(value) > 1 && value[0] == '\'':
			value, _, _ = strings.Cut(value[1:], "'")
		case len(value) > 1 && value[0] == '"':
			value, _, _ = strings.Cut(value[1:], `"`)
			value = v.expand(value)
		default:
			if i := strings.Index(value, " #"); i >= 0 {
				value = strings.TrimSpace(value[:i])
			}
			value = v.expand(value)
		}
		list = append(list, pair{key, value})
	}
	return list
}
