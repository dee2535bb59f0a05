package rules

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// checkPages: what the marked tables of a page say of services, addresses, ports and
// paths is what the other artifacts say, and so do the URLs and commands around them.
// A page without a marked table is the user's own.
func checkPages(l *checker) {
	hosts := l.hosts()
	for _, p := range l.Pages {
		if !p.Marked {
			continue
		}
		listed := map[rowKey]bool{}
		var heading *string // of the table before
		for _, row := range p.Rows {
			at := p.Location(row.At)
			if begins := &row.Heading[0]; begins != heading {
				l.checkColumns(at, row)
				heading = begins
			}
			if row.Contains("http://") || row.Contains("https://") {
				for _, answer := range answers(row) {
					l.checkURLs(at, answer[1], answer, hosts)
				}
			}
			if check := rowChecks[row.Table]; check != nil {
				check(l, at, row)
			}
			l.checkListedOnce(p, row, listed)
		}
		for _, line := range p.Lines {
			at := p.Location(line.At)
			l.checkURLs(at, line.Text, nil, hosts)
			l.checkComposeCommand(at, line.Text)
			l.checkConfigurationPath(at, line.Text)
		}
		l.checkLinks(p)
	}
}

// rowChecks are what is checked of each row of a marked table, by its kind, besides the
// URLs in its cells.
var rowChecks = map[string]func(*checker, facts.Location, facts.PageRow){
	"profiles":            (*checker).checkProfileRow,
	"services":            (*checker).checkContainerRow,
	"mirrors":             (*checker).checkMirrorRow,
	"addresses":           (*checker).checkAddressRow,
	"front":               (*checker).checkFrontRow,
	"endpoints":           (*checker).checkEndpointRow,
	"paths":               (*checker).checkPathRow,
	"web-servers":         (*checker).checkEndpointRow,
	"listeners":           (*checker).checkSQLRow,
	"sql":                 (*checker).checkJDBC,
	"log":                 (*checker).checkLogRow,
	"application-servers": (*checker).checkClientRow,
	"status":              (*checker).checkStatusRow,
}

// onceTables are the kinds of tables that have one row for each name.
var onceTables = []string{"profiles", "services", "mirrors", "addresses", "application-servers"}

// rowKey is a name in the tables of a kind.
type rowKey struct{ table, name string }

// checkListedOnce: nothing has two rows in a table that has one for each.
func (l *checker) checkListedOnce(p *facts.Page, row facts.PageRow, listed map[rowKey]bool) {
	if !slices.Contains(onceTables, row.Table) {
		return
	}
	key := rowKey{row.Table, codeText(row.Cells[0])}
	if listed[key] {
		l.Report(p.File, row.At, "Duplicate row", "The table has two rows for "+key.name+".", "Keep one of the two.")
	}
	listed[key] = true
}

// rowService is the service that the first cell of a row names. It reports one that the
// lab does not have, and returns nil.
func (l *checker) rowService(at facts.Location, row facts.PageRow) *facts.Service {
	name := codeText(row.Cells[0])
	s := l.Compose.ByName[name]
	if s == nil {
		l.Report(at.File, at.At, "Unknown service",
			"The row is about "+name+", which is no service of "+l.ComposeName+".",
			"Name a service.")
	}
	return s
}

// codeText is the text of a cell that is one piece of code, or the cell.
func codeText(cell string) string {
	if inner, found := strings.CutPrefix(cell, "`"); found {
		if inner, found = strings.CutSuffix(inner, "`"); found && !strings.Contains(inner, "`") {
			return inner
		}
	}
	return cell
}

func (l *checker) pageSays(at facts.Location, there facts.Location, what string) {
	l.ReportBoth(at, there, "Page that disagrees", what, "Both must say the same.")
}

