package verify

import (
	"strconv"
	"strings"
)

// checkMirrors: what the merge files of a mirror's members say agrees: the set,
// its primary, its arbiter and its databases.
func checkMirrors(l *facts) {
	byService := map[*service]*membership{}
	var all []*membership
	for i := range l.merges {
		if l.merges[i].service == nil {
			continue
		}
		if m := l.membershipOf(&l.merges[i]); m != nil {
			byService[l.merges[i].service] = m
			all = append(all, m)
		}
	}
	seen := map[*service]map[string]*membership{} // by founder: backup, and "name NAME"
	for _, m := range all {
		self := m.merge.service
		if m.text("Member") == "auto" {
			continue
		}
		l.checkArbiter(m.spot("ArbiterURL"), strings.TrimSuffix(m.text("ArbiterURL"), ":2188"), m.text("Name"))
		founder := byService[m.founder]
		if founder == nil {
			if m.founder != nil && l.duties[m.founder].merge != nil && m.founder != self {
				l.reportBoth(m.spot("Primary"), spot{l.duties[m.founder].merge.file, place{}}, "Member without a mirror to join", self.name+" joins the mirror of "+m.founder.name+", which declares none.", "Name the address of the mirror's primary.")
			}
			continue
		}
		l.checkJoins(m, founder)
		if seen[m.founder] == nil {
			seen[m.founder] = map[string]*membership{}
		}
		l.checkOnce(m, seen[m.founder], "Member", m.text("Member") == "backup", "Second backup", "backup")
		l.checkOnce(m, seen[m.founder], "SystemName", m.text("SystemName") != "", "Duplicate system name", "system name "+m.text("SystemName"))
	}
}

func (l *facts) checkOnce(m *membership, seen map[string]*membership, argument string, counts bool, summary, what string) {
	key := argument + " " + m.text(argument)
	if other := seen[key]; other != nil && counts {
		l.reportBoth(m.spot(argument), other.spot(argument), summary, "The members "+other.merge.service.name+" and "+m.merge.service.name+" of one mirror both have the "+what+".", "Give one of them another.")
	}
	seen[key] = m
}

// checkJoins compares a member with the one that founds its mirror.
func (l *facts) checkJoins(m, founder *membership) {
	self, primary := m.merge.service, founder.merge.service
	if founder.text("Member") != "primary" {
		l.reportBoth(m.spot("Primary"), founder.spot("Member"), "Founder that is not the primary", self.name+" joins "+primary.name+", whose role is "+founder.text("Member")+".", "Name the address of the mirror's primary.")
		return
	}
	for _, argument := range [...]string{"Name", "ArbiterURL"} {
		if m.text(argument) != founder.text(argument) {
			l.reportBoth(m.spot(argument), founder.spot(argument), "Members that disagree", self.name+" has "+argument+"="+m.text(argument)+", but its primary "+primary.name+" has "+argument+"="+founder.text(argument)+".", "All members of a mirror have the same.")
		}
	}
	if address := founder.text("AgentAddress"); address != "" && m != founder && parseAddr(m.text("Primary")).IsValid() && m.text("Primary") != address {
		l.reportBoth(m.spot("Primary"), founder.spot("AgentAddress"), "Address that the agent does not have", self.name+" asks the agent of "+primary.name+" at "+m.text("Primary")+", but that gives "+address+".", "Use the primary's AgentAddress.")
	}
	mine, theirs := databasesOf(m.merge), databasesOf(founder.merge)
	for action := range m.merge.merge.Actions {
		name := strings.ToUpper(action.Value("Name"))
		if _, mirrored := mine[name]; action.Name != "CreateDatabase" || !mirrored {
			continue
		}
		set, _ := action.Argument("MirrorSetName")
		if set.Value != m.text("Name") {
			l.reportBoth(spot{m.merge.file, placeIn(action.Line, set.ValueColumn)}, m.spot("Name"), "Database of another mirror", "The database "+name+" belongs to the mirror set "+set.Value+", but "+self.name+" to "+m.text("Name")+".", "Use the member's own set.")
		}
		other, ok := theirs[name]
		if !ok {
			l.reportBoth(spot{m.merge.file, placeIn(action.Line, action.Column)}, founder.spot("Name"), "Database that the primary does not have", "The mirrored database "+name+" of "+self.name+" is none of "+primary.name+", so it would stay empty.", "Create it on every member.")
			continue
		}
		for _, argument := range [...]string{"Directory", "MirrorDBName"} {
			a, _ := action.Argument(argument)
			b, _ := other.Argument(argument)
			if a.Value != b.Value {
				l.reportBoth(spot{m.merge.file, placeIn(action.Line, a.ValueColumn)}, spot{founder.merge.file, placeIn(other.Line, b.ValueColumn)}, "Members that disagree", "The database "+name+" has "+argument+"="+a.Value+" on "+self.name+", but "+argument+"="+b.Value+" on "+primary.name+".", "A mirrored database is the same on every member; at another place it stays a local one.")
			}
		}
	}
	if len(mine) < len(theirs) {
		l.reportBoth(m.spot("Name"), founder.spot("Name"), "Missing mirrored database", self.name+" creates "+strconv.Itoa(len(mine))+" mirrored databases, but its primary "+primary.name+" "+strconv.Itoa(len(theirs))+".", "Create every database on every member.")
	}
}

