package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of a mirror set (GHA): members in all, and asynchronous ones.
const (
	maxMembers = 16
	maxAsyncs  = 14
)

// checkMirrors applies the defaults of mirrors and checks each set.
func (d *decoder) checkMirrors(lab *Lab) {
	names := map[string]*Mirror{}
	sets := map[string]*Mirror{}
	var repeated, alone []*Mirror // with a set name, or without an arbiter, to warn of
	var arbiters []string
	for _, a := range lab.Arbiters {
		arbiters = append(arbiters, a.Name)
	}
	defer d.leave(d.enter(nil))
	for _, m := range lab.Mirrors {
		d.about = &m.Decl
		d.notReserved(&m.Decl)
		if first := names[m.Name]; first != nil {
			d.errorf(m.NameRange, "Duplicate name",
				"%q is already the name of the mirror at %s. Rename one.", m.Name, first.NameRange)
		} else if s := d.names[m.Name]; s != nil {
			d.errorf(m.NameRange, "Duplicate name",
				"%q is the path of this mirror's primary on the gateways, and already the name of the %s at "+
					"%s. Rename one.", m.Name, s.Kind, s.NameRange)
		}
		names[m.Name] = m
		d.checkSetName(m)
		if first := sets[m.SetName]; first != nil && m.SetName != "" && first.Name != m.Name {
			repeated = append(repeated, m)
		} else {
			sets[m.SetName] = m
		}
		if d.checkArbiter(arbiters, m) {
			alone = append(alone, m)
		}
		d.checkDatabases(m)
		d.checkMembers(lab, m)
	}
	// One warning a lab: a fleet would have thousands.
	if len(repeated) > 0 {
		m := repeated[0]
		first := sets[m.SetName]
		d.warnf(m.At("set_name"), "Set name used twice",
			"Mirror %q at %s has the set name %s too. That works as long as no instance meets both; give one "+
				"of them another set_name to be safe.%s", first.Name, first.NameRange, m.SetName,
			andMore(len(repeated)-1))
	}
	if len(alone) > 0 {
		remedy := "Add: arbiter \"arbiter\" {}"
		if len(arbiters) > 0 {
			remedy = "Name one with the arbiter argument: " + strings.Join(arbiters, ", ") + "."
		}
		d.warnf(alone[0].At("arbiter"), "No arbiter",
			"Without an arbiter the backup of mirror %q cannot take over when the primary's host dies.%s %s",
			alone[0].Name, andMore(len(alone)-1), remedy)
	}
}

// andMore says how many mirrors a warning concerns besides the one it shows.
func andMore(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " The same holds for another mirror."
	}
	return fmt.Sprintf(" The same holds for %d other mirrors.", n)
}

// checkSetName supplies the default set name.
func (d *decoder) checkSetName(m *Mirror) {
	if m.refused("set_name") {
		m.SetName = ""
		return
	}
	if m.Given("set_name") {
		m.SetName = strings.ToUpper(m.SetName)
		return
	}
	m.SetName = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(m.Name))
	if ServiceName(m.Name) && setName(m.SetName) != "" {
		d.errorf(m.NameRange, "Set name too long",
			"The set name %s, made from the mirror's name, has more than 15 characters. Set set_name, for "+
				"example: set_name = %q.", m.SetName, m.SetName[:15])
	}
}

// checkArbiter resolves the arbiter, and reports whether the mirror has a backup
// and none.
func (d *decoder) checkArbiter(names []string, m *Mirror) (alone bool) {
	switch {
	case m.refused("arbiter"):
		return false
	case m.Arbiter != "":
		if !slices.Contains(names, m.Arbiter) {
			d.errorf(m.At("arbiter"), "Unknown arbiter", "arbiter: there is no arbiter %s.%s", shown(m.Arbiter),
				d.hint(m.Arbiter, names, "arbiters"))
			m.Arbiter = ""
		}
	case m.Given("arbiter"):
	case len(names) == 1:
		m.Arbiter = names[0]
	case len(names) > 1:
		d.errorf(m.NameRange, "Which arbiter?",
			"The lab has several arbiters, so mirror %q must say which one it uses. Set arbiter to one of %s, "+
				"or to \"\" for none.", m.Name, strings.Join(names, ", "))
		return false
	}
	failover := 0
	for _, member := range m.Members {
		if member.Failover() {
			failover++
		}
	}
	return m.Arbiter == "" && failover == 2
}

// checkMembers checks the roles and names of a set.
func (d *decoder) checkMembers(lab *Lab, m *Mirror) {
	systems := map[string]*Member{}
	var primary, backup *Member
	asyncs, unknown := 0, false
	defer d.leave(d.enter(&m.Decl))
	for _, member := range m.Members {
		d.about = &member.Decl
		switch member.Role {
		case "primary":
			if primary != nil {
				d.errorf(member.At("role"), "Two primaries",
					"Mirror %q already has a primary, %q at %s. Make this one the backup, or an async.", m.Name,
					primary.Name, primary.NameRange)
			} else {
				primary = member
			}
		case "backup":
			if backup != nil {
				d.errorf(member.At("role"), "Two backups",
					"Mirror %q already has a backup, %q at %s: a set has two failover members. Make this one a "+
						"\"drasync\", which can be promoted.", m.Name, backup.Name, backup.NameRange)
			} else {
				backup = member
			}
		case "":
			unknown = true
		default:
			asyncs++
		}
		if !member.Given("system_name") {
			member.SystemName = strings.ToUpper(member.Name)
			if ServiceName(member.Name) && systemName(member.SystemName) != "" {
				d.errorf(member.NameRange, "System name too long",
					"The system name %s, made from the member's name, has more than 32 characters. Set "+
						"system_name.", member.SystemName)
			}
		}
		if first := systems[member.SystemName]; first != nil && d.names[member.Name] == member.Service {
			d.errorf(member.At("system_name"), "Duplicate system name",
				"%s is already the system name of %q at %s; it is unique in the set. Set another "+
					"system_name.", member.SystemName, first.Name, first.NameRange)
		} else {
			systems[member.SystemName] = member
		}
		if member.WebPort != 0 && !lab.Images.Version.WebServer() {
			d.errorf(member.At("web_port"), "No web server",
				"Images of 2023.2 and later have no web server of their own, and this lab's is %d.%d. Remove "+
					"web_port; the member is reached through a web gateway as /%s/.", lab.Images.Version.Year,
				lab.Images.Version.Minor, member.Name)
		}
	}
	d.about = &m.Decl
	switch {
	case len(m.Members) == 0:
		d.errorf(m.NameRange, "Mirror without members",
			"Mirror %q has no member. Add: member \"%s-a\" { role = \"primary\" }", m.Name, m.Name)
	case primary == nil && !unknown:
		d.errorf(m.NameRange, "Mirror without a primary",
			"Mirror %q has no member with role = \"primary\", and only a primary can found the set. Give one "+
				"member that role.", m.Name)
	}
	if len(m.Members) > maxMembers {
		d.errorf(m.Members[maxMembers].NameRange, "Too many members",
			"A mirror set has at most %d members; %q has %d. Move some to another mirror.", maxMembers, m.Name,
			len(m.Members))
		// Each member knows all others, and nobody needs to be told of millions of pairs.
		m.Members = m.Members[:maxMembers]
	} else if asyncs > maxAsyncs {
		d.errorf(m.NameRange, "Too many asyncs",
			"A mirror set has at most %d asyncs; %q has %d. Move some to another mirror.", maxAsyncs, m.Name, asyncs)
	}
}
