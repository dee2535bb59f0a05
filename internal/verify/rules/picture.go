package rules

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// pictureWords are what roles are called in the picture, where they are not called as they are
// spelt.
var pictureWords = map[string]string{
	"drasync": "DR async", "rorasync": "reporting", "rwrasync": "reporting, writable",
	"web_gateway": "Web Gateway", "haproxy": "HAProxy", "application_server": "ECP application server",
}

// drawnPort is a port as a box has it: "80:80", the host's first.
var drawnPort = regexp.MustCompile(`^\d+:\d+$`)

// checkPicture: what the picture says of services, mirrors and networks is what the other
// artifacts say, and what it does not fold is all there.
func checkPicture(l *checker) {
	p := l.Picture
	if p == nil || !l.Generated {
		return
	}
	drawn, folded := map[string]bool{}, map[string]bool{}
	for _, b := range p.Boxes {
		switch s := l.Compose.ByName[b.Name.Text]; {
		case b.Role.Text == "clients" || b.Name.Text == "" && b.Role.Text == "mirror":
		case b.Name.Text == "":
			folded[b.Role.Text] = true
		case b.Role.Text == "mirror":
			l.checkDrawnMirror(b)
			drawn["mirror "+b.Name.Text] = b.Inside > 0
		case s == nil:
			l.Report(p.File, b.Name.At, "Unknown service",
				"The picture shows "+strconv.Quote(b.Name.Text)+", which is no service of "+l.ComposeName+".",
				"Name a service.")
		default:
			drawn[s.Name] = true
			l.checkDrawnService(b, s)
		}
	}
	for _, area := range p.Areas {
		l.checkDrawnNetwork(area)
	}
	for _, s := range l.Compose.Services {
		foldable := folded[l.pictureRole(s)]
		if e := l.entry(s.Name); e != nil && e.Text("role") != facts.ApplicationRole {
			foldable = !drawn["mirror "+e.Text("mirror")] // with its mirror
		}
		if !drawn[s.Name] && !foldable {
			l.ReportBoth(p.Location(facts.Position{}), s.Location(s.At), "Missing in the picture",
				"The picture does not show "+s.Name+".", "Draw it.")
		}
	}
}

// misdrawn reports a piece of the picture that another artifact contradicts.
func (l *checker) misdrawn(w facts.Word, there facts.Location, what string) {
	l.ReportBoth(l.Picture.Location(w.At), there, "Picture that disagrees",
		"The picture says "+strconv.Quote(w.Text)+", but "+what+".", "Both must say the same.")
}

// pictureRole is the class of a service's box, "" where only the picture says it.
func (l *checker) pictureRole(s *facts.Service) string {
	switch l.Roles[s].Kind {
	case facts.ArbiterKind:
		return "arbiter"
	case facts.GatewayKind:
		return "web_gateway"
	case facts.NGINXKind:
		return "nginx"
	case facts.HAProxyKind:
		return "haproxy"
	case facts.InstanceKind:
		if role := l.mirrorRole(s); role != facts.ApplicationRole {
			return role
		}
		return "application_server"
	}
	if l.Own(s) {
		return "service"
	}
	return ""
}

func (l *checker) checkDrawnService(b *facts.PictureBox, s *facts.Service) {
	at := s.Location(s.At)
	role := l.pictureRole(s)
	if role != "" && b.Role.Text != role {
		l.misdrawn(b.Role, at, s.Name+" is "+role)
	}
	role = cmp.Or(role, b.Role.Text)
	words := cmp.Or(pictureWords[role], strings.ReplaceAll(role, "_", " "))
	l.checkTitle(b, s.Name, at)
	for _, line := range b.Lines {
		first, _, _ := strings.Cut(strings.TrimSpace(line.Text), " ")
		if first != cut && !drawnPort.MatchString(first) &&
			line.Text != words {
			l.misdrawn(line, at, s.Name+" is "+words)
		}
	}
	l.checkDrawnPorts(b, s)
	l.checkHint(b, s, words)
}

// cut stands for the ports that a box leaves out.
const cut = "..."

// checkDrawnPorts: a box has the ports of its service, of many the first.
func (l *checker) checkDrawnPorts(b *facts.PictureBox, s *facts.Service) {
	published, shortened := publishedPairs(s), false
	var ports []string
	for _, line := range b.Lines {
		for word := range strings.FieldsSeq(line.Text) {
			shortened = shortened || word == cut
			if drawnPort.MatchString(word) {
				ports = append(ports, word)
			}
		}
	}
	slices.Sort(ports)
	unpublished := func(port string) bool { return !slices.Contains(published, port) }
	if slices.ContainsFunc(ports, unpublished) || !shortened && !slices.Equal(ports, published) {
		l.misdrawn(facts.Word{Text: strings.Join(ports, " "), At: b.At}, s.Location(s.At),
			s.Name+" publishes "+strings.Join(append(published, "no other port"), ", "))
	}
}

