//go:build goals

package internal_test

import (
	"path"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"mirrorgen/templates"
)

// libraries are the readers that a build cannot do without, timed with nothing around
// them: HCL for the topology, and what reads YAML and shell scripts back. They take each
// file after the other, in a process that has warmed up.
type libraries struct {
	topology      []byte
	yaml, scripts []string

	hclTimes, yamlTimes, scriptTimes []time.Duration
}

func (s sized) libraries(t *testing.T) *libraries {
	t.Helper()
	l := &libraries{topology: s.source}
	for _, a := range templates.Render(s.plan(t, s.load(t))) {
		switch path.Ext(a.Path) {
		case ".yaml":
			l.yaml = append(l.yaml, string(a.Content))
		case ".sh":
			l.scripts = append(l.scripts, string(a.Content))
		}
	}
	l.once(t)
	l.hclTimes, l.yamlTimes, l.scriptTimes = nil, nil, nil
	return l
}

// once lets each library read once.
func (l *libraries) once(t *testing.T) {
	t.Helper()
	start := time.Now()
	if _, diags := hclsyntax.ParseConfig(l.topology, "lab.hcl", hcl.InitialPos); diags.HasErrors() {
		t.Fatal(diags)
	}
	l.hclTimes = append(l.hclTimes, time.Since(start))
	start = time.Now()
	for _, text := range l.yaml {
		var node yaml.Node
		if err := yaml.NewDecoder(strings.NewReader(text)).Decode(&node); err != nil {
			t.Fatal(err)
		}
	}
	l.yamlTimes = append(l.yamlTimes, time.Since(start))
	start = time.Now()
	for _, text := range l.scripts {
		if _, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), ""); err != nil {
			t.Fatal(err)
		}
	}
	l.scriptTimes = append(l.scriptTimes, time.Since(start))
}

// report prints how many times as long as another command the libraries take.
func (l *libraries) report(r report, name string, to *command) {
	r.t.Helper()
	whole := float64(median(to.times))
	for _, reader := range []struct {
		name  string
		times []time.Duration
	}{{"HCL", l.hclTimes}, {"YAML", l.yamlTimes}, {"shell", l.scriptTimes}} {
		r.figure(0, reader.name+" library alone, "+name+" / cp -r", "", float64(median(reader.times))/whole, 0)
	}
}
