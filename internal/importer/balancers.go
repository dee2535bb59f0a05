package importer

import (
	"path"
	"slices"
	"strings"
)

// readConfigurations reads the configuration of gateways and load balancers. A file that several
// services share is read once.
func (d *discovery) readConfigurations() {
	parsed, left := map[string]*ini{}, maxAllSections
	for _, p := range d.parts {
		switch p.kind {
		case kindGateway:
			if content, ok := d.gatewayFile(p); ok {
				if parsed[content] == nil {
					parsed[content] = parseINI(content)
				}
				if left -= len(parsed[content].sections); left < 0 {
					p.remark("The CSP.ini of %s is not read: all of the lab have more than %d sections.", p.name,
						maxAllSections)
					continue
				}
				p.ini = parsed[content]
			}
		case kindHAProxy:
			if content, ok := d.configuration(p, "haproxy.cfg"); ok && p.isReadable("haproxy.cfg", content) {
				d.readHAProxy(p, content)
			}
		case kindNGINX:
			d.readNGINX(p)
		}
	}
	d.chooseListeners()
}

// configuration finds a service's file of one of these names: mounted, in the directory that its
// image is built in, or beside the compose file.
func (d *discovery) configuration(p *part, names ...string) (string, bool) {
	var candidates []string
	for _, m := range p.mounts {
		if !isLocal(m.source) {
			continue
		}
		source := path.Clean(m.source)
		if ext := path.Ext(names[0]); strings.EqualFold(path.Ext(source), ext) ||
			strings.EqualFold(path.Ext(m.target), ext) {
			candidates = append(candidates, source)
		}
		for _, name := range names {
			candidates = append(candidates, path.Join(source, name))
		}
	}
	for _, name := range names {
		if p.build != nil {
			candidates = append(candidates, path.Join(p.build.context, name))
		}
	}
	if content, ok := d.first(candidates); ok {
		return content, true
	}
	for _, name := range names {
		if content, ok := d.files.get(name); ok && !d.isMounted(name) {
			p.remark("That %s beside the compose file is that of %s is a guess.", name, p.name)
			return content, true
		}
	}
	return "", false
}

// isMounted reports whether a service mounts a file.
func (d *discovery) isMounted(name string) bool {
	return slices.ContainsFunc(d.parts, func(p *part) bool {
		return slices.ContainsFunc(p.mounts, func(m mount) bool { return path.Clean(m.source) == name })
	})
}
