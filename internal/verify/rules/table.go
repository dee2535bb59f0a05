package rules

import (
	"mirrorgen/internal/verify/facts"
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
func checkTables(l *checker) {
	if !l.Generated {
		return
	}
	for _, t := range l.Tables {
		if path.Dir(t.Path) != "." {
			continue
		}
		for _, c := range columns {
			if c.script != t.Path || c.table != t.Name {
				continue
			}
			names := strings.Fields(c.columns)
			if len(t.Words)%len(names) != 0 {
				l.Report(t.File, t.At, "Uneven table",
					"The table "+t.Name+" has "+strconv.Itoa(len(t.Words))+" words, which are no rows of "+
						strconv.Itoa(len(names))+".",
					"Give every row the columns "+strings.Join(names, ", ")+".")
				break
			}
			l.checkTable(t, names)
			break
		}
		if t.Name == "selection" {
			l.compareSelections(t)
		}
	}
	for _, script := range l.Scripts {
		if path.Dir(script.Path) == "." {
			l.checkScriptValues(script)
		}
	}
}

// compareSelections: a profile is the same in every script.
func (l *checker) compareSelections(t facts.Table) {
	for _, other := range l.Tables {
		if other.Name != t.Name || other.Profile != t.Profile || other.Path >= t.Path {
			continue
		}
		if !slices.EqualFunc(t.Words, other.Words, func(a, b facts.Word) bool { return a.Text == b.Text }) {
			l.ReportBoth(t.Location(t.At), other.Location(other.At), "Scripts that disagree",
				"The profile "+strconv.Quote(t.Profile)+" has other services in "+other.Path+" than in "+t.Path+".",
				"Both must list the same.")
		}
	}
}

// checkScriptValues: the few values that a script knows of the lab.
func (l *checker) checkScriptValues(script *facts.Script) {
	if w := script.ValueOf("publish_address"); w.At.Line > 0 {
		wanted := w.Text
		if wanted == "0.0.0.0" || wanted == "::" {
			wanted = ""
		}
		for _, t := range l.Tables {
			if t.Path != "start.sh" || t.Name != "ports" {
				continue
			}
			for i := 0; i+2 < len(t.Words); i += 3 {
				l.checkPublishAddress(script.Location(w.At), wanted, t.Words[i+1].Text, facts.Number(t.Words[i].Text))
			}
		}
	}
	if w := script.ValueOf("iris_service"); w.Text != "" {
		if s := l.Compose.ByName[w.Text]; s == nil || l.Roles[s].Kind != facts.InstanceKind {
			l.Report(script.File, w.At, "Unknown instance",
				"The script runs the image of "+w.Text+", which is no IRIS service of "+l.ComposeName+".",
				"Name an instance.")
		}
	}
	if w := script.ValueOf("license_key"); w.Text != "" && len(l.Instances) > 0 &&
		len(l.Compose.Readers[path.Clean(w.Text)]) == 0 {
		l.Report(script.File, w.At, "Licence key that nothing mounts",
			"The script looks for the licence key in "+w.Text+", which no service mounts.",
			"Name the file that the instances mount.")
	}
}

func (l *checker) checkPublishAddress(at facts.Location, wanted, service string, port int) {
	s := l.Compose.ByName[service]
	if s == nil {
		return
	}
	for _, p := range s.Ports {
		if p.Host != port || p.HostIP == wanted || p.Everywhere {
			continue
		}
		// Of a lab that is open to the network, the scripts ask 127.0.0.1. Where the service
		// does not listen nobody asks, that this package knows of.
		if (wanted != "" || p.HostIP != "127.0.0.1") && slices.Contains(l.Listens(s), p.Container) {
			l.ReportBoth(at, s.Location(p.At), "Address that nothing is published on",
				"The script asks the host's address "+strconv.Quote(wanted)+", but "+service+" publishes port "+
					strconv.Itoa(port)+" on "+strconv.Quote(p.HostIP)+".",
				"Both must be the same.")
		}
	}
}

func (l *checker) checkTable(t facts.Table, names []string) {
	seen := map[string]facts.Word{}
	for i := 0; i+len(names) <= len(t.Words); i += len(names) {
		row := tableRow{Table: t, names: names, words: t.Words[i : i+len(names)]}
		for j, name := range names {
			l.checkCell(row, name, row.words[j])
		}
		key := row.words[0].Text
		if names[0] == "haproxy" || names[0] == "text" {
			key += " " + row.words[1].Text
		}
		if first, twice := seen[key]; twice {
			l.ReportBoth(t.Location(row.words[0].At), t.Location(first.At), "Duplicate row",
				"The table "+t.Name+" has two rows for "+row.words[0].Text+".",
				"Keep one of the two.")
		}
		seen[key] = row.words[0]
	}
	if names[0] == "member" && l.Roster != nil {
		for _, e := range l.Roster.Instances {
			if _, listed := seen[e.Name]; !listed && e.Text("role") != facts.ApplicationRole {
				l.ReportBoth(t.Location(t.At), l.Roster.File.Location(e.At), "Missing row",
					"The table "+t.Name+" has no row for the member "+e.Name+".",
					"Add one.")
			}
		}
	}
}

// tableRow is one row of a table.
type tableRow struct {
	facts.Table
	names []string
	words []facts.Word
}

// text is the first word of the row in one of the given columns.
func (r tableRow) text(columns ...string) string {
	for i, name := range r.names {
		if slices.Contains(columns, name) {
			return r.words[i].Text
		}
	}
	return ""
}

// checkCell looks at one word of a row.
func (l *checker) checkCell(r tableRow, column string, w facts.Word) {
	at := r.File.Location(w.At)
	s := l.Compose.ByName[r.text("service", "member", "application", "gateway", "nginx", "haproxy")]
	unlike := func(what string, there facts.Location) {
		l.ReportBoth(at, there, "Table that disagrees",
			"The table "+r.Name+" says "+strconv.Quote(w.Text)+", but "+what+".",
			"Both must say the same.")
	}
	switch column {
	case "service", "outsider", "member", "application", "gateway", "nginx", "haproxy":
		l.checkServiceCell(r, column, w)
	case "port":
		if s != nil && w.Text != "0" && !s.Publishes(facts.Number(w.Text)) {
			unlike(s.Name+" publishes "+s.PublishedList(), s.Location(s.At))
		}
	case "network":
		if !slices.ContainsFunc(l.Compose.Networks, func(n *facts.Network) bool { return n.Name == w.Text }) {
			l.Report(r.File, w.At, "Unknown network",
				"The table "+r.Name+" names the network "+w.Text+", which the compose file does not declare.",
				"Name a network of the lab.")
		}
	case "subnet":
		for _, n := range l.Compose.Networks {
			if n.Name == r.text("network") &&
				!slices.ContainsFunc(n.Subnets, func(s facts.Subnet) bool { return s.Text == w.Text }) {
				unlike("the network has another subnet", n.Location(n.At))
			}
		}
	case "page":
		l.checkPage(at, s, w.Text)
	case "timeout":
		if s != nil {
			l.checkScriptTimeout(r.Table, w, s)
		}
	case "count":
		if n := l.Roles[s].NGINX; n != nil && w.Text != strconv.Itoa(len(l.gatewaysOf(n))) {
			unlike(s.Name+" balances over "+strconv.Itoa(len(l.gatewaysOf(n)))+" gateways",
				n.Location(facts.Position{}))
		}
	default:
		l.checkMirrorCell(r, column, w, unlike)
	}
}

// checkServiceCell: the name of a service, of the kind that the column is for.
func (l *checker) checkServiceCell(r tableRow, column string, w facts.Word) {
	s := l.Compose.ByName[w.Text]
	if s == nil {
		l.Report(r.File, w.At, "Unknown service",
			"The table "+r.Name+" names "+strconv.Quote(w.Text)+", which is no service of "+l.ComposeName+".",
			"Name a service.")
		return
	}
	wanted := map[string]facts.Kind{
		"member":      facts.InstanceKind,
		"application": facts.InstanceKind,
		"gateway":     facts.GatewayKind,
		"nginx":       facts.NGINXKind,
		"haproxy":     facts.HAProxyKind,
	}
	k, fixed := wanted[column]
	outsider := l.Roles[s].Kind == facts.ArbiterKind || l.mirrorRole(s) == facts.ApplicationRole ||
		l.Roles[s].Kind == facts.OtherKind
	if fixed && l.Roles[s].Kind != k || column == "outsider" && !outsider ||
		column == "application" && l.mirrorRole(s) != facts.ApplicationRole ||
		column == "member" && l.mirrorRole(s) == facts.ApplicationRole {
		l.ReportBoth(r.File.Location(w.At), s.Location(s.At), "Service of another kind",
			"The table "+r.Name+" lists "+w.Text+", which is a service of another kind.",
			"List it where it belongs.")
	}
}

// checkMirrorCell: what a row says of a mirror or of a member.
func (l *checker) checkMirrorCell(r tableRow, column string, w facts.Word, unlike func(string, facts.Location)) {
	if l.Roster == nil {
		return
	}
	member := l.Roster.ByName[r.text("member")]
	mirror := l.Roster.Mirror(r.text("mirror"))
	switch column {
	case "mirror":
		switch {
		case mirror == nil:
			l.Report(r.File, w.At, "Unknown mirror",
				"The table "+r.Name+" names the mirror "+strconv.Quote(w.Text)+", which "+l.Roster.Path+" does not "+
					"know.",
				"Name a mirror of the lab.")
		case member != nil && member.Text("mirror") != w.Text:
			unlike(member.Name+" belongs to "+member.Text("mirror"), l.Roster.WordLocation(member.Value("mirror")))
		case r.text("haproxy") != "":
			l.checkListener(r.File.Location(w.At), r.text("haproxy"), facts.Number(r.text("port")), w.Text)
		}
		return
	case "role":
		if member != nil && member.Text("role") != w.Text {
			unlike(member.Name+" is "+member.Text("role"), l.Roster.WordLocation(member.Value("role")))
		}
		return
	case "failover":
		if role := memberRole(member); member != nil && (w.Text == "true") != (role == "primary" || role == "backup") {
			unlike(member.Name+" is "+role, l.Roster.WordLocation(member.Value("role")))
		}
		return
	case "namespace":
		l.checkNamespace(r.File.Location(w.At), r.text("haproxy"), facts.Number(r.text("port")), w.Text)
		return
	}
	if mirror == nil {
		return
	}
	switch column {
	case "kept":
		if (w.Text == "true") != (mirror.Text("durable") == "yes") {
			unlike(mirror.Name+" has durable="+mirror.Text("durable"), l.Roster.WordLocation(mirror.Value("durable")))
		}
	case "arbiter":
		s := l.Compose.ByName[w.Text]
		if (s == nil && w.Text != "") || s != l.Compose.ByIP[facts.ParseAddr(mirror.Text("arbiter"))] {
			unlike("the arbiter of "+mirror.Name+" has the address "+mirror.Text("arbiter"),
				l.Roster.WordLocation(mirror.Value("arbiter")))
		}
	case "backup":
		l.checkRoleCell(mirror, w, "backup", unlike)
	case "async":
		l.checkRoleCell(mirror, w, "drasync", unlike)
	case "application_path":
		if w.Text != "" && !l.applicationPath(mirror, w.Text) {
			unlike("the demo application of "+mirror.Name+" is at /"+mirror.Name+"/csp/NAMESPACE/get",
				l.Roster.File.Location(mirror.At))
		}
	}
}

func memberRole(e *facts.Entry) string {
	if e == nil {
		return ""
	}
	return e.Text("role")
}

// checkRoleCell: the named member has that role; none is named where none has it.
func (l *checker) checkRoleCell(mirror *facts.Entry, w facts.Word, role string, unlike func(string, facts.Location)) {
	has := false
	for _, m := range l.Roster.Members(mirror.Name) {
		has = has || m.Text("role") == role
		if m.Name == w.Text && m.Text("role") == role {
			return
		}
	}
	if w.Text != "" || has {
		unlike("that is not the "+role+" of "+mirror.Name, l.Roster.File.Location(mirror.At))
	}
}

// applicationPath reports whether a path leads to the demo application in one of
// the mirror's namespaces.
func (l *checker) applicationPath(mirror *facts.Entry, uri string) bool {
	for _, d := range mirror.List {
		if fields := strings.Fields(d.Text); len(fields) > 1 &&
			uri == "/"+mirror.Name+"/csp/"+strings.ToLower(fields[1])+"/get" {
			return true
		}
	}
	return false
}

// checkNamespace: the namespace is one of the mirror that haproxy serves on the
// host port.
func (l *checker) checkNamespace(at facts.Location, haproxy string, port int, namespace string) {
	mirror := l.listenerAt(haproxy, port)
	if mirror == nil {
		return
	}
	for _, d := range mirror.List {
		if fields := strings.Fields(d.Text); len(fields) > 1 && strings.EqualFold(fields[1], namespace) {
			return
		}
	}
	l.ReportBoth(at, l.Roster.File.Location(mirror.At), "Unknown namespace",
		"The mirror "+mirror.Name+" has no namespace "+namespace+".",
		"Name one of its namespaces.")
}

// checkListener: haproxy serves that mirror on that host port.
func (l *checker) checkListener(at facts.Location, haproxy string, port int, mirror string) {
	served := l.listenerAt(haproxy, port)
	if s := l.Compose.ByName[haproxy]; s != nil && port > 0 && (served == nil || served.Name != mirror) {
		l.ReportBoth(at, s.Location(s.At), "Port of another mirror",
			"On host port "+strconv.Itoa(port)+" "+haproxy+" does not serve the mirror "+mirror+".",
			"Use the port on which it does.")
	}
}

// listenerAt is the mirror that haproxy serves on a host port; nil for none.
func (l *checker) listenerAt(haproxy string, port int) *facts.Entry {
	s := l.Compose.ByName[haproxy]
	if s == nil || l.Roles[s].HAProxy == nil || l.Roster == nil {
		return nil
	}
	if l.listeners == nil {
		l.listeners = map[*facts.Service]map[int]*facts.Entry{}
	}
	if l.listeners[s] == nil {
		l.listeners[s] = l.listenersOf(s)
	}
	return l.listeners[s][port]
}

// listenersOf are the mirrors that a haproxy serves, by host port.
func (l *checker) listenersOf(s *facts.Service) map[int]*facts.Entry {
	inside := map[int]*facts.Entry{}
	for _, p := range l.Roles[s].HAProxy.Proxies {
		for _, bind := range p.Binds {
			if len(p.Servers) > 0 && l.Roster.ByName[p.Servers[0].Name] != nil {
				inside[bind.Port] = l.Roster.Mirror(l.Roster.ByName[p.Servers[0].Name].Text("mirror"))
			}
		}
	}
	published := make(map[int]*facts.Entry, len(s.Ports))
	for _, port := range s.Ports {
		published[port.Host] = inside[port.Container]
	}
	return published
}
