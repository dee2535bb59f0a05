package plan

import (
	"slices"
	"strconv"
)

// A Diagram is the lab as a graph, in no particular language and drawn by no
// particular tool. IDs are letters and digits that no such tool reserves.
type Diagram struct {
	Nodes    []Node         // outside the groups
	Groups   []Group        // the gateways, where there are several, and the mirrors
	Edges    []Edge         // in the order in which they are drawn
	Networks []DrawnNetwork // of the lab, in its order
}

// A Node is one service, or several of a kind.
type Node struct {
	ID   string
	Name string // of the service; "" for what is not in the lab
	// Role is a [ServiceRole]'s, or "http_clients", "sql_clients", "mirror" (a whole
	// mirror) and "more" (Count mirrors that are not drawn).
	Role  string
	Ports string // published, "" for none
	Count int    // services or members that the node stands for, 0 for itself alone
}

// A Group is one mirror with its members, of a large lab all mirrors, or all gateways.
type Group struct {
	ID    string
	Kind  string // "mirror", "mirrors" or "gateways"
	Name  string // of the mirror, "" of other kinds
	Count int    // of mirrors or gateways
	Nodes []Node
}

// An Edge leads from a node or group to another.
type Edge struct {
	From, To string
	Label    string // "", "journal", "ecp", "health", "arbiter", "metrics" or "waits"
}

// A DrawnNetwork is a network with the edges that run over it.
type DrawnNetwork struct {
	*Network
	ID    string
	Edges []int // indices of the diagram's Edges; those of the host's ports are in none
}

// drawnMirrors is how many mirrors a diagram shows one by one.
const drawnMirrors = 12

// Diagram draws clients, balancers, gateways, mirrors, arbiters and networks. Of a
// lab that is not [Plan.Large] every service is a node; otherwise each of the first
// mirrors is one, and each other kind of service.
func (p *Plan) Diagram() *Diagram {
	d := &Diagram{}
	for i, n := range p.Networks {
		d.Networks = append(d.Networks, DrawnNetwork{Network: n, ID: "n" + strconv.Itoa(i+1)})
	}
	if p.Large() {
		d.drawKinds(p)
	} else {
		d.drawServices(p)
	}
	return d
}

// edge draws an edge over a network, or over none where that is nil.
func (d *Diagram) edge(over *Network, from, to, label string) {
	for i := range d.Networks {
		if n := &d.Networks[i]; n.Network == over {
			n.Edges = append(n.Edges, len(d.Edges))
		}
	}
	d.Edges = append(d.Edges, Edge{from, to, label})
}

// drawClients adds the users that the lab's published ports let in, and reports
// where each of them enters: at nginx or else at the gateways, and at haproxy.
func (d *Diagram) drawClients(p *Plan) (http, sql []string) {
	for _, n := range p.nginxDoors() {
		http = append(http, n.Service)
	}
	if len(http) == 0 {
		for _, g := range p.ClientDoors() {
			http = append(http, g.Service)
		}
	}
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			if l.Host > 0 {
				sql = append(sql, h.Name)
				break
			}
		}
	}
	if len(http) > 0 {
		d.Nodes = append(d.Nodes, Node{ID: "http", Role: "http_clients"})
	}
	if len(sql) > 0 {
		d.Nodes = append(d.Nodes, Node{ID: "sql", Role: "sql_clients"})
	}
	return http, sql
}

func (d *Diagram) drawServices(p *Plan) {
	http, sql := d.drawClients(p)
	ids := d.drawNodes(p)
	for _, name := range http {
		d.edge(nil, "http", ids[name], "")
	}
	for _, n := range p.NGINX {
		d.edgesTo(p, n.Gateways, ids[n.Name], "", ids)
	}
	d.drawGatewayEdges(p, ids)
	for _, name := range sql {
		d.edge(nil, "sql", ids[name], "")
	}
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			d.edge(p.ClientNetwork, ids[h.Name], ids[l.Mirror.Name], "")
		}
		d.edgesTo(p, h.Gateways, ids[h.Name], "health", ids)
	}
	for _, a := range p.ApplicationServers {
		d.edge(p.ClientNetwork, ids[a.Name], ids[a.Mirror.Name], "ecp")
	}
	for _, m := range p.Mirrors {
		for _, member := range m.Members {
			if m.Primary != nil && member != m.Primary {
				d.edge(p.MirrorNetwork, ids[m.Primary.Name], ids[member.Name], "journal")
			}
		}
	}
	for _, a := range p.Arbiters {
		for _, name := range a.Mirrors {
			d.edge(p.ClientNetwork, ids[a.Name], ids[name], "arbiter")
		}
	}
	for way := range p.OwnWays {
		d.edge(sharedNetwork(way.From, way.To), ids[way.From.Name], ids[way.To.Name], way.Label)
	}
}

