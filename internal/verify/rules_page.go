package verify

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// checkPages: what the marked tables of a page say of services, addresses, ports and
// paths is what the other artifacts say, and so do the URLs and commands around them.
// A page without a marked table is the user's own.
func checkPages(l *facts) {
	for _, p := range l.pages {
		if !p.marked {
			continue
		}
		listed, hosts := map[rowKey]bool{}, p.hosts()
		for _, row := range p.rows {
			at := spot{p.file, row.at}
			for _, cell := range row.cells {
				l.checkURLs(at, cell, row.cells, hosts)
			}
			if kind := tableKinds[row.table]; kind.check != nil {
				kind.check(l, at, row)
			}
			l.checkListedOnce(p, row, listed)
		}
		for _, line := range p.lines {
			at := spot{p.file, line.at}
			l.checkURLs(at, line.text, nil, hosts)
			l.checkComposeCommand(at, line.text)
			l.checkConfigurationPath(at, line.text)
		}
	}
}

// hosts are the names of the lab's host in the URLs of a page: those of its tables of
// endpoints, and those that every host has. URLs with other names lead out of the lab.
func (p *page) hosts() map[string]bool {
	names := map[string]bool{"localhost": true, "127.0.0.1": true}
	for _, row := range p.rows {
		if row.table != "endpoints" {
			continue
		}
		for _, cell := range row.cells {
			for url := range urls(cell) {
				names[hostName(url)] = true
			}
		}
	}
	return names
}

// tableKind is what a marker promises of its table: at least so many columns, and what is
// checked of each row besides the URLs in its cells.
type tableKind struct {
	columns int
	check   func(*facts, spot, pageRow)
}

// tableKinds are the kinds of tables that pages mark, by the name in the marker.
var tableKinds = map[string]tableKind{
	"commands":            {1, nil},
	"scenarios":           {1, nil},
	"profiles":            {3, (*facts).checkProfileRow},
	"services":            {4, (*facts).checkContainerRow},
	"mirrors":             {5, (*facts).checkMirrorRow},
	"addresses":           {2, (*facts).checkAddressRow},
	"endpoints":           {2, (*facts).checkEndpointRow},
	"listeners":           {4, (*facts).checkSQLRow},
	"sql":                 {2, (*facts).checkJDBC},
	"log":                 {2, (*facts).checkLogRow},
	"application-servers": {2, (*facts).checkClientRow},
	"status":              {4, (*facts).checkStatusRow},
}

// onceTables are the kinds of tables that have one row for each name.
var onceTables = []string{"profiles", "services", "mirrors", "addresses", "application-servers"}

// rowKey is a name in the tables of a kind.
type rowKey struct{ table, name string }

// contains reports whether any cell holds a text.
func (row pageRow) contains(text string) bool {
	return slices.ContainsFunc(row.cells, func(cell string) bool { return strings.Contains(cell, text) })
}

// checkListedOnce: nothing has two rows in a table that has one for each.
func (l *facts) checkListedOnce(p *page, row pageRow, listed map[rowKey]bool) {
	if !slices.Contains(onceTables, row.table) {
		return
	}
	key := rowKey{row.table, codeText(row.cells[0])}
	if listed[key] {
		l.report(p.file, row.at, "Duplicate row", "The table has two rows for "+key.name+".", "Keep one of the two.")
	}
	listed[key] = true
}

// rowService is the service that the first cell of a row names. It reports one that the
// lab does not have, and returns nil.
func (l *facts) rowService(at spot, row pageRow) *service {
	name := codeText(row.cells[0])
	s := l.compose.byName[name]
	if s == nil {
		l.report(at.file, at.at, "Unknown service", "The row is about "+name+", which is no service of "+l.composeName+".", "Name a service.")
	}
	return s
}

// checkEndpointRow: the first cell names a service; checkURLs looks at the others.
func (l *facts) checkEndpointRow(at spot, row pageRow) { l.rowService(at, row) }

