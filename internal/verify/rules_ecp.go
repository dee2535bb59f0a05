package verify

import (
	"strconv"
	"strings"
)

// ecpServer is an entry of [ECPServers], or the action that makes one.
type ecpServer struct {
	name, host, mirror word
}

func (m *mergeFile) ecpServers() []ecpServer {
	var list []ecpServer
	for _, key := range m.merge.Keys("ECPServers") {
		fields := strings.Split(key.Value, ",")
		at := placeIn(key.Line, key.ValueColumn)
		server := ecpServer{word{key.Name, placeIn(key.Line, key.Column)}, word{fields[0], at}, word{"", at}}
		if len(fields) > 2 {
			server.mirror.text = fields[2]
		}
		list = append(list, server)
	}
	for action := range m.merge.Actions {
		if action.Name == "CreateECPServer" {
			at := placeIn(action.Line, action.Column)
			list = append(list, ecpServer{word{action.Value("Name"), at}, word{action.Value("Address"), at}, word{action.Value("MirrorConnection"), at}})
		}
	}
	return list
}

// checkECP: an application server connects to a failover member of the mirror
// whose databases it uses, as to a mirror, and that member admits it.
func checkECP(l *facts) {
	clients := map[*service]int{} // of each data server
	for i := range l.merges {
		m := &l.merges[i]
		if m.service == nil {
			continue
		}
		for _, server := range m.ecpServers() {
			target := l.serviceAt(server.host.text)
			if target == nil {
				continue // reported with the uses
			}
			clients[target]++
			l.checkDataServer(m, server, target)
		}
	}
	l.checkHookECP(clients)
	for _, s := range l.instances {
		merge := l.duties[s].merge
		if clients[s] == 0 || merge == nil {
			continue
		}
		if limit, ok := merge.parameter("config", "ModifyConfig", "MaxServerConn"); !ok || number(limit.text) < clients[s] {
			l.report(merge.file, limit.at, "Data server without room", s.name+" is the data server of "+strconv.Itoa(clients[s])+" application servers, but admits "+orOne(limit.text)+" (MaxServerConn).", "Raise MaxServerConn in [config].")
		}
		l.checkECPService(merge, s)
	}
}

// checkHookECP: the same, where the hook connects the application servers. It
// counts them as clients of their data server.
func (l *facts) checkHookECP(clients map[*service]int) {
	if l.roster == nil {
		return
	}
	for _, e := range l.roster.instances {
		mirror := l.roster.mirror(e.text("mirror"))
		if mirror == nil || !mirror.connectsByHook() || e.text("role") != applicationRole {
			continue
		}
		at := mirror.value("data_server")
		target := l.serviceAt(at.text)
		if target == nil {
			continue // reported with the uses
		}
		clients[target]++
		server := l.roster.byName[target.name]
		if server == nil || server.text("mirror") != mirror.name || server.text("role") != "primary" && server.text("role") != "backup" {
			l.report(l.roster.file, at.at, "Data server that is no failover member", "The data server of mirror "+mirror.name+" is "+target.name+", which is no failover member of it.", "Name the client address of one.")
		}
		if ecp := e.value("ecp"); ecp.text != "yes" {
			l.report(l.roster.file, ecp.at, "Application server without ECP", e.name+" is an application server, but its %Service_ECP stays off.", "Write ecp=yes.")
		}
	}
}

func orOne(limit string) string {
	if limit == "" {
		return "1"
	}
	return limit
}

func (l *facts) serviceAt(host string) *service {
	if s := l.compose.byIP[parseAddr(host)]; s != nil {
		return s
	}
	return l.compose.byName[host]
}

// checkDataServer looks at one application server and the member that it asks.
func (l *facts) checkDataServer(m *mergeFile, server ecpServer, target *service) {
	here := spot{m.file, server.host.at}
	set, mirrored := l.setOf(target)
	if l.duties[target].kind != instanceKind {
		l.reportBoth(here, spot{target.file, target.at}, "Data server that is no instance", m.service.name+" has the data server "+target.name+", which is no IRIS: an ECP connection goes to a member itself.", "Name the address of a failover member.")
		return
	}
	if role := l.roleOf(target); role != "" && role != "primary" && role != "backup" {
		l.report(m.file, server.host.at, "Data server that is no failover member", m.service.name+" has the data server "+target.name+", whose role is "+role+".", "Name the address of a failover member.")
	}
	if mirrored && server.mirror.text != "1" && server.mirror.text != "-1" {
		l.report(m.file, server.mirror.at, "ECP connection that the mirror refuses", "The ECP server "+server.name.text+" is a member of a mirror, but the connection is not marked as one to a mirror.", "Write 1 as the third value.")
	}
	for action := range m.merge.Actions {
		directory, _ := action.Argument("Directory")
		if action.Name != "CreateDatabase" || !strings.EqualFold(action.Value("Server"), server.name.text) || !strings.HasPrefix(directory.Value, ":mirror:") {
			continue
		}
		at := spot{m.file, placeIn(action.Line, directory.ValueColumn)}
		parts := strings.Split(directory.Value, ":")
		if len(parts) != 4 || mirrored && parts[2] != set {
			l.report(at.file, at.at, "Database of another mirror", "The database "+action.Value("Name")+" lies in "+directory.Value+", but "+target.name+" belongs to the mirror set "+set+".", "Write it like :mirror:"+set+":DATABASE.")
			continue
		}
		if names := l.mirroredDatabases(target); names != nil && !names[strings.ToUpper(parts[3])] {
			l.report(at.file, at.at, "Database that the mirror does not have", "The database "+action.Value("Name")+" lies in "+directory.Value+", but the mirror of "+target.name+" has no database "+parts[3]+".", "Name a mirrored database.")
		}
	}
}

