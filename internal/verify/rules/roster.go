package rules

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkRoster: the table of instances lists just the instances of the compose
// file, each with its own addresses, in a role that its mirror has room for.
func checkRoster(l *checker) {
	r := l.Roster
	if r == nil {
		return
	}
	for _, s := range l.Instances {
		if r.ByName[s.Name] == nil {
			l.Report(s.File, s.At, "Instance without a line",
				"The service "+s.Name+" is an instance, but "+r.Path+" has no line for it, and its hooks stop there.",
				"Add a line to the table.")
		}
	}
	for _, e := range r.Instances {
		s := l.Compose.ByName[e.Name]
		if s == nil || l.Roles[s].Kind != facts.InstanceKind {
			l.Report(r.File, e.At, "Unknown instance", e.Name+" is no IRIS service of "+l.ComposeName+".",
				"Name a service.")
			continue
		}
		for _, name := range [...]string{"mirror_address", "client_address"} {
			w := e.Value(name)
			if owner := l.Compose.ByIP[facts.ParseAddr(w.Text)]; owner != nil && owner != s {
				l.ReportBoth(r.WordLocation(w), s.Location(s.At), "Address of another service",
					"The "+strings.ReplaceAll(name, "_", " ")+" of "+e.Name+" is "+w.Text+", which belongs to "+
						owner.Name+".",
					"Use an address of "+e.Name+".")
			}
		}
		l.checkRosterLine(r, e)
	}
	for _, e := range r.Mirrors {
		l.checkRosterMirror(r, e)
		l.checkRosterNamespaces(r, e)
	}
}

// checkRosterNamespaces: data and code of a mirror's namespaces lie in databases that it has.
func (l *checker) checkRosterNamespaces(r *facts.Roster, mirror *facts.Entry) {
	for _, n := range mirror.Namespaces {
		fields := strings.Fields(n.Text)
		for _, name := range fields[min(1, len(fields)):min(3, len(fields))] {
			has := slices.ContainsFunc(mirror.List, func(d facts.Word) bool {
				first, _, _ := strings.Cut(d.Text, " ")
				return strings.EqualFold(first, name)
			})
			if !has {
				l.Report(r.File, n.At, "Unknown database",
					"The namespace "+fields[0]+" lies in the database "+name+", which the mirror "+mirror.Name+
						" does not have.",
					"Name one of its databases.")
			}
		}
	}
}

func (l *checker) checkRosterLine(r *facts.Roster, e *facts.Entry) {
	role, mirror := e.Value("role"), e.Value("mirror")
	if !text.Has(facts.MemberRoles, role.Text) && role.Text != facts.ApplicationRole {
		l.Report(r.File, role.At, "Unknown mirror role", `The role "`+role.Text+`" does not exist.`,
			"Use primary, backup, drasync, rorasync, rwrasync, or application for an ECP application server.")
	}
	if r.Mirror(mirror.Text) == nil {
		l.Report(r.File, mirror.At, "Unknown mirror",
			e.Name+" belongs to the mirror "+mirror.Text+", which has no line in the table.",
			"Name a mirror of the table.")
		return
	}
	wanted, setup := "config or sys", e.Value("setup")
	switch {
	case role.Text == facts.ApplicationRole:
		wanted = "none"
	case l.operatorPodOf(e.Name) != nil:
		wanted = operatorRoute
	}
	if !slices.Contains(strings.Split(wanted, " or "), setup.Text) {
		l.Report(r.File, setup.At, "Unknown route into the mirror", "The setup of "+e.Name+" is "+setup.Text+".",
			"It is "+wanted+".")
	}
	// The names under which the gateways address the instance: its mirror's where
	// it is a member, and its own.
	names := e.Name
	if role.Text != facts.ApplicationRole {
		names = mirror.Text + "," + e.Name
	}
	if w := e.Value("config_name"); w.Text != names {
		l.Report(r.File, w.At, "Path that the instance does not answer to",
			"The gateways address "+e.Name+" by the paths "+names+", but its CSPConfigName is "+w.Text+".",
			"Write config_name="+names+".")
	}
}

