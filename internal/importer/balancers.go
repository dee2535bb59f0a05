package importer

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
)

// A listener is a port on which HAProxy serves a mirror.
type listener struct {
	port   int
	mirror *mirror
	by     *part
}

// proxySettings are nginx's.
type proxySettings struct {
	listen, https              int // ports that it listens on, 0 for none with TLS
	connect, read, failTimeout string
	maxFails                   string
}

// readConfigurations reads the configuration of gateways and load balancers. A file that several
// services share is read once.
func (d *discovery) readConfigurations() {
	parsed, left := map[string]*ini{}, maxAllSections
	for _, p := range d.parts {
		switch p.kind {
		case kindGateway:
			if content, ok := d.gatewayFile(p); ok {
				if parsed[content] == nil {
					parsed[content] = parseINI(content)
				}
				if left -= len(parsed[content].sections); left < 0 {
					p.remark("The CSP.ini of %s is not read: all of the lab have more than %d sections.", p.name,
						maxAllSections)
					continue
				}
				p.ini = parsed[content]
			}
		case kindHAProxy:
			if content, ok := d.configuration(p, "haproxy.cfg"); ok && p.isReadable("haproxy.cfg", content) {
				d.readHAProxy(p, content)
			}
		case kindNGINX:
			if content, ok := d.configuration(p, "nginx.conf", "default.conf"); ok && p.isReadable("nginx.conf",
				content) {
				d.readNGINX(p, content)
			}
		}
	}
}

// configuration finds a service's file of one of these names: mounted, in the directory that its
// image is built in, or beside the compose file.
func (d *discovery) configuration(p *part, names ...string) (string, bool) {
	var candidates []string
	for _, m := range p.mounts {
		if !isLocal(m.source) {
			continue
		}
		source := path.Clean(m.source)
		if ext := path.Ext(names[0]); strings.EqualFold(path.Ext(source), ext) ||
			strings.EqualFold(path.Ext(m.target), ext) {
			candidates = append(candidates, source)
		}
		for _, name := range names {
			candidates = append(candidates, path.Join(source, name))
		}
	}
	for _, name := range names {
		if p.build != nil {
			candidates = append(candidates, path.Join(p.build.context, name))
		}
		candidates = append(candidates, name)
	}
	for _, name := range candidates {
		if content, ok := d.files.get(name); ok {
			return content, true
		}
	}
	return "", false
}

// readHAProxy finds out which mirror each port of HAProxy serves, by the servers behind it.
func (d *discovery) readHAProxy(p *part, content string) {
	config, _ := haproxy.Parse(content)
	serves := map[string]*mirror{} // by backend
	for _, section := range config.Sections {
		for _, server := range section.Servers() {
			if member := d.host(server.Host); member != nil && member.kind == kindMember {
				serves[section.Name] = member.mirror
			}
		}
	}
	for _, section := range config.Sections {
		m := serves[section.Name]
		for line := range section.Find("default_backend") {
			if len(line.Words) > 1 && m == nil {
				m = serves[line.Words[1]]
			}
		}
		for _, bind := range section.Binds() {
			switch host := p.hostPort(bind.Port); {
			case m != nil:
				d.balanced = append(d.balanced, listener{host, m, p})
			case section.Has("stats") && host > 0:
				d.statsPort = host
			case host > 0:
				p.lose("%s %s on port %d", section.Kind, section.Name, host)
			}
		}
	}
	p.remark("Of haproxy.cfg, only the ports are carried over: the lab has time-outs and health checks of its own, " +
		"which " +
		"check_interval, idle_timeout and config change.")
}

// readNGINX takes the times and the port of nginx's configuration.
func (d *discovery) readNGINX(p *part, content string) {
	directives, _ := nginx.Parse(content)
	found := map[string]string{}
	var visit func(list []*nginx.Directive)
	visit = func(list []*nginx.Directive) {
		for _, directive := range list {
			if directive.Name == "listen" {
				d.proxy.listenOn(directive)
			}
			if _, twice := found[directive.Name]; !twice {
				found[directive.Name] = directive.Arg(0)
			}
			for i := 1; directive.Name == "server" && i < len(directive.Args); i++ {
				if key, value, given := strings.Cut(directive.Arg(i), "="); given {
					found[key] = value
				}
			}
			visit(directive.Block)
		}
	}
	visit(directives)
	d.proxy.connect, d.proxy.read = duration(found["proxy_connect_timeout"]), duration(found["proxy_read_timeout"])
	d.proxy.maxFails, d.proxy.failTimeout = found["max_fails"], duration(found["fail_timeout"])
	p.remark("Of nginx's configuration, only times and the port are carried over: the lab writes its own, to which " +
		"config adds.")
}

