package rules

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify/facts"
)

// checkECP: an application server connects to a failover member of the mirror
// whose databases it uses, as to a mirror, and that member admits it.
func checkECP(l *checker) {
	clients := map[*facts.Service]map[string]bool{} // of each data server
	for i := range l.Merges {
		m := &l.Merges[i]
		readers := l.Compose.Readers[m.Path]
		if len(readers) == 0 {
			continue
		}
		for _, server := range m.ECPServers() {
			target := l.ServiceAt(server.Host.Text)
			if target == nil {
				continue // reported with the references
			}
			for _, s := range readers {
				addClient(clients, target, s.Name)
			}
			l.checkDataServer(m, readers[0], server, target)
		}
	}
	l.checkHookECP(clients)
	for _, s := range l.Instances {
		merge := l.Roles[s].Merge
		if len(clients[s]) == 0 || merge == nil {
			continue
		}
		l.checkRoom(merge, s, len(clients[s]))
		l.checkECPService(merge, s)
	}
}

func addClient(clients map[*facts.Service]map[string]bool, server *facts.Service, client string) {
	if clients[server] == nil {
		clients[server] = map[string]bool{}
	}
	clients[server][client] = true
}

// checkRoom: a data server admits its application servers (CPF reference, MaxServerConn: 1
// where nothing sets it), and twice as many connections where it is a member of a mirror.
func (l *checker) checkRoom(merge *facts.MergeFile, s *facts.Service, clients int) {
	limit, _ := merge.Parameter("config", "ModifyConfig", "MaxServerConn")
	admits, served := facts.Number(cmp.Or(limit.Text, "1")), "1 application server"
	if clients > 1 {
		served = strconv.Itoa(clients) + " application servers"
	}
	_, mirrored := l.setOf(s)
	switch {
	case admits < clients:
		l.Report(merge.File, limit.At, "Data server without room",
			s.Name+" is the data server of "+served+", but admits "+strconv.Itoa(admits)+" (MaxServerConn).",
			"Raise MaxServerConn in [config].")
	case mirrored && admits < 2*clients:
		l.Report(merge.File, limit.At, "Data server without room for a failover",
			s.Name+" is the data server of "+served+" and admits "+strconv.Itoa(admits)+" (MaxServerConn), but each "+
				"may be connected twice while the primary changes.",
			"Raise MaxServerConn in [config] to "+strconv.Itoa(2*clients)+" at least.")
	}
}

// checkHookECP: the same, where the hook connects the application servers. It
// counts them as clients of their data server.
func (l *checker) checkHookECP(clients map[*facts.Service]map[string]bool) {
	if l.Roster == nil {
		return
	}
	for _, e := range l.Roster.Instances {
		mirror := l.Roster.Mirror(e.Text("mirror"))
		if mirror == nil || !mirror.ConnectsByHook() || e.Text("role") != facts.ApplicationRole {
			continue
		}
		at := mirror.Value("data_server")
		target := l.ServiceAt(at.Text)
		if target == nil {
			continue // reported with the references
		}
		addClient(clients, target, e.Name)
		server := l.Roster.ByName[target.Name]
		if server == nil || server.Text("mirror") != mirror.Name ||
			server.Text("role") != "primary" && server.Text("role") != "backup" {
			l.Report(l.Roster.File, at.At, "Data server that is no failover member",
				"The data server of mirror "+mirror.Name+" is "+target.Name+", which is no failover member of it.",
				"Name the client address of one.")
		}
		if ecp := e.Value("ecp"); ecp.Text != "yes" {
			l.Report(l.Roster.File, ecp.At, "Application server without ECP",
				e.Name+" is an application server, but its %Service_ECP stays off.",
				"Write ecp=yes.")
		}
	}
}

