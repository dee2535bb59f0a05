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
		security := KeyValue{"Connection_Security_Level", "0"} // user and password
		if s.TLS {
			security.Value = "10" // the same, with TLS
		}
		entry.Keys = append(entry.Keys,
			KeyValue{"Minimum_Server_Connections", strconv.Itoa(minimumConnections)},
			KeyValue{"Server_Response_Timeout", fmt.Sprint(s.Timeout)},
			security,
			KeyValue{"Username", s.Username},
			KeyValue{"Password", s.Password},
		)
		if s.TLS {
			entry.Keys = append(entry.Keys, gatewayTLS...)
		}
		entries = append(entries, entry)
		routes = append(routes, route("/"+s.Name, s.Name))
	}
	sections := append([]Section{system, servers}, entries...)
	sections = append(append(sections, paths), routes...)
	return merged(sections, c.Extra)
}

// gatewayTLS are a server entry's keys for TLS, with a certificate of the gateway's own:
// protocols by number (16 is TLS 1.2, 32 is 1.3), an RSA key, and a server whose
// certificate is checked.
var gatewayTLS = []KeyValue{
	{"SSLCC_Protocol_Min", "16"},
	{"SSLCC_Protocol_Max", "32"},
	{"SSLCC_Key_Type", "2"},
	{"SSLCC_Verify_Peer", "1"},
	{"SSLCC_Cipher_Suites", "ALL:!aNULL:!eNULL:!EXP:!SSLv2"},
	{"SSLCC_Cipher_Suites_1_3", "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"},
	{"SSLCC_Certificate_File", TLSMount + "/" + CertificateFile},
	{"SSLCC_Certificate_Key_File", TLSMount + "/" + PrivateKeyFile},
	{"SSLCC_CA_Certificate_File", TLSMount + "/" + CAFile},
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
	if len(extra) == 0 {
		return sections
	}
	position := make(map[string]int, len(sections))
	for i := range sections {
		position[strings.ToLower(sections[i].Name)] = i
	}
	for _, add := range extra {
		name := strings.ToLower(add.Name)
		i, ok := position[name]
		if !ok {
			position[name] = len(sections)
			sections = append(sections, Section{Name: add.Name})
			i = len(sections) - 1
		}
		mergeKeys(&sections[i], add.Keys)
	}
	return sections
}

// mergeKeys puts raw keys into one section.
func mergeKeys(section *Section, keys []KeyValue) {
	position := make(map[string]int, len(section.Keys))
	for i := len(section.Keys) - 1; i >= 0; i-- {
		position[strings.ToLower(section.Keys[i].Key)] = i
	}
	for _, key := range keys {
		if i, ok := position[strings.ToLower(key.Key)]; ok {
			section.Keys[i].Value = key.Value
			continue
		}
		position[strings.ToLower(key.Key)] = len(section.Keys)
		section.Keys = append(section.Keys, key)
	}
}
