package plan

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// AgentPort is where an ISCAgent answers, in members and arbiters.
const AgentPort = 2188

// A Connection is a way that data or questions take inside the lab, or into it from the
// host: From opens it to Port of To.
type Connection struct {
	From    string // a service; "" for clients on the host
	To      string // a service
	Address string // of To, "127.0.0.1" or the like from the host
	Port    int    // inside the container of To; a host port where From is ""
	Over    string // the protocol, e.g. "HTTP", "superserver", "ECP"
	Purpose string // short English phrase, e.g. "requests to /ap1"
}

// Connections yields every connection that the lab is configured for, by the service that
// opens it: clients, nginx, haproxy, gateways, application servers, members, the monitoring,
// and the user's own containers, of which it has those that their command or environment gives a
// port. Which member is primary changes; roles are those of the first start.
func (p *Plan) Connections() iter.Seq[Connection] {
	return func(yield func(Connection) bool) {
		for _, part := range []iter.Seq[Connection]{p.fromClients, p.fromNGINX, p.fromHAProxy, p.fromGateways,
			p.fromApplicationServers, p.fromMembers, p.fromMonitoring, p.fromContainers} {
			for c := range part {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func (p *Plan) fromClients(yield func(Connection) bool) {
	for _, s := range p.Services {
		for _, port := range s.Ports {
			over := "TCP"
			switch port.Container {
			case HTTPPort, WebServerPort, StatsPort:
				over = "HTTP"
			}
			if port.Host > 0 && !yield(Connection{"", s.Name, p.PublishAddress, port.Host, over, port.Purpose}) {
				return
			}
		}
	}
}

func (p *Plan) fromNGINX(yield func(Connection) bool) {
	for _, n := range p.NGINX {
		for _, g := range n.Gateways {
			if !yield(Connection{n.Name, g.Name, g.Address, HTTPPort, "HTTP", "requests of its clients"}) {
				return
			}
		}
	}
}

func (p *Plan) fromHAProxy(yield func(Connection) bool) {
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			for _, s := range l.Servers {
				if !yield(Connection{h.Name, s.Name, s.Address, SuperserverPort, "superserver",
					"SQL and other clients of " + l.Mirror.Name + ", while it is primary"}) {
					return
				}
				if !h.ViaGateways && !yield(Connection{h.Name, s.Name, s.Address, WebServerPort, "HTTP",
					"health check: is it primary?"}) {
					return
				}
			}
		}
		for _, l := range h.Reporting {
			for _, s := range l.Servers {
				if !yield(Connection{h.Name, s.Name, s.Address, SuperserverPort, "superserver",
					"reports from " + l.Mirror.Name}) {
					return
				}
			}
		}
		for _, g := range h.Gateways {
			if !yield(Connection{h.Name, g.Name, g.Address, HTTPPort, "HTTP", "health checks of the members"}) {
				return
			}
		}
	}
}

func (p *Plan) fromGateways(yield func(Connection) bool) {
	for _, g := range p.Gateways {
		known := map[string]bool{}
		for _, server := range g.Config.Servers {
			known[server.Name] = true
		}
		for _, i := range p.Instances {
			purpose := ""
			switch {
			case known[i.Name] && i.Member != nil && known[i.Mirror.Name] && i.Member.takesOver():
				purpose = fmt.Sprintf("requests to /%s, and to /%s while it is primary", i.Name, i.Mirror.Name)
			case known[i.Name]:
				purpose = "requests to /" + i.Name
			case i.Member != nil && known[i.Mirror.Name] && i.Member.takesOver():
				purpose = fmt.Sprintf("requests to /%s while it is primary", i.Mirror.Name)
			default:
				continue
			}
			if !yield(Connection{g.Name, i.Name, i.ClientAddress, SuperserverPort, "superserver", purpose}) {
				return
			}
		}
	}
}

// takesOver reports whether the member can be primary: by itself, or once promoted.
func (m *Member) takesOver() bool { return m.Failover() || m.Role == RoleDRAsync }

func (p *Plan) fromApplicationServers(yield func(Connection) bool) {
	for _, a := range p.ApplicationServers {
		for _, m := range a.Mirror.Members {
			if m.takesOver() && !yield(Connection{a.Name, m.Name, m.ClientAddress, SuperserverPort, "ECP",
				"the databases of " + a.Mirror.Name + ", while it is primary"}) {
				return
			}
		}
	}
}

func (p *Plan) fromMembers(yield func(Connection) bool) {
	for _, m := range p.Mirrors {
		for _, member := range m.Members {
			for _, other := range m.Members {
				if other == member {
					continue
				}
				if other == m.Primary && !yield(Connection{member.Name, other.Name, other.MirrorAddress,
					SuperserverPort, "mirror", "journal of the primary"}) {
					return
				}
				if !yield(Connection{member.Name, other.Name, other.MirrorAddress, AgentPort, "ISCAgent",
					"state of the other member, also when its IRIS is down"}) {
					return
				}
			}
			if m.Arbiter != nil && member.Failover() && !yield(Connection{member.Name, m.Arbiter.Name,
				m.Arbiter.Address, AgentPort, "ISCAgent", "arbiter of " + m.Name}) {
				return
			}
		}
	}
}

func (p *Plan) fromMonitoring(yield func(Connection) bool) {
	m := p.Monitoring
	if m == nil {
		return
	}
	prometheus := m.Prometheus.Service
	for _, t := range m.Watched() {
		address, port, _ := strings.Cut(t.Address, ":")
		number, _ := strconv.Atoi(port)
		if !yield(Connection{prometheus.Name, t.Name, address, number, "HTTP", "metrics"}) {
			return
		}
	}
	if m.Grafana != nil {
		yield(Connection{m.Grafana.Name, prometheus.Name, reached(m.Grafana.Service, prometheus), PrometheusPort,
			"HTTP", "queries of the dashboards"})
	}
}

func (p *Plan) fromContainers(yield func(Connection) bool) {
	for _, c := range p.OwnContainers() {
		for _, m := range p.Mentions(c) {
			address, over := reached(c.Service, m.Service), "TCP"
			if m.Port == HTTPPort {
				over = "HTTP"
			}
			if address == "" || m.Port == 0 {
				continue
			}
			if !yield(Connection{c.Name, m.Name, address, m.Port, over, "as its command or environment says"}) {
				return
			}
		}
	}
}
