package verify

import (
	"strings"

	"mirrorgen/internal/format/cpf"
)

// membership is what a merge file says of the mirror that its instance belongs
// to, by ConfigMirror or by the former parameters of [Startup].
type membership struct {
	merge   *mergeFile
	at      place
	values  map[string]word // by argument of ConfigMirror
	founder *service        // the service that is its primary; nil where it cannot be told
}

func (m *membership) text(name string) string { return m.values[name].text }

func (m *membership) spot(name string) spot {
	if w, ok := m.values[name]; ok {
		return spot{m.merge.file, w.at}
	}
	return spot{m.merge.file, m.at}
}

// formerNames are the parameters of [Startup] that declared a member before
// ConfigMirror did, with the arguments that took their place.
var formerNames = map[string]string{
	"MirrorSetName": "Name", "MirrorMember": "Member", "MirrorPrimary": "Primary", "ArbiterURL": "ArbiterURL", "MirrorSSLDir": "SSLDir",
}

// membershipOf is a merge file's membership; nil where it declares none.
func (l *facts) membershipOf(merge *mergeFile) *membership {
	if !merge.asked {
		merge.asked, merge.membership = true, l.readMembership(merge)
	}
	return merge.membership
}

func (l *facts) readMembership(merge *mergeFile) *membership {
	m := &membership{merge: merge, values: map[string]word{}}
	for action := range merge.merge.Actions {
		if action.Name == "ConfigMirror" && m.at == (place{}) {
			m.at = placeIn(action.Line, action.Column)
			for _, a := range action.Arguments {
				m.values[a.Name] = word{a.Value, placeIn(action.Line, a.ValueColumn)}
			}
		}
	}
	if m.at == (place{}) {
		for _, key := range merge.merge.Keys("Startup") {
			if name := formerNames[key.Name]; name != "" {
				m.values[name] = word{key.Value, placeIn(key.Line, key.ValueColumn)}
				m.at = placeIn(key.Line, key.Column)
			}
		}
	}
	if _, declared := m.values["Name"]; !declared {
		return nil
	}
	switch primary := m.text("Primary"); {
	case primary == "localhost", primary == "" && m.text("Member") == "primary":
		m.founder = merge.service
	case l.compose.byName[primary] != nil:
		m.founder = l.compose.byName[primary]
	default:
		m.founder = l.compose.byIP[parseAddr(primary)]
	}
	return m
}

// databasesOf are the mirrored databases of a merge file, by name: where it says
// so, and their directories.
func databasesOf(merge *mergeFile) map[string]cpf.Action {
	list := map[string]cpf.Action{}
	for action := range merge.merge.Actions {
		if _, mirrored := action.Argument("MirrorSetName"); mirrored && action.Name == "CreateDatabase" {
			list[strings.ToUpper(action.Value("Name"))] = action
		}
	}
	return list
}

// parameter is the last value of a parameter, in a section or in the action that
// changes that section; the later one counts.
func (m *mergeFile) parameter(section, action, name string) (word, bool) {
	found, ok := word{}, false
	for _, key := range m.merge.Keys(section) {
		if key.Name == name {
			found, ok = word{key.Value, placeIn(key.Line, key.ValueColumn)}, true
		}
	}
	for a := range m.merge.Actions {
		if argument, given := a.Argument(name); given && a.Name == action {
			found, ok = word{argument.Value, placeIn(a.Line, argument.ValueColumn)}, true
		}
	}
	return found, ok
}
