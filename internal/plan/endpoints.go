package plan

import (
	"slices"
	"strconv"
	"strings"
)

// An EndpointKind says what an endpoint is for.
type EndpointKind string

// The kinds of endpoint, in the order of [Plan.Endpoints].
const (
	EndpointManagement EndpointKind = "gateway_management" // Web Gateway management pages
	EndpointPortal     EndpointKind = "portal"             // Management Portal
	EndpointREST       EndpointKind = "rest"               // management API, /api/mgmnt/
	EndpointHealth     EndpointKind = "health"             // mirror_status.cxw of a member
	EndpointDemo       EndpointKind = "demo"               // the demo application
	EndpointSQL        EndpointKind = "sql"                // JDBC
	EndpointBalancer   EndpointKind = "balancer"           // a balancer's own health or statistics page
)

// An EndpointNote explains what to consider before using an endpoint.
type EndpointNote string

// The notes. An endpoint without one answers from the service it is named after.
const (
	NotePrimary       EndpointNote = "primary"        // whichever member is primary answers
	NoteUnfit         EndpointNote = "unfit"          // answers, but from a member that may change between two requests
	NoteClosed        EndpointNote = "closed"         // nginx refuses it on purpose
	NoteUnused        EndpointNote = "unused"         // a member's own web server refuses it, and nobody needs it there
	NoteDefaultServer EndpointNote = "default_server" // the gateway's default_server answers
	NoteMember        EndpointNote = "member"         // this member, whatever its role
	NoteReporting     EndpointNote = "reporting"      // a reporting member of the mirror, whichever is up
)

// An Endpoint is an address on the host at which one service of the lab is
// reached. Services whose ports are not published have none.
type Endpoint struct {
	Kind    EndpointKind
	Service string // owns the host port
	Target  string // the service or mirror that answers
	Role    string // the target's role at first start, "" where it is no member
	URL     string // "http://..." or "jdbc:IRIS://..."
	Note    EndpointNote
	Query   string // of kind sql: a statement that it answers; "" otherwise
}

// Paths of the product's own pages, relative to a web server or to the path of
// an instance on a gateway.
const (
	managementPath = "/csp/bin/Systems/Module.cxw"
	portalPath     = "/csp/sys/%25CSP.Portal.Home.zen"
	restPath       = "/api/mgmnt/"
	healthPath     = "/csp/mirror_status.cxw"
)

// A Door is a published HTTP port through which instances are reached.
type Door struct {
	Service string
	Base    string // "http://irishost:8080", without a slash at the end

	own *Gateway // that is behind it and knows just some servers, nil where all are known
}

// Leads reports whether the path of a mirror, member or application server is there.
func (d Door) Leads(name string) bool { return d.own == nil || d.own.Knows(name) }

// Endpoints lists everything that the lab offers on the host: by kind, then by
// the service that owns the port, then in the order of the mirrors.
func (p *Plan) Endpoints() []Endpoint {
	var list []Endpoint
	for _, kind := range []EndpointKind{
		EndpointManagement, EndpointPortal, EndpointREST, EndpointHealth, EndpointDemo, EndpointSQL, EndpointBalancer,
	} {
		list = append(list, p.EndpointsOf(kind)...)
	}
	return list
}

// EndpointsOf lists the endpoints of one kind. It panics on a kind that does
// not exist.
func (p *Plan) EndpointsOf(kind EndpointKind) []Endpoint {
	switch kind {
	case EndpointManagement:
		return p.managementEndpoints()
	case EndpointPortal:
		return p.instanceEndpoints(kind, portalPath, NoteUnfit)
	case EndpointREST:
		return p.instanceEndpoints(kind, restPath, NotePrimary)
	case EndpointHealth:
		return p.healthEndpoints()
	case EndpointDemo:
		return p.demoEndpoints()
	case EndpointSQL:
		return p.sqlEndpoints()
	case EndpointBalancer:
		return p.balancerEndpoints()
	}
	panic("no endpoint kind " + string(kind))
}

