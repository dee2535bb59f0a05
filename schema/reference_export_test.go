package schema

// A BlockReference describes one block type for readers.
type BlockReference struct {
	Kind      string // "member"
	Label     string // what the label is called, "" for none
	Doc       string
	Arguments []ArgumentReference
}

// An ArgumentReference describes one argument for readers.
type ArgumentReference struct {
	Name     string
	Type     string // "string", "list(string)", ...
	Default  string // as prose or in the topology's own spelling; "required"
	Doc      string
	Required bool
}

// Reference describes the whole language, in the order in which it is best
// read. It is made from the tables that decode a topology.
func Reference() []BlockReference {
	g := language()
	return []BlockReference{
		describe(g.lab), describe(g.images), describe(g.network), describe(g.arbiter), describe(g.iris),
		describe(g.mirror), describe(g.database), describe(g.member), describe(g.applicationServer),
		describe(g.webGateway), describe(g.nginx), describe(g.haproxy), describe(g.profile),
	}
}

func describe[T any](b *block[T]) BlockReference {
	r := BlockReference{Kind: b.kind, Label: b.label, Doc: b.doc}
	for _, a := range b.arguments {
		r.Arguments = append(r.Arguments, ArgumentReference{a.name, a.kind, a.def, a.doc, a.required})
	}
	return r
}
