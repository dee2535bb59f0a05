package importer

import (
	"fmt"
	"sort"
	"strconv"
)

// chooseRoles gives a role to the members of a mirror of which nothing states it: by the end of
// their names, and then by their order. A role that is stated never changes, except that of a second
// backup.
func (m *mirror) chooseRoles() {
	taken := map[string]bool{}
	for _, p := range m.members {
		if p.role == "backup" && taken["backup"] {
			p.role = "drasync"
			p.roleRemark = "A mirror has one backup: " + p.name + " is a DR async here."
		}
		taken[p.role] = true
	}
	if len(m.members) == 1 && m.members[0].role == "" { // an instance alone
		m.members[0].role = "primary"
		return
	}
	suggested := m.suggestedRoles()
	for _, p := range m.members {
		if p.role != "" {
			continue
		}
		role := suggested[p]
		if role == "" || (role == "primary" || role == "backup") && taken[role] {
			switch {
			case !taken["primary"]:
				role = "primary"
			case !taken["backup"]:
				role = "backup"
			default:
				role = "drasync"
			}
		}
		p.role = role
		taken[role] = true
		if p.roleRemark == "" {
			p.roleRemark = "The compose file does not state the role of " + p.name
		}
		p.roleRemark = fmt.Sprintf("%s; %s is guessed from its name and position.", p.roleRemark, role)
	}
}

// suggestedRoles are the roles that the names of members say: by a word, by a letter where another
// member has the same stem and another letter, or by the order of their numbers.
func (m *mirror) suggestedRoles() map[*part]string {
	suggested := map[*part]string{}
	ends := map[string]map[string]bool{} // by stem
	var counted []*part
	number := map[*part]int{}
	for _, p := range m.members {
		stem, end := nameParts(p.name)
		if ends[stem] == nil {
			ends[stem] = map[string]bool{}
		}
		ends[stem][end] = true
		if n, err := strconv.Atoi(end); err == nil {
			counted, number[p] = append(counted, p), n
		}
	}
	for _, p := range m.members {
		stem, end := nameParts(p.name)
		switch {
		case wordRole(end) != "":
			suggested[p] = wordRole(end)
		case letterRoles[end] != "" && len(ends[stem]) > 1:
			suggested[p] = letterRoles[end]
		}
	}
	sort.SliceStable(counted, func(i, j int) bool { return number[counted[i]] < number[counted[j]] })
	for i, p := range counted {
		if p.role == "" && suggested[p] == "" {
			suggested[p] = []string{"primary", "backup", "drasync"}[min(i, 2)]
		}
	}
	return suggested
}
