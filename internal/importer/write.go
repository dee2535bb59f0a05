package importer

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// write makes the blocks of the topology.
func (d *discovery) write(directory string) {
	d.prepareAddresses()
	d.ownGateways()
	t := d.text
	t.notes = append(t.notes, fmt.Sprintf("Imported from %s by mirrorgen. Comments list what is not carried over.",
		d.source))
	d.writeLab(directory)
	d.writeImages()
	d.writeTLS()
	for _, n := range d.networks {
		if len(d.networks) == 1 && n.subnet == "" && n.name == "lab" {
			continue
		}
		b := t.add("network " + quote(n.name))
		if n.subnet != "" {
			b.set("subnet", quote(n.subnet))
		}
	}
	d.writeIRIS()
	for _, p := range d.ofKind(kindArbiter) {
		d.finish(d.service(p), p)
	}
	for _, m := range d.mirrors {
		d.writeMirror(m)
	}
	for _, p := range d.ofKind(kindServer) {
		b := d.service(p)
		b.set("mirror", quote(p.mirror.name))
		d.finish(b, p)
	}
	for _, p := range d.ofKind(kindGateway) {
		b := d.service(p)
		d.writeGateway(b, p)
		d.finish(b, p, gatewayPort(p))
	}
	for _, p := range d.ofKind(kindNGINX) {
		d.writeNGINX(p)
	}
	balancers := d.ofKind(kindHAProxy)
	for _, p := range balancers {
		d.writeHAProxy(p, len(balancers) == 1)
	}
	for _, p := range d.ofKind(kindOwn) {
		d.writeOwn(p)
	}
	if len(d.withoutDatabases) > 0 {
		d.note("The lab names no database of these mirrors: %s. Without a database block a mirror has MIRRORDB, "+
			"with the namespace "+
			"MIRRORNS.", listed(d.withoutDatabases))
	}
	t.notes = append(t.notes, d.notes...)
	t.notes = append(t.notes, d.compose.notes...)
	d.writeOthers()
}

// writeOthers lists the services that run nothing that is known.
func (d *discovery) writeOthers() {
	const shown = 20
	for i, s := range d.others {
		if i == shown {
			d.text.notes = append(d.text.notes, fmt.Sprintf("%d more services are not carried over.",
				len(d.others)-shown))
			return
		}
		why := "which image it runs is not known"
		for _, lost := range s.lost {
			if strings.HasPrefix(lost, "extends ") {
				why = "it " + lost
			}
		}
		d.text.notes = append(d.text.notes, fmt.Sprintf("The service %s (%s) is not carried over: %s.", s.name,
			s.origin(), why))
	}
}

// origin is what a service runs.
func (s *service) origin() string {
	switch {
	case s.image != "":
		return s.image
	case s.imageWritten != "":
		return s.imageWritten
	case s.build != nil:
		return "built in " + s.build.context
	}
	return "no image"
}

func (d *discovery) writeLab(directory string) {
	name := nameOf(d.compose.name)
	if name == "" {
		name = nameOf(directory)
	}
	if name == "" {
		name = "lab"
	}
	b := d.text.add("lab " + quote(name))
	if d.compose.name == "" {
		b.note("Compose calls the lab after its directory; a generated one has this name.")
	}
	if address := d.publishAddress(b); address != "127.0.0.1" {
		b.set("publish_address", quote(address))
	}
	for _, p := range d.parts {
		if tz := p.env("TZ"); tz != "" {
			b.set("timezone", quote(tz))
			break
		}
	}
	d.writeLicense(b)
	if len(d.networks) > 1 {
		b.set("mirror_network", quote(d.mirrorNetwork))
		b.set("client_network", quote(d.clientNetwork))
	}
}

// writeLicense writes where the licence key of the first instance that has one lies.
func (d *discovery) writeLicense(b *block) {
	for _, p := range d.ofKind(kindMember) {
		key := p.flag("--key", "-k")
		for _, m := range p.mounts {
			if key == "" && path.Base(m.target) == "iris.key" {
				key = m.target
			}
		}
		if key == "" {
			continue
		}
		name := "iris.key"
		if m, rest := p.mountOf(key); m != nil && isLocal(m.source) && !m.inline {
			name = path.Join(m.source, rest)
		}
		if name != "iris.key" {
			b.set("license_key", quote(name))
		}
		b.note("The licence key is %s in the generated directory: put yours there.", name)
		return
	}
}

