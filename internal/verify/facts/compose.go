package facts

import (
	"net/netip"
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compose is what the rules need of a compose file, in the order of the file.
type compose struct {
	*File
	Services    []*Service
	Networks    []*Network
	ByName      map[string]*Service
	ByIP        map[netip.Addr]*Service
	Readers     map[string][]*Service    // services by the artifact that they mount
	unconnected map[[2]string][]*Service // see strangers
}

// Service is one container.
type Service struct {
	*File        // the part of the compose file that declares it
	Name         string
	At           Position
	Aliases      []Alias // what it is called besides: container_name, hostname
	Image        string
	Built        bool // from a Dockerfile
	extended     bool // from another service, which is not looked at
	Addresses    []Address
	Ports        []Port
	Mounts       []*Mount // services share those that they have through an alias
	volumes      []string // targets of what is no bind mount
	Dependencies []dependency
	Environment  []setting
	Command      []Word  // entrypoint and command, one word each as Compose splits them
	Capabilities []Word  // cap_add
	Grace        Word    // stop_grace_period
	Health       *health // never nil
}

// Word is a piece of text and where it stands.
type Word struct {
	Text string
	At   Position
}

// setting is a name with its value; the position is the value's.
type setting struct {
	Name string
	Word
}

// health is what the healthcheck of a service says.
type health struct {
	Given                                   bool // and not disabled
	at                                      Position
	Test                                    []Word
	Interval, Timeout, retries, StartPeriod Word
}

// Alias is a name by which a service is found besides its own.
type Alias struct {
	What, Name string
	At         Position
}

// Address is a service's address on a network.
type Address struct {
	Network string
	IP      string     // as written, "" for one that Docker chooses
	Addr    netip.Addr // invalid where ip is none
	At      Position
}

// Port is a published range of ports; most ranges hold one.
type Port struct {
	HostIP         string // "" for every interface
	Everywhere     bool   // every interface, and it says so
	Host, HostLast int    // 0 for one that Docker chooses
	Container      int
	ContainerLast  int
	Protocol       string
	At             Position
}

// Mount is a bind mount, or another volume, of which only the target is read.
type Mount struct {
	Source, Target string // source relative to the lab where it is, without "./"
	bind, ReadOnly bool
	At             Position
}

type dependency struct {
	Service string
	Healthy bool
	At      Position
}

// Network is a network of the compose file.
type Network struct {
	*File
	Name    string
	At      Position
	Subnets []Subnet
}

// Subnet is one subnet of a network.
type Subnet struct {
	Text    string
	Prefix  netip.Prefix // invalid where text is none
	Gateway string
	At      Position
}

// readCompose reads the compose file and what it includes.
func (l *Facts) readCompose(f *File) {
	c := &compose{
		File:        f,
		ByName:      map[string]*Service{},
		ByIP:        map[netip.Addr]*Service{},
		Readers:     map[string][]*Service{},
		unconnected: map[[2]string][]*Service{},
	}
	readable := l.readComposePart(c, f, ".", map[*File]bool{})
	if len(c.Services) == 0 {
		if readable {
			l.Report(f, Position{}, "No services", "The compose file declares no service.",
				"Declare at least one service in the topology.")
		}
		return
	}
	l.Compose = c
}

// readComposePart adds one file to the compose file, and the files that it
// includes. The sources of its mounts are relative to base. It reports whether
// the file could be read.
func (l *Facts) readComposePart(c *compose, f *File, base string, done map[*File]bool) bool {
	l.Rule = "compose"
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
		n.File = f
		c.Networks = append(c.Networks, n)
	}
	for _, entry := range y.fields(y.get(root, "services")) {
		s := y.service(entry)
		s.File = f
		c.add(s)
		if s.Image == "" && !s.Built && !s.extended {
			l.Report(f, s.At, "Service without an image", "The service "+s.Name+" names no image.",
				"Set the image in the images block.")
		}
	}
	return true
}

