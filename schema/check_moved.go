package schema

// A Move says that a mirror or a service was renamed.
type Move struct {
	Decl
	From string // a name that the topology has no longer
	To   string // a mirror, a service, or the From of another move
}

func movedBlock() *block[Move] {
	return &block[Move]{
		kind: "moved",
		doc: "Any number: a mirror or service was renamed, and keeps its host number, its ports and its data " +
			"directory. A block whose `from` no lock file knows does nothing, and may stay.",
		arguments: []argument[Move]{
			{"from", "string", "required", "name that it had", true,
				func(v value, m *Move) { v.text(&m.From, movedName) }},
			{"to", "string", "required", "name of a mirror or service, or `from` of the next `moved` block", true,
				func(v value, m *Move) { v.text(&m.To, movedName) }},
		},
	}
}

// movedName is the name of a mirror or service.
func movedName(s string) string {
	if ServiceName(s) {
		return ""
	}
	return shown(s) + " is not the name of a mirror or service."
}

// checkMoves holds moves against the topology and against one another.
func (d *decoder) checkMoves(lab *Lab) {
	mirrors := map[string]*Mirror{}
	for _, m := range lab.Mirrors {
		mirrors[m.Name] = m
	}
	present := func(name string) bool { return d.names[name] != nil || mirrors[name] != nil }
	from, to := map[string]*Move{}, map[string]*Move{}
	defer d.leave(d.enter(nil))
	for _, m := range lab.Moves {
		d.about = &m.Decl
		if m.From == "" || m.To == "" {
			continue // reported
		}
		if m.From == m.To {
			d.errorf(m.At("to"), "Moved to itself", "from and to are both %q. Write the new name into to.", m.To)
			continue
		}
		if first := from[m.From]; first != nil {
			d.errorf(m.At("from"), "Moved twice", "%q is moved to %q at %s already. Keep one of the two.", m.From,
				first.To, first.At("from"))
			continue
		}
		if first := to[m.To]; first != nil {
			d.errorf(m.At("to"), "Moved twice", "%q is moved from %q at %s already, and has one address and one data "+
				"directory. Keep one of the two.", m.To, first.From, first.At("to"))
			continue
		}
		from[m.From], to[m.To] = m, m
		if present(m.From) {
			d.errorf(m.At("from"), "Still there", "The topology still has %q, so it was not renamed. Rename it there, "+
				"or remove this block.", m.From)
		}
	}
	ends := map[*Move]bool{} // with those after it, looked at
	for _, m := range lab.Moves {
		d.about = &m.Decl
		if from[m.From] == m && !present(m.From) {
			d.checkDestination(lab, m, from, ends, present)
		}
	}
}

// checkDestination follows a move to where it ends, and reports one that ends nowhere.
func (d *decoder) checkDestination(
	lab *Lab, m *Move, from map[string]*Move, ends map[*Move]bool, present func(string) bool,
) {
	seen := map[*Move]bool{}
	for next := m; !ends[next]; next = from[next.To] {
		if ends[next] = true; present(next.To) {
			return
		}
		seen[next] = true
		switch after := from[next.To]; {
		case after == nil:
			names := mirrorNames(lab)
			for _, s := range lab.Services {
				names = append(names, s.Name)
			}
			d.errorf(next.At("to"), "Unknown name", "to: there is no mirror or service %s.%s", shown(next.To),
				d.hint(next.To, names, "mirrors and services"))
			return
		case seen[after]:
			d.errorf(next.At("to"), "Moved in a circle", "%q comes back to itself through the moved blocks, and the "+
				"topology has none of these names. Let the last block end at the present name.", next.To)
			return
		}
	}
}