// listenOn takes a port that nginx listens on: the first one of HTTP and of HTTPS.
func (s *proxySettings) listenOn(directive *nginx.Directive) {
	address := directive.Arg(0)
	port, err := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:])
	isSSL := func(a nginx.Arg) bool { return a.Text == "ssl" }
	switch tls := slices.ContainsFunc(directive.Args, isSSL); {
	case err != nil:
	case tls && s.https == 0:
		s.https = port
	case !tls && s.listen == 0:
		s.listen = port
	}
}

// duration is a time of nginx with its unit, which may be left out there.
func duration(text string) string {
	if _, err := strconv.Atoi(text); err == nil {
		return text + "s"
	}
	return text
}

func (d *discovery) writeNGINX(p *part) {
	b := d.service(p)
	listen := d.proxy.listen
	if listen == 0 {
		listen = 80
	}
	b.set("http_port", itoa(p.hostPort(listen)))
	if https := d.httpsPort(p); https > 0 {
		b.set("https_port", itoa(https))
	} else if d.tlsOf().https {
		b.set("https_port", "0") // another one serves it
	}
	for _, s := range []struct{ name, value string }{
		{"connect_timeout", d.proxy.connect}, {"read_timeout", d.proxy.read}, {"fail_timeout", d.proxy.failTimeout},
	} {
		if s.value != "" {
			b.set(s.name, quote(s.value))
		}
	}
	if d.proxy.maxFails != "" {
		b.set("max_fails", d.proxy.maxFails)
	}
	d.finish(b, p, listen, d.proxy.https)
}

func (d *discovery) writeHAProxy(p *part, isFirst, isOnly bool) {
	b := d.service(p)
	if !isOnly {
		var served []string
		for _, s := range d.balanced {
			if s.by == p {
				served = append(served, s.mirror.name)
			}
		}
		if len(served) > 0 {
			b.set("mirrors", list(served))
		}
	}
	if d.statsPort > 0 && isFirst {
		b.set("stats_port", itoa(d.statsPort))
	}
	known := []int{}
	for _, published := range p.ports {
		isServed := func(s listener) bool { return s.port == published.host }
		if published.host == d.statsPort || slices.ContainsFunc(d.balanced, isServed) ||
			len(d.balanced) == 0 && isSuperserver(published.container) {
			known = append(known, published.container)
		}
	}
	d.finish(b, p, known...)
}

// isSuperserver reports whether a port of HAProxy's container is one that labs serve a superserver
// on: 1972 and up, 11972 and up.
func isSuperserver(port int) bool { return port%10000 >= 1972 && port%10000 < 2072 }

// writeSuperserver writes on which host port the primary of a mirror is served.
func (d *discovery) writeSuperserver(b *block, m *mirror) {
	balancers := d.ofKind(kindHAProxy)
	if len(balancers) == 0 {
		return
	}
	for _, served := range d.balanced {
		if served.mirror == m {
			b.set("superserver_port", itoa(served.port))
			return
		}
	}
	if len(d.balanced) > 0 { // its configuration is known, and has no such port
		b.set("superserver_port", "0")
		return
	}
	// By order: the first mirror on the first port that could be one.
	var ports []int
	for _, p := range balancers {
		for _, published := range p.ports {
			if isSuperserver(published.container) {
				ports = append(ports, published.host)
			}
		}
	}
	i := slices.Index(d.mirrors, m)
	if i >= len(ports) {
		b.set("superserver_port", "0")
		return
	}
	b.set("superserver_port", itoa(ports[i]))
	b.note("haproxy.cfg cannot be read: that port %d is this mirror's is a guess.", ports[i])
}
