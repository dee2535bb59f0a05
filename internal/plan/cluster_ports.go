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
