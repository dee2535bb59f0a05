package rules

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// checkMirrors: what the merge files of a mirror's members say agrees: the set,
// its primary, its arbiter and its databases.
func checkMirrors(l *checker) {
	l.checkSharedRoles()
	byService := map[*facts.Service]*facts.Membership{}
	var all []*facts.Membership
	for i := range l.Merges {
		if l.Merges[i].Service == nil {
			continue
		}
		if m := l.MembershipOf(&l.Merges[i]); m != nil {
			byService[l.Merges[i].Service] = m
			all = append(all, m)
		}
	}
	seen := map[*facts.Service]map[string]*facts.Membership{} // by founder: backup, and "name NAME"
	for _, m := range all {
		self := m.Merge.Service
		if m.Text("Member") == "auto" {
			continue
		}
		l.checkArbiter(
			m.ArgumentLocation("ArbiterURL"),
			strings.TrimSuffix(m.Text("ArbiterURL"), ":2188"),
			m.Text("Name"),
		)
		founder := byService[m.Founder]
		if founder == nil {
			if merge := l.Roles[m.Founder].Merge; merge != nil && m.Founder != self && l.MembershipOf(merge) == nil {
				l.ReportBoth(m.ArgumentLocation("Primary"), merge.Location(facts.Position{}),
					"Member without a mirror to join",
					self.Name+" joins the mirror of "+m.Founder.Name+", which declares none.",
					"Name the address of the mirror's primary.")
			}
			continue
		}
		l.checkJoins(m, founder)
		if seen[m.Founder] == nil {
			seen[m.Founder] = map[string]*facts.Membership{}
		}
		l.checkOnce(m, seen[m.Founder], "Member", m.Text("Member") == "backup", "Second backup", "backup")
		l.checkOnce(m, seen[m.Founder], "SystemName", m.Text("SystemName") != "", "Duplicate system name",
			"system name "+m.Text("SystemName"))
	}
}

// checkSharedRoles: no two members read one file that makes each of them the primary, or the backup, of
// one mirror. A file with Member=auto is for all of them, and one of asyncs may be.
func (l *checker) checkSharedRoles() {
	first := map[*facts.MergeFile]*facts.Service{}
	for _, s := range l.Instances {
		merge := l.Roles[s].Merge
		if merge == nil || !l.MergesNamed(s, merge) {
			continue
		}
		m := l.MembershipOf(merge)
		if m == nil || m.Text("Member") != "primary" && m.Text("Member") != "backup" {
			continue
		}
		other := first[merge]
		if other == nil {
			first[merge] = s
			continue
		}
		if facts.Apart(s, other) {
			continue
		}
		does := "founds " + m.Text("Name")
		remedy := "Give " + s.Name + " a file of its own, with its own role and the address of the primary."
		if m.Text("Member") == "backup" {
			does = "joins " + m.Text("Name") + " as its backup"
			remedy = "Give " + s.Name + " a file of its own; further members are drasync, rorasync or rwrasync."
		}
		at := s.Location(mergePlace(s, other, merge))
		l.ReportBoth(at, m.ArgumentLocation("Member"), "Role that two members share",
			other.Name+" and "+s.Name+" both read "+merge.Path+", and each "+does+".", remedy)
	}
}

// mergePlace is where a service says that it reads a merge file: at a mount of it or at the variable that
// names it, and at its own name where it shares them with another service.
func mergePlace(s, other *facts.Service, merge *facts.MergeFile) facts.Position {
	const variable = "ISC_CPF_MERGE_FILE"
	for _, m := range s.Mounts {
		if m.Source == merge.Path && !slices.Contains(other.Mounts, m) {
			return m.At
		}
	}
	if w := s.Variable(variable); w.At != (facts.Position{}) && w.At != other.Variable(variable).At {
		return w.At
	}
	return s.At
}

func (l *checker) checkOnce(
	m *facts.Membership,
	seen map[string]*facts.Membership,
	argument string,
	counts bool,
	summary, what string,
) {
	key := argument + " " + m.Text(argument)
	if other := seen[key]; other != nil && counts {
		l.ReportBoth(m.ArgumentLocation(argument), other.ArgumentLocation(argument), summary,
			"The members "+other.Merge.Service.Name+" and "+m.Merge.Service.Name+" of one mirror both have the "+what+
				".",
			"Give one of them another.")
	}
	seen[key] = m
}

