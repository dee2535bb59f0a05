package rules

import (
	"mirrorgen/internal/verify/facts"
	"slices"
	"strconv"
)

// checkHostPorts: no host port is published twice on one interface, across all
// services.
func checkHostPorts(l *checker) {
	type owner struct {
		service *facts.Service
		port    facts.Port
	}
	taken := map[int][]owner{} // by host port; a range stands under each of its ports
	for _, s := range l.Compose.Services {
		for _, p := range s.Ports {
			if p.Host == 0 {
				continue
			}
			for number := p.Host; number <= min(p.HostLast, 65535); number++ {
				clash := slices.IndexFunc(taken[number], func(o owner) bool {
					return o.port.Protocol == p.Protocol &&
						(o.port.HostIP == p.HostIP || o.port.HostIP == "" || p.HostIP == "")
				})
				if clash >= 0 {
					l.Report(s.File, p.At, "Duplicate host port",
						"The host port "+strconv.Itoa(number)+" is published by both "+
							taken[number][clash].service.Name+" and "+s.Name+".",
						"Give one of them another port in the topology, or 0 to publish none.")
					break
				}
				taken[number] = append(taken[number], owner{s, p})
			}
		}
	}
}

// checkContainerPorts: what an nginx or haproxy service publishes is a port that
// its configuration listens on. Other images may listen on more
// ports.
func checkContainerPorts(l *checker) {
	for _, s := range l.Compose.Services {
		if d := l.Roles[s]; d.NGINX == nil && d.HAProxy == nil {
			continue
		}
		ports := l.Listens(s)
		for _, p := range s.Ports {
			if p.Container > 0 && !slices.Contains(ports, p.Container) {
				l.Report(s.File, p.At, "Published port that nothing listens on",
					"The service "+s.Name+" publishes its port "+strconv.Itoa(p.Container)+", but its configuration "+
						"listens on "+facts.PortList(ports)+".",
					"Publish a port that it listens on.")
			}
		}
	}
}
