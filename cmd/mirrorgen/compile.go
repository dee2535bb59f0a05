package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/origin"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
)

// plan reads a topology and decides what it leaves open. It shows all
// diagnostics; the error of a topology that has mistakes only counts them.
func (t *tool) plan(path string) (*input, *plan.Plan, error) {
	t.about(path, path)
	in, err := readInput(path)
	if err != nil {
		return nil, nil, failed(err)
	}
	t.about(path, in.sources[0].Name)
	settings, files, err := t.settings()
	if err != nil {
		return nil, nil, err
	}
	lab, diags := schema.Load(in.base, in.sources, settings...)
	shown := append([]schema.Source{in.lock.source()}, in.sources...)
	t.hide(lab.Secrets)
	if !lab.Sensitive {
		shown = append(shown, files...)
	}
	lock, more := in.lock.read()
	diags = append(diags, more...)
	if t.adjust != nil {
		t.adjust(lab)
	}
	p, more := plan.MakeFor(t.target, lab, lock)
	diags = append(diags, more...)
	in.settings, in.lab, in.kept = settings, lab, lock
	if len(diags) > 0 {
		t.show(diags, sourceListings(shown))
	}
	if diags.HasErrors() {
		return nil, nil, counted(fmt.Errorf("%s: %s", path, count(diags)))
	}
	return in, p, nil
}

// A compiled lab is what a topology became, and what it was made from.
type compiled struct {
	*input
	*rendering
	target    plan.Target
	plan      *plan.Plan
	artifacts []lab.Artifact
}

// compile turns a topology into artifacts, and reads them back if verified is
// set.
func (t *tool) compile(path string, dir *templateDir, verified bool) (*compiled, error) {
	in, p, err := t.plan(path)
	if err != nil {
		return nil, err
	}
	c := &compiled{input: in, target: t.target, plan: p}
	if c.rendering, err = dir.read(t, in); err != nil {
		return nil, err
	}
	if c.artifacts, err = c.render(t, p); err != nil {
		return c, err
	}
	if diags := append(plan.Unwritten(p, c.writes), plan.Unmappable(p, c.lab, c.size)...); len(diags) > 0 {
		t.show(diags, sourceListings(in.sources))
		return nil, counted(fmt.Errorf("%s: %s", path, count(diags)))
	}
	t.markSensitive(c.artifacts)
	if !verified {
		return c, nil
	}
	diags := verify.Check(c.artifacts)
	if len(diags) == 0 {
		return c, nil
	}
	diags = origin.Trace(c.lab, diags, c.verify)
	t.hideNames(diags, c.artifacts)
	listings := artifactListings(c.artifacts)
	maps.Copy(listings, sourceListings(in.sources))
	t.show(diags, listings)
	if !diags.HasErrors() {
		return c, nil
	}
	if slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return listings[d.Subject.Filename].generated }) {
		return nil, counted(fmt.Errorf("%s: %s in the files that it generates\n%s", path, count(diags), c.suspects()))
	}
	return nil, counted(fmt.Errorf("%s: %s", path, count(diags)))
}

// writes reports whether an artifact has that path, or lies below it.
func (c *compiled) writes(path string) bool {
	return slices.ContainsFunc(c.artifacts, func(a lab.Artifact) bool {
		return a.Path == path || strings.HasPrefix(a.Path, path+"/")
	})
}

// size is that of the artifact with that path, 0 where there is none.
func (c *compiled) size(path string) int {
	for _, a := range c.artifacts {
		if a.Path == path {
			return len(a.Content)
		}
	}
	return 0
}

// verify compiles the lab as it is now and reads it back, and shows nothing.
func (c *compiled) verify() (hcl.Diagnostics, bool) {
	p, diags := plan.MakeFor(c.target, c.lab, c.kept)
	if diags.HasErrors() {
		return nil, false
	}
	artifacts, diags := c.printed(p)
	if diags.HasErrors() {
		return nil, false
	}
	return verify.Check(artifacts), true
}

// suspects names what has brought a mistake into a generated file.
func (c *compiled) suspects() string {
	const raw = "No piece of raw text (compose, kubernetes, config, ini, merge) explains "
	if c.set != nil {
		return raw + "what is shown there: look at the templates of " + c.rendering.dir
	}
	return raw + "what is shown there: this is a mistake in mirrorgen"
}
