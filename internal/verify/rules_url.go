package verify

import (
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// urls iterates over the URLs of a line, without their scheme.
func urls(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for from := 0; ; {
			i := strings.Index(line[from:], "http://")
			if i < 0 {
				return
			}
			begin := from + i + len("http://")
			end := begin + strings.IndexAny(line[begin:]+" ", " >\"'`)|,")
			if !yield(line[begin:end]) {
				return
			}
			from = end
		}
	}
}

// hostName is the host of a URL without its port.
func hostName(url string) string {
	host, _, _ := strings.Cut(url, "/")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// checkURLs: every URL of a line to one of the hosts goes to a host port that a service
// publishes, and to a path that it serves. In the row of a table the first cell names that
// service, and the third what answers.
func (l *facts) checkURLs(at spot, line string, row []string, hosts map[string]bool) {
	for url := range urls(line) {
		if hosts[hostName(url)] {
			l.checkURL(at, url, row)
		}
	}
}

func (l *facts) checkURL(at spot, url string, row []string) {
	host, uri, _ := strings.Cut(url, "/")
	name, text, hasPort := cutLast(host, ":")
	port := httpPort
	if hasPort {
		port = number(text)
	}
	if addr, err := netip.ParseAddr(name); err == nil && l.inSubnet(addr) || strings.Contains(host, "$") {
		return // inside the lab's networks, or in the words of a shell
	}
	var s *service
	if len(row) > 0 {
		s = l.compose.byName[codeText(row[0])]
	}
	server := s
	if server == nil || !server.publishes(port) {
		server = l.publisher(port)
	}
	switch {
	case server == nil:
		l.reportPort(at, url, port)
	case s != nil && !s.publishes(port):
		l.reportBoth(at, spot{s.file, s.at}, "Port of another service", "The row is about "+s.name+", but host port "+strconv.Itoa(port)+" belongs to "+server.name+".", "Name the port that "+s.name+" publishes.")
	default:
		l.checkServed(at, server, "/"+uri, row)
	}
}

// An unpublished port is one that URLs of a file go to, for nothing.
type unpublished struct {
	file *file
	port int
}

// repeated is a finding that other lines of its file have too.
type repeated struct {
	*hcl.Diagnostic
	what string // the first sentence, without its stop
	last int32  // line
	more int    // lines after the first
}

// reportPort reports such a port where the file first names it, and counts the other
// lines: a port that has changed stands in every second line of a page.
func (l *facts) reportPort(at spot, url string, port int) {
	const remedy = "Name a published port."
	key := unpublished{at.file, port}
	found := l.unpublished[key]
	switch {
	case found == nil:
		what := "The URL http://" + url + " goes to host port " + strconv.Itoa(port) + ", which no service publishes"
		l.report(at.file, at.at, "Port that nothing publishes", what+".", remedy)
		if l.unpublished == nil {
			l.unpublished = map[unpublished]*repeated{}
		}
		l.unpublished[key] = &repeated{l.diagnostics[len(l.diagnostics)-1], what, at.at.line, 0}
		return
	case found.last == at.at.line:
		return
	}
	found.last = at.at.line
	found.more++
	also := "; so do those on " + strconv.Itoa(found.more) + " more lines, the last " + strconv.Itoa(int(found.last))
	if found.more == 1 {
		also = "; so does one on line " + strconv.Itoa(int(found.last))
	}
	found.Detail = found.what + also + ". " + remedy
}

// publisher is the service that publishes a host port; nil for none.
func (l *facts) publisher(port int) *service {
	if l.publishers == nil {
		l.publishers = map[int]*service{}
		for _, s := range l.compose.services {
			for _, p := range s.ports {
				for n := p.host; n <= min(p.hostLast, 65535) && n > 0; n++ {
					l.publishers[n] = s
				}
			}
		}
	}
	return l.publishers[port]
}

// Pages of an instance or a gateway that a lab's README names, below the path of
// their server.
const (
	portalPage  = "/csp/sys/%25CSP.Portal.Home.zen"
	managePage  = "/api/mgmnt/"
	statusPage  = "/csp/mirror_status.cxw"
	gatewayPage = "/csp/bin/Systems/Module.cxw"
)

// checkServed: a path of a service leads where the row says.
func (l *facts) checkServed(at spot, s *service, uri string, row []string) {
	uri, _, _ = strings.Cut(uri, "?")
	d := l.duties[s]
	gateways := []*gatewayFile{d.gateway}
	switch d.kind {
	case gatewayKind:
	case nginxKind:
		if d.nginx == nil || l.nginxAnswers(d.nginx, uri) {
			return
		}
		gateways = slices.Compact(l.gatewaysOf(d.nginx)) // those that share a file
	case haproxyKind:
		if d.haproxy != nil && uri != "/" && !d.haproxy.serves(uri) {
			l.report(at.file, at.at, "Page that nobody serves", "The page "+uri+" is none of "+s.name+".", "Name a page that it serves.")
		}
		return
	case instanceKind: // a web server of its own
		if len(row) > 2 && uri != gatewayPage && !mentions(row[2], s.name) {
			l.reportBoth(at, spot{s.file, s.at}, "Page that disagrees", "The row says that "+strconv.Quote(row[2])+" answers "+uri+", but that is "+s.name+".", "Name "+s.name+".")
		}
		return
	default:
		return
	}
	if uri == "/" || uri == gatewayPage {
		return
	}
	for _, g := range gateways {
		if g == nil {
			return
		}
		path := g.ini.pathFor(uri)
		if path == nil {
			l.reportBoth(at, spot{g.file, place{}}, "Page that nobody serves", s.name+" has no path for "+uri+".", "Name a path that its gateways have.")
			return
		}
		l.checkAnswer(at, g, path, uri, row)
	}
}

// checkAnswer: the page exists, its server is the one that the row names, and a
// page of one instance does not come from whichever is primary.
func (l *facts) checkAnswer(at spot, g *gatewayFile, path *iniSection, uri string, row []string) {
	name := strings.TrimPrefix(path.name, pathPrefix)
	server := path.value("Default_Server")
	page := strings.TrimPrefix(uri, name)
	if name == "/csp" || name == "/" { // the default server's own pages
		page = uri
	}
	there := spot{g.file, path.at}
	if aware := g.ini.byName[server] != nil && g.ini.byName[server].value("Mirror_Aware") == "1"; aware && !(pageRow{cells: row}).contains("**") {
		switch page {
		case portalPage:
			l.reportBoth(at, there, "Portal through a mirror-aware server", "The portal at "+uri+" comes from whichever member is primary, and a failover moves its sessions.", "Use the path of a member, or mark the row as unfit.")
		case statusPage:
			l.reportBoth(at, there, "Health check of a whole mirror", "The health check at "+uri+" answers for the primary, whoever that is.", "Use the path of a member.")
		}
	}
	known := page == portalPage || page == managePage || page == statusPage || page == "/" || page == ""
	if application, found := strings.CutPrefix(page, "/csp/"); found && !known {
		namespace, found := strings.CutSuffix(application, "/get")
		known = found && l.hasNamespace(server, namespace)
	}
	if !known {
		l.report(at.file, at.at, "Page that nobody serves", "The page "+page+" below "+name+" is none that a lab has.", "Name the portal, /api/mgmnt/, mirror_status.cxw or the demo application.")
	}
	if len(row) < 3 {
		return
	}
	for i, cell := range row[2:] {
		// What stands beside the name of a mirror says so again in words.
		if (i == 0 || l.mirrors[server] && page != statusPage && cell != "") && !mentions(cell, server) {
			l.reportBoth(at, there, "Page that disagrees", "The row says that "+strconv.Quote(cell)+" answers "+uri+", but that is "+server+".", "Name "+server+".")
		}
	}
}

// hasNamespace reports whether a server's mirror, or the mirror of the instance
// that it stands for, has a namespace of that name in lower case.
func (l *facts) hasNamespace(server, namespace string) bool {
	if l.roster == nil {
		return true
	}
	name := server
	if e := l.roster.byName[server]; e != nil {
		name = e.text("mirror")
	}
	mirror := l.roster.mirror(name)
	if mirror == nil {
		return false
	}
	for _, d := range mirror.list {
		if fields := strings.Fields(d.text); len(fields) > 1 && strings.ToLower(fields[1]) == namespace {
			return true
		}
	}
	return false
}

// nginxAnswers reports whether nginx answers a path itself.
func (l *facts) nginxAnswers(n *nginxFile, uri string) bool {
	for d := range walk(n.directives, "location") {
		switch d.Arg(0) {
		case "=":
			if d.Arg(1) == uri {
				return true
			}
		case "~*", "~":
			if strings.Contains(uri, strings.TrimPrefix(d.Arg(1), "^")) {
				return true
			}
		}
	}
	return false
}

// serves reports whether a section of HAProxy answers a path by itself.
func (h *haproxyFile) serves(uri string) bool {
	for _, p := range h.proxies {
		for _, line := range p.Lines {
			for i, w := range line.Words {
				if w == uri && (line.Words[0] == "stats" || i > 0 && line.Words[i-1] == "path") {
					return true
				}
			}
		}
	}
	return false
}

// checkPage: a path that a script asks a service for.
func (l *facts) checkPage(at spot, s *service, uri string) {
	if s != nil {
		l.checkServed(at, s, uri, nil)
	}
}