// checkRosterMirror looks at a mirror with its members.
func (l *checker) checkRosterMirror(r *facts.Roster, e *facts.Entry) {
	members := r.Members(e.Name)
	count := map[string]*facts.Entry{}
	names := map[string]*facts.Entry{}
	for _, m := range members {
		role, system := m.Text("role"), m.Value("system_name")
		if other := count[role]; other != nil && (role == "primary" || role == "backup") {
			l.ReportBoth(r.WordLocation(m.Value("role")), r.WordLocation(other.Value("role")), "Second "+role,
				"The mirror "+e.Name+" has the "+role+" "+other.Name+" already, and "+m.Name+" beside it.",
				"Keep one of the two.")
		}
		count[role] = m
		if other := names[system.Text]; other != nil {
			l.ReportBoth(r.WordLocation(system), r.WordLocation(other.Value("system_name")), "Duplicate system name",
				"The members "+other.Name+" and "+m.Name+" have the same name in their mirror, "+system.Text+".",
				"Give each member a name of its own.")
		}
		names[system.Text] = m
		l.checkPeers(r, m, members)
	}
	primary := count["primary"]
	if primary == nil {
		l.Report(r.File, e.At, "Mirror without a primary",
			"No member of "+e.Name+" has the role primary, so nobody founds the mirror.",
			"Give one member the role primary.")
		return
	}
	if founder := e.Value("founder"); founder.Text != primary.Text("mirror_address") {
		l.ReportBoth(r.WordLocation(founder), r.WordLocation(primary.Value("mirror_address")),
			"Founder that is not the primary",
			"The founder of "+e.Name+" is "+founder.Text+", but its primary "+primary.Name+" has "+
				primary.Text("mirror_address")+".",
			"Use the primary's address.")
	}
	l.checkArbiter(r.File.Location(e.Value("arbiter").At), e.Text("arbiter"), e.Name)
	if w := e.Value("table_namespace"); w.Text != "" && !e.HasNamespace(w.Text) {
		l.Report(r.File, w.At, "Unknown namespace",
			"The demo table of "+e.Name+" goes into the namespace "+w.Text+", which the mirror does not have.",
			"Name a namespace of its databases, or of namespaces.")
	}
	for _, d := range e.List {
		fields := strings.Fields(d.Text)
		if len(fields) >= 4 && fields[3] != "%DB_"+strings.ToUpper(fields[0]) {
			l.Report(r.File, d.At, "Unknown resource", "The database "+fields[0]+" is protected by "+fields[3]+".",
				"Its resource is %DB_"+strings.ToUpper(fields[0])+".")
		}
	}
}

// checkPeers: a member's peers are all others of its mirror.
func (l *checker) checkPeers(r *facts.Roster, m *facts.Entry, members []*facts.Entry) {
	wanted := map[string]bool{}
	for _, other := range members {
		if other != m {
			wanted[other.Text("mirror_address")] = true
		}
	}
	for _, peer := range m.List {
		if !wanted[peer.Text] {
			l.Report(r.File, peer.At, "Peer that is no other member",
				"The peer "+peer.Text+" of "+m.Name+" is no other member of its mirror.",
				"List the mirror address of every other member, each once.")
		}
		delete(wanted, peer.Text)
	}
	for address := range wanted {
		l.Report(r.File, m.At, "Missing peer",
			m.Name+" lists fewer peers than its mirror has, and would not see that a member runs.",
			"List the mirror address of every other member.")
		_ = address
		break
	}
}

// checkArbiter: an arbiter runs outside the hosts of the members that it
// decides about (GHA: any ISCAgent but theirs).
func (l *checker) checkArbiter(at facts.Location, host, mirror string) {
	s := l.Compose.ByIP[facts.ParseAddr(host)]
	if s == nil {
		s = l.Compose.ByName[host]
	}
	if s != nil && l.Roles[s].Kind == facts.InstanceKind {
		l.ReportBoth(at, s.Location(s.At), "Member as arbiter",
			"The arbiter of "+mirror+" is "+s.Name+", an instance, whose loss it would have to witness.",
			"Use a service that runs the arbiter's image.")
	}
}

// checkAccounts: the gateways log in as the product's default account, or as one
// whose password the instances are given.
func checkAccounts(l *checker) {
	if l.Roster == nil {
		return
	}
	passwords := map[string]facts.Word{}
	for i := 0; i+1 < len(l.Roster.Accounts); i += 2 {
		passwords[strings.ToUpper(l.Roster.Accounts[i].Text)] = l.Roster.Accounts[i+1]
	}
	for _, g := range l.Gateways {
		for _, s := range facts.GatewayServers(g.INI) {
			user, _ := s.Key("Username")
			password, _ := s.Key("Password")
			set, known := passwords[strings.ToUpper(user.Value)]
			decoded := facts.GatewayPassword(password.Value)
			switch {
			case strings.HasPrefix(decoded, "{"):
				// A command, whose output it is.
			case known && set.Text != decoded:
				l.ReportBoth(g.Location(password.ValueAt), l.Roster.WordLocation(set),
					"Password that the instance does not have",
					"The server ["+s.Name+"] logs in as "+user.Value+" with another password than "+l.Roster.Path+" "+
						"sets.",
					"Use the same password.")
			case !known && (!strings.EqualFold(user.Value, facts.DefaultUser) || decoded != facts.DefaultPassword):
				l.Report(g.File, user.ValueAt, "Account that nobody sets up",
					"The server ["+s.Name+"] logs in as "+strconv.Quote(user.Value)+" with a password that no "+
						"instance is given.",
					"List the account in "+l.Roster.Path+".")
			}
		}
	}
}
