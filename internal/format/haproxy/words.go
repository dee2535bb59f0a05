package haproxy

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// words splits a line as HAProxy does: blanks separate, "#" begins a comment,
// a backslash escapes the next character outside single quotes, and quotes may
// stand anywhere in a word. Variables such as "$NAME" are left as they are.
func words(raw string, number int) (Line, []Problem) {
	line := Line{Number: number}
	var word strings.Builder // what was read of a word with quotes or escapes
	start := 0               // column of the word being read, 0 for none
	bare := true             // the word has neither, so far
	finish := func(end int) {
		if start == 0 {
			return
		}
		read := raw[start-1 : end]
		if !bare {
			read = word.String()
		}
		line.Words = append(line.Words, read)
		line.Columns = append(line.Columns, start)
		word.Reset()
		start, bare = 0, true
	}
	// special notes that what follows is not taken as it stands.
	special := func(i int) {
		if bare {
			word.WriteString(raw[start-1 : i])
			bare = false
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
			special(i)
			i++
			word.WriteByte(raw[i])
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			special(i)
			quote, quoteColumn = c, i+1
		case c == ' ' || c == '\t' || c == '\r':
			finish(i)
		case c == '#':
			finish(i)
			return line, nil
		case !bare:
			word.WriteByte(c)
		}
	}
	finish(len(raw))
	if quote != 0 {
		return line, []Problem{text.At(number, quoteColumn, "Unclosed quote",
			"The quote that opens here is not closed on the same line.",
			"Close it.")}
	}
	return line, nil
}