// checkDataServer looks at one application server and the member that it asks.
func (l *checker) checkDataServer(
	m *facts.MergeFile,
	client *facts.Service,
	server facts.ECPServer,
	target *facts.Service,
) {
	here := m.Location(server.Host.At)
	_, mirrored := l.setOf(target)
	if l.Roles[target].Kind != facts.InstanceKind {
		l.ReportBoth(here, target.Location(target.At), "Data server that is no instance",
			client.Name+" has the data server "+target.Name+", which is no IRIS: an ECP connection goes to a "+
				"member itself.",
			"Name the address of a failover member.")
		return
	}
	if role := l.mirrorRole(target); role != "" && role != "primary" && role != "backup" {
		l.Report(m.File, server.Host.At, "Data server that is no failover member",
			client.Name+" has the data server "+target.Name+", whose role is "+role+".",
			"Name the address of a failover member.")
	}
	if mirrored && server.Mirror.Text != "1" && server.Mirror.Text != "-1" {
		l.Report(m.File, server.Mirror.At, "ECP connection that the mirror refuses",
			"The ECP server "+server.Name.Text+" is a member of a mirror, but the connection is not marked as one to "+
				"a mirror.",
			"Write 1 as the third value.")
	}
	l.checkRemoteDatabases(m, server, target)
}

// checkRemoteDatabases: what an application server has of a data server is there: a mirrored
// database in its mirror, any other in its own configuration.
func (l *checker) checkRemoteDatabases(m *facts.MergeFile, server facts.ECPServer, target *facts.Service) {
	for action := range m.Merge.Actions {
		directory, _ := action.Argument("Directory")
		if action.Name != "CreateDatabase" || !strings.EqualFold(action.Value("Server"), server.Name.Text) {
			continue
		}
		at := m.Location(facts.PositionAt(action.Line, directory.ValueColumn))
		if name, local := strings.CutPrefix(directory.Value, ":ds:"); local {
			l.checkServedDatabase(at, action, name, target)
		} else if strings.HasPrefix(directory.Value, ":mirror:") {
			l.checkMirroredDatabase(at, action, directory.Value, target)
		}
	}
}

// checkMirroredDatabase looks at a directory like :mirror:SET:DATABASE of an application server.
func (l *checker) checkMirroredDatabase(at facts.Location, action cpf.Action, directory string, target *facts.Service) {
	set, mirrored := l.setOf(target)
	parts := strings.Split(directory, ":")
	if len(parts) != 4 || mirrored && !strings.EqualFold(parts[2], set) {
		l.Report(at.File, at.At, "Database of another mirror",
			"The database "+action.Value("Name")+" lies in "+directory+", but "+target.Name+" belongs to "+
				"the mirror set "+set+".",
			"Write it like :mirror:"+set+":DATABASE.")
		return
	}
	if names := l.databasesOf(target, true); len(names) > 0 && !names[strings.ToUpper(parts[3])] {
		l.Report(at.File, at.At, "Database that the mirror does not have",
			"The database "+action.Value("Name")+" lies in "+directory+", but the mirror of "+target.Name+
				" has no database "+parts[3]+".",
			"Name a mirrored database.")
	}
}

// checkServedDatabase looks at a directory like :ds:DATABASE of an application server. What a lab
// that was written by hand has besides may have been made by anybody; a name that is nearly
// that of another is a mistake.
func (l *checker) checkServedDatabase(at facts.Location, action cpf.Action, name string, target *facts.Service) {
	names, upper := l.databasesOf(target, false), strings.ToUpper(name)
	if names[upper] || text.Has(ownDatabases, upper) {
		return
	}
	known := strings.Join(slices.Sorted(maps.Keys(names)), " ")
	if l.Generated || !l.databasesOf(target, true)[upper] && text.Nearest(known, upper) != "" {
		l.Report(at.File, at.At, "Database that the data server does not have",
			"The database "+action.Value("Name")+" lies in :ds:"+name+", but "+target.Name+" has no database "+name+
				" that is not mirrored.",
			"Name a database of the data server, or write :mirror:SET:DATABASE for a mirrored one.")
	}
}

// setOf is the mirror set of a member; ok is false where it is none or unknown.
func (l *checker) setOf(s *facts.Service) (set string, ok bool) {
	if l.Roster != nil {
		if e := l.Roster.ByName[s.Name]; e != nil && e.Text("role") != facts.ApplicationRole {
			if mirror := l.Roster.Mirror(e.Text("mirror")); mirror != nil {
				return mirror.Text("set_name"), true
			}
		}
	}
	if merge := l.Roles[s].Merge; merge != nil {
		if m := l.MembershipOf(merge); m != nil {
			return m.Text("Name"), true
		}
	}
	return "", false
}

