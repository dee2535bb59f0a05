package rules

import (
	"slices"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
	"mirrorgen/internal/verify/vocabulary"
)

// checkGatewayIndexes: the indexes of servers and of paths list just the
// sections that there are.
func checkGatewayIndexes(l *checker) {
	for _, g := range l.Gateways {
		l.checkIndex(g, "SYSTEM_INDEX", "", "server")
		l.checkIndex(g, "APP_PATH_INDEX", facts.PathPrefix, "path")
		for _, s := range facts.GatewayServers(g.INI) {
			l.checkListed(g, "SYSTEM_INDEX", s.Name, s)
		}
		for _, s := range g.INI.Sections {
			if name, found := strings.CutPrefix(s.Name, facts.PathPrefix); found {
				l.checkListed(g, "APP_PATH_INDEX", name, s)
			}
		}
		if index := g.INI.ByName["APP_PATH_INDEX"]; index != nil && l.Generated {
			for _, name := range [...]string{"/", "/csp"} {
				if _, listed := index.Key(name); !listed {
					l.Report(g.File, index.At, "Default path left open",
						"The gateway serves "+name+" by default, and [APP_PATH_INDEX] does not say otherwise.",
						"Add "+name+"=Disabled, or a section for it.")
				}
			}
		}
	}
}

func (l *checker) checkIndex(g facts.GatewayFile, index, prefix, what string) {
	section := g.INI.ByName[index]
	if section == nil && !l.Generated && !hasSections(g, prefix) {
		return
	}
	if section == nil {
		l.Report(g.File, facts.Position{}, "Missing index", "The file has no section ["+index+"].",
			"Add it; it lists every "+what+".")
		return
	}
	for _, key := range section.Keys {
		switch {
		case key.Value != "Enabled" && key.Value != "Disabled":
			l.Report(g.File, key.ValueAt, "Invalid index entry",
				"The "+what+" "+key.Name+" is neither Enabled nor Disabled.",
				"Write Enabled or Disabled.")
		case key.Value == "Enabled" && g.INI.ByName[prefix+key.Name] == nil && prefix != "" && !l.Generated:
			l.Report(g.File, key.At, "Path without a section",
				"The path "+key.Name+" is enabled, but there is no section ["+prefix+key.Name+"], so that the gateway "+
					"chooses its server.",
				"Add the section, and name a Default_Server in it.")
		case key.Value == "Enabled" && g.INI.ByName[prefix+key.Name] == nil:
			l.Report(g.File, key.At, "Index entry without a section",
				"The "+what+" "+key.Name+" is enabled, but there is no section ["+prefix+key.Name+"].",
				"Add the section, or disable the "+what+".")
		}
	}
}

// hasSections reports whether there is anything that an index would list.
func hasSections(g facts.GatewayFile, prefix string) bool {
	if prefix == "" {
		return len(facts.GatewayServers(g.INI)) > 0
	}
	return slices.ContainsFunc(
		g.INI.Sections,
		func(s *facts.INISection) bool { return strings.HasPrefix(s.Name, prefix) },
	)
}

func (l *checker) checkListed(g facts.GatewayFile, index, name string, s *facts.INISection) {
	if section := g.INI.ByName[index]; section != nil {
		if _, listed := section.Key(name); !listed {
			l.Report(g.File, s.At, "Section missing from its index",
				"The section ["+s.Name+"] is not listed in ["+index+"], so the gateway does not use it.",
				"Add "+name+"=Enabled there.")
		}
	}
}

// checkGatewayPaths: every enabled path goes to servers that exist and are
// enabled, and the default server is one of its alternatives.
func checkGatewayPaths(l *checker) {
	for _, g := range l.Gateways {
		for _, s := range g.INI.Sections {
			name, found := strings.CutPrefix(s.Name, facts.PathPrefix)
			if !found || !g.INI.Enabled("APP_PATH_INDEX", name) {
				continue
			}
			if strings.Contains(name, ".") || !strings.HasPrefix(name, "/") {
				l.Report(g.File, s.At, "Invalid path",
					"The path "+name+" cannot be served: a path begins with a slash and holds no dot.",
					l.Remedy("Rename the block that it is named after.", "Rename it."))
			}
			if _, given := s.Key("Default_Server"); !given {
				l.Report(g.File, s.At, "Path without a server", "The path "+name+" has no Default_Server.",
					"Name a server.")
			}
			for _, key := range s.Keys {
				switch {
				case key.Name == "Default_Server":
					l.checkPathServer(g, name, key.Value, key.ValueAt)
				case strings.HasPrefix(key.Name, "Alternative_Server_"):
					if enabled, _, _ := strings.Cut(key.Value, "~"); enabled == "1" {
						_, server, _ := facts.CutLast(key.Value, "~")
						l.checkPathServer(g, name, server, key.ValueAt)
					}
				}
			}
		}
	}
}

