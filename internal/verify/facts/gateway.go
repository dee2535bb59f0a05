package facts

import (
	"encoding/base64"
	"strings"

	"mirrorgen/internal/format/text"
)

// PathPrefix begins the name of a section that describes one path.
const PathPrefix = "APP_PATH:"

// GatewayServers returns the sections of a CSP.ini that describe servers.
func GatewayServers(i *INI) []*INISection {
	var servers []*INISection
	for _, s := range i.Sections {
		if !text.Has("SYSTEM SYSTEM_INDEX APP_PATH_INDEX", s.Name) && !strings.HasPrefix(s.Name, PathPrefix) {
			servers = append(servers, s)
		}
	}
	return servers
}

// Enabled reports whether an index section lists the name as Enabled.
func (i *INI) Enabled(index, name string) bool {
	section := i.ByName[index]
	return section != nil && section.Value(name) == "Enabled"
}

// PathFor returns the section of the longest enabled path that the URI begins
// with, or nil. A path ends at a slash.
func (i *INI) PathFor(uri string) *INISection {
	for path := uri; path != ""; {
		if s := i.ByName[PathPrefix+path]; s != nil && i.Enabled("APP_PATH_INDEX", path) {
			return s
		}
		slash := strings.LastIndexByte(path, '/')
		if slash == 0 && path != "/" {
			path = "/"
			continue
		}
		path = path[:max(slash, 0)]
	}
	return nil
}

// ResponseTimeout is how long a gateway waits for a server: its own setting, the
// one of [SYSTEM], or the product's 60 s.
func (g *GatewayFile) ResponseTimeout(server *INISection) (int64, Location) {
	for _, section := range [...]*INISection{server, g.INI.ByName["SYSTEM"]} {
		if section == nil {
			continue
		}
		if key, ok := section.Key("Server_Response_Timeout"); ok {
			return int64(Number(key.Value)) * 1000, Location{g.File, key.ValueAt}
		}
	}
	return 60_000, Location{g.File, Position{}}
}

// LongestResponse is the longest a gateway waits for any server.
func (g *GatewayFile) LongestResponse() (int64, Location) {
	longest, at := g.ResponseTimeout(nil)
	for _, server := range GatewayServers(g.INI) {
		if t, where := g.ResponseTimeout(server); t > longest {
			longest, at = t, where
		}
	}
	return longest, at
}

// The login that the product publishes for gateways.
const (
	DefaultUser     = "CSPSystem"
	DefaultPassword = "SYS"
)

// GatewayPassword is a password of CSP.ini in plain text: "]]]" stands before one
// in base64.
func GatewayPassword(stored string) string {
	if encoded, found := strings.CutPrefix(stored, "]]]"); found {
		if password, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return string(password)
		}
	}
	return stored
}

// ServiceAt is the service with that address or name; nil for none.
func (l *Facts) ServiceAt(host string) *Service {
	if s := l.Compose.ByIP[ParseAddr(host)]; s != nil {
		return s
	}
	return l.Compose.ByName[host]
}
