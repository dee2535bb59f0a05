package rules

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"

	"github.com/hashicorp/hcl/v2"
)

// checkURLs: every URL of a line to one of the hosts goes to a host port that a service
// publishes, and to a path that it serves. In the row of a table the first cell names that
// service, and the third what answers.
func (l *checker) checkURLs(at facts.Location, line string, row []string, hosts map[string]bool) {
	for url := range facts.URLs(line) {
		if hosts[facts.HostName(url)] {
			l.checkURL(at, url, row)
		}
	}
}

func (l *checker) checkURL(at facts.Location, url string, row []string) {
	host, uri, _ := strings.Cut(url, "/")
	name, text, hasPort := facts.CutLast(host, ":")
	port := facts.HTTPPort
	if hasPort {
		port = facts.Number(text)
	}
	if addr, err := netip.ParseAddr(name); err == nil && l.InSubnet(addr) || strings.Contains(host, "$") {
		return // inside the lab's networks, or in the words of a shell
	}
	var s *facts.Service
	if len(row) > 0 {
		s = l.Compose.ByName[codeText(row[0])]
	}
	server := s
	if server == nil || !server.Reaches(port) {
		server = l.publisher(port)
	}
	switch {
	case server == nil:
		l.reportPort(at, url, port)
	case s != nil && !s.Reaches(port):
		l.ReportBoth(at, s.Location(s.At), "Port of another service",
			"The row is about "+s.Name+", but host port "+strconv.Itoa(port)+" belongs to "+server.Name+".",
			"Name the port that "+s.Name+" publishes.")
	default:
		l.checkServed(at, server, containerPort(server, port), "/"+uri, row)
	}
}