// includedPaths are the files that one entry of include names.
func includedPaths(y *yamlReader, item *yaml.Node) []Word {
	if path := y.text(item); path != "" {
		return []Word{{path, yamlPosition(item)}}
	}
	path := y.get(item, "path")
	if text := y.text(path); text != "" {
		return []Word{{text, yamlPosition(path)}}
	}
	return y.words(path)
}

// include reads what one entry of include names. Compose takes the directory of
// the first file for the base of all, unless the entry says otherwise.
func (l *Facts) include(c *compose, f *File, y *yamlReader, item *yaml.Node, done map[*File]bool) {
	base := strings.TrimPrefix(y.text(y.get(item, "project_directory")), "./")
	for _, included := range includedPaths(y, item) {
		name := path.Join(path.Dir(f.Path), included.Text)
		if base == "" {
			base = path.Dir(name)
		}
		part := l.Files[name]
		switch {
		case part == nil && !path.IsAbs(included.Text) && !strings.HasPrefix(name, ".."):
			l.Report(f, included.At, "Missing compose file",
				"The compose file includes "+included.Text+", which is no file of the lab.",
				"Name a file that there is.")
		case part != nil && !done[part]:
			l.readComposePart(c, part, base, done)
		}
	}
}

// rebase makes a source that is relative to base relative to the lab.
func (m *Mount) rebase(base string) {
	if base != "." && base != "" && !path.IsAbs(m.Source) && !strings.HasPrefix(m.Source, "~") {
		m.Source = path.Join(base, m.Source)
	}
}

// add takes a service in, unless there is one of that name: a duplicate key,
// which readYAML reports.
func (c *compose) add(s *Service) {
	if c.ByName[s.Name] != nil {
		return
	}
	c.Services = append(c.Services, s)
	c.ByName[s.Name] = s
	for _, a := range s.Addresses {
		if _, taken := c.ByIP[a.Addr]; a.Addr.IsValid() && !taken {
			c.ByIP[a.Addr] = s
		}
	}
	for _, m := range s.Mounts {
		c.Readers[m.Source] = append(c.Readers[m.Source], s)
	}
}

func (y *yamlReader) service(entry yamlField) *Service {
	s := &Service{Name: entry.name, At: entry.at, Health: &noHealth}
	for _, field := range y.fields(entry.value) {
		switch field.name {
		case "image":
			s.Image = y.text(field.value)
		case "hostname", "container_name":
			s.Aliases = append(s.Aliases, Alias{field.name, y.text(field.value), yamlPosition(y.follow(field.value))})
		case "networks":
			s.Addresses = y.addresses(field.value)
		case "ports":
			for _, item := range y.items(field.value) {
				s.Ports = append(s.Ports, y.port(item))
			}
		case "volumes":
			items := y.items(field.value)
			s.Mounts = make([]*Mount, 0, len(items))
			for _, item := range items {
				if m := once(&y.mounts, item, y.mount); m.bind {
					s.Mounts = append(s.Mounts, m)
				} else if m.Target != "" {
					s.volumes = append(s.volumes, m.Target)
				}
			}
		case "depends_on":
			s.Dependencies = y.dependencies(field.value)
		case "healthcheck":
			s.Health = once(&y.healths, field.value, y.health)
		case "environment":
			s.Environment = once(&y.environments, field.value, y.settings)
		case "command", "entrypoint":
			s.Command = append(s.Command, once(&y.commands, field.value, y.words)...)
		case "stop_grace_period":
			s.Grace = y.word(field.value)
		case "build":
			s.Built = true
		case "extends":
			s.extended = true
		case "cap_add":
			s.Capabilities = y.words(field.value)
		case "network_mode":
			s.Addresses = append(s.Addresses, Address{Network: y.text(field.value), At: field.at})
		}
	}
	return s
}

func (y *yamlReader) addresses(node *yaml.Node) []Address {
	list := make([]Address, 0, 2)
	for _, item := range y.items(node) { // a list of names
		list = append(list, Address{Network: y.text(item), At: yamlPosition(item)})
	}
	for _, field := range y.fields(node) {
		a := Address{Network: field.name, At: field.at}
		if ip := y.get(field.value, "ipv4_address"); ip != nil {
			a.IP, a.At = y.text(ip), yamlPosition(ip)
			a.Addr, _ = netip.ParseAddr(a.IP)
		}
		list = append(list, a)
	}
	return list
}