// checkDefaultServers: the server that a gateway takes where nothing else names one exists.
func checkDefaultServers(l *checker) {
	for _, g := range l.Gateways {
		system := g.INI.ByName["SYSTEM"]
		if system == nil {
			continue
		}
		if key, given := system.Key("Default_Server"); given && key.Value != "" && g.INI.ByName[key.Value] == nil {
			l.Report(g.File, key.ValueAt, "Default server without a section",
				"The default server of the gateway is "+key.Value+", which has no section.",
				"Name a server that has one.")
		}
	}
}

func (l *checker) checkPathServer(g facts.GatewayFile, path, server string, at facts.Position) {
	switch {
	case g.INI.ByName[server] == nil:
		l.Report(g.File, at, "Path to an unknown server",
			"The path "+path+" goes to the server "+server+", which has no section.",
			"Name a server that has one.")
	case !g.INI.Enabled("SYSTEM_INDEX", server):
		l.Report(g.File, at, "Path to a disabled server",
			"The path "+path+" goes to the server "+server+", which is not enabled in [SYSTEM_INDEX].",
			"Enable the server, or disable the path.")
	}
}

// checkGatewayServers: a server that is named after a service has its address
// and is not mirror-aware; every server has what the gateway needs; keys are
// spelt as documented.
func checkGatewayServers(l *checker) {
	for _, g := range l.Gateways {
		for _, s := range facts.GatewayServers(g.INI) {
			for _, required := range [...]string{"Ip_Address", "TCP_Port"} {
				if s.Value(required) == "" {
					l.Report(g.File, s.At, "Incomplete server", "The server ["+s.Name+"] has no "+required+".",
						"Add it.")
				}
			}
			if key, given := s.Key("TCP_Port"); given &&
				(facts.Number(key.Value) < 1 || facts.Number(key.Value) > 65535) {
				l.Report(g.File, key.ValueAt, "Invalid port", "The TCP_Port of server ["+s.Name+"] is no port.",
					"Write a number from 1 to 65535.")
			}
			l.checkServerOfService(g, s)
		}
		if !l.Generated {
			l.checkStatedServers(g)
		}
		l.checkGatewayKeys(g)
	}
}

// checkGatewayKeys: keys are spelt as documented.
func (l *checker) checkGatewayKeys(g facts.GatewayFile) {
	unknown := 0
	for _, s := range g.INI.Sections {
		if s.Name == "SYSTEM_INDEX" || s.Name == "APP_PATH_INDEX" {
			continue
		}
		for _, key := range s.Keys {
			if text.Has(vocabulary.GatewayKeys, key.Name) || strings.HasPrefix(key.Name, "Alternative_Server_") {
				continue
			}
			if unknown++; unknown > text.MostProblems {
				return
			}
			if near := text.Nearest(vocabulary.GatewayKeys, key.Name); near != "" {
				l.Report(g.File, key.At, "Misspelt key",
					"The Web Gateway knows no key "+key.Name+" and would ignore it.",
					`Did you mean "`+near+`"?`)
			}
		}
	}
}