// EndpointsPage is the page that lists every endpoint, in the first language of the lab;
// "" where it has none.
func (p *Plan) EndpointsPage() string {
	switch {
	case len(p.Languages) == 0:
		return ""
	case p.Languages[0] == "en":
		return "ENDPOINTS.md"
	}
	return "ENDPOINTS." + p.Languages[0] + ".md"
}

// GatewayDoors are the ways to one particular instance, /<service>/...: every
// published gateway; where none that knows all is, every published nginx before them.
func (p *Plan) GatewayDoors() []Door {
	doors := p.publishedDoors()
	shared := slices.ContainsFunc(doors, func(d Door) bool { return d.own == nil })
	if nginx := p.nginxDoors(); !shared && len(nginx) > 0 {
		return append(nginx, doors...)
	}
	return doors
}

// ClientDoors are the ways that an application's users take: every published
// nginx, then every published gateway.
func (p *Plan) ClientDoors() []Door {
	return append(p.nginxDoors(), p.publishedDoors()...)
}

// publishedDoors are the gateways' own.
func (p *Plan) publishedDoors() []Door {
	var doors []Door
	for _, g := range p.PublishedGateways() {
		door := Door{Service: g.Name, Base: p.httpBase(g.Name, g.HTTPPort)}
		if g.Own {
			door.own = g
		}
		doors = append(doors, door)
	}
	return doors
}

func (p *Plan) nginxDoors() []Door {
	var doors []Door
	for _, n := range p.NGINX {
		if base := p.BalancerBase(n); base != "" && len(n.Gateways) > 0 {
			doors = append(doors, Door{Service: n.Name, Base: base})
		}
	}
	return doors
}

// webServers are the members whose own web server is published.
func (p *Plan) webServers() []*Instance {
	var list []*Instance
	for _, i := range p.Instances {
		if p.WebServer && i.WebPort > 0 {
			list = append(list, i)
		}
	}
	return list
}

// httpBase begins the URLs of a port that a service publishes.
func (p *Plan) httpBase(service string, port int) string {
	if port = p.LocalPort(service, port); port == HTTPPort {
		return "http://" + p.Host
	}
	return "http://" + p.Host + ":" + strconv.Itoa(port)
}

// BalancerBase is the beginning of an nginx's URLs, HTTPS where it serves that; "" where it
// is not published.
func (p *Plan) BalancerBase(n *NGINX) string {
	switch {
	case n.HTTPS:
		return p.httpsBase(n.Name, n.HTTPSPort)
	case n.HTTPPort > 0:
		return p.httpBase(n.Name, n.HTTPPort)
	}
	return ""
}

func (p *Plan) httpsBase(service string, port int) string {
	if port = p.LocalPort(service, port); port == HTTPSPort {
		return "https://" + p.Host
	}
	return "https://" + p.Host + ":" + strconv.Itoa(port)
}

func (p *Plan) managementEndpoints() []Endpoint {
	var list []Endpoint
	for _, i := range p.webServers() {
		list = append(list, Endpoint{Kind: EndpointManagement, Service: i.Name, Target: i.Name, Role: i.role(),
			URL: p.httpBase(i.Name, i.WebPort) + managementPath, Note: NoteUnused})
	}
	for _, d := range p.publishedDoors() {
		list = append(list, Endpoint{Kind: EndpointManagement, Service: d.Service, Target: d.Service,
			URL: d.Base + managementPath})
	}
	for _, d := range p.nginxDoors() {
		list = append(list, Endpoint{Kind: EndpointManagement, Service: d.Service, Target: d.Service,
			URL: d.Base + managementPath, Note: NoteClosed})
	}
	return list
}

