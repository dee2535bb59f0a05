package verify

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// columns are the tables at the top of the scripts: what stands in each column of
// a row. Tables of other names are not looked at.
var columns = []struct{ script, table, columns string }{
	{"start.sh", "networks", "network subnet"},
	{"start.sh", "ports", "port service text"},
	{"start.sh", "members", "member mirror role kept"},
	{"start.sh", "application_servers", "application"},
	{"start.sh", "gateways", "gateway port"},
	{"start.sh", "nginx", "nginx port"},
	{"start.sh", "superservers", "haproxy port namespace"},
	{"start.sh", "profiles", "text text"},
	{"start.sh", "selection", "service"},
	{"status.sh", "mirrors", "mirror"},
	{"status.sh", "members", "member mirror role"},
	{"status.sh", "others", "outsider text"},
	{"status.sh", "web", "service text port page"},
	{"status.sh", "superservers", "haproxy mirror port"},
	{"status.sh", "profiles", "text text"},
	{"status.sh", "selection", "service"},
	{"stop.sh", "mirrors", "mirror kept"},
	{"drill.sh", "mirrors", "mirror arbiter backup async application_path"},
	{"drill.sh", "members", "member mirror failover"},
	{"drill.sh", "gateways", "gateway port timeout"},
	{"drill.sh", "nginx", "nginx port count"},
	{"drill.sh", "superservers", "mirror haproxy port"},
}

// checkTables: what the scripts know of the lab is what the other artifacts say.
func checkTables(l *facts) {
	if !l.generated {
		return
	}
	for _, t := range l.tables {
		if path.Dir(t.path) != "." {
			continue
		}
		for _, c := range columns {
			if c.script != t.path || c.table != t.name {
				continue
			}
			names := strings.Fields(c.columns)
			if len(t.words)%len(names) != 0 {
				l.report(t.file, t.at, "Uneven table", "The table "+t.name+" has "+strconv.Itoa(len(t.words))+" words, which are no rows of "+strconv.Itoa(len(names))+".", "Give every row the columns "+strings.Join(names, ", ")+".")
				break
			}
			l.checkTable(t, names)
			break
		}
		if t.name == "selection" {
			l.compareSelections(t)
		}
	}
	for _, script := range l.scripts {
		if path.Dir(script.path) == "." {
			l.checkScriptValues(script)
		}
	}
}

// compareSelections: a profile is the same in every script.
func (l *facts) compareSelections(t table) {
	for _, other := range l.tables {
		if other.name != t.name || other.profile != t.profile || other.path >= t.path {
			continue
		}
		if !slices.EqualFunc(t.words, other.words, func(a, b word) bool { return a.text == b.text }) {
			l.reportBoth(spot{t.file, t.at}, spot{other.file, other.at}, "Scripts that disagree", "The profile "+strconv.Quote(t.profile)+" has other services in "+other.path+" than in "+t.path+".", "Both must list the same.")
		}
	}
}

// checkScriptValues: the few values that a script knows of the lab.
func (l *facts) checkScriptValues(script *script) {
	if w := script.valueOf("publish_address"); w.at.line > 0 {
		wanted := w.text
		if wanted == "0.0.0.0" || wanted == "::" {
			wanted = ""
		}
		for _, t := range l.tables {
			if t.path != "start.sh" || t.name != "ports" {
				continue
			}
			for i := 0; i+2 < len(t.words); i += 3 {
				l.checkPublishAddress(spot{script.file, w.at}, wanted, t.words[i+1].text, number(t.words[i].text))
			}
		}
	}
	if w := script.valueOf("iris_service"); w.text != "" {
		if s := l.compose.byName[w.text]; s == nil || l.duties[s].kind != instanceKind {
			l.report(script.file, w.at, "Unknown instance", "The script runs the image of "+w.text+", which is no IRIS service of "+l.composeName+".", "Name an instance.")
		}
	}
	if w := script.valueOf("license_key"); w.text != "" && len(l.instances) > 0 && len(l.compose.readers[path.Clean(w.text)]) == 0 {
		l.report(script.file, w.at, "Licence key that nothing mounts", "The script looks for the licence key in "+w.text+", which no service mounts.", "Name the file that the instances mount.")
	}
}