// checkRosterMerges: the table of instances and the merge files say the same of
// each member.
func checkRosterMerges(l *facts) {
	if l.roster == nil {
		return
	}
	for _, e := range l.roster.instances {
		s := l.compose.byName[e.name]
		if s == nil || l.duties[s].merge == nil {
			continue
		}
		merge := l.duties[s].merge
		m := l.membershipOf(merge)
		mirror := l.roster.mirror(e.text("mirror"))
		if e.text("role") == applicationRole && mirror != nil {
			l.compareNamespaces(mirror, merge)
		}
		switch setup := e.value("setup"); {
		case m == nil && setup.text == "config":
			l.reportBoth(l.roster.spot(setup), spot{merge.file, place{}}, "Member that nobody makes one", "The setup of "+e.name+" is config, but "+merge.path+" declares no mirror.", "Declare it with ConfigMirror, or write setup=sys.")
		case m != nil && setup.text != "config":
			l.reportBoth(l.roster.spot(setup), m.spot("Name"), "Second mirror", merge.path+" declares the mirror of "+e.name+", and after-start.sh would join it as well.", "Write setup=config.")
		case m != nil && mirror != nil:
			l.compareMember(e, mirror, m)
		}
	}
}

// compareMember holds a line of the table of instances against a merge file.
func (l *facts) compareMember(e, mirror *entry, m *membership) {
	arbiter := mirror.value("arbiter")
	if arbiter.text != "" {
		arbiter.text += ":" + strconv.Itoa(agentPort)
	}
	for _, c := range [...]struct {
		argument string
		said     word
	}{
		{"Name", mirror.value("set_name")},
		{"Member", e.value("role")},
		{"SystemName", e.value("system_name")},
		{"MirrorAddress", e.value("mirror_address")},
		{"AgentAddress", e.value("mirror_address")},
		{"ECPAddress", e.value("client_address")},
		{"ArbiterURL", arbiter},
	} {
		if value, given := m.values[c.argument]; given && value.text != c.said.text {
			l.reportBoth(m.spot(c.argument), l.roster.spot(c.said), "Members that disagree", m.merge.path+" has "+c.argument+"="+value.text+", but "+l.roster.path+" says "+strconv.Quote(c.said.text)+" of "+e.name+".", "Both must say the same.")
		}
	}
	created := databasesOf(m.merge)
	for _, d := range mirror.list {
		fields := strings.Fields(d.text)
		if len(fields) < 3 || len(created) == 0 {
			continue
		}
		action, ok := created[strings.ToUpper(fields[0])]
		namespace := l.namespaceOf(m.merge, fields[0])
		if !ok || action.Value("Directory") != fields[2] || namespace != fields[1] {
			l.reportBoth(spot{m.merge.file, placeIn(action.Line, action.Column)}, l.roster.spot(d), "Members that disagree", l.roster.path+" has the database "+fields[0]+" in "+fields[2]+" with the namespace "+fields[1]+", and "+m.merge.path+" does not.", "Both must name the same databases, directories and namespaces.")
		}
	}
}

// compareNamespaces: an application server has the namespaces of its mirror.
func (l *facts) compareNamespaces(mirror *entry, merge *mergeFile) {
	if mirror.connectsByHook() {
		return // it makes them of this very table
	}
	for _, d := range mirror.list {
		fields := strings.Fields(d.text)
		if len(fields) < 2 {
			continue
		}
		if namespace := l.namespaceOf(merge, fields[0]); namespace != fields[1] {
			l.reportBoth(spot{merge.file, place{}}, l.roster.spot(d), "Members that disagree", "The database "+fields[0]+" has the namespace "+fields[1]+" on the members, but "+strconv.Quote(namespace)+" here.", "Give it the same namespace.")
		}
	}
}

// namespaceOf is the namespace whose globals are in a database, "" for none.
func (l *facts) namespaceOf(merge *mergeFile, database string) string {
	for action := range merge.merge.Actions {
		if action.Name == "CreateNamespace" && strings.EqualFold(action.Value("Globals"), database) {
			return action.Value("Name")
		}
	}
	return ""
}
