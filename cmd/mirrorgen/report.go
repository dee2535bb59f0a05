package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/schema"
)

// The forms of diagnostics that --format names. All but the first are for
// programs, and go to stdout; what a person would read there goes to stderr.
const (
	formatText   = "text"
	formatJSON   = "json"
	formatGitHub = "github"
	formatSARIF  = "sarif"
)

// A report collects the diagnostics of a command for a program to read.
type report struct {
	format   string
	topology string // FILE or DIR that is being looked at
	source   string // its first file, or itself
	notices  []notice
}

// A notice is one diagnostic, and with it one element of the JSON that
// docs/diagnostics.schema.json describes.
type notice struct {
	Severity  string       `json:"severity"` // "error" or "warning"
	Rule      string       `json:"rule"`     // the summary as an identifier, e.g. "unsuitable-value"
	Summary   string       `json:"summary"`
	Detail    string       `json:"detail"`
	Topology  string       `json:"topology"`  // FILE or DIR as it was given
	File      string       `json:"file"`      // "" where the diagnostic is about no file
	Generated bool         `json:"generated"` // File would be generated: its path begins in the lab's directory
	Range     *sourceRange `json:"range"`     // null where the diagnostic is about the whole file

	source string // the file of the user's to go to, "" for none
}

// A sourceRange begins at its first character and ends behind its last.
type sourceRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type position struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // in Unicode code points, from 1
}

// addFormat gives a command the flag --format.
func (t *tool) addFormat(command *cobra.Command) {
	var format string
	formats := []string{formatText, formatJSON, formatGitHub, formatSARIF}
	command.Flags().StringVar(&format, "format", formatText, "how diagnostics are printed: `text`, json, github "+
		"(annotations) or sarif")
	complete(command, "format", formats...)
	command.PreRunE = func(*cobra.Command, []string) error {
		if err := oneOf("--format", format, formats...); err != nil {
			return err
		}
		if format != formatText {
			t.report = &report{format: format}
		}
		return nil
	}
}

// about notes which topology is looked at from now on, and its first file.
func (t *tool) about(path, source string) {
	if t.report != nil {
		t.report.topology, t.report.source = path, source
	}
}

// printf prints a result for people: to stdout, or to stderr where stdout is for a program.
func (t *tool) printf(format string, values ...any) {
	if t.report != nil {
		fmt.Fprintf(t.err, format, values...)
		return
	}
	fmt.Fprintf(t.out, format, values...)
}

// add collects diagnostics. files are the texts that they may refer to, by name.
func (r *report) add(diags hcl.Diagnostics, files map[string]*listing) {
	schema.Sort(diags)
	for _, d := range diags {
		n := notice{
			Severity: "error", Rule: ruleName(d.Summary), Summary: printable(d.Summary), Detail: printable(d.Detail),
			Topology: r.topology, source: r.source,
		}
		if d.Severity == hcl.DiagWarning {
			n.Severity = "warning"
		}
		if d.Subject != nil {
			l := files[d.Subject.Filename]
			n.File, n.Range = d.Subject.Filename, rangeOf(d.Subject, l)
			n.Generated = l != nil && l.generated
			if !n.Generated {
				n.source = n.File
			}
		}
		r.notices = append(r.notices, n)
	}
}

// fail collects an error that is no diagnostic: of the disk, for example.
func (r *report) fail(err error) {
	var f *failure
	if errors.As(err, &f) && f.counts {
		return
	}
	r.notices = append(r.notices, notice{
		Severity: "error", Rule: "failure", Summary: "Failure", Detail: printable(err.Error()), Topology: r.topology,
		source: r.source,
	})
}

// ruleName returns a summary as an identifier: its letters and digits in lower case, with
// hyphens between the words.
func ruleName(summary string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(strings.ToLower(summary), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}) {
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(part)
	}
	return b.String()
}

// rangeOf counts columns in code points, where the file is at hand; HCL counts grapheme
// clusters.
func rangeOf(at *hcl.Range, l *listing) *sourceRange {
	convert := func(p hcl.Pos) position {
		n := position{max(p.Line, 1), max(p.Column, 1)}
		if l == nil {
			return n
		}
		l.index()
		if n.Line <= len(l.starts) && p.Byte >= l.starts[n.Line-1] && p.Byte <= len(l.content) {
			n.Column = utf8.RuneCount(l.content[l.starts[n.Line-1]:p.Byte]) + 1
		}
		return n
	}
	return &sourceRange{convert(at.Start), convert(at.End)}
}

// printReport writes the report to stdout.
func (t *tool) printReport() error {
	for i := range t.report.notices { // now that all secrets are known
		if n := &t.report.notices[i]; t.redacted(n.Summary) != n.Summary {
			n.Rule = ruleName(t.redacted(n.Summary))
		}
	}
	switch t.report.format {
	case formatGitHub:
		t.printGitHub(t.report.notices)
	case formatSARIF:
		return t.printJSON(sarifOf(t.report.notices))
	default:
		notices := t.report.notices
		if notices == nil {
			notices = []notice{}
		}
		return t.printJSON(struct {
			Format      int      `json:"format"`
			Diagnostics []notice `json:"diagnostics"`
		}{1, notices})
	}
	return nil
}

// warn prints a warning, or adds it to the report.
func (t *tool) warn(summary, format string, values ...any) {
	detail := fmt.Sprintf(format, values...)
	if t.taken != nil {
		t.show(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: summary, Detail: detail}}, nil)
		return
	}
	if t.report != nil {
		t.report.add(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: summary, Detail: detail}}, nil)
		return
	}
	fmt.Fprintf(t.err, "Warning: %s\n", printable(detail))
}
