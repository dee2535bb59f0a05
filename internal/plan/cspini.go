package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// Sections are the contents of CSP.ini in order: the gateway's own settings,
// a server entry and a path for every mirror, member and application server,
// and the topology's raw keys, which win over ours.
func (c *GatewayConfig) Sections() []Section {
	system := Section{"SYSTEM", []KeyValue{
		// Registry connections ([Status=Server]) pile up otherwise.
		{"REGISTRY_METHODS", "Disabled"},
		{"Server_Response_Timeout", fmt.Sprint(c.Timeout)},
		{"System_Manager", c.SystemManager},
	}}
	if c.MaxConnections > 0 {
		system.Keys = append(system.Keys, KeyValue{"MAX_CONNECTIONS", fmt.Sprint(c.MaxConnections)})
	}
	servers := Section{Name: "SYSTEM_INDEX"}
	// Both paths exist by default; without an entry they would be open.
	csp := "Disabled"
	if c.DefaultServer != "" {
		csp = "Enabled"
	}
	paths := Section{"APP_PATH_INDEX", []KeyValue{{"/", "Disabled"}, {"/csp", csp}}}
	entries := make([]Section, 0, 2*len(c.Servers))
	var routes []Section
	if c.DefaultServer != "" {
		routes = append(routes, route("/csp", c.DefaultServer))
	}
	for _, s := range c.Servers {
		servers.Keys = append(servers.Keys, KeyValue{s.Name, "Enabled"})
		paths.Keys = append(paths.Keys, KeyValue{"/" + s.Name, "Enabled"})
		entry := Section{s.Name, []KeyValue{{"Ip_Address", s.Address}, {"TCP_Port", fmt.Sprint(SuperserverPort)}}}
		if s.MirrorAware {
			entry.Keys = append(entry.Keys, KeyValue{"Mirror_Aware", "1"})
		}
		entry.Keys = append(entry.Keys,
			KeyValue{"Minimum_Server_Connections", strconv.Itoa(minimumConnections)},
			KeyValue{"Server_Response_Timeout", fmt.Sprint(s.Timeout)},
			KeyValue{"Connection_Security_Level", "0"}, // user and password
			KeyValue{"Product", "2"},                   // InterSystems IRIS
			KeyValue{"Username", s.Username},
			KeyValue{"Password", s.Password},
		)
		entries = append(entries, entry)
		routes = append(routes, route("/"+s.Name, s.Name))
	}
	sections := append([]Section{system, servers}, entries...)
	sections = append(append(sections, paths), routes...)
	return merged(sections, c.Extra)
}

// route is one path; the documentation advises to list the default server as
// the first alternative too.
func route(path, server string) Section {
	return Section{"APP_PATH:" + path,
		[]KeyValue{{"Default_Server", server}, {"Alternative_Server_0", "1~~~~~~" + server}}}
}

// merged puts raw keys into the sections: a key that is there is replaced, a
// new one appended, and so is a new section.
func merged(sections, extra []Section) []Section {
	for _, add := range extra {
		at := -1
		for i := range sections {
			if strings.EqualFold(sections[i].Name, add.Name) {
				at = i
			}
		}
		if at < 0 {
			sections = append(sections, add)
			continue
		}
	keys:
		for _, key := range add.Keys {
			for i := range sections[at].Keys {
				if strings.EqualFold(sections[at].Keys[i].Key, key.Key) {
					sections[at].Keys[i].Value = key.Value
					continue keys
				}
			}
			sections[at].Keys = append(sections[at].Keys, key)
		}
	}
	return sections
}
