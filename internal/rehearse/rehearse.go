// Package rehearse runs a generated lab on Docker without a licence: mirrorgen
// itself stands in for IRIS, the arbiter and the Web Gateway, everything else is
// real. It starts the lab with the lab's own scripts, breaks it as its drills do,
// watches what clients see meanwhile, and takes everything down again.
//
// It proves the artifacts, not IRIS: see docs/rehearsal.md for what is modelled.
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// Options are what a rehearsal is made of.
type Options struct {
	Plan      *plan.Plan
	Artifacts []lab.Artifact // the lab, as build would write it
	// Executable is the mirrorgen that stands in: a Linux program for the
	// engine's processor that needs no libraries.
	Executable string
	Images     Images
	// TimeScale is by what the product's own time-outs are multiplied, from
	// [SmallestScale] to [LargestScale].
	TimeScale float64
	Only      []string // names of trials; none for all
	// Mirror is the mirror on which trials are held: its name, [AllMirrors], or "" for the
	// first of the lab that suits each trial.
	Mirror   string
	Keep     bool      // leave the lab running
	Progress io.Writer // what is going on, a line at a time
}

// The range of [Options.TimeScale]. Below it the product's seconds shrink to less
// than what Docker itself takes; drill.sh takes whole percents.
const (
	DefaultScale  = 0.1
	SmallestScale = 0.01
	LargestScale  = 10
)

// AllMirrors stands for every mirror of a lab in [Options.Mirror].
const AllMirrors = "all"

// takeDownLimit bounds the removal of everything.
const takeDownLimit = 2 * time.Minute

// Run rehearses a lab. An error says that the rehearsal could not be held, and what
// to do; a trial that failed is in the report. When ctx is done, or after a failure,
// everything is taken down before Run returns.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	began := time.Now()
	trials, err := choose(o.Plan, o.Only, o.Mirror)
	if err != nil {
		return nil, err
	}
	e, err := connect(ctx, commands{environment: os.Environ()})
	if err != nil {
		return nil, err
	}
	if err := checkExecutable(o.Executable, e.platform); err != nil {
		return nil, err
	}
	l := newLab(o, e)
	if err := l.checkNeighbours(ctx); err != nil {
		return nil, err
	}
	if err := l.prepare(ctx); err != nil {
		return nil, errors.Join(err, l.takeDown(ctx))
	}
	report = &Report{
		Format: reportFormat, Lab: o.Plan.Name, Source: o.Plan.Source,
		IRISVersion: o.Plan.Version.String(), TimeScale: o.TimeScale, Trials: []Result{}, NotHeld: []string{},
		Untouched: []string{},
	}
	err = l.hold(ctx, trials, report)
	for _, t := range trials[len(report.Trials):] {
		report.NotHeld = append(report.NotHeld, t.name)
	}
	report.Untouched = untouched(o.Plan, report.Trials)
	report.finish(time.Since(began))
	if o.Keep && ctx.Err() == nil {
		l.logKept()
		return report, err
	}
	return report, errors.Join(err, l.takeDown(ctx))
}

// choose lists the trials that suit the lab, or those of them that are named, on the mirrors
// that are asked for.
func choose(p *plan.Plan, only []string, mirror string) ([]trial, error) {
	var mirrors []string
	for _, m := range p.Mirrors {
		mirrors = append(mirrors, m.Name)
	}
	if mirror != "" && mirror != AllMirrors && !slices.Contains(mirrors, mirror) {
		return nil, fmt.Errorf("lab %s has no mirror %q; it has %s", p.Name, mirror, strings.Join(mirrors, ", "))
	}
	all := trialsOf(p, mirror)
	for _, name := range only {
		if !slices.ContainsFunc(all, func(t trial) bool { return t.name == name }) {
			return nil, fmt.Errorf("lab %s has no trial %q; it has %s", p.Name, name, names(all))
		}
	}
	if len(only) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(t trial) bool {
		return t.name != startTrial && !slices.Contains(only, t.name)
	}), nil
}

// untouched lists the mirrors of a lab on which no trial was held.
func untouched(p *plan.Plan, results []Result) []string {
	list := []string{}
	for _, m := range p.Mirrors {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Mirror == m.Name }) {
			list = append(list, m.Name)
		}
	}
	return list
}

// hold goes through the trials. It stops after a start that failed, because every
// other trial would, and where a trial leaves the lab in disorder.
func (l *rehearsedLab) hold(ctx context.Context, trials []trial, report *Report) error {
	for _, t := range trials {
		result := l.try(ctx, t)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if l.refused != nil {
			return l.refused
		}
		report.Trials = append(report.Trials, result)
		if t.name != startTrial {
			continue
		}
		if !result.Passed {
			return nil
		}
		for _, later := range trials {
			if later.early != nil {
				later.early(ctx, l)
			}
		}
	}
	return nil
}
