package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode"

	"mirrorgen/schema"
	"mirrorgen/templates"
)

// A redactor passes lines on and puts a placeholder where one holds the value of
// a sensitive variable, however an artifact spells it.
type redactor struct {
	to      io.Writer
	secrets []string // the longest first
	pending []byte   // the beginning of a line
	off     bool     // what is written has no secrets any more
}

// hide makes the redactor leave out texts, each line of them and every spelling.
func (r *redactor) hide(texts []string) {
	for _, text := range texts {
		for line := range strings.SplitSeq(text, "\n") {
			for _, form := range templates.Spellings(line) {
				r.add(form)
				if quoted, err := json.Marshal(form); err == nil { // as JSON and HCL spell it
					r.add(string(quoted[1 : len(quoted)-1]))
				}
			}
		}
	}
	slices.SortFunc(r.secrets, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
}

// add adds one text. A brace alone, which is a line of many a raw text, is no secret.
func (r *redactor) add(secret string) {
	bare := strings.TrimSpace(secret)
	letter := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	if len(bare) < 4 && strings.IndexFunc(bare, letter) < 0 {
		return
	}
	if !slices.Contains(r.secrets, secret) {
		r.secrets = append(r.secrets, secret)
	}
}

// text is a text that may be shown.
func (r *redactor) text(s string) string { return schema.Redact(s, r.secrets) }

// lines returns the numbers, from 1 and ascending, of the lines of a text that may not be
// shown as they are.
func (r *redactor) lines(text []byte) []int {
	var numbers []int
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if shown := string(line); r.text(shown) != shown {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// Write implements io.Writer. What it holds back of the last line, flush passes
// on.
func (r *redactor) Write(text []byte) (int, error) {
	if r.off || len(r.secrets) == 0 && len(r.pending) == 0 {
		return r.to.Write(text)
	}
	r.pending = append(r.pending, text...)
	end := bytes.LastIndexByte(r.pending, '\n') + 1
	lines := r.text(string(r.pending[:end]))
	r.pending = append(r.pending[:0], r.pending[end:]...)
	if lines == "" {
		return len(text), nil
	}
	if _, err := io.WriteString(r.to, lines); err != nil {
		return 0, err
	}
	return len(text), nil
}

// flush passes on the beginning of a line that never ended.
func (r *redactor) flush() error {
	rest := r.text(string(r.pending))
	r.pending = nil
	_, err := io.WriteString(r.to, rest)
	return err
}
