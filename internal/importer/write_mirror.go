package importer

import (
	"slices"
	"strings"
)

func (d *discovery) writeMirror(m *mirror) {
	b := d.text.add("mirror " + quote(m.name))
	if m.setName != "" {
		b.set("set_name", quote(m.setName))
	}
	d.writeArbiter(b, m)
	for _, p := range m.members {
		if p.env("ISC_DATA_DIRECTORY") != "" {
			b.set("durable", "true")
			b.note("Data is kept in data/ of the generated directory; the volumes of the compose file are not " +
				"taken over.")
			break
		}
	}
	d.writeSuperserver(b, m)
	d.writeDatabases(b, m)
	d.writeVirtual(b, m)
	if !slices.ContainsFunc(m.members, func(p *part) bool { return p.role == "primary" }) {
		b.note("The compose file has no primary of this mirror, and a member whose role is stated never becomes one.")
	}
	for _, p := range m.members {
		member := &block{header: "member " + quote(p.label)}
		if p.roleRemark != "" {
			member.note("%s", p.roleRemark)
		}
		member.set("role", quote(p.role))
		if name := p.systemName(); name != "" && !strings.EqualFold(name, p.label) {
			member.set("system_name", quote(name))
		}
		carried := []int{1972}
		if host := p.hostPort(52773); host > 0 {
			carried = append(carried, 52773)
			if d.release.known && !d.release.WebServer() || !d.release.known {
				p.lose("port %d:52773 (images of 2023.2 and later have no web server of their own)", host)
			} else {
				member.set("web_port", itoa(host))
			}
		}
		if host := p.hostPort(1972); host > 0 {
			member.set("superserver_port", itoa(host))
		}
		d.writeService(member, p)
		d.finish(member, p, carried...)
		b.blocks = append(b.blocks, member)
	}
}

// writeArbiter names the arbiter of a mirror, where the lab has several, and one that is elsewhere.
func (d *discovery) writeArbiter(b *block, m *mirror) {
	arbiters := d.ofKind(kindArbiter)
	host := ""
	for _, p := range m.members {
		if host == "" {
			host = p.arbiterHost()
		}
	}
	switch named := d.host(host); {
	case len(arbiters) == 0 && host != "":
		b.note("Its arbiter %s is no service of the compose file; arbiter \"arbiter\" {} adds one.", host)
	case len(arbiters) < 2:
	case named != nil && named.kind == kindArbiter:
		b.set("arbiter", quote(named.label))
	default:
		b.set("arbiter", quote(arbiters[0].label))
	}
}

// writeDatabases writes the databases that the merge files of a mirror's members name, those of its
// primary first.
func (d *discovery) writeDatabases(b *block, m *mirror) {
	members := slices.Clone(m.members)
	slices.SortStableFunc(members, func(p, q *part) int { return primaryRank(p) - primaryRank(q) })
	seen := map[string]bool{}
	for _, p := range members {
		for _, db := range p.merge.databases {
			if key := strings.ToUpper(db.mirrorName); !seen[key] {
				seen[key] = true
				b.blocks = append(b.blocks, databaseBlock(b, p.merge, db))
			}
		}
	}
	if len(seen) == 0 && len(d.mirrors) == 1 {
		b.note("The lab names no database of the mirror: without a database block there is MIRRORDB, with the " +
			"namespace MIRRORNS.")
	} else if len(seen) == 0 {
		d.withoutDatabases = append(d.withoutDatabases, m.name)
	}
}

func primaryRank(p *part) int {
	if p.role == "primary" {
		return 0
	}
	return 1
}

// databaseBlock is the block of a database, with the namespace that its merge file gives it.
func databaseBlock(mirror *block, m *mergeFacts, db mergeDatabase) *block {
	b := &block{header: "database " + quote(db.mirrorName), optional: true}
	for i, n := range m.namespaces[strings.ToUpper(db.name)] {
		if i > 0 {
			mirror.note("Namespace %s of database %s is not carried over: a database has one namespace.", n.name,
				db.mirrorName)
			continue
		}
		if !strings.EqualFold(n.name, db.mirrorName) {
			b.set("namespace", quote(n.name))
		}
		if n.routines != "" && !strings.EqualFold(n.routines, n.globals) {
			mirror.note("Namespace %s has its routines in database %s, which a database block cannot say; the "+
				"argument merge can.",
				n.name, n.routines)
		}
	}
	return b
}

// writeVirtual notes the virtual IP of a mirror.
func (d *discovery) writeVirtual(b *block, m *mirror) {
	for _, p := range m.members {
		address := p.merge.virtual
		for _, v := range p.environment {
			if name := variableLetters(v.Name); address == "" && (strings.Contains(name, "VIRTUALIP") ||
				strings.Contains(name, "VIRTUALADDRESS") ||
				name == "VIP" || name == "MIRRORVIP") {
				address = v.Value
			}
		}
		if address != "" {
			b.note("Its virtual IP %s is not carried over: containers cannot have one, and gateways and haproxy "+
				"find the primary "+
				"without it.", address)
			return
		}
	}
}
