package rehearse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// A trial is one thing that the lab is put through. It leaves the lab as it found
// it.
type trial struct {
	name      string
	expected  string                                     // for the report, a short sentence
	requires  requirement                                // the labs that it is held on
	mirror    *plan.Mirror                               // that it is held on, nil where it concerns the whole lab
	clients   bool                                       // clients are at work meanwhile
	nodes     bool                                       // it breaks nodes of a cluster, where the user allows that
	unnoticed bool                                       // and lose no request but those that wait for an answer
	headless  time.Duration                              // how long the mirror has no primary, unscaled
	early     func(ctx context.Context, l *rehearsedLab) // what it does once the lab has started; nil for nothing
	run       func(ctx context.Context, l *rehearsedLab, r *record)
}

// record collects what a trial sees.
type record struct {
	mirror *plan.Mirror
	checks []Check
	logs   []Log
}

// check notes whether what was expected was seen.
func (r *record) check(passed bool, expected, seen string) {
	r.checks = append(r.checks, Check{expected, seen, passed})
}

// checkf is check with a formatted expectation.
func (r *record) checkf(passed bool, seen, expected string, args ...any) {
	r.check(passed, fmt.Sprintf(expected, args...), seen)
}

// attach keeps a text for the report of a failure.
func (r *record) attach(source, text string) {
	if kept := endOf(text, longestLog); len(kept) > 0 {
		r.logs = append(r.logs, Log{source, kept})
	}
}

// failed reports whether a check has failed.
func (r *record) failed() bool {
	for _, c := range r.checks {
		if !c.Passed {
			return true
		}
	}
	return false
}

// longestLog is how many lines of a log are shown.
const longestLog = 40

// endOf returns the last lines of a text, without empty ones and without control
// characters.
func endOf(text string, n int) []string {
	var list []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(strings.ReplaceAll(line, "\x1b[2K", ""), " \t\r") // Compose begins a line so
		if line != "" {
			list = append(list, visible(line))
		}
	}
	return list[max(0, len(list)-n):]
}

// visible replaces what a terminal would obey.
func visible(line string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, line)
}

// try runs a trial, with clients at work where it wants them, and says how it went.
func (l *rehearsedLab) try(ctx context.Context, t trial) Result {
	result := Result{Trial: t.name, Expected: t.expected, Checks: []Check{}, Logs: []Log{}}
	label := t.name
	if t.mirror != nil {
		result.Mirror = t.mirror.Name
		label += " " + t.mirror.Name
	}
	l.logf("%s: %s", label, t.expected)
	r := &record{mirror: t.mirror}
	began := time.Now()
	var c *clients
	if t.clients {
		c = l.startClients(ctx, t.mirror)
	}
	t.run(ctx, l, r)
	if c != nil {
		result.Load = c.stop(ctx, r, t.unnoticed)
	}
	if t.headless > 0 {
		l.checkAlerts(ctx, r, t.headless, began)
	}
	result.Checks = append(result.Checks, r.checks...)
	result.sum()
	if !result.Passed && ctx.Err() == nil && l.refused == nil {
		result.Logs = append(result.Logs, r.logs...)
		result.Logs = append(result.Logs, l.logsSince(ctx, began, t.mirror)...)
	}
	took := time.Since(began)
	result.Seconds = seconds(took)
	if ctx.Err() == nil && l.refused == nil {
		verdict := "FAIL"
		if result.Passed {
			verdict = "pass"
		}
		l.logf("  %s, %.1f s: %s", verdict, took.Seconds(), firstLine(result.Seen))
	}
	return result
}

// names lists trials in a sentence.
func names(trials []trial) string {
	var list []string
	for _, t := range trials {
		list = append(list, t.name)
	}
	return strings.Join(list, ", ")
}
