package templates

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// Render is [Render] with the templates of the set. What a template of the
// user's does not fit, cannot print or does not end is told with its line. The
// artifacts are of no use where there are errors.
func (s *Set) Render(p *plan.Plan) ([]lab.Artifact, hcl.Diagnostics) {
	var additional []row
	for _, name := range s.added {
		additional = append(additional, row{path: artifactOf(name), mode: plainFile, template: name})
	}
	artifacts, found := printAll(p, additional, s.execute)
	var diags hcl.Diagnostics
	for _, f := range found {
		diags = appendNew(diags, s.faultOf(f))
	}
	for i, a := range artifacts {
		if slices.Contains(s.added, a.Path+".tmpl") && bytes.HasPrefix(a.Content, []byte("#!")) {
			artifacts[i].Mode = scriptFile
		}
	}
	return artifacts, append(diags, s.checkPaths(p, artifacts)...)
}

// execute prints one artifact with a budget of its own.
func (s *Set) execute(out *bytes.Buffer, r row, dot any) error {
	b := s.limits
	t, err := s.root.Clone()
	if err != nil {
		panic(err)
	}
	err = t.Funcs(b.functions()).Lookup(r.template).Execute(meter{out, &b}, dot)
	if _, isCompose := r.one.(*plan.ComposePart); err == nil && isCompose {
		var any map[string]any // refuses an anchor that holds itself, which nodes do not
		if yaml.Unmarshal(out.Bytes(), &any) != nil {
			return nil // the check of the artifacts says what is wrong, with its line
		}
	}
	return err
}

// meter charges a budget for what is written.
type meter struct {
	out    *bytes.Buffer
	budget *budget
}

func (m meter) Write(text []byte) (int, error) {
	if err := m.budget.charge(len(text)); err != nil {
		return 0, err
	}
	return m.out.Write(text)
}

// checkPaths refuses an added artifact in the place of another, or in its way:
// on a file system that tells no capitals apart too.
func (s *Set) checkPaths(p *plan.Plan, artifacts []lab.Artifact) hcl.Diagnostics {
	const summary = "Path of another file"
	taken := map[string]string{strings.ToLower(p.LicenseKey): "the licence key"}
	add := func(name, what string) {
		name = strings.ToLower(name)
		if taken[name] == "" {
			taken[name] = what
		}
		for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if taken[dir] == "" {
				taken[dir] = "the directory of " + what
			}
		}
	}
	for i, a := range artifacts {
		twice := i > 0 && artifacts[i-1].Path == a.Path
		if !slices.Contains(s.added, a.Path+".tmpl") || twice {
			add(a.Path, "the lab's "+a.Path)
		}
	}
	var diags hcl.Diagnostics
	for _, name := range s.added {
		to := strings.ToLower(artifactOf(name))
		what := taken[to]
		for dir := path.Dir(to); what == "" && dir != "."; dir = path.Dir(dir) {
			if !strings.HasPrefix(taken[dir], "the directory of ") {
				what = taken[dir]
			}
		}
		if what != "" {
			diags = append(diags, failure(lineOf(s.sources[name], 1), summary,
				fmt.Sprintf("The template adds %s, which is in the place of %s.", artifactOf(name), what),
				"Rename it; to change a file that is part of every lab, take the name that \"mirrorgen templates list\" shows."))
			continue
		}
		add(artifactOf(name), "what "+name+" adds")
	}
	return diags
}

// appendNew leaves out what has been said of the same place.
func appendNew(diags hcl.Diagnostics, d *hcl.Diagnostic) hcl.Diagnostics {
	for _, other := range diags {
		if *other.Subject == *d.Subject && other.Detail == d.Detail {
			return diags
		}
	}
	return append(diags, d)
}
