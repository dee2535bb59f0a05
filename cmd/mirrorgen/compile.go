package main

import (
	"fmt"

	"mirrorgen/internal/lab"
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
	p, more := plan.Make(lab, lock)
	diags = append(diags, more...)
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
	c := &compiled{input: in, plan: p}
	if c.rendering, err = dir.read(t, in); err != nil {
		return nil, err
	}
	if c.artifacts, err = c.render(t, p); err != nil {
		return c, err
	}
	t.markSensitive(c.artifacts)
	if !verified {
		return c, nil
	}
	diags := verify.Check(c.artifacts)
	if len(diags) == 0 {
		return c, nil
	}
	t.hideNames(diags, c.artifacts)
	t.show(diags, artifactListings(c.artifacts))
	if diags.HasErrors() {
		return nil, counted(fmt.Errorf("%s: %s in the files that it generates\n%s", path, count(diags), c.suspects()))
	}
	return c, nil
}

// suspects names what may have brought a mistake into a generated file.
func (c *compiled) suspects() string {
	const raw = "The usual cause is raw text of the topology (compose, config, ini, merge)"
	if c.set != nil {
		return raw + ", or a template of " + c.rendering.dir
	}
	return raw + ". Where it has none, this is a mistake in mirrorgen"
}
