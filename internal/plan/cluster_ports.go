package plan

import (
	"slices"
	"strconv"

	"mirrorgen/schema"
)

// gatewayPorts are the ports of a gateway's Service: the usual one, for the lab itself, and
// that under which it is shown. No balancer is in front of a gateway of its own, which is
// reached as balancers are.
func (m *maker) gatewayPorts(from *schema.WebGateway, g *Gateway) {
	g.ServiceType = "ClusterIP"
	if g.Own && g.HTTPPort > 0 {
		g.ServiceType = m.p.Kubernetes.ServiceType
	}
	if g.HTTPPort == 0 {
		g.HTTPPort = HTTPPort
	}
	if g.Own {
		g.ServicePorts = []ServicePort{m.servicePort(g.ServiceType, "http", g.HTTPPort, HTTPPort, from.Service,
			"http_port")}
		return
	}
	g.ServicePorts = []ServicePort{{Name: "http", Port: HTTPPort, Target: HTTPPort}}
	if g.HTTPPort != HTTPPort {
		g.ServicePorts = append(g.ServicePorts,
			ServicePort{Name: "http-" + strconv.Itoa(g.HTTPPort), Port: g.HTTPPort, Target: HTTPPort})
	}
}

// nginxPorts are the ports of an nginx's Service: those that are published, or where none
// is, that of HTTP for the cluster alone.
func (m *maker) nginxPorts(from *schema.NGINX, n *NGINX) {
	n.ServiceType = m.p.Kubernetes.ServiceType
	if n.HTTPPort == 0 && !n.HTTPS {
		n.HTTPPort, n.ServiceType = HTTPPort, "ClusterIP"
	}
	if n.HTTPPort > 0 {
		n.ServicePorts = append(n.ServicePorts,
			m.servicePort(n.ServiceType, "http", n.HTTPPort, HTTPPort, from.Service, "http_port"))
	}
	if n.HTTPS {
		n.ServicePorts = append(n.ServicePorts,
			m.servicePort(n.ServiceType, "https", n.HTTPSPort, HTTPSPort, from.Service, "https_port"))
	}
}

// reportingName is the name of the Service's port that leads to a mirror's reporting members.
// No other has it, whatever mirrors are called.
func reportingName(h *HAProxy, mirror string) string {
	name := mirror + "-reporting"
	for slices.ContainsFunc(h.ServicePorts, func(p ServicePort) bool { return p.Name == name }) {
		name += "-members"
	}
	return name
}

// A Forward is a port of this machine from which kubectl leads to a port of a Service.
type Forward struct {
	Service string
	Local   int // port of this machine
	Port    int // port of the Service
}

const (
	// firstPort is the first port that others than root may open, and forwardedFrom what is added
	// to those below.
	firstPort     = 1024
	forwardedFrom = 10_000
)

// forward gives each port that a service shows a port of this machine: the same number where any
// user may open it and no other has it, else one that is free, ten thousand higher where only
// root may open it. Who comes first has the choice: nginx, gateways, haproxy, and then
// the other services, each kind in the order of the topology.
func (p *Plan) forward() {
	add := func(s *Service) {
		for _, port := range s.Ports {
			p.Forwards = append(p.Forwards, Forward{Service: s.Name, Port: port.Host})
		}
	}
	for _, n := range p.NGINX {
		add(n.Service)
	}
	for _, g := range p.Gateways {
		add(g.Service)
	}
	for _, h := range p.HAProxy {
		add(h.Service)
	}
	for _, c := range p.Containers {
		add(c.Service)
	}
	taken, next := map[int]bool{}, map[int]int{}
	for i := range p.Forwards {
		if f := &p.Forwards[i]; f.Port >= firstPort && !taken[f.Port] {
			f.Local, taken[f.Port] = f.Port, true
		}
	}
	p.local = map[Forward]int{}
	for i := range p.Forwards {
		f := &p.Forwards[i]
		if f.Local == 0 {
			first := f.Port
			if first < firstPort {
				first += forwardedFrom
			}
			f.Local = max(first, next[first])
			for taken[f.Local] {
				f.Local++
			}
			taken[f.Local], next[first] = true, f.Local
		}
		p.local[Forward{Service: f.Service, Port: f.Port}] = f.Local
	}
}

// LocalPort is the port of this machine that leads to one that a service publishes: the same,
// except on a cluster, where kubectl forwards it.
func (p *Plan) LocalPort(service string, port int) int {
	if local, forwarded := p.local[Forward{Service: service, Port: port}]; forwarded {
		return local
	}
	return port
}