// publishedPairs are a service's single TCP ports as a box has them, sorted.
func publishedPairs(s *facts.Service) []string {
	var list []string
	for _, p := range s.Ports {
		if p.Protocol != "tcp" || p.Host == 0 || p.Host != p.HostLast {
			continue // raw keys may publish what no box has
		}
		list = append(list, strconv.Itoa(p.Host)+":"+strconv.Itoa(p.Container))
	}
	slices.Sort(list)
	return list
}

// checkTitle: the title is the name, broken where it is long.
func (l *checker) checkTitle(b *facts.PictureBox, name string, there facts.Location) {
	if strings.ReplaceAll(b.Title, " ", "") != strings.ReplaceAll(name, " ", "") {
		l.misdrawn(facts.Word{Text: b.Title, At: b.At}, there, "the box is that of "+name)
	}
}

// checkHint: the tooltip of a service has its name, what it is, its addresses and its ports.
func (l *checker) checkHint(b *facts.PictureBox, s *facts.Service, words string) {
	at := s.Location(s.At)
	addresses, shortened := 0, false
	for i, line := range b.Hint {
		ip, network, isAddress := strings.Cut(line.Text, " on ")
		port, purpose, isPort := strings.Cut(strings.TrimPrefix(line.Text, "host port "), ": ")
		switch {
		case i == 0 && line.Text != s.Name:
			l.misdrawn(line, at, "the box is that of "+s.Name)
		case i == 1 && line.Text != words:
			l.misdrawn(line, at, s.Name+" is "+words)
		case i < 2:
		case strings.HasPrefix(line.Text, "host port ") && isPort:
			l.checkDrawnPurpose(line, s, facts.Number(port), purpose)
		case isAddress:
			addresses++
			if addr := facts.ParseAddr(ip); l.Compose.ByIP[addr] != s || s.NetworkOf(addr) != network {
				l.misdrawn(line, at, s.Name+" has other addresses")
			}
		case strings.HasSuffix(line.Text, " more"):
			shortened = true
		default:
			l.misdrawn(line, at, "that is no address of "+s.Name)
		}
	}
	if n := len(s.Addresses); !shortened && addresses != n && l.Cluster == nil {
		l.misdrawn(facts.Word{Text: s.Name, At: b.At}, at,
			"its tooltip has "+strconv.Itoa(addresses)+" of its "+strconv.Itoa(n)+" addresses")
	}
}

// checkDrawnPurpose: a port of the host is published, and what it is for is of the service, or of
// the mirror that is served there.
func (l *checker) checkDrawnPurpose(w facts.Word, s *facts.Service, port int, purpose string) {
	if !s.Publishes(port) {
		l.misdrawn(w, s.Location(s.At), s.Name+" publishes "+s.PublishedList())
	}
	_, of, found := facts.CutLast(purpose, " of ")
	if !found {
		return
	}
	name, isMirror := strings.CutPrefix(of, "mirror ")
	switch mirror := l.listenerAt(s.Name, port); {
	case isMirror && mirror != nil && mirror.Name != name:
		l.misdrawn(w, s.Location(s.At), "mirror "+mirror.Name+" is served there")
	case isMirror && l.mirror(name) == nil, !isMirror && name != s.Name && l.mirror(name) == nil:
		l.misdrawn(w, s.Location(s.At), "there is no "+of+" behind the port")
	}
}

func (l *checker) checkDrawnMirror(b *facts.PictureBox) {
	mirror := l.mirror(b.Name.Text)
	if mirror == nil {
		if l.Roster != nil {
			l.Report(l.Picture.File, b.Name.At, "Unknown mirror",
				"The picture shows the mirror "+strconv.Quote(b.Name.Text)+", which "+l.Roster.Path+" does not list.",
				"Name a mirror of the lab.")
		}
		return
	}
	at := l.Roster.Location(mirror.At)
	members := len(l.Roster.Members(mirror.Name))
	title := mirror.Name
	if b.Inside > 0 {
		title = "mirror " + mirror.Name
	}
	l.checkTitle(b, title, at)
	for _, line := range b.Lines {
		if line.Text != strconv.Itoa(members)+" members" {
			l.misdrawn(line, at, mirror.Name+" has "+strconv.Itoa(members)+" members")
		}
	}
	for _, line := range b.Hint {
		if line.Text != "mirror set "+mirror.Text("set_name") {
			l.misdrawn(line, at, "its mirror set is "+mirror.Text("set_name"))
		}
	}
}

func (l *checker) checkDrawnNetwork(area facts.Word) {
	name, subnet, _ := strings.Cut(area.Text, " ")
	for _, n := range l.Compose.Networks {
		if n.Name != name {
			continue
		}
		if !slices.ContainsFunc(n.Subnets, func(s facts.Subnet) bool { return s.Text == subnet }) {
			l.misdrawn(area, n.Location(n.At), "the network has another subnet")
		}
		return
	}
	l.Report(l.Picture.File, area.At, "Unknown network",
		"The picture shows the network "+name+", which the compose file does not declare.",
		"Name a network of the lab.")
}
