package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// MemberResponseTimeout is how long, in seconds, a gateway lets a single member
// take to answer. Checks of a stopped member hang that long.
const MemberResponseTimeout = 10

// checkGateways resolves default servers and compares the accounts.
func (d *decoder) checkGateways(lab *Lab) {
	var servers []string
	for _, s := range lab.Services {
		if s.Kind == "member" || s.Kind == "application_server" {
			servers = append(servers, s.Name)
		}
	}
	accounts := map[string]*WebGateway{}
	defer d.leave(d.enter(nil))
	for _, g := range lab.WebGateways {
		d.about = &g.Decl
		if g.DefaultServer != "" && !slices.Contains(servers, g.DefaultServer) {
			what := d.hint(g.DefaultServer, servers, "members and application servers")
			for _, m := range lab.Mirrors {
				if m.Name == g.DefaultServer {
					what = " It is a mirror; /csp holds the management portal, which must not follow the primary. " +
						"Name one of its members."
				}
			}
			d.errorf(g.At("default_server"), "Unknown server",
				"default_server: there is no member or application server %s.%s", shown(g.DefaultServer), what)
		}
		d.checkOwnServers(g, append(mirrorNames(lab), servers...))
		user := strings.ToLower(g.Username) // IRIS ignores the case of user names
		if first := accounts[user]; first != nil && first.Password != g.Password {
			d.errorf(g.At("password"), "Two passwords for one account",
				"%s logs in as %s with another password than %s at %s, and an instance knows one password an "+
					"account. Make them equal, or use another username.", g.Name, g.Username, first.Name,
				first.NameRange)
		} else {
			accounts[user] = g
		}
	}
}

// checkOwnServers resolves what a gateway of its own knows, /csp included.
func (d *decoder) checkOwnServers(g *WebGateway, names []string) {
	seen := map[string]bool{}
	for _, ref := range g.Servers {
		if !slices.Contains(names, ref.Name) {
			d.errorf(ref.At, "Unknown server", "servers: there is no mirror, member or application server %s.%s",
				shown(ref.Name), d.hint(ref.Name, names, "mirrors, members and application servers"))
		}
		seen[ref.Name] = true
	}
	if g.DefaultServer != "" && slices.Contains(names, g.DefaultServer) && g.Given("servers") &&
		!seen[g.DefaultServer] && !g.refused("servers") {
		d.errorf(g.At("default_server"), "Unknown server",
			"default_server: %q is not among the servers that %s knows. Add it to servers, or name one of them.",
			g.DefaultServer, g.Name)
	}
}

// sharedGateways are the names of those that know every server of the lab.
func (l *Lab) sharedGateways() []string {
	var names []string
	for _, g := range l.WebGateways {
		if !g.Given("servers") {
			names = append(names, g.Name)
		}
	}
	return names
}

// rawKey is the value of a raw compose key, and whether it is given. Compose's schema has
// accepted its type.
func (s *Service) rawKey(key string) (v cty.Value, given bool) {
	if s.Compose == cty.NilVal || s.Compose.IsNull() {
		return cty.NilVal, false
	}
	v, given = s.Compose.AsValueMap()[key]
	return v, given && !v.IsNull()
}

// rawPorts reports whether the raw compose keys of a service replace its ports.
func (s *Service) rawPorts() bool {
	_, given := s.rawKey("ports")
	return given
}

// rawImage is the image that the raw compose keys of a service name, "" for none.
func (s *Service) rawImage() string {
	if image, given := s.rawKey("image"); given {
		return image.AsString()
	}
	return ""
}

