package plan

import "strconv"

// A Diagram is the lab as a graph, in no particular language and drawn by no
// particular tool. IDs are letters and digits that no such tool reserves.
type Diagram struct {
	Nodes  []Node  // outside the groups
	Groups []Group // the mirrors
	Edges  []Edge
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

// A Group is one mirror with its members, or of a large lab all mirrors.
type Group struct {
	ID    string
	Name  string // "" where the group holds all mirrors
	Count int    // of mirrors
	Nodes []Node
}

// An Edge leads from a node to a node or group.
type Edge struct {
	From, To string
	Label    string // "", "journal", "ecp", "health" or "arbiter"
	Dotted   bool   // no data flows
}

// drawnMirrors is how many mirrors a diagram shows one by one.
const drawnMirrors = 60

// Diagram draws clients, balancers, gateways, mirrors and arbiters. Up to 40
// services every service is a node; above that, every mirror is one, and each
// other kind of service is.
func (p *Plan) Diagram() *Diagram {
	d := &Diagram{}
	if p.Large() {
		d.drawKinds(p)
	} else {
		d.drawServices(p)
	}
	return d
}

func (d *Diagram) edge(from, to, label string, dotted bool) {
	d.Edges = append(d.Edges, Edge{from, to, label, dotted})
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
	ids := make(map[string]string, len(p.Services)+len(p.Mirrors))
	nodes := make(map[string]Node, len(p.Services))
	for i, role := range p.Roster() {
		id := "s" + strconv.Itoa(i+1)
		ids[role.Name] = id
		node := Node{ID: id, Name: role.Name, Role: role.Role}
		if ports := role.Published(); ports != "-" {
			node.Ports = ports
		}
		nodes[role.Name] = node
		if role.Kind != KindMember {
			d.Nodes = append(d.Nodes, node)
		}
	}
	for i, m := range p.Mirrors {
		group := Group{ID: "m" + strconv.Itoa(i+1), Name: m.Name, Count: 1}
		ids[m.Name] = group.ID
		for _, member := range m.Members {
			group.Nodes = append(group.Nodes, nodes[member.Name])
		}
		d.Groups = append(d.Groups, group)
	}

	for _, name := range http {
		d.edge("http", ids[name], "", false)
	}
	for _, n := range p.NGINX {
		for _, backend := range n.Gateways {
			d.edge(ids[n.Name], ids[backend.Name], "", false)
		}
	}
	for _, g := range p.Gateways {
		for _, m := range p.Mirrors {
			d.edge(ids[g.Name], ids[m.Name], "", false)
		}
		for _, a := range p.ApplicationServers {
			d.edge(ids[g.Name], ids[a.Name], "", false)
		}
	}
	for _, name := range sql {
		d.edge("sql", ids[name], "", false)
	}
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			d.edge(ids[h.Name], ids[l.Mirror.Name], "", false)
		}
		for _, backend := range h.Gateways {
			d.edge(ids[h.Name], ids[backend.Name], "health", true)
		}
	}
	for _, a := range p.ApplicationServers {
		d.edge(ids[a.Name], ids[a.Mirror.Name], "ecp", false)
	}
	for _, m := range p.Mirrors {
		for _, member := range m.Members {
			if m.Primary != nil && member != m.Primary {
				d.edge(ids[m.Primary.Name], ids[member.Name], "journal", false)
			}
		}
	}
	for _, a := range p.Arbiters {
		for _, name := range a.Mirrors {
			d.edge(ids[a.Name], ids[name], "arbiter", true)
		}
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
	group := Group{ID: "mirrors", Count: len(p.Mirrors)}
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

	between := func(from, to Kind, label string, dotted bool) {
		if count[from] > 0 && count[to] > 0 {
			d.edge(kindID(from), kindID(to), label, dotted)
		}
	}
	toMirrors := func(from Kind, label string, dotted bool) {
		if count[from] > 0 && len(p.Mirrors) > 0 {
			d.edge(kindID(from), group.ID, label, dotted)
		}
	}
	switch {
	case len(http) == 0:
	case len(p.nginxDoors()) > 0:
		d.edge("http", kindID(KindNGINX), "", false)
	default:
		d.edge("http", kindID(KindGateway), "", false)
	}
	if len(sql) > 0 {
		d.edge("sql", kindID(KindHAProxy), "", false)
	}
	between(KindNGINX, KindGateway, "", false)
	between(KindGateway, KindApplicationServer, "", false)
	toMirrors(KindGateway, "", false)
	toMirrors(KindHAProxy, "", false)
	if p.asksGateways() {
		between(KindHAProxy, KindGateway, "health", true)
	}
	toMirrors(KindApplicationServer, "ecp", false)
	if p.arbitrated() {
		toMirrors(KindArbiter, "arbiter", true)
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