// codeText is the text of a cell that is one code span, or the cell.
func codeText(cell string) string {
	if inner, found := strings.CutPrefix(cell, "`"); found {
		if inner, found = strings.CutSuffix(inner, "`"); found && !strings.Contains(inner, "`") {
			return inner
		}
	}
	return cell
}

func (l *facts) pageSays(at spot, there spot, what string) {
	l.reportBoth(at, there, "Page that disagrees", what, "Both must say the same.")
}

// checkAddressRow: a service, and its address on the network of each column.
func (l *facts) checkAddressRow(at spot, row pageRow) {
	s := l.compose.byName[codeText(row.cells[0])]
	for i, cell := range row.cells[1:] {
		name, rest, _ := strings.Cut(row.heading[i+1], " (")
		var n *network
		for _, other := range l.compose.networks {
			if other.name == name && slices.ContainsFunc(other.subnets, func(s subnet) bool { return s.text+")" == rest }) {
				n = other
			}
		}
		switch {
		case n == nil:
			l.pageSays(at, spot{l.compose.file, place{}}, "The column "+row.heading[i+1]+" is no network of the lab with its subnet.")
		case s == nil && strings.HasPrefix(row.cells[0], "`"):
			l.report(at.file, at.at, "Unknown service", "The row is about "+row.cells[0]+", which is no service.", "Name a service.")
			return
		case s == nil: // Docker's own
			if gateway := gatewayOf(n); gateway != cell {
				l.pageSays(at, spot{n.file, n.at}, "The page gives Docker the address "+cell+" on "+name+", where it has "+gateway+".")
			}
		default:
			has := "-"
			for _, a := range s.addresses {
				if a.network == name {
					has = a.ip
				}
			}
			if has != cell {
				l.pageSays(at, spot{s.file, s.at}, "The page gives "+s.name+" the address "+cell+" on "+name+", where it has "+has+".")
			}
		}
	}
}

// gatewayOf is Docker's own address on a network, the first where none is given.
func gatewayOf(n *network) string {
	for _, s := range n.subnets {
		if s.gateway != "" {
			return s.gateway
		}
		if s.prefix.IsValid() {
			return s.prefix.Masked().Addr().Next().String()
		}
	}
	return ""
}

// checkContainerRow: a service with its image and its ports.
func (l *facts) checkContainerRow(at spot, row pageRow) {
	s := l.rowService(at, row)
	if s == nil {
		return
	}
	there := spot{s.file, s.at}
	if image := codeText(row.cells[1]); image != s.image {
		l.pageSays(at, there, "The page gives "+s.name+" the image "+image+", but it has "+s.image+".")
	}
	var ports []string
	for _, p := range s.ports {
		if p.protocol != "tcp" || p.host == 0 {
			continue
		}
		for host := p.host; host <= min(p.hostLast, 65535); host++ {
			container := p.container
			if p.containerLast > container {
				container += host - p.host
			}
			ports = append(ports, strconv.Itoa(host)+":"+strconv.Itoa(container))
		}
	}
	if !lists(row.cells[2], ports) && !(row.cells[2] == "-" && ports == nil) {
		l.pageSays(at, there, "The page gives "+s.name+" the ports "+row.cells[2]+", but it publishes "+strings.Join(ports, ", ")+".")
	}
	if strings.Contains(row.cells[3], more) {
		return
	}
	for _, mirror := range l.mirrorsOf(s) {
		if !mentions(row.cells[3], mirror) {
			l.pageSays(at, there, "The page does not name the mirror "+mirror+" in the row of "+s.name+".")
		}
	}
}

// more ends a list that a page cuts short.
const more = ", ..."

// lists reports whether a cell lists the items, in their order; a long list may
// end early.
func lists(cell string, items []string) bool {
	whole := strings.Join(items, ", ")
	if begun, cut := strings.CutSuffix(cell, more); cut {
		return strings.HasPrefix(whole, begun+", ")
	}
	return cell == whole
}