// checkNGINX resolves the gateways and nests the timeouts.
func (d *decoder) checkNGINX(lab *Lab) {
	var names []string
	gateways := map[string]*WebGateway{}
	for _, g := range lab.WebGateways {
		names = append(names, g.Name)
		gateways[g.Name] = g
	}
	defer d.leave(d.enter(nil))
	for i, n := range lab.NGINX {
		d.about = &n.Decl
		d.checkSticky(lab, n)
		if i > 0 && !n.Given("http_port") && !n.rawPorts() && !n.refused("compose") {
			d.errorf(n.Range, "Which port?",
				"Only the first nginx has a default port, 80. Set http_port of %q, for example: http_port = "+
					"8000 (0 does not publish).", n.Name)
		}
		if !n.Given("gateways") {
			for _, name := range lab.sharedGateways() {
				n.Gateways = append(n.Gateways, Ref{name, n.Range})
			}
		}
		if len(n.Gateways) == 0 && !n.refused("gateways") {
			d.errorf(n.At("gateways"), "Nothing to balance",
				"nginx %q has no web gateway. Add: web_gateway \"webgw\" {}", n.Name)
		}
		for _, ref := range n.Gateways {
			g := gateways[ref.Name]
			if g == nil {
				d.errorf(ref.At, "Unknown gateway",
					"gateways: there is no web gateway %s.%s", shown(ref.Name), d.hint(ref.Name, names, "web gateways"))
				continue
			}
			if g.Given("servers") {
				d.errorf(ref.At, "Gateway of its own",
					"gateways: %q knows the servers at %s alone, and nginx sends every request to any of its "+
						"gateways. Leave it out: its clients ask it on its own port.", g.Name, g.At("servers"))
				continue
			}
			if n.ReadTimeout.Millis <= int64(g.ServerResponseTimeout)*1000 {
				at := n.At("read_timeout")
				if !n.Given("read_timeout") {
					at = g.At("server_response_timeout")
				}
				d.errorf(at, "Timeouts do not nest",
					"nginx %q gives up after %s, but gateway %q lets a server take %d s: the client would get "+
						"nginx's error and never the gateway's. Make read_timeout longer than "+
						"server_response_timeout.", n.Name, n.ReadTimeout.Text, g.Name, g.ServerResponseTimeout)
				break
			}
		}
	}
}

// checkSticky gives sticky its default, and refuses it where nginx would not start
// with it: the directive came with 1.29.6, and so with the release line 1.30.
func (d *decoder) checkSticky(lab *Lab, n *NGINX) {
	image := lab.Images.NGINX
	if raw := n.rawImage(); raw != "" {
		image = raw
	}
	release, known := imageRelease(image, "nginx")
	able := known && !release.Before(1, 30)
	switch {
	case !n.Given("sticky"):
		n.Sticky = able
	case n.Sticky && known && !able:
		d.errorf(n.At("sticky"), "No sticky sessions", "%s is nginx %s, which cannot keep a browser on one "+
			"gateway; nginx 1.30 and later can. Take a later image, or leave sticky out.", image, release)
	}
}

// imageRelease reads the release off the reference of a product's image; false where the
// image has another name, or a tag that does not start with a release.
func imageRelease(image, product string) (Version, bool) {
	name := image[strings.LastIndexByte(image, '/')+1:]
	name, _, _ = strings.Cut(name, "@")
	name, tag, _ := strings.Cut(name, ":")
	if !strings.Contains(name, product) {
		return Version{}, false
	}
	major, rest, dotted := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
	minor := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	a, errMajor := strconv.Atoi(major)
	b, errMinor := strconv.Atoi(minor)
	return Version{a, b}, dotted && errMajor == nil && errMinor == nil && a >= 0
}

// checkHAProxy resolves the mirrors and the health check.
func (d *decoder) checkHAProxy(lab *Lab) {
	names := mirrorNames(lab)
	exists := map[string]bool{}
	for _, name := range names {
		exists[name] = true
	}
	servedBy := map[string]*HAProxy{}
	defer d.leave(d.enter(nil))
	for _, h := range lab.HAProxy {
		d.about = &h.Decl
		if !h.Given("mirrors") {
			for _, name := range names {
				h.Mirrors = append(h.Mirrors, Ref{name, h.Range})
			}
		}
		if len(h.Mirrors) == 0 && !h.refused("mirrors") {
			d.errorf(h.At("mirrors"), "Nothing to balance",
				"haproxy %q serves no mirror. Add a mirror, or remove the block.", h.Name)
		}
		for _, ref := range h.Mirrors {
			if !exists[ref.Name] {
				d.errorf(ref.At, "Unknown mirror", "mirrors: there is no mirror %s.%s", shown(ref.Name),
					d.hint(ref.Name, names, "mirrors"))
				continue
			}
			if first := servedBy[ref.Name]; first != nil {
				d.errorf(ref.At, "Mirror served twice",
					"Mirror %q is already served by haproxy %q at %s; a mirror is served by one. List the "+
						"mirrors of each with the mirrors argument.", ref.Name, first.Name, first.NameRange)
				break
			}
			servedBy[ref.Name] = h
		}
		d.checkHealthRoute(lab, h)
	}
	for _, m := range lab.Mirrors {
		d.about = &m.Decl
		if m.Given("superserver_port") && m.SuperserverPort != 0 && servedBy[m.Name] == nil {
			d.errorf(m.At("superserver_port"), "No haproxy",
				"superserver_port is where a haproxy serves the primary, and no haproxy serves mirror %q. Add: "+
					"haproxy \"sql\" {}", m.Name)
		}
		d.checkReporting(m, servedBy[m.Name] != nil)
	}
}