// instanceEndpoints lists one page of every instance, through every door, and
// the same page through the path of each mirror, with a note.
func (p *Plan) instanceEndpoints(kind EndpointKind, path string, mirror EndpointNote) []Endpoint {
	var list []Endpoint
	for _, i := range p.webServers() {
		list = append(list, Endpoint{Kind: kind, Service: i.Name, Target: i.Name, Role: i.role(),
			URL: p.httpBase(i.Name, i.WebPort) + path})
	}
	doors := p.GatewayDoors()
	for _, d := range doors {
		for _, i := range p.Instances {
			if !d.Leads(i.Name) {
				continue
			}
			list = append(list, Endpoint{Kind: kind, Service: d.Service, Target: i.Name, Role: i.role(),
				URL: d.Base + "/" + i.Name + path})
		}
	}
	for _, g := range p.Gateways {
		if kind == EndpointPortal && g.HTTPPort > 0 && g.Config.DefaultServer != "" {
			list = append(list, Endpoint{Kind: kind, Service: g.Name, Target: g.Config.DefaultServer,
				URL: p.httpBase(g.Name, g.HTTPPort) + path, Note: NoteDefaultServer})
		}
	}
	for _, d := range doors {
		for _, m := range p.Mirrors {
			if !d.Leads(m.Name) {
				continue
			}
			list = append(list, Endpoint{Kind: kind, Service: d.Service, Target: m.Name, URL: d.Base + "/" + m.Name +
				path, Note: mirror})
		}
	}
	return list
}

func (p *Plan) healthEndpoints() []Endpoint {
	var list []Endpoint
	for _, i := range p.webServers() {
		if i.Member != nil {
			list = append(list, Endpoint{Kind: EndpointHealth, Service: i.Name, Target: i.Name, Role: i.role(),
				URL: p.httpBase(i.Name, i.WebPort) + healthPath})
		}
	}
	for _, d := range p.GatewayDoors() {
		for _, i := range p.Instances {
			if i.Member != nil && d.Leads(i.Name) {
				list = append(list, Endpoint{Kind: EndpointHealth, Service: d.Service, Target: i.Name, Role: i.role(),
					URL: d.Base + "/" + i.Name + healthPath})
			}
		}
	}
	return list
}

func (p *Plan) demoEndpoints() []Endpoint {
	var list []Endpoint
	for _, d := range p.ClientDoors() {
		for _, m := range p.Mirrors {
			if !m.ServesDemo() || !d.Leads(m.Name) {
				continue
			}
			for _, namespace := range m.NamespaceNames() {
				list = append(list, Endpoint{Kind: EndpointDemo, Service: d.Service, Target: m.Name,
					URL: d.Base + "/" + m.Name + demoPath(namespace), Note: NotePrimary})
			}
		}
		for _, a := range p.ApplicationServers {
			if !a.Demo || !d.Leads(a.Name) {
				continue
			}
			for _, namespace := range a.Mirror.NamespaceNames() {
				list = append(list, Endpoint{Kind: EndpointDemo, Service: d.Service, Target: a.Name,
					URL: d.Base + "/" + a.Name + demoPath(namespace)})
			}
		}
	}
	return list
}

// The statements that README and inspect suggest: one for the table that comes
// with the demo application, one that any namespace answers.
const (
	recordQuery  = "select * from MirrorLab.Record"
	catalogQuery = "select count(*) from INFORMATION_SCHEMA.TABLES"
)

func (p *Plan) sqlEndpoints() []Endpoint {
	var list []Endpoint
	for _, h := range p.HAProxy {
		for _, l := range h.Listeners {
			if l.Host == 0 {
				continue
			}
			for _, namespace := range l.Mirror.NamespaceNames() {
				list = append(list, Endpoint{
					Kind: EndpointSQL, Service: h.Name, Target: l.Mirror.Name,
					URL: p.jdbc(h.Name, l.Host, namespace), Note: NotePrimary, Query: l.Mirror.query(namespace),
				})
			}
		}
	}
	for _, h := range p.HAProxy {
		for _, l := range h.Reporting {
			names := l.Mirror.NamespaceNames()
			if l.Host == 0 || len(names) == 0 {
				continue
			}
			list = append(list, Endpoint{Kind: EndpointSQL, Service: h.Name, Target: l.Mirror.Name,
				URL: p.jdbc(h.Name, l.Host, names[0]), Note: NoteReporting, Query: l.Mirror.query(names[0])})
		}
	}
	for _, i := range p.Instances {
		for _, port := range i.Ports {
			names := i.Mirror.NamespaceNames()
			if port.Container != SuperserverPort || port.Host == 0 || len(names) == 0 {
				continue
			}
			list = append(list, Endpoint{
				Kind: EndpointSQL, Service: i.Name, Target: i.Name, Role: i.role(),
				URL: p.jdbc(i.Name, port.Host, names[0]), Note: NoteMember, Query: i.Mirror.query(names[0]),
			})
		}
	}
	return list
}

