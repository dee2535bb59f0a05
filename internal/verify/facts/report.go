package facts

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/text"
)

// Position is a position in a file. The zero value stands for its first line.
type Position = compose.Position

// PositionAt makes a position of numbers that a reader counts.
func PositionAt(line, column int) Position { return compose.At(line, column) }

// Location is a position in a certain file.
type Location struct {
	*File
	At Position
}

// Finding is the Extra of every diagnostic.
type Finding struct {
	Rule  string     // the name of the rule or of the format that it is about
	What  string     // what is wrong, in sentences, without how to put it right
	Other *hcl.Range // what the subject contradicts, nil for none
}

// Location is a position in the file.
func (f *File) Location(at Position) Location { return Location{f, at} }

// ReportBoth is report for two locations that contradict each other.
func (l *Facts) ReportBoth(here, there Location, summary, what, remedy string) {
	l.Report(here.File, here.At, summary, what, remedy)
	if there.File != nil && len(l.Diagnostics) < mostFindings {
		l.Diagnostics[len(l.Diagnostics)-1].Extra = Finding{l.Rule, what, there.rangeOf(there.At)}
	}
}

// Remedy is how to put something right: in the topology of what mirrorgen wrote, and in the files
// themselves of a lab that was written by hand.
func (l *Facts) Remedy(topology, byHand string) string {
	if l.Generated {
		return topology
	}
	return byHand
}

// mostFindings bounds the findings of one lab. Nobody reads more than the first hundred.
const mostFindings = 20_000

// Report adds a finding: its summary is a short noun phrase, what is wrong and
// remedy are sentences.
func (l *Facts) Report(f *File, at Position, summary, what, remedy string) {
	if len(l.Diagnostics) >= mostFindings {
		return
	}
	l.Diagnostics = append(l.Diagnostics, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   what + " " + remedy,
		Subject:  f.rangeOf(at),
		Extra:    Finding{Rule: l.Rule, What: what},
	})
}

// reportAll adds what a reader found.
func (l *Facts) reportAll(f *File, problems []text.Problem) {
	for _, p := range problems {
		l.Report(f, PositionAt(p.Line, p.Column), p.Summary, p.Text, p.Remedy)
	}
}

// mostSubject is how much of a word a finding marks, in bytes.
const mostSubject = 1000

// mostCounted is up to which byte of a line characters are counted.
const mostCounted = 64 << 10

// rangeOf is the word at a position, or the whole line where the position has no
// column.
func (f *File) rangeOf(at Position) *hcl.Range {
	f, at = f.source(at)
	if f.lines == nil {
		f.lines = append(f.lines, 0)
		for i := range len(f.Text) {
			if f.Text[i] == '\n' && i+1 < len(f.Text) {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	line := min(max(int(at.Line), 1), len(f.lines))
	start := f.lines[line-1]
	content, _, _ := strings.Cut(f.Text[start:], "\n")
	from, to := 0, len(content)
	if at.Column > 0 {
		from = min(int(at.Column)-1, len(content))
		to = min(to, from+mostSubject)
		if i := strings.IndexAny(content[from:to], " \t;,{})"); i > 0 {
			to = from + i
		}
	} else {
		from = len(content) - len(strings.TrimLeft(content, " \t"))
	}
	for to < len(content) && !utf8.RuneStart(content[to]) {
		to++
	}
	position := func(offset int) hcl.Pos {
		// In a line without end, counting characters for every finding would take too long.
		column := offset + 1
		if offset <= mostCounted {
			column = utf8.RuneCountInString(content[:offset]) + 1
		}
		return hcl.Pos{Line: line, Column: column, Byte: start + offset}
	}
	return &hcl.Range{Filename: f.Path, Start: position(from), End: position(to)}
}

// Position is the position of a byte offset of the file.
func (f *File) Position(offset int) Position {
	before := f.Text[:offset]
	return PositionAt(strings.Count(before, "\n")+1, offset-strings.LastIndexByte(before, '\n'))
}
