package verify

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
)

// spot is where a word of the table stands.
func (r *roster) spot(w word) spot { return spot{r.file, w.at} }

// mirror returns the line of that mirror, or nil.
func (r *roster) mirror(name string) *entry {
	if m := r.byMirror[name]; m != nil {
		return m.entry
	}
	return nil
}

// members are the lines of a mirror's members, application servers left out.
func (r *roster) members(mirror string) []*entry {
	if m := r.byMirror[mirror]; m != nil {
		return m.members
	}
	return nil
}

// What the table of instances calls the role of an ECP application server.
const applicationRole = "application"

// memberRoles are the roles of mirror members, in the product's spelling.
const memberRoles = "primary backup drasync rorasync rwrasync"

// checkRoster: the table of instances lists just the instances of the compose
// file, each with its own addresses, in a role that its mirror has room for.
func checkRoster(l *facts) {
	r := l.roster
	if r == nil {
		return
	}
	for _, s := range l.instances {
		if r.byName[s.name] == nil {
			l.report(s.file, s.at, "Instance without a line", "The service "+s.name+" is an instance, but "+r.path+" has no line for it, and its hooks stop there.", "Add a line to the table.")
		}
	}
	for _, e := range r.instances {
		s := l.compose.byName[e.name]
		if s == nil || l.duties[s].kind != instanceKind {
			l.report(r.file, e.at, "Unknown instance", e.name+" is no IRIS service of "+l.composeName+".", "Name a service.")
			continue
		}
		for _, name := range [...]string{"mirror_address", "client_address"} {
			w := e.value(name)
			if owner := l.compose.byIP[parseAddr(w.text)]; owner != nil && owner != s {
				l.reportBoth(r.spot(w), spot{s.file, s.at}, "Address of another service", "The "+strings.ReplaceAll(name, "_", " ")+" of "+e.name+" is "+w.text+", which belongs to "+owner.name+".", "Use an address of "+e.name+".")
			}
		}
		l.checkRosterLine(r, e)
	}
	for _, e := range r.mirrors {
		l.checkRosterMirror(r, e)
	}
}

func (l *facts) checkRosterLine(r *roster, e *entry) {
	role, mirror := e.value("role"), e.value("mirror")
	if !text.Has(memberRoles, role.text) && role.text != applicationRole {
		l.report(r.file, role.at, "Unknown mirror role", `The role "`+role.text+`" does not exist.`, "Use primary, backup, drasync, rorasync, rwrasync, or application for an ECP application server.")
	}
	if r.mirror(mirror.text) == nil {
		l.report(r.file, mirror.at, "Unknown mirror", e.name+" belongs to the mirror "+mirror.text+", which has no line in the table.", "Name a mirror of the table.")
		return
	}
	wanted, setup := "config or sys", e.value("setup")
	if role.text == applicationRole {
		wanted = "none"
	}
	if !slices.Contains(strings.Split(wanted, " or "), setup.text) {
		l.report(r.file, setup.at, "Unknown route into the mirror", "The setup of "+e.name+" is "+setup.text+".", "It is "+wanted+".")
	}
	// The names under which the gateways address the instance: its mirror's where
	// it is a member, and its own.
	names := e.name
	if role.text != applicationRole {
		names = mirror.text + "," + e.name
	}
	if w := e.value("config_name"); w.text != names {
		l.report(r.file, w.at, "Path that the instance does not answer to", "The gateways address "+e.name+" by the paths "+names+", but its CSPConfigName is "+w.text+".", "Write config_name="+names+".")
	}
}

