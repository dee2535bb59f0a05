package facts

import (
	"slices"
	"strings"

	"mirrorgen/internal/format/cpf"
)

// Membership is what a merge file says of the mirror that its instance belongs
// to, by ConfigMirror or by the former parameters of [Startup].
type Membership struct {
	Merge   *MergeFile
	at      Position
	Values  map[string]Word // by argument of ConfigMirror
	Founder *Service        // the service that is its primary; nil where none is clear
	Former  bool            // declared by the parameters of [Startup]
}

// Text is the value of an argument of ConfigMirror, "" where it is not given.
func (m *Membership) Text(name string) string { return m.Values[name].Text }

// ArgumentLocation is where an argument stands, or the declaration where it is not given.
func (m *Membership) ArgumentLocation(name string) Location {
	if w, ok := m.Values[name]; ok {
		return Location{m.Merge.File, w.At}
	}
	return Location{m.Merge.File, m.at}
}

// formerNames are the parameters of [Startup] that declared a member before
// ConfigMirror did, with the arguments that replaced them.
var formerNames = map[string]string{
	"MirrorSetName": "Name", "MirrorMember": "Member", "MirrorPrimary": "Primary",
	"ArbiterURL": "ArbiterURL", "MirrorSSLDir": "SSLDir",
}

// formerKeys are the parameters of [Startup] that declare a member, the last of each name; none where
// a ConfigMirror does.
func formerKeys(merge *cpf.File, replaced bool) []cpf.Key {
	if replaced {
		return nil
	}
	var list []cpf.Key
	for _, key := range merge.Keys("Startup") {
		if formerNames[key.Name] != "" {
			list = slices.DeleteFunc(list, func(k cpf.Key) bool { return k.Name == key.Name })
			list = append(list, key)
		}
	}
	return list
}

// MembershipOf is a merge file's membership; nil where it declares none.
func (l *Facts) MembershipOf(merge *MergeFile) *Membership {
	if !merge.asked {
		merge.asked, merge.membership = true, l.readMembership(merge)
	}
	return merge.membership
}

func (l *Facts) readMembership(merge *MergeFile) *Membership {
	m := &Membership{Merge: merge, Values: map[string]Word{}}
	for action := range merge.Merge.Actions {
		if action.Name == "ConfigMirror" && m.at == (Position{}) {
			m.at = PositionAt(action.Line, action.Column)
			for _, a := range action.Arguments {
				m.Values[a.Name] = Word{Text: a.Value, At: PositionAt(action.Line, a.ValueColumn)}
			}
		}
	}
	for _, key := range formerKeys(merge.Merge, m.at != (Position{})) {
		m.Former = true
		m.Values[formerNames[key.Name]] = Word{Text: key.Value, At: PositionAt(key.Line, key.ValueColumn)}
		m.at = PositionAt(key.Line, key.Column)
	}
	if _, declared := m.Values["Name"]; !declared {
		return nil
	}
	switch primary := m.Text("Primary"); {
	case primary == "localhost", primary == "" && m.Text("Member") == "primary":
		m.Founder = merge.Service
	case l.Compose.ByName[primary] != nil:
		m.Founder = l.Compose.ByName[primary]
	default:
		m.Founder = l.Compose.ByIP[ParseAddr(primary)]
	}
	return m
}

// CreatedDatabases are all databases that a merge file makes, by name: where it says so,
// and their directories.
func CreatedDatabases(merge *MergeFile) map[string]cpf.Action {
	list := map[string]cpf.Action{}
	for action := range merge.Merge.Actions {
		if action.Name == "CreateDatabase" {
			list[strings.ToUpper(action.Value("Name"))] = action
		}
	}
	return list
}

// DatabasesOf are the mirrored databases of a merge file, by name: where it says
// so, and their directories.
func DatabasesOf(merge *MergeFile) map[string]cpf.Action {
	list := map[string]cpf.Action{}
	for action := range merge.Merge.Actions {
		if _, mirrored := action.Argument("MirrorSetName"); mirrored && action.Name == "CreateDatabase" {
			list[strings.ToUpper(action.Value("Name"))] = action
		}
	}
	return list
}

// Parameter is the last value of a parameter, in a section or in the action that
// changes that section; the later one counts.
func (m *MergeFile) Parameter(section, action, name string) (Word, bool) {
	found, ok := Word{}, false
	for _, key := range m.Merge.Keys(section) {
		if key.Name == name {
			found, ok = Word{Text: key.Value, At: PositionAt(key.Line, key.ValueColumn)}, true
		}
	}
	for a := range m.Merge.Actions {
		if argument, given := a.Argument(name); given && a.Name == action {
			found, ok = Word{Text: argument.Value, At: PositionAt(a.Line, argument.ValueColumn)}, true
		}
	}
	return found, ok
}
