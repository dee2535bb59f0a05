package importer

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/nginx"
)

// proxySettings are nginx's.
type proxySettings struct {
	listen, https              int // ports that it listens on, 0 for none with TLS
	connect, read, failTimeout string
	maxFails                   string
	hosts                      map[*part]bool // that it sends requests to
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
	d.chooseListeners()
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

// readNGINX takes the times and the port of nginx's configuration.
func (d *discovery) readNGINX(p *part, content string) {
	directives, _ := nginx.Parse(content)
	found := map[string]string{}
	var visit func(list []*nginx.Directive)
	visit = func(list []*nginx.Directive) {
		for _, directive := range list {
			switch directive.Name {
			case "listen":
				d.proxy.listenOn(directive)
			case "server", "proxy_pass":
				d.proxyTo(directive.Arg(0))
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

// proxyTo takes a host that nginx sends requests to: an address, or a URL.
func (d *discovery) proxyTo(address string) {
	if _, rest, isURL := strings.Cut(address, "://"); isURL {
		address, _, _ = strings.Cut(rest, "/")
	}
	if p := d.host(address); p != nil {
		if d.proxy.hosts == nil {
			d.proxy.hosts = map[*part]bool{}
		}
		d.proxy.hosts[p] = true
	}
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
