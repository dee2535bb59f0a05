package explain

import (
	"bytes"
	"strings"

	"mirrorgen/internal/lab"
	"mirrorgen/schema"
)

// find returns the lines of the artifacts that hold a word: not as a part of a longer name,
// number or address.
func (l *Lab) find(word string) []Line {
	var lines []Line
	for _, a := range l.Artifacts {
		number := 0
		for line := range bytes.Lines(a.Content) {
			number++
			if text := string(line); strings.Contains(text, word) && holds(text, word) {
				lines = append(lines, lineOf(a, number, text))
			}
		}
	}
	return lines
}

func lineOf(a lab.Artifact, number int, text string) Line {
	return Line{a.Path, number, strings.TrimRight(text, "\r\n")}
}

// holds reports whether a line has the word by itself.
func holds(line, word string) bool {
	numeric := word[0] >= '0' && word[0] <= '9'
	part := func(c byte) bool {
		return c >= '0' && c <= '9' || c == '.' && numeric || !numeric && (c == '-' || c >= 'a' && c <= 'z' ||
			c >= 'A' && c <= 'Z')
	}
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(word)
		before := begin > 0 && part(line[begin-1])
		after := end < len(line) && part(line[end])
		if after && line[end] == '.' && (end+1 == len(line) || line[end+1] < '0' || line[end+1] > '9') {
			after = false // the end of a sentence
		}
		if !before && !after {
			return true
		}
		from = begin + 1
	}
}

// linesOf returns the lines that depend on an argument: those that differ where it has
// another value, and where there is no other to try, those that hold its value.
func (l *Lab) linesOf(d schema.Declaration, a schema.ArgumentReference) []Line {
	if l.Render != nil {
		for _, other := range alternatives(d, a) {
			if lines, ok := l.vary(d, a.Name, other); ok && len(lines) > 0 {
				return lines
			}
		}
	}
	return l.findValue(d, a)
}

// findValue finds the texts of an argument's value.
func (l *Lab) findValue(d schema.Declaration, a schema.ArgumentReference) []Line {
	var lines []Line
	for _, word := range words(d.Value(a.Name)) {
		lines = append(lines, l.find(word)...)
	}
	return lines
}
