package importer

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// groupMirrors puts the members into mirrors. What states where a member belongs comes first: the
// primary that it joins, and its mirror set; then its name.
func (d *discovery) groupMirrors() {
	members := d.ofKind(kindMember)
	if len(members) == 0 {
		d.promoteDataServer()
		members = d.ofKind(kindMember)
	}
	g := &grouping{discovery: d, bySet: map[string][]*mirror{}, byStem: map[string]*mirror{},
		joint: d.isMirrored(members)}
	g.stems = map[string]int{}
	d.takeNamedPrimaries(members)
	for _, p := range members {
		g.states = g.states || p.role != ""
		stem, _ := nameParts(p.name)
		g.stems[stem]++
	}
	for _, p := range members {
		if p.role == "primary" {
			g.found(p)
		}
	}
	g.sortNames()
	for _, p := range members {
		if host, _ := p.primaryHost(); p.mirror == nil && (p.setName() != "" || host != "") {
			g.assign(p)
		}
	}
	for _, p := range members {
		if p.mirror == nil {
			g.assign(p)
		}
	}
	d.sortMirrors()
	for _, m := range d.mirrors {
		m.chooseRoles()
	}
	d.assignServers()
	d.describe(g.joint)
}

// takeNamedPrimaries makes a primary of an instance that another one names as the primary that it
// joins, unless the instance states another role.
func (d *discovery) takeNamedPrimaries(members []*part) {
	for _, p := range members {
		host, isPrimary := p.primaryHost()
		if named := d.host(host); isPrimary && named != nil && named != p && named.kind == kindMember &&
			named.role == "" {
			named.role = "primary"
			named.roleRemark = ""
		}
	}
}

// sortMirrors puts members, and the mirrors by their first ones, into the order of the compose file.
func (d *discovery) sortMirrors() {
	position := map[*part]int{}
	for i, p := range d.parts {
		position[p] = i
	}
	for _, m := range d.mirrors {
		slices.SortFunc(m.members, func(a, b *part) int { return position[a] - position[b] })
	}
	slices.SortStableFunc(d.mirrors, func(a, b *mirror) int { return position[a.members[0]] - position[b.members[0]] })
}

// isMirrored reports whether anything in the lab speaks of a mirror. Where nothing does, its
// instances stand alone.
func (d *discovery) isMirrored(members []*part) bool {
	if len(d.ofKind(kindArbiter)) > 0 || mentionsMirror(d.compose.name) {
		return true
	}
	stems := map[string]string{}
	for _, p := range members {
		if p.role != "" || p.merge.mirrored || p.setName() != "" || p.speaksOfMirror() {
			return true
		}
		stem, end := nameParts(p.name)
		if wordRole(end) != "" {
			return true
		}
		if letterRoles[end] != "" && strings.Trim(stem, "-_.") != "" {
			if other := stems[stem]; other != "" && other != end {
				return true
			}
			stems[stem] = end
		}
	}
	return false
}

func mentionsMirror(text string) bool { return strings.Contains(strings.ToLower(text), "mirror") }

// speaksOfMirror reports whether the name of a service, its variables, its command or its mounts
// have the word mirror in them.
func (s *service) speaksOfMirror() bool {
	texts := []string{s.name, s.hostname, s.containerName, s.image}
	texts = append(texts, s.command...)
	for _, v := range s.environment {
		texts = append(texts, v.Name, v.Value)
	}
	for _, m := range s.mounts {
		texts = append(texts, m.source, m.target)
	}
	return slices.ContainsFunc(texts, mentionsMirror)
}

// promoteDataServer makes a member of the application server that the others read from, where the
// lab has no other instance.
func (d *discovery) promoteDataServer() {
	for _, p := range d.ofKind(kindServer) {
		for _, host := range p.merge.dataServers {
			if server := d.host(host); server != nil && server.kind == kindServer && server != p {
				server.kind = kindMember
				return
			}
		}
	}
}

// A grouping is the state of groupMirrors.
type grouping struct {
	*discovery
	bySet  map[string][]*mirror // by set name and group
	byStem map[string]*mirror   // of members without a set
	stems  map[string]int       // how many members have one
	sorted []*part              // primaries by name
	joint  bool                 // instances of which nothing is stated may form a mirror
	states bool                 // a role is stated somewhere
}

// setKey is what the members of one mirror have in common: their set, whose case does not matter,
// and their number where one merge file makes several mirrors.
func setKey(p *part) string {
	if set := p.setName(); set != "" {
		return strings.ToLower(set) + "#" + itoa(p.group)
	}
	return ""
}

// found makes a mirror with a first member.
func (g *grouping) found(p *part) *mirror {
	m := &mirror{setName: p.setName(), key: setKey(p)}
	g.mirrors = append(g.mirrors, m)
	if key := setKey(p); key != "" {
		g.bySet[key] = append(g.bySet[key], m)
	}
	stem, _ := nameParts(p.name)
	if g.byStem[stem] == nil {
		g.byStem[stem] = m
	}
	m.add(p)
	return m
}

func (m *mirror) add(p *part) {
	p.mirror = m
	m.members = append(m.members, p)
	if m.setName == "" {
		m.setName = p.setName()
	}
}

