package verify

import (
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/internal/format/haproxy"
)

// checkBinds: no two binds of a file share an address and port. HAProxy would
// start, and spread the connections over both sections.
func checkBinds(l *facts) {
	for _, h := range l.haproxy {
		for _, binds := range h.binds {
			for i, bind := range binds {
				for _, other := range binds[:i] {
					if other.Host == bind.Host || other.Host == "" || bind.Host == "" {
						l.report(h.file, placeIn(bind.Line, bind.Column), "Duplicate bind", "The port "+strconv.Itoa(bind.Port)+" is bound on line "+strconv.Itoa(other.Line)+" as well, and HAProxy would spread connections over both sections.",
							"Bind another port.")
						break
					}
				}
			}
		}
	}
}

// checkSections: proxies have names of their own, listen somewhere, and have
// something to answer with.
func checkSections(l *facts) {
	for _, h := range l.haproxy {
		names := map[string]int{}
		for _, s := range h.proxies {
			at := placeIn(s.Line, 0)
			what := "The section " + s.Kind + " " + s.Name
			if s.Name == "" {
				l.report(h.file, at, "Section without a name", what+"needs a name.", "Add one.")
			} else if line := names[s.Name]; line > 0 {
				l.report(h.file, at, "Duplicate proxy name", what+" has the name of the section on line "+strconv.Itoa(line)+".", "Give every listen, frontend and backend section a name of its own.")
			} else {
				names[s.Name] = s.Line
			}
			if s.Kind != "backend" && len(s.binds) == 0 && !s.Has("bind") {
				l.report(h.file, at, "Section without a bind", what+" listens nowhere.", "Add a bind line.")
			}
			if s.Kind == "listen" && len(s.servers) == 0 && !answersItself(s.Section) {
				l.report(h.file, at, "Section without a server", what+" has no server, and refuses every connection.", "Add a server line.")
			}
		}
		l.checkBackends(h)
	}
}

// answersItself reports whether a section serves something without a server.
func answersItself(s *haproxy.Section) bool {
	return s.Has("stats", "enable") || s.Has("stats", "uri") || s.Has("http-request", "return") || s.Has("http-request", "use-service") ||
		s.Has("default_backend") || s.Has("use_backend") || s.Has("monitor-uri")
}

// checkBackends: backends that are named exist.
func (l *facts) checkBackends(h haproxyFile) {
	for _, s := range h.proxies {
		for _, line := range s.Lines {
			if keyword := line.Words[0]; (keyword != "default_backend" && keyword != "use_backend") || len(line.Words) < 2 || strings.Contains(line.Words[1], "%[") {
				continue
			}
			found := false
			for _, other := range h.proxies {
				found = found || (other.Kind == "backend" || other.Kind == "listen") && other.Name == line.Words[1]
			}
			if !found {
				l.report(h.file, placeIn(line.Number, line.Columns[1]), "Unknown backend", "There is no backend "+line.Words[1]+".", "Name a backend section of this file.")
			}
		}
	}
}

// checkServers: every server has a port, a health check, and a name and address
// that it shares with no other server of its section; one that has the name of
// a service has its address.
func checkServers(l *facts) {
	for _, h := range l.haproxy {
		for _, section := range h.proxies {
			names, addresses := map[string]bool{}, map[string]string{}
			for _, s := range section.servers {
				at := placeIn(s.Line, s.Column)
				what := "The server " + s.Name + " of section " + section.Name
				address := s.Host + ":" + strconv.Itoa(s.Port)
				if s.Port == 0 {
					l.report(h.file, at, "Server without a port", what+" names no port to connect to.", "Write it as address:port.")
				}
				if !s.Check {
					l.report(h.file, at, "Server without a check", what+" is never checked, so HAProxy takes it to be up for ever.", "Add check to it or to a default-server line.")
				}
				if names[s.Name] {
					l.report(h.file, at, "Duplicate server name", what+" has the name of another server of the section.", "Give it a name of its own.")
				}
				if other, twice := addresses[address]; twice {
					l.report(h.file, at, "Duplicate server", what+" has the address "+address+", which "+other+" has as well.", "Keep one of the two.")
				}
				names[s.Name], addresses[address] = true, s.Name
				target := l.compose.byName[s.Name]
				if addr, err := netip.ParseAddr(s.Host); err == nil && target != nil {
					if owner := l.compose.byIP[addr]; owner != nil && owner != target {
						l.report(h.file, at, "Address of another service", what+" has the address "+s.Host+", which belongs to "+owner.name+".", "Use an address of "+s.Name+".")
					}
				} else if owner := l.compose.byIP[addr]; owner != nil && l.generated {
					l.report(h.file, placeIn(s.Line, 0), "Server with another name than its service", what+" is the service "+owner.name+"; logs and statistics call it by this name.", "Name it "+owner.name+".")
				}
			}
		}
	}
}

