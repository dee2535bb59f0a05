// Package rehearse runs a generated lab on Docker, or on Kubernetes, without a licence: mirrorgen
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
	"maps"
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
	Directory string         // where the lab's user keeps the files that containers of his own mount
	// Executable is the mirrorgen that stands in: a Linux program for the
	// engine's processor that needs no libraries.
	Executable string
	Images     Images
	// TimeScale is by what the product's own time-outs are multiplied, from
	// [SmallestScale] to [LargestScale].
	TimeScale float64
	// Slack is how many seconds every limit of time has beyond the product's, which a busy
	// host takes for itself, from 0 to [LargestSlack].
	Slack int
	Only  []string // names of trials; none for all
	// Mirror is the mirror on which trials are held: its name, [AllMirrors], or "" for the
	// first of the lab that suits each trial.
	Mirror   string
	Cluster  Cluster   // where the plan is made for Kubernetes
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

// The usual value of [Options.Slack], and the largest.
const (
	DefaultSlack = 15
	LargestSlack = 999
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
	trials, err := choose(o)
	if err != nil {
		return nil, err
	}
	if err := checkOwn(o.Plan, o.Images.Own); err != nil {
		return nil, err
	}
	l, err := settle(ctx, o)
	if err != nil {
		return nil, err
	}
	err = l.site.check(ctx)
	if err == nil {
		err = l.prepare(ctx)
	}
	if err != nil {
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
		l.logf("%s", l.site.kept())
		return report, err
	}
	return report, errors.Join(err, l.takeDown(ctx))
}

// errOperated is why a lab is not rehearsed whose mirrors InterSystems' operator makes.
var errOperated = errors.New("the mirrors of this lab are IrisClusters, of which InterSystems' operator makes pods, " +
	"and nothing stands in for the operator: rehearse the topology without operator = true, or for compose")

// settle finds the site of a rehearsal, and the Docker engine, which makes the images for
// every site.
func settle(ctx context.Context, o Options) (*rehearsedLab, error) {
	l := &rehearsedLab{Options: o, plan: o.Plan, project: o.Plan.Name + "-rehearsal"}
	if o.Plan.Operated() {
		return nil, errOperated
	}
	cluster := o.Plan.Target() == plan.Kubernetes
	if cluster {
		site, err := connectCluster(ctx, l)
		if err != nil {
			return nil, err
		}
		l.site = site
	}
	var err error
	l.engine, err = connect(ctx, commands{environment: os.Environ()}, !cluster)
	if err == nil {
		err = checkExecutable(o.Executable, l.engine.platform)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.work))
	}
	if !cluster {
		l.site = dockerSite{l}
	}
	return l, nil
}

// choose lists the trials that suit the lab, or those of them that are named, on the mirrors
// that are asked for.
func choose(o Options) ([]trial, error) {
	p, mirror := o.Plan, o.Mirror
	var mirrors []string
	for _, m := range p.Mirrors {
		mirrors = append(mirrors, m.Name)
	}
	if mirror != "" && mirror != AllMirrors && !slices.Contains(mirrors, mirror) {
		return nil, fmt.Errorf("lab %s has no mirror %q; it has %s", p.Name, mirror, strings.Join(mirrors, ", "))
	}
	all := trialsOf(p, mirror)
	for _, name := range o.Only {
		i := slices.IndexFunc(all, func(t trial) bool { return t.name == name })
		if i < 0 {
			return nil, fmt.Errorf("lab %s has no trial %q; it has %s", p.Name, name, names(all))
		}
		if all[i].nodes && o.Cluster.Nodes == "" {
			return nil, fmt.Errorf("trial %s breaks a node of the cluster: allow that with --nodes, which names the "+
				"command that cuts a node off, and back", name)
		}
	}
	if o.Cluster.Nodes == "" {
		all = slices.DeleteFunc(all, func(t trial) bool { return t.nodes })
	}
	if len(o.Only) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(t trial) bool {
		return t.name != startTrial && !slices.Contains(o.Only, t.name)
	}), nil
}

// checkOwn makes sure that images are given for containers that the lab has.
func checkOwn(p *plan.Plan, images map[string]string) error {
	var names []string
	for _, c := range p.OwnContainers() {
		names = append(names, c.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(images)) {
		if !slices.Contains(names, name) {
			known := append([]string{"base", "nginx", "haproxy", "prometheus", "grafana"}, names...)
			return fmt.Errorf("lab %s takes no image for %q, but for %s", p.Name, name, strings.Join(known, ", "))
		}
	}
	return nil
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
