package verify

import (
	"net/netip"
	"path"
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
	*file        // the part of the compose file that declares it
	name         string
	at           place
	names        []named // what it is called besides: container_name, hostname
	image        string
	built        bool // from a Dockerfile
	extended     bool // from another service, which is not looked at
	addresses    []address
	ports        []port
	mounts       []*mount // services share those that they have through an alias
	volumes      []string // targets of what is no bind mount
	dependencies []dependency
	environment  []setting
	command      []word  // entrypoint and command, one word each as Compose splits them
	capabilities []word  // cap_add
	grace        word    // stop_grace_period
	health       *health // never nil
}

// word is a piece of text and where it stands.
type word struct {
	text string
	at   place
}

// setting is a name with its value; the place is the value's.
type setting struct {
	name string
	word
}

// health is what the healthcheck of a service says.
type health struct {
	given                                   bool // and not disabled
	at                                      place
	test                                    []word
	interval, timeout, retries, startPeriod word
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
	everywhere     bool   // every interface, and it says so
	host, hostLast int    // 0 for one that Docker chooses
	container      int
	containerLast  int
	protocol       string
	at             place
}

// mount is a bind mount, or another volume, of which only the target is read.
type mount struct {
	source, target string // source relative to the lab where it is, without "./"
	bind, readOnly bool
	at             place
}

type dependency struct {
	service string
	healthy bool
	at      place
}

type network struct {
	*file
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

// readCompose reads the compose file and what it includes.
func (l *facts) readCompose(f *file) {
	c := &compose{file: f, byName: map[string]*service{}, byIP: map[netip.Addr]*service{}, readers: map[string][]*service{}, notThere: map[[2]string][]*service{}}
	readable := l.readComposePart(c, f, ".", map[*file]bool{})
	if len(c.services) == 0 {
		if readable {
			l.report(f, place{}, "No services", "The compose file declares no service.", "Declare at least one service in the topology.")
		}
		return
	}
	l.compose = c
}

// readComposePart adds one file to the compose file, and the files that it
// includes. The sources of its mounts are relative to base. It reports whether
// the file could be read.
func (l *facts) readComposePart(c *compose, f *file, base string, done map[*file]bool) bool {
	done[f] = true
	root, ok := l.readYAML(f)
	if !ok {
		return false
	}
	y := yamlReader{base: base}
	for _, item := range y.items(y.get(root, "include")) {
		l.include(c, f, &y, item, done)
	}
	for _, entry := range y.fields(y.get(root, "networks")) {
		n := y.network(entry)
		n.file = f
		c.networks = append(c.networks, n)
	}
	for _, entry := range y.fields(y.get(root, "services")) {
		s := y.service(entry)
		s.file = f
		c.add(s)
		if s.image == "" && !s.built && !s.extended {
			l.report(f, s.at, "Service without an image", "The service "+s.name+" names no image.", "Set the image in the images block.")
		}
	}
	return true
}

// includedPaths are the files that one entry of include names.
func includedPaths(y *yamlReader, item *yaml.Node) []word {
	if path := y.text(item); path != "" {
		return []word{{path, placeOf(item)}}
	}
	path := y.get(item, "path")
	if text := y.text(path); text != "" {
		return []word{{text, placeOf(path)}}
	}
	return y.words(path)
}

// include reads what one entry of include names. Compose takes the directory of
// the first file for the base of all, unless the entry says otherwise.
func (l *facts) include(c *compose, f *file, y *yamlReader, item *yaml.Node, done map[*file]bool) {
	base := strings.TrimPrefix(y.text(y.get(item, "project_directory")), "./")
	for _, included := range includedPaths(y, item) {
		name := path.Join(path.Dir(f.path), included.text)
		if base == "" {
			base = path.Dir(name)
		}
		part := l.files[name]
		switch {
		case part == nil && !path.IsAbs(included.text) && !strings.HasPrefix(name, ".."):
			l.report(f, included.at, "Missing compose file", "The compose file includes "+included.text+", which is no file of the lab.", "Name a file that there is.")
		case part != nil && !done[part]:
			l.readComposePart(c, part, base, done)
		}
	}
}

// rebase makes a source that is relative to base relative to the lab.
func (m *mount) rebase(base string) {
	if base != "." && base != "" && !path.IsAbs(m.source) && !strings.HasPrefix(m.source, "~") {
		m.source = path.Join(base, m.source)
	}
}

// add takes a service in, unless there is one of that name: a duplicate key,
// which readYAML reports.
func (c *compose) add(s *service) {
	if c.byName[s.name] != nil {
		return
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
}

func (y *yamlReader) service(entry yamlField) *service {
	s := &service{name: entry.name, at: entry.at, health: &noHealth}
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
			items := y.items(field.value)
			s.mounts = make([]*mount, 0, len(items))
			for _, item := range items {
				if m := once(&y.mounts, item, y.mount); m.bind {
					s.mounts = append(s.mounts, m)
				} else if m.target != "" {
					s.volumes = append(s.volumes, m.target)
				}
			}
		case "depends_on":
			s.dependencies = y.dependencies(field.value)
		case "healthcheck":
			s.health = once(&y.healths, field.value, y.health)
		case "environment":
			s.environment = once(&y.environments, field.value, y.settings)
		case "command", "entrypoint":
			s.command = append(s.command, once(&y.commands, field.value, y.words)...)
		case "stop_grace_period":
			s.grace = y.word(field.value)
		case "build":
			s.built = true
		case "extends":
			s.extended = true
		case "cap_add":
			s.capabilities = y.words(field.value)
		case "network_mode":
			s.addresses = append(s.addresses, address{network: y.text(field.value), at: field.at})
		}
	}
	return s
}

func (y *yamlReader) addresses(node *yaml.Node) []address {
	list := make([]address, 0, 2)
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
	p.host, p.hostLast = numbers(published)
	p.container, p.containerLast = numbers(target)
	if p.hostIP == "0.0.0.0" || p.hostIP == "::" {
		p.everywhere = p.hostIP == "0.0.0.0" // "::" is no IPv4 address
		p.hostIP = ""
	}
	return p
}

// numbers reads "8080" or "8080-8090"; what is no number is 0.
func numbers(text string) (first, last int) {
	from, to, isRange := strings.Cut(text, "-")
	first, _ = strconv.Atoi(from)
	if !isRange {
		return first, first
	}
	last, _ = strconv.Atoi(to)
	return first, last
}

// mount reads both syntaxes of a volume.
func (y *yamlReader) mount(node *yaml.Node) *mount {
	m := &mount{at: placeOf(node)}
	if node.Kind == yaml.MappingNode {
		if y.text(y.get(node, "type")) != "bind" {
			m.target = y.text(y.get(node, "target"))
			return m
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
			m.target = parts[min(1, len(parts)-1)]
			return m // a named volume
		}
		m.source, m.target = parts[0], parts[1]
		m.readOnly = len(parts) > 2 && strings.Contains(","+parts[2]+",", ",ro,")
	}
	if m.source != "./" {
		m.source = strings.TrimPrefix(m.source, "./")
	}
	m.source, m.bind = strings.TrimSuffix(m.source, "/"), true
	m.rebase(y.base)
	return m
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
