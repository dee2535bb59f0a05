package plan

import (
	"fmt"
	"strconv"
	"strings"

	"mirrorgen/schema"
)

// The raw compose keys of a service replace what mirrorgen would have written, and
// the page, the scripts and the endpoints tell of its image and its host ports. So
// these are taken from there, where they are given. Nothing else of them is looked at.

// field is the value of a field of an object; nil for none.
func (t *Tree) field(name string) *Tree {
	if t != nil {
		for _, f := range t.Fields {
			if f.Name == name {
				return f.Value
			}
		}
	}
	return nil
}

// scalar is the text of a value that is neither a list nor an object, "" for those.
func (t *Tree) scalar() string {
	if t == nil || t.Kind == TreeList || t.Kind == TreeObject {
		return ""
	}
	return t.Text
}

// rawImage gives the service the image that its raw keys name.
func (m *maker) rawImage(s *schema.Service, service *Service) {
	image := service.Compose.field("image")
	switch {
	case image == nil:
	case image.Kind != TreeString || image.Text == "":
		m.errorf(s.At("compose"), "Unsuitable value type", "compose: image must be a string, for example %q.%s", service.Image, s.Note())
	default:
		service.Image = image.Text
	}
}

// rawPorts are the TCP ports that the raw keys of a service publish at a certain
// port of the host; given is false where they say nothing about ports.
func (s *Service) rawPorts() (ports []Port, given bool) {
	list := s.Compose.field("ports")
	if list == nil || list.Kind != TreeList {
		return nil, false
	}
	for _, item := range list.List {
		published, container, protocol := item.field("published").scalar(), item.field("target").scalar(), item.field("protocol").scalar()
		binding := published + ":" + container
		if address := item.field("host_ip").scalar(); address != "" {
			binding = address + ":" + binding
		}
		if item.Kind != TreeObject { // [[address:]published:]container[/protocol]
			binding, protocol, _ = strings.Cut(item.scalar(), "/")
			published, container = "", binding
			if i := strings.LastIndexByte(binding, ':'); i >= 0 {
				published, container = binding[:i], binding[i+1:]
			}
			published = published[strings.LastIndexByte(published, ':')+1:]
		}
		if protocol != "" && protocol != "tcp" {
			continue
		}
		first, last := portRange(published)
		to, toLast := portRange(container)
		for i := 0; i <= last-first && first > 0 && to > 0; i++ {
			p := Port{Host: first + i, Container: to, Binding: binding}
			if toLast > to {
				p.Container = to + i
			}
			p.Purpose = fmt.Sprintf("port %d of %s", p.Container, s.Name)
			ports = append(ports, p)
		}
	}
	return ports, true
}

// portRange reads "8080" or "8080-8090"; both are 0 for anything else.
func portRange(text string) (first, last int) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, firstErr := strconv.Atoi(from)
	last, lastErr := strconv.Atoi(to)
	if firstErr != nil || lastErr != nil || first < 1 || last < first || last > maxPort {
		return 0, 0
	}
	return first, last
}

// rawHost is the host port at which the raw keys of a service publish a port of the
// container, 0 for none; given is false where mirrorgen publishes its ports.
func (s *Service) rawHost(container int) (host int, given bool) {
	ports, given := s.rawPorts()
	for _, p := range ports {
		if p.Container == container {
			return p.Host, true
		}
	}
	return 0, given
}

// raw claims the host ports of raw keys, before any other is handed out.
func (p portPlan) raw() {
	for _, s := range p.lab.Services {
		ports, given := p.services[s].rawPorts()
		if !given {
			continue
		}
		at, open := s.At("compose"), false
		for _, port := range ports {
			if first, ok := p.taken[port.Host]; ok && first.of != s {
				p.errorf(at, "Host port used twice", "Port %d is already the %s at %s. Give one of them another port.%s", port.Host, first.what, first.at, s.Note())
				continue
			}
			p.taken[port.Host] = claim{port.Purpose, at, s}
			if strings.Count(port.Binding, ":") < 2 && p.p.PublishAddress != "0.0.0.0" && !open {
				open = true // said once
				p.errorf(at, "Port open to the network", "compose: ports publishes port %d on every interface of the host, and the lab publishes on %s. Write \"%s:%s\", or \"0.0.0.0:%s\" to open it.%s",
					port.Host, p.p.PublishAddress, p.p.PublishAddress, port.Binding, port.Binding, s.Note())
			}
		}
		p.services[s].Ports = ports
	}
}
