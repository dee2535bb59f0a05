package verify

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/nginx"
)

// use is one place where an artifact names an address to connect to.
type use struct {
	file     *file
	at       place
	host     string
	port     int    // 0 where only the host is named
	service  int    // the port on which an instance has what is asked for, 0 where that is not known
	what, of string // e.g. "The server ap1a"; of is a name that follows, "" for none
	literal  bool   // has to be an IP address: the program would resolve a name only once, at its start
	anywhere bool   // may lie outside the lab
}

// uses iterates over the addresses that the artifacts name. A large lab names hundreds of
// thousands, each of which is looked at once, so there is no list of them: one is there
// until the next is asked for.
func (l *facts) uses(yield func(*use) bool) {
	for _, g := range l.gateways {
		for _, server := range gatewayServers(g.ini) {
			if address, ok := server.key("Ip_Address"); ok {
				port, _ := server.key("TCP_Port")
				u := &use{file: g.file, at: address.valueAt, host: address.value, port: number(port.value), service: superserverPort, what: "The server [" + server.name + "]"}
				if !yield(u) {
					return
				}
			}
		}
	}
	for _, m := range l.merges {
		if !yieldAll(mergeUses(m.file, m.merge), yield) {
			return
		}
	}
	for _, n := range l.nginx {
		if !yieldAll(nginxUses(n.file, n.directives), yield) {
			return
		}
	}
	for _, h := range l.haproxy {
		for i := range h.proxies {
			if !yieldAll(haproxyUses(h.file, &h.proxies[i]), yield) {
				return
			}
		}
	}
	if l.roster != nil {
		l.roster.uses(yield)
	}
}

// yieldAll yields each of a list, and reports whether more are wanted.
func yieldAll(list []use, yield func(*use) bool) bool {
	for i := range list {
		if !yield(&list[i]) {
			return false
		}
	}
	return true
}

// uses iterates over the addresses that the table of instances names.
func (r *roster) uses(yield func(*use) bool) {
	var u use
	named := func(w word, what, of string, port int) bool {
		u = use{file: r.file, at: w.at, host: w.text, port: port, what: what, of: of}
		return w.text == "" || yield(&u)
	}
	for _, e := range r.instances {
		if !named(e.value("mirror_address"), "The mirror address of ", e.name, 0) || !named(e.value("client_address"), "The client address of ", e.name, 0) {
			return
		}
		for _, peer := range e.list {
			if !named(peer, "A peer of ", e.name, agentPort) {
				return
			}
		}
	}
	for _, e := range r.mirrors {
		if !named(e.value("founder"), "The founder of mirror ", e.name, agentPort) ||
			!named(e.value("data_server"), "The data server of mirror ", e.name, superserverPort) ||
			!named(e.value("arbiter"), "The arbiter of mirror ", e.name, agentPort) {
			return
		}
	}
}

// subject begins a sentence.
func (u *use) subject() string { return u.what + u.of }

// checkUses looks up every address that an artifact names: it belongs to a
// service, that service listens there, and whoever reads the artifact is on the
// same network.
func checkUses(l *facts) {
	for u := range l.uses {
		addr, err := netip.ParseAddr(u.host)
		if err != nil {
			l.checkNamedUse(u)
			continue
		}
		if addr.IsLoopback() || addr.IsUnspecified() {
			continue
		}
		target := l.compose.byIP[addr]
		if target == nil {
			if !u.anywhere || l.inSubnet(addr) {
				l.report(u.file, u.at, "Unknown address", u.subject()+" has the address "+u.host+", which belongs to no service of "+l.composeName+".",
					"Use an address that a service has as ipv4_address.")
			}
			continue
		}
		l.checkReachable(u, target, target.networkOf(addr))
		l.checkListens(u, target)
	}
}

// checkNamedUse is checkUses for a host name.
func (l *facts) checkNamedUse(u *use) {
	target := l.compose.byName[u.host]
	switch {
	case target == nil && (u.host == "localhost" || u.anywhere || strings.Contains(u.host, ".")):
	case target == nil:
		l.report(u.file, u.at, "Unknown host", u.subject()+` has the host "`+u.host+`", which is no service of `+l.composeName+".", "Use the address of a service.")
	case u.literal && l.generated:
		l.report(u.file, u.at, "Host name instead of an address", u.subject()+" is named by its host name, so the program does not start while "+u.host+" is missing.",
			"Use its ipv4_address.")
	default:
		l.checkNamedNetwork(u, target)
		l.checkListens(u, target)
	}
}

