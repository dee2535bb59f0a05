package importer

import (
	"encoding/base64"
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
	listen                     int
	connect, read, failTimeout string
	maxFails                   string
}

// readBeside reads the configuration of gateways and load balancers.
func (l *findings) readBeside() {
	l.proxy.listen = 80
	for _, p := range l.parts {
		switch p.kind {
		case kindGateway:
			if content, ok := l.configuration(p, "CSP.ini", "csp.ini"); ok && l.ini == nil {
				l.ini = parseINI(content)
				l.nameMirrors()
			}
		case kindHAProxy:
			if content, ok := l.configuration(p, "haproxy.cfg"); ok {
				l.readHAProxy(p, content)
			}
		case kindNGINX:
			if content, ok := l.configuration(p, "nginx.conf", "default.conf"); ok {
				l.readNGINX(p, content)
			}
		}
	}
}

// configuration finds a service's file of one of these names: mounted, in the
// directory that it is built in, or beside the compose file.
func (l *findings) configuration(p *part, names ...string) (string, bool) {
	var places []string
	for _, m := range p.mounts {
		if !local(m.source) {
			continue
		}
		source := path.Clean(m.source)
		if ext := path.Ext(names[0]); strings.EqualFold(path.Ext(source), ext) || strings.EqualFold(path.Ext(m.target), ext) {
			places = append(places, source)
		}
		for _, name := range names {
			places = append(places, path.Join(source, name))
		}
	}
	for _, name := range names {
		if p.build != "" {
			places = append(places, path.Join(p.build, name))
		}
		places = append(places, name)
	}
	for _, place := range places {
		if content, ok := l.read(path.Clean(place)); ok {
			return string(content), true
		}
	}
	return "", false
}

// An ini is a CSP.ini.
type ini struct{ sections []iniSection }

type iniSection struct {
	name string
	keys []pair
}

func (i *ini) value(section, key string) string {
	for _, s := range i.sections {
		if strings.EqualFold(s.name, section) {
			for _, k := range s.keys {
				if strings.EqualFold(k.key, key) {
					return k.value
				}
			}
		}
	}
	return ""
}

func parseINI(content string) *ini {
	i := &ini{}
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		switch key, value, given := strings.Cut(line, "="); {
		case line == "" || line[0] == ';' || line[0] == '#':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			i.sections = append(i.sections, iniSection{name: line[1 : len(line)-1]})
		case given && len(i.sections) > 0:
			s := &i.sections[len(i.sections)-1]
			s.keys = append(s.keys, pair{strings.TrimSpace(key), strings.TrimSpace(value)})
		}
	}
	return i
}

// nameMirrors names the mirrors as the gateways do: a mirror's name is the path
// to it.
func (l *findings) nameMirrors() {
	for _, s := range l.ini.sections {
		if l.ini.value(s.name, "Mirror_Aware") != "1" {
			continue
		}
		host, name := l.ini.value(s.name, "Ip_Address"), plainName(s.name)
		for _, m := range l.mirrors {
			if name == m.name || name == "" || len(name) > 32 || l.labels[name] || slices.Contains(reserved, name) {
				continue
			}
			if slices.ContainsFunc(m.members, func(p *part) bool { return p.answersTo(host) }) {
				delete(l.labels, m.name)
				l.labels[name], m.name = true, name
			}
		}
	}
}

// writeGateway says what CSP.ini and the service's ports tell of a gateway.
func (l *findings) writeGateway(b *block, p *part) {
	b.set("http_port", itoa(p.hostPort(80)))
	if l.ini == nil {
		return
	}
	if name := l.ini.value("APP_PATH:/csp", "Default_Server"); name != "" {
		for _, other := range l.parts {
			if (other.kind == kindMember || other.kind == kindServer) && strings.EqualFold(other.name, name) {
				b.set("default_server", quote(other.label))
			}
		}
	}
	if seconds, err := strconv.Atoi(l.ini.value("SYSTEM", "Server_Response_Timeout")); err == nil {
		b.set("server_response_timeout", itoa(seconds))
	}
	if patterns := l.ini.value("SYSTEM", "System_Manager"); patterns != "" {
		var shown []string
		for pattern := range strings.SplitSeq(patterns, ",") {
			shown = append(shown, strings.TrimSpace(pattern))
		}
		b.set("system_manager", list(shown))
	}
	for _, s := range l.ini.sections {
		user, password := l.ini.value(s.name, "Username"), decoded(l.ini.value(s.name, "Password"))
		if user != "" && password != "" {
			if user != "CSPSystem" || password != "SYS" {
				b.set("username", quote(user))
				b.set("password", quote(password))
			}
			break
		}
	}
}

