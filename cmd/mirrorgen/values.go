package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mirrorgen/schema"
)

// environmentPrefix begins the environment variables that give variables of a
// topology their values.
const environmentPrefix = "MIRRORGEN_VAR_"

// values are the flags that give variables of a topology their values.
type values struct {
	files []string
	vars  []string
}

// valueFlags adds the flags to a command that reads topologies.
func (t *tool) valueFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&t.values.vars, "var", nil, "give a variable of the topology a value, `NAME=VALUE`; may be "+
		"repeated")
	flags.StringArrayVar(&t.values.files, "var-file", nil, "take values of variables from a `FILE` of NAME = VALUE "+
		"lines; may be repeated")
}

// settings are the values from outside the topology, those of the environment
// first: a later one goes before an earlier one. sources are the files among
// them.
func (t *tool) settings() (settings []schema.Setting, sources []schema.Source, err error) {
	environment := os.Environ()
	slices.Sort(environment)
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		if variable, ok := strings.CutPrefix(name, environmentPrefix); ok {
			settings = append(settings, schema.Setting{Name: variable, Value: value, Origin: name, Ambient: true})
		}
	}
	for _, name := range t.values.files {
		content, err := readText(name)
		if err != nil {
			return nil, nil, failed(err)
		}
		source := schema.Source{Name: name, Content: content}
		sources = append(sources, source)
		settings = append(settings, schema.Setting{Origin: "--var-file " + name, File: &source})
	}
	for _, given := range t.values.vars {
		name, value, ok := strings.Cut(given, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, nil, &failure{code: exitUsage, err: fmt.Errorf("--var %s: write --var NAME=VALUE",
				printable(given))}
		}
		settings = append(settings, schema.Setting{Name: name, Value: value, Origin: "--var " + name})
	}
	return append(settings, t.given...), sources, nil
}
