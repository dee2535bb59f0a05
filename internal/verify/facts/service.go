package facts

import (
	"net/netip"
	"path"
	"slices"
	"strings"
)

// Volume reports whether a path of the container lies in a named volume.
func (s *Service) Volume(name string) bool {
	return slices.ContainsFunc(s.volumes, func(m *Mount) bool { return m.covers(name) })
}

// VolumeAt is the named volume that a path of the container lies in; nil for none.
func (s *Service) VolumeAt(name string) *Mount {
	i := slices.IndexFunc(s.volumes, func(m *Mount) bool { return m.covers(name) })
	if i < 0 {
		return nil
	}
	return s.volumes[i]
}

// blockLabel is the label with the block type of a service that has no role in a mirror lab.
const blockLabel = "mirrorgen.block"

// Own reports whether a service of a generated lab is a container of the user's own, of which
// nothing is known but what every service has.
func (l *Facts) Own(s *Service) bool { return l.Generated && s.block == "service" }

// Apart reports whether two services never run together, because their profiles differ.
func Apart(a, b *Service) bool {
	return len(a.Profiles) > 0 && len(b.Profiles) > 0 &&
		!slices.ContainsFunc(a.Profiles, func(p string) bool { return slices.Contains(b.Profiles, p) })
}

// WaitsForHealth reports whether the service starts only when another is healthy.
func (s *Service) WaitsForHealth(name string) bool {
	return slices.ContainsFunc(s.Dependencies, func(d dependency) bool { return d.Service == name && d.Healthy })
}

// WaitsFor reports whether the service starts after another.
func (s *Service) WaitsFor(name string) bool {
	return slices.ContainsFunc(s.Dependencies, func(d dependency) bool { return d.Service == name })
}

// Publishes reports whether the service has that port of the host.
func (s *Service) Publishes(host int) bool { return len(s.PublishedAt(host)) > 0 }

// PublishedAt returns the ports of the service that a port of the host is one of.
func (s *Service) PublishedAt(host int) []Port {
	if s.published == nil {
		s.published = map[int][]Port{}
		for _, p := range s.Ports {
			if p.Host == p.HostLast {
				s.published[p.Host] = append(s.published[p.Host], p)
			} else {
				s.ranges = append(s.ranges, p)
			}
		}
	}
	found := s.published[host]
	for _, p := range s.ranges {
		if p.Host <= host && host <= p.HostLast {
			found = append(slices.Clip(found), p)
		}
	}
	return found
}

// Reaches reports whether this machine reaches the service at that port: one that it
// publishes or, on a cluster, that kubectl forwards to a port of its Service.
func (s *Service) Reaches(port int) bool {
	return slices.ContainsFunc(s.Ports, func(p Port) bool {
		return s.Here(p.Host) <= port && port <= s.Here(p.HostLast)
	})
}

// Here is the port of this machine that leads to one that the service publishes.
func (s *Service) Here(port int) int {
	if here, forwarded := s.forwarded[port]; forwarded {
		return here
	}
	return port
}

// PublishedList names the host ports of a service.
func (s *Service) PublishedList() string {
	var ports []int
	for _, p := range s.Ports {
		ports = append(ports, p.Host)
	}
	if len(ports) == 0 {
		return "no port"
	}
	return "port " + PortList(ports)
}

// Setting returns the value of an environment variable, without a position where
// the service has none.
func (s *Service) Setting(name string) Word { return valueOf(s.Environment, name) }

// valueOf is the value of the last setting of that name, without a position where there is
// none.
func valueOf(list []setting, name string) Word {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == name {
			return list[i].Word
		}
	}
	return Word{}
}

// covers reports whether a path of the container lies in the mount.
func (m *Mount) covers(path string) bool {
	return path == m.Target || strings.HasPrefix(path, strings.TrimSuffix(m.Target, "/")+"/")
}

// Target returns the mount that a path of the container lies in, or nil.
func (s *Service) Target(file string) *Mount {
	var best *Mount
	for _, m := range s.Mounts {
		if m.covers(file) && (best == nil || len(m.Target) > len(best.Target)) {
			best = m
		}
	}
	return best
}

// Directory is the mount that brings a directory, or where its files come one by one, a mount of
// the directory that all of them are from; nil where nothing brings it, or they are from several.
func (s *Service) Directory(target string) *Mount {
	var all *Mount
	for _, m := range s.Mounts {
		switch {
		case m.Target == target:
			return m
		case path.Dir(m.Target) != target:
		case all == nil:
			all = &Mount{Source: path.Dir(m.Source), Target: target, ReadOnly: m.ReadOnly, At: m.At}
		case all.Source != path.Dir(m.Source):
			return nil
		}
	}
	return all
}

// On reports whether the service has an address on that network.
func (s *Service) On(network string) bool {
	for _, a := range s.Addresses {
		if a.Network == network {
			return true
		}
	}
	return false
}

// NetworkOf names the network on which the service has that address.
func (s *Service) NetworkOf(addr netip.Addr) string {
	for _, a := range s.Addresses {
		if a.Addr == addr {
			return a.Network
		}
	}
	return ""
}
