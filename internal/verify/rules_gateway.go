package verify

import (
	"net/netip"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/vocabulary"
)

const pathPrefix = "APP_PATH:" // of a section that describes one path

// number reads a port or a count, 0 where it is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// gatewayServers returns the sections of a CSP.ini that describe servers.
func gatewayServers(i *ini) []*iniSection {
	var servers []*iniSection
	for _, s := range i.sections {
		if !text.Has("SYSTEM SYSTEM_INDEX APP_PATH_INDEX", s.name) && !strings.HasPrefix(s.name, pathPrefix) {
			servers = append(servers, s)
		}
	}
	return servers
}

// enabled reports whether an index section lists the name as Enabled.
func (i *ini) enabled(index, name string) bool {
	section := i.byName[index]
	return section != nil && section.value(name) == "Enabled"
}

// checkGatewayIndexes: the indexes of servers and of paths list just the
// sections that there are.
func checkGatewayIndexes(l *facts) {
	for _, g := range l.gateways {
		l.checkIndex(g, "SYSTEM_INDEX", "", "server")
		l.checkIndex(g, "APP_PATH_INDEX", pathPrefix, "path")
		for _, s := range gatewayServers(g.ini) {
			l.checkListed(g, "SYSTEM_INDEX", s.name, s)
		}
		for _, s := range g.ini.sections {
			if name, found := strings.CutPrefix(s.name, pathPrefix); found {
				l.checkListed(g, "APP_PATH_INDEX", name, s)
			}
		}
		if index := g.ini.byName["APP_PATH_INDEX"]; index != nil && l.generated {
			for _, name := range [...]string{"/", "/csp"} {
				if _, listed := index.key(name); !listed {
					l.report(g.file, index.at, "Default path left open", "The gateway serves "+name+" by default, and [APP_PATH_INDEX] does not say otherwise.", "Add "+name+"=Disabled, or a section for it.")
				}
			}
		}
	}
}

func (l *facts) checkIndex(g gatewayFile, index, prefix, what string) {
	section := g.ini.byName[index]
	if section == nil {
		l.report(g.file, place{}, "Missing index", "The file has no section ["+index+"].", "Add it; it lists every "+what+".")
		return
	}
	for _, key := range section.keys {
		switch {
		case key.value != "Enabled" && key.value != "Disabled":
			l.report(g.file, key.valueAt, "Invalid index entry", "The "+what+" "+key.name+" is neither Enabled nor Disabled.", "Write Enabled or Disabled.")
		case key.value == "Enabled" && g.ini.byName[prefix+key.name] == nil:
			l.report(g.file, key.at, "Index entry without a section", "The "+what+" "+key.name+" is enabled, but there is no section ["+prefix+key.name+"].", "Add the section, or disable the "+what+".")
		}
	}
}

func (l *facts) checkListed(g gatewayFile, index, name string, s *iniSection) {
	if section := g.ini.byName[index]; section != nil {
		if _, listed := section.key(name); !listed {
			l.report(g.file, s.at, "Section missing from its index", "The section ["+s.name+"] is not listed in ["+index+"], so the gateway does not use it.", "Add "+name+"=Enabled there.")
		}
	}
}

// checkGatewayPaths: every enabled path goes to servers that exist and are
// enabled, and the default server is one of its alternatives.
func checkGatewayPaths(l *facts) {
	for _, g := range l.gateways {
		for _, s := range g.ini.sections {
			name, found := strings.CutPrefix(s.name, pathPrefix)
			if !found || !g.ini.enabled("APP_PATH_INDEX", name) {
				continue
			}
			if strings.Contains(name, ".") || !strings.HasPrefix(name, "/") {
				l.report(g.file, s.at, "Invalid path", "The path "+name+" cannot be served: a path begins with a slash and holds no dot.", "Rename the block that it is named after.")
			}
			if _, given := s.key("Default_Server"); !given {
				l.report(g.file, s.at, "Path without a server", "The path "+name+" has no Default_Server.", "Name a server.")
			}
			for _, key := range s.keys {
				switch {
				case key.name == "Default_Server":
					l.checkPathServer(g, name, key.value, key.valueAt)
				case strings.HasPrefix(key.name, "Alternative_Server_"):
					if enabled, _, _ := strings.Cut(key.value, "~"); enabled == "1" {
						_, server, _ := cutLast(key.value, "~")
						l.checkPathServer(g, name, server, key.valueAt)
					}
				}
			}
		}
	}
}

func (l *facts) checkPathServer(g gatewayFile, path, server string, at place) {
	switch {
	case g.ini.byName[server] == nil:
		l.report(g.file, at, "Path to an unknown server", "The path "+path+" goes to the server "+server+", which has no section.", "Name a server that has one.")
	case !g.ini.enabled("SYSTEM_INDEX", server):
		l.report(g.file, at, "Path to a disabled server", "The path "+path+" goes to the server "+server+", which is not enabled in [SYSTEM_INDEX].", "Enable the server, or disable the path.")
	}
}