func (l *facts) checkPublishAddress(at spot, wanted, service string, port int) {
	s := l.compose.byName[service]
	if s == nil {
		return
	}
	for _, p := range s.ports {
		if p.host != port || p.hostIP == wanted || p.everywhere {
			continue
		}
		// Of a lab that is open to the network, the scripts ask 127.0.0.1. Where the service
		// does not listen nobody asks, that this package knows of.
		if (wanted != "" || p.hostIP != "127.0.0.1") && slices.Contains(l.listens(s), p.container) {
			l.reportBoth(at, spot{s.file, p.at}, "Address that nothing is published on", "The script asks the host's address "+strconv.Quote(wanted)+", but "+service+" publishes port "+strconv.Itoa(port)+" on "+strconv.Quote(p.hostIP)+".", "Both must be the same.")
		}
	}
}

func (l *facts) checkTable(t table, names []string) {
	seen := map[string]word{}
	for i := 0; i+len(names) <= len(t.words); i += len(names) {
		row := tableRow{table: t, names: names, words: t.words[i : i+len(names)]}
		for j, name := range names {
			l.checkCell(row, name, row.words[j])
		}
		key := row.words[0].text
		if names[0] == "haproxy" || names[0] == "text" {
			key += " " + row.words[1].text
		}
		if first, twice := seen[key]; twice {
			l.reportBoth(spot{t.file, row.words[0].at}, spot{t.file, first.at}, "Duplicate row", "The table "+t.name+" has two rows for "+row.words[0].text+".", "Keep one of the two.")
		}
		seen[key] = row.words[0]
	}
	if names[0] == "member" && l.roster != nil {
		for _, e := range l.roster.instances {
			if _, listed := seen[e.name]; !listed && e.text("role") != applicationRole {
				l.reportBoth(spot{t.file, t.at}, spot{l.roster.file, e.at}, "Missing row", "The table "+t.name+" has no row for the member "+e.name+".", "Add one.")
			}
		}
	}
}

// tableRow is one row of a table.
type tableRow struct {
	table
	names []string
	words []word
}

// text is the first word of the row in one of the given columns.
func (r tableRow) text(columns ...string) string {
	for i, name := range r.names {
		if slices.Contains(columns, name) {
			return r.words[i].text
		}
	}
	return ""
}

// checkCell looks at one word of a row.
func (l *facts) checkCell(r tableRow, column string, w word) {
	at := spot{r.file, w.at}
	s := l.compose.byName[r.text("service", "member", "application", "gateway", "nginx", "haproxy")]
	unlike := func(what string, there spot) {
		l.reportBoth(at, there, "Table that disagrees", "The table "+r.name+" says "+strconv.Quote(w.text)+", but "+what+".", "Both must say the same.")
	}
	switch column {
	case "service", "outsider", "member", "application", "gateway", "nginx", "haproxy":
		l.checkServiceCell(r, column, w)
	case "port":
		if s != nil && w.text != "0" && !s.publishes(number(w.text)) {
			unlike(s.name+" publishes "+s.publishedList(), spot{s.file, s.at})
		}
	case "network":
		if !slices.ContainsFunc(l.compose.networks, func(n *network) bool { return n.name == w.text }) {
			l.report(r.file, w.at, "Unknown network", "The table "+r.name+" names the network "+w.text+", which the compose file does not declare.", "Name a network of the lab.")
		}
	case "subnet":
		for _, n := range l.compose.networks {
			if n.name == r.text("network") && !slices.ContainsFunc(n.subnets, func(s subnet) bool { return s.text == w.text }) {
				unlike("the network has another subnet", spot{n.file, n.at})
			}
		}
	case "page":
		l.checkPage(at, s, w.text)
	case "timeout":
		if s != nil {
			l.checkScriptTimeout(r.table, w, s)
		}
	case "count":
		if n := l.duties[s].nginx; n != nil && w.text != strconv.Itoa(len(l.gatewaysOf(n))) {
			unlike(s.name+" balances over "+strconv.Itoa(len(l.gatewaysOf(n)))+" gateways", spot{n.file, place{}})
		}
	default:
		l.checkMirrorCell(r, column, w, unlike)
	}
}

