package suite

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// document is what expressions see of a value: what encoding/json makes of it.
func document(v any) cty.Value {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a document that is no JSON: %v", err))
	}
	kind, err := ctyjson.ImpliedType(text)
	if err != nil {
		panic(fmt.Sprintf("a document without a type: %v", err))
	}
	value, err := ctyjson.Unmarshal(text, kind)
	if err != nil {
		panic(fmt.Sprintf("a document of another type: %v", err))
	}
	return value
}

// samples are the documents of which nothing is known but the names.
func samples(documents Documents) map[string]cty.Value {
	return map[string]cty.Value{
		"plan":      sample(reflect.TypeOf(documents.Plan)),
		"rehearsal": sample(reflect.TypeOf(documents.Rehearsal)),
		"var":       cty.DynamicVal,
	}
}

// sample is a value as [document] makes it of a type: every list has one element, and no text
// and number is known.
func sample(t reflect.Type) cty.Value {
	switch t.Kind() {
	case reflect.Pointer:
		return sample(t.Elem())
	case reflect.Struct:
		fields := map[string]cty.Value{}
		addFields(fields, t)
		return cty.ObjectVal(fields)
	case reflect.Slice:
		return cty.TupleVal([]cty.Value{sample(t.Elem())})
	case reflect.Map:
		return cty.UnknownVal(cty.Map(sample(t.Elem()).Type()))
	case reflect.String:
		return cty.UnknownVal(cty.String)
	case reflect.Bool:
		return cty.UnknownVal(cty.Bool)
	case reflect.Int, reflect.Int64, reflect.Float64:
		return cty.UnknownVal(cty.Number)
	}
	return cty.DynamicVal
}

// addFields adds the fields of a struct under the names that encoding/json gives them.
func addFields(fields map[string]cty.Value, t reflect.Type) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			addFields(fields, field.Type)
		case field.IsExported() && name != "-":
			if name == "" {
				name = field.Name
			}
			fields[name] = sample(field.Type)
		}
	}
}

// attributeNames are the names of everything in the samples, sorted.
func attributeNames(samples map[string]cty.Value) []string {
	seen := map[string]bool{}
	for _, value := range samples {
		collect(value.Type(), seen)
	}
	var names []string
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func collect(t cty.Type, seen map[string]bool) {
	switch {
	case t.IsObjectType():
		for name, attribute := range t.AttributeTypes() {
			seen[name] = true
			collect(attribute, seen)
		}
	case t.IsTupleType():
		for _, element := range t.TupleElementTypes() {
			collect(element, seen)
		}
	}
}