// checkGatewayServers: a server that is named after a service has its address
// and is not mirror-aware; every server has what the gateway needs; keys are
// spelt as documented.
func checkGatewayServers(l *facts) {
	for _, g := range l.gateways {
		for _, s := range gatewayServers(g.ini) {
			for _, required := range [...]string{"Ip_Address", "TCP_Port"} {
				if s.value(required) == "" {
					l.report(g.file, s.at, "Incomplete server", "The server ["+s.name+"] has no "+required+".", "Add it.")
				}
			}
			if key, given := s.key("TCP_Port"); given && (number(key.value) < 1 || number(key.value) > 65535) {
				l.report(g.file, key.valueAt, "Invalid port", "The TCP_Port of server ["+s.name+"] is no port.", "Write a number from 1 to 65535.")
			}
			l.checkServerOfService(g, s)
		}
		for _, s := range g.ini.sections {
			if s.name == "SYSTEM_INDEX" || s.name == "APP_PATH_INDEX" {
				continue
			}
			for _, key := range s.keys {
				if text.Has(vocabulary.GatewayKeys, key.name) || strings.HasPrefix(key.name, "Alternative_Server_") {
					continue
				}
				if near := text.Nearest(vocabulary.GatewayKeys, key.name); near != "" {
					l.report(g.file, key.at, "Misspelt key", "The Web Gateway knows no key "+key.name+" and would ignore it.", `Did you mean "`+near+`"?`)
				}
			}
		}
	}
}

// checkServerOfService looks at a server entry that has the name of a mirror or
// of a service.
func (l *facts) checkServerOfService(g gatewayFile, s *iniSection) {
	target := l.compose.byName[s.name]
	if l.mirrors[s.name] && s.value("Mirror_Aware") != "1" {
		l.report(g.file, s.at, "Mirror without a mirror-aware server", "The server ["+s.name+"] stands for a mirror, but would stay with one member after a failover.", "Add Mirror_Aware=1.")
	}
	if l.mirrors[s.name] {
		l.checkMirrorServer(g, s)
	}
	if target == nil {
		return
	}
	if key, _ := s.key("Mirror_Aware"); key.value == "1" {
		l.report(g.file, key.at, "Mirror-aware server of one instance", "The server ["+s.name+"] stands for one instance, but a mirror-aware server follows the primary.",
			"Leave Mirror_Aware to the server that is named after the mirror.")
	}
	key, _ := s.key("Ip_Address")
	addr, err := netip.ParseAddr(key.value)
	if owner := l.compose.byIP[addr]; err == nil && owner != nil && owner != target {
		l.report(g.file, key.valueAt, "Address of another service", "The server ["+s.name+"] has the address "+key.value+", which belongs to "+owner.name+".", "Use an address of "+s.name+".")
	}
}

// checkMirrorServer: the server of a mirror begins with a failover member of it,
// from which the gateway learns the others.
func (l *facts) checkMirrorServer(g gatewayFile, s *iniSection) {
	key, _ := s.key("Ip_Address")
	owner := l.serviceAt(key.value)
	if owner == nil || l.roster == nil {
		return
	}
	e := l.roster.byName[owner.name]
	if e == nil || e.text("mirror") != s.name || e.text("role") != "primary" && e.text("role") != "backup" {
		l.report(g.file, key.valueAt, "Mirror-aware server of another mirror", "The server ["+s.name+"] stands for a mirror, but its address belongs to "+owner.name+", which is no failover member of it.", "Use the address of a failover member of "+s.name+".")
	}
}

// checkPathNames: a path that has the name of a service or a mirror goes to the
// server of that name, and the servers that a path lists begin with its own.
func checkPathNames(l *facts) {
	for _, g := range l.gateways {
		for _, s := range g.ini.sections {
			path, found := strings.CutPrefix(s.name, pathPrefix+"/")
			if !found {
				continue
			}
			key, given := s.key("Default_Server")
			if given && key.value != path && (l.mirrors[path] || l.compose.byName[path] != nil) && g.ini.byName[path] != nil {
				l.reportBoth(spot{g.file, key.valueAt}, spot{g.file, g.ini.byName[path].at}, "Path that leads elsewhere", "The path /"+path+" goes to the server "+key.value+", though there is one of the path's name.", "Let it go to "+path+".")
			}
			if first, listed := s.key("Alternative_Server_0"); listed {
				if _, server, _ := cutLast(first.value, "~"); server != key.value {
					l.reportBoth(spot{g.file, first.valueAt}, spot{g.file, key.valueAt}, "Default server that is no alternative", "The path /"+path+" has the default server "+key.value+", but lists "+server+" first.", "List the default server first.")
				}
			}
		}
	}
}

// checkManagementPages: a gateway's management pages are not open to everybody.
func checkManagementPages(l *facts) {
	for _, g := range l.gateways {
		if system := g.ini.byName["SYSTEM"]; system != nil {
			key, _ := system.key("System_Manager")
			for pattern := range strings.SplitSeq(key.value, ",") {
				if strings.Trim(pattern, "*. ") == "" && pattern != "" {
					l.report(g.file, key.valueAt, "Management pages open to everybody", "System_Manager="+key.value+" lets any client change the gateway.", "List the addresses that may, such as 127.0.0.1.")
				}
			}
		}
	}
}

// managementPath is below which a gateway has its management pages.
const managementPath = "/csp/bin/"

// checkManagementClosed: nginx does not pass on requests for the gateways'
// management pages, because all of them would come from inside.
func checkManagementClosed(l *facts) {
	for _, s := range l.compose.services {
		n := l.duties[s].nginx
		if n == nil || len(l.gatewaysOf(n)) == 0 {
			continue
		}
		if !l.nginxAnswers(n, managementPath) {
			l.report(n.file, place{}, "Management pages open through nginx", "Requests for "+managementPath+" are passed on, and reach a gateway from an address inside the lab.", "Answer them with 403 in a location ~* "+managementPath+".")
		}
	}
}