// checkServiceCell: the name of a service, of the kind that the column is for.
func (l *facts) checkServiceCell(r tableRow, column string, w word) {
	s := l.compose.byName[w.text]
	if s == nil {
		l.report(r.file, w.at, "Unknown service", "The table "+r.name+" names "+strconv.Quote(w.text)+", which is no service of "+l.composeName+".", "Name a service.")
		return
	}
	wanted := map[string]kind{"member": instanceKind, "application": instanceKind, "gateway": gatewayKind, "nginx": nginxKind, "haproxy": haproxyKind}
	k, fixed := wanted[column]
	outsider := l.duties[s].kind == arbiterKind || l.roleOf(s) == applicationRole || l.duties[s].kind == other
	if fixed && l.duties[s].kind != k || column == "outsider" && !outsider || column == "application" && l.roleOf(s) != applicationRole || column == "member" && l.roleOf(s) == applicationRole {
		l.reportBoth(spot{r.file, w.at}, spot{s.file, s.at}, "Service of another kind", "The table "+r.name+" lists "+w.text+", which is a service of another kind.", "List it where it belongs.")
	}
}

// checkMirrorCell: what a row says of a mirror or of a member.
func (l *facts) checkMirrorCell(r tableRow, column string, w word, unlike func(string, spot)) {
	if l.roster == nil {
		return
	}
	member := l.roster.byName[r.text("member")]
	mirror := l.roster.mirror(r.text("mirror"))
	switch column {
	case "mirror":
		switch {
		case mirror == nil:
			l.report(r.file, w.at, "Unknown mirror", "The table "+r.name+" names the mirror "+strconv.Quote(w.text)+", which "+l.roster.path+" does not know.", "Name a mirror of the lab.")
		case member != nil && member.text("mirror") != w.text:
			unlike(member.name+" belongs to "+member.text("mirror"), l.roster.spot(member.value("mirror")))
		case r.text("haproxy") != "":
			l.checkListener(spot{r.file, w.at}, r.text("haproxy"), number(r.text("port")), w.text)
		}
		return
	case "role":
		if member != nil && member.text("role") != w.text {
			unlike(member.name+" is "+member.text("role"), l.roster.spot(member.value("role")))
		}
		return
	case "failover":
		if role := memberRole(member); member != nil && (w.text == "true") != (role == "primary" || role == "backup") {
			unlike(member.name+" is "+role, l.roster.spot(member.value("role")))
		}
		return
	case "namespace":
		l.checkNamespace(spot{r.file, w.at}, r.text("haproxy"), number(r.text("port")), w.text)
		return
	}
	if mirror == nil {
		return
	}
	switch column {
	case "kept":
		if (w.text == "true") != (mirror.text("durable") == "yes") {
			unlike(mirror.name+" has durable="+mirror.text("durable"), l.roster.spot(mirror.value("durable")))
		}
	case "arbiter":
		s := l.compose.byName[w.text]
		if (s == nil && w.text != "") || s != l.compose.byIP[parseAddr(mirror.text("arbiter"))] {
			unlike("the arbiter of "+mirror.name+" has the address "+mirror.text("arbiter"), l.roster.spot(mirror.value("arbiter")))
		}
	case "backup":
		l.checkRoleCell(mirror, w, "backup", unlike)
	case "async":
		l.checkRoleCell(mirror, w, "drasync", unlike)
	case "application_path":
		if w.text != "" && !l.applicationPath(mirror, w.text) {
			unlike("the demo application of "+mirror.name+" is at /"+mirror.name+"/csp/NAMESPACE/get", spot{l.roster.file, mirror.at})
		}
	}
}

