package plan

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// First host ports that are handed out.
const (
	firstGatewayPort     = 8080
	firstSuperserverPort = 1972  // of the first mirror
	nextSuperserverPort  = 11972 // of the second
	nginxPort            = 80
	maxPort              = 65535
)

// A claim is a host port and who has it.
type claim struct {
	what string
	at   hcl.Range
}

// A portPlan hands out host ports.
type portPlan struct {
	*maker
	taken map[int]claim
	raws  map[*Service]*rawPorts // of the services whose ports raw keys replace
	added map[*Service][]Port    // of raw keys that add to them
}

// ports publishes what the topology publishes: the given ports first, then the
// rest in file order, never a port that the lab gives elsewhere.
func (m *maker) ports() {
	p := portPlan{m, map[int]claim{}, map[*Service]*rawPorts{}, map[*Service][]Port{}}
	p.raw()
	p.given()
	p.rest()
	p.append()
}

// claim takes a port that the topology names.
func (p portPlan) claim(s *schema.Service, argument string, port, container int, purpose string) {
	p.claimAt(s, s.At(argument), argument, port, container, purpose)
}

// claimAt takes a port that the topology names at a place of its own.
func (p portPlan) claimAt(s *schema.Service, at hcl.Range, argument string, port, container int, purpose string) {
	if service := p.services[s]; p.raws[service] != nil {
		if s.Given(argument) {
			p.agrees(service, at, argument, port, container)
		}
		return
	}
	if port == 0 {
		return
	}
	if first, ok := p.taken[port]; ok {
		p.errorf(at, "Host port used twice",
			"Port %d is already the %s at %s. Give one of them another port, or 0 to publish none.%s", port,
			first.what, first.at, s.Note())
		return
	}
	p.taken[port] = claim{purpose, at}
	p.publish(s, port, container, purpose)
}

func (p portPlan) publish(s *schema.Service, port, container int, purpose string) {
	service := p.services[s]
	if p.raws[service] != nil {
		return
	}
	service.Ports = append(service.Ports, p.port(port, container, purpose))
}

func (p portPlan) port(host, container int, purpose string) Port {
	return Port{host, container, fmt.Sprintf("%s:%d:%d", p.p.PublishAddress, host, container), purpose}
}

// kept takes the port that the lock has, unless the topology gives it elsewhere.
func (p portPlan) kept(at hcl.Range, port int, purpose string) bool {
	if port == 0 {
		return false
	}
	if first, ok := p.taken[port]; ok {
		p.warnf(first.at, "Port taken over",
			"Port %d is the %s in the lock file, and the topology gives it away here, so that one gets another "+
				"port. Choose another number to leave it where it is.", port, purpose)
		return false
	}
	p.taken[port] = claim{purpose, at}
	return true
}

// free returns the first port from least up that nobody has or had.
func (p portPlan) free(at hcl.Range, least int, purpose string) int {
	if p.portsOut {
		return 0 // said once
	}
	for port := least; port <= maxPort; port++ {
		if _, ok := p.taken[port]; !ok && p.locked.ports[port] == "" {
			p.taken[port] = claim{purpose, at}
			return port
		}
	}
	p.portsOut = true
	p.errorf(at, "No host port left",
		"Every port from %d to %d is taken, so none is left for the %s. Publish fewer ports: 0 publishes "+
			"none.", least, maxPort, purpose)
	return 0
}

func (p portPlan) given() {
	for _, mirror := range p.lab.Mirrors {
		for _, member := range mirror.Members {
			p.claim(member.Service, "superserver_port", member.SuperserverPort, SuperserverPort,
				"superserver of "+member.Name)
			if p.p.WebServer {
				p.claim(member.Service, "web_port", member.WebPort, WebServerPort, "web server of "+member.Name)
			}
		}
	}
	for i, g := range p.lab.WebGateways {
		if g.Given("http_port") {
			p.claim(g.Service, "http_port", g.HTTPPort, HTTPPort, "HTTP port of "+g.Name)
			p.p.Gateways[i].HTTPPort = g.HTTPPort
		}
	}
	for i, n := range p.lab.NGINX {
		port := n.HTTPPort
		if raw, given := p.rawHost(p.p.NGINX[i].Service, HTTPPort); given && !n.Given("http_port") {
			port = raw
		} else if i == 0 && !n.Given("http_port") {
			port = nginxPort
		}
		p.p.NGINX[i].HTTPPort = port
		p.claim(n.Service, "http_port", port, HTTPPort, "HTTP port of "+n.Name)
		p.claim(n.Service, "https_port", p.p.NGINX[i].HTTPSPort, HTTPSPort, "HTTPS port of "+n.Name)
	}
	p.containers()
	p.monitoring()
	mirrors := map[string]*schema.Mirror{}
	for _, mirror := range p.lab.Mirrors {
		mirrors[mirror.Name] = mirror
	}
	for i, h := range p.lab.HAProxy {
		p.claim(h.Service, "stats_port", h.StatsPort, StatsPort, "statistics port of "+h.Name)
		for _, l := range p.p.HAProxy[i].Listeners {
			if mirror := mirrors[l.Mirror.Name]; mirror.Given("superserver_port") {
				p.listener(h, mirror, l, mirror.SuperserverPort)
			}
		}
		for _, l := range p.p.HAProxy[i].Reporting {
			mirror := mirrors[l.Mirror.Name]
			l.Host = mirror.ReportingPort
			p.claimAt(h.Service, mirror.At("reporting_port"), "reporting_port", l.Host, l.Port,
				reportingPurpose(mirror.Name))
		}
	}
}

