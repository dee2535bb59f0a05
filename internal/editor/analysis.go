// Package editor knows what an editor asks about a topology while it is written: what is
// wrong and where, what can stand at a place, what a name means and where else it is used.
// It works on text that is not finished, and reads no disk.
package editor

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// A Topology is what an editor has of one lab: its files, in name order, as they are on the
// screen.
type Topology struct {
	Base     string // base name of the file or directory
	Sources  []schema.Source
	Settings []schema.Setting
	Lock     schema.Source  // Content nil where there is none
	Set      *templates.Set // nil for the built-in templates
}

// An Analysis is what was found out about a topology.
type Analysis struct {
	Topology
	Lab         *schema.Lab
	Plan        *plan.Plan     // nil where the topology cannot be planned
	Artifacts   []lab.Artifact // nil where it has errors
	Diagnostics hcl.Diagnostics
	// Last is the latest analysis without errors: while a line is being written, it knows
	// names and addresses.
	Last *Analysis

	lock      *plan.Lock
	files     map[string]*hclsyntax.Body // by source; what could be read of a broken one
	explained *explain.Lab
}

// Analyze compiles a topology as build does. Its diagnostics have the ranges and texts of the
// command line; those about generated files stand at the block or raw text that they come
// from.
func Analyze(t Topology) *Analysis {
	a := &Analysis{Topology: t, files: map[string]*hclsyntax.Body{}}
	for _, s := range t.Sources {
		a.files[s.Name] = parse(s)
	}
	a.Lab, a.Diagnostics = schema.Load(t.Base, t.Sources, t.Settings...)
	if t.Lock.Content != nil {
		lock, diags := plan.ReadLock(t.Lock.Name, t.Lock.Content)
		a.lock, a.Diagnostics = lock, append(a.Diagnostics, diags...)
	}
	p, diags := plan.Make(a.Lab, a.lock)
	a.Plan, a.Diagnostics = p, append(a.Diagnostics, diags...)
	if p != nil && !a.Diagnostics.HasErrors() {
		a.render()
	}
	schema.Sort(a.Diagnostics)
	return a
}

// render prints the artifacts and reads them back.
func (a *Analysis) render() {
	if a.Set == nil {
		a.Artifacts = templates.Render(a.Plan)
	} else {
		artifacts, diags := a.Set.Render(a.Plan)
		a.Diagnostics = append(a.Diagnostics, diags...)
		if diags.HasErrors() {
			return
		}
		a.Artifacts = artifacts
	}
	found := verify.Check(a.Artifacts)
	for _, d := range found {
		a.Diagnostics = append(a.Diagnostics, a.placed(d))
	}
	schema.RedactDiagnostics(a.Diagnostics, a.Lab.Secrets)
}

// parse reads what can be read of a file.
func parse(s schema.Source) *hclsyntax.Body {
	if schema.CheckLimits(s.Name, s.Content).HasErrors() {
		return &hclsyntax.Body{}
	}
	file, _ := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
	return file.Body.(*hclsyntax.Body)
}

// source returns a file of the topology, nil where there is none of the name.
func (a *Analysis) source(name string) *schema.Source {
	i := slices.IndexFunc(a.Sources, func(s schema.Source) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &a.Sources[i]
}

// Explained is the lab ready to be explained, as it was before it had errors; nil where it
// had them from the beginning.
func (a *Analysis) Explained() *explain.Lab {
	switch {
	case a.Artifacts == nil && a.Last == nil:
		return nil
	case a.Artifacts == nil:
		return a.Last.Explained()
	}
	if a.explained == nil {
		a.explained = &explain.Lab{Base: a.Base, Sources: a.Sources, Settings: a.Settings, Lab: a.Lab, Lock: a.lock,
			Plan: a.Plan, Artifacts: a.Artifacts}
	}
	return a.explained
}

// placed is a diagnostic about a generated file, at what in the topology it comes from.
func (a *Analysis) placed(d *hcl.Diagnostic) *hcl.Diagnostic {
	moved := *d
	at := a.Lab.Range
	if d.Subject != nil {
		at = a.origin(*d.Subject)
		moved.Detail += " This is about " + d.Subject.Filename + " line " + number(d.Subject.Start.Line) +
			", which is generated from here."
	}
	moved.Subject, moved.Context = &at, nil
	return &moved
}

// origin is the block, or the raw text in it, that a line of an artifact comes from.
func (a *Analysis) origin(r hcl.Range) hcl.Range {
	i := slices.IndexFunc(a.Artifacts, func(artifact lab.Artifact) bool { return artifact.Path == r.Filename })
	if i < 0 {
		return a.Lab.Range
	}
	lines := bytes.Split(a.Artifacts[i].Content, []byte("\n"))
	line := ""
	if r.Start.Line >= 1 && r.Start.Line <= len(lines) {
		line = strings.TrimSpace(string(lines[r.Start.Line-1]))
	}
	declarations := a.Lab.Declarations()
	for _, argument := range []string{"config", "merge"} {
		for _, d := range declarations {
			if v := d.Value(argument); line != "" && explain.Contains(v, line) {
				return d.At(argument)
			}
		}
	}
	name := owner(r.Filename, lines, r.Start.Line)
	for _, d := range declarations {
		if !schema.IsService(d.Kind) || d.Name != name && !strings.HasPrefix(r.Filename, directories[d.Kind]) {
			continue
		}
		for _, argument := range []string{"compose", "ini", "config", "merge"} {
			if d.Given(argument) && (argument == "compose") == (r.Filename == plan.ComposePath) {
				return d.At(argument)
			}
		}
		return d.NameRange
	}
	return a.Lab.Range
}

// directories are the beginnings of the paths that belong to the services of a kind.
var directories = map[string]string{"nginx": "nginx/", "haproxy": "haproxy/", "web_gateway": "webgateway/",
	"arbiter": "\x00", "member": "\x00", "application_server": "\x00"}

// owner is the service that a line of a file belongs to, "" for none: of the compose file by
// the key around it, of another by the file's name.
func owner(path string, lines [][]byte, line int) string {
	if path != plan.ComposePath {
		base := path[strings.LastIndexByte(path, '/')+1:]
		name, _, _ := strings.Cut(base, ".")
		return name
	}
	for i := min(line, len(lines)) - 1; i >= 0; i-- {
		text := string(lines[i])
		if strings.HasPrefix(text, "  ") && len(text) > 2 && text[2] != ' ' && strings.HasSuffix(text, ":") {
			return strings.TrimSuffix(text[2:], ":")
		}
	}
	return ""
}