// mirrorsOf are the mirrors that a service belongs to, decides about or serves.
func (l *facts) mirrorsOf(s *service) []string {
	var list []string
	d := l.duties[s]
	switch {
	case l.roster == nil:
	case d.kind == instanceKind && l.roster.byName[s.name] != nil:
		list = append(list, l.roster.byName[s.name].text("mirror"))
	case d.kind == arbiterKind:
		for _, m := range l.roster.mirrors {
			if l.compose.byIP[parseAddr(m.text("arbiter"))] == s {
				list = append(list, m.name)
			}
		}
	case d.haproxy != nil:
		for _, p := range d.haproxy.proxies {
			if l.mirrors[p.Name] {
				list = append(list, p.Name)
			}
		}
	}
	return list
}

func (l *facts) entry(service string) *entry {
	if l.roster == nil {
		return nil
	}
	return l.roster.byName[service]
}

// mentions reports whether a text holds a name of the lab as a word of its own.
func mentions(text, name string) bool {
	for from := 0; name != ""; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(name)
		if (begin == 0 || !isNameByte(text[begin-1])) && (end == len(text) || !isNameByte(text[end])) {
			return true
		}
		from = begin + 1
	}
	return false
}

func isNameByte(c byte) bool { return c == '-' || c == '_' || c < 0x80 && !notAlphanumeric(rune(c)) }

// checkMirrorRow: a mirror with its set, members, databases and arbiter.
func (l *facts) checkMirrorRow(at spot, row pageRow) {
	name := codeText(row.cells[0])
	mirror := l.mirror(name)
	if mirror == nil {
		l.report(at.file, at.at, "Unknown mirror", "The row is about "+name+", which is no mirror of the lab.", "Name a mirror.")
		return
	}
	there := spot{l.roster.file, mirror.at}
	if set := codeText(row.cells[1]); set != mirror.text("set_name") {
		l.pageSays(at, there, "The page gives the mirror "+name+" the set "+set+", but it has "+mirror.text("set_name")+".")
	}
	var members, databases []string
	for _, m := range l.roster.members(name) {
		members = append(members, m.name+" ("+m.text("system_name")+")")
	}
	for _, d := range mirror.list {
		if fields := strings.Fields(d.text); len(fields) > 1 {
			databases = append(databases, fields[0]+" ("+fields[1]+")")
		}
	}
	if !lists(row.cells[2], members) {
		l.pageSays(at, there, "The page gives the mirror "+name+" the members "+row.cells[2]+", but it has "+strings.Join(members, ", ")+".")
	}
	if !lists(plain(row.cells[3]), databases) {
		l.pageSays(at, there, "The page gives the mirror "+name+" the databases "+row.cells[3]+", but it has "+strings.Join(databases, ", ")+".")
	}
	arbiter := l.compose.byIP[parseAddr(mirror.text("arbiter"))]
	if arbiter != nil && row.cells[4] != arbiter.name || arbiter == nil && l.compose.byName[row.cells[4]] != nil {
		l.pageSays(at, l.roster.spot(mirror.value("arbiter")), "The page gives the mirror "+name+" the arbiter "+row.cells[4]+", but it has "+mirror.text("arbiter")+".")
	}
}