// checkAddressRow: a service, and its address on the network of each column.
func (l *checker) checkAddressRow(at facts.Location, row facts.PageRow) {
	s := l.Compose.ByName[codeText(row.Cells[0])]
	for i, cell := range row.Cells[1:] {
		name, rest, _ := strings.Cut(row.Heading[i+1], " (")
		var n *facts.Network
		for _, other := range l.Compose.Networks {
			if other.Name == name &&
				slices.ContainsFunc(other.Subnets, func(s facts.Subnet) bool { return s.Text+")" == rest }) {
				n = other
			}
		}
		switch {
		case n == nil:
			l.pageSays(at, l.Compose.Location(facts.Position{}),
				"The column "+row.Heading[i+1]+" is no network of the lab with its subnet.")
		case s == nil && strings.HasPrefix(row.Cells[0], "`"):
			l.Report(at.File, at.At, "Unknown service", "The row is about "+row.Cells[0]+", which is no service.",
				"Name a service.")
			return
		case s == nil: // Docker's own
			if gateway := gatewayOf(n); gateway != cell {
				l.pageSays(at, n.Location(n.At),
					"The page gives Docker the address "+cell+" on "+name+", where it has "+gateway+".")
			}
		default:
			has := "-"
			for _, a := range s.Addresses {
				if a.Network == name {
					has = a.IP
				}
			}
			if has != cell {
				l.pageSays(at, s.Location(s.At),
					"The page gives "+s.Name+" the address "+cell+" on "+name+", where it has "+has+".")
			}
		}
	}
}

// gatewayOf is Docker's own address on a network, the first where none is given.
func gatewayOf(n *facts.Network) string {
	for _, s := range n.Subnets {
		if s.Gateway != "" {
			return s.Gateway
		}
		if s.Prefix.IsValid() {
			return s.Prefix.Masked().Addr().Next().String()
		}
	}
	return ""
}

