package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// The raw compose keys of a service replace what mirrorgen would have written, or add to
// it, and the pages, the scripts and the endpoints show its image and its host ports. So
// these are taken from there. Nothing else of raw keys is looked at.

// entry is a field of an object; nil for none.
func (t *Tree) entry(name string) *Field {
	if t != nil {
		for i := range t.Fields {
			if t.Fields[i].Name == name {
				return &t.Fields[i]
			}
		}
	}
	return nil
}

// field is the value of a field of an object; nil for none.
func (t *Tree) field(name string) *Tree {
	if f := t.entry(name); f != nil {
		return f.Value
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

// checkRawConditions: what a service waits for has a condition, from raw keys or, where they
// merge with it, from mirrorgen. Compose's schema was asked about the keys alone.
func (m *maker) checkRawConditions() {
	for _, s := range m.lab.Services {
		service := m.services[s]
		conditions := service.Compose.field("depends_on")
		if conditions == nil {
			continue
		}
		for _, f := range conditions.Fields {
			own := slices.ContainsFunc(service.DependsOn, func(d Dependency) bool { return d.Service == f.Name })
			if f.Value.Kind == TreeObject && f.Value.field("condition") == nil && !own {
				m.errorf(s.AtPath("compose", "depends_on", f.Name), "Unsuitable Compose key",
					"compose: depends_on.%s lacks a condition. Add condition = %q, %q or %q.%s", f.Name, Started,
					Healthy, "service_completed_successfully", s.Note())
			}
		}
	}
}

// rawPorts are the TCP ports that the raw keys of a service publish.
type rawPorts struct {
	at     hcl.Range
	ports  []Port
	others []*Tree // those that no page shows: UDP, and those that Docker chooses
	broken bool    // there is a mistake in them, which is reported
}

// mostRawPorts is how many ports the raw keys of one service may publish: start.sh
// asks for each whether it is free.
const mostRawPorts = 1000

// raw reads and claims the host ports of raw keys, before any other is handed out.
func (p portPlan) raw() {
	for _, s := range p.lab.Services {
		service := p.services[s]
		entry := service.Compose.entry("ports")
		if entry == nil {
			continue
		}
		raw := &rawPorts{at: s.AtPath("compose", "ports")}
		if problem := p.readRaw(s, entry.Value, raw); problem != "" {
			raw.broken = true
			p.errorf(raw.at, "Unsuitable port", "compose: %s%s", problem, s.Note())
		}
		if entry.Append {
			// The template prints those that it knows; the others are added to them.
			p.added[service], entry.Value = raw.ports, &Tree{Kind: TreeList, List: raw.others}
			continue
		}
		p.raws[service], service.Ports = raw, raw.ports
	}
}

// append publishes the added ports of raw keys beside the others.
func (p portPlan) append() {
	for _, service := range p.p.Services {
		service.Ports = append(service.Ports, p.added[service]...)
	}
}

// readRaw reads the ports of one service. It returns "", or what is wrong and how to put
// it right.
func (p portPlan) readRaw(s *schema.Service, list *Tree, raw *rawPorts) string {
	address := p.p.PublishAddress
	for _, item := range list.List {
		r, problem := readRawPort(item)
		if problem != "" {
			return fmt.Sprintf(
				"ports: %s Write address, port of the host and port of the container, for example "+
					"\"%s:5000:5000\"; ranges are of equal length.", problem, address)
		}
		switch {
		case r.address == address, r.address == "0.0.0.0", r.address == "127.0.0.1" && address == "0.0.0.0":
		case r.address == "" && address == "0.0.0.0":
		case r.address == "":
			return fmt.Sprintf(
				"ports: %s would be open to the network, because it names no address, and the lab publishes on "+
					"%s. Give it %s, or 0.0.0.0 to open it.", r.text, address, address)
		default:
			return fmt.Sprintf(
				"ports: %s is on another address than the lab's, which its pages and scripts name. Give it %s, "+
					"or set publish_address of the lab.", r.text, address)
		}
		if !r.tcp || r.host == 0 {
			raw.others = append(raw.others, item)
			continue
		}
		for i := range r.count {
			if len(raw.ports) == mostRawPorts {
				return fmt.Sprintf("ports publishes more than %d ports. Publish fewer.", mostRawPorts)
			}
			port := Port{Host: r.host + i, Container: r.container + i,
				Purpose: fmt.Sprintf("port %d of %s", r.container+i, s.Name)}
			port.Binding = fmt.Sprintf("%s:%d:%d", r.address, port.Host, port.Container)
			if first, ok := p.taken[port.Host]; ok {
				return fmt.Sprintf(
					"port %d of the host is already the %s at %s. Give one of them another.", port.Host, first.what,
					first.at)
			}
			p.taken[port.Host] = claim{"one that leads to " + port.Purpose, raw.at}
			raw.ports = append(raw.ports, port)
			if r.address == "0.0.0.0" && address != r.address {
				p.p.OpenPorts = append(p.p.OpenPorts, port)
			}
		}
	}
	return ""
}

// A rawPort is one item of a list of ports.
type rawPort struct {
	text            string // the item in a message
	address         string // IPv4, "" for none
	host, container int    // the first of each; host is 0 for one that Docker chooses
	count           int
	tcp             bool
}

// readRawPort reads one item, or says what is wrong with it. Compose has two forms,
// "ADDRESS:HOST:CONTAINER/PROTOCOL" and an object
// (https://docs.docker.com/reference/compose-file/services/#ports).
func readRawPort(item *Tree) (r rawPort, problem string) {
	var host, container, protocol string
	if item.Kind == TreeObject {
		r.address, host, container = item.field("host_ip").scalar(), item.field("published").scalar(),
			item.field("target").scalar()
		protocol = item.field("protocol").scalar()
		r.text = "the port with target " + container
	} else {
		r.text = strconv.Quote(item.scalar())
		var short string
		short, protocol, _ = strings.Cut(item.scalar(), "/")
		switch parts := strings.Split(short, ":"); len(parts) {
		case 1:
			container = parts[0]
		case 2:
			host, container = parts[0], parts[1]
		case 3:
			r.address, host, container = parts[0], parts[1], parts[2]
		}
	}
	if ip, err := netip.ParseAddr(r.address); r.address != "" && (err != nil || !ip.Is4()) {
		return r, r.text + " names no IPv4 address."
	}
	r.tcp = protocol == "" || strings.EqualFold(protocol, "tcp")
	to, toLast := portRange(container)
	from, last := portRange(host)
	if to == 0 || host != "" && last-from != toLast-to || host != "" && from == 0 {
		return r, r.text + " is not of the form that mirrorgen reads."
	}
	r.host, r.container, r.count = from, to, toLast-to+1
	return r, ""
}

// portRange reads "8080" or "8080-8090"; both are 0 for anything else.
func portRange(text string) (first, last int) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, firstErr := strconv.Atoi(from)
	last, lastErr := strconv.Atoi(to)
	if errors.Join(firstErr, lastErr) != nil || first < 1 || last < first || last > maxPort {
		return 0, 0
	}
	return first, last
}

// rawHost is the host port at which the raw keys of a service publish a port of the
// container, 0 for none; given is false where mirrorgen publishes its ports.
func (p portPlan) rawHost(s *Service, container int) (host int, given bool) {
	raw := p.raws[s]
	if raw == nil {
		return 0, false
	}
	for _, port := range raw.ports {
		if port.Container == container {
			return port.Host, true
		}
	}
	return 0, true
}

// agrees reports whether a port that an argument gives is the one of raw keys, and
// tells the user where it is not.
func (p portPlan) agrees(s *Service, at hcl.Range, argument string, port, container int) bool {
	host, _ := p.rawHost(s, container)
	if host == port || p.raws[s].broken {
		return true
	}
	publishes := "do not publish it"
	if host > 0 {
		publishes = fmt.Sprintf("publish it as %d", host)
	}
	p.errorf(at, "Port given twice",
		"%s gives port %d of %s to the host as %d, and its raw ports (compose, at %s) %s. Leave one of the two "+
			"out.", argument, container, s.Name, port, p.raws[s].at, publishes)
	return false
}