// A Way leads from what is no part of a mirror to what it talks to.
type Way struct {
	From, To *Service
	Label    string // an [Edge]'s
}

// OwnWays yields what the user's own containers are told of, what Prometheus asks, and that
// Grafana asks Prometheus.
func (p *Plan) OwnWays(yield func(Way) bool) {
	for _, c := range p.OwnContainers() {
		for _, m := range p.Mentions(c) {
			label := ""
			if m.Waits {
				label = "waits"
			}
			if !yield(Way{c.Service, m.Service, label}) {
				return
			}
		}
	}
	m := p.Monitoring
	if m == nil {
		return
	}
	for _, t := range m.Watched() {
		if !yield(Way{m.Prometheus.Service, p.at(t.Name), "metrics"}) {
			return
		}
	}
	if m.Grafana != nil {
		yield(Way{m.Grafana.Service, m.Prometheus.Service, ""})
	}
}

// sharedNetwork is the first network that two services are both on, nil for none.
func sharedNetwork(a, b *Service) *Network {
	for _, address := range a.Addresses {
		if slices.ContainsFunc(b.Addresses, func(other Address) bool { return other.Network == address.Network }) {
			return address.Network
		}
	}
	return nil
}

// drawGatewayEdges draws what gateways lead to: one edge of their group where all know all.
func (d *Diagram) drawGatewayEdges(p *Plan, ids map[string]string) {
	gateways, from := []*Gateway{{}}, allGateways(p, ids)
	if len(p.OwnGateways()) > 0 || len(from) == 0 {
		gateways, from = p.Gateways, nil
		for _, g := range gateways {
			from = append(from, ids[g.Name])
		}
	}
	for i, g := range gateways {
		for _, m := range p.Mirrors {
			leads := g.Knows(m.Name)
			for _, member := range m.Members {
				leads = leads || g.Knows(member.Name)
			}
			if leads {
				d.edge(p.ClientNetwork, from[i], ids[m.Name], "")
			}
		}
		for _, a := range p.ApplicationServers {
			if g.Knows(a.Name) {
				d.edge(p.ClientNetwork, from[i], ids[a.Name], "")
			}
		}
	}
}

// drawNodes draws every service, in groups where it belongs to one, and returns the
// IDs of services and mirrors by name.
func (d *Diagram) drawNodes(p *Plan) map[string]string {
	ids := make(map[string]string, len(p.Services)+len(p.Mirrors))
	nodes := make(map[string]Node, len(p.Services))
	grouped := len(p.Gateways) > 1
	for i, role := range p.Roster() {
		id := "s" + strconv.Itoa(i+1)
		ids[role.Name] = id
		node := Node{ID: id, Name: role.Name, Role: role.Role}
		if ports := role.Published(); ports != "-" {
			node.Ports = ports
		}
		nodes[role.Name] = node
		if role.Kind != KindMember && !(role.Kind == KindGateway && grouped) {
			d.Nodes = append(d.Nodes, node)
		}
	}
	if grouped {
		group := Group{ID: gatewayGroup, Kind: "gateways", Count: len(p.Gateways)}
		for _, g := range p.Gateways {
			group.Nodes = append(group.Nodes, nodes[g.Name])
		}
		d.Groups = append(d.Groups, group)
	}
	for i, m := range p.Mirrors {
		group := Group{ID: "m" + strconv.Itoa(i+1), Kind: "mirror", Name: m.Name, Count: 1}
		ids[m.Name] = group.ID
		for _, member := range m.Members {
			group.Nodes = append(group.Nodes, nodes[member.Name])
		}
		d.Groups = append(d.Groups, group)
	}
	return ids
}

// gatewayGroup is the ID of the group of all gateways.
const gatewayGroup = "gateways"

