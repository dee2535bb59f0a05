package rules

import (
	"cmp"
	"slices"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/verify/facts"
)

// serverName is how a health check's path names the server that is checked.
const serverName = "%[srv_name]"

// checkHealthPaths: where health checks ask the web gateways about one instance,
// every gateway that is asked has a path for it which goes to just that instance. Such a check
// names the server in its path, or connects to another address than the server's.
func checkHealthPaths(l *checker) {
	for i := range l.HAProxy {
		h := &l.HAProxy[i]
		asked := map[endpoint][]facts.GatewayFile{}
		for _, section := range h.Proxies {
			paths := healthPaths(section.Section)
			everywhere := checkedAt(section.Section)
			for _, s := range section.Servers {
				if !s.Check {
					continue
				}
				s.CheckHost = cmp.Or(everywhere.host, s.CheckHost)
				s.CheckPort = cmp.Or(everywhere.port, s.CheckPort)
				if len(paths) == 0 || l.checksAnother(h, s) {
					continue
				}
				at := endpoint{s.CheckHost, s.CheckPort}
				gateways, known := asked[at]
				if !known {
					gateways = l.questioned(h, at)
					asked[at] = gateways
				}
				for _, uri := range paths {
					l.checkHealthPath(h, s, uri, gateways)
				}
			}
		}
	}
}

// An endpoint is where a health check connects to.
type endpoint struct {
	host string
	port int
}

// checkedAt is where the health checks of a section's servers connect to, as far as the section says so for
// all of them.
func checkedAt(section *haproxy.Section) (at endpoint) {
	for line := range section.Find("http-check", "connect") {
		if address, _, found := line.After("addr"); found {
			at.host = address
		}
		if number, _, found := line.After("port"); found {
			at.port = facts.Number(number)
		}
	}
	return at
}

// checksAnother reports an instance whose health check connects to another instance itself.
func (l *checker) checksAnother(h *facts.HAProxyFile, s haproxy.Server) bool {
	owner, asked := l.ServiceAt(s.Host), l.ServiceAt(s.CheckHost)
	if owner == nil || asked == nil || owner == asked ||
		l.Roles[owner].Kind != facts.InstanceKind || l.Roles[asked].Kind != facts.InstanceKind {
		return false
	}
	l.Report(h.File, facts.PositionAt(s.Line, s.Column), "Health check of another instance",
		"The health check of "+s.Name+" connects to "+s.CheckHost+", which is "+asked.Name+".",
		"Let it connect to "+owner.Name+", or to a gateway with a path for "+owner.Name+".")
	return true
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
		paths = nil // the section's own replaces that of its defaults
		for _, word := range line.Words[2:] {
			if strings.HasPrefix(word, "/") {
				paths = append(paths, word)
				break
			}
		}
	}
	return paths
}

// questioned are the gateways that answer where a health check connects to: a gateway itself, or those
// that a section of this HAProxy leads to.
func (l *checker) questioned(h *facts.HAProxyFile, at endpoint) []facts.GatewayFile {
	named := map[*facts.Service]bool{}
	take := func(host string) {
		if s := l.ServiceAt(host); s != nil && l.Roles[s].Kind == facts.GatewayKind {
			named[s] = true
		}
	}
	if !facts.IsLoopback(at.host) {
		take(at.host)
	} else {
		for _, server := range behind(h, at) {
			take(server.Host)
		}
		if len(named) == 0 && l.Generated {
			return l.Gateways
		}
	}
	var asked []facts.GatewayFile
	for _, g := range l.Gateways {
		if slices.ContainsFunc(l.Compose.Readers[g.Path], func(s *facts.Service) bool { return named[s] }) {
			asked = append(asked, g)
		}
	}
	return asked
}

// behind are the servers that a client of an address reaches, whatever it asks for: those of the
// sections that bind it and of their default backends.
func behind(h *facts.HAProxyFile, at endpoint) []haproxy.Server {
	var servers []haproxy.Server
	for _, p := range h.Proxies {
		if !slices.ContainsFunc(p.Binds, func(b haproxy.Bind) bool {
			return b.Port == at.port && (b.Host == at.host || b.Host == "")
		}) || p.Has("use_backend") {
			continue
		}
		servers = append(servers, p.Servers...)
		for line := range p.Find("default_backend") {
			for _, backend := range h.Proxies {
				if len(line.Words) > 1 && backend.Name == line.Words[1] && backend.Kind == "backend" {
					servers = append(servers, backend.Servers...)
				}
			}
		}
	}
	return servers
}

// checkHealthPath looks for the path that a health check asks for on the gateways that it asks.
func (l *checker) checkHealthPath(
	h *facts.HAProxyFile,
	s haproxy.Server,
	uri string,
	gateways []facts.GatewayFile,
) {
	named := strings.Contains(uri, serverName)
	owner := l.ServiceAt(s.Host)
	if !named && s.CheckHost == s.Host || !l.Generated && l.Roles[owner].Kind != facts.InstanceKind {
		return // a server is asked about itself, or about what is no instance
	}
	uri = strings.ReplaceAll(uri, serverName, s.Name)
	at := facts.PositionAt(s.Line, s.Column)
	what := "The health check of " + s.Name + " asks for " + uri
	for _, g := range gateways {
		path := g.INI.PathFor(uri)
		if path == nil {
			if !l.Generated && g.INI.ByName["APP_PATH_INDEX"] == nil {
				continue // it serves what it serves by default
			}
			remedy := "Add the path /" + s.Name + " to the gateway."
			if !named {
				remedy = "Add a path to the gateway that goes to the server of " + s.Name + "."
			}
			l.Report(h.File, at, "Health check without a path", what+", but "+g.Path+" has no path for it.", remedy)
			continue
		}
		name := path.Value("Default_Server")
		server := g.INI.ByName[name]
		if server == nil {
			continue // reported by checkGatewayPaths
		}
		if server.Value("Mirror_Aware") == "1" {
			l.Report(h.File, at, "Health check of a whole mirror",
				what+", which "+g.Path+" sends to the mirror-aware server ["+name+"], and that answers for the "+
					"primary.",
				"Let the path go to the server of "+s.Name+".")
			continue
		}
		asked := l.ServiceAt(server.Value("Ip_Address"))
		if owner != nil && asked != nil && owner != asked {
			remedy := "Let the path go to the server of " + s.Name + "."
			if !l.Generated {
				remedy = "Ask a gateway on a path that goes to " + owner.Name + "."
			}
			l.Report(h.File, at, "Health check of another instance", what+", which "+g.Path+" sends to "+asked.Name+".",
				remedy)
		}
	}
}