// mirrorRole is the declared role of an instance, "" where it is unknown.
func (l *checker) mirrorRole(s *facts.Service) string {
	if l.Roster != nil {
		if e := l.Roster.ByName[s.Name]; e != nil {
			return e.Text("role")
		}
	}
	if merge := l.Roles[s].Merge; merge != nil {
		if m := l.MembershipOf(merge); m != nil {
			return m.Text("Member")
		}
	}
	return ""
}

// databasesOf are the names of a data server's databases, in upper case: those that are mirrored,
// or the others. There are none where they are unknown.
func (l *checker) databasesOf(s *facts.Service, mirrored bool) map[string]bool {
	names := map[string]bool{}
	if merge := l.Roles[s].Merge; merge != nil {
		of := facts.DatabasesOf(merge)
		for name, action := range facts.CreatedDatabases(merge) {
			if of[name].Name != "" != mirrored || action.Value("Server") != "" {
				continue
			}
			names[name] = true
			if mirrored {
				names[strings.ToUpper(action.Value("MirrorDBName"))] = true
			}
		}
	}
	if l.Roster == nil || len(names) > 0 {
		return names
	}
	if e := l.Roster.ByName[s.Name]; e != nil {
		if mirror := l.Roster.Mirror(e.Text("mirror")); mirror != nil {
			for _, d := range mirror.List {
				fields := strings.Fields(d.Text)
				if local := len(fields) > 4 && fields[4] == facts.LocalDatabase; len(fields) > 0 && local != mirrored {
					names[strings.ToUpper(fields[0])] = true
				}
			}
		}
	}
	return names
}

// checkECPService: a data server serves ECP, which is off in a new instance.
func (l *checker) checkECPService(merge *facts.MergeFile, s *facts.Service) {
	if l.Roster != nil && l.Roster.ByName[s.Name] != nil {
		switch ecp := l.Roster.ByName[s.Name].Value("ecp"); ecp.Text {
		case "yes":
			return
		case "no":
			l.Report(l.Roster.File, ecp.At, "Data server without ECP",
				s.Name+" is the data server of an application server, but its %Service_ECP stays off.",
				"Write ecp=yes.")
			return
		}
	}
	for action := range merge.Merge.Actions {
		if action.Name == "ModifyService" && strings.EqualFold(action.Value("Name"), "%Service_ECP") &&
			action.Value("Enabled") == "1" {
			return
		}
	}
	l.Report(merge.File, facts.Position{}, "Data server without ECP",
		s.Name+" is the data server of an application server, but does not switch %Service_ECP on.",
		"Add ModifyService:Name=%Service_ECP,Enabled=1 to [Actions].")
}

// checkAlike: members that can become primary have the same memory and admit the
// same number of application servers.
func checkAlike(l *checker) {
	if l.Roster == nil {
		return
	}
	for _, mirror := range l.Roster.Mirrors {
		var first *facts.MergeFile
		for _, e := range l.Roster.Members(mirror.Name) {
			s := l.Compose.ByName[e.Name]
			if s == nil || l.Roles[s].Merge == nil || strings.HasPrefix(e.Text("role"), "r") {
				continue
			}
			merge := l.Roles[s].Merge
			if first == nil {
				first = merge
				continue
			}
			for _, name := range [...]string{"gmheap", "MaxServerConn"} {
				mine, _ := merge.Parameter("config", "ModifyConfig", name)
				theirs, _ := first.Parameter("config", "ModifyConfig", name)
				if mine.Text != theirs.Text {
					l.ReportBoth(merge.Location(mine.At), first.Location(theirs.At), "Members that disagree",
						"The members of "+mirror.Name+" that can become primary differ in "+name+": "+
							strconv.Quote(mine.Text)+" and "+strconv.Quote(theirs.Text)+".",
						"Give all of them the same.")
				}
			}
		}
	}
}
