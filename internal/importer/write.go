package importer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// write makes the blocks of the topology.
func (l *findings) write(directory string) {
	t := l.text
	t.notes = append(t.notes, fmt.Sprintf("Imported from %s by mirrorgen. Comments tell what was not carried over.", l.source))
	t.notes = append(t.notes, l.compose.notes...)
	for _, s := range l.others {
		t.notes = append(t.notes, fmt.Sprintf("The service %s (%s) is not carried over: it is no part of a mirror lab.", s.name, s.origin()))
	}
	if l.ini != nil {
		t.notes = append(t.notes, l.iniNotes()...)
	}
	l.writeLab(directory)
	l.writeImages()
	for _, n := range l.networks {
		if len(l.networks) == 1 && n.subnet == "" && n.name == "lab" {
			continue
		}
		b := t.add("network " + quote(n.name))
		if n.subnet != "" {
			b.set("subnet", quote(n.subnet))
		}
	}
	l.writeIRIS()
	for _, p := range l.ofKind(kindArbiter) {
		b := l.service(p)
		l.writePorts(b, p)
	}
	for _, m := range l.mirrors {
		l.writeMirror(m)
	}
	for _, p := range l.ofKind(kindServer) {
		b := l.service(p)
		b.set("mirror", quote(p.mirror.name))
		l.writePorts(b, p)
	}
	for _, p := range l.ofKind(kindGateway) {
		b := l.service(p)
		l.writeGateway(b, p)
		l.writePorts(b, p, 80)
	}
	for _, p := range l.ofKind(kindNGINX) {
		l.writeNGINX(p)
	}
	for i, p := range l.ofKind(kindHAProxy) {
		l.writeHAProxy(p, i)
	}
}

func (t *topology) add(header string) *block {
	b := &block{header: header}
	t.blocks = append(t.blocks, b)
	return b
}

// origin is what a service runs.
func (s *service) origin() string {
	if s.image != "" {
		return s.image
	}
	return "built in " + s.build
}

func (l *findings) writeLab(directory string) {
	name := plainName(l.compose.name)
	if name == "" {
		name = plainName(directory)
	}
	if name == "" {
		name = "lab"
	}
	b := l.text.add("lab " + quote(name))
	if l.compose.name == "" {
		b.note("Compose calls the lab after its directory; a generated one has this name.")
	}
	if address := l.publishAddress(b); address != "127.0.0.1" {
		b.set("publish_address", quote(address))
	}
	for _, p := range l.parts {
		if tz := p.env("TZ"); tz != "" {
			b.set("timezone", quote(tz))
			break
		}
	}
	for _, p := range l.ofKind(kindMember) {
		if key := p.flag("--key", "-k"); key != "" {
			name, ok := p.beside(key)
			if ok && path.Clean(name) != "iris.key" {
				b.set("license_key", quote(path.Clean(name)))
			}
			b.note("The licence key is %s in the generated directory: put yours there.", otherwise(name, "iris.key"))
			break
		}
	}
	if len(l.networks) > 1 {
		b.set("mirror_network", quote(l.mirrorNetwork))
		b.set("client_network", quote(l.clientNetwork))
	}
}

func otherwise(s, other string) string {
	if s == "" {
		return other
	}
	return path.Clean(s)
}

// flag is the value of a flag of the service's command.
func (s *service) flag(names ...string) string {
	for i, word := range s.command {
		for _, name := range names {
			if value, ok := strings.CutPrefix(word, name+"="); ok {
				return value
			}
			if word == name && i+1 < len(s.command) {
				return s.command[i+1]
			}
		}
	}
	return ""
}

// publishAddress is the interface that all ports are published on: the most open
// one where they differ.
func (l *findings) publishAddress(b *block) string {
	found := map[string]bool{}
	for _, p := range l.parts {
		for _, published := range p.ports {
			if p.kind != kindNone {
				found[published.ip] = true
			}
		}
	}
	switch {
	case len(found) == 0:
		return "127.0.0.1"
	case len(found) > 1:
		b.note("Ports are published on several interfaces; a lab has one for all.")
	case !found[""] && !found["0.0.0.0"]:
		for ip := range found {
			return ip
		}
	}
	return "0.0.0.0"
}

// writeImages names the images that are not the default ones. Services of one
// kind run the same image.
func (l *findings) writeImages() {
	b := &block{header: "images"}
	for _, row := range []struct {
		argument string
		kinds    []kind
	}{
		{"iris", []kind{kindMember, kindServer}}, {"arbiter", []kind{kindArbiter}}, {"webgateway", []kind{kindGateway}},
		{"nginx", []kind{kindNGINX}}, {"haproxy", []kind{kindHAProxy}},
	} {
		first := ""
		for _, p := range l.parts {
			switch {
			case !slices.Contains(row.kinds, p.kind):
			case p.image == "":
				b.note("%s is built in %s; the lab takes the vendor's image.", p.name, p.build)
			case first == "":
				first = p.image
				if p.build != "" {
					b.note("%s is built in %s and called %s; build it before the lab starts, or take the line away.", p.name, p.build, p.image)
				}
			case p.image != first:
				b.note("%s runs %s; the lab has one image for all, %s.", p.name, p.image, first)
			}
		}
		if first != "" {
			b.set(row.argument, quote(first))
		}
	}
	if len(b.arguments)+len(b.notes) > 0 {
		l.text.blocks = append(l.text.blocks, b)
	}
}

