package importer

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
)

// proxySettings are nginx's.
type proxySettings struct {
	listens, https             []int // ports that it listens on, those with TLS apart
	connect, read, failTimeout string
	maxFails                   string
	hosts                      map[*part]bool // that it sends requests to
}

// Where nginx's image finds its configuration, and what its own nginx.conf includes.
const (
	nginxDirectory = "/etc/nginx"
	imageIncludes  = "include conf.d/*.conf;"
)

// imageFiles are those of the image that configurations include and that set no times.
var imageFiles = []string{"mime.types", "fastcgi_params", "fastcgi.conf", "scgi_params", "uwsgi_params"}

// readNGINX takes the times and the ports of nginx's configuration: that of its nginx.conf, or of the
// image's, with what it includes.
func (d *discovery) readNGINX(p *part) {
	text, ok := d.first(p.sources(nginxDirectory + "/nginx.conf"))
	var directives []*nginx.Directive
	if !ok {
		directives = d.wholeNGINX(p, imageIncludes)
		if text, ok = d.configuration(p, "nginx.conf", "default.conf"); len(directives) > 0 {
			ok = false
		}
	}
	if ok && p.isReadable("nginx.conf", text) {
		directives = d.wholeNGINX(p, text)
	}
	if len(directives) == 0 {
		return
	}
	for _, m := range p.mounts { // directories of which all is read
		names := d.files.list(m.source)
		unread := func(name string) bool { return !slices.Contains(p.included, path.Join(m.target, name)) }
		if len(names) > 0 && !slices.ContainsFunc(names, unread) {
			p.included = append(p.included, path.Clean(m.target))
		}
	}
	r := timesReader{discovery: d, part: p}
	r.visit(directives, map[string]string{})
	p.proxy.connect, p.proxy.read = r.longest("proxy_connect_timeout"), r.longest("proxy_read_timeout")
	p.proxy.maxFails, p.proxy.failTimeout = r.first("max_fails"), duration(r.first("fail_timeout"))
	p.remark("Of nginx's configuration, only times and the port are carried over: the lab writes its own, to which " +
		"config adds.")
}

// first is the first of these files that there is.
func (d *discovery) first(names []string) (text string, ok bool) {
	for _, name := range names {
		if text, ok = d.files.get(name); ok {
			return text, true
		}
	}
	return "", false
}

// wholeNGINX is a configuration with what it includes, which the mounts and the image bring.
func (d *discovery) wholeNGINX(p *part, text string) []*nginx.Directive {
	directives, _ := nginx.Parse(text)
	return nginx.Whole(directives, nginxDirectory, func(pattern string) ([][]*nginx.Directive, bool) {
		if strings.ContainsAny(pattern, "*?[") {
			return d.matching(p, pattern), true
		}
		text, ok := d.first(p.sources(pattern))
		switch {
		case ok && p.isReadable(pattern, text):
			p.included = append(p.included, pattern)
			included, _ := nginx.Parse(text)
			return [][]*nginx.Directive{included}, true
		case !ok && !slices.Contains(imageFiles, path.Base(pattern)):
			p.remark("%s includes %s, which is not beside the compose file; what it sets is not carried over.", p.name,
				pattern)
		}
		return nil, ok
	})
}

