package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/rehearse"
	"mirrorgen/internal/suite"
	"mirrorgen/schema"
)

// defaultTimeout ends a run with a rehearsal that does not say how long it may take: every
// trial of a large lab takes minutes.
const defaultTimeout = 30 * time.Minute

// errTimeout is the cause of a run's end that took too long.
var errTimeout = errors.New("the run took too long")

// file holds the runs of a file.
func (h *holder) file(ctx context.Context, f *testFile) suite.FileReport {
	report := suite.FileReport{File: filepath.ToSlash(f.Name), Topology: filepath.ToSlash(f.topology),
		Runs: []suite.Result{}}
	for _, run := range f.Runs {
		result := suite.Result{Run: run.Name, Line: run.Range.Start.Line, Command: run.Command,
			Target: h.targetOf(run).String(), Result: suite.Skipped, Problems: []suite.Problem{}}
		if ctx.Err() == nil {
			began := time.Now()
			h.run(ctx, f, run, &result)
			result.Seconds = suite.Rounded(time.Since(began).Seconds())
		}
		report.Runs = append(report.Runs, result)
	}
	return report
}

// run holds one run, and shows why it did not pass.
func (h *holder) run(ctx context.Context, f *testFile, run *suite.Run, result *suite.Result) {
	lab, found, err := h.compileFor(f, run)
	var diags hcl.Diagnostics
	var files map[string]*listing
	for _, b := range found {
		diags = append(diags, b.diags...)
		files = merged(files, b.files)
	}
	files = merged(files, sourceListings([]schema.Source{f.source}))
	var counts *failure
	about := errors.As(err, &counts) && counts.counts // the diagnostics say it all
	switch {
	case run.Refused && (err == nil || about):
		diags = run.Compare(diags)
	case about:
		diags = onlyErrors(diags)
	case err != nil:
		diags = hcl.Diagnostics{schema.Diagnose(hcl.DiagError, run.Range, "Run not held", "%s", sentence(err))}
	default:
		diags = h.assert(ctx, run, lab, result)
	}
	if ctx.Err() != nil {
		return // it stays skipped
	}
	result.Result = suite.Passed
	for _, diag := range diags {
		if !suite.IsFailure(diag) {
			result.Result = suite.Errored
		} else if result.Result == suite.Passed {
			result.Result = suite.Failed
		}
	}
	schema.Sort(diags)
	for _, diag := range diags {
		result.Problems = append(result.Problems, h.problem(diag, files))
	}
	if len(diags) > 0 {
		fmt.Fprintf(h.err, "%s: run %q:\n", printable(f.Name), run.Name)
		h.show(diags, files)
	}
}

// merged adds the listings of b to those of a.
func merged(a, b map[string]*listing) map[string]*listing {
	if a == nil {
		a = map[string]*listing{}
	}
	maps.Copy(a, b)
	return a
}

func onlyErrors(diags hcl.Diagnostics) hcl.Diagnostics {
	var list hcl.Diagnostics
	for _, diag := range diags {
		if diag.Severity == hcl.DiagError {
			list = append(list, diag)
		}
	}
	return list
}

// compileFor compiles the topology of a run, and takes the diagnostics instead of showing them.
func (h *holder) compileFor(f *testFile, run *suite.Run) (*compiled, []batch, error) {
	var found []batch
	t := *h.tool
	t.taken, t.given, t.target = &found, run.Variables, h.targetOf(run)
	if run.Command == suite.Rehearse && t.target == plan.Kubernetes {
		t.adjust = onCluster
	}
	lab, err := t.compile(f.topology, &h.own, true)
	return lab, found, err
}

// assert rehearses the lab of a run where it says so, and holds its assertions.
func (h *holder) assert(ctx context.Context, run *suite.Run, lab *compiled, result *suite.Result) hcl.Diagnostics {
	documents := suite.Documents{Plan: overviewOf(lab.plan)}
	var diags hcl.Diagnostics
	if run.Command == suite.Rehearse {
		report, err := h.rehearse(ctx, run, lab)
		if report != nil {
			result.Rehearsal = report
		}
		if rest := besides(err, errInterrupted); errors.Is(err, errInterrupted) && rest != nil {
			h.printError(fmt.Errorf("%s: %w", run.Name, rest)) // the run counts as skipped
		}
		if err != nil {
			return hcl.Diagnostics{unheld(run, err)}
		}
		documents.Rehearsal = report
		diags = trialFailures(run, report)
	}
	return append(diags, run.Hold(documents, lab.lab.Inputs)...)
}

// rehearse rehearses the lab of a run, no longer than it may take.
func (h *holder) rehearse(ctx context.Context, run *suite.Run, lab *compiled) (*rehearse.Report, error) {
	o := h.options
	o.Only, o.Mirror = run.Only, run.Mirror
	if lab.target != plan.Kubernetes {
		o.Cluster = rehearse.Cluster{}
	}
	limit := cmp.Or(time.Duration(run.Timeout.Millis)*time.Millisecond, defaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	return h.hold(ctx, lab, o)
}

// unheld says why a rehearsal came to no end.
func unheld(run *suite.Run, err error) *hcl.Diagnostic {
	if errors.Is(err, errTimeout) {
		limit, left := cmp.Or(run.Timeout.Text, "30m"), "and the lab was taken down"
		if rest := besides(err, errTimeout); rest != nil {
			left = "and " + strings.TrimSuffix(rest.Error(), ".")
		}
		return schema.Diagnose(hcl.DiagError, run.TimeoutAt, "Out of time", "The run did not end within %s, %s. Give "+
			"it more with timeout, or hold fewer trials with only.", limit, left)
	}
	return schema.Diagnose(hcl.DiagError, run.Range, "Rehearsal not held", "%s", sentence(err))
}

// besides is what is left of an error, which may join several, without those of a cause; nil
// for nothing.
func besides(err, cause error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if errors.Is(err, cause) {
			return nil
		}
		return err
	}
	var rest []error
	for _, part := range joined.Unwrap() {
		rest = append(rest, besides(part, cause))
	}
	return errors.Join(rest...)
}

// trialFailures are the trials of a rehearsal that failed or were not held.
func trialFailures(run *suite.Run, report *rehearse.Report) hcl.Diagnostics {
	var diags hcl.Diagnostics
	add := func(format string, args ...any) {
		diag := schema.Diagnose(hcl.DiagError, run.Range, "Trial failed", format, args...)
		diag.Extra = suite.Failure{}
		diags = append(diags, diag)
	}
	for _, trial := range report.Trials {
		if !trial.Passed {
			add("%s: expected is: %s. Seen was: %s", trial.Trial, trial.Expected, trial.Seen)
		}
	}
	if n := len(report.NotHeld); n > 0 {
		add("%s not held, because the start failed: %s.", text.Plural(n, "trial"), someOf(report.NotHeld))
	}
	return diags
}

// problem is a diagnostic for the report.
func (h *holder) problem(diag *hcl.Diagnostic, files map[string]*listing) suite.Problem {
	p := suite.Problem{Summary: h.redacted(diag.Summary), Detail: h.redacted(diag.Detail), Values: []suite.Value{}}
	if diag.Subject != nil {
		at := rangeOf(diag.Subject, files[diag.Subject.Filename])
		p.File, p.Line, p.Column = filepath.ToSlash(diag.Subject.Filename), at.Start.Line, at.Start.Column
	}
	if failure, ok := diag.Extra.(suite.Failure); ok {
		for _, v := range failure.Values {
			p.Values = append(p.Values, suite.Value{Expression: h.redacted(v.Expression), Value: h.redacted(v.Value)})
		}
	}
	return p
}
