package facts

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/nginx"
)

// Reference is one address that an artifact names to connect to.
type Reference struct {
	File     *File
	At       Position
	Host     string
	Port     int    // 0 where only the host is named
	Service  int    // the port on which an instance has what is asked for, 0 where that is not known
	What, of string // e.g. "The server ap1a"; of is a name that follows, "" for none
	Literal  bool   // has to be an IP address: the program would resolve a name only once, at its start
	Anywhere bool   // may lie outside the lab
}

// References iterates over the addresses that the artifacts name. A large lab names hundreds of
// thousands, each of which is looked at once, so there is no list of them: one is there
// until the next is asked for.
func (l *Facts) References(yield func(*Reference) bool) {
	for _, g := range l.Gateways {
		for _, server := range GatewayServers(g.INI) {
			if address, ok := server.Key("Ip_Address"); ok {
				port, _ := server.Key("TCP_Port")
				u := &Reference{
					File:    g.File,
					At:      address.ValueAt,
					Host:    address.Value,
					Port:    Number(port.Value),
					Service: SuperserverPort,
					What:    "The server [" + server.Name + "]",
				}
				if !yield(u) {
					return
				}
			}
		}
	}
	for _, m := range l.Merges {
		if !yieldAll(mergeReferences(m.File, m.Merge), yield) {
			return
		}
	}
	for _, n := range l.NGINX {
		list := nginxReferences(n.File, n.Directives)
		for i := range list {
			origin := n.Origin(list[i].At)
			list[i].File, list[i].At = origin.File, origin.At
		}
		if !yieldAll(list, yield) {
			return
		}
	}
	for _, h := range l.HAProxy {
		for i := range h.Proxies {
			if !yieldAll(haproxyReferences(h.File, &h.Proxies[i]), yield) {
				return
			}
		}
	}
	if !l.scrapeReferences(yield) {
		return
	}
	if l.Roster != nil {
		l.Roster.references(yield)
	}
}

// yieldAll yields each of a list, and reports whether more are wanted.
func yieldAll(list []Reference, yield func(*Reference) bool) bool {
	for i := range list {
		if !yield(&list[i]) {
			return false
		}
	}
	return true
}

// references iterates over the addresses that the table of instances names.
func (r *Roster) references(yield func(*Reference) bool) {
	var u Reference
	named := func(w Word, what, of string, port int) bool {
		u = Reference{File: r.File, At: w.At, Host: w.Text, Port: port, What: what, of: of}
		return w.Text == "" || yield(&u)
	}
	for _, e := range r.Instances {
		if !named(e.Value("mirror_address"), "The mirror address of ", e.Name, 0) || !named(e.Value("client_address"),
			"The client address of ", e.Name, 0) {
			return
		}
		for _, peer := range e.List {
			if !named(peer, "A peer of ", e.Name, AgentPort) {
				return
			}
		}
	}
	for _, e := range r.Mirrors {
		if !named(e.Value("founder"), "The founder of mirror ", e.Name, AgentPort) ||
			!named(e.Value("data_server"), "The data server of mirror ", e.Name, SuperserverPort) ||
			!named(e.Value("arbiter"), "The arbiter of mirror ", e.Name, AgentPort) {
			return
		}
	}
}

// Subject begins a sentence.
func (u *Reference) Subject() string { return u.What + u.of }

// Ports inside the containers of the vendor's images.
const (
	SuperserverPort = 1972
	WebServerPort   = 52773 // up to 2023.1
	AgentPort       = 2188
	HTTPPort        = 80
	HTTPSPort       = 443
)

// ListenPorts are the ports that directives of nginx have it listen on.
func ListenPorts(directives []*nginx.Directive) []int {
	var ports []int
	for d := range Walk(directives, "listen") {
		_, text, found := CutLast(d.Arg(0), ":")
		if !found {
			text = d.Arg(0)
		}
		first, last, _ := strings.Cut(text, "-")
		port, err := strconv.Atoi(first)
		switch _, notHost := netip.ParseAddr(strings.Trim(d.Arg(0), "[]")); {
		case notHost == nil || d.Arg(0) == "*":
			ports = append(ports, HTTPPort)
		case err == nil:
			ports = append(ports, port)
			for end := min(Number(last), 65535); port < end; {
				port++
				ports = append(ports, port)
			}
		}
	}
	return ports
}

// nginxPorts are those of its servers, where one that does not say so listens on the usual port.
func (l *Facts) nginxPorts(n *NGINXFile) []int {
	ports := ListenPorts(n.Directives)
	for server := range Walk(n.Directives, "server") {
		silent := server.HasBlock && !l.Generated
		for range Walk(server.Block, "listen") {
			silent = false
		}
		if silent {
			return append(ports, HTTPPort)
		}
	}
	return ports
}

func (l *Facts) haproxyPorts(h *HAProxyFile) []int {
	var ports []int
	for _, p := range h.Proxies {
		for _, bind := range p.Binds {
			if !IsLoopback(bind.Host) {
				ports = append(ports, bind.Port)
			}
		}
	}
	return ports
}

// ServersOn are the blocks of the servers that listen on a port, or of all for port 0. One that
// does not say where it listens, or the whole file where it has no server, may do so anywhere.
func (n *NGINXFile) ServersOn(port int) [][]*nginx.Directive {
	var blocks [][]*nginx.Directive
	there := false
	for server := range Walk(n.Directives, "server") {
		if !server.HasBlock {
			continue
		}
		there = true
		if ports := ListenPorts(server.Block); port == 0 || len(ports) == 0 || slices.Contains(ports, port) {
			blocks = append(blocks, server.Block)
		}
	}
	if !there {
		blocks = append(blocks, n.Directives)
	}
	return blocks
}

