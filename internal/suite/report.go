package suite

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"mirrorgen/internal/format/text"
)

// reportFormat is raised when a field of [Report] changes its meaning.
const reportFormat = 1

// The results of a run.
const (
	Passed  = "pass"
	Failed  = "fail"  // an assertion, a trial or an expected error did not hold
	Errored = "error" // it could not be held
	Skipped = "skip"  // it was not come to
)

// A Report is what came of test files.
type Report struct {
	Format  int          `json:"format"`
	Passed  bool         `json:"passed"`
	Seconds float64      `json:"seconds"`
	Files   []FileReport `json:"files"`
}

// A FileReport is what came of one file.
type FileReport struct {
	File     string   `json:"file"`
	Topology string   `json:"topology"` // FILE or DIR that was tested
	Runs     []Result `json:"runs"`     // in the file's order
}

// A Result is what came of a run.
type Result struct {
	Run       string    `json:"run"`
	Line      int       `json:"line"` // of its header
	Command   string    `json:"command"`
	Target    string    `json:"target"`
	Result    string    `json:"result"` // Passed, Failed, Errored or Skipped
	Seconds   float64   `json:"seconds"`
	Problems  []Problem `json:"problems"`  // why it did not pass
	Rehearsal any       `json:"rehearsal"` // the rehearsal's report; nil where there was none
}

// A Problem is one reason why a run did not pass.
type Problem struct {
	Summary string  `json:"summary"`
	Detail  string  `json:"detail"`
	File    string  `json:"file"` // "" where it is about no file
	Line    int     `json:"line"` // 0 where it is about no line
	Column  int     `json:"column"`
	Values  []Value `json:"values"` // of the parts of a condition
}

// NewReport returns a report of nothing.
func NewReport() *Report { return &Report{Format: reportFormat, Files: []FileReport{}} }

// Finish sums up. seconds are those of everything.
func (r *Report) Finish(seconds float64) {
	r.Seconds = Rounded(seconds)
	r.Passed = r.Count(Passed) == r.Count("")
}

// Rounded is a time with two decimals.
func Rounded(seconds float64) float64 { return math.Round(seconds*100) / 100 }

// Count counts the runs with a result, all where it is "".
func (r *Report) Count(result string) int {
	n := 0
	for _, f := range r.Files {
		n += f.count(result)
	}
	return n
}

func (f FileReport) count(result string) int {
	n := 0
	for _, run := range f.Runs {
		if result == "" || run.Result == result {
			n++
		}
	}
	return n
}

// Table writes the report for people, a line a run.
func (r *Report) Table(w io.Writer) error {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RESULT\tFILE\tRUN\tCOMMAND\tSECONDS")
	for _, f := range r.Files {
		for _, run := range f.Runs {
			result := run.Result
			if result == Failed || result == Errored {
				result = strings.ToUpper(result)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\n", result, f.File, run.Run, run.Command, run.Seconds)
		}
	}
	table.Flush()
	fmt.Fprintf(&b, "\n%s\n", r.Sum())
	_, err := io.WriteString(w, b.String())
	return err
}

// Sum is the report in one line, e.g. "3 runs: 2 passed, 1 failed".
func (r *Report) Sum() string {
	var list []string
	for _, kind := range []struct{ result, word string }{
		{Passed, "passed"}, {Failed, "failed"}, {Errored, "could not be held"}, {Skipped, "skipped"},
	} {
		if n := r.Count(kind.result); n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, kind.word))
		}
	}
	return text.Plural(r.Count(""), "run") + ": " + strings.Join(list, ", ")
}