// checkJoins compares a member with the one that founds its mirror.
func (l *checker) checkJoins(m, founder *facts.Membership) {
	self, primary := m.Merge.Service, founder.Merge.Service
	if founder.Text("Member") != "primary" && founder.Text("Member") != autoRole {
		l.ReportBoth(m.ArgumentLocation("Primary"), founder.ArgumentLocation("Member"),
			"Founder that is not the primary",
			self.Name+" joins "+primary.Name+", whose role is "+founder.Text("Member")+".",
			"Name the address of the mirror's primary.")
		return
	}
	for _, argument := range [...]string{"Name", "ArbiterURL"} {
		if !strings.EqualFold(m.Text(argument), founder.Text(argument)) {
			l.ReportBoth(m.ArgumentLocation(argument), founder.ArgumentLocation(argument), "Members that disagree",
				self.Name+" has "+argument+"="+m.Text(argument)+", but its primary "+primary.Name+" has "+argument+"="+
					founder.Text(argument)+".",
				"All members of a mirror have the same.")
		}
	}
	if address := founder.Text("AgentAddress"); address != "" && m != founder &&
		facts.ParseAddr(m.Text("Primary")).IsValid() &&
		m.Text("Primary") != address {
		l.ReportBoth(m.ArgumentLocation("Primary"), founder.ArgumentLocation("AgentAddress"),
			"Address that the agent does not have",
			self.Name+" asks the agent of "+primary.Name+" at "+m.Text("Primary")+", but that gives "+address+".",
			"Use the primary's AgentAddress.")
	}
	l.compareDatabases(m, founder)
}

// compareDatabases: a member has the mirrored databases of the one that founds its mirror.
func (l *checker) compareDatabases(m, founder *facts.Membership) {
	self, primary := m.Merge.Service, founder.Merge.Service
	mine, theirs := facts.DatabasesOf(m.Merge), facts.DatabasesOf(founder.Merge)
	for action := range m.Merge.Merge.Actions {
		name := strings.ToUpper(action.Value("Name"))
		if _, mirrored := mine[name]; action.Name != "CreateDatabase" || !mirrored {
			continue
		}
		set, _ := action.Argument("MirrorSetName")
		if !strings.EqualFold(set.Value, m.Text("Name")) {
			l.ReportBoth(m.Merge.Location(facts.PositionAt(action.Line, set.ValueColumn)), m.ArgumentLocation("Name"),
				"Database of another mirror",
				"The database "+name+" belongs to the mirror set "+set.Value+", but "+self.Name+" to "+m.Text("Name")+
					".",
				"Use the member's own set.")
		}
		other, ok := theirs[name]
		if !ok {
			l.ReportBoth(m.Merge.Location(facts.PositionAt(action.Line, action.Column)),
				founder.ArgumentLocation("Name"), "Database that the primary does not have",
				"The mirrored database "+name+" of "+self.Name+" is none of "+primary.Name+", so it would stay empty.",
				"Create it on every member.")
			continue
		}
		for _, argument := range [...]string{"Directory", "MirrorDBName"} {
			if argument == "Directory" && !l.Generated {
				continue // a mirrored database is known by its name, and may lie elsewhere on each member
			}
			a, _ := action.Argument(argument)
			b, _ := other.Argument(argument)
			if a.Value != b.Value {
				l.ReportBoth(m.Merge.Location(facts.PositionAt(action.Line, a.ValueColumn)),
					founder.Merge.Location(facts.PositionAt(other.Line, b.ValueColumn)), "Members that disagree",
					"The database "+name+" has "+argument+"="+a.Value+" on "+self.Name+", but "+argument+"="+b.Value+
						" on "+primary.Name+".",
					"A mirrored database is the same on every member; at another place it stays a local one.")
			}
		}
	}
	if len(mine) < len(theirs) {
		l.ReportBoth(m.ArgumentLocation("Name"), founder.ArgumentLocation("Name"), "Missing mirrored database",
			self.Name+" creates "+strconv.Itoa(len(mine))+" mirrored databases, but its primary "+primary.Name+" "+
				strconv.Itoa(len(theirs))+".",
			"Create every database on every member.")
	}
}

// checkRosterMerges: the table of instances and the merge files say the same of
// each member.
func checkRosterMerges(l *checker) {
	if l.Roster == nil {
		return
	}
	for _, e := range l.Roster.Instances {
		s := l.Compose.ByName[e.Name]
		if s == nil || l.Roles[s].Merge == nil {
			continue
		}
		merge := l.Roles[s].Merge
		m := l.MembershipOf(merge)
		mirror := l.Roster.Mirror(e.Text("mirror"))
		if e.Text("role") == facts.ApplicationRole && mirror != nil {
			l.compareNamespaces(mirror, merge)
		}
		switch setup := e.Value("setup"); {
		case m == nil && setup.Text == "config":
			l.ReportBoth(l.Roster.WordLocation(setup), merge.Location(facts.Position{}), "Member that nobody makes one",
				"The setup of "+e.Name+" is config, but "+merge.Path+" declares no mirror.",
				"Declare it with ConfigMirror, or write setup=sys.")
		case m != nil && setup.Text != "config":
			l.ReportBoth(l.Roster.WordLocation(setup), m.ArgumentLocation("Name"), "Second mirror",
				merge.Path+" declares the mirror of "+e.Name+", and after-start.sh would join it as well.",
				"Write setup=config.")
		case m != nil && mirror != nil:
			l.compareMember(e, mirror, m)
		case setup.Text == operatorRoute && mirror != nil:
			l.compareCreated(mirror, merge)
		}
	}
}

