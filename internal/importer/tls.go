package importer

import (
	"fmt"
	"slices"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/schema"
)

// tlsUse is where a lab has TLS.
type tlsUse struct{ mirror, superserver, gateway, https, ecp bool }

// setsUpMirror reports whether a merge file sets up a mirror. Otherwise scripts do, which nobody
// reads here.
func (d *discovery) setsUpMirror() bool {
	return slices.ContainsFunc(d.parts, func(p *part) bool { return p.merge != nil && p.merge.mirrored })
}

// tlsOf is where the merge files, gateways and nginx of the lab have TLS.
func (d *discovery) tlsOf() tlsUse {
	use := tlsUse{https: slices.ContainsFunc(d.ofKind(kindNGINX), func(p *part) bool {
		return d.httpsPort(p) > 0
	})}
	for _, p := range d.parts {
		if p.merge != nil {
			use.mirror = use.mirror || p.merge.tls.mirror
			use.superserver = use.superserver || p.merge.tls.superserver
			use.ecp = use.ecp || p.merge.tls.ecp
		}
		if p.ini != nil {
			use.gateway = use.gateway || slices.ContainsFunc(p.ini.servers(), func(s iniSection) bool {
				return s.keys["connection_security_level"] == "10"
			})
		}
	}
	return use
}

// httpsPort is the port of the host on which an nginx serves HTTPS, 0 for none.
func (d *discovery) httpsPort(p *part) int {
	return p.hostPort(p.published(p.proxy.https))
}

// writeTLS writes where the lab has TLS, and says which of it a release is too old for. Whoever
// comes with TLS needs a superserver that accepts it.
func (d *discovery) writeTLS() {
	use := d.tlsOf()
	use.superserver = use.superserver || use.gateway || use.ecp
	if use == (tlsUse{}) {
		return
	}
	b := &block{header: "tls", optional: true}
	b.note("The lab's own certificates are not carried over: \"mirrorgen certs\" makes others, or says how yours are " +
		"to be called.")
	first, outside := schema.TLSRelease, tlsUse{https: use.https}
	if d.release.known && d.release.Before(first.Year, first.Minor) && use != outside {
		tooOld := fmt.Sprintf("TLS in IRIS is not carried over: a topology has it for releases from %s on.", first)
		if outside == (tlsUse{}) {
			d.note("%s", tooOld)
			return
		}
		b.note("%s", tooOld)
		use = outside
	}
	for _, part := range []struct {
		name, off string
		on        bool
	}{
		{"mirror", "false", use.mirror || use.superserver && !d.setsUpMirror()},
		{"superserver", quote("off"), use.superserver},
		{"gateway", "false", use.gateway},
		{"https", "false", use.https},
		{"ecp", "false", use.ecp},
	} {
		if !part.on {
			b.set(part.name, part.off)
		}
	}
	d.text.blocks = append(d.text.blocks, b)
	d.text.tls = b
}

// followTLS has the tls block follow what the language has refused: without an nginx there is
// no HTTPS, and a tls block that encrypts nothing goes too.
func (t *topology) followTLS() {
	b := t.tls
	if b == nil || b.refused || slices.ContainsFunc(t.blocks, func(other *block) bool {
		return strings.HasPrefix(other.header, string(kindNGINX)+" ") && !other.refused
	}) {
		return
	}
	b.set("https", "false")
	for _, name := range []string{"mirror", "superserver", "gateway", "ecp"} {
		if !b.has(name) {
			return
		}
	}
	b.refused = true
	b.notes = []string{"tls is not carried over: no nginx is left that would serve HTTPS, and nothing else has TLS."}
}

// isOn reports whether a switch of an action is on.
func isOn(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

// tlsAction takes what an action says of TLS.
func (m *mergeFacts) tlsAction(a cpf.Action) {
	value := func(name string) string { return argument(a, name) }
	switch name := strings.ToLower(a.Name); name {
	case "configmirror", "createmirror", "modifymirror", "joinmirrorasfailovermember", "joinmirrorasasyncmember":
		m.tls.mirror = m.tls.mirror || value("SSLDir") != "" || isOn(value("UseSSL"))
	case "createsslconfig", "modifysslconfig":
		m.tls.superserver = m.tls.superserver || strings.EqualFold(value("Name"), "%SuperServer")
		m.tls.mirror = m.tls.mirror || strings.EqualFold(value("Name"), "%MirrorServer")
		m.tls.ecp = m.tls.ecp || strings.EqualFold(value("Name"), "%ECPClient")
	}
}

// ecpHasTLS reports whether an entry of [ECPServers], address, port, mirror connection and TLS, has
// TLS.
func ecpHasTLS(entry string) bool {
	fields := strings.Split(entry, ",")
	return len(fields) > 3 && isOn(strings.TrimSpace(fields[3]))
}
