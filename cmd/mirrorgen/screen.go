package main

import (
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen is how text may be shown to a person: colour and line width are for
// terminals only.
type screen struct {
	color bool
	width uint // columns; 0 for no wrapping
}

// screenOf returns the properties of the terminal that w writes to. NO_COLOR (https://no-color.org) and a dumb
// terminal go without colour.
func screenOf(w io.Writer, getenv func(string) string) screen {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return screen{}
	}
	s := screen{color: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", width: 80}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 20 {
		s.width = uint(width)
	}
	return s
}

// printable makes text of unknown origin safe to show: what could command a
// terminal or turn the direction of reading becomes question marks, as many as
// it has bytes, so that offsets in the text stay what they are.
func printable(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n', r == '\t', r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
			b.WriteByte(text[i])
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError && size == 1:
			b.WriteString("???"[:size])
		default:
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}
