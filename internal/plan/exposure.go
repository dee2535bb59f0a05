package plan

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/schema"
)

// exposure warns, once a lab, of what everybody on the network finds open: default
// passwords, and pages that ask for none. A lab on a loopback address is its host's alone.
func (m *maker) exposure() {
	if m.target == Kubernetes {
		m.clusterExposure()
		return
	}
	address, err := netip.ParseAddr(m.p.PublishAddress)
	if err != nil || address.IsLoopback() || !m.reachable() {
		return
	}
	open := m.defaultPasswords()
	if names := m.openManagement(); len(names) > 0 {
		open = append(open, fmt.Sprintf("the management pages admit requests that Docker's proxy forwards, on %s "+
			"(set system_manager to your own address)", enumerated(names)))
	}
	if names := m.openStatistics(); len(names) > 0 {
		open = append(open, fmt.Sprintf("the statistics page asks for no password, on %s (remove stats_port)",
			enumerated(names)))
	}
	if names := m.openMonitoring(); len(names) > 0 {
		administrator := ""
		if g := m.p.Monitoring.Grafana; g != nil && !g.Guarded {
			administrator = ", and Grafana's administrator has its default one"
		}
		open = append(open, fmt.Sprintf("the monitoring asks for no password%s, on %s (set prometheus_port and "+
			"grafana_port to 0)", administrator, enumerated(names)))
	}
	if len(open) == 0 {
		return
	}
	m.warnf(m.lab.At("publish_address"), "Open to the network",
		"The ports of this lab are published on %s, for everybody who reaches the host: %s. Change these, or publish "+
			"on 127.0.0.1.", address, strings.Join(open, "; "))
}

// clusterExposure is exposure of a lab whose balancers, or gateways of their own, are reached
// from outside a cluster.
func (m *maker) clusterExposure() {
	kind := m.p.Kubernetes.ServiceType
	exposed := false
	for _, n := range m.p.NGINX {
		exposed = exposed || n.ServiceType == kind
	}
	for _, h := range m.p.HAProxy {
		exposed = exposed || h.ServiceType == kind
	}
	for _, g := range m.p.Gateways {
		exposed = exposed || g.ServiceType == kind
	}
	if kind == "ClusterIP" || !exposed {
		return
	}
	open := m.defaultPasswords()
	if names := m.openStatistics(); len(names) > 0 {
		open = append(open, fmt.Sprintf("the statistics page asks for no password, on %s (remove stats_port)",
			enumerated(names)))
	}
	if len(open) > 0 {
		m.warnf(m.lab.Kubernetes.At("service_type"), "Open to the network",
			"Services of type %s are there for everybody who reaches the cluster: %s. Change these, or leave the type "+
				"ClusterIP.", kind, strings.Join(open, "; "))
	}
}

// defaultPasswords are the accounts that everybody knows the password of.
func (m *maker) defaultPasswords() []string {
	var open []string
	if m.p.PasswordHash == "" && m.p.PasswordFile == "" {
		open = append(open, "the predefined accounts of IRIS have the password of the image "+
			"(set password_hash in the iris block)")
	}
	if names := m.defaultAccounts(); len(names) > 0 {
		open = append(open, fmt.Sprintf("the account %s has its default password (set password of web_gateway %s)",
			DefaultGatewayUser, enumerated(names)))
	}
	return open
}

// reachable reports whether a port of the host leads to an IRIS, directly or through a
// gateway or balancer.
func (m *maker) reachable() bool {
	for _, s := range m.p.Services {
		if s.Kind == KindArbiter || s.Kind == KindContainer || s.Kind == KindPrometheus || s.Kind == KindGrafana {
			continue
		}
		for _, port := range s.Ports {
			if port.Host > 0 {
				return true
			}
		}
	}
	return false
}

// defaultAccounts are the gateways that log in with the default password.
func (m *maker) defaultAccounts() []string {
	var names []string
	if m.p.PasswordFile != "" {
		return nil
	}
	for _, g := range m.lab.WebGateways {
		if g.Username == DefaultGatewayUser && g.Password == DefaultGatewayPassword {
			names = append(names, strconv.Quote(g.Name))
		}
	}
	return names
}

// openManagement are the published gateways whose management pages admit Docker's own
// address on the client network: requests from outside may come from it.
func (m *maker) openManagement() []string {
	var names []string
	for i, g := range m.lab.WebGateways {
		if port := hostPort(m.p.Gateways[i].Service, HTTPPort); port > 0 && m.admitsProxy(g) {
			names = append(names, fmt.Sprintf("%q (port %d)", g.Name, port))
		}
	}
	return names
}

// admitsProxy reports whether a pattern of System_Manager matches the first address of the
// client network, which is Docker's.
func (m *maker) admitsProxy(g *schema.WebGateway) bool {
	proxy := strings.Split(m.p.ClientNetwork.Gateway, ".")
	for pattern := range strings.SplitSeq(m.systemManager(g), ",") {
		parts := strings.Split(pattern, ".")
		matches := len(parts) == len(proxy)
		for i := 0; matches && i < len(parts); i++ {
			matches = parts[i] == "*" || parts[i] == proxy[i]
		}
		if matches {
			return true
		}
	}
	return false
}

// openStatistics are the balancers whose statistics page is published.
func (m *maker) openStatistics() []string {
	var names []string
	for _, h := range m.p.HAProxy {
		if port := hostPort(h.Service, StatsPort); port > 0 && !h.Guarded {
			names = append(names, fmt.Sprintf("%q (port %d)", h.Name, port))
		}
	}
	return names
}

// hostPort is the port of the host at which a port of a service's container is published,
// 0 for none.
func hostPort(s *Service, container int) int {
	for _, port := range s.Ports {
		if port.Container == container {
			return port.Host
		}
	}
	return 0
}

// enumerated lists names for a sentence, shortened where there are many.
func enumerated(names []string) string {
	if n := len(names); n > shortList {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shortList], ", "), n-shortList)
	}
	return strings.Join(names, ", ")
}

// openMonitoring are Prometheus and Grafana, where they are published.
func (m *maker) openMonitoring() []string {
	var names []string
	for _, c := range m.p.Containers {
		for _, port := range c.Ports {
			if c.Block == "monitoring" && port.Host > 0 {
				names = append(names, fmt.Sprintf("%q (port %d)", c.Name, port.Host))
			}
		}
	}
	return names
}
