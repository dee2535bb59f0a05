package importer

import (
	"encoding/base64"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
)

// An ini is a CSP.ini.
type ini struct {
	sections []iniSection
	index    map[string]int // by name in lower case
}

type iniSection struct {
	name string
	keys map[string]string // by name in lower case
}

// What bounds the sections of CSP.ini: two or three a server.
const (
	maxSections    = 20_000  // of a file
	maxAllSections = 200_000 // of all gateways
)

// value is the value of a key, "" where there is none. Neither name has a case.
func (i *ini) value(section, key string) string {
	if at, ok := i.index[strings.ToLower(section)]; ok {
		return i.sections[at].keys[strings.ToLower(key)]
	}
	return ""
}

// parseINI reads a CSP.ini. Of sections and keys that occur twice, the first counts.
func parseINI(content string) *ini {
	i := &ini{index: map[string]int{}}
	current := -1
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		switch key, value, given := strings.Cut(line, "="); {
		case line == "" || line[0] == ';' || line[0] == '#':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			name := line[1 : len(line)-1]
			at, known := i.index[strings.ToLower(name)]
			if !known && len(i.sections) < maxSections {
				at = len(i.sections)
				i.index[strings.ToLower(name)] = at
				i.sections = append(i.sections, iniSection{name, map[string]string{}})
			}
			current = at
		case given && current >= 0 && current < len(i.sections):
			key = strings.ToLower(strings.TrimSpace(key))
			if _, known := i.sections[current].keys[key]; !known {
				i.sections[current].keys[key] = strings.TrimSpace(value)
			}
		}
	}
	return i
}

// servers are the sections of servers, in order.
func (i *ini) servers() []iniSection {
	var list []iniSection
	for _, s := range i.sections {
		name := strings.ToUpper(s.name)
		if name != "SYSTEM" && name != "SYSTEM_INDEX" && name != "APP_PATH_INDEX" && !strings.HasPrefix(name,
			"APP_PATH:") {
			list = append(list, s)
		}
	}
	return list
}

// gatewayFile finds the CSP.ini of a gateway: where its variables say, where its image has it, or
// beside what it is built from.
func (d *discovery) gatewayFile(p *part) (string, bool) {
	targets := []string{p.env("ISC_CSP_INI_FILE")}
	if data := p.env("ISC_DATA_DIRECTORY"); data != "" {
		targets = append(targets, path.Join(data, "webgateway/CSP.ini"), path.Join(data, "CSP.ini"))
	}
	targets = append(targets, "/opt/webgateway/bin/CSP.ini")
	for _, target := range targets {
		for _, source := range p.sources(target) {
			if content, ok := d.files.get(source); ok {
				return content, true
			}
		}
	}
	return d.configuration(p, "CSP.ini", "csp.ini")
}

// nameMirrors names each mirror after its path on the gateways, which is part of URLs, else after what
// its members have in common in their names, or after its set where that says little.
func (d *discovery) nameMirrors() {
	paths := d.mirrorPaths()
	for _, m := range d.mirrors {
		names := append([]string{paths[m]}, m.names()...)
		if !m.isAlone {
			names = append(names, "mirror")
		}
		m.name = d.freeName(names, "")
		if m.name == "" {
			m.name = d.freeName(names, "-mirror")
		}
		if m.name == "" {
			m.name = d.labelFor("mirror", "")
		}
		d.labels[m.name] = true
	}
}

// freeName is the first of these names that a mirror may have and that nothing else has, "" for none.
func (d *discovery) freeName(names []string, suffix string) string {
	for _, name := range names {
		if full := name + suffix; len(name) > 1 && len(full) <= 32 && !d.labels[full] && !slices.Contains(reserved,
			full) {
			return full
		}
	}
	return ""
}

// generic are stems that say nothing of a mirror: its set does, where it is known.
var generic = []string{"iris", "mirror", "node", "server", "instance", "member", "db", "data", "host", "irishealth",
	"app"}

// names are what a mirror could be called, the best first.
func (m *mirror) names() []string {
	stem, _ := nameParts(m.members[0].name)
	if len(m.members) > 1 {
		stem = m.commonStem()
	}
	set := nameOf(m.setName)
	if len(m.members) == 1 {
		if !isSeparated(m.members[0].name, stem) || m.isAlone {
			stem = m.members[0].name
		}
		return []string{set, nameOf(stem)}
	}
	if stem = nameOf(stem); slices.Contains(generic, stem) || len(stem) < 2 {
		return []string{set, stem}
	}
	return []string{stem, set}
}

// commonStem is the stem of all members, or else what their names begin with.
func (m *mirror) commonStem() string {
	stem, _ := nameParts(m.members[0].name)
	prefix, isShared := strings.ToLower(m.members[0].name), true
	for _, p := range m.members[1:] {
		other, _ := nameParts(p.name)
		isShared = isShared && other == stem
		prefix = prefix[:commonPrefix(prefix, strings.ToLower(p.name))]
	}
	if isShared {
		return stem
	}
	return prefix
}

// isSeparated reports whether a sign stands between the stem of a name and its ending.
func isSeparated(name, stem string) bool {
	return len(stem) < len(name) && strings.IndexByte("-_.", name[len(stem)]) >= 0
}