// An unpublished port is one that URLs of a file go to, for nothing.
type unpublished struct {
	file *facts.File
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
func (l *checker) reportPort(at facts.Location, url string, port int) {
	const remedy = "Name a published port."
	key := unpublished{at.File, port}
	found := l.unpublished[key]
	switch {
	case found == nil:
		what := "The URL http://" + url + " goes to host port " + strconv.Itoa(port) + ", which no service publishes"
		l.Report(at.File, at.At, "Port that nothing publishes", what+".", remedy)
		if l.unpublished == nil {
			l.unpublished = map[unpublished]*repeated{}
		}
		l.unpublished[key] = &repeated{l.Diagnostics[len(l.Diagnostics)-1], what, at.At.Line, 0}
		return
	case found.last == at.At.Line:
		return
	}
	found.last = at.At.Line
	found.more++
	also := "; so do those on " + strconv.Itoa(found.more) + " more lines, the last " + strconv.Itoa(int(found.last))
	if found.more == 1 {
		also = "; so does one on line " + strconv.Itoa(int(found.last))
	}
	found.Detail = found.what + also + ". " + remedy
}

// mostPorts is how many ports of a range are looked at.
const mostPorts = 1000

// publisher is the service that publishes a host port; nil for none.
func (l *checker) publisher(port int) *facts.Service {
	if l.publishers == nil {
		l.publishers = map[int]*facts.Service{}
		for _, s := range l.Compose.Services {
			for _, p := range s.Ports {
				// Of a range that is not a lab's, the first ports will do.
				for n := p.Host; n <= min(p.HostLast, p.Host+mostPorts, 65535) && n > 0; n++ {
					l.publishers[s.Here(n)] = s
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

// checkServed: a path on a port of a service leads where the row says.
func (l *checker) checkServed(at facts.Location, s *facts.Service, port int, uri string, row []string) {
	uri, _, _ = strings.Cut(uri, "?")
	role := l.Roles[s]
	switch role.Kind {
	case facts.GatewayKind:
		l.checkGatewayPage(at, s, []*facts.GatewayFile{role.Gateway}, uri, row)
	case facts.NGINXKind:
		if role.NGINX != nil && !l.nginxAnswers(role.NGINX, port, uri) {
			gateways := slices.Compact(l.gatewaysOf(role.NGINX)) // those that share a file
			l.checkGatewayPage(at, s, gateways, uri, row)
		}
	case facts.HAProxyKind:
		if role.HAProxy != nil && uri != "/" && !role.HAProxy.Serves(uri) {
			l.Report(at.File, at.At, "Page that nobody serves", "The page "+uri+" is none of "+s.Name+".",
				"Name a page that it serves.")
		}
	case facts.InstanceKind: // a web server of its own
		if len(row) > 2 && uri != gatewayPage && !mentions(row[2], s.Name) {
			l.ReportBoth(at, s.Location(s.At), "Page that disagrees",
				"The row says that "+strconv.Quote(row[2])+" answers "+uri+", but that is "+s.Name+".",
				"Name "+s.Name+".")
		}
	}
}

// checkGatewayPage: every gateway that a service is, or asks, has a path for a page.
func (l *checker) checkGatewayPage(
	at facts.Location, s *facts.Service, gateways []*facts.GatewayFile, uri string, row []string,
) {
	if uri == "/" || uri == gatewayPage {
		return
	}
	for _, g := range gateways {
		if g == nil {
			return
		}
		path := g.INI.PathFor(uri)
		if path == nil {
			l.ReportBoth(at, g.Location(facts.Position{}), "Page that nobody serves",
				s.Name+" has no path for "+uri+".", "Name a path that its gateways have.")
			return
		}
		l.checkAnswer(at, g, path, uri, row)
	}
}

// checkAnswer: the page exists, its server is the one that the row names, and a
// page of one instance does not come from whichever is primary.
func (l *checker) checkAnswer(
	at facts.Location, g *facts.GatewayFile, path *facts.INISection, uri string, row []string,
) {
	name := strings.TrimPrefix(path.Name, facts.PathPrefix)
	page := strings.TrimPrefix(uri, name)
	if name == "/csp" || name == "/" { // the default server's own pages
		page = uri
	}
	server, there := path.Value("Default_Server"), g.Location(path.At)
	if aware := g.INI.ByName[server] != nil && g.INI.ByName[server].Value("Mirror_Aware") == "1"; aware {
		l.checkMirrorPage(at, there, page, uri, row)
	}
	if !l.isPage(page, server) {
		l.Report(at.File, at.At, "Page that nobody serves",
			"The page "+page+" below "+name+" is none that a lab has.",
			"Name the portal, /api/mgmnt/, mirror_status.cxw or the demo application.")
	}
	if len(row) < 3 {
		return
	}
	for i, cell := range row[2:] {
		// What stands beside the name of a mirror says so again in words.
		named := i == 0 || l.Mirrors[server] && page != statusPage && cell != ""
		if named && !mentions(cell, server) {
			l.ReportBoth(at, there, "Page that disagrees",
				"The row says that "+strconv.Quote(cell)+" answers "+uri+", but that is "+server+".",
				"Name "+server+".")
		}
	}
}

// checkMirrorPage: pages of one instance are not asked of whichever is primary, unless the
// row says in bold that they are unfit.
func (l *checker) checkMirrorPage(at, there facts.Location, page, uri string, row []string) {
	if (facts.PageRow{Cells: row}).Contains("**") {
		return
	}
	switch page {
	case portalPage:
		l.ReportBoth(at, there, "Portal through a mirror-aware server",
			"The portal at "+uri+" comes from whichever member is primary, and a failover moves its sessions.",
			"Use the path of a member, or mark the row as unfit.")
	case statusPage:
		l.ReportBoth(at, there, "Health check of a whole mirror",
			"The health check at "+uri+" answers for the primary, whoever that is.",
			"Use the path of a member.")
	}
}

// isPage reports whether a server has a page: one of the product's, or the demo
// application in one of its namespaces.
func (l *checker) isPage(page, server string) bool {
	switch page {
	case portalPage, managePage, statusPage, "/", "":
		return true
	}
	namespace, found := strings.CutPrefix(page, "/csp/")
	if !found {
		return false
	}
	namespace, found = strings.CutSuffix(namespace, "/get")
	return found && l.hasNamespace(server, namespace)
}

// hasNamespace reports whether a server's mirror, or the mirror of the instance
// that it stands for, has a namespace of that name in lower case.
func (l *checker) hasNamespace(server, namespace string) bool {
	if l.Roster == nil {
		return true
	}
	name := server
	if e := l.Roster.ByName[server]; e != nil {
		name = e.Text("mirror")
	}
	mirror := l.Roster.Mirror(name)
	if mirror == nil {
		return false
	}
	return mirror.HasNamespace(namespace)
}

// nginxAnswers reports whether nginx answers a path itself: on a port that it listens on, or
// wherever it does for port 0.
func (l *checker) nginxAnswers(n *facts.NGINXFile, port int, uri string) bool {
	for _, block := range n.ServersOn(port) {
		for d := range facts.Walk(block, "location") {
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
	}
	return false
}

// containerPort is the port of a service that a port of the host leads to, 0 for none. On a
// cluster that is a port of its Service, or the one that kubectl forwards there.
func containerPort(s *facts.Service, host int) int {
	for _, p := range s.PublishedAt(host) {
		return p.Container + host - p.Host
	}
	for _, p := range s.Ports {
		if s.Here(p.Host) == host {
			return p.Container
		}
	}
	return 0
}
