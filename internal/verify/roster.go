package verify

import (
	"mvdan.cc/sh/v3/syntax"
)

// instancesPath is the table of instances that the container's hooks source.
const instancesPath = "iris/instances.sh"

// roster is what the table of instances says.
type roster struct {
	*file
	instances []*entry
	mirrors   []*entry
	byName    map[string]*entry // instances
	byMirror  map[string]*mirrorEntry
	accounts  []word // user, password, user, password, ...
}

// entry is one line of the table: an instance or a mirror.
type entry struct {
	name   string
	at     place
	values []setting // about ten
	list   []word    // peers of an instance, databases of a mirror
}

// value is the value of a variable, without a place where the line has none.
func (e *entry) value(name string) word { return valueOf(e.values, name) }

// mirrorEntry is the line of a mirror, and those of its members.
type mirrorEntry struct {
	*entry
	members []*entry // application servers left out
}

func (e *entry) text(name string) string { return e.value(name).text }

// connectsByHook reports whether the hook, and not the merge file, connects a
// mirror's application servers: the mirror's line then has their data server.
func (e *entry) connectsByHook() bool { return e.text("data_server") != "" }

// readRoster reads the table of instances: a case of $instance, one of $mirror,
// and the gateways' accounts.
func (l *facts) readRoster(s *script) {
	r := &roster{file: s.file, instances: s.cases["instance"], mirrors: s.cases["mirror"], byName: map[string]*entry{}, byMirror: map[string]*mirrorEntry{}}
	for _, t := range s.tables {
		if t.name == "accounts" {
			r.accounts = t.words
		}
	}
	for _, e := range r.mirrors {
		r.byMirror[e.name] = &mirrorEntry{entry: e}
	}
	for _, e := range r.instances {
		r.byName[e.name] = e
		if m := r.byMirror[e.text("mirror")]; m != nil && e.text("role") != applicationRole {
			m.members = append(m.members, e)
		}
	}
	for _, e := range r.mirrors {
		l.mirrors[e.name] = true
	}
	l.roster = r
}

// variable is the name in a word that is just "$name", "" for any other.
func variable(w *syntax.Word) string {
	if len(w.Parts) == 1 {
		if expansion, ok := w.Parts[0].(*syntax.ParamExp); ok && expansion.Param != nil {
			return expansion.Param.Value
		}
	}
	return ""
}

// entries are the branches of a case that assign variables.
func entries(command *syntax.CaseClause) []*entry {
	list := make([]*entry, 0, len(command.Items))
	names := map[string]string{} // each once, of the thousands that are alike
	for _, item := range command.Items {
		if len(item.Patterns) != 1 || len(item.Stmts) != 1 {
			continue
		}
		call, ok := item.Stmts[0].Cmd.(*syntax.CallExpr)
		pattern := wordOf(item.Patterns[0])
		if !ok || pattern.text == "*" {
			continue
		}
		e := &entry{name: pattern.text, at: pattern.at, values: make([]setting, 0, len(call.Assigns))}
		for _, assign := range call.Assigns {
			if assign.Array != nil {
				e.list = elements(assign.Array)
				continue
			}
			value := wordOf(assign.Value)
			if assign.Value == nil {
				value.at = placeAt(assign.Pos())
			}
			name, known := names[assign.Name.Value]
			if !known {
				name = assign.Name.Value
				names[name] = name
			}
			e.values = append(e.values, setting{name, value})
		}
		list = append(list, e)
	}
	return list
}
