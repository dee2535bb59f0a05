package facts

import (
	"slices"

	"mirrorgen/internal/format/haproxy"
)

// Bound reports whether a section binds an address and port, or the port on every address.
func (h HAProxyFile) Bound(host string, port int) bool {
	for _, bind := range h.Binds[port] {
		if bind.Host == host || bind.Host == "" {
			return true
		}
	}
	return false
}

// Monitored reports whether the section that binds an address and port answers a path by
// itself, to say that HAProxy runs.
func (h HAProxyFile) Monitored(host string, port int, uri string) bool {
	for _, p := range h.Proxies {
		bound := slices.ContainsFunc(p.Binds, func(b haproxy.Bind) bool {
			return b.Port == port && (b.Host == host || b.Host == "")
		})
		if !bound {
			continue
		}
		for line := range p.Find("monitor-uri") {
			if len(line.Words) > 1 && line.Words[1] == uri {
				return true
			}
		}
	}
	return false
}

// Serves reports whether a section of HAProxy answers a path by itself.
func (h *HAProxyFile) Serves(uri string) bool {
	for _, p := range h.Proxies {
		for _, line := range p.Lines {
			for i, w := range line.Words {
				if w == uri && (line.Words[0] == "stats" || line.Words[0] == "monitor-uri" ||
					i > 0 && line.Words[i-1] == "path") {
					return true
				}
			}
		}
	}
	return false
}