// port reads both syntaxes of a published port.
func (y *yamlReader) port(node *yaml.Node) Port {
	p := Port{Protocol: "tcp", At: yamlPosition(node)}
	published, target := "", ""
	if node.Kind == yaml.MappingNode {
		p.HostIP = y.text(y.get(node, "host_ip"))
		published, target = y.text(y.get(node, "published")), y.text(y.get(node, "target"))
		if protocol := y.text(y.get(node, "protocol")); protocol != "" {
			p.Protocol = protocol
		}
	} else {
		short, protocol, found := strings.Cut(y.text(node), "/")
		if found {
			p.Protocol = protocol
		}
		target = short
		if i := strings.LastIndexByte(short, ':'); i >= 0 {
			published, target = short[:i], short[i+1:]
			if i := strings.LastIndexByte(published, ':'); i >= 0 {
				p.HostIP, published = strings.Trim(published[:i], "[]"), published[i+1:]
			}
		}
	}
	p.Host, p.HostLast = numbers(published)
	p.Container, p.ContainerLast = numbers(target)
	if p.HostIP == "0.0.0.0" || p.HostIP == "::" {
		p.Everywhere = p.HostIP == "0.0.0.0" // "::" is no IPv4 address
		p.HostIP = ""
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
func (y *yamlReader) mount(node *yaml.Node) *Mount {
	m := &Mount{At: yamlPosition(node)}
	if node.Kind == yaml.MappingNode {
		if y.text(y.get(node, "type")) != "bind" {
			m.Target = y.text(y.get(node, "target"))
			return m
		}
		source := y.get(node, "source")
		if source != nil && source.Line > 0 {
			m.At = yamlPosition(source)
		}
		m.Source, m.Target = y.text(source), y.text(y.get(node, "target"))
		m.ReadOnly = y.text(y.get(node, "read_only")) == "true"
	} else {
		parts := strings.Split(y.text(node), ":")
		if len(parts) < 2 || !strings.ContainsAny(parts[0][:min(1, len(parts[0]))], "./~") {
			m.Target = parts[min(1, len(parts)-1)]
			return m // a named volume
		}
		m.Source, m.Target = parts[0], parts[1]
		m.ReadOnly = len(parts) > 2 && strings.Contains(","+parts[2]+",", ",ro,")
	}
	if m.Source != "./" {
		m.Source = strings.TrimPrefix(m.Source, "./")
	}
	m.Source, m.bind = strings.TrimSuffix(m.Source, "/"), true
	m.rebase(y.base)
	return m
}

func (y *yamlReader) dependencies(node *yaml.Node) []dependency {
	var list []dependency
	for _, item := range y.items(node) {
		list = append(list, dependency{Service: y.text(item), At: yamlPosition(item)})
	}
	for _, field := range y.fields(node) {
		condition := y.text(y.get(field.value, "condition"))
		list = append(list, dependency{field.name, condition == "service_healthy", field.at})
	}
	return list
}

func (y *yamlReader) network(entry yamlField) *Network {
	n := &Network{Name: entry.name, At: entry.at}
	for _, item := range y.items(y.get(y.get(entry.value, "ipam"), "config")) {
		node := y.get(item, "subnet")
		if node == nil {
			continue
		}
		s := Subnet{Text: y.text(node), Gateway: y.text(y.get(item, "gateway")), At: yamlPosition(node)}
		s.Prefix, _ = netip.ParsePrefix(s.Text)
		n.Subnets = append(n.Subnets, s)
	}
	return n
}

// Unconnected are the first two readers of a file that have no address on a
// network. Each file and network is looked at once: a file that every member
// reads may name every member.
func (c *compose) Unconnected(path, network string) []*Service {
	key := [2]string{path, network}
	if found, known := c.unconnected[key]; known {
		return found
	}
	var found []*Service
	for _, reader := range c.Readers[path] {
		if len(found) < 2 && !reader.On(network) {
			found = append(found, reader)
		}
	}
	c.unconnected[key] = found
	return found
}