// writeIRIS writes what members have in common.
func (l *findings) writeIRIS() {
	b := &block{header: "iris"}
	grace := ""
	for _, p := range l.ofKind(kindMember) {
		if p.stopGrace != "" && grace == "" {
			grace = p.stopGrace
			b.set("stop_grace_period", quote(grace))
		}
		if p.merge == nil {
			continue
		}
		for _, key := range p.merge.Keys("Startup") {
			if strings.EqualFold(key.Name, "PasswordHash") {
				b.set("password_hash", quote(key.Value))
			}
		}
		for _, key := range p.merge.Keys("config") {
			parts := strings.Split(key.Value, ",")
			switch {
			case strings.EqualFold(key.Name, "globals") && len(parts) > 2:
				b.set("globals", parts[2])
			case strings.EqualFold(key.Name, "gmheap"):
				b.set("gmheap", key.Value)
			}
		}
	}
	if len(b.arguments) > 0 {
		l.text.blocks = append(l.text.blocks, b)
	}
}

// service begins the block of a service, with what all services have.
func (l *findings) service(p *part) *block {
	b := l.text.add(string(p.kind) + " " + quote(p.label))
	b.needless = true
	l.writeService(b, p)
	return b
}

func (l *findings) writeService(b *block, p *part) {
	p.block = b
	l.writeNetworks(b, p)
	if p.kind == kindMember || p.kind == kindServer {
		if p.cpus != "" {
			b.set("cpus", p.cpus)
		}
		for _, flag := range p.command {
			if name, _, _ := strings.Cut(flag, "="); strings.HasPrefix(name, "-") && name != "--key" && name != "-k" {
				p.lose("command %s", name)
			}
		}
	} else if len(p.command) > 0 {
		p.lose("command")
	}
	l.writeEnvironment(b, p)
	for _, m := range p.mounts {
		if name := path.Base(m.target); !slices.Contains([]string{"CSP.ini", "haproxy.cfg", "nginx.conf", "default.conf"}, name) {
			p.lose("volume %s:%s", m.source, m.target)
		}
	}
	b.notes = append(b.notes, p.remarks...)
	if len(p.lost) > 0 {
		b.note("Not carried over from %s: %s.", p.name, strings.Join(p.lost[:min(len(p.lost), maxNotes)], "; "))
	}
}

// told are the variables of which the topology says otherwise what they say.
var told = []string{"TZ", "ISC_CPF_MERGE_FILE", "ISC_DATA_DIRECTORY", "ISC_PACKAGE_INSTANCENAME"}

func (l *findings) writeEnvironment(b *block, p *part) {
	var entries []string
	for _, v := range p.environment {
		key := strings.ToUpper(v.key)
		switch {
		case slices.Contains(told, key):
		case strings.Contains(key, "MIRROR"), strings.Contains(key, "ARBITER"):
			// Said by roles and blocks, and read by nothing in a generated lab.
		default:
			key := quote(v.key)
			if hclsyntax.ValidIdentifier(v.key) {
				key = v.key
			}
			entries = append(entries, key+" = "+quote(v.value))
		}
	}
	switch {
	case len(entries) == 1:
		b.set("environment", "{ "+entries[0]+" }")
	case len(entries) > 1:
		b.set("environment", "{\n  "+strings.Join(entries, "\n  ")+"\n}")
	}
}

// writePorts notes published ports that the language has no argument for.
func (l *findings) writePorts(b *block, p *part, known ...int) {
	var lost []string
	for _, published := range p.ports {
		if !slices.Contains(known, published.container) {
			lost = append(lost, fmt.Sprintf("%d:%d", published.host, published.container))
		}
	}
	if len(lost) > 0 {
		b.note("Ports of %s not carried over: %s.", p.name, strings.Join(lost[:min(len(lost), maxNotes)], ", "))
	}
}