// checkReporting: reporting_port is where a haproxy serves members that are there.
func (d *decoder) checkReporting(m *Mirror, served bool) {
	reporting := slices.ContainsFunc(m.Members, func(member *Member) bool {
		return member.Role == "rorasync" || member.Role == "rwrasync"
	})
	switch {
	case m.ReportingPort == 0:
	case !served:
		d.errorf(m.At("reporting_port"), "No haproxy",
			"reporting_port is where a haproxy serves the reporting members, and no haproxy serves mirror %q. Add: "+
				"haproxy \"sql\" {}", m.Name)
	case !reporting:
		d.errorf(m.At("reporting_port"), "No reporting member",
			"reporting_port is where a haproxy serves the reporting members, and mirror %q has none. Add one, or "+
				"remove reporting_port: member \"%s-r\" { role = \"rorasync\" }", m.Name, m.Name)
	}
}

// checkHealthRoute decides how a haproxy finds the primary.
func (d *decoder) checkHealthRoute(lab *Lab, h *HAProxy) {
	v := lab.Images.Version
	if h.HealthCheck == "auto" {
		h.HealthCheck = "web_gateway"
		if v.WebServer() {
			h.HealthCheck = "web_server"
		}
	}
	at := h.At("health_check")
	switch {
	case h.HealthCheck == "web_server" && !v.WebServer():
		d.errorf(at, "No web server",
			"Images of 2023.2 and later have no web server of their own on port 52773, and this lab's is "+
				"%d.%d: every member would be down. Use \"web_gateway\", or leave health_check out.", v.Year, v.Minor)
	case h.HealthCheck == "web_gateway" && len(lab.WebGateways) > 0 && len(lab.sharedGateways()) == 0:
		d.errorf(at, "No web gateway",
			"haproxy %q finds the primary through a web gateway that knows every member, and each of this lab's has "+
				"servers of its own. Add: web_gateway \"webgw\" {}", h.Name)
	case h.HealthCheck == "web_gateway" && len(lab.WebGateways) == 0:
		d.errorf(at, "No web gateway",
			"haproxy %q finds the primary through a web gateway, and the lab has none. Add: web_gateway "+
				"\"webgw\" {}", h.Name)
	}
}

// checkReach makes sure that those who talk to each other share the network
// that they talk on.
func (d *decoder) checkReach(lab *Lab) {
	on := func(s *Service, network string) bool {
		for _, ref := range s.Networks {
			if ref.Name == network {
				return true
			}
		}
		return false
	}
	need := func(s *Service, network, why string) {
		if s.Given("networks") && len(s.Networks) > 0 && !on(s, network) {
			d.errorf(s.At("networks"), "Not on a network that it needs",
				"%s is not on network %q, %s. Add %q to networks.", s.Name, network, why, network)
		}
	}
	for _, a := range lab.Arbiters {
		need(a.Service, lab.ClientNetwork, "on which members ask the arbiter (client_network)")
	}
	for _, m := range lab.Mirrors {
		for _, member := range m.Members {
			need(member.Service, lab.MirrorNetwork,
				"on which the members of a mirror talk to each other (mirror_network)")
			if lab.ClientNetwork != lab.MirrorNetwork {
				need(member.Service, lab.ClientNetwork,
					"on which gateways, application servers and the arbiter reach it (client_network)")
			}
		}
	}
	for _, a := range lab.ApplicationServers {
		need(a.Service, lab.ClientNetwork, "on which it reaches its data server (client_network)")
	}
	for _, g := range lab.WebGateways {
		need(g.Service, lab.ClientNetwork, "on which it reaches the members (client_network)")
	}
	share := func(a, b *Service) bool {
		for _, ref := range a.Networks {
			if on(b, ref.Name) {
				return true
			}
		}
		return false
	}
	for _, n := range lab.NGINX {
		for _, ref := range n.Gateways {
			if g := d.names[ref.Name]; g != nil && g.Kind == "web_gateway" && !share(n.Service, g) {
				d.errorf(n.At("networks"), "No common network",
					"nginx %q and gateway %q are on no common network: %s and %s. Put one where the other "+
						"is.", n.Name, g.Name, refs(n.Networks), refs(g.Networks))
			}
		}
	}
	for _, h := range lab.HAProxy {
		need(h.Service, lab.ClientNetwork, "on which it reaches members and gateways (client_network)")
	}
}

func refs(list []Ref) string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}