func memberRole(e *entry) string {
	if e == nil {
		return ""
	}
	return e.text("role")
}

// checkRoleCell: the named member has that role; none is named where none has it.
func (l *facts) checkRoleCell(mirror *entry, w word, role string, unlike func(string, spot)) {
	has := false
	for _, m := range l.roster.members(mirror.name) {
		has = has || m.text("role") == role
		if m.name == w.text && m.text("role") == role {
			return
		}
	}
	if w.text != "" || has {
		unlike("that is not the "+role+" of "+mirror.name, spot{l.roster.file, mirror.at})
	}
}

// applicationPath reports whether a path leads to the demo application in one of
// the mirror's namespaces.
func (l *facts) applicationPath(mirror *entry, uri string) bool {
	for _, d := range mirror.list {
		if fields := strings.Fields(d.text); len(fields) > 1 && uri == "/"+mirror.name+"/csp/"+strings.ToLower(fields[1])+"/get" {
			return true
		}
	}
	return false
}

// checkNamespace: the namespace is one of the mirror that haproxy serves on the
// host port.
func (l *facts) checkNamespace(at spot, haproxy string, port int, namespace string) {
	mirror := l.listenerAt(haproxy, port)
	if mirror == nil {
		return
	}
	for _, d := range mirror.list {
		if fields := strings.Fields(d.text); len(fields) > 1 && strings.EqualFold(fields[1], namespace) {
			return
		}
	}
	l.reportBoth(at, spot{l.roster.file, mirror.at}, "Unknown namespace", "The mirror "+mirror.name+" has no namespace "+namespace+".", "Name one of its namespaces.")
}

// checkListener: haproxy serves that mirror on that host port.
func (l *facts) checkListener(at spot, haproxy string, port int, mirror string) {
	served := l.listenerAt(haproxy, port)
	if s := l.compose.byName[haproxy]; s != nil && port > 0 && (served == nil || served.name != mirror) {
		l.reportBoth(at, spot{s.file, s.at}, "Port of another mirror", "On host port "+strconv.Itoa(port)+" "+haproxy+" does not serve the mirror "+mirror+".", "Use the port on which it does.")
	}
}

// listenerAt is the mirror that haproxy serves on a host port; nil for none.
func (l *facts) listenerAt(haproxy string, port int) *entry {
	s := l.compose.byName[haproxy]
	if s == nil || l.duties[s].haproxy == nil || l.roster == nil {
		return nil
	}
	if l.listeners == nil {
		l.listeners = map[*service]map[int]*entry{}
	}
	if l.listeners[s] == nil {
		l.listeners[s] = l.listenersOf(s)
	}
	return l.listeners[s][port]
}

// listenersOf are the mirrors that a haproxy serves, by host port.
func (l *facts) listenersOf(s *service) map[int]*entry {
	inside := map[int]*entry{}
	for _, p := range l.duties[s].haproxy.proxies {
		for _, bind := range p.binds {
			if len(p.servers) > 0 && l.roster.byName[p.servers[0].Name] != nil {
				inside[bind.Port] = l.roster.mirror(l.roster.byName[p.servers[0].Name].text("mirror"))
			}
		}
	}
	published := make(map[int]*entry, len(s.ports))
	for _, port := range s.ports {
		published[port.host] = inside[port.container]
	}
	return published
}

func (s *service) publishes(host int) bool {
	return slices.ContainsFunc(s.ports, func(p port) bool { return p.host <= host && host <= p.hostLast })
}

// publishedList names the host ports of a service.
func (s *service) publishedList() string {
	var ports []int
	for _, p := range s.ports {
		ports = append(ports, p.host)
	}
	if len(ports) == 0 {
		return "no port"
	}
	return "port " + portList(ports)
}