// setOf is the mirror set of a member; ok is false where it is none or unknown.
func (l *facts) setOf(s *service) (set string, ok bool) {
	if l.roster != nil {
		if e := l.roster.byName[s.name]; e != nil && e.text("role") != applicationRole {
			if mirror := l.roster.mirror(e.text("mirror")); mirror != nil {
				return mirror.text("set_name"), true
			}
		}
	}
	if merge := l.duties[s].merge; merge != nil {
		if m := l.membershipOf(merge); m != nil {
			return m.text("Name"), true
		}
	}
	return "", false
}

// roleOf is the declared role of an instance, "" where it is unknown.
func (l *facts) roleOf(s *service) string {
	if l.roster != nil {
		if e := l.roster.byName[s.name]; e != nil {
			return e.text("role")
		}
	}
	if merge := l.duties[s].merge; merge != nil {
		if m := l.membershipOf(merge); m != nil {
			return m.text("Member")
		}
	}
	return ""
}

// mirroredDatabases are the names of a member's mirrored databases; nil where
// they are unknown.
func (l *facts) mirroredDatabases(s *service) map[string]bool {
	names := map[string]bool{}
	if merge := l.duties[s].merge; merge != nil {
		for name, action := range databasesOf(merge) {
			names[name] = true
			names[strings.ToUpper(action.Value("MirrorDBName"))] = true
		}
	}
	if l.roster != nil && len(names) == 0 {
		if e := l.roster.byName[s.name]; e != nil {
			if mirror := l.roster.mirror(e.text("mirror")); mirror != nil {
				for _, d := range mirror.list {
					name, _, _ := strings.Cut(d.text, " ")
					names[strings.ToUpper(name)] = true
				}
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return names
}

// checkECPService: a data server serves ECP, which is off in a new instance.
func (l *facts) checkECPService(merge *mergeFile, s *service) {
	if l.roster != nil && l.roster.byName[s.name] != nil {
		switch ecp := l.roster.byName[s.name].value("ecp"); ecp.text {
		case "yes":
			return
		case "no":
			l.report(l.roster.file, ecp.at, "Data server without ECP", s.name+" is the data server of an application server, but its %Service_ECP stays off.", "Write ecp=yes.")
			return
		}
	}
	for action := range merge.merge.Actions {
		if action.Name == "ModifyService" && strings.EqualFold(action.Value("Name"), "%Service_ECP") && action.Value("Enabled") == "1" {
			return
		}
	}
	l.report(merge.file, place{}, "Data server without ECP", s.name+" is the data server of an application server, but does not switch %Service_ECP on.", "Add ModifyService:Name=%Service_ECP,Enabled=1 to [Actions].")
}

// checkAlike: members that can become primary have the same memory and admit the
// same number of application servers.
func checkAlike(l *facts) {
	if l.roster == nil {
		return
	}
	for _, mirror := range l.roster.mirrors {
		var first *mergeFile
		for _, e := range l.roster.members(mirror.name) {
			s := l.compose.byName[e.name]
			if s == nil || l.duties[s].merge == nil || strings.HasPrefix(e.text("role"), "r") {
				continue
			}
			merge := l.duties[s].merge
			if first == nil {
				first = merge
				continue
			}
			for _, name := range [...]string{"gmheap", "MaxServerConn"} {
				mine, _ := merge.parameter("config", "ModifyConfig", name)
				theirs, _ := first.parameter("config", "ModifyConfig", name)
				if mine.text != theirs.text {
					l.reportBoth(spot{merge.file, mine.at}, spot{first.file, theirs.at}, "Members that disagree", "The members of "+mirror.name+" that can become primary differ in "+name+": "+strconv.Quote(mine.text)+" and "+strconv.Quote(theirs.text)+".", "Give all of them the same.")
				}
			}
		}
	}
}