// plain is running text of a page without its escapes.
func plain(s string) string { return strings.ReplaceAll(s, `\`, "") }

// checkSQLRow: where HAProxy serves a mirror, and the members behind.
func (l *facts) checkSQLRow(at spot, row pageRow) {
	name, haproxy := codeText(row.cells[0]), codeText(row.cells[1])
	s := l.compose.byName[haproxy]
	if s == nil || l.duties[s].haproxy == nil || !l.mirrors[name] {
		l.report(at.file, at.at, "Unknown service", "The row is about the mirror "+name+" behind "+haproxy+", and one of them is not of this lab.", "Name a mirror and the haproxy that serves it.")
		return
	}
	_, front, published := cutLast(codeText(row.cells[2]), ":")
	if published {
		l.checkListener(at, haproxy, number(front), name)
	}
	for back := range strings.SplitSeq(strings.TrimSuffix(row.cells[3], more), "), ") {
		member, address, _ := strings.Cut(strings.TrimPrefix(back, "`"), "` (")
		member, port, _ := strings.Cut(member, ":")
		target := l.compose.byName[member]
		address = strings.TrimSuffix(address, ")")
		if target == nil || l.compose.byIP[parseAddr(address)] != target || number(port) != superserverPort || l.entry(member) == nil || l.entry(member).text("mirror") != name {
			l.pageSays(at, spot{s.file, s.at}, "The page has "+haproxy+" lead to "+member+" at "+address+", port "+port+", which is no member of "+name+" there.")
		}
	}
}

// checkJDBC: a JDBC URL leads to the mirror that the row says, or to the instance,
// and names one of its namespaces.
func (l *facts) checkJDBC(at spot, row pageRow) {
	url := strings.TrimPrefix(codeText(row.cells[0]), "jdbc:IRIS://")
	address, namespace, _ := strings.Cut(url, "/")
	_, text, _ := cutLast(address, ":")
	port := number(text)
	if s := l.publisher(port); s != nil {
		mirror := l.listenerAt(s.name, port)
		if e := l.entry(s.name); e != nil {
			mirror = l.roster.mirror(e.text("mirror"))
		}
		if mirror == nil {
			return
		}
		if !mentions(row.cells[1], mirror.name) && !mentions(row.cells[1], s.name) {
			l.pageSays(at, spot{s.file, s.at}, "The page says that "+row.cells[1]+" answers on port "+text+", but that leads to the mirror "+mirror.name+".")
		}
		for _, d := range mirror.list {
			if fields := strings.Fields(d.text); len(fields) > 1 && strings.EqualFold(fields[1], namespace) {
				return
			}
		}
		l.pageSays(at, spot{l.roster.file, mirror.at}, "The page names the namespace "+namespace+", which the mirror "+mirror.name+" does not have.")
		return
	}
	l.report(at.file, at.at, "Port that nothing publishes", "The page names the host port "+text+", on which no superserver is published.", "Name a published port.")
}

// checkLogRow: a sample of HAProxy's log names a section and one of its servers, and
// what it means is said of the same two. Samples without names have dots in their place.
func (l *facts) checkLogRow(at spot, row pageRow) {
	sample, found := strings.CutPrefix(codeText(row.cells[0]), "Server ")
	name, _, up := strings.Cut(sample, " is UP")
	if !found || !up {
		return
	}
	section, server, _ := strings.Cut(name, "/")
	meaning := row.cells[1]
	for _, h := range l.haproxy {
		for _, p := range h.proxies {
			for _, s := range p.servers {
				if p.Name == section && s.Name == server && strings.Contains(meaning, "`"+server+"`") &&
					strings.Contains(meaning, "`"+section+"`") {
					return
				}
			}
		}
	}
	l.report(at.file, at.at, "Page that disagrees", "The page shows a log line about the server "+server+" of section "+section+", which no HAProxy would write so.", "Name a server of a section, twice the same.")
}

// mirror is the mirror of that name in the table of instances; nil for none.
func (l *facts) mirror(name string) *entry {
	if l.roster == nil {
		return nil
	}
	return l.roster.mirror(name)
}

// checkStatusRow: a row of a gateway's System Status: a mirror, and SET:MEMBER.
func (l *facts) checkStatusRow(at spot, row pageRow) {
	set, system, _ := strings.Cut(plain(row.cells[2]), ":")
	mirror := l.mirror(row.cells[1])
	if mirror == nil {
		l.report(at.file, at.at, "Unknown mirror", "The row is about "+row.cells[1]+", which is no mirror of the lab.", "Name a mirror.")
		return
	}
	for _, m := range l.roster.members(mirror.name) {
		role := m.text("role")
		if m.text("system_name") == system && mirror.text("set_name") == set && (role == "primary" && row.cells[3] == "Primary" || role == "backup" && row.cells[3] == "Failover") {
			return
		}
	}
	l.pageSays(at, spot{l.roster.file, mirror.at}, "The page shows "+row.cells[2]+" under "+row.cells[1]+", as "+row.cells[3]+", which is no failover member of that mirror with that role.")
}

// checkClientRow: an application server and the mirror whose data it serves.
func (l *facts) checkClientRow(at spot, row pageRow) {
	name := codeText(row.cells[0])
	s := l.compose.byName[name]
	if s == nil || l.roleOf(s) != applicationRole {
		l.report(at.file, at.at, "Unknown service", "The row is about "+name+", which is no application server.", "Name an application server.")
	} else if e := l.entry(s.name); !mentions(row.cells[1], e.text("mirror")) {
		l.pageSays(at, spot{l.roster.file, e.at}, "The page does not say that "+s.name+" belongs to "+e.text("mirror")+".")
	}
}

// checkProfileRow: a profile and its services, as start.sh lists them.
func (l *facts) checkProfileRow(at spot, row pageRow) {
	for _, t := range l.tables {
		if t.name != "selection" || t.profile != codeText(row.cells[0]) {
			continue
		}
		var names []string
		for _, w := range t.words {
			names = append(names, w.text)
		}
		if !lists(row.cells[2], names) {
			l.pageSays(at, spot{t.file, t.at}, "The page gives the profile "+t.profile+" the services "+row.cells[2]+", but it has "+strings.Join(names, ", ")+".")
		}
	}
}

// composeVerbs are the commands of Compose that take services.
var composeVerbs = []string{"exec", "logs", "up", "start", "stop", "kill", "pause", "unpause", "restart", "create", "rm"}

// checkComposeCommand: a command that a page prints names a service.
func (l *facts) checkComposeCommand(at spot, line string) {
	command, _, _ := strings.Cut(strings.TrimLeft(line, "$ `"), "`")
	fields := strings.Fields(command)
	if len(fields) < 4 || fields[0] != "docker" || fields[1] != "compose" || !slices.Contains(composeVerbs, fields[2]) {
		return
	}
	for _, name := range fields[3:] {
		if strings.HasPrefix(name, "-") {
			continue
		}
		if i := strings.IndexAny(name, ",;:'\""); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimRight(name, ".")
		if l.compose.byName[name] == nil && name != strings.ToUpper(name) {
			l.report(at.file, at.at, "Unknown service", "The command names "+name+", which is no service of "+l.composeName+".", "Name a service.")
		}
		if s := l.compose.byName[name]; s != nil && fields[2] == "exec" && strings.Contains(line, " iris ") && l.duties[s].kind != instanceKind {
			l.report(at.file, at.at, "Command for another service", "The command runs iris in "+name+", which is no instance.", "Name an instance.")
		}
		return
	}
}

// checkConfigurationPath: a line that names a configuration file of IRIS names one
// of an instance.
func (l *facts) checkConfigurationPath(at spot, line string) {
	for from := 0; ; {
		i := strings.Index(line[from:], configurationName)
		if i < 0 {
			return
		}
		end := from + i + len(configurationName)
		begin := strings.LastIndexFunc(line[:end], notPathRune) + 1
		from = end
		if name := line[begin:end]; strings.HasPrefix(name, "/") && name != installedConfiguration && (path.Base(name) != configurationName || !l.keepsConfiguration(path.Dir(name))) {
			l.report(at.file, at.at, "Unknown configuration file", "No instance has its configuration in "+name+".", "It is "+installedConfiguration+", or iris.cpf in the ISC_DATA_DIRECTORY.")
		}
	}
}

// The configuration file of an instance (ADOCK: in ISC_DATA_DIRECTORY where that is
// set, otherwise where IRIS is installed).
const (
	configurationName      = "iris.cpf"
	installedConfiguration = "/usr/irissys/iris.cpf"
	durableDirectory       = "/durable/iris" // of a generated lab
)

func (l *facts) keepsConfiguration(directory string) bool {
	return directory == durableDirectory || slices.ContainsFunc(l.instances, func(s *service) bool {
		data := s.setting("ISC_DATA_DIRECTORY").text
		return data != "" && path.Clean(data) == directory
	})
}
