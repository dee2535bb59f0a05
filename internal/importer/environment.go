package importer

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// replaced are the variables that the lab sets itself, or has arguments and files for.
var replaced = []string{
	"TZ", "ISC_CPF_MERGE_FILE", "ISC_DATA_DIRECTORY", "ISC_CSP_INI_FILE", "ISC_CSP_CONF_FILE",
	"ISC_PACKAGE_INSTANCENAME",
	"ISC_PACKAGE_INSTALLDIR", "ISC_PACKAGE_IRISUSER", "ISC_PACKAGE_IRISGROUP", "ISC_PACKAGE_MGRUSER",
	"ISC_PACKAGE_MGRGROUP",
}

// writeEnvironment writes the variables of a service that are read by what the user adds to the lab.
func (d *discovery) writeEnvironment(b *block, p *part) {
	var entries, stale []string
	for _, v := range p.environment {
		switch {
		case p.kind == kindOwn && v.Name == "TZ":
			// The lab gives it.
		case p.kind != kindOwn && p.labSays(v.Name, v.Value):
			// Blocks and arguments say it, and nothing in a generated lab reads it.
		case d.isStale(v.Name, v.Value):
			stale = append(stale, v.Name+"="+v.Value)
		case !variableName.MatchString(v.Name):
			p.lose("environment %s, which is no name of a variable", v.Name)
		default:
			entries = append(entries, v.Name+" = "+quote(v.Value))
		}
	}
	if len(stale) > 0 {
		p.remark("Variables of %s with an address or host that the lab does not have: %s.", p.name, listed(stale))
	}
	switch {
	case len(entries) == 1:
		b.set("environment", "{ "+entries[0]+" }")
	case len(entries) > 1:
		b.set("environment", "{\n  "+strings.Join(entries, "\n  ")+"\n}")
	}
}

// labSays reports whether a variable of an instance, a gateway or a balancer says what blocks and
// arguments say.
func (p *part) labSays(name, value string) bool {
	upper := strings.ToUpper(name)
	return slices.Contains(replaced, upper) || strings.Contains(upper, "MIRROR") ||
		strings.Contains(upper, "ARBITER") || isRole(name, value) || isSystemName(name)
}

// variableName is what the language takes as the name of a variable; it is an identifier as well.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// isRole reports whether a variable states the role of an instance.
func isRole(name, value string) bool {
	return strings.Contains(otherRoleVariables, " "+variableLetters(name)+" ") && roleOf(value) != ""
}

var ipv4 = regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)

// prepareAddresses notes what names and addresses of the old lab mean nothing in the new one.
func (d *discovery) prepareAddresses() {
	d.gone = map[string]bool{}
	for _, s := range d.others {
		for _, name := range []string{s.name, s.hostname, s.containerName} {
			if name != "" {
				d.gone[strings.ToLower(name)] = true
			}
		}
	}
	d.virtual = map[string]bool{}
	for _, p := range d.parts {
		if p.merge != nil && p.merge.virtual != "" {
			address, _, _ := strings.Cut(p.merge.virtual, "/")
			d.virtual[address] = true
		}
	}
	for _, n := range d.compose.networks {
		if prefix, err := netip.ParsePrefix(n.subnet); err == nil {
			d.prefixes = append(d.prefixes, prefix)
		}
	}
}

// isInside reports whether an address lies in a network of the old lab, and is not that of the
// network itself.
func (d *discovery) isInside(address netip.Addr) bool {
	return slices.ContainsFunc(d.prefixes, func(p netip.Prefix) bool {
		return p.Contains(address) &&
			p.Masked().Addr() != address
	})
}

// isStale reports whether a variable has an address of the old lab's networks that no service has,
// or the name of a service that is not carried over or is called otherwise.
func (d *discovery) isStale(name, value string) bool {
	for _, text := range ipv4.FindAllString(value, -1) {
		address, err := netip.ParseAddr(text)
		if err == nil && !d.hasAddress(text) && d.isInside(address) {
			return true
		}
	}
	if !namesHost.MatchString(name) {
		return false
	}
	host, _, _ := strings.Cut(value, ":")
	if p := d.hosts[strings.ToLower(host)]; p != nil && !ipv4.MatchString(host) {
		return p.kind == kindNone || p.label != host
	}
	return d.gone[strings.ToLower(host)]
}

// namesHost is the name of a variable whose value is a host.
var namesHost = regexp.MustCompile(`(?i)host|server|addr|url|endpoint|_ip|agent`)

// hasAddress reports whether a service of the lab keeps an address.
func (d *discovery) hasAddress(address string) bool {
	p := d.hosts[address]
	return p != nil && p.kind != kindNone
}
