package importer

import (
	"slices"
	"strings"
)

// gatewayServer is what a server of CSP.ini leads to, by the name that it has in the topology: a
// mirror, where the server follows its primary, or an instance; "" for what is not in the lab.
func (d *discovery) gatewayServer(i *ini, server string) string {
	instance := d.host(i.value(server, "Ip_Address"))
	switch {
	case instance == nil || instance.kind != kindMember && instance.kind != kindServer:
		return ""
	case i.value(server, "Mirror_Aware") == "1" && instance.mirror != nil:
		return instance.mirror.name
	}
	return instance.label
}

// serversOf are the mirrors and instances that a gateway has servers for, in their order in the
// topology; nil where it has all, and where it has a server whose instance is not known.
func (d *discovery) serversOf(p *part) []string {
	known := map[string]bool{}
	for _, s := range p.ini.servers() {
		if strings.EqualFold(p.ini.value("SYSTEM_INDEX", s.name), "Disabled") {
			continue
		}
		name := d.gatewayServer(p.ini, s.name)
		if host := s.keys["ip_address"]; name == "" && d.isVirtual(host) {
			return nil
		}
		known[name] = true
	}
	if p.defaultServer != "" {
		known[p.defaultServer] = true
	}
	var list []string
	knowsAll := true
	add := func(name string, isMissed bool) {
		if known[name] {
			list = append(list, name)
		} else if isMissed {
			knowsAll = false
		}
	}
	for _, m := range d.mirrors {
		add(m.name, false)
		for _, member := range m.members {
			add(member.label, !known[m.name])
		}
	}
	for _, server := range d.ofKind(kindServer) {
		add(server.label, true)
	}
	if knowsAll {
		return nil
	}
	return list
}

// ownGateways decides which gateways have servers of their own. nginx, and HAProxy where images have
// no web server, need gateways that know every server.
func (d *discovery) ownGateways() {
	var shared, own []*part
	for _, p := range d.ofKind(kindGateway) {
		if p.ini != nil {
			d.findDefaultServer(p)
			p.servers = d.serversOf(p)
		}
		if p.servers == nil {
			shared = append(shared, p)
		} else {
			own = append(own, p)
		}
	}
	needed := len(d.ofKind(kindHAProxy)) > 0 && !(d.release.known && d.release.WebServer())
	for _, p := range own {
		why := ""
		switch {
		case slices.ContainsFunc(d.ofKind(kindNGINX), func(n *part) bool {
			return len(n.proxy.hosts) == 0 || n.proxy.hosts[p]
		}):
			why = "nginx sends any request to any of its gateways"
		case len(shared) == 0 && needed:
			why = "haproxy finds the primary through gateways that know every member"
		default:
			continue
		}
		p.remark("%s had no servers but %s; here it knows all, as %s.", p.name, listed(p.servers), why)
		p.servers = nil
	}
}

// findDefaultServer finds out where /csp goes.
func (d *discovery) findDefaultServer(p *part) {
	name := p.ini.value("APP_PATH:/csp", "Default_Server")
	if name == "" || p.ini.value("APP_PATH_INDEX", "/csp") == "Disabled" {
		return
	}
	instance := d.host(p.ini.value(name, "Ip_Address"))
	if instance == nil || p.ini.value(name, "Mirror_Aware") == "1" {
		if other := d.host(name); other != nil { // a server called like an instance
			instance = other
		} else if instance != nil && instance.mirror != nil {
			p.remark("/csp of %s followed the primary of the mirror; here /%s/csp does.", p.name, instance.mirror.name)
			return
		}
	}
	if instance != nil && (instance.kind == kindMember || instance.kind == kindServer) {
		p.defaultServer = instance.label
		return
	}
	p.remark("/csp of %s went to the server %s, which is no instance of the lab; here it is disabled.", p.name, name)
}

// remarkPaths remarks on paths that the lab does not have or that lead elsewhere, and on the servers
// that take over where one does not answer.
func (d *discovery) remarkPaths(p *part) {
	var added, below, alternatives []string
	for _, s := range p.ini.sections {
		kind, name, _ := strings.Cut(s.name, ":")
		if !strings.EqualFold(kind, "APP_PATH") || !strings.HasPrefix(name, "/") ||
			strings.EqualFold(p.ini.value("APP_PATH_INDEX", name), "Disabled") {
			continue
		}
		if text := alternativesOf(s); text != "" {
			alternatives = append(alternatives, name+" ("+text+")")
		}
		server := s.keys["default_server"]
		target := d.gatewayServer(p.ini, server)
		first, _, _ := strings.Cut(strings.ToLower(name[1:]), "/")
		shown := name
		switch {
		case target != "":
			shown += " to " + target
		case server != "":
			shown += " to the server " + server
		}
		switch {
		case strings.EqualFold(name, "/csp"):
		case first == "csp" && (target == "" || target != p.defaultServer):
			below = append(below, shown)
		case first == "csp":
		case !d.labels[nameOf(first)] || first == "" || target != "" && target != nameOf(first):
			added = append(added, shown)
		}
	}
	if len(added) > 0 {
		p.remark("Paths of CSP.ini that the lab does not have, and that the argument ini adds: %s.", listed(added))
	}
	if len(below) > 0 {
		where := "and here /csp is disabled"
		if p.defaultServer != "" {
			where = "and here lead where /csp does, to " + p.defaultServer
		}
		p.remark("Paths below /csp that led elsewhere, %s: %s.", where, listed(below))
	}
	if len(alternatives) > 0 {
		p.remark("Alternative servers of paths, which a lab's gateway does not have, are not carried over: %s.",
			listed(alternatives))
	}
}

// alternativesOf are the servers that a path has besides its default one, "" for none.
func alternativesOf(s iniSection) string {
	policy := s.keys["alternative_servers"]
	if policy == "" || strings.EqualFold(policy, "Disabled") {
		return ""
	}
	var names []string
	for i := range maxItems {
		entry, given := s.keys["alternative_server_"+itoa(i)]
		if !given {
			break
		}
		name := entry[strings.LastIndexByte(entry, '~')+1:]
		if strings.HasPrefix(entry, "1") && !strings.EqualFold(name, s.keys["default_server"]) &&
			!slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return policy + ": " + listed(names)
}
