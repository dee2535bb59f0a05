package importer

import (
	"path"
	"strconv"
	"strings"
)

// ownImage is the image of a service that is no part of a mirror lab: the one that it names, or
// what it is to be called when it has been built; "" where neither is known.
func (s *service) ownImage() string {
	switch {
	case s.image != "" && s.imageKnown:
		return s.image
	case s.imageWritten == "" && s.build != nil && nameOf(s.name) != "":
		return nameOf(s.name) + ":latest"
	}
	return ""
}

// writeOwn writes the block of a service that is no part of a mirror lab.
func (d *discovery) writeOwn(p *part) {
	b := d.text.add("service " + quote(p.label))
	b.optional = true
	b.set("image", quote(p.ownImage()))
	if p.build != nil {
		b.note("Built in %s: build it before the lab starts, docker build -t %s %s.", p.build.context, p.ownImage(),
			p.build.context)
	}
	d.writeNetworks(b, p)
	if p.command != nil {
		b.set("command", list(p.command))
	}
	if p.entrypoint != nil {
		b.set("compose", "{ entrypoint = "+list(p.entrypoint)+" }")
	}
	d.writeEnvironment(b, p)
	carried := p.writePorts(b)
	p.writeFiles(b)
	d.writeAfter(b, p)
	p.writeHealth(b)
	d.finish(b, p, carried...)
}

// writePorts writes the ports of the host that lead to a service, and returns those of the container.
func (p *part) writePorts(b *block) []int {
	var entries []string
	var carried []int
	for _, published := range p.ports {
		entries = append(entries, itoa(published.host)+":"+itoa(published.container))
		carried = append(carried, published.container)
	}
	if len(entries) > 0 {
		b.set("ports", list(entries))
	}
	return carried
}

// writeFiles writes what a service mounts from beside the compose file. The user puts it into the
// generated directory.
func (p *part) writeFiles(b *block) {
	var entries, names []string
	for _, m := range p.mounts {
		name := path.Clean(m.source)
		if !isLocal(m.source) || name == "." || strings.HasPrefix(name, "../") || m.inline {
			p.lose("%s", m)
			continue
		}
		target, access, _ := strings.Cut(m.target, ":")
		if access != "" && access != "ro" {
			p.lose("mode %s of volume %s", access, m.source)
		}
		entries = append(entries, quote(target)+" = "+quote(name))
		names = append(names, name)
	}
	switch len(entries) {
	case 0:
		return
	case 1:
		b.set("files", "{ "+entries[0]+" }")
	default:
		b.set("files", "{\n  "+strings.Join(entries, "\n  ")+"\n}")
	}
	b.note("Put into the generated directory what %s mounts, which it may only read there: %s.", p.name, listed(names))
}

// writeAfter writes the services whose health a service waits for.
func (d *discovery) writeAfter(b *block, p *part) {
	var names []string
	for _, dependency := range p.dependencies {
		other := d.hosts[strings.ToLower(dependency.Service)]
		switch {
		case other == nil || other.kind == kindNone:
			p.lose("depends_on %s", dependency.Service)
		case dependency.Healthy:
			names = append(names, other.label)
		default:
			p.lose("depends_on %s, which need not be healthy", dependency.Service)
		}
	}
	if len(names) > 0 {
		b.set("after", list(names))
	}
}

// writeHealth writes a health check.
func (p *part) writeHealth(b *block) {
	h := p.health
	if h == nil || h.IsUnset() {
		return
	}
	if !h.Given {
		b.set("healthcheck", "{ disable = true }")
		return
	}
	var entries []string
	if p.healthLine != "" {
		entries = append(entries, "test = "+quote(p.healthLine))
	} else if h.Test != nil {
		words := []string{}
		for _, w := range h.Test {
			words = append(words, w.Text)
		}
		entries = append(entries, "test = "+list(words))
	}
	for _, field := range []struct{ name, value string }{
		{"interval", h.Interval.Text}, {"timeout", h.Timeout.Text}, {"start_period", h.StartPeriod.Text},
	} {
		if field.value != "" {
			entries = append(entries, field.name+" = "+quote(field.value))
		}
	}
	if n, err := strconv.Atoi(h.Retries.Text); err == nil {
		entries = append(entries, "retries = "+itoa(n))
	}
	if len(entries) > 0 {
		b.set("healthcheck", "{\n  "+strings.Join(entries, "\n  ")+"\n}")
	}
}