// query is a statement that a namespace of the mirror answers.
func (m *Mirror) query(namespace string) string {
	if namespace == m.TableNamespace() && m.Primary != nil && m.Primary.Demo {
		return recordQuery
	}
	return catalogQuery
}

func (p *Plan) jdbc(service string, port int, namespace string) string {
	return "jdbc:IRIS://" + p.Host + ":" + strconv.Itoa(p.LocalPort(service, port)) + "/" + namespace
}

func (p *Plan) balancerEndpoints() []Endpoint {
	var list []Endpoint
	for _, d := range p.nginxDoors() {
		list = append(list, Endpoint{Kind: EndpointBalancer, Service: d.Service, Target: d.Service,
			URL: d.Base + "/nginx-health"})
	}
	for _, h := range p.HAProxy {
		if h.StatsPort > 0 {
			base := p.httpBase(h.Name, h.StatsPort)
			list = append(list,
				Endpoint{Kind: EndpointBalancer, Service: h.Name, Target: h.Name, URL: base + "/"},
				Endpoint{Kind: EndpointBalancer, Service: h.Name, Target: h.Name, URL: base + "/metrics"})
		}
	}
	return list
}

// role is the member's role at first start, "" for an application server.
func (i *Instance) role() string {
	if i.Member == nil {
		return ""
	}
	return i.Member.Role
}

// NamespaceNames are the mirror's namespaces, each once: those of its databases, then the
// others, and last, of both, what is on one member alone, which a client would lose at a
// failover.
func (m *Mirror) NamespaceNames() []string {
	var mirrored, local []string
	seen := make(map[string]bool, len(m.Databases)+len(m.Namespaces))
	add := func(name string, onAll bool) {
		switch {
		case name == "" || seen[name]:
			return
		case onAll:
			mirrored = append(mirrored, name)
		default:
			local = append(local, name)
		}
		seen[name] = true
	}
	for _, d := range m.Databases {
		add(d.Namespace, d.Mirrored)
	}
	for _, n := range m.Namespaces {
		add(n.Name, !n.Writable)
	}
	return append(mirrored, local...)
}

// TableNamespace is the namespace of the demo application's table: the first whose
// databases are mirrored, so that the table outlives a failover; "" where none is.
func (m *Mirror) TableNamespace() string { return m.tableNamespace }

func (m *Mirror) findTableNamespace() string {
	mirrored := map[string]bool{}
	for _, d := range m.Databases {
		mirrored[d.Name] = d.Mirrored
	}
	for _, d := range m.Databases {
		if d.Mirrored && d.Namespace != "" {
			return d.Namespace
		}
	}
	for _, n := range m.Namespaces {
		if mirrored[n.Globals] && mirrored[n.Routines] {
			return n.Name
		}
	}
	return ""
}

// ServesDemo reports whether the demo application answers on the mirror's path
// whichever failover member is primary.
func (m *Mirror) ServesDemo() bool {
	if m.Primary == nil || !m.Primary.Demo || len(m.NamespaceNames()) == 0 {
		return false
	}
	return m.Backup == nil || m.Backup.Demo
}

// demoPath is the URL path of the demo application's answer, e.g.
// "/csp/mirrorns/get" for MIRRORNS.
func demoPath(namespace string) string {
	return "/csp/" + strings.ReplaceAll(strings.ToLower(namespace), "%", "%25") + "/get"
}

// ProbePath is a path below the mirror's or a member's on a gateway that IRIS
// answers with JSON: the demo application's where it is served, otherwise the
// management API's.
func (m *Mirror) ProbePath() string {
	if m.ServesDemo() {
		return demoPath(m.NamespaceNames()[0])
	}
	return restPath
}
