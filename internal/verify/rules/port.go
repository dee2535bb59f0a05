package rules

import (
	"cmp"
	"slices"
	"strconv"

	"mirrorgen/internal/verify/facts"
)

// checkHostPorts: no host port is published twice on one interface, across all
// services.
func checkHostPorts(l *checker) {
	byProtocol := map[string][]published{}
	for _, s := range l.Compose.Services {
		for _, p := range s.Ports {
			if p.Host > 0 {
				list := byProtocol[p.Protocol]
				byProtocol[p.Protocol] = append(list, published{s, p, len(list)})
			}
		}
	}
	for _, list := range byProtocol {
		slices.SortStableFunc(list, func(a, b published) int { return cmp.Compare(a.port.Host, b.port.Host) })
		last := map[string]published{} // that which ends last, by interface
		whole := published{}           // of all interfaces
		for _, p := range list {
			others := []published{last[p.port.HostIP], last[""]}
			if p.port.HostIP == "" {
				others = append(others, whole)
			}
			if i := slices.IndexFunc(others, func(o published) bool { return o.clashes(p) }); i >= 0 {
				l.reportTwice(others[i], p)
			}
			if q := last[p.port.HostIP]; q.service == nil || q.port.HostLast < p.port.HostLast {
				last[p.port.HostIP] = p
			}
			if whole.service == nil || whole.port.HostLast < p.port.HostLast {
				whole = p
			}
		}
	}
}

// published is a port of the host, or a range, with the service that has it.
type published struct {
	service *facts.Service
	port    facts.Port
	index   int // in the order of the file
}

// clashes reports whether a range that begins no earlier shares a port with p.
func (p published) clashes(later published) bool {
	return p.service != nil && p.port.HostLast >= later.port.Host && !facts.Apart(p.service, later.service)
}

// reportTwice reports two ranges that share a port, at the one that stands later in the file.
func (l *checker) reportTwice(a, b published) {
	number := b.port.Host
	if a.index > b.index {
		a, b = b, a
	}
	l.ReportBoth(b.service.Location(b.port.At), a.service.Location(a.port.At), "Duplicate host port",
		"The host port "+strconv.Itoa(number)+" is published by both "+a.service.Name+" and "+b.service.Name+".",
		l.Remedy("Give one of them another port in the topology, or 0 to publish none.",
			"Publish one of them on another port below its ports."))
}

// checkContainerPorts: what an nginx or haproxy service publishes is a port that
// its configuration listens on. Other images may listen on more
// ports.
func checkContainerPorts(l *checker) {
	for _, s := range l.Compose.Services {
		if d := l.Roles[s]; d.NGINX == nil && d.HAProxy == nil || d.NGINX != nil && d.NGINX.Partial {
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
