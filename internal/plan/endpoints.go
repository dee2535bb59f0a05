package plan

import (
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
}

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

// GatewayDoors are the ways to one particular instance, /<service>/...: every
// published gateway; where none is, every published nginx.
func (p *Plan) GatewayDoors() []Door {
	if doors := p.publishedDoors(); len(doors) > 0 {
		return doors
	}
	return p.nginxDoors()
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
		doors = append(doors, Door{g.Name, p.httpBase(g.HTTPPort)})
	}
	return doors
}

func (p *Plan) nginxDoors() []Door {
	var doors []Door
	for _, n := range p.NGINX {
		if n.HTTPPort > 0 && len(n.Gateways) > 0 {
			doors = append(doors, Door{n.Name, p.httpBase(n.HTTPPort)})
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

func (p *Plan) httpBase(port int) string {
	if port == HTTPPort {
		return "http://" + p.Host
	}
	return "http://" + p.Host + ":" + strconv.Itoa(port)
}

func (p *Plan) managementEndpoints() []Endpoint {
	var list []Endpoint
	for _, i := range p.webServers() {
		list = append(list, Endpoint{Kind: EndpointManagement, Service: i.Name, Target: i.Name, Role: i.role(),
			URL: p.httpBase(i.WebPort) + managementPath, Note: NoteUnused})
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
			URL: p.httpBase(i.WebPort) + path})
	}
	doors := p.GatewayDoors()
	for _, d := range doors {
		for _, i := range p.Instances {
			list = append(list, Endpoint{Kind: kind, Service: d.Service, Target: i.Name, Role: i.role(),
				URL: d.Base + "/" + i.Name + path})
		}
	}
	for _, g := range p.Gateways {
		if kind == EndpointPortal && g.HTTPPort > 0 && g.Config.DefaultServer != "" {
			list = append(list, Endpoint{Kind: kind, Service: g.Name, Target: g.Config.DefaultServer,
				URL: p.httpBase(g.HTTPPort) + path, Note: NoteDefaultServer})
		}
	}
	for _, d := range doors {
		for _, m := range p.Mirrors {
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
				URL: p.httpBase(i.WebPort) + healthPath})
		}
	}
	for _, d := range p.GatewayDoors() {
		for _, i := range p.Instances {
			if i.Member != nil {
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
			if !m.ServesDemo() {
				continue
			}
			for _, namespace := range m.Namespaces() {
				list = append(list, Endpoint{Kind: EndpointDemo, Service: d.Service, Target: m.Name,
					URL: d.Base + "/" + m.Name + demoPath(namespace), Note: NotePrimary})
			}
		}
		for _, a := range p.ApplicationServers {
			if !a.Demo {
				continue
			}
			for _, namespace := range a.Mirror.Namespaces() {
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
			for n, namespace := range l.Mirror.Namespaces() {
				list = append(list, Endpoint{
					Kind: EndpointSQL, Service: h.Name, Target: l.Mirror.Name,
					URL: p.jdbc(l.Host, namespace), Note: NotePrimary, Query: l.Mirror.query(n),
				})
			}
		}
	}
	for _, i := range p.Instances {
		for _, port := range i.Ports {
			if port.Container != SuperserverPort || port.Host == 0 || len(i.Mirror.Databases) == 0 {
				continue
			}
			list = append(list, Endpoint{
				Kind: EndpointSQL, Service: i.Name, Target: i.Name, Role: i.role(),
				URL: p.jdbc(port.Host, i.Mirror.Namespaces()[0]), Note: NoteMember, Query: i.Mirror.query(0),
			})
		}
	}
	return list
}

// query is a statement that the n-th of the mirror's namespaces answers. The
// demo application's table is in the first.
func (m *Mirror) query(n int) string {
	if n == 0 && m.Primary != nil && m.Primary.Demo {
		return recordQuery
	}
	return catalogQuery
}

func (p *Plan) jdbc(port int, namespace string) string {
	return "jdbc:IRIS://" + p.Host + ":" + strconv.Itoa(port) + "/" + namespace
}

func (p *Plan) balancerEndpoints() []Endpoint {
	var list []Endpoint
	for _, d := range p.nginxDoors() {
		list = append(list, Endpoint{Kind: EndpointBalancer, Service: d.Service, Target: d.Service,
			URL: d.Base + "/nginx-health"})
	}
	for _, h := range p.HAProxy {
		if h.StatsPort > 0 {
			base := p.httpBase(h.StatsPort)
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

// Namespaces are the namespaces of the mirror's databases, each once.
func (m *Mirror) Namespaces() []string {
	var list []string
	seen := make(map[string]bool, len(m.Databases))
	for _, d := range m.Databases {
		if !seen[d.Namespace] {
			seen[d.Namespace] = true
			list = append(list, d.Namespace)
		}
	}
	return list
}

// ServesDemo reports whether the demo application answers on the mirror's path
// whichever failover member is primary.
func (m *Mirror) ServesDemo() bool {
	if m.Primary == nil || !m.Primary.Demo || len(m.Databases) == 0 {
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
		return demoPath(m.Databases[0].Namespace)
	}
	return restPath
}
