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

// A library is a reader that a build cannot do without, timed with nothing around it. It
// takes each file after the other, in a process that has warmed up.
type library struct {
	name  string
	texts []string
	read  func(text string) error
	times []time.Duration
}

// libraries are those of the topology, and of the YAML and the scripts that are read back.
func (s sized) libraries(t *testing.T) []*library {
	t.Helper()
	hclReader := &library{name: "HCL", texts: []string{string(s.source)}, read: func(text string) error {
		if _, diags := hclsyntax.ParseConfig([]byte(text), "lab.hcl", hcl.InitialPos); diags.HasErrors() {
			return diags
		}
		return nil
	}}
	yamlReader := &library{name: "YAML", read: func(text string) error {
		var node yaml.Node
		return yaml.NewDecoder(strings.NewReader(text)).Decode(&node)
	}}
	shellReader := &library{name: "shell", read: func(text string) error {
		_, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
		return err
	}}
	for _, a := range templates.Render(s.plan(t, s.load(t))) {
		switch path.Ext(a.Path) {
		case ".yaml":
			yamlReader.texts = append(yamlReader.texts, string(a.Content))
		case ".sh":
			shellReader.texts = append(shellReader.texts, string(a.Content))
		}
	}
	list := []*library{hclReader, yamlReader, shellReader}
	for _, l := range list {
		l.once(t, false)
	}
	return list
}

// once reads every text once, and notes how long it took.
func (l *library) once(t *testing.T, counted bool) {
	t.Helper()
	start := time.Now()
	for _, text := range l.texts {
		if err := l.read(text); err != nil {
			t.Fatal(err)
		}
	}
	if counted {
		l.times = append(l.times, time.Since(start))
	}
}
