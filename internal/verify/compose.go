package verify

import (
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compose is what the rules need of a compose file, in the order of the file.
type compose struct {
	*file
	services []*service
	networks []*network
	byName   map[string]*service
	byIP     map[netip.Addr]*service
	readers  map[string][]*service    // services by the artifact that they mount
	notThere map[[2]string][]*service // see strangers
}

// service is one container.
type service struct {
	name         string
	at           place
	names        []named // what it is called besides: container_name, hostname
	image        string
	addresses    []address
	ports        []port
	mounts       []mount
	dependencies []dependency
	healthcheck  bool
}

type named struct {
	what, name string
	at         place
}

// address is a service's place on a network.
type address struct {
	network string
	ip      string     // as written, "" for one that Docker chooses
	addr    netip.Addr // invalid where ip is none
	at      place
}

// port is a published range of ports; most ranges hold one.
type port struct {
	hostIP         string // "" for every interface
	host, hostLast int    // 0 for one that Docker chooses
	container      int
	protocol       string
	at             place
}

// mount is a bind mount.
type mount struct {
	source, target string // source relative to the lab where it is, without "./"
	readOnly       bool
	at             place
}

type dependency struct {
	service string
	healthy bool
	at      place
}

type network struct {
	name    string
	at      place
	subnets []subnet
}

type subnet struct {
	text    string
	prefix  netip.Prefix // invalid where text is none
	gateway string
	at      place
}

// readCompose reads docker-compose.yaml.
func (l *lab) readCompose(f *file) {
	root, ok := l.readYAML(f)
	if !ok {
		return
	}
	c := &compose{file: f, byName: map[string]*service{}, byIP: map[netip.Addr]*service{}, readers: map[string][]*service{}, notThere: map[[2]string][]*service{}}
	y := yamlReader{}
	for _, entry := range y.fields(y.get(root, "networks")) {
		c.networks = append(c.networks, y.network(entry))
	}
	for _, entry := range y.fields(y.get(root, "services")) {
		s := y.service(entry)
		if c.byName[s.name] != nil {
			continue // a duplicate key, reported by readYAML
		}
		c.services = append(c.services, s)
		c.byName[s.name] = s
		for _, a := range s.addresses {
			if _, taken := c.byIP[a.addr]; a.addr.IsValid() && !taken {
				c.byIP[a.addr] = s
			}
		}
		for _, m := range s.mounts {
			c.readers[m.source] = append(c.readers[m.source], s)
		}
		if s.image == "" {
			l.report(f, s.at, "Service without an image", "The service "+s.name+" names no image.", "Set the image in the images block.")
		}
	}
	if len(c.services) == 0 {
		l.report(f, place{}, "No services", "The compose file declares no service.", "Declare at least one service in the topology.")
		return
	}
	l.compose = c
}

func (y *yamlReader) service(entry yamlField) *service {
	s := &service{name: entry.name, at: entry.at}
	for _, field := range y.fields(entry.value) {
		switch field.name {
		case "image":
			s.image = y.text(field.value)
		case "hostname", "container_name":
			s.names = append(s.names, named{field.name, y.text(field.value), placeOf(y.follow(field.value))})
		case "networks":
			s.addresses = y.addresses(field.value)
		case "ports":
			for _, item := range y.items(field.value) {
				s.ports = append(s.ports, y.port(item))
			}
		case "volumes":
			for _, item := range y.items(field.value) {
				if m, ok := y.mount(item); ok {
					s.mounts = append(s.mounts, m)
				}
			}
		case "depends_on":
			s.dependencies = y.dependencies(field.value)
		case "healthcheck":
			s.healthcheck = y.text(y.get(field.value, "disable")) != "true"
		}
	}
	return s
}

func (y *yamlReader) addresses(node *yaml.Node) []address {
	var list []address
	for _, item := range y.items(node) { // a plain list of names
		list = append(list, address{network: y.text(item), at: placeOf(item)})
	}
	for _, field := range y.fields(node) {
		a := address{network: field.name, at: field.at}
		if ip := y.get(field.value, "ipv4_address"); ip != nil {
			a.ip, a.at = y.text(ip), placeOf(ip)
			a.addr, _ = netip.ParseAddr(a.ip)
		}
		list = append(list, a)
	}
	return list
}

// port reads both syntaxes of a published port.
func (y *yamlReader) port(node *yaml.Node) port {
	p := port{protocol: "tcp", at: placeOf(node)}
	published, target := "", ""
	if node.Kind == yaml.MappingNode {
		p.hostIP = y.text(y.get(node, "host_ip"))
		published, target = y.text(y.get(node, "published")), y.text(y.get(node, "target"))
		if protocol := y.text(y.get(node, "protocol")); protocol != "" {
			p.protocol = protocol
		}
	} else {
		short, protocol, found := strings.Cut(y.text(node), "/")
		if found {
			p.protocol = protocol
		}
		target = short
		if i := strings.LastIndexByte(short, ':'); i >= 0 {
			published, target = short[:i], short[i+1:]
			if i := strings.LastIndexByte(published, ':'); i >= 0 {
				p.hostIP, published = strings.Trim(published[:i], "[]"), published[i+1:]
			}
		}
	}
	first, last, isRange := strings.Cut(published, "-")
	p.host, _ = strconv.Atoi(first)
	p.hostLast = p.host
	if isRange {
		p.hostLast, _ = strconv.Atoi(last)
	}
	first, _, _ = strings.Cut(target, "-")
	p.container, _ = strconv.Atoi(first)
	if p.hostIP == "0.0.0.0" || p.hostIP == "::" {
		p.hostIP = ""
	}
	return p
}

// mount reads both syntaxes of a volume and reports whether it is a bind mount.
func (y *yamlReader) mount(node *yaml.Node) (mount, bool) {
	m := mount{at: placeOf(node)}
	if node.Kind == yaml.MappingNode {
		if y.text(y.get(node, "type")) != "bind" {
			return m, false
		}
		source := y.get(node, "source")
		if source != nil && source.Line > 0 {
			m.at = placeOf(source)
		}
		m.source, m.target = y.text(source), y.text(y.get(node, "target"))
		m.readOnly = y.text(y.get(node, "read_only")) == "true"
	} else {
		parts := strings.Split(y.text(node), ":")
		if len(parts) < 2 || !strings.ContainsAny(parts[0][:min(1, len(parts[0]))], "./~") {
			return m, false // a named volume
		}
		m.source, m.target = parts[0], parts[1]
		m.readOnly = len(parts) > 2 && strings.Contains(","+parts[2]+",", ",ro,")
	}
	if m.source != "./" {
		m.source = strings.TrimPrefix(m.source, "./")
	}
	m.source = strings.TrimSuffix(m.source, "/")
	return m, true
}

func (y *yamlReader) dependencies(node *yaml.Node) []dependency {
	var list []dependency
	for _, item := range y.items(node) {
		list = append(list, dependency{service: y.text(item), at: placeOf(item)})
	}
	for _, field := range y.fields(node) {
		condition := y.text(y.get(field.value, "condition"))
		list = append(list, dependency{field.name, condition == "service_healthy", field.at})
	}
	return list
}

func (y *yamlReader) network(entry yamlField) *network {
	n := &network{name: entry.name, at: entry.at}
	for _, item := range y.items(y.get(y.get(entry.value, "ipam"), "config")) {
		node := y.get(item, "subnet")
		if node == nil {
			continue
		}
		s := subnet{text: y.text(node), gateway: y.text(y.get(item, "gateway")), at: placeOf(node)}
		s.prefix, _ = netip.ParsePrefix(s.text)
		n.subnets = append(n.subnets, s)
	}
	return n
}

// on reports whether the service has an address on that network.
func (s *service) on(network string) bool {
	for _, a := range s.addresses {
		if a.network == network {
			return true
		}
	}
	return false
}

// networkOf names the network on which the service has that address.
func (s *service) networkOf(addr netip.Addr) string {
	for _, a := range s.addresses {
		if a.addr == addr {
			return a.network
		}
	}
	return ""
}
