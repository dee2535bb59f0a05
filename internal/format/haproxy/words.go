package haproxy

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// words splits a line as HAProxy does: blanks separate, "#" begins a comment,
// a backslash escapes the next character outside single quotes, and quotes may
// stand anywhere in a word. Variables such as "$NAME" are left as they are.
func words(raw string, number int) (Line, []Problem) {
	w := splitter{raw: raw, line: Line{Number: number}, bare: true}
	for i := 0; i < len(raw) && !w.comment; i++ {
		i += w.take(i)
	}
	if !w.comment {
		w.finish(len(raw))
	}
	if w.quote != 0 {
		return w.line, []Problem{text.At(number, w.quoteColumn, "Unclosed quote",
			"The quote that opens here is not closed on the same line.",
			"Close it.")}
	}
	return w.line, nil
}

// A splitter is the state of words.
type splitter struct {
	raw  string
	line Line
	word strings.Builder // what was read of a word with quotes or escapes
	// start is the column of the word being read, 0 for none; bare is set for one that has neither
	// quotes nor escapes, so far.
	start       int
	bare        bool
	quote       byte // that is open, 0 for none
	quoteColumn int
	comment     bool // the rest of the line is one
}

// take takes the character at an offset, and returns how many more it has taken with it.
func (w *splitter) take(i int) (more int) {
	c := w.raw[i]
	if w.start == 0 && !isSeparator(c) && c != '#' {
		w.start = i + 1
	}
	switch {
	case w.quote != 0 && c == w.quote:
		w.quote = 0
	case c == '\\' && w.quote != '\'' && i+1 < len(w.raw):
		w.special(i)
		w.word.WriteByte(w.raw[i+1])
		return 1
	case w.quote != 0:
		w.word.WriteByte(c)
	case c == '"' || c == '\'':
		w.special(i)
		w.quote, w.quoteColumn = c, i+1
	case isSeparator(c):
		w.finish(i)
	case c == '#':
		w.finish(i)
		w.comment = true
	case !w.bare:
		w.word.WriteByte(c)
	}
	return 0
}

func isSeparator(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// special notes that what follows is not taken as it stands.
func (w *splitter) special(i int) {
	if w.bare {
		w.word.WriteString(w.raw[w.start-1 : i])
		w.bare = false
	}
}

// finish ends the word being read, if there is one.
func (w *splitter) finish(end int) {
	if w.start == 0 {
		return
	}
	read := w.raw[w.start-1 : end]
	if !w.bare {
		read = w.word.String()
	}
	w.line.Words = append(w.line.Words, read)
	w.line.Columns = append(w.line.Columns, w.start)
	w.word.Reset()
	w.start, w.bare = 0, true
}
