package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/dotenv"
)

// variables are what Compose puts in the place of ${NAME}: the values of the environment, else
// those of the file .env.
type variables struct {
	*dotenv.Interpolation
	outer    *variables        // of the file that includes the one at hand, whose values win; nil for none
	inner    []*variables      // of the files that it includes
	values   map[string]string // of .env
	project  string            // name of the lab, which Compose gives as a variable too; "" while it is not known
	lookup   func(name string) (string, bool)
	from     map[string]bool // variables of the environment that were needed
	problems []string        // sentences
	reported map[string]bool // problems
}

func newVariables(files *files, lookup func(string) (string, bool)) *variables {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	v := &variables{values: map[string]string{}, lookup: lookup, from: map[string]bool{}, reported: map[string]bool{}}
	v.Interpolation = dotenv.New(v.get)
	v.read(files, ".env")
	return v
}

// within returns the variables of a file that is included, with files of variables of its own.
func (v *variables) within(files *files, names []compose.Word) *variables {
	made := &variables{
		outer: v, values: map[string]string{}, lookup: v.lookup, from: v.from, reported: map[string]bool{},
	}
	made.Interpolation = dotenv.New(made.get)
	for _, name := range names {
		found := made.read(files, name.Text)
		if isNamed := name.At != (compose.Position{}); isNamed && !found {
			made.problem(fmt.Sprintf("The file %s, which an included file has its variables of, cannot be read.",
				name.Text))
		}
	}
	v.inner = append(v.inner, made)
	return made
}

// read takes the variables of a file, and reports whether there is one.
func (v *variables) read(files *files, name string) bool {
	content, ok := files.get(name)
	if !ok {
		return false
	}
	lookup := v.lookup
	if v.outer != nil {
		lookup = v.get
	}
	list, err := dotenv.New(lookup).Parse(content)
	if err != nil {
		v.problem(fmt.Sprintf("The file %s is read up to the mistake in it: %s.", name, err))
	}
	for _, set := range list {
		v.values[set.Name] = set.Value
	}
	return true
}

// get returns the value of a variable.
func (v *variables) get(name string) (string, bool) {
	if v.outer != nil {
		if value, ok := v.outer.get(name); ok {
			return value, true
		}
		value, ok := v.values[name]
		return value, ok
	}
	if value, ok := v.lookup(name); ok {
		if own, also := v.values[name]; !also || own != value {
			v.from[name] = true
		}
		return value, true
	}
	value, ok := v.values[name]
	if !ok && name == compose.ProjectVariable && v.project != "" {
		return v.project, true
	}
	return value, ok
}

// expand puts values in the place of the variables of text.
func (v *variables) expand(text string) string {
	expanded, err := v.Expand(text)
	if err != nil {
		shown, _, _ := strings.Cut(text, "\n")
		v.problem(fmt.Sprintf("The text %s is taken as it is: %s.", shown[:min(len(shown), 60)], err))
	}
	return expanded
}

// expandKnown is expand, and reports whether every variable of the text has a value.
func (v *variables) expandKnown(text string) (string, bool) {
	if !strings.Contains(text, "$") {
		return text, true
	}
	alone := dotenv.New(v.get)
	alone.Expand(text)
	return v.expand(text), len(alone.Missing()) == 0
}

func (v *variables) problem(text string) {
	if !v.reported[text] && len(v.problems) < maxNotes {
		v.reported[text] = true
		v.problems = append(v.problems, text)
	}
}

// all are these variables, and those of what is included.
func (v *variables) all() []*variables {
	list := []*variables{v}
	for _, inner := range v.inner {
		list = append(list, inner.all()...)
	}
	return list
}

// notes are comments on what was found of variables, of included files too.
func (v *variables) notes() []string {
	var list, missing []string
	for _, scope := range v.all() {
		list, missing = append(list, scope.problems...), append(missing, scope.Missing()...)
	}
	slices.Sort(missing)
	if names := slices.Sorted(maps.Keys(v.from)); len(names) > 0 {
		list = append(list, fmt.Sprintf("The values of these variables are those of the environment at the import: %s.",
			listed(names)))
	}
	for _, name := range slices.Compact(missing) {
		list = append(list, fmt.Sprintf("The variable %s has no value, neither in .env nor in the environment, and "+
			"is taken for empty.",
			name))
	}
	return list
}

// listed joins names for a comment; of many it shows the first.
func listed(names []string) string {
	const shown = 12
	if len(names) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}
