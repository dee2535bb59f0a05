package rules

import (
	"path"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkCreatedOnce: a merge file creates a thing once.
func checkCreatedOnce(l *checker) {
	for _, m := range l.Merges {
		first := map[string]cpf.Action{}
		for action := range m.Merge.Actions {
			what, created := strings.CutPrefix(action.Name, "Create")
			if !created || action.Value("Name") == "" {
				continue
			}
			key := strings.ToUpper(action.Name + " " + action.Value("Namespace") + " " + action.Value("Name"))
			earlier, twice := first[key]
			if !twice {
				first[key] = action
				continue
			}
			remedy := "Remove it."
			if cpf.HasAction("Modify" + what) {
				remedy = "Use Modify" + what + " to change what the first one makes."
			}
			l.ReportBoth(m.Location(facts.PositionAt(action.Line, action.Column)),
				m.Location(facts.PositionAt(earlier.Line, earlier.Column)), "Created twice",
				"The file creates "+action.Value("Name")+" twice with "+action.Name+", and IRIS skips the second, "+
					"because it exists by then.",
				remedy)
		}
	}
}

// checkCommunity: a Community Edition is neither mirror member nor application server.
func checkCommunity(l *checker) {
	for _, s := range l.Instances {
		merge := l.Roles[s].Merge
		if merge == nil || !s.Community() {
			continue
		}
		what := ""
		switch {
		case l.MembershipOf(merge) != nil:
			what = "a mirror"
		case len(merge.ECPServers()) > 0:
			what = "an ECP connection"
		default:
			continue
		}
		l.ReportBoth(s.Location(s.At), merge.Location(facts.Position{}), "Community Edition in a mirror",
			"The service "+s.Name+" runs "+s.BaseImage()+" and sets up "+what+", which the Community Edition does not "+
				"have.",
			"Use the image of IRIS itself, with a licence key.")
	}
}

// checkExternalChecks: HAProxy runs external checks only where the global section allows
// them (HAProxy manual, "external-check").
func checkExternalChecks(l *checker) {
	for _, h := range l.HAProxy {
		allowed, forks := false, false
		for _, section := range h.Sections {
			allowed = allowed || section.Kind == "global" && section.Has("external-check")
			forks = forks || section.Kind == "global" && section.Has("insecure-fork-wanted")
		}
		for _, p := range h.Proxies {
			for line := range p.Find("option", "external-check") {
				at := facts.PositionAt(line.Number, line.Columns[0])
				switch {
				case !allowed:
					l.Report(h.File, at, "External check that is switched off",
						"The section "+p.Name+" checks by an external command, but the global section has no "+
							"external-check, and HAProxy does not start.",
						"Add external-check to the global section.")
				case !forks:
					l.Report(h.File, at, "External check that may not start",
						"The section "+p.Name+" checks by an external command, which HAProxy 2.2 and later may not "+
							"start without insecure-fork-wanted.",
						"Add insecure-fork-wanted to the global section.")
				}
			}
			for line := range p.Find("external-check", "command") {
				if len(line.Words) > 2 {
					l.checkCommand(h, line, 2)
				}
			}
		}
	}
}

// checkCommand: a command of a configuration is in the container.
func (l *checker) checkCommand(h facts.HAProxyFile, line haproxy.Line, i int) {
	for _, s := range l.Compose.Readers[h.Path] {
		at := facts.Word{Text: line.Words[i], At: facts.PositionAt(line.Number, line.Columns[i])}
		if l.missingScript(s, at.Text) {
			l.ReportBoth(h.Location(at.At), s.Location(s.At), "File that is not mounted",
				"The check runs "+at.Text+", which no mount brings into "+s.Name+".",
				"Mount it, or name what is mounted.")
		}
	}
}

// ofImages are directories in which images have programs and scripts of their own, or commands
// write them.
var ofImages = []string{
	"/bin/", "/sbin/", "/usr/", "/lib/", "/docker-entrypoint", "/iris", "/etc/", "/home/irisowner/irissys/", "/opt/",
	"/tmp/",
}

// missingScript reports whether a path of a container is surely not there: it names a script
// that the image does not bring, and no mount does either.
func (l *checker) missingScript(s *facts.Service, name string) bool {
	if !path.IsAbs(name) || s.Volume(name) {
		return false
	}
	if m := s.Target(name); m != nil { // it hides what a built image has there
		return l.missingBelow(m, name)
	}
	if s.Build != nil {
		return false
	}
	for _, directory := range ofImages {
		if strings.HasPrefix(name, directory) {
			return false
		}
	}
	switch path.Ext(name) {
	case ".sh", ".py", ".cpf":
		return true
	}
	return false
}

// missingBelow reports whether a mounted directory of the lab has no configuration or script of that
// name. A licence key, a certificate or data is the user's to provide.
func (l *checker) missingBelow(m *facts.Mount, name string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(name, m.Target), "/")
	return text.Has(configurations, path.Ext(rest)) && l.missingFile(path.Join(m.Source, rest))
}

// checkLateHosts: a balancer that names a service by its host name waits for it, or looks the
// name up later.
func checkLateHosts(l *checker) {
	for _, n := range l.NGINX {
		late, upstreams := false, map[string]bool{}
		for range facts.Walk(n.Directives, "resolver") {
			late = true
		}
		for upstream := range facts.Walk(n.Directives, "upstream") {
			upstreams[upstream.Arg(0)] = true
			for _, d := range upstream.Block {
				if d.Name == "server" && len(d.Args) > 0 && !(late && has(d, "resolve")) {
					host, _ := facts.HostPort(d.Arg(0))
					l.checkLateHost(n.Origin(facts.PositionAt(d.Line, d.Args[0].Column)), host)
				}
			}
		}
		for d := range facts.Walk(n.Directives, "proxy_pass") {
			if target := facts.ProxyHost(d.Arg(0)); target != "" && !upstreams[target] { // "" where it has a variable
				host, _ := facts.HostPort(target)
				l.checkLateHost(n.Origin(facts.PositionAt(d.Line, d.Args[0].Column)), host)
			}
		}
	}
	for _, h := range l.HAProxy {
		for _, p := range h.Proxies {
			for _, server := range p.Servers {
				if !resolvesLate(p, server) {
					l.checkLateHost(h.Location(facts.PositionAt(server.Line, server.Column)), server.Host)
				}
			}
		}
	}
}

func has(d *nginx.Directive, argument string) bool {
	for _, a := range d.Args {
		if a.Text == argument {
			return true
		}
	}
	return false
}

// resolvesLate reports whether HAProxy starts without the address of a server.
func resolvesLate(p facts.Proxy, server haproxy.Server) bool {
	late := false
	take := func(line haproxy.Line) {
		_, _, resolvers := line.After("resolvers")
		addresses, _, found := line.After("init-addr")
		late = late || resolvers || found && strings.Contains(addresses, "none")
	}
	for _, line := range p.ServerDefaults {
		take(line)
	}
	if line, ok := p.LineAt(server.Line); ok {
		take(line)
	}
	return late
}

func (l *checker) checkLateHost(at facts.Location, host string) {
	target := l.Compose.ByName[host]
	if target == nil {
		return
	}
	for _, s := range l.Compose.Readers[at.Path] {
		if s != target && !s.Resolved[host] && !l.Compose.StartsAfter(s, target) {
			l.ReportBoth(at, s.Location(s.At), "Host that may not be there yet",
				"The service "+s.Name+" looks up "+host+" when it starts, does not wait for "+target.Name+
					", and stops where the name is unknown.",
				"Add "+target.Name+" to its depends_on, or let it look the name up later.")
			return
		}
	}
}
