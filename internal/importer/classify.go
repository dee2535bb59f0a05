package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mirrorgen/internal/format/image"
)

// A kind is the block type that a service becomes.
type kind string

const (
	kindNone    kind = ""
	kindArbiter kind = "arbiter"
	kindMember  kind = "member"
	kindServer  kind = "application_server"
	kindGateway kind = "web_gateway"
	kindNGINX   kind = "nginx"
	kindHAProxy kind = "haproxy"
	kindOwn     kind = "service" // no part of a mirror lab, but in it
)

// classify finds out what each service is.
func (d *discovery) classify() {
	merges := map[string]*mergeFacts{}
	for _, s := range d.compose.services {
		p := &part{service: s, kind: kindOf(s)}
		if p.kind == kindNone {
			if s.ownImage() == "" {
				d.others = append(d.others, s)
				continue
			}
			p.kind = kindOwn
		}
		if p.kind == kindMember {
			p.merge = d.mergeOf(s, merges)
			p.takeRole()
			if p.role == "" && p.merge.isApplicationServer() {
				p.kind = kindServer
			}
		}
		d.parts = append(d.parts, p)
	}
	d.hosts = make(map[string]*part, 4*len(d.parts))
	for _, p := range d.parts {
		p.label = d.labelFor(p.name, string(p.kind))
		if p.label != p.name {
			p.remark("%s is called %s here, as a service of a topology can be.", p.name, p.label)
		}
		d.addHost(p, p.name)
		d.addHost(p, p.hostname)
		d.addHost(p, p.containerName)
		for _, a := range p.attached {
			d.addHost(p, a.address)
			for _, alias := range a.aliases {
				d.addHost(p, alias)
			}
		}
	}
	for _, p := range d.parts {
		if (p.kind == kindMember || p.kind == kindServer) && p.isComplete() {
			d.release = releaseOf(p.base())
			break
		}
	}
}

func (d *discovery) addHost(p *part, name string) {
	if name = strings.ToLower(name); name != "" && d.hosts[name] == nil {
		d.hosts[name] = p
	}
}

// host is the service that is reached by a name or address, which may have a port or a domain, nil
// for none.
func (d *discovery) host(name string) *part {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.IndexAny(name, ":|,"); i >= 0 {
		name = name[:i]
	}
	if p := d.hosts[name]; p != nil || name == "" {
		return p
	}
	if first, _, qualified := strings.Cut(name, "."); qualified && strings.ContainsFunc(first, isLetter) {
		return d.hosts[first]
	}
	return nil
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

// kindOf finds out what a service is: by what it runs, its variables, its image and the one that
// this starts from, what it mounts, and last by its name.
func kindOf(s *service) kind {
	switch {
	case s.runsAgent():
		return kindArbiter
	case s.env("ISC_CSP_INI_FILE", "ISC_CSP_CONF_FILE") != "":
		return kindGateway
	case s.statesMirrorRole():
		return kindMember
	}
	base := s.base()
	if k := imageKind(base); k != kindNone {
		return k
	}
	if s.image != "" {
		if k := imageKind(s.image); k != kindNone {
			return k
		}
	}
	if s.build != nil && s.build.image == nil {
		if k := imageKind(path.Base(path.Clean(s.build.context))); k != kindNone {
			return k
		}
	}
	switch {
	case s.env("ISC_CPF_MERGE_FILE") != "":
		return kindMember
	case s.mountsAt("haproxy.cfg"):
		return kindHAProxy
	case s.mountsAt("CSP.ini"):
		return kindGateway
	case s.build != nil && s.build.image != nil, s.image != "" && s.isComplete(): // some other program
		return kindNone
	case s.env("ISC_DATA_DIRECTORY") != "" && !image.IsGatewayName(s.name):
		return kindMember
	}
	return nameKind(s)
}

// kinds are the block types of services with images of each kind.
var kinds = map[image.Kind]kind{
	image.ArbiterKind:  kindArbiter,
	image.InstanceKind: kindMember,
	image.GatewayKind:  kindGateway,
	image.NGINXKind:    kindNGINX,
	image.HAProxyKind:  kindHAProxy,
}

// imageKind is what a service with that image is.
func imageKind(name string) kind { return kinds[image.KindOf(name)] }

// nameKind is what the name and the ports of a service without a known image say of it.
func nameKind(s *service) kind {
	name := strings.ToLower(s.name)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case has("haproxy"):
		return kindHAProxy
	case s.mountsAt("/etc/nginx"), has("nginx"):
		return kindNGINX
	case image.IsGatewayName(name), has("gateway"):
		return kindGateway
	case has("arbiter"):
		return kindArbiter
	case has("iris"), s.hostPort(1972) > 0, s.hostPort(52773) > 0:
		return kindMember
	}
	return kindNone
}

// mountsAt reports whether something is mounted at a path that has this part.
func (s *service) mountsAt(part string) bool {
	return slices.ContainsFunc(s.mounts, func(m mount) bool { return strings.Contains(m.target, part) })
}

// takeRole takes the role of a member from what states it: variables, the command, its merge files.
func (p *part) takeRole() {
	stated := p.variableRole()
	if p.role = stated.role; p.role != "" {
		return
	}
	member := p.merge.role
	auto := strings.EqualFold(member, "auto") || member == "" && p.statesMirrorRole()
	if !auto {
		if p.role = roleOf(member); p.role == "" && member != "" {
			stated.text = p.merge.roleAt + "=" + member
		}
	} else if role, group, ok := p.autoRole(); ok {
		p.role, p.group = role, group
	} else {
		stated.text = "The host name " + p.host() + ", which Member=auto takes the role from and which ends in no -N,"
		p.roleRemark = stated.text + " states no role"
		return
	}
	if p.role == "" && stated.text != "" {
		p.roleRemark = stated.text + " of " + p.name + " is not a known role"
	}
}

// host is the first label of the name that the service has for itself.
func (s *service) host() string {
	name := s.hostname
	if name == "" {
		name = s.name
	}
	name, _, _ = strings.Cut(name, ".")
	return name
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// reserved are the names that the language keeps for itself.
var reserved = []string{"csp", "api", "isc", "oauth2", "ui", "system", "local", "stats", "default"}

// nameOf makes a name of the language of any text, "" where nothing is left.
func nameOf(text string) string {
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	return strings.Trim(name[:min(len(name), 63)], "-")
}

// labelFor makes a name that nothing else has.
func (d *discovery) labelFor(text, otherwise string) string {
	base := nameOf(text)
	if base == "" {
		base = nameOf(otherwise)
	}
	name := base
	for n := 2; d.labels[name] || slices.Contains(reserved, name); n++ {
		suffix := "-" + itoa(n)
		name = strings.Trim(base[:min(len(base), 63-len(suffix))], "-") + suffix
	}
	d.labels[name] = true
	return name
}

// isConfiguration reports whether a mount brings configuration that the lab writes itself.
func isConfiguration(target string) bool {
	return slices.Contains([]string{"CSP.ini", "CSP.conf", "haproxy.cfg", "nginx.conf", "default.conf"},
		path.Base(target))
}