// assign puts a member into its mirror, or leaves it out where none is its own.
func (g *grouping) assign(p *part) {
	host, _ := p.primaryHost()
	if primary := g.host(host); primary != nil && primary != p && primary.mirror != nil {
		primary.mirror.add(p)
		return
	}
	stem, _ := nameParts(p.name)
	if key := setKey(p); key != "" {
		switch list := g.bySet[key]; len(list) {
		case 0:
			if m := g.byStem[stem]; m != nil && m.setName == "" {
				m.add(p)
				g.bySet[key] = append(g.bySet[key], m)
				return
			}
			g.found(p)
		case 1:
			list[0].add(p)
		default: // mirrors that share a set name
			if m := g.nearest(p, key); m != nil {
				m.add(p)
			} else {
				g.leave(p, "several mirrors of the lab have its set name")
			}
		}
		return
	}
	switch {
	case !g.joint:
		g.found(p).isAlone = true
	case g.byStem[stem] != nil:
		g.byStem[stem].add(p)
	case p.role != "" || !g.states:
		g.assignByName(p)
	default:
		g.leave(p, "nothing says that it is a member of a mirror")
	}
}

// assignByName puts a member into the only mirror, or into that of the primary whose name is nearest.
func (g *grouping) assignByName(p *part) {
	stem, _ := nameParts(p.name)
	if len(g.mirrors) == 0 || !g.states && g.stems[stem] > 1 {
		g.found(p)
		return
	}
	m := g.mirrors[0]
	if len(g.mirrors) > 1 {
		m = g.nearest(p, "")
	}
	switch {
	case m != nil:
		m.add(p)
	case !g.states:
		g.found(p)
	default:
		g.leave(p, "several mirrors of the lab could be its own")
	}
}

func (g *grouping) leave(p *part, why string) {
	p.kind = kindNone
	g.note("The instance %s (%s) is not carried over: %s.", p.name, p.origin(), why)
}

// sortNames prepares nearest.
func (g *grouping) sortNames() {
	for _, m := range g.mirrors {
		g.sorted = append(g.sorted, m.members[0])
	}
	sort.SliceStable(g.sorted, func(i, j int) bool { return g.sorted[i].name < g.sorted[j].name })
}

// nearest is the mirror whose primary has the name that begins most like that of a member, nil where
// two do or none does; with a key, of the mirrors that have it. Names that begin alike stand together
// in their order.
func (g *grouping) nearest(p *part, key string) *mirror {
	at, _ := slices.BinarySearchFunc(g.sorted, p.name, func(q *part,
		name string) int {
		return strings.Compare(q.name, name)
	})
	var best *mirror
	longest, ties := 0, 0
	consider := func(i, step int) {
		for ; i >= 0 && i < len(g.sorted); i += step {
			n := commonPrefix(g.sorted[i].name, p.name)
			if n < longest || n == 0 {
				return
			}
			if key != "" && g.sorted[i].mirror.key != key {
				continue
			}
			if n > longest {
				best, longest, ties = g.sorted[i].mirror, n, 0
			}
			if ties++; ties > 2 {
				return
			}
		}
	}
	consider(at-1, -1)
	consider(at, 1)
	if ties != 1 {
		return nil
	}
	return best
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// assignServers gives each application server its data server: the mirror of the instance that its
// merge file names, else the one of the set whose databases it reads, else the only one.
func (d *discovery) assignServers() {
	sets := map[string]*mirror{}
	for _, m := range d.mirrors {
		if key := strings.ToLower(m.setName); key != "" && sets[key] == nil {
			sets[key] = m
		}
	}
	for _, p := range d.ofKind(kindServer) {
		for _, host := range p.merge.dataServers {
			if server := d.host(host); server != nil && p.mirror == nil {
				p.mirror = server.mirror
			}
		}
		for _, set := range p.merge.remoteSets {
			if p.mirror == nil {
				p.mirror = sets[strings.ToLower(set)]
			}
		}
		if p.mirror == nil && len(d.mirrors) == 1 {
			p.mirror = d.mirrors[0]
			p.remark("The data server of %s is no service of the compose file; the only mirror is taken for it.",
				p.name)
		}
		if p.mirror == nil {
			p.kind = kindNone
			d.note("The application server %s (%s) is not carried over: its data server is no service of the "+
				"compose file.",
				p.name, p.origin())
		}
	}
}

// describe says what the lab is, where it is no mirror.
func (d *discovery) describe(joint bool) {
	members, servers := d.ofKind(kindMember), d.ofKind(kindServer)
	for _, p := range members {
		if p.merge.sharded {
			d.note("The merge files make a sharded cluster, which a topology cannot describe: its instances are " +
				"carried over " +
				"without their shards.")
			break
		}
	}
	switch {
	case len(members) == 0:
	case joint:
	case len(servers) > 0:
		d.note("The lab is a distributed cache cluster (ECP) without a mirror: its data server is the only member " +
			"of a mirror " +
			"here, as a topology has no instance outside one. A second member would make it highly available.")
	case len(members) == 1:
		d.note("The lab has a single instance of IRIS and no mirror: the instance is the only member of a mirror " +
			"here, as a " +
			"topology has no instance outside one.")
	default:
		d.note("Nothing in the lab says that its instances are mirrored: each is the only member of a mirror of " +
			"its own here, " +
			"as a topology has no instance outside one.")
	}
}