// mirrorPaths are the paths under which gateways reach mirrors: those that are called like their
// mirror-aware server.
func (d *discovery) mirrorPaths() map[*mirror]string {
	paths := map[*mirror]string{}
	for _, p := range d.ofKind(kindGateway) {
		if p.ini == nil {
			continue
		}
		for _, s := range p.ini.sections {
			name, isPath := strings.CutPrefix(strings.ToUpper(s.name), "APP_PATH:/")
			server := s.keys["default_server"]
			if !isPath || p.ini.value(server, "Mirror_Aware") != "1" || !strings.EqualFold(name, server) {
				continue
			}
			member := d.host(p.ini.value(server, "Ip_Address"))
			if member != nil && member.mirror != nil && paths[member.mirror] == "" {
				paths[member.mirror] = nameOf(name)
			}
		}
	}
	return paths
}

// writeGateway writes what CSP.ini and the ports of a gateway say.
func (d *discovery) writeGateway(b *block, p *part) {
	inside := gatewayPort(p)
	b.set("http_port", itoa(p.hostPort(inside)))
	if p.ini == nil {
		d.remarkVariables(p)
		return
	}
	if p.defaultServer != "" {
		b.set("default_server", quote(p.defaultServer))
	}
	if p.servers != nil {
		b.set("servers", list(p.servers))
	}
	if seconds, err := strconv.Atoi(p.ini.value("SYSTEM", "Server_Response_Timeout")); err == nil {
		b.set("server_response_timeout", itoa(seconds))
	}
	if patterns := p.ini.value("SYSTEM", "System_Manager"); patterns != "" {
		writeSystemManager(b, p, patterns)
	}
	d.writeLogin(b, p)
	d.remarkServers(p)
	d.remarkPaths(p)
}

// gatewayPort is the port of a gateway's web server in its container.
func gatewayPort(p *part) int {
	if p.hostPort(80) == 0 && p.hostPort(52773) > 0 {
		return 52773 // webgateway-lockeddown
	}
	return 80
}

func writeSystemManager(b *block, p *part, patterns string) {
	var shown []string
	for pattern := range strings.SplitSeq(patterns, ",") {
		pattern = strings.TrimSpace(pattern)
		if strings.Trim(pattern, "*.") == "" {
			p.remark("System_Manager=%s opens the management pages of %s to everybody; the lab opens them to its "+
				"networks.", patterns, p.name)
			return
		}
		shown = append(shown, pattern)
	}
	b.set("system_manager", list(shown))
}

// writeLogin writes the account with which a gateway logs in to its servers: that of the first
// server that has one, a server of the lab before others. [SYSTEM] has another account: that of the
// gateway's own management pages.
func (d *discovery) writeLogin(b *block, p *part) {
	if user := p.ini.value("SYSTEM", "Username"); user != "" {
		p.remark("The account of the management pages of %s, %s in [SYSTEM], is not carried over.", p.name, user)
	}
	servers := p.ini.servers()
	slices.SortStableFunc(servers, func(a, b iniSection) int { return d.distance(a) - d.distance(b) })
	user, password := "", ""
	for _, s := range servers {
		stored := s.keys["password"]
		if s.keys["username"] == "" || stored == "" {
			continue
		}
		switch text := decoded(stored); {
		case text == "" || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "PBKDF2|"):
			p.remark("The password of server %s in CSP.ini is no text, and is not carried over.", s.name)
		case user == "":
			user, password = s.keys["username"], text
		case s.keys["username"] != user || text != password:
			p.remark("Server %s in CSP.ini has another account, %s; a gateway of a lab has one.", s.name,
				s.keys["username"])
		}
	}
	if user != "" && (user != "CSPSystem" || password != "SYS") {
		b.set("username", quote(user))
		b.set("password", quote(password))
	}
}

// distance is 0 for a server of the lab, 1 for another one.
func (d *discovery) distance(s iniSection) int {
	if d.host(s.keys["ip_address"]) != nil {
		return 0
	}
	return 1
}

// decoded is a password as a gateway stores it, in the clear, "" where it is not encoded as it
// should be.
func decoded(stored string) string {
	encoded, ok := strings.CutPrefix(stored, "]]]")
	if !ok {
		return stored
	}
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return ""
	}
	return string(text)
}

// remarkServers remarks on servers that are not in the lab.
func (d *discovery) remarkServers(p *part) {
	var other []string
	for _, s := range p.ini.servers() {
		switch host := s.keys["ip_address"]; {
		case host == "" || strings.HasPrefix(host, "127.") || strings.EqualFold(host, "localhost") ||
			d.host(host) != nil:
		case d.isVirtual(host):
			p.remarkVirtual(host)
		default:
			other = append(other, s.name+" at "+host)
		}
	}
	if len(other) > 0 {
		p.remark("Servers of CSP.ini that are not in the lab: %s.", listed(other))
	}
}

// remarkVariables remarks on a virtual address in the variables of a gateway whose image makes its
// CSP.ini of them.
func (d *discovery) remarkVariables(p *part) {
	for _, v := range p.environment {
		if d.host(v.Value) == nil && d.isVirtual(v.Value) {
			p.remarkVirtual(v.Value)
		}
	}
}

func (p *part) remarkVirtual(address string) {
	p.remark("%s points at the virtual IP %s. The lab has none: the path of a mirror on a gateway follows its "+
		"primary.", p.name, address)
}

// isVirtual reports whether an address is the virtual one of a mirror: its merge file or a variable
// says so, or it lies in a network of the lab and no service has it.
func (d *discovery) isVirtual(text string) bool {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return false
	}
	return d.virtual[text] || d.isInside(address)
}