// checkHealthChecks: an HTTP health check asks a web server, and one that goes
// to HAProxy itself finds a section there.
func checkHealthChecks(l *facts) {
	for _, h := range l.haproxy {
		for _, section := range h.proxies {
			connects := checkConnects(section.Section)
			for _, s := range section.servers {
				if !s.Check {
					continue
				}
				at := placeIn(s.Line, s.Column)
				if section.Has("option", "httpchk") && !s.CheckedApart && !connects && s.CheckPort == superserverPort {
					l.report(h.file, at, "Health check on the superserver", "The HTTP check of "+s.Name+" goes to port "+strconv.Itoa(s.CheckPort)+", which speaks no HTTP.", "Name the port of a web server with port.")
				}
				if isLoopback(s.CheckHost) && !h.bound(s.CheckHost, s.CheckPort) {
					l.report(h.file, at, "Health check that nothing answers", "The check of "+s.Name+" goes to "+s.CheckHost+":"+strconv.Itoa(s.CheckPort)+", which no section binds.", "Bind it in a listen section.")
				}
			}
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

func (h haproxyFile) bound(host string, port int) bool {
	for _, bind := range h.binds[port] {
		if bind.Host == host || bind.Host == "" {
			return true
		}
	}
	return false
}

// serverName is how a health check's path names the server that is checked.
const serverName = "%[srv_name]"

// checkHealthPaths: where health checks ask the web gateways about one instance,
// every gateway has a path for it which goes to just that instance. Such a check
// names the server in its path, or connects to another address than the server's.
func checkHealthPaths(l *facts) {
	for _, h := range l.haproxy {
		for _, section := range h.proxies {
			for _, uri := range healthPaths(section.Section) {
				named := strings.Contains(uri, serverName)
				for _, s := range section.servers {
					if s.Check && (named || s.CheckHost != s.Host) {
						l.checkHealthPath(h, s, strings.ReplaceAll(uri, serverName, s.Name))
					}
				}
			}
		}
	}
}

// healthPaths are the paths that a section's health checks ask for.
func healthPaths(s *haproxy.Section) []string {
	var paths []string
	for line := range s.Find("http-check", "send") {
		for _, word := range [...]string{"uri", "uri-lf"} {
			if uri, _, found := line.After(word); found {
				paths = append(paths, uri)
			}
		}
	}
	if len(paths) > 0 { // it counts instead of what the option says
		return paths
	}
	for line := range s.Find("option", "httpchk") {
		for _, word := range line.Words[2:] {
			if strings.HasPrefix(word, "/") {
				paths = append(paths, word)
				break
			}
		}
	}
	return paths
}

func (l *facts) checkHealthPath(h haproxyFile, s haproxy.Server, uri string) {
	at := placeIn(s.Line, s.Column)
	what := "The health check of " + s.Name + " asks for " + uri
	for _, g := range l.gateways {
		path := g.ini.pathFor(uri)
		if path == nil {
			l.report(h.file, at, "Health check without a path", what+", but "+g.path+" has no path for it.", "Add the path /"+s.Name+" to the gateway.")
			continue
		}
		name := path.value("Default_Server")
		server := g.ini.byName[name]
		if server == nil {
			continue // reported by checkGatewayPaths
		}
		if server.value("Mirror_Aware") == "1" {
			l.report(h.file, at, "Health check of a whole mirror", what+", which "+g.path+" sends to the mirror-aware server ["+name+"], and that answers for the primary.", "Let the path go to the server of "+s.Name+".")
			continue
		}
		addr, err := netip.ParseAddr(s.Host)
		if err != nil {
			continue
		}
		owner, asked := l.compose.byIP[addr], l.compose.byIP[parseAddr(server.value("Ip_Address"))]
		if owner != nil && asked != nil && owner != asked {
			l.report(h.file, at, "Health check of another instance", what+", which "+g.path+" sends to "+asked.name+".", "Let the path go to the server of "+s.Name+".")
		}
	}
}

func parseAddr(s string) netip.Addr {
	addr, _ := netip.ParseAddr(s)
	return addr
}

// pathFor returns the section of the longest enabled path that the URI begins
// with, or nil. A path ends at a slash.
func (i *ini) pathFor(uri string) *iniSection {
	for path := uri; path != ""; {
		if s := i.byName[pathPrefix+path]; s != nil && i.enabled("APP_PATH_INDEX", path) {
			return s
		}
		slash := strings.LastIndexByte(path, '/')
		if slash == 0 && path != "/" {
			path = "/"
			continue
		}
		path = path[:max(slash, 0)]
	}
	return nil
}

// checkMirrorSections: a section that serves members serves those of one mirror,
// just those that may become primary, and cuts the sessions of one that is not.
func checkMirrorSections(l *facts) {
	if l.roster == nil {
		return
	}
	for i := range l.haproxy {
		for _, p := range l.haproxy[i].proxies {
			l.checkMirrorSection(&l.haproxy[i], p)
		}
	}
}

func (l *facts) checkMirrorSection(h *haproxyFile, p proxy) {
	mirror := ""
	listed := map[string]bool{}
	for _, server := range p.servers {
		s := l.serviceAt(server.Host)
		if s == nil {
			continue
		}
		e := l.roster.byName[s.name]
		if e == nil {
			continue
		}
		at := spot{h.file, placeIn(server.Line, server.Column)}
		role := e.text("role")
		switch {
		case mirror != "" && e.text("mirror") != mirror:
			l.reportBoth(at, spot{l.roster.file, e.at}, "Server of another mirror", "The section "+p.Name+" serves the mirror "+mirror+", but "+s.name+" belongs to "+e.text("mirror")+".", "List the members of one mirror.")
		case role != "primary" && role != "backup" && role != "drasync":
			l.reportBoth(at, spot{l.roster.file, e.at}, "Server that never becomes primary", "The section "+p.Name+" lists "+s.name+", whose role is "+role+".", "List failover and DR members.")
		}
		mirror = e.text("mirror")
		listed[s.name] = true
	}
	if mirror == "" {
		return
	}
	if l.generated && p.Name != mirror {
		l.report(h.file, placeIn(p.Line, 0), "Section with another name than its mirror", "The section "+p.Name+" serves the mirror "+mirror+"; its log and the README call it by the mirror's name.", "Name it "+mirror+".")
	}
	for _, e := range l.roster.members(mirror) {
		if role := e.text("role"); !listed[e.name] && (role == "primary" || role == "backup" || role == "drasync") {
			l.reportBoth(spot{h.file, placeIn(p.Line, 0)}, spot{l.roster.file, e.at}, "Missing server", "The section "+p.Name+" does not list "+e.name+", which may become primary.", "Add a server line for it.")
		}
	}
}

// checkFailoverSections: a section with several members of a mirror finds the
// primary by a check, sends clients to one server only, and cuts old sessions.
func checkFailoverSections(l *facts) {
	for i := range l.haproxy {
		h := &l.haproxy[i]
		for _, p := range h.proxies {
			members := 0
			for _, server := range p.servers {
				if s := l.serviceAt(server.Host); s != nil && l.duties[s].kind == instanceKind && server.Port == superserverPort {
					members++
				}
			}
			if members < 2 {
				continue
			}
			at := placeIn(p.Line, 0)
			switch {
			case !p.Has("option", "httpchk") && !p.Has("option", "external-check"):
				l.report(h.file, at, "Balancer that does not know the primary", "The section "+p.Name+" checks whether "+strconv.Itoa(members)+" instances take connections, which a backup does too, and would send clients to it.", "Check mirror_status.cxw, which only the primary answers with 200.")
			case !l.cutsSessions(p):
				l.report(h.file, at, "Sessions that outlive a failover", "The section "+p.Name+" leaves the sessions of a member that is no longer primary where they are.", "Add on-marked-down shutdown-sessions to its servers.")
			}
		}
	}
}

func (l *facts) cutsSessions(p proxy) bool {
	for _, keyword := range [...]string{"default-server", "server"} {
		for line := range p.Find(keyword) {
			if action, _, found := line.After("on-marked-down"); found && action == "shutdown-sessions" {
				return true
			}
		}
	}
	return false
}
