package compose

import (
	"slices"
	"strconv"
	"strings"
)

// Path is a path of keys and indices as a message names it, e.g. "volumes[0].source".
func Path(path []string) string {
	var b strings.Builder
	for i, step := range path {
		switch {
		case index(step):
			b.WriteString("[" + step + "]")
			continue
		case i > 0:
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	if b.Len() == 0 {
		return "the service"
	}
	return b.String()
}

// index reports whether a step is a place in a list.
func index(step string) bool {
	n, err := strconv.Atoi(step)
	return err == nil && n >= 0
}

// typeNames are the topology's words for the types of JSON, each with its article.
var typeNames = map[string]string{
	"string": "a string", "number": "a number", "integer": "a whole number", "boolean": "true or false",
	"object": "an object", "array": "a list", "null": "null",
}

// GotName is the name of the type of a value that is there.
func GotName(of string) string {
	if of == "boolean" {
		return "a bool"
	}
	return typeName(of)
}

func typeName(of string) string {
	if name := typeNames[of]; name != "" {
		return name
	}
	return of
}

// Types lists what a value may be. Null is left out: it omits the key.
func Types(want []string) string {
	var names []string
	for _, of := range want {
		if name := typeName(of); of != "null" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return list(names, " or ")
}

// Quoted lists words in quotes.
func Quoted(words []string, last string) string {
	var names []string
	for _, word := range words {
		names = append(names, strconv.Quote(word))
	}
	return list(names, last)
}

// list joins words: "a, b or c".
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}
