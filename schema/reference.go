package schema

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A BlockReference describes one block type for readers.
type BlockReference struct {
	Kind      string // "member"
	Label     string // what the label is called, "" for none
	Doc       string
	Arguments []ArgumentReference
	Blocks    []string // types of the blocks inside, in the order of the tables
}

// An ArgumentReference describes one argument for readers.
type ArgumentReference struct {
	Name     string
	Type     string // "string", "list(string)", ...
	Default  string // as prose or in the topology's own spelling; "required"
	Doc      string
	Required bool
	Values   []string // the only values that it takes, nil where the list is not closed
	Names    []string // block types whose names it takes, see [Names]
}

// Root describes what stands outside all blocks: its Blocks are those of a lab, the
// definitions and "dynamic".
func Root() BlockReference {
	r := describe(language().root)
	r.Blocks = append(r.Blocks, definitions...)
	return r
}

// definitions are the blocks outside the tables, which an editor offers as well.
var definitions = []string{"variable", "locals", "function", "dynamic"}

// Reference describes the whole language, in the order in which it is best
// read. It is made from the tables that decode a topology.
func Reference() []BlockReference {
	g := language()
	return []BlockReference{
		describe(g.lab), describe(g.images), describe(g.network), describe(g.arbiter), describe(g.iris),
		describe(g.tls), describe(g.secrets),
		describe(g.mirror), describe(g.database), describe(g.namespace), describe(g.member),
		describe(g.applicationServer), describe(g.webGateway), describe(g.nginx), describe(g.haproxy),
		describe(g.container), describe(g.monitoring), describe(g.profile), describe(g.kubernetes), describe(g.moved),
	}
}

func describe[T any](b *block[T]) BlockReference {
	r := BlockReference{Kind: b.kind, Label: b.label, Doc: b.doc}
	for _, a := range b.arguments {
		r.Arguments = append(r.Arguments, ArgumentReference{
			Name: a.name, Type: a.kind, Default: a.def, Doc: a.doc, Required: a.required,
			Values: a.choices(), Names: Names(b.kind, a.name),
		})
	}
	for _, inner := range b.blocks {
		r.Blocks = append(r.Blocks, inner.Type)
	}
	return r
}

// askChoices is the text to which a rule with a closed list of values answers with the
// list, joined by NUL characters. No text of a topology has one.
const askChoices = "\x00choices"

// choices asks the argument's own rules which values it takes, nil where the list is not
// closed or the argument is no text.
func (a *argument[T]) choices() []string {
	var asked cty.Value
	switch a.kind {
	case "string":
		asked = cty.StringVal(askChoices)
	case "list(string)":
		asked = cty.TupleVal([]cty.Value{cty.StringVal(askChoices)})
	default:
		return nil
	}
	d := newDecoder(nil)
	d.asking = true
	a.decode(value{d, a.name, asked, hcl.StaticExpr(asked, hcl.Range{})}, blank[T]())
	return d.answer
}

// blank is a block without values; one that declares a service has one.
func blank[T any]() *T {
	t := new(T)
	if service := reflect.ValueOf(t).Elem().FieldByName("Service"); service.IsValid() {
		service.Set(reflect.ValueOf(&Service{}))
	}
	return t
}
