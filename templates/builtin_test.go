package templates

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"text/template/parse"
)

// A definition is found by a look at the text before anything is parsed: it finds
// the definitions that are there.
func TestDefiners(t *testing.T) {
	if parsed := wholeBuiltin().defined; !maps.Equal(definers(), parsed) {
		t.Errorf("found %v, and parsed %v", definers(), parsed)
	}
}

// An artifact has what it needs parsed, and no page in another language.
func TestNeed(t *testing.T) {
	s := newSet()
	s.need([]string{"docs/README.en.md.tmpl"})
	for name, parsed := range map[string]bool{
		"docs/README.en.md.tmpl": true, "docs/tables.tmpl": true, "docs/languages": true,
		"docs/README.ja.md.tmpl": false, "docs/en/dr": false, "nginx/nginx.conf.tmpl": false,
	} {
		if s.defined[name] != "" != parsed {
			t.Errorf("%s is parsed: %v", name, !parsed)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.defined)) {
		for _, definition := range called(s.root.Lookup(name).Tree) {
			if s.defined[definition] == "" {
				t.Errorf("%s calls %s, which is not parsed", name, definition)
			}
		}
	}
}

// Built-in templates call functions without a conversion of arguments: where a
// function takes text, a field that is given must be of Go's type string, and of no
// other that is text too.
func TestTextArgumentsOfBuiltins(t *testing.T) {
	text := reflect.TypeFor[string]()
	fields := planFields()
	for _, of := range wholeBuiltin().root.Templates() {
		addKeys(fields, of.Tree.Root, text)
	}
	checked := 0
	for _, of := range wholeBuiltin().root.Templates() {
		eachCall(of.Tree.Root, func(name string, args []parse.Node) {
			function := reflect.TypeOf(unboundFunctions()[name])
			if function == nil {
				return // one of text/template, which takes any type
			}
			for i, arg := range args {
				field := lastField(arg)
				if field == "" || parameter(function, i) != text {
					continue
				}
				if len(fields[field]) == 0 {
					t.Errorf("%s: no type of the plan has a field %s, which %s is given", of.Name(), field, name)
				}
				for typ, owner := range fields[field] {
					if typ != text && typ.Kind() == reflect.String {
						t.Errorf("%s: %s is given .%s, which is a %s in %s", of.Name(), name, field, typ, owner)
					}
				}
				checked++
			}
		})
	}
	if checked < 50 {
		t.Errorf("only %d arguments were checked", checked)
	}
}

// planFields lists, by name, the types of all fields and methods that a template can
// reach, with a type that has the field.
func planFields() map[string]map[reflect.Type]reflect.Type {
	fields := map[string]map[reflect.Type]reflect.Type{}
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	add := func(owner reflect.Type, name string, typ reflect.Type) {
		if fields[name] == nil {
			fields[name] = map[reflect.Type]reflect.Type{}
		}
		fields[name][typ] = owner
		visit(typ)
	}
	visit = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumMethod() {
			if method := typ.Method(i); method.Type.NumOut() > 0 {
				add(typ, method.Name, method.Type.Out(0))
			}
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(typ.Elem())
		case reflect.Struct:
			visit(reflect.PointerTo(typ))
			for i := range typ.NumField() {
				if field := typ.Field(i); field.IsExported() {
					add(typ, field.Name, field.Type)
				}
			}
		}
	}
	visit(reflect.TypeFor[dot]())
	return fields
}

// addKeys adds the keys of dictionaries that a template makes, with the types of the
// fields that they stand for. The values of all other keys are taken for text, which
// those of a page's words are.
func addKeys(fields map[string]map[reflect.Type]reflect.Type, list *parse.ListNode, text reflect.Type) {
	eachCall(list, func(name string, args []parse.Node) {
		if name != "dict" {
			return
		}
		for i := 0; i+1 < len(args); i += 2 {
			key, ok := args[i].(*parse.StringNode)
			if !ok {
				continue
			}
			if fields[key.Text] == nil {
				fields[key.Text] = map[reflect.Type]reflect.Type{}
			}
			fields[key.Text][text] = text
			maps.Copy(fields[key.Text], fields[lastField(args[i+1])])
		}
	})
}

// eachCall visits the calls of functions, with the value before a "|" as the last
// argument.
func eachCall(list *parse.ListNode, visit func(name string, args []parse.Node)) {
	var pipeline func(pipe *parse.PipeNode)
	pipeline = func(pipe *parse.PipeNode) {
		if pipe == nil {
			return
		}
		for i, c := range pipe.Cmds {
			args := c.Args[1:]
			if i > 0 && len(pipe.Cmds[i-1].Args) == 1 {
				args = append(slices.Clone(args), pipe.Cmds[i-1].Args[0])
			}
			if function, ok := c.Args[0].(*parse.IdentifierNode); ok {
				visit(function.Ident, args)
			}
			for _, arg := range c.Args {
				if inner, ok := arg.(*parse.PipeNode); ok {
					pipeline(inner)
				}
			}
		}
	}
	walkPipelines(list, pipeline)
}

// lastField is the field that an argument takes, "" for other arguments.
func lastField(arg parse.Node) string {
	switch arg := arg.(type) {
	case *parse.FieldNode:
		return arg.Ident[len(arg.Ident)-1]
	case *parse.VariableNode:
		if len(arg.Ident) > 1 {
			return arg.Ident[len(arg.Ident)-1]
		}
	case *parse.ChainNode:
		return arg.Field[len(arg.Field)-1]
	}
	return ""
}
