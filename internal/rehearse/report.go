package rehearse

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"mirrorgen/internal/format/text"
)

// reportFormat is raised when a field of [Report] changes its meaning.
const reportFormat = 1

// A Report is the result of a rehearsal.
type Report struct {
	Format      int      `json:"format"`
	Lab         string   `json:"lab"`
	Source      string   `json:"source"`       // base name of the topology
	IRISVersion string   `json:"iris_version"` // that the stand-ins model
	TimeScale   float64  `json:"time_scale"`
	Passed      bool     `json:"passed"`
	Seconds     float64  `json:"seconds"` // of everything, making images included
	Trials      []Result `json:"trials"`  // in the order in which they ran
	// NotHeld names the trials that did not come to an end, because the start failed
	// or the rehearsal was interrupted.
	NotHeld []string `json:"not_held"`
	// Untouched names the mirrors on which no trial was held.
	Untouched []string `json:"mirrors_untouched"`
}

// A Result is a trial's.
type Result struct {
	Trial    string  `json:"trial"`
	Mirror   string  `json:"mirror"` // "" for a trial of the whole lab
	Expected string  `json:"expected"`
	Seen     string  `json:"seen"`
	Passed   bool    `json:"passed"`
	Seconds  float64 `json:"seconds"`
	Checks   []Check `json:"checks"`
	Load     *Load   `json:"load"` // nil where no clients ran
	Logs     []Log   `json:"logs"` // of a trial that failed
}

// A Check is one thing that a trial expects.
type Check struct {
	Expected string `json:"expected"`
	Seen     string `json:"seen"`
	Passed   bool   `json:"passed"`
}

// A Log is what a script or a container printed while a trial ran.
type Log struct {
	Source string   `json:"source"` // "start.sh", or a service
	Lines  []string `json:"lines"`
}

// finish sums up.
func (r *Report) finish(took time.Duration) {
	r.Seconds = seconds(took)
	r.Passed = len(r.NotHeld) == 0
	for _, t := range r.Trials {
		r.Passed = r.Passed && t.Passed
	}
}

// seconds has one decimal.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*10) / 10 }

// sum sets what was seen from the checks: the first that failed, or how many held.
func (r *Result) sum() {
	failed := 0
	for _, c := range r.Checks {
		if c.Passed {
			continue
		}
		if failed++; failed == 1 {
			r.Seen = c.Seen
		}
	}
	r.Passed = failed == 0 && len(r.Checks) > 0
	switch {
	case r.Passed:
		r.Seen = "as expected, " + text.Plural(len(r.Checks), "check")
	case failed > 1:
		r.Seen += fmt.Sprintf(" (and %d more)", failed-1)
	}
}

// JSON writes the report as one object.
func (r *Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// Table writes the report for people: a line a trial, what clients saw, and of what
// failed everything that is known.
func (r *Report) Table(w io.Writer) error {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RESULT\tTRIAL\tMIRROR\tSECONDS\tEXPECTED\tSEEN")
	passed := 0
	for _, t := range r.Trials {
		verdict := "FAIL"
		if t.Passed {
			verdict = "pass"
			passed++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.1f\t%s\t%s\n", verdict, t.Trial, dash(t.Mirror), t.Seconds, t.Expected,
			firstLine(t.Seen))
	}
	table.Flush()
	r.writeLoads(&b)
	for _, t := range r.Trials {
		if !t.Passed {
			t.writeFailure(&b)
		}
	}
	if len(r.NotHeld) > 0 {
		fmt.Fprintf(&b, "\nNot held: %s\n", strings.Join(r.NotHeld, ", "))
	}
	if len(r.Untouched) > 0 {
		mirrors := "the mirror"
		if len(r.Untouched) > 1 {
			mirrors = "the mirrors"
		}
		fmt.Fprintf(&b, "\nNo trial was held on %s %s: --mirror NAME or --mirror all does that.\n", mirrors,
			strings.Join(r.Untouched, ", "))
	}
	fmt.Fprintf(&b, "\n%s: %d of %s passed, %.0f s, time scale %g. A model of IRIS %s: it proves the lab's files, not "+
		"IRIS.\n",
		r.Lab, passed, text.Plural(len(r.Trials)+len(r.NotHeld), "trial"), r.Seconds, r.TimeScale, r.IRISVersion)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeLoads prints what clients saw during each trial.
func (r *Report) writeLoads(b *strings.Builder) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	any := false
	var late []string
	for _, t := range r.Trials {
		if t.Load == nil {
			continue
		}
		if t.Load.HostLate >= hostLate {
			late = append(late, fmt.Sprintf("%s (%.1f s)", t.Trial, t.Load.HostLate))
		}
		if !any {
			fmt.Fprintln(b, "\nClients meanwhile:")
			fmt.Fprintln(table, "TRIAL\tREQUESTS\tFAILED\tLONGEST GAP\tSESSIONS\tREFUSED\tON ITS WAY\tTOO "+
				"LATE\tWRITES\tWRONG\tLOST\t")
		}
		any = true
		l := t.Load
		fmt.Fprintf(table, "%s\t%d\t%d\t%.1f s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", t.Trial, l.Requests, l.RequestsFailed,
			l.LongestGap,
			l.Sessions, l.SessionsRefused, l.SessionsStale, l.SessionsLate, l.Writes, l.WritesWrong, l.WritesLost)
	}
	if any {
		table.Flush()
		b.WriteString("Requests go through nginx, sessions and writes through HAProxy. ON ITS WAY: sessions that " +
			"reached a member\n" +
			"which was not primary any more, while HAProxy could not know; TOO LATE: after that. WRONG: writes " +
			"that a member\n" +
			"accepted which was not primary. LOST: accepted writes that the primary did not have afterwards.\n")
	}
	if len(late) > 0 {
		fmt.Fprintf(b, "This host was busy and late, by which TOO LATE is later, during %s.\n",
			strings.Join(late, ", "))
	}
}

// hostLate is from how many seconds on the table says that the host was late.
const hostLate = 0.5

// writeFailure prints all checks of a trial that failed, and the logs.
func (r *Result) writeFailure(b *strings.Builder) {
	name := r.Trial
	if r.Mirror != "" {
		name += " " + r.Mirror
	}
	fmt.Fprintf(b, "\n%s failed:\n", name)
	for _, c := range r.Checks {
		if c.Passed {
			fmt.Fprintf(b, "  pass  %s\n", c.Expected)
			continue
		}
		fmt.Fprintf(b, "  FAIL  %s\n        %s\n", c.Expected, strings.ReplaceAll(c.Seen, "\n", "\n        "))
	}
	for _, log := range r.Logs {
		fmt.Fprintf(b, "\n  %s, while it ran:\n", log.Source)
		for _, line := range log.Lines {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
