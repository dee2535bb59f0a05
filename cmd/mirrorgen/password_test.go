package main

import (
	"strings"
	"testing"
)

// One line end is not part of a password; everything else is.
func TestReadPassword(t *testing.T) {
	for input, want := range map[string]string{"x": "x", "x\n": "x", "x\r\n": "x", " x \n": " x ", "日本\n": "日本"} {
		tool := &tool{in: strings.NewReader(input)}
		if got, err := tool.readPassword(); err != nil || got != want {
			t.Errorf("%q is read as %q, %v", input, got, err)
		}
	}
	for input, want := range map[string]string{
		"\n": "empty", "x\n\n": "several lines", "x\r\ny": "several lines", "x\x00": "no text", "\xff": "no text",
		strings.Repeat("x", maxPassword+1): "longer than",
	} {
		tool := &tool{in: strings.NewReader(input)}
		if _, err := tool.readPassword(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q gives %v, want %q", input, err, want)
		}
	}
}
