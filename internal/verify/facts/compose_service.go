package facts

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (y *yamlReader) service(entry yamlField) *Service {
	s := &Service{Name: entry.name, At: entry.at, Health: &noHealth}
	var command []Word
	for _, field := range y.fields(entry.value) {
		switch field.name {
		case "image":
			s.Image = y.text(field.value)
		case "networks":
			s.Addresses = append(s.Addresses, y.addresses(field.value)...)
			s.Aliases = append(s.Aliases, y.networkAliases(field.value)...)
		case "ports":
			for _, item := range y.items(field.value) {
				s.Ports = append(s.Ports, y.port(item))
			}
		case "volumes":
			y.addMounts(s, field.value)
		case "depends_on":
			s.Dependencies = y.dependencies(field.value)
		case "healthcheck":
			s.Health = once(&y.healths, field.value, y.health)
		case "environment":
			s.Environment = once(&y.environments, field.value, y.settings)
		case "command":
			command = once(&y.commands, field.value, y.words)
		case "entrypoint":
			s.Command = once(&y.commands, field.value, y.words)
		default:
			y.addField(s, field)
		}
	}
	s.Command = append(s.Command[:len(s.Command):len(s.Command)], command...)
	return s
}

// addField takes one of the simpler fields of a service.
func (y *yamlReader) addField(s *Service, field yamlField) {
	switch field.name {
	case "hostname", "container_name":
		s.Aliases = append(s.Aliases, Alias{field.name, y.text(field.value), yamlPosition(y.follow(field.value))})
	case "stop_grace_period":
		s.Grace = y.word(field.value)
	case "build":
		s.Build = y.build(field.value)
	case "extends":
		s.extended = true
	case "cap_add":
		s.Capabilities = y.words(field.value)
	case "network_mode":
		s.mode = y.text(field.value)
	case "profiles":
		for _, w := range y.words(field.value) {
			s.Profiles = append(s.Profiles, w.Text)
		}
	case "env_file":
		s.environmentFiles = y.environmentFiles(field.value)
	case "configs":
		y.addFiles(s, field.value, y.configs, "/")
	case "secrets":
		y.addFiles(s, field.value, y.secrets, "/run/secrets/")
	case "links", "extra_hosts":
		y.addHosts(s, field.value)
	}
}

// addMounts takes the volumes of a service.
func (y *yamlReader) addMounts(s *Service, node *yaml.Node) {
	items := y.items(node)
	s.Mounts = slices.Grow(s.Mounts, len(items))
	for _, item := range items {
		if m := once(&y.mounts, item, y.mount); m.bind {
			s.Mounts = append(s.Mounts, m)
		} else if m.Target != "" {
			s.volumes = append(s.volumes, m)
		}
	}
}

// addFiles takes the configs or secrets of a service, which are files that Compose mounts
// read-only. from are the top-level ones.
func (y *yamlReader) addFiles(s *Service, node, from *yaml.Node, directory string) {
	for _, item := range y.items(node) {
		name, target := y.text(item), ""
		if name == "" {
			name, target = y.text(y.get(item, "source")), y.text(y.get(item, "target"))
		}
		if target == "" {
			target = name
		}
		if !path.IsAbs(target) {
			target = directory + target
		}
		m := &Mount{Target: target, ReadOnly: true, bind: true, At: yamlPosition(item)}
		if m.Source = cleanSource(y.text(y.get(y.get(from, name), "file"))); m.Source == "" {
			s.volumes = append(s.volumes, m) // of the environment, inline, or from outside
			continue
		}
		m.rebase(y.base)
		s.Mounts = append(s.Mounts, m)
	}
}

// addHosts takes names that a service can resolve without the network: "alias:service" of
// links is left to Compose, and "name:address" or "name=address" of extra_hosts.
func (y *yamlReader) addHosts(s *Service, node *yaml.Node) {
	if s.Resolved == nil {
		s.Resolved = map[string]bool{}
	}
	for _, w := range y.words(node) {
		for name := range strings.FieldsFuncSeq(w.Text, func(r rune) bool { return r == ':' || r == '=' }) {
			s.Resolved[name] = true
		}
	}
	for _, field := range y.fields(node) {
		s.Resolved[field.name] = true
	}
}

// environmentFiles are the paths that env_file names, in its three forms.
func (y *yamlReader) environmentFiles(node *yaml.Node) []Word {
	if text := y.text(node); text != "" {
		return []Word{{text, yamlPosition(node)}}
	}
	var list []Word
	for _, item := range y.items(node) {
		if name := y.text(item); name != "" {
			list = append(list, Word{name, yamlPosition(item)})
		} else if name := y.text(y.get(item, "path")); name != "" {
			list = append(list, Word{name, yamlPosition(item)})
		}
	}
	return list
}

// networkAliases are the further names of a service on its networks.
func (y *yamlReader) networkAliases(node *yaml.Node) []Alias {
	var list []Alias
	for _, field := range y.fields(node) {
		for _, item := range y.items(y.get(field.value, "aliases")) {
			list = append(list, Alias{"alias", y.text(item), yamlPosition(item)})
		}
	}
	return list
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
			m.Source, m.Target = y.text(y.get(node, "source")), y.text(y.get(node, "target"))
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
			if m.Target = parts[min(1, len(parts)-1)]; len(parts) > 1 {
				m.Source = parts[0]
			}
			return m // a named volume
		}
		m.Source, m.Target = parts[0], parts[1]
		m.ReadOnly = len(parts) > 2 && strings.Contains(","+parts[2]+",", ",ro,")
	}
	m.Source, m.bind = cleanSource(m.Source), true
	m.rebase(y.base)
	return m
}

// cleanSource is the source of a mount without "./" before it and a slash behind it.
func cleanSource(source string) string {
	if source != "./" {
		source = strings.TrimPrefix(source, "./")
	}
	return strings.TrimSuffix(source, "/")
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