// checkRosterMirror looks at a mirror with its members.
func (l *facts) checkRosterMirror(r *roster, e *entry) {
	members := r.members(e.name)
	count := map[string]*entry{}
	names := map[string]*entry{}
	for _, m := range members {
		role, system := m.text("role"), m.value("system_name")
		if other := count[role]; other != nil && (role == "primary" || role == "backup") {
			l.reportBoth(r.spot(m.value("role")), r.spot(other.value("role")), "Second "+role, "The mirror "+e.name+" has the "+role+" "+other.name+" already, and "+m.name+" beside it.", "Keep one of the two.")
		}
		count[role] = m
		if other := names[system.text]; other != nil {
			l.reportBoth(r.spot(system), r.spot(other.value("system_name")), "Duplicate system name", "The members "+other.name+" and "+m.name+" have the same name in their mirror, "+system.text+".", "Give each member a name of its own.")
		}
		names[system.text] = m
		l.checkPeers(r, m, members)
	}
	primary := count["primary"]
	if primary == nil {
		l.report(r.file, e.at, "Mirror without a primary", "No member of "+e.name+" has the role primary, so nobody founds the mirror.", "Give one member the role primary.")
		return
	}
	if founder := e.value("founder"); founder.text != primary.text("mirror_address") {
		l.reportBoth(r.spot(founder), r.spot(primary.value("mirror_address")), "Founder that is not the primary", "The founder of "+e.name+" is "+founder.text+", but its primary "+primary.name+" has "+primary.text("mirror_address")+".", "Use the primary's address.")
	}
	l.checkArbiter(spot{r.file, e.value("arbiter").at}, e.text("arbiter"), e.name)
	for _, d := range e.list {
		fields := strings.Fields(d.text)
		if len(fields) >= 4 && fields[3] != "%DB_"+strings.ToUpper(fields[0]) {
			l.report(r.file, d.at, "Unknown resource", "The database "+fields[0]+" is protected by "+fields[3]+".", "Its resource is %DB_"+strings.ToUpper(fields[0])+".")
		}
	}
}

// checkPeers: a member's peers are all others of its mirror.
func (l *facts) checkPeers(r *roster, m *entry, members []*entry) {
	wanted := map[string]bool{}
	for _, other := range members {
		if other != m {
			wanted[other.text("mirror_address")] = true
		}
	}
	for _, peer := range m.list {
		if !wanted[peer.text] {
			l.report(r.file, peer.at, "Peer that is no other member", "The peer "+peer.text+" of "+m.name+" is no other member of its mirror.", "List the mirror address of every other member, each once.")
		}
		delete(wanted, peer.text)
	}
	for address := range wanted {
		l.report(r.file, m.at, "Missing peer", m.name+" lists fewer peers than its mirror has, and would not see that a member runs.", "List the mirror address of every other member.")
		_ = address
		break
	}
}

// checkArbiter: an arbiter runs outside the hosts of the members that it
// decides about (GHA: any ISCAgent but theirs).
func (l *facts) checkArbiter(at spot, host, mirror string) {
	s := l.compose.byIP[parseAddr(host)]
	if s == nil {
		s = l.compose.byName[host]
	}
	if s != nil && l.duties[s].kind == instanceKind {
		l.reportBoth(at, spot{s.file, s.at}, "Member as arbiter", "The arbiter of "+mirror+" is "+s.name+", an instance, whose loss it would have to witness.", "Use a service that runs the arbiter's image.")
	}
}

// checkAccounts: the gateways log in as the product's default account, or as one
// whose password the instances are given.
func checkAccounts(l *facts) {
	if l.roster == nil {
		return
	}
	passwords := map[string]word{}
	for i := 0; i+1 < len(l.roster.accounts); i += 2 {
		passwords[strings.ToUpper(l.roster.accounts[i].text)] = l.roster.accounts[i+1]
	}
	for _, g := range l.gateways {
		for _, s := range gatewayServers(g.ini) {
			user, _ := s.key("Username")
			password, _ := s.key("Password")
			set, known := passwords[strings.ToUpper(user.value)]
			plain := gatewayPassword(password.value)
			switch {
			case known && set.text != plain:
				l.reportBoth(spot{g.file, password.valueAt}, l.roster.spot(set), "Password that the instance does not have", "The server ["+s.name+"] logs in as "+user.value+" with another password than "+l.roster.path+" sets.", "Use the same password.")
			case !known && (!strings.EqualFold(user.value, defaultUser) || plain != defaultPassword):
				l.report(g.file, user.valueAt, "Account that nobody sets up", "The server ["+s.name+"] logs in as "+strconv.Quote(user.value)+" with a password that no instance is given.", "List the account in "+l.roster.path+".")
			}
		}
	}
}

// The login that the product publishes for gateways.
const (
	defaultUser     = "CSPSystem"
	defaultPassword = "SYS"
)

// gatewayPassword is a password of CSP.ini in plain text: "]]]" stands before one
// in base64.
func gatewayPassword(stored string) string {
	if encoded, found := strings.CutPrefix(stored, "]]]"); found {
		if plain, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return string(plain)
		}
	}
	return stored
}
