// Package graph draws a lab: who is there, on which networks, and who talks to whom. It lays
// the picture out itself, so that a lab drawn twice is the same picture, and needs no other
// program.
package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mirrorgen/internal/plan"
)

// From these sizes on, the picture shows what many things have in common.
const (
	mostFrames  = 8  // mirrors that are drawn with their members
	mostBoxes   = 60 // mirrors that are drawn one by one
	mostAlike   = 6  // services of a kind on the same networks
	mostAreas   = 6  // networks that are drawn as areas
	mostMembers = 16 // of a mirror
	mostHints   = 15 // lines of a tooltip
)

// The rows of the picture, from the top down.
const (
	rowClients = iota
	rowOwn
	rowWatch
	rowBalancers
	rowGateways
	rowServers
	rowMirrors
	rowArbiters
	rows
)

// The lanes of a column: what is in one lane stands below each other.
const (
	laneHTTP = iota
	laneServers
	laneSQL
	laneOwn
	laneWatch
	lanes
)

// A box is a service, several alike, a whole mirror, or the users of the lab.
type box struct {
	rect
	id     string // of the service or mirror, "" for what is several
	role   string // a class of the style sheet
	title  []string
	lines  []string // below the title
	hint   string   // a tooltip
	inside []*box   // members of a mirror
	frame  bool     // it is drawn as a frame around what is inside
	row    int
	lane   int
	column int
	on     string // key of its networks; "" for the users
}

// An edge leads from a box to a box.
type edge struct {
	from, to *box
	class    string // "data", "health", "vote", "ecp", "metrics", "waits"
	points   []point
}

// A picture is a lab laid out.
type picture struct {
	name    string
	boxes   []*box // of the rows; members are inside of theirs
	edges   []edge
	areas   []area
	caption []string
	columns []string // keys of networks, in order
	width   float64
	height  float64
}

// An area is one network, or a part of it.
type area struct {
	rect
	network *plan.Network
	index   int // of the network
	level   int // how many areas are inside
	label   point
}

// draw makes the boxes and edges of a lab.
func draw(p *plan.Plan) *picture {
	pic := &picture{name: p.Name}
	byName := map[string]*box{}
	roster := p.Roster()
	for g, services := range grouped(roster) {
		pic.services(g, services, byName)
	}
	slices.SortStableFunc(pic.boxes, func(a, b *box) int { return a.row - b.row })
	mirrors := pic.mirrors(p, roster)
	pic.clients(p, byName)
	pic.connect(p, byName, mirrors)
	if len(p.Networks) > mostAreas {
		pic.caption = append(pic.caption, fmt.Sprintf("%d networks, of which the first %d are drawn", len(p.Networks),
			mostAreas))
	}
	return pic
}

// A group of services is of one kind and on the same networks.
type group struct {
	kind plan.Kind
	on   string
}

// grouped yields the services but members, by kind and networks, in the order of the first
// of each.
func grouped(roster []plan.ServiceRole) func(yield func(group, []plan.ServiceRole) bool) {
	return func(yield func(group, []plan.ServiceRole) bool) {
		var order []group
		services := map[group][]plan.ServiceRole{}
		for _, s := range roster {
			if s.Kind == plan.KindMember {
				continue
			}
			g := group{s.Kind, networksOf(s.Service)}
			if services[g] == nil {
				order = append(order, g)
			}
			services[g] = append(services[g], s)
		}
		for _, g := range order {
			if !yield(g, services[g]) {
				return
			}
		}
	}
}

// networksOf is a key of the networks that a service is on.
func networksOf(s *plan.Service) string {
	var names []string
	for _, a := range s.Addresses {
		names = append(names, a.Network.Name)
	}
	return strings.Join(names, " ")
}

// place is where services of a kind stand.
func place(kind plan.Kind) (row, lane int) {
	switch kind {
	case plan.KindNGINX:
		return rowBalancers, laneHTTP
	case plan.KindHAProxy:
		return rowBalancers, laneSQL
	case plan.KindGateway:
		return rowGateways, laneHTTP
	case plan.KindApplicationServer:
		return rowServers, laneServers
	case plan.KindContainer:
		return rowOwn, laneOwn
	case plan.KindGrafana:
		return rowOwn, laneWatch
	case plan.KindPrometheus:
		return rowWatch, laneWatch
	}
	return rowArbiters, laneHTTP
}

