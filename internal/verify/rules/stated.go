package rules

import (
	"slices"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// A statedMember is a member of a mirror whose merge file states its role, in a lab without a table of
// instances.
type statedMember struct {
	service *facts.Service
	*facts.Membership
}

// becomesPrimary reports whether the member may become the primary.
func (m *statedMember) becomesPrimary() bool {
	return text.Has("primary backup drasync", m.Text("Member"))
}

// statedMember is what the merge file of a service states of it; nil where it has none of its own, or
// leaves open to which mirror it belongs.
func (l *checker) statedMember(s *facts.Service) *statedMember {
	merge := l.Roles[s].Merge
	if merge == nil || merge.Service != s {
		return nil
	}
	m := l.MembershipOf(merge)
	if m == nil || m.Founder == nil || !text.Has(facts.MemberRoles, m.Text("Member")) {
		return nil
	}
	return &statedMember{s, m}
}

// statedMembers are the members of the mirror that a service founds.
func (l *checker) statedMembers(founder *facts.Service) []*statedMember {
	var list []*statedMember
	for _, s := range l.Instances {
		if m := l.statedMember(s); m != nil && m.Founder == founder {
			list = append(list, m)
		}
	}
	return list
}

// statusName is the end of the path that only a primary answers with 200.
const statusName = "/mirror_status.cxw"

// checkStatedSection: a section that looks for the primary of a mirror among several of its members
// lists both failover members, and none that never becomes primary. A section with one member alone, of
// reporting members, or with another check may be meant as it is.
func (l *checker) checkStatedSection(h *facts.HAProxyFile, p facts.Proxy) {
	asks := slices.ContainsFunc(healthPaths(p.Section), func(uri string) bool {
		uri, _, _ = strings.Cut(uri, "?")
		return strings.HasSuffix(uri, statusName)
	})
	if !asks || p.Has("use-server") {
		return
	}
	var founder *facts.Service
	listed := map[*facts.Service]bool{}
	reporting := map[*facts.Service]facts.Position{}
	for _, server := range p.Servers {
		m := l.statedMember(l.ServiceAt(server.Host))
		switch {
		case m == nil || founder != nil && m.Founder != founder:
			return // it is not known of all what they are, or they are of several mirrors
		case !m.becomesPrimary():
			reporting[m.service] = facts.PositionAt(server.Line, server.Column)
		}
		founder = m.Founder
		listed[m.service] = true
	}
	if len(listed) < 2 || len(reporting) == len(listed) {
		return
	}
	for _, m := range l.statedMembers(founder) {
		at, reports := reporting[m.service]
		switch {
		case reports:
			l.ReportBoth(h.Location(at), m.ArgumentLocation("Member"), "Server that never becomes primary",
				"The section "+p.Name+" lists "+m.service.Name+", whose role is "+m.Text("Member")+".",
				"List failover and DR members.")
		case !listed[m.service] && m.becomesPrimary() && m.Text("Member") != "drasync" && l.runsWith(h, m.service):
			l.ReportBoth(h.Location(facts.PositionAt(p.Line, 0)), m.ArgumentLocation("Member"), "Missing server",
				"The section "+p.Name+" does not list "+m.service.Name+", which may become primary.",
				"Add a server line for it.")
		}
	}
}

// runsWith reports whether a service runs whenever those do that read a configuration.
func (l *checker) runsWith(h *facts.HAProxyFile, s *facts.Service) bool {
	return !slices.ContainsFunc(l.Compose.Readers[h.Path], func(reader *facts.Service) bool {
		return len(s.Profiles) > 0 && !slices.Equal(s.Profiles, reader.Profiles)
	})
}

// checkStatedServers: in a lab that was written by hand the names of a gateway's servers are labels, but a
// server that has the name of a mirror and the address of a member follows the primary, where no other
// one does; and one that follows the primary begins with a member that may become one.
func (l *checker) checkStatedServers(g facts.GatewayFile) {
	aware := map[*facts.Service]bool{} // the founders of mirrors that some server follows
	servers := facts.GatewayServers(g.INI)
	for _, s := range servers {
		m := l.statedMember(l.ServiceAt(s.Value("Ip_Address")))
		if m == nil || s.Value("Mirror_Aware") != "1" {
			continue
		}
		aware[m.Founder] = true
		if key, _ := s.Key("Mirror_Aware"); !m.becomesPrimary() {
			l.ReportBoth(g.Location(key.At), m.ArgumentLocation("Member"), "Mirror-aware server of a reporting member",
				"The server ["+s.Name+"] follows the primary, but its address belongs to "+m.service.Name+
					", whose role is "+m.Text("Member")+".",
				"Use the address of a failover member, or remove Mirror_Aware to stay with "+m.service.Name+".")
		}
	}
	for _, s := range servers {
		m := l.statedMember(l.ServiceAt(s.Value("Ip_Address")))
		if m != nil && !aware[m.Founder] && m.becomesPrimary() && strings.EqualFold(s.Name, m.Text("Name")) {
			l.ReportBoth(g.Location(s.At), m.ArgumentLocation("Name"), "Mirror without a mirror-aware server",
				"The server ["+s.Name+"] stands for a mirror, but would stay with one member after a failover.",
				"Add Mirror_Aware=1.")
		}
	}
}
