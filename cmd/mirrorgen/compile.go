package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// plan reads a topology and decides what it leaves open. It shows all
// diagnostics; the error of a topology that has mistakes only counts them.
func (t *tool) plan(path string) (*input, *plan.Plan, error) {
	in, err := readInput(path)
	if err != nil {
		return nil, nil, failed(err)
	}
	var p *plan.Plan
	lab, diags := schema.Load(in.base, in.sources)
	if lab != nil {
		var more hcl.Diagnostics
		p, more = plan.Make(lab)
		diags = append(diags, more...)
	}
	if len(diags) > 0 {
		t.show(diags, sourceListings(in.sources))
	}
	if diags.HasErrors() {
		return nil, nil, failed(fmt.Errorf("%s: %s", path, count(diags)))
	}
	return in, p, nil
}

// compile turns a topology into artifacts, and reads them back if verified is
// set.
func (t *tool) compile(path string, verified bool) (*input, *plan.Plan, []templates.Artifact, error) {
	go warm() // while the topology is read
	in, p, err := t.plan(path)
	if err != nil {
		return nil, nil, nil, err
	}
	artifacts := templates.Render(p)
	if !verified {
		return in, p, artifacts, nil
	}
	diags := verify.Check(artifacts)
	if len(diags) == 0 {
		return in, p, artifacts, nil
	}
	t.show(diags, artifactListings(artifacts))
	if diags.HasErrors() {
		err := fmt.Errorf("%s: %s in the files that it generates\nThe usual cause is raw text of the topology (compose, "+
			"config, ini, merge). Where it has none, this is a mistake in mirrorgen", path, count(diags))
		return nil, nil, nil, failed(err)
	}
	return in, p, artifacts, nil
}

// warm prepares the templates. What is wrong with one is told by Render, which
// meets it again.
func warm() {
	defer func() { recover() }()
	templates.Warm()
}