// services adds boxes for services that are alike, each one or all in one.
func (pic *picture) services(g group, services []plan.ServiceRole, byName map[string]*box) {
	row, lane := place(g.kind)
	if len(services) > mostAlike {
		first, last := services[0], services[len(services)-1]
		b := &box{role: first.Role, row: row, lane: lane, on: g.on,
			title: []string{fmt.Sprintf("%d × %s", len(services), titleOf(first.Role))},
			lines: wrapped(first.Name + " to " + last.Name)}
		for _, s := range services {
			byName[s.Name] = b
		}
		pic.boxes = append(pic.boxes, b)
		return
	}
	for _, s := range services {
		b := serviceBox(s)
		b.row, b.lane, b.on = row, lane, g.on
		byName[s.Name] = b
		pic.boxes = append(pic.boxes, b)
	}
}

// titles are what roles are called in the picture.
var titles = map[string]string{
	"drasync": "DR async", "rorasync": "reporting", "rwrasync": "reporting, writable",
	"web_gateway": "Web Gateway", "haproxy": "HAProxy", "application_server": "ECP application server",
}

func titleOf(role string) string {
	if title := titles[role]; title != "" {
		return title
	}
	return strings.ReplaceAll(role, "_", " ")
}

// serviceBox is the box of one service.
func serviceBox(s plan.ServiceRole) *box {
	b := &box{id: s.Name, role: s.Role, title: wrapped(s.Name)}
	if title := titleOf(s.Role); !strings.EqualFold(title, s.Name) {
		b.lines = []string{title}
	}
	if ports := s.Published(); ports != "-" {
		b.lines = append(b.lines, wrapped(strings.ReplaceAll(ports, ", ", " "))...)
	}
	hint := []string{s.Name, titleOf(s.Role)}
	for _, a := range s.Addresses {
		hint = append(hint, a.IP+" on "+a.Network.Name)
	}
	for _, port := range s.Ports {
		if port.Host > 0 {
			hint = append(hint, fmt.Sprintf("host port %d: %s", port.Host, port.Purpose))
		}
	}
	if len(hint) > mostHints {
		hint = append(hint[:mostHints], fmt.Sprintf("%d more", len(hint)-mostHints))
	}
	b.hint = strings.Join(hint, "\n")
	return b
}

// mirrors adds the mirrors, with their members where they are few, and returns the boxes that
// edges lead to, by mirror.
func (pic *picture) mirrors(p *plan.Plan, roster []plan.ServiceRole) map[string]*box {
	members := map[string]plan.ServiceRole{}
	for _, s := range roster {
		if s.Kind == plan.KindMember {
			members[s.Name] = s
		}
	}
	found := map[string]*box{}
	var list []*box
	for i, m := range p.Mirrors {
		if i == mostBoxes {
			list = append(list, &box{role: "mirror", title: []string{fmt.Sprintf("%d more", len(p.Mirrors)-i)}})
			break
		}
		b := &box{id: m.Name, role: "mirror", title: wrapped("mirror " + m.Name), hint: "mirror set " + m.SetName}
		if len(p.Mirrors) <= mostFrames {
			b.frame = true
			for _, member := range m.Members[:min(len(m.Members), mostMembers)] {
				b.inside = append(b.inside, serviceBox(members[member.Name]))
			}
		} else {
			b.title, b.lines = wrapped(m.Name), []string{fmt.Sprintf("%d members", len(m.Members))}
		}
		if len(m.Members) > 0 {
			b.on = networksOf(m.Members[0].Service)
		}
		list = append(list, b)
		found[m.Name] = b
	}
	if len(list) <= mirrorsInLine {
		for _, b := range list {
			b.row = rowMirrors
			pic.boxes = append(pic.boxes, b)
		}
		return found
	}
	all := &box{role: "mirror", frame: true, row: rowMirrors, inside: list, on: list[0].on,
		title: []string{fmt.Sprintf("%d mirrors", len(p.Mirrors))}}
	pic.boxes = append(pic.boxes, all)
	for _, m := range p.Mirrors {
		found[m.Name] = all
	}
	return found
}

