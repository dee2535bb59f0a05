package verify

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
)

// place is a position in a file. The zero value stands for its first line.
type place struct {
	line   int32 // from 1
	column int32 // in bytes, from 1; 0 for the whole line
}

// placeIn makes a place of numbers that a reader counts. A place is kept of every word
// of a lab, hundreds of thousands in a large one, so it is small.
func placeIn(line, column int) place { return place{int32(line), int32(column)} }

// spot is a place in a certain file.
type spot struct {
	*file
	at place
}

// Other is the Extra of a finding about two places that contradict each other:
// the place that the subject does not agree with.
type Other struct{ Range hcl.Range }

// reportBoth is report for two places that contradict each other.
func (l *facts) reportBoth(here, there spot, summary, what, remedy string) {
	l.report(here.file, here.at, summary, what, remedy)
	if there.file != nil {
		l.diagnostics[len(l.diagnostics)-1].Extra = Other{*there.rangeOf(there.at)}
	}
}

// report adds a finding: its summary is a short noun phrase, what is wrong and
// remedy are sentences.
func (l *facts) report(f *file, at place, summary, what, remedy string) {
	l.diagnostics = append(l.diagnostics, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   what + " " + remedy,
		Subject:  f.rangeOf(at),
	})
}

// reportAll adds what a reader found.
func (l *facts) reportAll(f *file, problems []text.Problem) {
	for _, p := range problems {
		l.report(f, placeIn(p.Line, p.Column), p.Summary, p.Text, p.Remedy)
	}
}

// rangeOf is the word at a place, or the whole line where the place has no
// column.
func (f *file) rangeOf(at place) *hcl.Range {
	if f.lines == nil {
		f.lines = append(f.lines, 0)
		for i := range len(f.text) {
			if f.text[i] == '\n' && i+1 < len(f.text) {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	line := min(max(int(at.line), 1), len(f.lines))
	start := f.lines[line-1]
	content, _, _ := strings.Cut(f.text[start:], "\n")
	from, to := 0, len(content)
	if at.column > 0 {
		from = min(int(at.column)-1, len(content))
		if i := strings.IndexAny(content[from:], " \t;,{})"); i > 0 {
			to = from + i
		}
	} else {
		from = len(content) - len(strings.TrimLeft(content, " \t"))
	}
	position := func(offset int) hcl.Pos {
		return hcl.Pos{Line: line, Column: utf8.RuneCountInString(content[:offset]) + 1, Byte: start + offset}
	}
	return &hcl.Range{Filename: f.path, Start: position(from), End: position(to)}
}

// at is the place of a byte offset of the file.
func (f *file) at(offset int) place {
	before := f.text[:offset]
	return placeIn(strings.Count(before, "\n")+1, offset-strings.LastIndexByte(before, '\n'))
}
