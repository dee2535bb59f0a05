// Package text holds what the readers of the artifacts' formats share: lines
// with their numbers, and the problems that a reader finds.
package text

import (
	"iter"
	"strings"

	"github.com/agext/levenshtein"
)

// A Problem is something that a file's own reader would refuse or misread.
type Problem struct {
	Line    int    // from 1
	Column  int    // in bytes, from 1; 0 stands for the whole line
	Summary string // short noun phrase
	Text    string // one sentence: what is wrong
	Remedy  string // one sentence: how to put it right
}

// At makes a problem: where, in how few words, what is wrong and how to put it
// right.
func At(line, column int, summary, what, remedy string) Problem {
	return Problem{Line: line, Column: column, Summary: summary, Text: what, Remedy: remedy}
}

// MostProblems is how many problems of one file a reader reports before it stops.
const MostProblems = 1000

// TooMany is the problem after the last that a reader reports.
func TooMany(line int) Problem {
	return At(line, 0, "Too many problems", "The file has more problems than anybody reads, and is read no further.",
		"Correct those above first.")
}

// Lines iterates over the lines of s, numbered from 1, without their newlines.
// A newline at the end of s does not begin another line.
func Lines(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for n := 1; s != ""; n++ {
			line, rest, _ := strings.Cut(s, "\n")
			if !yield(n, line) {
				return
			}
			s = rest
		}
	}
}

// Has reports whether word is one of the words of list, which are separated by
// single spaces. Vocabularies are kept as such lists because they cost nothing
// before they are asked.
func Has(list, word string) bool {
	if word == "" || strings.IndexByte(word, ' ') >= 0 {
		return false
	}
	for from := 0; ; {
		i := strings.Index(list[from:], word)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(word)
		if (begin == 0 || list[begin-1] == ' ') && (end == len(list) || list[end] == ' ') {
			return true
		}
		from = end
	}
}

// Nearest returns the word of list that word is probably a misspelling of, or
// "" where none comes near: equal except for case, or at most two letters off in a
// word of six or more, one in a shorter one.
func Nearest(list, word string) string {
	limit := 2
	if len(word) < 6 {
		limit = 1
	}
	return Near(strings.SplitSeq(list, " "), word, limit)
}

// Near returns the candidate that is equal to word except for case or, where none is, the first of
// the nearest, which differ in at most limit letters, whatever their case; "" where none comes near.
func Near(candidates iter.Seq[string], word string, limit int) string {
	best, bestDistance, lower := "", limit+1, strings.ToLower(word)
	for candidate := range candidates {
		if strings.EqualFold(candidate, word) {
			return candidate
		}
		if d := len(candidate) - len(word); d > limit || d < -limit {
			continue
		}
		if d := levenshtein.Distance(strings.ToLower(candidate), lower, nil); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// DidYouMean is a remedy that begins with the nearest word of list, where there
// is one, and is otherwise the sentence given.
func DidYouMean(list, word, otherwise string) string {
	if near := Nearest(list, word); near != "" {
		return `Did you mean "` + near + `"?`
	}
	return otherwise
}
