package importer

import (
	"regexp"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// groupMirrors puts the members into mirrors, each with one primary.
func (l *findings) groupMirrors() {
	l.guessRoles(l.ofKind(kindMember))
	members := l.ofKind(kindMember)
	var homeless []*part
	for _, p := range members {
		if p.role == "primary" {
			l.mirrors = append(l.mirrors, &mirror{members: []*part{p}, port: -1})
		}
	}
	for _, p := range members {
		switch m := l.home(p); {
		case p.role == "primary":
		case m == nil:
			homeless = append(homeless, p)
		default:
			m.members = append(m.members, p)
		}
	}
	for _, p := range homeless {
		l.drop(p)
	}
	for _, m := range l.mirrors {
		m.settle(l)
	}
	for _, p := range l.ofKind(kindServer) {
		if p.mirror = l.dataServer(p); p.mirror == nil {
			l.drop(p)
		}
	}
}

func (l *findings) ofKind(k kind) []*part {
	var list []*part
	for _, p := range l.parts {
		if p.kind == k {
			list = append(list, p)
		}
	}
	return list
}

// drop leaves a service out.
func (l *findings) drop(p *part) {
	p.kind = kindNone
	l.others = append(l.others, p.service)
}

// An ending tells a role where labs call members ap1a, iris-b or node1-dr.
var ending = regexp.MustCompile(`(?i)[-_.]?(primary|backup|master|slave|failover|standby|secondary|async|dr|ror?|rwr?|report(?:ing)?|[a-d]|r|0?[1-9])$`)

var endings = map[string]string{
	"a": "primary", "b": "backup", "d": "drasync", "r": "rorasync", "1": "primary", "01": "primary", "2": "backup", "02": "backup",
	"ro": "rorasync", "ror": "rorasync", "rw": "rwrasync", "rwr": "rwrasync",
}

// stem is a member's name without its ending.
func stem(name string) string { return ending.ReplaceAllString(name, "") }

// guessRoles gives a role to members of which nothing tells it: by the end of
// their names, and then by their order.
func (l *findings) guessRoles(members []*part) {
	known := map[string]map[string]bool{} // by stem
	told := false
	for _, p := range members {
		told = told || p.role != ""
		if known[stem(p.name)] == nil {
			known[stem(p.name)] = map[string]bool{}
		}
		known[stem(p.name)][p.role] = true
	}
	for _, p := range members {
		if p.role != "" {
			continue
		}
		taken := known[stem(p.name)]
		if told && len(taken) == 1 { // an IRIS of its own among members
			l.drop(p)
			continue
		}
		m := ending.FindStringSubmatch(p.name)
		if m != nil {
			p.role = endings[strings.ToLower(m[1])]
			if p.role == "" {
				p.role = roleOf(m[1])
			}
		}
		if p.role == "" || (p.role == "primary" || p.role == "backup") && taken[p.role] {
			switch {
			case !taken["primary"]:
				p.role = "primary"
			case !taken["backup"]:
				p.role = "backup"
			default:
				p.role = "drasync"
			}
		}
		taken[p.role] = true
		p.guess = "The compose file does not tell the role of " + p.name + "; it was guessed from its name and place."
	}
}

// home is the mirror that a member belongs to, nil where that is not clear.
func (l *findings) home(p *part) *mirror {
	if len(l.mirrors) == 1 {
		return l.mirrors[0]
	}
	// A variable or the merge file may name the primary.
	names := []string{p.configMirror("Primary")}
	for _, v := range p.environment {
		if key := strings.ToUpper(v.key); strings.Contains(key, "PRIMARY") || strings.Contains(key, "MASTER") || strings.Contains(key, "PEER") || strings.Contains(key, "PARTNER") {
			names = append(names, v.value)
		}
	}
	for _, m := range l.mirrors {
		for _, name := range names {
			host, _, _ := strings.Cut(name, ":")
			if host != "" && m.members[0].answersTo(host) {
				return m
			}
		}
	}
	// Else its name, then its set.
	var best *mirror
	longest, ties := 0, 0
	for _, m := range l.mirrors {
		n := commonPrefix(p.name, m.members[0].name)
		switch {
		case n > longest:
			best, longest, ties = m, n, 1
		case n == longest:
			ties++
		}
	}
	if ties == 1 {
		return best
	}
	set := p.setName()
	for _, m := range l.mirrors {
		if set != "" && m.members[0].setName() == set {
			return m
		}
	}
	return nil
}

// answersTo reports whether a service is reached by that name or address.
func (s *service) answersTo(host string) bool {
	if strings.EqualFold(host, s.name) || s.hostname != "" && strings.EqualFold(host, s.hostname) {
		return true
	}
	for _, a := range s.attached {
		if a.address == host {
			return true
		}
	}
	return false
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (p *part) setName() string {
	if name := p.configMirror("Name"); name != "" {
		return name
	}
	return p.env("MIRRORSETNAME", "MIRRORSET", "MIRROR_SET", "MIRROR_SET_NAME", "MIRRORNAME", "MIRROR_NAME", "ISC_MIRROR_NAME")
}

func (p *part) systemName() string {
	if name := p.configMirror("SystemName"); name != "" {
		return name
	}
	return p.env("MIRRORMEMBERNAME", "MIRRORMEMBER", "MIRROR_MEMBER", "MIRROR_MEMBER_NAME", "MIRRORSYSTEMNAME", "SYSTEMNAME", "MIRROR_SYSTEM_NAME")
}

// settle names a mirror after its members, and sees to it that it has one backup.
func (m *mirror) settle(l *findings) {
	first := m.members[0]
	prefix := stem(first.name)
	if len(m.members) > 1 {
		prefix = first.name
		for _, p := range m.members[1:] {
			prefix = prefix[:commonPrefix(prefix, p.name)]
		}
	}
	if name := plainName(prefix); len(name) > 1 && len(name) <= 32 {
		m.name = l.labelFor(name, "")
	} else {
		m.name = l.labelFor("mirror", "")
	}
	m.setName = first.setName()
	backup := false
	for _, p := range m.members {
		p.mirror = m
		if p.role == "backup" && backup {
			p.role = "drasync"
			p.guess = "A mirror has one backup: " + p.name + " is a DR async now."
		}
		backup = backup || p.role == "backup"
	}
}

// dataServer is the mirror that an application server's merge file names, or the
// only one.
func (l *findings) dataServer(p *part) *mirror {
	if p.merge != nil {
		for _, key := range p.merge.Keys("ECPServers") {
			host, _, _ := strings.Cut(key.Value, ",")
			for _, m := range l.mirrors {
				for _, member := range m.members {
					if member.answersTo(host) {
						return m
					}
				}
			}
		}
	}
	if len(l.mirrors) == 1 {
		return l.mirrors[0]
	}
	return nil
}
