package plan

import (
	"strings"

	"mirrorgen/schema"
)

// move gives mirrors and services that were renamed what the lock has under the name that
// they had, which goes before what it has under the new name: that is from a build before
// the topology said that it was moved.
func (m *maker) move() {
	if len(m.lab.Moves) == 0 {
		return
	}
	previous, moves := map[string]string{}, map[string]*schema.Move{}
	for _, move := range m.lab.Moves {
		previous[move.To], moves[move.To] = move.From, move
	}
	for _, s := range m.lab.Services {
		if old := origin(s.Name, previous, m.locked.services); old != nil {
			if given := m.locked.services[s.Name]; given != nil {
				m.warnf(moves[s.Name].At("to"), "Address changes", "%q has host number %d in the lock file, and gets "+
					"%d of %q, from which it is moved. Remove this block to leave it where it is.%s", s.Name,
					given.HostNumber, old.HostNumber, old.Name, m.rebuild(s))
			}
			delete(m.locked.services, old.Name)
			moved := *old
			moved.Name = s.Name
			if moved.DataDirectory == "" && s.Kind == string(KindMember) {
				moved.DataDirectory = old.Name
			}
			m.locked.services[s.Name] = &moved
			m.moved[s.Name] = old.Name
			if m.target == Kubernetes && s.Kind == string(KindMember) {
				m.warnf(moves[s.Name].At("to"), "Data does not move", "On Kubernetes the volume of a member is named "+
					"after it: %[1]q begins with an empty one, and what %[2]q had stays in the claim data-%[2]s-0. "+
					"Copy it before the member starts, or let it join its mirror anew.", s.Name, old.Name)
			}
		}
	}
	for _, mirror := range m.lab.Mirrors {
		if old := origin(mirror.Name, previous, m.locked.mirrors); old != nil {
			delete(m.locked.mirrors, old.Name)
			delete(m.gone, old.Name)
			moved := *old
			moved.Name = mirror.Name
			m.locked.mirrors[mirror.Name] = &moved
		}
	}
}

// origin is the entry of the last name before this one that the lock knows, nil for none.
func origin[T any](name string, previous map[string]string, entries map[string]*T) *T {
	for range previous { // a circle is an error, and ends here
		name = previous[name]
		if entry := entries[name]; entry != nil {
			return entry
		}
	}
	return nil
}

// dataDirectories decides where durable members keep their data: under their own name, or
// under the one that they had before they were renamed.
func (m *maker) dataDirectories() {
	taken := map[string]string{} // directory to the member that was renamed
	for _, mirror := range m.lab.Mirrors {
		for _, member := range mirror.Members {
			old := m.locked.services[member.Name]
			if old == nil || old.DataDirectory == "" || old.DataDirectory == member.Name {
				continue
			}
			// While the mirror keeps no data the name waits in the lock, unless it is new there.
			if mirror.Durable || old.DataDirectory != m.moved[member.Name] {
				m.dataNames[member.Name] = old.DataDirectory
			}
			if mirror.Durable {
				taken[old.DataDirectory] = member.Name
			}
		}
	}
	for _, mirror := range m.lab.Mirrors {
		for _, member := range mirror.Members {
			if owner := taken[member.Name]; owner != "" && mirror.Durable {
				m.takenData(member.Service, owner)
			}
		}
	}
}

// takenData reports a member whose name is that of another's data.
func (m *maker) takenData(s *schema.Service, owner string) {
	m.errorf(s.NameRange, "Data directory taken",
		"data/%s is the data directory of %q, which was called %q before. Give this member another name; or stop the "+
			"lab, rename data/%s to data/%s, and take data_directory out of service %q in the lock file.",
		s.Name, owner, s.Name, s.Name, owner, owner)
}

// RenamedData are the members that keep their data under the name of before, in file order.
func (p *Plan) RenamedData() []*Instance {
	var list []*Instance
	for _, i := range p.Instances {
		if i.Durable && i.DataDirectory != dataRoot+i.Name {
			list = append(list, i)
		}
	}
	return list
}

// DataName is the name of the member's directory in data/, "" where it keeps no data.
func (i *Instance) DataName() string { return strings.TrimPrefix(i.DataDirectory, dataRoot) }
