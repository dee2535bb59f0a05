package facts

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/dotenv"
)

// environmentFile is the file from which Compose takes the values of variables.
const environmentFile = ".env"

// mostMissing is how many variables without a value are reported.
const mostMissing = 100

// variables are the values that Compose puts in place of ${NAME}: those of the caller's
// environment, then those of .env.
type variables struct {
	*dotenv.Interpolation
	outer    *variables        // of the file that includes the one at hand, whose values win; nil for none
	values   map[string]string // of .env
	lookup   func(name string) (string, bool)
	unset    []string // variables without a value that were looked up, in the text at hand
	reported []string
	unread   bool // .env is there, and was not read
}

// newVariables reads .env.
func (l *Facts) newVariables(lookup func(string) (string, bool)) *variables {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	v := &variables{values: map[string]string{}, lookup: lookup}
	v.Interpolation = dotenv.New(v.value)
	if why := l.unread[environmentFile]; why != "" {
		l.Rule, v.unread = "compose", true
		l.Report(&File{Path: environmentFile}, Position{}, "File that was not read",
			"Compose takes the values of variables from "+environmentFile+", which "+why+": they are not known here.",
			"Put the file into the directory, or set the variables in the environment.")
	}
	if f := l.Files[environmentFile]; f != nil {
		l.Rule = "compose"
		for _, set := range l.environmentOf(f, lookup) {
			v.values[set.Name] = set.Value
		}
	}
	return v
}

// within are the variables of a file that is included, with files of variables of its own.
func (l *Facts) within(outer *variables, names []Word) *variables {
	v := &variables{outer: outer, values: map[string]string{}, lookup: outer.lookup, unread: outer.unread,
		reported: outer.reported}
	v.Interpolation = dotenv.New(v.value)
	for _, name := range names {
		if f := l.Files[name.Text]; f != nil && name.Text != environmentFile {
			for _, set := range l.environmentOf(f, v.quietly) {
				v.values[set.Name] = set.Value
			}
		}
	}
	return v
}

// environmentOf reads a file of the form of .env, as far as it can be read.
func (l *Facts) environmentOf(f *File, lookup func(string) (string, bool)) []dotenv.Variable {
	list, err := dotenv.New(lookup).Parse(f.Text)
	if err != nil {
		var line int32
		reason := err.Error()
		if number, rest, found := strings.Cut(strings.TrimPrefix(reason, "line "), ": "); found {
			line, reason = int32(Number(number)), rest
		}
		l.Report(f, Position{Line: line}, "Invalid environment file", "Compose refuses the file: "+reason+".",
			"Correct the line.")
	}
	return list
}

// value is the value of a variable; ok is false where it has none.
func (v *variables) value(name string) (value string, ok bool) {
	if v.outer != nil {
		value, ok = v.outer.quietly(name)
	} else {
		value, ok = v.lookup(name)
	}
	if !ok {
		value, ok = v.values[name]
	}
	if !ok {
		v.unset = append(v.unset, name)
	}
	return value, ok
}

// quietly is value, and does not remember a variable that has none.
func (v *variables) quietly(name string) (value string, ok bool) {
	value, ok = v.value(name)
	v.unset = nil
	return value, ok
}

// missing are the variables of the text that was expanded last that have neither a value
// nor a default.
func (v *variables) missing() []string {
	unset := v.unset
	v.unset = nil
	if len(unset) == 0 || len(v.reported) >= mostMissing {
		return nil
	}
	without := v.Missing()
	return slices.DeleteFunc(unset, func(name string) bool {
		_, found := slices.BinarySearch(without, name)
		return !found
	})
}

// interpolate puts values in place of the variables in every scalar from node downwards. A
// scalar with a variable that has none stays as it is, and nothing is concluded from it.
func (l *Facts) interpolate(f *File, node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "$") {
		l.expandScalar(f, node)
	}
	for i, child := range node.Content { // an alias has no content of its own
		if node.Kind != yaml.MappingNode || i%2 == 1 {
			l.interpolate(f, child)
		}
	}
}

func (l *Facts) expandScalar(f *File, node *yaml.Node) {
	text, err := l.variables.Expand(node.Value)
	if err != nil {
		l.variables.unset = nil
		l.Report(f, compose.PositionOf(node), "Invalid variable", "Compose stops at this text: "+err.Error()+".",
			"Set the variable in .env, or correct the reference.")
		return
	}
	missing := l.variables.missing()
	for _, name := range missing {
		if l.variables.unread || slices.Contains(l.variables.reported, name) ||
			name == compose.ProjectVariable { // Compose gives it one
			continue
		}
		l.variables.reported = append(l.variables.reported, name)
		if strings.Contains(node.Value, "${"+name+":?") || strings.Contains(node.Value, "${"+name+"?") {
			l.Report(f, compose.PositionOf(node), "Variable that must be set",
				"Compose refuses the file while the variable "+name+" has no value, in .env or in the environment.",
				"Set it in .env.")
			continue
		}
		l.Report(f, compose.PositionOf(node), "Variable without a value",
			"The variable "+name+" has neither a value, in .env or in the environment, nor a default, and Compose "+
				"takes it for empty.",
			"Set it in .env, or write a default like ${"+name+":-value}.")
	}
	if len(missing) == 0 {
		node.Value = text
		return
	}
	if l.unexpanded == nil {
		l.unexpanded = map[*yaml.Node]bool{}
	}
	l.unexpanded[node] = true
}

// Unknown reports whether a value of the compose file depends on a variable that has none.
func Unknown(text string) bool { return strings.Contains(text, "${") || strings.HasPrefix(text, "$") }