// checkNamedNetwork reports a service that is named by those who share no network
// with it, to whom its name says nothing.
func (l *facts) checkNamedNetwork(u *use, target *service) {
	for _, reader := range l.compose.readers[u.file.path] {
		shared := reader == target || len(reader.addresses) == 0 || len(target.addresses) == 0
		for _, a := range target.addresses {
			shared = shared || reader.on(a.network)
		}
		if !shared {
			l.reportBoth(spot{u.file, u.at}, spot{target.file, target.at}, "Unreachable address", u.subject()+" is "+target.name+", which shares no network with "+reader.name+".", "Put both on one network.")
			return
		}
	}
}

// checkReachable reports a service that is named on a network where those who
// read the file are not.
func (l *facts) checkReachable(u *use, target *service, network string) {
	for _, reader := range l.compose.strangers(u.file.path, network) {
		if reader != target {
			l.report(u.file, u.at, "Unreachable address", u.subject()+" has the address "+u.host+" on the network "+network+", where "+reader.name+" has no address.",
				"Use the address of "+target.name+" on a network that both share.")
			return
		}
	}
}

// strangers are the first two readers of a file that have no address on a
// network. Each file and network is looked at once: a file that every member
// reads may name every member.
func (c *compose) strangers(path, network string) []*service {
	key := [2]string{path, network}
	if found, known := c.notThere[key]; known {
		return found
	}
	var found []*service
	for _, reader := range c.readers[path] {
		if len(found) < 2 && !reader.on(network) {
			found = append(found, reader)
		}
	}
	c.notThere[key] = found
	return found
}

func (l *facts) checkListens(u *use, target *service) {
	if u.port == 0 || l.opaque(target) {
		return
	}
	if u.service > 0 && u.port != u.service && l.duties[target].kind == instanceKind {
		l.report(u.file, u.at, "Port of another service", u.subject()+" is expected on port "+strconv.Itoa(u.port)+" of "+target.name+", but asks for what an instance serves on "+strconv.Itoa(u.service)+".",
			"Use port "+strconv.Itoa(u.service)+".")
		return
	}
	if ports := l.listens(target); !slices.Contains(ports, u.port) {
		l.report(u.file, u.at, "Port that nothing listens on", u.subject()+" is expected on port "+strconv.Itoa(u.port)+" of "+target.name+", which listens on "+portList(ports)+".",
			"Use the port that the service listens on.")
	}
}

