package rules

import (
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkBinds: no two binds of a file share an address and port. HAProxy would
// start, and spread the connections over both sections.
func checkBinds(l *checker) {
	for _, h := range l.HAProxy {
		for _, binds := range h.Binds {
			first := map[string]haproxy.Bind{} // by host; "" is every one
			for i, bind := range binds {
				other, twice := first[bind.Host]
				if !twice {
					other, twice = first[""]
				}
				if !twice && bind.Host == "" && i > 0 {
					other, twice = binds[0], true
				}
				if twice {
					l.Report(h.File, facts.PositionAt(bind.Line, bind.Column), "Duplicate bind",
						"The port "+strconv.Itoa(bind.Port)+" is bound on line "+strconv.Itoa(other.Line)+
							" as well, and HAProxy would spread connections over both sections.",
						"Bind another port.")
					continue
				}
				first[bind.Host] = bind
			}
		}
	}
}

// checkSections: proxies have names of their own, listen somewhere, and have
// something to answer with.
func checkSections(l *checker) {
	for _, h := range l.HAProxy {
		names := map[string]int{}
		for _, s := range h.Proxies {
			at := facts.PositionAt(s.Line, 0)
			what := "The section " + s.Kind + " " + s.Name
			if s.Name == "" {
				l.Report(h.File, at, "Section without a name", what+"needs a name.", "Add one.")
			} else if line := names[s.Name]; line > 0 {
				l.Report(h.File, at, "Duplicate proxy name",
					what+" has the name of the section on line "+strconv.Itoa(line)+".",
					"Give every listen, frontend and backend section a name of its own.")
			} else {
				names[s.Name] = s.Line
			}
			if s.Kind != "backend" && len(s.Binds) == 0 && !s.Has("bind") {
				l.Report(h.File, at, "Section without a bind", what+" listens nowhere.", "Add a bind line.")
			}
			if s.Kind == "listen" && len(s.Servers) == 0 && !answersItself(s.Section) {
				l.Report(h.File, at, "Section without a server", what+" has no server, and refuses every connection.",
					"Add a server line.")
			}
		}
		l.checkBackends(h)
	}
}

// answersItself reports whether a section serves something without a server.
func answersItself(s *haproxy.Section) bool {
	return s.Has("stats", "enable") || s.Has("stats", "uri") || s.Has("http-request", "return") || s.Has("http-request",
		"use-service") ||
		s.Has("default_backend") || s.Has("use_backend") || s.Has("monitor-uri")
}

// checkBackends: backends that are named exist.
func (l *checker) checkBackends(h facts.HAProxyFile) {
	backends := map[string]bool{}
	for _, s := range h.Proxies {
		if s.Kind == "backend" || s.Kind == "listen" {
			backends[s.Name] = true
		}
	}
	for _, s := range h.Proxies {
		for _, line := range s.Lines {
			if !text.Has("default_backend use_backend", line.Words[0]) || len(line.Words) < 2 {
				continue
			}
			if name := line.Words[1]; !strings.Contains(name, "%[") && !backends[name] {
				l.Report(h.File, facts.PositionAt(line.Number, line.Columns[1]), "Unknown backend",
					"There is no backend "+name+".", "Name a backend section of this file.")
			}
		}
	}
}

// checkServers: every server has a port, a health check, and a name and address
// that it shares with no other server of its section; one that has the name of
// a service has its address.
func checkServers(l *checker) {
	for _, h := range l.HAProxy {
		for _, section := range h.Proxies {
			names, addresses := map[string]bool{}, map[string]string{}
			for _, s := range section.Servers {
				at := facts.PositionAt(s.Line, s.Column)
				what := "The server " + s.Name + " of section " + section.Name
				address := s.Host + ":" + strconv.Itoa(s.Port)
				if s.Port == 0 {
					l.Report(h.File, at, "Server without a port", what+" names no port to connect to.",
						"Write it as address:port.")
				}
				if !s.Check {
					l.Report(h.File, at, "Server without a check",
						what+" is never checked, so HAProxy takes it to be up for ever.",
						"Add check to it or to a default-server line.")
				}
				if names[s.Name] {
					l.Report(h.File, at, "Duplicate server name",
						what+" has the name of another server of the section.",
						"Give it a name of its own.")
				}
				if other, twice := addresses[address]; twice {
					l.Report(h.File, at, "Duplicate server",
						what+" has the address "+address+", which "+other+" has as well.",
						"Keep one of the two.")
				}
				names[s.Name], addresses[address] = true, s.Name
				if l.Generated {
					l.checkServerName(h, s, what)
				}
			}
		}
	}
}

// checkServerName: a server of a generated lab has the name of the service with its address,
// by which logs and statistics call it. Elsewhere the names of servers are labels.
func (l *checker) checkServerName(h facts.HAProxyFile, s haproxy.Server, what string) {
	target, owner := l.Compose.ByName[s.Name], l.Compose.ByIP[facts.ParseAddr(s.Host)]
	switch {
	case owner == nil || owner == target:
	case target != nil:
		l.Report(h.File, facts.PositionAt(s.Line, s.Column), "Address of another service",
			what+" has the address "+s.Host+", which belongs to "+owner.Name+".",
			"Use an address of "+s.Name+".")
	default:
		l.Report(h.File, facts.PositionAt(s.Line, 0), "Server with another name than its service",
			what+" is the service "+owner.Name+"; logs and statistics call it by this name.",
			"Name it "+owner.Name+".")
	}
}

// checkHealthChecks: an HTTP health check asks a web server, and one that goes
// to HAProxy itself finds a section there.
func checkHealthChecks(l *checker) {
	for _, h := range l.HAProxy {
		for _, section := range h.Proxies {
			connects, overHTTP := checkConnects(section.Section), section.Has("option", "httpchk")
			for _, s := range section.Servers {
				if !s.Check {
					continue
				}
				at := facts.PositionAt(s.Line, s.Column)
				if overHTTP && !s.CheckedApart && !connects &&
					s.CheckPort == facts.SuperserverPort {
					l.Report(h.File, at, "Health check on the superserver",
						"The HTTP check of "+s.Name+" goes to port "+strconv.Itoa(s.CheckPort)+", which speaks no "+
							"HTTP.",
						"Name the port of a web server with port.")
				}
				if facts.IsLoopback(s.CheckHost) && !h.Bound(s.CheckHost, s.CheckPort) {
					l.Report(h.File, at, "Health check that nothing answers",
						"The check of "+s.Name+" goes to "+s.CheckHost+":"+strconv.Itoa(s.CheckPort)+", which no "+
							"section binds.",
						"Bind it in a listen section.")
				}
			}
		}
	}
}

// checkClients: an access list that lets in, or shuts out, who connects inside the container
// names 127.0.0.1. The kernel gives such a client that address, whichever of the loopback
// interface it asks.
func checkClients(l *checker) {
	for _, h := range l.HAProxy {
		for _, section := range h.Sections {
			for _, line := range section.Lines {
				l.checkSources(h, line)
			}
		}
	}
}

func (l *checker) checkSources(h facts.HAProxyFile, line haproxy.Line) {
	list := false // after "src" come addresses
	for i, w := range line.Words {
		address, _, _ := strings.Cut(w, "/")
		_, err := netip.ParseAddr(address)
		list = w == "src" || list && err == nil
		if list && w == address && facts.IsLoopback(w) && w != "127.0.0.1" && !strings.Contains(w, ":") {
			l.Report(h.File, facts.PositionAt(line.Number, line.Columns[i]), "Address that nobody comes from",
				"No client has the address "+w+"; one inside the container comes from 127.0.0.1.",
				"Write 127.0.0.1.")
		}
	}
}

// checkConnects reports whether the section's checks name a port of their own.
func checkConnects(s *haproxy.Section) bool {
	for line := range s.Find("http-check", "connect") {
		if _, _, found := line.After("port"); found {
			return true
		}
	}
	return false
}

// checkMirrorSections: a section that serves members serves those of one mirror,
// just those that may become primary, and cuts the sessions of one that is not.
func checkMirrorSections(l *checker) {
	for i := range l.HAProxy {
		for _, p := range l.HAProxy[i].Proxies {
			switch {
			case l.Roster != nil:
				l.checkMirrorSection(&l.HAProxy[i], p)
			case !l.Generated:
				l.checkStatedSection(&l.HAProxy[i], p)
			}
		}
	}
}

// reportingSuffix is the end of the name of a section that leads to a mirror's reporting
// members, whichever answers.
const reportingSuffix = "_reporting"

// checkReportingSection: such a section lists the reporting members of its mirror, and no other.
func (l *checker) checkReportingSection(h *facts.HAProxyFile, p facts.Proxy, mirror string) {
	listed := map[string]bool{}
	for _, server := range p.Servers {
		s := l.ServiceAt(server.Host)
		if s == nil {
			continue
		}
		listed[s.Name] = true
		e := l.Roster.ByName[s.Name]
		if e == nil || e.Text("mirror") != mirror || becomesPrimary(e) {
			l.Report(h.File, facts.PositionAt(server.Line, server.Column), "Server that serves no reports",
				"The section "+p.Name+" lists "+s.Name+", which is no reporting member of the mirror "+mirror+".",
				"List its members of the roles rorasync and rwrasync.")
		}
	}
	for _, e := range l.Roster.Members(mirror) {
		if !listed[e.Name] && !becomesPrimary(e) {
			l.ReportBoth(h.Location(facts.PositionAt(p.Line, 0)), l.Roster.File.Location(e.At), "Missing server",
				"The section "+p.Name+" does not list "+e.Name+", which serves reports.", "Add a server line for it.")
		}
	}
}

func (l *checker) checkMirrorSection(h *facts.HAProxyFile, p facts.Proxy) {
	if l.servesReports(p) {
		l.checkReportingSection(h, p, strings.TrimSuffix(p.Name, reportingSuffix))
		return
	}
	mirror := ""
	listed := map[string]bool{}
	for _, server := range p.Servers {
		s := l.ServiceAt(server.Host)
		if s == nil {
			continue
		}
		e := l.Roster.ByName[s.Name]
		if e == nil {
			continue
		}
		l.checkMirrorServerLine(h.Location(facts.PositionAt(server.Line, server.Column)), p, e, mirror)
		mirror = e.Text("mirror")
		listed[s.Name] = true
	}
	if mirror == "" {
		return
	}
	if l.Generated && p.Name != mirror {
		l.Report(h.File, facts.PositionAt(p.Line, 0), "Section with another name than its mirror",
			"The section "+p.Name+" serves the mirror "+mirror+"; its log and the README call it by the mirror's name.",
			"Name it "+mirror+".")
	}
	for _, e := range l.Roster.Members(mirror) {
		if !listed[e.Name] && becomesPrimary(e) {
			l.ReportBoth(h.Location(facts.PositionAt(p.Line, 0)), l.Roster.File.Location(e.At), "Missing server",
				"The section "+p.Name+" does not list "+e.Name+", which may become primary.",
				"Add a server line for it.")
		}
	}
}

// becomesPrimary reports whether a member may become the primary.
func becomesPrimary(e *facts.Entry) bool {
	role := e.Text("role")
	return role == "primary" || role == "backup" || role == "drasync"
}

// checkMirrorServerLine looks at a member that a section lists; mirror is that of those before it,
// "" for none.
func (l *checker) checkMirrorServerLine(at facts.Location, p facts.Proxy, e *facts.Entry, mirror string) {
	switch {
	case mirror != "" && e.Text("mirror") != mirror:
		l.ReportBoth(at, l.Roster.File.Location(e.At), "Server of another mirror",
			"The section "+p.Name+" serves the mirror "+mirror+", but "+e.Name+" belongs to "+e.Text("mirror")+".",
			"List the members of one mirror.")
	case !becomesPrimary(e):
		l.ReportBoth(at, l.Roster.File.Location(e.At), "Server that never becomes primary",
			"The section "+p.Name+" lists "+e.Name+", whose role is "+e.Text("role")+".",
			"List failover and DR members.")
	}
}

// checkFailoverSections: a section with several members of a mirror finds the
// primary by a check, sends clients to one server only, and cuts old sessions.
func checkFailoverSections(l *checker) {
	for i := range l.HAProxy {
		h := &l.HAProxy[i]
		for _, p := range h.Proxies {
			members := 0
			for _, server := range p.Servers {
				if s := l.ServiceAt(server.Host); s != nil && l.Roles[s].Kind == facts.InstanceKind &&
					server.Port == facts.SuperserverPort {
					members++
				}
			}
			if members < 2 || l.servesReports(p) {
				continue
			}
			at := facts.PositionAt(p.Line, 0)
			switch {
			case !p.Has("option", "httpchk") && !p.Has("option", "external-check"):
				l.Report(h.File, at, "Balancer that does not know the primary",
					"The section "+p.Name+" checks whether "+strconv.Itoa(members)+" instances take connections, "+
						"which a backup does too, and would send clients to it.",
					"Check mirror_status.cxw, which only the primary answers with 200.")
			case !l.cutsSessions(p):
				l.Report(h.File, at, "Sessions that outlive a failover",
					"The section "+p.Name+" leaves the sessions of a member that is no longer primary where they are.",
					"Add on-marked-down shutdown-sessions to its servers.")
			}
		}
	}
}

// servesReports reports whether a section leads to reporting members, of which any will do.
func (l *checker) servesReports(p facts.Proxy) bool {
	mirror, found := strings.CutSuffix(p.Name, reportingSuffix)
	return found && l.Roster != nil && l.Roster.Mirror(mirror) != nil
}

func (l *checker) cutsSessions(p facts.Proxy) bool {
	for _, keyword := range [...]string{"default-server", "server"} {
		for line := range p.Find(keyword) {
			if action, _, found := line.After("on-marked-down"); found && action == "shutdown-sessions" {
				return true
			}
		}
	}
	return false
}
