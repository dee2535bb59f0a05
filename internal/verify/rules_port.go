package verify

import (
	"slices"
	"strconv"
)

// checkHostPorts: no host port is published twice on one interface, across all
// services.
func checkHostPorts(l *facts) {
	type owner struct {
		service *service
		port    port
	}
	taken := map[int][]owner{} // by host port; a range stands under each of its ports
	for _, s := range l.compose.services {
		for _, p := range s.ports {
			if p.host == 0 {
				continue
			}
			for number := p.host; number <= min(p.hostLast, 65535); number++ {
				clash := slices.IndexFunc(taken[number], func(o owner) bool {
					return o.port.protocol == p.protocol && (o.port.hostIP == p.hostIP || o.port.hostIP == "" || p.hostIP == "")
				})
				if clash >= 0 {
					l.report(s.file, p.at, "Duplicate host port", "The host port "+strconv.Itoa(number)+" is published by both "+taken[number][clash].service.name+" and "+s.name+".",
						"Give one of them another port in the topology, or 0 to publish none.")
					break
				}
				taken[number] = append(taken[number], owner{s, p})
			}
		}
	}
}

// checkContainerPorts: what an nginx or haproxy service publishes is a port that
// its configuration listens on. Other images may listen on more than this
// package knows.
func checkContainerPorts(l *facts) {
	for _, s := range l.compose.services {
		if d := l.duties[s]; d.nginx == nil && d.haproxy == nil {
			continue
		}
		ports := l.listens(s)
		for _, p := range s.ports {
			if p.container > 0 && !slices.Contains(ports, p.container) {
				l.report(s.file, p.at, "Published port that nothing listens on", "The service "+s.name+" publishes its port "+strconv.Itoa(p.container)+", but its configuration listens on "+portList(ports)+".",
					"Publish a port that it listens on.")
			}
		}
	}
}
