package rules

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// checkReferences looks up every address that an artifact names: it belongs to a
// service, that service listens there, and whoever reads the artifact is on the
// same network.
func checkReferences(l *checker) {
	for u := range l.References {
		addr := facts.ParseAddr(u.Host)
		if !addr.IsValid() {
			l.checkNamedReference(u)
			continue
		}
		if addr.IsLoopback() || addr == netip.IPv4Unspecified() || addr == netip.IPv6Unspecified() {
			continue
		}
		target := l.Compose.ByIP[addr]
		if target == nil {
			if l.Generated && !u.Anywhere || l.InSubnet(addr) {
				l.Report(u.File, u.At, "Unknown address",
					u.Subject()+" has the address "+u.Host+", which belongs to no service of "+l.ComposeName+".",
					l.addressRemedy())
			}
			continue
		}
		l.checkReachable(u, target, target.NetworkOf(addr))
		l.checkListens(u, target)
	}
}

// addressRemedy says what is an address of a service: on a cluster, the name of its Service.
func (l *checker) addressRemedy() string {
	if l.Cluster != nil {
		return "Use the name of a Service, with the namespace and the cluster's domain."
	}
	return "Use an address that a service has as ipv4_address."
}

// checkNamedReference is checkReferences for a host name.
func (l *checker) checkNamedReference(u *facts.Reference) {
	target := l.Compose.ByName[u.Host]
	switch {
	case target == nil && (u.Host == "localhost" || u.Anywhere || strings.Contains(u.Host, ".")):
	case target == nil && !l.Generated && l.resolvedElsewhere(u):
	case target == nil:
		l.Report(u.File, u.At, "Unknown host",
			u.Subject()+` has the host "`+u.Host+`", which is no service of `+l.ComposeName+".",
			"Use the address of a service.")
	case u.Literal && l.Generated:
		l.Report(u.File, u.At, "Host name instead of an address",
			u.Subject()+" is named by its host name, so the program does not start while "+u.Host+" is missing.",
			"Use its ipv4_address.")
	default:
		l.checkNamedNetwork(u, target)
		l.checkListens(u, target)
	}
}

// resolvedElsewhere reports whether a host of a lab that was written by hand may be found by
// other means than the compose file: a variable in it, extra_hosts, a network from outside.
func (l *checker) resolvedElsewhere(u *facts.Reference) bool {
	if strings.ContainsAny(u.Host, "${%<") {
		return true
	}
	for _, reader := range l.Compose.Readers[u.File.Path] {
		if reader.Resolved[u.Host] || l.Compose.External(reader) {
			return true
		}
	}
	return false
}

// checkNamedNetwork reports a service that is named by those who share no network
// with it, to whom its name says nothing.
func (l *checker) checkNamedNetwork(u *facts.Reference, target *facts.Service) {
	for _, reader := range l.Compose.Readers[u.File.Path] {
		shared := reader == target || len(reader.Addresses) == 0 || len(target.Addresses) == 0
		for _, a := range target.Addresses {
			shared = shared || reader.On(a.Network)
		}
		if !shared {
			l.ReportBoth(u.File.Location(u.At), target.Location(target.At), "Unreachable address",
				u.Subject()+" is "+target.Name+", which shares no network with "+reader.Name+".",
				"Put both on one network.")
			return
		}
	}
}

// checkReachable reports a service that is named on a network where those who
// read the file are not.
func (l *checker) checkReachable(u *facts.Reference, target *facts.Service, network string) {
	for _, reader := range l.Compose.Unconnected(u.File.Path, network) {
		if reader != target {
			l.Report(u.File, u.At, "Unreachable address",
				u.Subject()+" has the address "+u.Host+" on the network "+network+", where "+reader.Name+" has no "+
					"address.",
				"Use the address of "+target.Name+" on a network that both share.")
			return
		}
	}
}

func (l *checker) checkListens(u *facts.Reference, target *facts.Service) {
	if u.Port == 0 || l.Opaque(target) {
		return
	}
	if u.Service > 0 && u.Port != u.Service && l.Roles[target].Kind == facts.InstanceKind {
		l.Report(u.File, u.At, "Port of another service",
			u.Subject()+" is expected on port "+strconv.Itoa(u.Port)+" of "+target.Name+", but asks for what an "+
				"instance serves on "+strconv.Itoa(u.Service)+".",
			"Use port "+strconv.Itoa(u.Service)+".")
		return
	}
	if ports := l.Listens(target); !slices.Contains(ports, u.Port) {
		l.Report(u.File, u.At, "Port that nothing listens on",
			u.Subject()+" is expected on port "+strconv.Itoa(u.Port)+" of "+target.Name+", which listens on "+
				facts.PortList(ports)+".",
			"Use the port that the service listens on.")
	}
}