// matching is what the files of a directory of the container hold that match a pattern, in the order of
// their names.
func (d *discovery) matching(p *part, pattern string) [][]*nginx.Directive {
	directory := path.Dir(pattern)
	sources := d.copied(p, directory)
	for _, source := range p.sources(directory) {
		for _, name := range d.files.list(source) {
			if sources[name] == "" {
				sources[name] = path.Join(source, name)
			}
		}
	}
	for _, m := range p.mounts {
		if path.Dir(m.target) == directory && isLocal(m.source) {
			sources[path.Base(m.target)] = path.Clean(m.source)
		}
	}
	var names []string
	for name := range sources {
		if matches, err := path.Match(path.Base(pattern), name); err == nil && matches {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var files [][]*nginx.Directive
	for _, name := range names {
		if text, ok := d.files.get(sources[name]); ok && p.isReadable(name, text) {
			directives, _ := nginx.Parse(text)
			files = append(files, directives)
			p.included = append(p.included, path.Join(directory, name))
		}
	}
	return files
}

// copied are the files that a Dockerfile copies one by one into a directory of the image, by their
// names there.
func (d *discovery) copied(p *part, directory string) map[string]string {
	sources := map[string]string{}
	if p.build == nil || p.build.image == nil {
		return sources
	}
	for _, c := range p.build.image.Copies {
		source := path.Join(p.build.context, c.Source)
		switch {
		case path.Clean(c.Target) == directory && strings.ContainsAny(c.Source, "*?["):
			for _, name := range d.files.list(path.Dir(source)) {
				if matches, err := path.Match(path.Base(source), name); err == nil && matches {
					sources[name] = path.Join(path.Dir(source), name)
				}
			}
		case path.Clean(c.Target) == directory:
			if _, ok := d.files.get(source); ok {
				sources[path.Base(source)] = source
			}
		case path.Dir(c.Target) == directory:
			sources[path.Base(c.Target)] = source
		}
	}
	return sources
}

// A timesReader finds what is set where nginx sends requests on.
type timesReader struct {
	*discovery
	part     *part
	found    map[string][]string // by directive, each value once: those of locations that send requests
	anywhere map[string][]string // those of any block
}

// add notes a value.
func add(to *map[string][]string, name, value string) {
	if *to == nil {
		*to = map[string][]string{}
	}
	if value != "" && len((*to)[name]) < maxItems && !slices.Contains((*to)[name], value) {
		(*to)[name] = append((*to)[name], value)
	}
}

// visit looks at a block, which inherits what is set around it.
func (r *timesReader) visit(block []*nginx.Directive, inherited map[string]string) {
	set := map[string]string{}
	for _, d := range block {
		switch d.Name {
		case "proxy_connect_timeout", "proxy_read_timeout":
			set[d.Name] = duration(d.Arg(0))
			add(&r.anywhere, d.Name, set[d.Name])
		case "listen":
			r.part.proxy.listenOn(d)
		case "server":
			for _, a := range d.Args[min(len(d.Args), 1):] {
				if key, value, given := strings.Cut(a.Text, "="); given {
					add(&r.found, key, value)
				}
			}
		}
	}
	for name, value := range inherited {
		if set[name] == "" {
			set[name] = value
		}
	}
	for _, d := range block {
		if d.Name == "server" || d.Name == "proxy_pass" {
			r.proxyTo(r.part, d.Arg(0))
		}
		if d.Name == "proxy_pass" {
			for name, value := range set {
				add(&r.found, name, value)
			}
		}
		if d.HasBlock {
			r.visit(d.Block, set)
		}
	}
}

// first is the first value of a setting, "" for none.
func (r *timesReader) first(name string) string {
	if values := r.found[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// longest is the longest of the times that a directive sets where requests are sent on, or else
// anywhere; where they differ, a comment says so.
func (r *timesReader) longest(name string) string {
	values := r.found[name]
	if len(values) == 0 {
		values = r.anywhere[name]
	}
	if len(values) == 0 {
		return ""
	}
	slices.SortStableFunc(values, func(a, b string) int {
		first, _ := text.Milliseconds(a, 1000)
		second, _ := text.Milliseconds(b, 1000)
		return cmp.Compare(second, first)
	})
	if len(values) > 1 {
		r.part.remark("%s of %s differs by location: %s. An nginx of a lab has one, and this has the longest.", name,
			r.part.name, listed(values))
	}
	return values[0]
}

// published is the first of these ports that is published, else the first, 0 for none.
func (p *part) published(ports []int) int {
	for _, port := range ports {
		if p.hostPort(port) > 0 {
			return port
		}
	}
	if len(ports) > 0 {
		return ports[0]
	}
	return 0
}

// proxyTo takes a host that nginx sends requests to: an address, or a URL.
func (d *discovery) proxyTo(p *part, address string) {
	if _, rest, isURL := strings.Cut(address, "://"); isURL {
		address, _, _ = strings.Cut(rest, "/")
	}
	if to := d.host(address); to != nil {
		if p.proxy.hosts == nil {
			p.proxy.hosts = map[*part]bool{}
		}
		p.proxy.hosts[to] = true
	}
}

// listenOn takes a port that nginx listens on.
func (s *proxySettings) listenOn(directive *nginx.Directive) {
	address := directive.Arg(0)
	port, err := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:])
	isSSL := func(a nginx.Arg) bool { return a.Text == "ssl" }
	switch {
	case err != nil:
	case slices.ContainsFunc(directive.Args, isSSL):
		s.https = append(s.https, port)
	default:
		s.listens = append(s.listens, port)
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
	listen := p.published(p.proxy.listens)
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
		{"connect_timeout", p.proxy.connect}, {"read_timeout", p.proxy.read}, {"fail_timeout", p.proxy.failTimeout},
	} {
		if s.value != "" {
			b.set(s.name, quote(s.value))
		}
	}
	if p.proxy.maxFails != "" {
		b.set("max_fails", p.proxy.maxFails)
	}
	d.finish(b, p, listen, p.published(p.proxy.https))
}