// clients adds the users that published ports let in.
func (pic *picture) clients(p *plan.Plan, byName map[string]*box) {
	d := p.Diagram()
	for _, n := range d.Nodes {
		if n.Role != "http_clients" && n.Role != "sql_clients" {
			continue
		}
		b := &box{role: "clients", row: rowClients, lane: laneHTTP, title: []string{"HTTP clients"}}
		if n.Role == "sql_clients" {
			b.lane, b.title = laneSQL, []string{"SQL clients"}
		}
		kind := plan.KindHAProxy
		if b.lane == laneHTTP {
			kind = plan.KindGateway
			enters := func(n *plan.NGINX) bool { return n.HTTPPort > 0 && len(n.Gateways) > 0 }
			if slices.ContainsFunc(p.NGINX, enters) {
				kind = plan.KindNGINX
			}
		}
		for _, s := range p.Services {
			if s.Kind == kind && len(s.Ports) > 0 {
				pic.edge(b, byName[s.Name], "data")
			}
		}
		pic.boxes = append(pic.boxes, b)
	}
}

// connect adds the edges of a lab's connections.
func (pic *picture) connect(p *plan.Plan, byName, mirrors map[string]*box) {
	for _, n := range p.NGINX {
		for _, g := range n.Gateways {
			pic.edge(byName[n.Name], byName[g.Name], "data")
		}
	}
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			pic.edge(byName[h.Name], mirrors[l.Mirror.Name], "data")
		}
		for _, l := range h.Reporting {
			for _, s := range l.Servers {
				pic.edge(byName[h.Name], byName[s.Name], "data")
			}
		}
		for _, g := range h.Gateways {
			pic.edge(byName[h.Name], byName[g.Name], "health")
		}
	}
	for _, g := range p.Gateways {
		for _, s := range g.Config.Servers {
			if b := mirrors[s.Name]; b != nil && s.MirrorAware {
				pic.edge(byName[g.Name], b, "data")
			} else if b := byName[s.Name]; b != nil {
				pic.edge(byName[g.Name], b, "data")
			}
		}
	}
	for _, a := range p.ApplicationServers {
		pic.edge(byName[a.Name], mirrors[a.Mirror.Name], "ecp")
	}
	for _, a := range p.Arbiters {
		for _, m := range a.Mirrors {
			pic.edge(byName[a.Name], mirrors[m], "vote")
		}
	}
	pic.connectOwn(p, byName, mirrors)
}

// connectOwn adds the edges of the user's own services and of the monitoring; those to a member
// lead to its mirror.
func (pic *picture) connectOwn(p *plan.Plan, byName, mirrors map[string]*box) {
	member := map[string]*box{}
	for _, m := range p.Mirrors {
		for _, instance := range m.Members {
			member[instance.Name] = mirrors[m.Name]
		}
	}
	for way := range p.OwnWays {
		to := byName[way.To.Name]
		if to == nil {
			to = member[way.To.Name]
		}
		if from := byName[way.From.Name]; from != to {
			pic.edge(from, to, cmp.Or(way.Label, "data"))
		}
	}
}

// edge adds an edge once.
func (pic *picture) edge(from, to *box, class string) {
	if from == nil || to == nil || len(pic.edges) > mostEdges {
		return
	}
	same := func(e edge) bool { return e.from == from && e.to == to && e.class == class }
	if !slices.ContainsFunc(pic.edges, same) {
		pic.edges = append(pic.edges, edge{from: from, to: to, class: class})
	}
}

// mostEdges is far above what boxes that are folded can have.
const mostEdges = 2000

// wide is how many characters a line of a box has.
const wide = 22

// wrapped breaks a text into lines of a box, behind a hyphen or a space where there is one.
func wrapped(s string) []string {
	var lines []string
	for len(s) > wide {
		cut := strings.LastIndexAny(s[:wide], "- ")
		if cut < wide/2 {
			cut = wide - 1
		}
		lines = append(lines, strings.TrimRight(s[:cut+1], " "))
		s = s[cut+1:]
	}
	return append(lines, s)
}