// decoded is a password as a gateway stores it, in the clear.
func decoded(stored string) string {
	encoded, ok := strings.CutPrefix(stored, "]]]")
	if !ok {
		return stored
	}
	text, err := base64.StdEncoding.DecodeString(encoded + strings.Repeat("=", (4-len(encoded)%4)%4))
	if err != nil {
		return ""
	}
	return string(text)
}

// iniNotes are comments on what CSP.ini says besides.
func (l *findings) iniNotes() []string {
	var notes []string
	for _, s := range l.ini.sections {
		if prefix, ok := strings.CutPrefix(s.name, "APP_PATH:/"); ok {
			first, _, _ := strings.Cut(strings.ToLower(prefix), "/")
			if first != "" && first != "csp" && !l.labels[plainName(first)] {
				notes = append(notes, "CSP.ini has the path /"+prefix+"; ini adds it to a gateway.")
			}
		}
	}
	return notes
}

// readHAProxy finds which mirror each port of HAProxy serves, by the servers
// behind it.
func (l *findings) readHAProxy(p *part, content string) {
	config, _ := haproxy.Parse(content)
	serves := map[string]*mirror{} // by backend
	for _, section := range config.Sections {
		for _, server := range section.Servers() {
			for _, m := range l.mirrors {
				if slices.ContainsFunc(m.members, func(member *part) bool { return member.answersTo(server.Host) }) {
					serves[section.Name] = m
				}
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
				l.balanced = append(l.balanced, listener{host, m, p})
			case section.Has("stats") && host > 0:
				l.stats = host
			case host > 0:
				p.lose("%s %s on port %d", section.Kind, section.Name, host)
			}
		}
	}
	p.remark("Of haproxy.cfg, only the ports are in this topology: the lab has time-outs and health checks of its own, which check_interval, idle_timeout and config change.")
}

// hostPort is the host port that a port inside is published on, 0 for none.
func (s *service) hostPort(container int) int {
	for _, p := range s.ports {
		if p.container == container {
			return p.host
		}
	}
	return 0
}

// readNGINX takes the times and the port of nginx's configuration.
func (l *findings) readNGINX(p *part, content string) {
	directives, _ := nginx.Parse(content)
	found := map[string]string{}
	var visit func(list []*nginx.Directive)
	visit = func(list []*nginx.Directive) {
		for _, d := range list {
			if _, twice := found[d.Name]; !twice {
				found[d.Name] = d.Arg(0)
			}
			for i := 1; d.Name == "server" && i < len(d.Args); i++ {
				if key, value, given := strings.Cut(d.Arg(i), "="); given {
					found[key] = value
				}
			}
			visit(d.Block)
		}
	}
	visit(directives)
	listen := found["listen"][strings.LastIndexByte(found["listen"], ':')+1:]
	if port, err := strconv.Atoi(listen); err == nil {
		l.proxy.listen = port
	}
	l.proxy.connect, l.proxy.read = span(found["proxy_connect_timeout"]), span(found["proxy_read_timeout"])
	l.proxy.maxFails, l.proxy.failTimeout = found["max_fails"], span(found["fail_timeout"])
	p.remark("Of nginx's configuration, only times and the port are in this topology: the lab writes its own, to which config adds.")
}

// span is a time of nginx with its unit, which may be left out there.
func span(text string) string {
	if _, err := strconv.Atoi(text); err == nil {
		return text + "s"
	}
	return text
}
