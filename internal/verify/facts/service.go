package facts

import (
	"net/netip"
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
func (s *Service) Publishes(host int) bool {
	return slices.ContainsFunc(s.Ports, func(p Port) bool { return p.Host <= host && host <= p.HostLast })
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
func (s *Service) Target(path string) *Mount {
	var best *Mount
	for _, m := range s.Mounts {
		if m.covers(path) && (best == nil || len(m.Target) > len(best.Target)) {
			best = m
		}
	}
	return best
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
