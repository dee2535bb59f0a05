package importer

import (
	"cmp"
	"fmt"
	"slices"

	"mirrorgen/internal/format/haproxy"
)

// What the servers behind a port of HAProxy are.
type serving int

const (
	servesOther     serving = iota
	servesWeb               // web servers of members
	servesAsync             // superservers of async members, not all of which are for reports
	servesReporting         // superservers of reporting members alone
	servesPrimary           // superservers, of a failover member among them
)

// A route is what the servers of a section of HAProxy are.
type route struct {
	mirror   *mirror // nil for none that is known
	what     serving
	port     int // of the first server that counts, 0 for the one that the client has asked for
	hasStats bool
}

// A listener is a port on which HAProxy serves a mirror.
type listener struct {
	route
	port    int // of the host, 0 for one that is not published
	by      *part
	section string // e.g. "frontend sql"
	isGuess bool   // that its servers' port is the superserver's
}

// webPorts are those of web servers: of images, of instances, of gateways.
var webPorts = []int{80, 443, 8000, 8080, 8443, 52773, 57772}

// isSuperserver reports whether a port is one that labs serve a superserver on: 1972 and up, 11972
// and up, and 51773, which was usual before 2020.
func isSuperserver(port int) bool { return port%10000 >= 1972 && port%10000 < 2072 || port == 51773 }

// modeHTTP reports whether a section of HAProxy is in HTTP mode; without a mode it is in TCP mode.
func modeHTTP(section *haproxy.Section) bool {
	mode := "tcp"
	for line := range section.Find("mode") {
		if len(line.Words) > 1 {
			mode = line.Words[1]
		}
	}
	return mode == "http"
}

// routeOf finds out what the servers of a section are.
func (d *discovery) routeOf(section *haproxy.Section) route {
	r := route{hasStats: section.Has("stats")}
	for _, server := range section.Servers() {
		member := d.host(server.Host)
		if member == nil || member.kind != kindMember {
			continue
		}
		what := servesAsync
		switch member.role {
		case "primary", "backup":
			what = servesPrimary
		case "rorasync", "rwrasync":
			what = servesReporting
		}
		switch {
		case r.mirror == nil:
			r.mirror, r.what, r.port = member.mirror, what, server.Port
		case what == servesPrimary && r.what != servesPrimary:
			r.mirror, r.what, r.port = member.mirror, what, server.Port
		case what == servesAsync && r.what == servesReporting:
			r.what = what
		}
	}
	if r.mirror != nil && modeHTTP(section) {
		r.what = servesWeb
	}
	return r
}

// readHAProxy finds out what each port of HAProxy serves, by the servers behind it.
func (d *discovery) readHAProxy(p *part, content string) {
	config, _ := haproxy.Parse(content)
	p.isConfigured = true
	backends := map[string]route{}
	for _, section := range config.Sections {
		if section.Kind == "backend" || section.Kind == "listen" {
			backends[section.Name] = d.routeOf(section)
		}
	}
	for _, section := range config.Sections {
		if section.Kind != "frontend" && section.Kind != "listen" {
			continue
		}
		own, others := routesOf(section, backends)
		for _, bind := range section.Binds() {
			d.readBind(p, section, bind.Port, own, others)
		}
	}
	p.remark("Of haproxy.cfg, only the ports are carried over: the lab has time-outs and health checks of its own, " +
		"which " +
		"check_interval, idle_timeout and config change.")
}

// routesOf is where a section leads to, and where it leads to under conditions besides.
func routesOf(section *haproxy.Section, backends map[string]route) (own route, others []route) {
	if section.Kind == "listen" {
		own = backends[section.Name]
	}
	for line := range section.Find("use_backend") {
		switch {
		case len(line.Words) == 2 && own.mirror == nil:
			own = backends[line.Words[1]]
		case len(line.Words) > 2:
			others = append(others, backends[line.Words[1]])
		}
	}
	for line := range section.Find("default_backend") {
		if len(line.Words) > 1 && own.mirror == nil {
			own = backends[line.Words[1]]
		}
	}
	own.hasStats = own.hasStats || section.Has("stats")
	return own, others
}

// readBind takes a port that a section of HAProxy listens on.
func (d *discovery) readBind(p *part, section *haproxy.Section, port int, own route, others []route) {
	s := listener{own, p.hostPort(port), p, section.Kind + " " + section.Name, false}
	for _, r := range others {
		s.hasStats = s.hasStats || r.hasStats
		if s.mirror == nil && r.mirror != nil {
			s.mirror, s.what, s.route.port = r.mirror, r.what, r.port
		}
	}
	behind := cmp.Or(s.route.port, port)
	if s.mirror != nil && (modeHTTP(section) || slices.Contains(webPorts, behind)) {
		s.what = servesWeb
	}
	s.isGuess = !isSuperserver(behind)
	s.route.port = behind
	switch {
	case s.what == servesPrimary || s.what == servesReporting:
		s.mirror.balanced = append(s.mirror.balanced, s)
		if len(others) > 0 && s.port > 0 {
			p.lose("conditions by which %s on port %d has other backends", s.section, s.port)
		}
	case s.mirror == nil && s.hasStats && p.statsPort == 0:
		p.statsPort = s.port
		p.told = append(p.told, s.port)
	default:
		s.lose()
	}
}

