package haproxy

import (
	"strings"

	"mirrorgen/internal/verify/text"
)

// words splits a line as HAProxy does: blanks separate, "#" begins a comment,
// a backslash escapes the next character outside single quotes, and quotes may
// stand anywhere in a word. Variables such as "$NAME" are left as they are.
func words(raw string, number int) (Line, []Problem) {
	line := Line{Number: number}
	var word strings.Builder
	start := 0 // column of the word being read, 0 for none
	finish := func() {
		if start > 0 {
			line.Words = append(line.Words, word.String())
			line.Columns = append(line.Columns, start)
			word.Reset()
			start = 0
		}
	}
	var quote byte
	quoteColumn := 0
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if start == 0 && c != ' ' && c != '\t' && c != '\r' && c != '#' {
			start = i + 1
		}
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(raw):
			i++
			word.WriteByte(raw[i])
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, quoteColumn = c, i+1
		case c == ' ' || c == '\t' || c == '\r':
			finish()
		case c == '#':
			finish()
			return line, nil
		default:
			word.WriteByte(c)
		}
	}
	finish()
	if quote != 0 {
		return line, []Problem{text.At(number, quoteColumn, "Unclosed quote", "The quote that opens here is not closed on the same line.", "Close it.")}
	}
	return line, nil
}