// checkServerOfService looks at a server entry that has the name of a mirror or
// of a service.
func (l *checker) checkServerOfService(g facts.GatewayFile, s *facts.INISection) {
	target := l.Compose.ByName[s.Name]
	if !l.Generated {
		return // the names of servers are labels
	}
	if l.Mirrors[s.Name] && s.Value("Mirror_Aware") != "1" {
		l.Report(g.File, s.At, "Mirror without a mirror-aware server",
			"The server ["+s.Name+"] stands for a mirror, but would stay with one member after a failover.",
			"Add Mirror_Aware=1.")
	}
	if l.Mirrors[s.Name] {
		l.checkMirrorServer(g, s)
	}
	if target == nil {
		return
	}
	if key, _ := s.Key("Mirror_Aware"); key.Value == "1" {
		l.Report(g.File, key.At, "Mirror-aware server of one instance",
			"The server ["+s.Name+"] stands for one instance, but a mirror-aware server follows the primary.",
			"Leave Mirror_Aware to the server that is named after the mirror.")
	}
	key, _ := s.Key("Ip_Address")
	if owner := l.Compose.ByIP[facts.ParseAddr(key.Value)]; owner != nil && owner != target {
		l.Report(g.File, key.ValueAt, "Address of another service",
			"The server ["+s.Name+"] has the address "+key.Value+", which belongs to "+owner.Name+".",
			"Use an address of "+s.Name+".")
	}
}

// checkMirrorServer: the server of a mirror begins with a failover member of it,
// from which the gateway learns the others.
func (l *checker) checkMirrorServer(g facts.GatewayFile, s *facts.INISection) {
	key, _ := s.Key("Ip_Address")
	owner := l.ServiceAt(key.Value)
	if owner == nil || l.Roster == nil {
		return
	}
	e := l.Roster.ByName[owner.Name]
	if e == nil || e.Text("mirror") != s.Name || e.Text("role") != "primary" && e.Text("role") != "backup" {
		l.Report(g.File, key.ValueAt, "Mirror-aware server of another mirror",
			"The server ["+s.Name+"] stands for a mirror, but its address belongs to "+owner.Name+", which is no "+
				"failover member of it.",
			"Use the address of a failover member of "+s.Name+".")
	}
}

// checkPathNames: a path that has the name of a service or a mirror goes to the
// server of that name, and the servers that a path lists begin with its own.
func checkPathNames(l *checker) {
	for _, g := range l.Gateways {
		for _, s := range g.INI.Sections {
			path, found := strings.CutPrefix(s.Name, facts.PathPrefix+"/")
			if !found {
				continue
			}
			key, given := s.Key("Default_Server")
			if given && key.Value != path && (l.Mirrors[path] || l.Compose.ByName[path] != nil) &&
				g.INI.ByName[path] != nil {
				l.ReportBoth(g.Location(key.ValueAt), g.Location(g.INI.ByName[path].At), "Path that leads elsewhere",
					"The path /"+path+" goes to the server "+key.Value+", though there is one of the path's name.",
					"Let it go to "+path+".")
			}
			first, listed := s.Key("Alternative_Server_0")
			if listed && s.Value("Alternative_Servers") != "LoadBalancing" {
				if _, server, _ := facts.CutLast(first.Value, "~"); server != key.Value {
					l.ReportBoth(g.Location(first.ValueAt), g.Location(key.ValueAt),
						"Default server that is no alternative",
						"The path /"+path+" has the default server "+key.Value+", but lists "+server+" first.",
						"List the default server first.")
				}
			}
		}
	}
}

// checkManagementPages: a gateway's management pages are not open to everybody.
func checkManagementPages(l *checker) {
	for _, g := range l.Gateways {
		if system := g.INI.ByName["SYSTEM"]; system != nil {
			key, _ := system.Key("System_Manager")
			for pattern := range strings.SplitSeq(key.Value, ",") {
				if strings.Trim(pattern, "*. ") == "" && pattern != "" {
					l.Report(g.File, key.ValueAt, "Management pages open to everybody",
						"System_Manager="+key.Value+" lets any client change the gateway.",
						"List the addresses that may, such as 127.0.0.1.")
				}
			}
		}
	}
}

// managementPath is below which a gateway has its management pages.
const managementPath = "/csp/bin/"

// checkManagementClosed: nginx does not pass on requests for the gateways'
// management pages, because all of them would come from inside.
func checkManagementClosed(l *checker) {
	for _, s := range l.Compose.Services {
		n := l.Roles[s].NGINX
		if n == nil || n.Partial || len(l.gatewaysOf(n)) == 0 {
			continue
		}
		if !l.nginxAnswers(n, 0, managementPath) {
			l.Report(n.File, l.passed(n), "Management pages open through nginx",
				"Requests for "+managementPath+" are passed on, and reach a gateway from an address inside the lab.",
				"Answer them with 403 in a location ~* "+managementPath+".")
		}
	}
}