// lose notes that a port of HAProxy is not carried over.
func (s listener) lose() {
	if s.port == 0 || slices.Contains(s.by.told, s.port) {
		return
	}
	s.by.told = append(s.by.told, s.port)
	what := ""
	switch {
	case s.what == servesWeb && s.hasStats:
		what = ", which serves HTTP and statistics"
	case s.what == servesWeb:
		what = ", which serves HTTP"
	case s.what == servesAsync:
		what = ", which serves async members alone"
	case s.mirror != nil:
		what = ", which serves the same mirror as another port"
	}
	s.by.lose("%s on port %d%s", s.section, s.port, what)
	if s.what == servesWeb {
		s.by.remark("A haproxy of a lab serves superservers; HTTP goes to the gateways, or to an nginx.")
	}
}

// chooseListeners decides which port of HAProxy serves the primary of each mirror, and which its
// reporting members. The language has one of each, of one HAProxy.
func (d *discovery) chooseListeners() {
	for _, m := range d.mirrors {
		m.served = m.bestListener(servesPrimary, nil)
		var by *part
		if m.served != nil {
			by = m.served.by
		}
		m.reported = m.bestListener(servesReporting, by)
		for _, s := range []*listener{m.served, m.reported} {
			if s != nil {
				s.by.told = append(s.by.told, s.port)
			}
		}
	}
	for _, m := range d.mirrors {
		for _, s := range m.balanced {
			s.lose()
		}
	}
}

// bestListener is the first port that serves this of a mirror: one that is published rather than
// another, and one whose servers surely are superservers; nil for none. by is the HAProxy that it
// has to be of, nil for any.
func (m *mirror) bestListener(what serving, by *part) *listener {
	var best *listener
	rank := func(s *listener) int {
		switch {
		case s.port > 0 && !s.isGuess:
			return 0
		case s.port > 0:
			return 1
		}
		return 2
	}
	for i := range m.balanced {
		s := &m.balanced[i]
		if s.what == what && (by == nil || s.by == by) && (best == nil || rank(s) < rank(best)) {
			best = s
		}
	}
	return best
}

func (d *discovery) writeHAProxy(p *part, isOnly bool) {
	b := d.service(p)
	if !isOnly {
		var served []string
		for _, m := range d.mirrors {
			if m.served != nil && m.served.by == p || m.served == nil && m.reported != nil && m.reported.by == p {
				served = append(served, m.name)
			}
		}
		if len(served) > 0 {
			b.set("mirrors", list(served))
		}
	}
	if p.statsPort > 0 {
		b.set("stats_port", itoa(p.statsPort))
	}
	known := []int{}
	for _, published := range p.ports {
		if slices.Contains(p.told, published.host) {
			known = append(known, published.container)
		}
	}
	d.finish(b, p, known...)
}

// writeSuperserver writes on which host port the primary of a mirror is served, and on which its
// reporting members.
func (d *discovery) writeSuperserver(b *block, m *mirror) {
	if len(d.ofKind(kindHAProxy)) == 0 {
		return
	}
	if m.served != nil {
		b.set("superserver_port", itoa(m.served.port))
		b.noteGuess(m.served)
	} else {
		d.guessSuperserver(b, m)
	}
	if m.reported != nil && m.reported.port > 0 {
		b.set("reporting_port", itoa(m.reported.port))
		b.noteGuess(m.reported)
	}
}

// noteGuess says of a port of HAProxy that what it leads to need not be a superserver.
func (b *block) noteGuess(s *listener) {
	if s.isGuess && s.port > 0 {
		b.note("%s", fmt.Sprintf("Port %d leads to port %d of the members: that it is their superserver's is a guess.",
			s.port, s.route.port))
	}
}

// guessSuperserver takes a published port of a HAProxy whose configuration is not to be had: by
// order, the first mirror has the first port that could be one.
func (d *discovery) guessSuperserver(b *block, m *mirror) {
	for _, p := range d.ofKind(kindHAProxy) {
		for _, published := range p.ports {
			if p.isConfigured || !isSuperserver(published.container) || slices.Contains(p.told, published.host) {
				continue
			}
			p.told = append(p.told, published.host)
			b.set("superserver_port", itoa(published.host))
			b.note("haproxy.cfg cannot be read: that port %d is this mirror's is a guess.", published.host)
			return
		}
	}
	b.set("superserver_port", "0")
}