// checkContainerRow: a service with its image and its ports.
func (l *checker) checkContainerRow(at facts.Location, row facts.PageRow) {
	s := l.rowService(at, row)
	if s == nil {
		return
	}
	there := s.Location(s.At)
	if image := codeText(row.Cells[1]); image != s.Image {
		l.pageSays(at, there, "The page gives "+s.Name+" the image "+image+", but it has "+s.Image+".")
	}
	var ports []string
	for _, p := range s.Ports {
		if p.Protocol != "tcp" || p.Host == 0 {
			continue
		}
		for host := p.Host; host <= min(p.HostLast, p.Host+mostPorts, 65535); host++ {
			container := p.Container
			if p.ContainerLast > container {
				container += host - p.Host
			}
			ports = append(ports, strconv.Itoa(host)+":"+strconv.Itoa(container))
		}
	}
	if !lists(row.Cells[2], ports) && !(row.Cells[2] == "-" && ports == nil) {
		l.pageSays(at, there,
			"The page gives "+s.Name+" the ports "+row.Cells[2]+", but it publishes "+strings.Join(ports, ", ")+".")
	}
	if strings.Contains(row.Cells[3], more) {
		return
	}
	for _, mirror := range l.mirrorsOf(s) {
		if !mentions(row.Cells[3], mirror) {
			l.pageSays(at, there, "The page does not name the mirror "+mirror+" in the row of "+s.Name+".")
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
func (l *checker) mirrorsOf(s *facts.Service) []string {
	var list []string
	d := l.Roles[s]
	switch {
	case l.Roster == nil:
	case d.Kind == facts.InstanceKind && l.Roster.ByName[s.Name] != nil:
		list = append(list, l.Roster.ByName[s.Name].Text("mirror"))
	case d.Kind == facts.ArbiterKind:
		for _, m := range l.Roster.Mirrors {
			if l.Compose.ByIP[facts.ParseAddr(m.Text("arbiter"))] == s {
				list = append(list, m.Name)
			}
		}
	case d.HAProxy != nil:
		for _, p := range d.HAProxy.Proxies {
			if l.Mirrors[p.Name] {
				list = append(list, p.Name)
			}
		}
	}
	return list
}

func (l *checker) entry(service string) *facts.Entry {
	if l.Roster == nil {
		return nil
	}
	return l.Roster.ByName[service]
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
func (l *checker) checkMirrorRow(at facts.Location, row facts.PageRow) {
	name := codeText(row.Cells[0])
	mirror := l.mirror(name)
	if mirror == nil {
		l.Report(at.File, at.At, "Unknown mirror", "The row is about "+name+", which is no mirror of the lab.",
			"Name a mirror.")
		return
	}
	there := l.Roster.File.Location(mirror.At)
	if set := codeText(row.Cells[1]); set != mirror.Text("set_name") {
		l.pageSays(at, there,
			"The page gives the mirror "+name+" the set "+set+", but it has "+mirror.Text("set_name")+".")
	}
	var members []string
	for _, m := range l.Roster.Members(name) {
		members = append(members, m.Name+" ("+m.Text("system_name")+")")
	}
	databases := mirror.DatabaseCells()
	if !lists(row.Cells[2], members) {
		l.pageSays(at, there,
			"The page gives the mirror "+name+" the members "+row.Cells[2]+", but it has "+strings.Join(members, ", ")+
				".")
	}
	if !lists(unescaped(row.Cells[3]), databases) {
		l.pageSays(at, there,
			"The page gives the mirror "+name+" the databases "+row.Cells[3]+", but it has "+
				strings.Join(databases, ", ")+".")
	}
	arbiter := l.Compose.ByIP[facts.ParseAddr(mirror.Text("arbiter"))]
	if arbiter != nil && row.Cells[4] != arbiter.Name || arbiter == nil && l.Compose.ByName[row.Cells[4]] != nil {
		l.pageSays(at, l.Roster.WordLocation(mirror.Value("arbiter")),
			"The page gives the mirror "+name+" the arbiter "+row.Cells[4]+", but it has "+mirror.Text("arbiter")+".")
	}
}

// unescaped is running text of a page without its escapes.
func unescaped(s string) string { return strings.ReplaceAll(s, `\`, "") }

// checkSQLRow: where HAProxy serves a mirror, and the members behind.
func (l *checker) checkSQLRow(at facts.Location, row facts.PageRow) {
	name, haproxy := codeText(row.Cells[0]), codeText(row.Cells[1])
	s := l.Compose.ByName[haproxy]
	if s == nil || l.Roles[s].HAProxy == nil || !l.Mirrors[name] {
		l.Report(at.File, at.At, "Unknown service",
			"The row is about the mirror "+name+" behind "+haproxy+", and one of them is not of this lab.",
			"Name a mirror and the haproxy that serves it.")
		return
	}
	_, front, published := facts.CutLast(codeText(row.Cells[2]), ":")
	if published {
		l.checkListener(at, haproxy, facts.Number(front), name)
	}
	for back := range strings.SplitSeq(strings.TrimSuffix(row.Cells[3], more), "), ") {
		member, address, _ := strings.Cut(strings.TrimPrefix(back, "`"), "` (")
		member, port, _ := strings.Cut(member, ":")
		target := l.Compose.ByName[member]
		address = strings.TrimSuffix(address, ")")
		if target == nil || l.Compose.ByIP[facts.ParseAddr(address)] != target ||
			facts.Number(port) != facts.SuperserverPort ||
			l.entry(member) == nil ||
			l.entry(member).Text("mirror") != name {
			l.pageSays(at, s.Location(s.At),
				"The page has "+haproxy+" lead to "+member+" at "+address+", port "+port+", which is no member of "+
					name+" there.")
		}
	}
}

// checkJDBC: a JDBC URL leads to the mirror that the row says, or to the instance,
// and names one of its namespaces.
func (l *checker) checkJDBC(at facts.Location, row facts.PageRow) {
	url := strings.TrimPrefix(codeText(row.Cells[0]), "jdbc:IRIS://")
	address, namespace, _ := strings.Cut(url, "/")
	_, text, _ := facts.CutLast(address, ":")
	port := facts.Number(text)
	if s := l.publisher(port); s != nil {
		mirror := l.listenerAt(s.Name, port)
		if e := l.entry(s.Name); e != nil {
			mirror = l.Roster.Mirror(e.Text("mirror"))
		}
		if mirror == nil {
			return
		}
		if !mentions(row.Cells[1], mirror.Name) && !mentions(row.Cells[1], s.Name) {
			l.pageSays(at, s.Location(s.At),
				"The page says that "+row.Cells[1]+" answers on port "+text+", but that leads to the mirror "+
					mirror.Name+".")
		}
		if mirror.HasNamespace(namespace) {
			return
		}
		l.pageSays(at, l.Roster.File.Location(mirror.At),
			"The page names the namespace "+namespace+", which the mirror "+mirror.Name+" does not have.")
		return
	}
	l.Report(at.File, at.At, "Port that nothing publishes",
		"The page names the host port "+text+", on which no superserver is published.",
		"Name a published port.")
}

// checkLogRow: a sample of HAProxy's log names a section and one of its servers, and
// what it means is said of the same two. Samples without names have dots instead.
func (l *checker) checkLogRow(at facts.Location, row facts.PageRow) {
	sample, found := strings.CutPrefix(codeText(row.Cells[0]), "Server ")
	name, _, up := strings.Cut(sample, " is UP")
	if !found || !up {
		return
	}
	section, server, _ := strings.Cut(name, "/")
	meaning := row.Cells[1]
	for _, h := range l.HAProxy {
		for _, p := range h.Proxies {
			for _, s := range p.Servers {
				if p.Name == section && s.Name == server && strings.Contains(meaning, "`"+server+"`") &&
					strings.Contains(meaning, "`"+section+"`") {
					return
				}
			}
		}
	}
	l.Report(at.File, at.At, "Page that disagrees",
		"The page shows a log line about the server "+server+" of section "+section+", which no HAProxy would write "+
			"so.",
		"Name a server of a section, twice the same.")
}

// mirror is the mirror of that name in the table of instances; nil for none.
func (l *checker) mirror(name string) *facts.Entry {
	if l.Roster == nil {
		return nil
	}
	return l.Roster.Mirror(name)
}

// checkStatusRow: a row of a gateway's System Status: a mirror, and SET:MEMBER.
func (l *checker) checkStatusRow(at facts.Location, row facts.PageRow) {
	set, system, _ := strings.Cut(unescaped(row.Cells[2]), ":")
	mirror := l.mirror(row.Cells[1])
	if mirror == nil {
		l.Report(at.File, at.At, "Unknown mirror", "The row is about "+row.Cells[1]+", which is no mirror of the lab.",
			"Name a mirror.")
		return
	}
	for _, m := range l.Roster.Members(mirror.Name) {
		role := m.Text("role")
		if m.Text("system_name") == system && mirror.Text("set_name") == set &&
			(role == "primary" && row.Cells[3] == "Primary" || role == "backup" && row.Cells[3] == "Failover") {
			return
		}
	}
	l.pageSays(at, l.Roster.File.Location(mirror.At),
		"The page shows "+row.Cells[2]+" under "+row.Cells[1]+", as "+row.Cells[3]+", which is no failover member of "+
			"that mirror with that role.")
}

// checkClientRow: an application server and the mirror whose data it serves.
func (l *checker) checkClientRow(at facts.Location, row facts.PageRow) {
	name := codeText(row.Cells[0])
	s := l.Compose.ByName[name]
	if s == nil || l.mirrorRole(s) != facts.ApplicationRole {
		l.Report(at.File, at.At, "Unknown service", "The row is about "+name+", which is no application server.",
			"Name an application server.")
	} else if e := l.entry(s.Name); !mentions(row.Cells[1], e.Text("mirror")) {
		l.pageSays(at, l.Roster.File.Location(e.At),
			"The page does not say that "+s.Name+" belongs to "+e.Text("mirror")+".")
	}
}

// checkProfileRow: a profile and its services, as start.sh lists them.
func (l *checker) checkProfileRow(at facts.Location, row facts.PageRow) {
	for _, t := range l.Tables {
		if t.Name != "selection" || t.Profile != codeText(row.Cells[0]) {
			continue
		}
		var names []string
		for _, w := range t.Words {
			names = append(names, w.Text)
		}
		if !lists(row.Cells[2], names) {
			l.pageSays(at, t.Location(t.At),
				"The page gives the profile "+t.Profile+" the services "+row.Cells[2]+", but it has "+
					strings.Join(names, ", ")+".")
		}
	}
}