// publishAddress is the interface that all ports are published on: the most open one where they
// differ.
func (d *discovery) publishAddress(b *block) string {
	found := map[string]bool{}
	for _, p := range d.parts {
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

// defaultRelease is the release of a lab whose images say nothing of theirs.
const defaultRelease = "2025.1"

// writeImages names the images that are not the default ones. Services of one kind run the same.
func (d *discovery) writeImages() {
	b := &block{header: "images"}
	for _, row := range []struct {
		argument string
		kinds    []kind
	}{
		{"iris", []kind{kindMember, kindServer}}, {"arbiter", []kind{kindArbiter}}, {"webgateway", []kind{kindGateway}},
		{"nginx", []kind{kindNGINX}}, {"haproxy", []kind{kindHAProxy}},
	} {
		d.writeImage(b, row.argument, row.kinds)
	}
	if b.has("iris") {
		for _, a := range b.arguments {
			if a.name == "iris" && !releaseOf(a.value).known {
				b.set("iris_version", quote(defaultRelease))
				b.note("The tag of %s names no release. %s is a guess: set iris_version to the one that it holds.",
					strings.Trim(a.value, `"`), defaultRelease)
				break
			}
		}
	}
	if len(b.arguments)+len(b.notes) > 0 {
		d.text.blocks = append(d.text.blocks, b)
	}
}

// writeImage names the image of services of some kinds.
func (d *discovery) writeImage(b *block, argument string, kinds []kind) {
	first := ""
	other, built, unknown := map[string][]string{}, map[string][]string{}, map[string][]string{}
	var order []string // of what is noted
	add := func(to map[string][]string, key, name string) {
		if to[key] == nil {
			order = append(order, key)
		}
		to[key] = append(to[key], name)
	}
	for _, p := range d.parts {
		base := p.base()
		switch {
		case !slices.Contains(kinds, p.kind) || base == "" && p.imageWritten == "":
			continue
		case p.kind == kindArbiter && imageKind(base) != kindArbiter:
			b.note("%s runs the agent of %s; the lab takes the vendor's image of an arbiter.", p.name, base)
			continue
		case !p.isComplete() && (p.build == nil || p.build.image != nil):
			written := p.imageWritten
			if p.build != nil {
				written = "in the Dockerfile of " + p.build.context
			}
			add(unknown, written, p.name)
			continue
		case p.build != nil && p.build.image == nil && p.image == "":
			continue // remarked on
		case first == "":
			first = base
		case base != first:
			add(other, base, p.name)
		}
		if p.build != nil {
			text := "in " + p.build.context + " from " + base
			if p.build.image == nil {
				text = "in " + p.build.context + " and called " + p.image
			}
			add(built, text, p.name)
		}
	}
	for _, key := range order {
		switch {
		case unknown[key] != nil:
			b.note("The image of %s, %s, has a variable without a value; the lab takes the vendor's image.",
				listed(unknown[key]), key)
		case other[key] != nil:
			b.note("%s: %s. The lab has one image for all, %s.", listed(other[key]), key, first)
		case strings.Contains(key, " and called "):
			b.note("Built %s: %s. Build it before the lab starts, or take the line away.", key, listed(built[key]))
		default:
			b.note("Built %s: %s. The lab takes the image that they start from; what the Dockerfile adds is not in it.",
				key, listed(built[key]))
		}
	}
	if first != "" {
		b.set(argument, quote(first))
	}
}

// writeIRIS writes what members have in common.
func (d *discovery) writeIRIS() {
	b := &block{header: "iris"}
	grace := ""
	var merged []string
	for _, p := range append(d.ofKind(kindMember), d.ofKind(kindServer)...) {
		if p.stopGrace != "" && grace == "" {
			grace = p.stopGrace
			b.set("stop_grace_period", quote(grace))
		}
		for _, name := range p.merge.files {
			if !slices.Contains(merged, name) && len(merged) < maxNotes {
				merged = append(merged, name)
			}
		}
		if p.kind == kindServer {
			continue
		}
		for _, fact := range []struct{ argument, value string }{
			{"password_hash", p.merge.passwordHash}, {"globals", p.merge.globals}, {"gmheap", p.merge.gmheap},
		} {
			switch {
			case fact.value == "":
			case fact.argument == "password_hash":
				b.set(fact.argument, quote(fact.value))
			case strings.Trim(fact.value, "0123456789") == "":
				b.set(fact.argument, fact.value)
			}
		}
	}
	if len(merged) > 0 {
		d.note("Of the merge files %s, the mirrors, their databases, the cache and the password hash are carried "+
			"over; the argument "+
			"merge takes the rest.", listed(merged))
	}
	if len(b.arguments) > 0 {
		d.text.blocks = append(d.text.blocks, b)
	}
}

// service begins the block of a service, with what all services have. finish ends it.
func (d *discovery) service(p *part) *block {
	b := d.text.add(string(p.kind) + " " + quote(p.label))
	b.optional = true
	d.writeService(b, p)
	return b
}

func (d *discovery) writeService(b *block, p *part) {
	d.writeNetworks(b, p)
	if p.kind == kindMember || p.kind == kindServer {
		if p.cpus != "" {
			b.set("cpus", p.cpus)
		}
		p.loseOptions()
	} else if len(p.command) > 0 && !p.runsAgent() && p.kind != kindArbiter {
		p.lose("command")
	}
	if p.health != nil {
		p.lose("healthcheck")
	}
	d.writeEnvironment(b, p)
	for _, m := range p.mounts {
		if !p.isReplaced(m) {
			p.lose("%s", m)
		}
	}
}

// isReplaced reports whether a mount brings nothing but what the lab writes or mounts itself.
func (p *part) isReplaced(m mount) bool {
	targets := []string{p.env("ISC_CSP_INI_FILE"), p.env("ISC_CSP_CONF_FILE"), p.flag("--key", "-k")}
	targets = append(targets, strings.Split(p.env("ISC_CPF_MERGE_FILE"), ",")...)
	for _, target := range targets {
		if brings, _ := p.mountOf(strings.TrimSpace(target)); target != "" && brings != nil && *brings == m {
			return m.source != "." && m.source != "./"
		}
	}
	return isConfiguration(m.target) ||
		slices.Contains(p.included, strings.TrimSuffix(m.target, "/")) ||
		path.Base(m.target) == "iris.key"
}

// handled are the options of iris-main that the lab gives itself where they are needed.
var handled = []string{"--key", "-k", "--check-caps", "--ISCAgent", "--ISCAgentPort"}

// loseOptions notes the options of an instance that the lab does not give, with their values.
func (p *part) loseOptions() {
	for i, option := range p.command {
		name, value, hasValue := strings.Cut(option, "=")
		if !hasValue {
			if name, value, hasValue = strings.Cut(option, " "); !hasValue && i+1 < len(p.command) &&
				!strings.HasPrefix(p.command[i+1], "-") {
				value = p.command[i+1]
			}
		}
		if strings.HasPrefix(name, "-") && !slices.Contains(handled, name) {
			p.lose("command %s", strings.TrimSpace(name+" "+value))
		}
	}
}

// finish adds the comments on a service: its remarks, what is lost, and published ports that the
// language has no argument for.
func (d *discovery) finish(b *block, p *part, carried ...int) {
	for _, published := range p.ports {
		if !slices.Contains(carried, published.container) ||
			p.kind != kindOwn && p.hostPort(published.container) != published.host {
			p.lose("port %d:%d", published.host, published.container)
		}
	}
	b.notes = append(b.notes, p.remarks...)
	if len(p.lost) > maxNotes {
		p.lost[maxNotes] = "and more"
		p.lost = p.lost[:maxNotes+1]
	}
	if len(p.lost) > 0 {
		b.note("Not carried over from %s: %s.", p.name, strings.Join(p.lost, "; "))
	}
}
