package main

import (
	"bytes"
	"testing"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext\n":         "plain\ttext\n",
		"日本語 é":                 "日本語 é",
		"\x1b[2J\x00\x7f":       "?[2J??",
		"line\r\nother\rend":    "line\r\nother?end",
		"\u009b1m":              "??1m",         // the one-character form of ESC [
		"a\u202eb\u2066c\u200f": "a???b???c???", // turn the direction of reading
		"\xff\xc3":              "??",           // not UTF-8
		"\ufffd":                "\ufffd",       // stands for itself
	} {
		have := printable(text)
		if have != want {
			t.Errorf("%q: have %q, want %q", text, have, want)
		}
		if len(have) != len(text) {
			t.Errorf("%q: %d bytes became %d", text, len(text), len(have))
		}
	}
}

// What is not a terminal gets neither colour nor wrapping; that a terminal does
// is in the script validate_color.
func TestScreenOfBuffer(t *testing.T) {
	if s := screenOf(&bytes.Buffer{}, func(string) string { return "" }); s != (screen{}) {
		t.Errorf("%+v", s)
	}
}