// compareMember holds a line of the table of instances against a merge file.
func (l *checker) compareMember(e, mirror *facts.Entry, m *facts.Membership) {
	arbiter := mirror.Value("arbiter")
	if arbiter.Text != "" {
		arbiter.Text += ":" + strconv.Itoa(facts.AgentPort)
	}
	for _, c := range [...]struct {
		argument string
		said     facts.Word
	}{
		{"Name", mirror.Value("set_name")},
		{"Member", e.Value("role")},
		{"SystemName", e.Value("system_name")},
		{"MirrorAddress", e.Value("mirror_address")},
		{"AgentAddress", e.Value("mirror_address")},
		{"ECPAddress", e.Value("client_address")},
		{"ArbiterURL", arbiter},
		{"QOSTimeout", mirror.Value("qos_timeout")},
	} {
		if value, given := m.Values[c.argument]; given && value.Text != c.said.Text {
			l.ReportBoth(m.ArgumentLocation(c.argument), l.Roster.WordLocation(c.said), "Members that disagree",
				m.Merge.Path+" has "+c.argument+"="+value.Text+", but "+l.Roster.Path+" says "+
					strconv.Quote(c.said.Text)+" of "+e.Name+".",
				"Both must say the same.")
		}
	}
	if len(facts.DatabasesOf(m.Merge)) > 0 { // where not, after-start.sh makes them, of this very table
		l.compareCreated(mirror, m.Merge)
	}
}

// compareCreated holds the databases and namespaces of a mirror against what a merge file makes.
func (l *checker) compareCreated(mirror *facts.Entry, merge *facts.MergeFile) {
	created := facts.CreatedDatabases(merge)
	for _, d := range mirror.List {
		fields := strings.Fields(d.Text)
		if len(fields) < 3 {
			continue
		}
		action, ok := created[strings.ToUpper(fields[0])]
		_, mirrored := action.Argument("MirrorSetName")
		local := len(fields) > 4 && fields[4] == facts.LocalDatabase
		if !ok || action.Value("Directory") != fields[2] || mirrored == local ||
			!l.makesNamespace(merge, fields[1], fields[0], fields[0]) {
			l.ReportBoth(merge.Location(facts.PositionAt(action.Line, action.Column)), l.Roster.WordLocation(d),
				"Members that disagree",
				l.Roster.Path+" has the database "+fields[0]+" in "+fields[2]+" with the namespace "+fields[1]+", and "+
					merge.Path+" does not.",
				"Both must name the same databases, directories and namespaces.")
		}
	}
	l.compareFurther(mirror, merge)
}

// compareNamespaces: an application server has the namespaces of its mirror.
func (l *checker) compareNamespaces(mirror *facts.Entry, merge *facts.MergeFile) {
	if mirror.ConnectsByHook() {
		return // it makes them of this very table
	}
	for _, d := range mirror.List {
		if fields := strings.Fields(d.Text); len(fields) >= 2 {
			l.compareNamespace(merge, d, fields[1], fields[0], fields[0])
		}
	}
	l.compareFurther(mirror, merge)
}

// compareFurther looks at the namespaces beside those of the databases.
func (l *checker) compareFurther(mirror *facts.Entry, merge *facts.MergeFile) {
	for _, n := range mirror.Namespaces {
		if fields := strings.Fields(n.Text); len(fields) >= 3 {
			l.compareNamespace(merge, n, fields[0], fields[1], fields[2])
		}
	}
}

func (l *checker) compareNamespace(merge *facts.MergeFile, d facts.Word, name, globals, routines string) {
	if l.makesNamespace(merge, name, globals, routines) {
		return
	}
	l.ReportBoth(merge.Location(facts.Position{}), l.Roster.WordLocation(d), "Members that disagree",
		l.Roster.Path+" has the namespace "+name+" with its data in "+globals+" and its code in "+routines+", and "+
			merge.Path+" does not.",
		"Give it the same namespaces.")
}

// makesNamespace reports whether a merge file makes a namespace with these databases.
func (l *checker) makesNamespace(merge *facts.MergeFile, name, globals, routines string) bool {
	if name == facts.NoNamespace {
		return true
	}
	databases, made := l.NamespacesOf(merge)[strings.ToUpper(name)]
	return made && databases[0] == strings.ToUpper(globals) &&
		(databases[1] == "" || databases[1] == strings.ToUpper(routines))
}