// reportingPurpose says what the port of a mirror's reporting members is for.
func reportingPurpose(mirror string) string {
	return "superserver port of the reporting members of mirror " + mirror
}

// listener publishes a mirror's superserver port where the mirror names one.
func (p portPlan) listener(h *schema.HAProxy, mirror *schema.Mirror, l *Listener, port int) {
	at, service := mirror.At("superserver_port"), p.services[h.Service]
	raw := p.raws[service] != nil
	if raw && !p.agrees(service, at, "superserver_port", port, l.Port) || port == 0 {
		return
	}
	purpose := "superserver port of mirror " + mirror.Name
	if first, ok := p.taken[port]; ok && !raw {
		p.errorf(at, "Host port used twice",
			"Port %d is already the %s at %s. Give one of them another port, or 0 to publish none.", port, first.what,
			first.at)
		return
	}
	p.taken[port] = claim{purpose, at}
	p.serve(h, l, port, purpose)
}

func (p portPlan) serve(h *schema.HAProxy, l *Listener, port int, purpose string) {
	l.Host = port
	published := p.port(port, l.Port, purpose)
	l.Mirror.Port = &published
	p.publish(h.Service, port, l.Port, purpose)
}

// rest hands out what the topology does not say: what the lock has, else the
// next port.
func (p portPlan) rest() {
	for i, g := range p.lab.WebGateways {
		if g.Given("http_port") {
			continue
		}
		purpose := "HTTP port of " + g.Name
		port, raw := p.rawHost(p.p.Gateways[i].Service, HTTPPort)
		if raw {
			p.p.Gateways[i].HTTPPort = port
			continue
		}
		if old := p.locked.services[g.Name]; old != nil && p.kept(g.NameRange, old.HTTPPort, purpose) {
			port = old.HTTPPort
		} else {
			port = p.free(g.NameRange, firstGatewayPort, purpose)
		}
		if port != 0 {
			p.p.Gateways[i].HTTPPort = port
			p.publish(g.Service, port, HTTPPort, purpose)
		}
	}
	p.superservers()
}

// superservers serves the mirrors in their order, whichever haproxy it is that
// serves them.
func (p portPlan) superservers() {
	type serving struct {
		by *schema.HAProxy
		l  *Listener
	}
	servings := map[string]serving{}
	for j, h := range p.lab.HAProxy {
		for _, l := range p.p.HAProxy[j].Listeners {
			servings[l.Mirror.Name] = serving{h, l}
		}
	}
	least := nextSuperserverPort
	for i, mirror := range p.lab.Mirrors {
		s, served := servings[mirror.Name]
		if mirror.Given("superserver_port") || !served {
			continue
		}
		purpose := "superserver port of mirror " + mirror.Name
		if port, raw := p.rawHost(p.services[s.by.Service], s.l.Port); raw {
			if port != 0 {
				p.serve(s.by, s.l, port, purpose)
			}
			continue
		}
		if old := p.locked.mirrors[mirror.Name]; old != nil && p.kept(mirror.NameRange, old.SuperserverPort, purpose) {
			p.serve(s.by, s.l, old.SuperserverPort, purpose)
			continue
		}
		from := least
		if _, taken := p.taken[firstSuperserverPort]; i == 0 && !taken && p.locked.ports[firstSuperserverPort] == "" {
			from = firstSuperserverPort
		}
		if port := p.free(mirror.NameRange, from, purpose); port != 0 {
			p.serve(s.by, s.l, port, purpose)
			if from == least {
				least = port + 1
			}
		}
	}
}