// IsLoopback reports whether a host is an address of the loopback interface.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// CutLast is strings.Cut around the last separator.
func CutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// InSubnet reports whether an address lies in a network of the lab.
func (l *Facts) InSubnet(addr netip.Addr) bool {
	for _, n := range l.Compose.Networks {
		for _, s := range n.Subnets {
			if s.Prefix.IsValid() && s.Prefix.Contains(addr) {
				return true
			}
		}
	}
	return false
}

// mirrorReference is the reference of an argument of ConfigMirror, or of the parameter of [Startup] that it
// replaced; ok is false where it names none.
func mirrorReference(argument, value string) (u Reference, ok bool) {
	switch argument {
	case "MirrorAddress", "AgentAddress", "ECPAddress":
		u = Reference{Host: value, What: "The " + argument + " of the mirror member"}
	case "Primary":
		if value != "auto" {
			u = Reference{Host: value, What: "The primary of the mirror"}
		}
	case "ArbiterURL":
		host, port, _ := CutLast(value, ":")
		u = Reference{Host: host, Port: Number(port), Service: AgentPort, What: "The arbiter of the mirror"}
	}
	return u, u.Host != ""
}

// mergeReferences collects the addresses of a merge file.
func mergeReferences(f *File, merge *cpf.File) []Reference {
	var list []Reference
	add := func(line, column int, host string, port, service int, what string) {
		if host != "" {
			list = append(
				list,
				Reference{File: f, At: PositionAt(line, column), Host: host, Port: port, Service: service, What: what},
			)
		}
	}
	mirror := false
	for action := range merge.Actions {
		switch action.Name {
		case "ConfigMirror":
			mirror = true
			for _, a := range action.Arguments {
				if u, ok := mirrorReference(a.Name, a.Value); ok {
					add(action.Line, a.ValueColumn, u.Host, u.Port, u.Service, u.What)
				}
			}
		case "CreateECPServer":
			address, _ := action.Argument("Address")
			port, _ := strconv.Atoi(action.Value("Port"))
			add(action.Line, address.ValueColumn, address.Value, port, SuperserverPort,
				"The ECP server "+action.Value("Name"))
		}
	}
	for _, key := range formerKeys(merge, mirror) {
		if u, ok := mirrorReference(formerNames[key.Name], key.Value); ok {
			add(key.Line, key.ValueColumn, u.Host, u.Port, u.Service, u.What)
		}
	}
	for _, key := range merge.Keys("ECPServers") {
		fields := strings.Split(key.Value, ",")
		port := 0
		if len(fields) > 1 {
			port, _ = strconv.Atoi(fields[1])
		}
		add(key.Line, key.ValueColumn, fields[0], port, SuperserverPort, "The ECP server "+key.Name)
	}
	return list
}

// haproxyReferences collects the addresses of a section's servers and of their health checks.
func haproxyReferences(f *File, p *Proxy) []Reference {
	var list []Reference
	for _, s := range p.Servers {
		at := PositionAt(s.Line, s.Column)
		list = append(
			list,
			Reference{
				File:    f,
				At:      at,
				Host:    s.Host,
				Port:    s.Port,
				What:    "The server " + s.Name + " of section ",
				of:      p.Name,
				Literal: true,
			},
		)
		if s.Check && (s.CheckHost != s.Host || s.CheckPort != s.Port) {
			list = append(
				list,
				Reference{
					File:    f,
					At:      at,
					Host:    s.CheckHost,
					Port:    s.CheckPort,
					What:    "The health check of ",
					of:      s.Name,
					Literal: true,
				},
			)
		}
	}
	return list
}

// nginxReferences collects the addresses of upstream servers, and of proxy_pass where
// it names an address itself.
func nginxReferences(f *File, directives []*nginx.Directive) []Reference {
	var list []Reference
	for upstream := range Walk(directives, "upstream") {
		for _, d := range upstream.Block {
			if d.Name != "server" || strings.HasPrefix(d.Arg(0), "unix:") || len(d.Args) == 0 {
				continue
			}
			host, port := HostPort(d.Arg(0))
			list = append(
				list,
				Reference{
					File:    f,
					At:      PositionAt(d.Args[0].Line, d.Args[0].Column),
					Host:    host,
					Port:    port,
					What:    "The server of upstream " + upstream.Arg(0),
					Literal: true,
				},
			)
		}
	}
	for d := range Walk(directives, "proxy_pass") {
		host, port := HostPort(ProxyHost(d.Arg(0)))
		if _, err := netip.ParseAddr(host); err == nil {
			list = append(
				list,
				Reference{
					File:     f,
					At:       PositionAt(d.Args[0].Line, d.Args[0].Column),
					Host:     host,
					Port:     port,
					What:     "The target of proxy_pass",
					Anywhere: true,
				},
			)
		}
	}
	return list
}

// HostPort splits an address of nginx, whose port is 80 where none is given.
func HostPort(address string) (string, int) {
	host, text, found := CutLast(address, ":")
	port, err := strconv.Atoi(text)
	if !found || err != nil {
		return strings.Trim(address, "[]"), HTTPPort
	}
	return strings.Trim(host, "[]"), port
}

// ProxyHost is the host and port of a URL, "" where it has a variable.
func ProxyHost(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found || strings.Contains(rest, "$") || strings.HasPrefix(rest, "unix:") {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// Walk iterates over the directives of that name, in file order, at any depth.
func Walk(directives []*nginx.Directive, name string) func(func(*nginx.Directive) bool) {
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

// Number reads a port or a count, 0 where it is none.
func Number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// ParseAddr is an address, that which stands for the name of a Service of a cluster, or the
// zero value for another text.
func ParseAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return ServiceAddr(s)
	}
	return addr
}

// PortList prints ports as a sentence does: "80, 443 and 8404".
func PortList(ports []int) string {
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
