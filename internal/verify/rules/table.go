package rules

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
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
	{"start.sh", "files", "own file"},
	{"start.sh", "published", "outsider port text"},
	{"start.sh", "forwards", "forwarded here port"},
	{"start.sh", "certificates", "service certificate common_name"},
	{"start.sh", "profiles", "text text"},
	{"start.sh", "selection", "service"},
	{"status.sh", "mirrors", "mirror"},
	{"status.sh", "members", "member mirror role"},
	{"status.sh", "others", "outsider text"},
	{"status.sh", "web", "service text port page"},
	{"status.sh", "superservers", "haproxy mirror port"},
	{"status.sh", "certificates", "service certificate"},
	{"status.sh", "profiles", "text text"},
	{"status.sh", "selection", "service"},
	{"stop.sh", "mirrors", "mirror kept"},
	{"stop.sh", "members", "member mirror"},
	{"stop.sh", "founders", "founder"},
	{"drill.sh", "mirrors", "mirror arbiter backup async application_path"},
	{"drill.sh", "qos_timeouts", "mirror quality_of_service"},
	{"drill.sh", "members", "member mirror failover"},
	{"drill.sh", "gateways", "gateway port timeout"},
	{"drill.sh", "nginx", "nginx port count"},
	{"drill.sh", "superservers", "mirror haproxy port"},
}

// checkTables: what the scripts say of the lab is what the other artifacts say.
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