// allGateways are the IDs from which edges of every gateway begin: that of their
// group, or of the only one.
func allGateways(p *Plan, ids map[string]string) []string {
	switch len(p.Gateways) {
	case 0:
		return nil
	case 1:
		return []string{ids[p.Gateways[0].Name]}
	}
	return []string{gatewayGroup}
}

// edgesTo draws edges to gateways: one to their group where they are all.
func (d *Diagram) edgesTo(p *Plan, gateways []*Backend, from, label string, ids map[string]string) {
	if len(gateways) == len(p.Gateways) {
		for _, id := range allGateways(p, ids) {
			d.edge(p.ClientNetwork, from, id, label)
		}
		return
	}
	for _, g := range gateways {
		d.edge(p.ClientNetwork, from, ids[g.Name], label)
	}
}

func (d *Diagram) drawKinds(p *Plan) {
	http, sql := d.drawClients(p)
	count := map[Kind]int{}
	for _, s := range p.Services {
		if s.Kind == KindMember {
			continue
		}
		if count[s.Kind]++; count[s.Kind] == 1 {
			d.Nodes = append(d.Nodes, Node{ID: kindID(s.Kind), Name: s.Name, Role: string(s.Kind)})
		}
	}
	for i := range d.Nodes {
		if n := count[Kind(d.Nodes[i].Role)]; n > 1 {
			d.Nodes[i].Count = n
		}
	}
	group := Group{ID: "mirrors", Kind: "mirrors", Count: len(p.Mirrors)}
	for i, m := range p.Mirrors {
		if i == drawnMirrors {
			group.Nodes = append(group.Nodes, Node{ID: "more", Role: "more", Count: len(p.Mirrors) - i})
			break
		}
		group.Nodes = append(group.Nodes,
			Node{ID: "m" + strconv.Itoa(i+1), Name: m.Name, Role: "mirror", Count: len(m.Members)})
	}
	if len(group.Nodes) > 0 {
		d.Groups = append(d.Groups, group)
	}

	between := func(from, to Kind, label string) {
		if count[from] > 0 && count[to] > 0 {
			d.edge(p.ClientNetwork, kindID(from), kindID(to), label)
		}
	}
	toMirrors := func(from Kind, label string) {
		if count[from] > 0 && len(p.Mirrors) > 0 {
			d.edge(p.ClientNetwork, kindID(from), group.ID, label)
		}
	}
	switch {
	case len(http) == 0:
	case len(p.nginxDoors()) > 0:
		d.edge(nil, "http", kindID(KindNGINX), "")
	default:
		d.edge(nil, "http", kindID(KindGateway), "")
	}
	if len(sql) > 0 {
		d.edge(nil, "sql", kindID(KindHAProxy), "")
	}
	between(KindNGINX, KindGateway, "")
	between(KindGateway, KindApplicationServer, "")
	toMirrors(KindGateway, "")
	toMirrors(KindHAProxy, "")
	if p.asksGateways() {
		between(KindHAProxy, KindGateway, "health")
	}
	toMirrors(KindApplicationServer, "ecp")
	if p.arbitrated() {
		toMirrors(KindArbiter, "arbiter")
	}
	d.drawOwnKinds(p, group.ID)
}

// drawOwnKinds draws what the user's own services and the monitoring talk to, by kind.
func (d *Diagram) drawOwnKinds(p *Plan, mirrors string) {
	drawn := map[Edge]bool{}
	for way := range p.OwnWays {
		e := Edge{kindID(way.From.Kind), kindID(way.To.Kind), way.Label}
		if way.To.Kind == KindMember {
			e.To = mirrors
		}
		if e.From != e.To && !drawn[e] {
			drawn[e] = true
			d.edge(sharedNetwork(way.From, way.To), e.From, e.To, e.Label)
		}
	}
}

// kindID is the ID of the node that stands for all services of a kind.
func kindID(kind Kind) string {
	switch kind {
	case KindApplicationServer:
		return "application"
	case KindGateway:
		return "gateway"
	}
	return string(kind)
}

func (p *Plan) asksGateways() bool {
	for _, h := range p.HAProxy {
		if len(h.Gateways) > 0 {
			return true
		}
	}
	return false
}

func (p *Plan) arbitrated() bool {
	for _, a := range p.Arbiters {
		if len(a.Mirrors) > 0 {
			return true
		}
	}
	return false
}
