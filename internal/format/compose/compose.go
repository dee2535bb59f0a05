// Package compose reads the parts of a Docker Compose file that a lab consists of: services with
// their images, builds, networks, addresses, ports, mounts, variables, commands and health checks,
// in each of the forms that Compose takes for them, with their positions, and with aliases, merge
// keys, extends and overriding files resolved. And it asks Compose's own schema about the keys of a
// service.
//
// Interpolation is the caller's: it replaces the variables in the nodes, or gives a Reader that
// replaces them. What is no part of a lab is named, and not read.
package compose

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"mirrorgen/internal/format/text"
)

// A Problem is something that Compose would refuse in a service.
type Problem struct {
	Path    []string // of keys, and of indices from 0, to what is wrong
	Summary string   // short noun phrase
	Text    string   // one sentence: what is wrong
	Remedy  string   // one sentence: how to put it right
}

// location is where the schema is said to lie, so that nothing looks for it elsewhere.
const location = "https://compose-spec.io/compose-spec.json"

// A service is the schema of a service: compiled, and as a document.
type service struct {
	compiled *jsonschema.Schema
	document any
}

// serviceSchema compiles the schema once, which takes some 20 ms; then a service is checked
// in well below one.
var serviceSchema = sync.OnceValue(func() service {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.Schema))
	compiler := jsonschema.NewCompiler()
	if err == nil {
		err = compiler.AddResource(location, document)
	}
	if err != nil {
		panic(err)
	}
	return service{compiler.MustCompile(location + "#/$defs/service"), document}
})

// CheckService checks the keys of a service: objects as map[string]any, lists as []any, texts,
// booleans, and numbers as json.Number. Problems are sorted by their paths. That a required key
// is missing from an object counts only inside of a list: elsewhere the object may be a part,
// which is merged with others.
func CheckService(keys map[string]any) []Problem {
	s := serviceSchema()
	var invalid *jsonschema.ValidationError
	if err := s.compiled.Validate(keys); err == nil || !errors.As(err, &invalid) {
		return nil
	}
	var problems []Problem
	for _, leaf := range leaves(invalid) {
		problems = append(problems, s.explain(leaf)...)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return slices.Compare(a.Path, b.Path) })
	return slices.CompactFunc(problems, func(a, b Problem) bool { return slices.Equal(a.Path, b.Path) })
}

// leaves are the errors that say something. Of several forms that a value may have, those
// count that come nearest to it.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		nearest := -1
		for _, cause := range e.Causes {
			form := leaves(cause)
			switch d := depth(form); {
			case d > nearest:
				nearest, all = d, form
			case d == nearest:
				all = alternatives(all, form)
			}
		}
	default:
		for _, cause := range e.Causes {
			all = append(all, leaves(cause)...)
		}
	}
	return all
}

// depth is how far into a value the deepest of these errors lies.
func depth(form []*jsonschema.ValidationError) int {
	deepest := 0
	for _, e := range form {
		d := 2 * len(e.InstanceLocation)
		if _, wrongType := e.ErrorKind.(*kind.Type); !wrongType {
			d++ // it has the form, and a mistake in it
		}
		deepest = max(deepest, d)
	}
	return deepest
}

// alternatives joins two forms that come equally near: where both ask for another type, either
// will do.
func alternatives(a, b []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(a) != 1 || len(b) != 1 {
		return a
	}
	first, isType := a[0].ErrorKind.(*kind.Type)
	second, alsoType := b[0].ErrorKind.(*kind.Type)
	if !isType || !alsoType {
		return a
	}
	joined := *a[0]
	joined.ErrorKind = &kind.Type{Got: first.Got, Want: slices.Concat(first.Want, second.Want)}
	return []*jsonschema.ValidationError{&joined}
}

// printer writes the sentences of the schema's reader.
var printer = message.NewPrinter(language.English)

// explain makes sentences of one error.
func (s service) explain(e *jsonschema.ValidationError) []Problem {
	path := e.InstanceLocation
	where := Path(path)
	problem := func(what, remedy string) []Problem {
		return []Problem{{path, "Unsuitable Compose key", what, remedy}}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.FalseSchema: // a key of the service that no part of the schema knows
		names := s.serviceKeys()
		if slices.Contains(names, path[len(path)-1]) {
			return nil // known, with a mistake that is told anyway
		}
		return []Problem{unknown(path, names)}
	case *kind.AdditionalProperties:
		var problems []Problem
		names := s.properties(e.SchemaURL)
		for _, key := range k.Properties {
			problems = append(problems, unknown(append(slices.Clone(path), key), names))
		}
		return problems
	case *kind.Required:
		if len(path) < 2 || !index(path[len(path)-1]) {
			return nil
		}
		return problem(fmt.Sprintf("%s lacks %s.", where, Quoted(k.Missing, " and ")), "Add it.")
	case *kind.Type:
		return problem(fmt.Sprintf("%s is %s.", where, GotName(k.Got)),
			fmt.Sprintf("Compose takes %s.", Types(k.Want)))
	case *kind.Enum:
		var choices []string
		for _, want := range k.Want {
			choices = append(choices, fmt.Sprint(want))
		}
		return problem(fmt.Sprintf("%s is %q.", where, fmt.Sprint(k.Got)),
			"Compose takes "+Quoted(choices, " or ")+".")
	case *kind.UniqueItems:
		return problem(where+" names the same twice.", "Remove one of the two.")
	}
	return problem(fmt.Sprintf("Compose's schema says of %s: %s.", where, e.ErrorKind.LocalizedString(printer)),
		"Write it as Compose asks.")
}

// unknown is a key that Compose does not know, where it knows these names.
func unknown(path, names []string) Problem {
	key, in := path[len(path)-1], "a service"
	if len(path) > 1 {
		in = Path(path[:len(path)-1])
	}
	remedy := text.DidYouMean(strings.Join(names, " "), key, "")
	switch {
	case remedy != "":
	case len(names) > 0 && len(names) <= 12:
		remedy = "It takes " + Quoted(names, " and ") + "."
	default:
		remedy = "See https://docs.docker.com/reference/compose-file/services/."
	}
	return Problem{path, "Unknown Compose key", fmt.Sprintf("Compose knows no key %q in %s.", key, in), remedy}
}

// serviceKeys are the keys of a service, sorted.
func (s service) serviceKeys() []string {
	var names []string
	for _, part := range []string{"service", "container_spec", "workload_spec"} {
		names = append(names, s.properties(location+"#/$defs/"+part)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// properties are the names that a part of the schema knows, sorted.
func (s service) properties(url string) []string {
	_, pointer, _ := strings.Cut(url, "#/")
	at := s.document
	for step := range strings.SplitSeq(pointer, "/") {
		switch node := at.(type) {
		case map[string]any:
			at = node[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return nil
			}
			at = node[i]
		}
	}
	part, _ := at.(map[string]any)
	properties, _ := part["properties"].(map[string]any)
	var names []string
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