func (l *findings) writeMirror(m *mirror) {
	b := l.text.add("mirror " + quote(m.name))
	if m.setName != "" {
		b.set("set_name", quote(m.setName))
	}
	arbiters := l.ofKind(kindArbiter)
	if named := m.members[0].configMirror("ArbiterURL"); named != "" && len(arbiters) == 0 {
		b.note("Its arbiter %s is no service of the compose file; arbiter \"arbiter\" {} adds one.", named)
	}
	if len(arbiters) > 1 {
		b.set("arbiter", quote(l.arbiterOf(m, arbiters).label))
	}
	for _, p := range m.members {
		if p.env("ISC_DATA_DIRECTORY") != "" {
			b.set("durable", "true")
			b.note("Data is kept in data/ of the generated directory; the volumes of %s are not taken over.", p.name)
			break
		}
	}
	l.writeSuperserver(b, m)
	if databases := l.databases(m); len(databases) > 0 {
		b.blocks = append(b.blocks, databases...)
	} else {
		b.note("Databases are not told by the compose file: without a database block there is MIRRORDB, with the namespace MIRRORNS.")
	}
	for _, p := range m.members {
		member := &block{header: "member " + quote(p.label)}
		if p.guess != "" {
			member.note("%s", p.guess)
		}
		member.set("role", quote(p.role))
		if name := p.systemName(); name != "" && !strings.EqualFold(name, p.label) {
			member.set("system_name", quote(name))
		}
		if host := p.hostPort(52773); host > 0 {
			member.set("web_port", itoa(host))
		}
		if host := p.hostPort(1972); host > 0 {
			member.set("superserver_port", itoa(host))
		}
		l.writeService(member, p)
		l.writePorts(member, p, 52773, 1972)
		b.blocks = append(b.blocks, member)
	}
}

// arbiterOf is the arbiter that the members of a mirror name, or the first.
func (l *findings) arbiterOf(m *mirror, arbiters []*part) *part {
	for _, p := range m.members {
		host, _, _ := strings.Cut(otherwiseText(p.configMirror("ArbiterURL"), p.env("ARBITER", "ARBITERURL", "ARBITER_URL", "ARBITERHOST", "ARBITER_HOST", "MIRRORARBITER", "MIRROR_ARBITER")), ":")
		for _, a := range arbiters {
			if host != "" && a.answersTo(host) {
				return a
			}
		}
	}
	return arbiters[0]
}

func otherwiseText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// databases are those that the primary's merge file mirrors.
func (l *findings) databases(m *mirror) []*block {
	p := m.members[0]
	if p.merge == nil {
		return nil
	}
	namespaces := map[string]string{}
	for action := range p.merge.Actions {
		if action.Name == "CreateNamespace" {
			namespaces[action.Value("Globals")] = action.Value("Name")
		}
	}
	var list []*block
	for action := range p.merge.Actions {
		if action.Name != "CreateDatabase" || action.Value("MirrorDBName") == "" && action.Value("MirrorSetName") == "" {
			continue
		}
		name := otherwiseText(action.Value("MirrorDBName"), action.Value("Name"))
		b := &block{header: "database " + quote(name), needless: true}
		if namespace := namespaces[action.Value("Name")]; namespace != "" && namespace != name {
			b.set("namespace", quote(namespace))
		}
		list = append(list, b)
	}
	return list
}

// writeSuperserver says on which host port the primary of a mirror is served.
func (l *findings) writeSuperserver(b *block, m *mirror) {
	balancers := l.ofKind(kindHAProxy)
	if len(balancers) == 0 {
		return
	}
	for _, served := range l.balanced {
		if served.mirror == m {
			b.set("superserver_port", itoa(served.port))
			return
		}
	}
	if len(l.balanced) > 0 { // its configuration is known, and has no such port
		b.set("superserver_port", "0")
		return
	}
	// By order: the first mirror on the first port that could be one.
	var ports []int
	for _, p := range balancers {
		for _, published := range p.ports {
			if published.container%10000 >= 1972 && published.container%10000 < 2072 {
				ports = append(ports, published.host)
			}
		}
	}
	i := slices.Index(l.mirrors, m)
	if i >= len(ports) {
		b.set("superserver_port", "0")
		return
	}
	b.set("superserver_port", itoa(ports[i]))
	b.note("haproxy.cfg was not found: that port %d is this mirror's is a guess.", ports[i])
}

func (l *findings) writeNGINX(p *part) {
	b := l.service(p)
	b.set("http_port", itoa(p.hostPort(l.proxy.listen)))
	for _, s := range []struct{ name, value string }{
		{"connect_timeout", l.proxy.connect}, {"read_timeout", l.proxy.read}, {"fail_timeout", l.proxy.failTimeout},
	} {
		if s.value != "" {
			b.set(s.name, quote(s.value))
		}
	}
	if l.proxy.maxFails != "" {
		b.set("max_fails", l.proxy.maxFails)
	}
	l.writePorts(b, p, l.proxy.listen)
}

func (l *findings) writeHAProxy(p *part, index int) {
	b := l.service(p)
	if len(l.ofKind(kindHAProxy)) > 1 {
		var served []string
		for _, s := range l.balanced {
			if s.by == p {
				served = append(served, s.mirror.name)
			}
		}
		if len(served) > 0 {
			b.set("mirrors", list(served))
		}
	}
	if l.stats > 0 && index == 0 {
		b.set("stats_port", itoa(l.stats))
	}
	known := []int{}
	for _, published := range p.ports {
		carried := published.host == l.stats || slices.ContainsFunc(l.balanced, func(s listener) bool { return s.port == published.host })
		if carried || len(l.balanced) == 0 && published.container%10000 >= 1972 && published.container%10000 < 2072 {
			known = append(known, published.container)
		}
	}
	l.writePorts(b, p, known...)
}