// checkScriptValues: the few values of the lab that a script holds.
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
	for _, p := range s.PublishedAt(port) {
		if p.Host != port || p.HostIP == wanted || p.Everywhere {
			continue
		}
		// Of a lab that is open to the network, the scripts ask 127.0.0.1. Where the service
		// does not listen, nobody is known to ask.
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
			if check := cellChecks[name]; check != nil {
				check(l, cell{row, name, row.words[j]})
			}
		}
		key := row.words[0].Text
		if names[0] == "haproxy" || names[0] == "text" || names[0] == "own" || names[0] == "forwarded" ||
			t.Name == "published" {
			key += " " + row.words[1].Text
		}
		// Any number of mirrors may have no port of the host.
		if first, twice := seen[key]; twice && row.text("port") != "0" {
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

// cell is one word of a row, in the column of that name.
type cell struct {
	tableRow
	column string
	word   facts.Word
}

func (c cell) location() facts.Location { return c.File.Location(c.word.At) }

// cellChecks are what is checked of a cell, by its column. Columns of other names hold text.
var cellChecks = map[string]func(*checker, cell){
	"service":            (*checker).checkServiceCell,
	"outsider":           (*checker).checkServiceCell,
	"own":                (*checker).checkServiceCell,
	"file":               (*checker).checkFileCell,
	"forwarded":          (*checker).checkServiceCell,
	"here":               (*checker).checkHereCell,
	"certificate":        (*checker).checkCertificateCell,
	"common_name":        (*checker).checkCommonNameCell,
	"member":             (*checker).checkServiceCell,
	"founder":            (*checker).checkServiceCell,
	"application":        (*checker).checkServiceCell,
	"gateway":            (*checker).checkServiceCell,
	"nginx":              (*checker).checkServiceCell,
	"haproxy":            (*checker).checkServiceCell,
	"port":               (*checker).checkPortCell,
	"network":            (*checker).checkNetworkCell,
	"subnet":             (*checker).checkSubnetCell,
	"page":               (*checker).checkPageCell,
	"timeout":            (*checker).checkTimeoutCell,
	"count":              (*checker).checkCountCell,
	"mirror":             (*checker).checkMirrorCell,
	"role":               (*checker).checkRoleCell,
	"failover":           (*checker).checkFailoverCell,
	"namespace":          (*checker).checkNamespaceCell,
	"kept":               (*checker).checkDurableCell,
	"arbiter":            (*checker).checkArbiterCell,
	"backup":             (*checker).checkBackupCell,
	"async":              (*checker).checkAsyncCell,
	"application_path":   (*checker).checkApplicationCell,
	"quality_of_service": (*checker).checkQualityCell,
}

// disagrees reports a cell that another artifact contradicts.
func (l *checker) disagrees(c cell, there facts.Location, what string) {
	l.ReportBoth(c.location(), there, "Table that disagrees",
		"The table "+c.Name+" says "+strconv.Quote(c.word.Text)+", but "+what+".", "Both must say the same.")
}

// tableService is the service that a row is about; nil for none.
func (l *checker) tableService(r tableRow) *facts.Service {
	return l.Compose.ByName[r.text("service", "member", "application", "gateway", "nginx", "haproxy",
		"outsider", "forwarded")]
}

// member is the instance that a row is about; nil for none.
func (l *checker) member(r tableRow) *facts.Entry { return l.entry(r.text("member")) }

func (l *checker) checkPortCell(c cell) {
	s := l.tableService(c.tableRow)
	if s != nil && c.word.Text != "0" && !s.Publishes(facts.Number(c.word.Text)) {
		l.disagrees(c, s.Location(s.At), s.Name+" publishes "+s.PublishedList())
	}
}

func (l *checker) checkSubnetCell(c cell) {
	for _, n := range l.Compose.Networks {
		has := func(s facts.Subnet) bool { return s.Text == c.word.Text }
		if n.Name == c.text("network") && !slices.ContainsFunc(n.Subnets, has) {
			l.disagrees(c, n.Location(n.At), "the network has another subnet")
		}
	}
}

func (l *checker) checkPageCell(c cell) {
	if s := l.tableService(c.tableRow); s != nil {
		l.checkServed(c.location(), s, containerPort(s, facts.Number(c.text("port"))), c.word.Text, nil)
	}
}

func (l *checker) checkTimeoutCell(c cell) {
	if s := l.tableService(c.tableRow); s != nil {
		l.checkScriptTimeout(c.Table, c.word, s)
	}
}

func (l *checker) checkCountCell(c cell) {
	s := l.tableService(c.tableRow)
	n := l.Roles[s].NGINX
	if n == nil {
		return
	}
	if count := strconv.Itoa(len(l.gatewaysOf(n))); count != c.word.Text {
		l.disagrees(c, n.Location(facts.Position{}), s.Name+" balances over "+count+" gateways")
	}
}

// checkFileCell: a file that start.sh looks for is one that the service mounts.
func (l *checker) checkFileCell(c cell) {
	s := l.Compose.ByName[c.text("own")]
	if s != nil && !slices.ContainsFunc(s.Mounts, func(m *facts.Mount) bool { return m.Source == c.word.Text }) {
		l.disagrees(c, s.Location(s.At), s.Name+" does not mount that")
	}
}

// checkServiceCell: the name of a service, of the kind that the column is for.
func (l *checker) checkServiceCell(c cell) {
	s := l.Compose.ByName[c.word.Text]
	if s == nil {
		l.Report(c.File, c.word.At, "Unknown service",
			"The table "+c.Name+" names "+strconv.Quote(c.word.Text)+", which is no service of "+l.ComposeName+".",
			"Name a service.")
		return
	}
	if !l.fits(s, c.column) {
		l.ReportBoth(c.location(), s.Location(s.At), "Service of another kind",
			"The table "+c.Name+" lists "+c.word.Text+", which is a service of another kind.",
			"List it where it belongs.")
	}
}

// fits reports whether a service is of the kind that a column is for.
func (l *checker) fits(s *facts.Service, column string) bool {
	kind, application := l.Roles[s].Kind, l.mirrorRole(s) == facts.ApplicationRole
	switch column {
	case "outsider":
		return kind == facts.ArbiterKind || kind == facts.OtherKind || application
	case "own":
		return l.Own(s)
	case "member":
		return kind == facts.InstanceKind && !application
	case "founder":
		return l.mirrorRole(s) == "primary"
	case "application":
		return kind == facts.InstanceKind && application
	case "gateway":
		return kind == facts.GatewayKind
	case "nginx":
		return kind == facts.NGINXKind
	case "haproxy":
		return kind == facts.HAProxyKind
	}
	return true
}

// checkMirrorCell: a mirror, which is that of the row's member and of its host port.
func (l *checker) checkMirrorCell(c cell) {
	member := l.member(c.tableRow)
	switch {
	case l.Roster == nil:
	case l.mirror(c.word.Text) == nil:
		l.Report(c.File, c.word.At, "Unknown mirror",
			"The table "+c.Name+" names the mirror "+strconv.Quote(c.word.Text)+", which "+l.Roster.Path+
				" does not list.",
			"Name a mirror of the lab.")
	case member != nil && member.Text("mirror") != c.word.Text:
		l.disagrees(c, l.Roster.WordLocation(member.Value("mirror")),
			member.Name+" belongs to "+member.Text("mirror"))
	case c.text("haproxy") != "":
		l.checkListener(c.location(), c.text("haproxy"), facts.Number(c.text("port")), c.word.Text)
	}
}

func (l *checker) checkRoleCell(c cell) {
	if m := l.member(c.tableRow); m != nil && m.Text("role") != c.word.Text {
		l.disagrees(c, l.Roster.WordLocation(m.Value("role")), m.Name+" is "+m.Text("role"))
	}
}

func (l *checker) checkFailoverCell(c cell) {
	m := l.member(c.tableRow)
	if m == nil {
		return
	}
	if role := m.Text("role"); (c.word.Text == "true") != (role == "primary" || role == "backup") {
		l.disagrees(c, l.Roster.WordLocation(m.Value("role")), m.Name+" is "+role)
	}
}

func (l *checker) checkNamespaceCell(c cell) {
	l.checkNamespace(c.location(), c.text("haproxy"), facts.Number(c.text("port")), c.word.Text)
}

func (l *checker) checkDurableCell(c cell) {
	m := l.mirror(c.text("mirror"))
	if m != nil && (c.word.Text == "true") != (m.Text("durable") == "yes") {
		l.disagrees(c, l.Roster.WordLocation(m.Value("durable")), m.Name+" has durable="+m.Text("durable"))
	}
}

func (l *checker) checkArbiterCell(c cell) {
	m := l.mirror(c.text("mirror"))
	if m == nil {
		return
	}
	s := l.Compose.ByName[c.word.Text]
	if s == nil && c.word.Text != "" || s != l.Compose.ByIP[facts.ParseAddr(m.Text("arbiter"))] {
		l.disagrees(c, l.Roster.WordLocation(m.Value("arbiter")),
			"the arbiter of "+m.Name+" has the address "+m.Text("arbiter"))
	}
}

func (l *checker) checkBackupCell(c cell) { l.checkMemberOfRole(c, "backup") }

func (l *checker) checkAsyncCell(c cell) { l.checkMemberOfRole(c, "drasync") }

func (l *checker) checkApplicationCell(c cell) {
	m := l.mirror(c.text("mirror"))
	if m != nil && c.word.Text != "" && !l.applicationPath(m, c.word.Text) {
		l.disagrees(c, l.Roster.Location(m.At),
			"the demo application of "+m.Name+" is at /"+m.Name+"/csp/NAMESPACE/get")
	}
}

// checkMemberOfRole: the named member of the row's mirror has that role; none is named
// where none has it.
func (l *checker) checkMemberOfRole(c cell, role string) {
	mirror := l.mirror(c.text("mirror"))
	if mirror == nil {
		return
	}
	has := false
	for _, m := range l.Roster.Members(mirror.Name) {
		has = has || m.Text("role") == role
		if m.Name == c.word.Text && m.Text("role") == role {
			return
		}
	}
	if c.word.Text != "" || has {
		l.disagrees(c, l.Roster.Location(mirror.At), "that is not the "+role+" of "+mirror.Name)
	}
}

// applicationPath reports whether a path leads to the demo application in one of
// the mirror's namespaces.
func (l *checker) applicationPath(mirror *facts.Entry, uri string) bool {
	namespace, found := strings.CutPrefix(uri, "/"+mirror.Name+"/csp/")
	namespace, ends := strings.CutSuffix(namespace, "/get")
	return found && ends && namespace == strings.ToLower(namespace) && mirror.HasNamespace(namespace)
}

// checkNamespace: the namespace is one of the mirror that haproxy serves on the
// host port.
func (l *checker) checkNamespace(at facts.Location, haproxy string, port int, namespace string) {
	mirror := l.listenerAt(haproxy, port)
	if mirror == nil || mirror.HasNamespace(namespace) {
		return
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