// portList prints ports as a sentence does: "80, 443 and 8404".
func portList(ports []int) string {
	ports = slices.Clone(ports)
	slices.Sort(ports)
	var names []string
	for _, port := range slices.Compact(ports) {
		names = append(names, strconv.Itoa(port))
	}
	switch len(names) {
	case 0:
		return "none"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Ports inside the containers of the vendor's images.
const (
	superserverPort = 1972
	webServerPort   = 52773 // up to 2023.1
	agentPort       = 2188
	httpPort        = 80
	httpsPort       = 443
)

func (l *facts) nginxPorts(n *nginxFile) []int {
	var ports []int
	for d := range walk(n.directives, "listen") {
		_, text, found := cutLast(d.Arg(0), ":")
		if !found {
			text = d.Arg(0)
		}
		if port, err := strconv.Atoi(text); err == nil {
			ports = append(ports, port)
		}
	}
	return ports
}

func (l *facts) haproxyPorts(h *haproxyFile) []int {
	var ports []int
	for _, p := range h.proxies {
		for _, bind := range p.binds {
			if !isLoopback(bind.Host) {
				ports = append(ports, bind.Port)
			}
		}
	}
	return ports
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// inSubnet reports whether an address lies in a network of the lab.
func (l *facts) inSubnet(addr netip.Addr) bool {
	for _, n := range l.compose.networks {
		for _, s := range n.subnets {
			if s.prefix.IsValid() && s.prefix.Contains(addr) {
				return true
			}
		}
	}
	return false
}

// mergeUses collects the addresses of a merge file.
func mergeUses(f *file, merge *cpf.File) []use {
	var uses []use
	add := func(line, column int, host string, port, service int, what string) {
		if host != "" {
			uses = append(uses, use{file: f, at: placeIn(line, column), host: host, port: port, service: service, what: what})
		}
	}
	for action := range merge.Actions {
		switch action.Name {
		case "ConfigMirror":
			for _, a := range action.Arguments {
				switch a.Name {
				case "MirrorAddress", "AgentAddress", "ECPAddress":
					add(action.Line, a.ValueColumn, a.Value, 0, 0, "The "+a.Name+" of the mirror member")
				case "Primary":
					if a.Value != "auto" {
						add(action.Line, a.ValueColumn, a.Value, 0, 0, "The primary of the mirror")
					}
				case "ArbiterURL":
					host, port, _ := cutLast(a.Value, ":")
					number, _ := strconv.Atoi(port)
					add(action.Line, a.ValueColumn, host, number, agentPort, "The arbiter of the mirror")
				}
			}
		case "CreateECPServer":
			address, _ := action.Argument("Address")
			port, _ := strconv.Atoi(action.Value("Port"))
			add(action.Line, address.ValueColumn, address.Value, port, superserverPort, "The ECP server "+action.Value("Name"))
		}
	}
	for _, key := range merge.Keys("ECPServers") {
		fields := strings.Split(key.Value, ",")
		port := 0
		if len(fields) > 1 {
			port, _ = strconv.Atoi(fields[1])
		}
		add(key.Line, key.ValueColumn, fields[0], port, superserverPort, "The ECP server "+key.Name)
	}
	return uses
}

// haproxyUses collects the addresses of a section's servers and of their health checks.
func haproxyUses(f *file, p *proxy) []use {
	var uses []use
	for _, s := range p.servers {
		at := placeIn(s.Line, s.Column)
		uses = append(uses, use{file: f, at: at, host: s.Host, port: s.Port, what: "The server " + s.Name + " of section ", of: p.Name, literal: true})
		if s.Check && (s.CheckHost != s.Host || s.CheckPort != s.Port) {
			uses = append(uses, use{file: f, at: at, host: s.CheckHost, port: s.CheckPort, what: "The health check of ", of: s.Name, literal: true})
		}
	}
	return uses
}

// nginxUses collects the addresses of upstream servers, and of proxy_pass where
// it names an address itself.
func nginxUses(f *file, directives []*nginx.Directive) []use {
	var uses []use
	for upstream := range walk(directives, "upstream") {
		for _, d := range upstream.Block {
			if d.Name != "server" || strings.HasPrefix(d.Arg(0), "unix:") || len(d.Args) == 0 {
				continue
			}
			host, port := hostPort(d.Arg(0))
			uses = append(uses, use{file: f, at: placeIn(d.Args[0].Line, d.Args[0].Column), host: host, port: port, what: "The server of upstream " + upstream.Arg(0), literal: true})
		}
	}
	for d := range walk(directives, "proxy_pass") {
		host, port := hostPort(proxyHost(d.Arg(0)))
		if _, err := netip.ParseAddr(host); err == nil {
			uses = append(uses, use{file: f, at: placeIn(d.Args[0].Line, d.Args[0].Column), host: host, port: port, what: "The target of proxy_pass", anywhere: true})
		}
	}
	return uses
}

// hostPort splits an address of nginx, whose port is 80 where none is given.
func hostPort(address string) (string, int) {
	host, text, found := cutLast(address, ":")
	port, err := strconv.Atoi(text)
	if !found || err != nil {
		return strings.Trim(address, "[]"), httpPort
	}
	return strings.Trim(host, "[]"), port
}

// proxyHost is the host and port of a URL, "" where it has a variable.
func proxyHost(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found || strings.Contains(rest, "$") || strings.HasPrefix(rest, "unix:") {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// walk iterates over the directives of that name, in file order, at any depth.
func walk(directives []*nginx.Directive, name string) func(func(*nginx.Directive) bool) {
	return func(yield func(*nginx.Directive) bool) { walkInto(directives, name, yield) }
}

func walkInto(directives []*nginx.Directive, name string, yield func(*nginx.Directive) bool) bool {
	for _, d := range directives {
		if d.Name == name && !yield(d) {
			return false
		}
		if !walkInto(d.Block, name, yield) {
			return false
		}
	}
	return true
}
