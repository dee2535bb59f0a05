// Package schema is the topology language: it parses HCL, evaluates it,
// applies the defaults, checks everything that can be said without choosing an
// address or a port, and returns a [Lab] or diagnostics. It reads no disk, no
// clock and no environment.
package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Lab is one topology, with defaults applied and every reference resolved to
// an existing name. Slices are in the order of the blocks.
type Lab struct {
	Decl
	Source string // base name of the file or directory
	// Blind is set where a file cannot be parsed, or variables, locals or
	// functions have no usable values: the rest of the lab means nothing then.
	Blind bool
	// Sensitive is set where the topology declares a sensitive variable: a file of
	// values may hold a secret that could not be read then.
	Sensitive bool
	// Secrets are the texts that sensitive variables hold or give to the lab, the
	// longest first. They may be written into artifacts and are never shown.
	Secrets []string
	// concealed are the arguments whose values are sensitive.
	concealed []concealed
	sources   []Source

	Host           string
	PublishAddress string
	Timezone       string
	LicenseKey     string
	MirrorNetwork  string // name of a network
	ClientNetwork  string // name of a network
	MirrorSetup    string // "auto", "config_mirror" or "sys_mirror"
	Languages      []Ref  // "en", "ja"
	Restart        string // Compose restart policy of every service but members

	Images             Images
	Networks           []*Network // at least one
	Arbiters           []*Arbiter
	IRIS               IRIS
	TLS                TLS
	SecretFiles        SecretFiles
	Mirrors            []*Mirror
	ApplicationServers []*ApplicationServer
	WebGateways        []*WebGateway
	NGINX              []*NGINX
	HAProxy            []*HAProxy
	Containers         []*Container
	Monitoring         *Monitoring // nil for none
	Profiles           []*Profile
	Kubernetes         Kubernetes
	Moves              []*Move
	// Inputs are the values of the variables that are not sensitive, in file order.
	Inputs []Input

	Services []*Service // every service of the lab, members inside their mirror
}

// A concealed argument has a sensitive value, of which nothing is quoted.
type concealed struct {
	name string
	at   hcl.Range // its value
}

// Conceal replaces the detail of a diagnostic about a sensitive value, which may quote a part
// of it, by one that quotes nothing.
func (l *Lab) Conceal(diag *hcl.Diagnostic) { conceal(diag, l.concealed) }

func conceal(diag *hcl.Diagnostic, arguments []concealed) {
	if diag.Subject == nil {
		return
	}
	for _, a := range arguments {
		if a.at.Filename == diag.Subject.Filename && a.at.Overlaps(*diag.Subject) {
			diag.Detail = fmt.Sprintf("The value of %s is sensitive, so what is wrong with it is not shown. "+
				"Correct it, or "+
				"take the mark off its variable to see the message.", a.name)
			return
		}
	}
}

// An Input is a variable with its value.
type Input struct {
	Name  string
	Value cty.Value // wholly known
}

// A Decl is where a block and its arguments stand in the source.
type Decl struct {
	Name      string    // label; "" for a block without one
	Range     hcl.Range // the block's header
	NameRange hcl.Range // the label
	given     []given
	path      string    // of a block that a dynamic block made: `member "b" in mirror "ap1"`
	of        hcl.Range // that dynamic block
}

type given struct {
	name  string
	expr  hcl.Expression
	valid bool      // its value was accepted
	value cty.Value // cty.NilVal where it is sensitive or not known
}

// Note tells apart the blocks that one dynamic block makes: it is a sentence,
// with a leading space, or "" for a block that stands in the file itself.
func (d *Decl) Note() string {
	if d.path == "" {
		return ""
	}
	return fmt.Sprintf(" This is %s, made by the dynamic block at %s.", d.path, Position(d.of, d.Range.Filename))
}

// At returns the range of an argument's value, or the block's header where the
// argument is not given.
func (d *Decl) At(argument string) hcl.Range {
	return d.AtPath(argument)
}

// AtPath returns the range of an element inside an argument's value: of the entry with that key
// or index at the end of the path, or of as much of the path as is written out in the source.
func (d *Decl) AtPath(argument string, path ...string) hcl.Range {
	for _, g := range d.given {
		if g.name == argument {
			return pathRange(g.expr, path)
		}
	}
	return d.Range
}

// AtLine returns the range of a line, from 1, of an argument's text, or of the whole value
// where its lines are not written out in the source.
func (l *Lab) AtLine(d *Decl, argument string, line int) hcl.Range {
	for _, g := range d.given {
		if g.name == argument && g.value != cty.NilVal && g.value.Type() == cty.String {
			return lineOf(l.sources, g.expr.Range(), g.value.AsString(), line)
		}
	}
	return d.At(argument)
}

// Given reports whether the topology sets an argument (null counts as unset).
func (d *Decl) Given(argument string) bool {
	for _, g := range d.given {
		if g.name == argument {
			return true
		}
	}
	return false
}

// Value is the value of an argument, cty.NilVal where it is not given, not known or
// sensitive.
func (d *Decl) Value(argument string) cty.Value {
	for _, g := range d.given {
		if g.name == argument {
			return g.value
		}
	}
	return cty.NilVal
}

// refused reports whether an argument is given and its value was not accepted;
// what follows from it is then not worth a second message.
func (d *Decl) refused(argument string) bool {
	for _, g := range d.given {
		if g.name == argument {
			return !g.valid
		}
	}
	return false
}

// A Ref is a name inside a list, and where it stands.
type Ref struct {
	Name string
	At   hcl.Range
}

// A Pair is one entry of a map(string); maps are kept sorted by key.
type Pair struct {
	Key, Value string
	At         hcl.Range
}

// A Section is one entry of a map(map(string)).
type Section struct {
	Name string
	Keys []Pair
}

// A Duration is a length of time as the topology spells it: a whole number and
// one of ms, s, m, h, d.
type Duration struct {
	Text   string
	Millis int64
}

// Images are complete image references, and the release that the iris image
// holds.
type Images struct {
	Decl
	Registry, Tag                             string
	IRIS, Arbiter, WebGateway, NGINX, HAProxy string
	Prometheus, Grafana                       string
	IRISVersion                               string // as given; "" takes it from the tag
	Version                                   Version
}

// A Network is one Docker network.
type Network struct {
	Decl
	Subnet string // CIDR; "" for the default
}

// A Service is what every service block has. Its name is the compose service,
// the host name and the DNS name.
type Service struct {
	Decl
	Kind        string // block type
	Networks    []Ref  // in the order of the lab's networks
	HostNumber  int    // 0 where the plan chooses
	Addresses   []Pair // network name to address
	Environment []Pair
	Compose     cty.Value // an object, or null
	Restart     string    // Compose restart policy; "" where the lab's counts
	Kubernetes  cty.Value // an object, or null
}

// An Arbiter is an ISCAgent outside the mirrors.
type Arbiter struct{ *Service }

// Instance holds the settings of one IRIS: the defaults of the iris block, or
// what a member or application server overrides.
type Instance struct {
	Globals int    // MB
	CPUs    string // "" for no limit
	Demo    bool
	Merge   string
}

// IRIS is the iris block: defaults for every instance.
type IRIS struct {
	Decl
	Instance
	GMHeap          int // KB
	PasswordHash    string
	Durable         bool
	Interop         bool
	StopGracePeriod Duration
}

// TLS is the tls block: what the lab encrypts, and with which files.
type TLS struct {
	Decl
	On          bool   // the block is there
	Directory   string // of the certificates, in the generated directory
	Mirror      bool   // members to each other
	Superserver string // "off", "accept" or "require"
	Gateway     bool   // gateways to superservers
	HTTPS       bool   // clients to nginx
	ECP         bool   // application servers to data servers
}

// SecretFiles is the secrets block: where the password of IRIS is, which no other file holds.
type SecretFiles struct {
	Decl
	On        bool   // the block is there
	Directory string // in the generated directory
}

// A Mirror is one mirror set.
type Mirror struct {
	Decl
	SetName         string
	Arbiter         string // name, "" for none
	Durable         bool
	SuperserverPort int // host port of the primary on haproxy; valid where Given
	ReportingPort   int // host port of its reporting members on haproxy, 0 for none
	QOSTimeout      int // milliseconds; 0 leaves the product's
	Databases       []*Database
	Namespaces      []*Namespace // beside those of the databases
	Members         []*Member
}

// Primary returns the member that founds the set, nil where there is none.
func (m *Mirror) Primary() *Member {
	for _, member := range m.Members {
		if member.Role == "primary" {
			return member
		}
	}
	return nil
}

// A Database is a database of every member, and its namespace.
type Database struct {
	Decl
	Namespace string // upper case; "" for none of its own
	Mirrored  bool
}

// A Namespace is one whose code may lie in another database than its data.
type Namespace struct {
	Decl                     // the name is in upper case once checked
	Globals, Routines string // names of databases of the mirror, upper case
	Interop           bool
}

// A Member is one member of a mirror.
type Member struct {
	*Service
	Instance
	Mirror          *Mirror
	Role            string // "" where it was not valid
	SystemName      string
	WebPort         int
	SuperserverPort int
}

// Failover reports whether the member takes over by itself.
func (m *Member) Failover() bool { return m.Role == "primary" || m.Role == "backup" }

// An ApplicationServer is an ECP client of a mirror.
type ApplicationServer struct {
	*Service
	Instance
	Mirror *Mirror // nil where it was not valid
	mirror string  // as given
}

// A WebGateway is one Web Gateway.
type WebGateway struct {
	*Service
	HTTPPort              int // valid where Given
	DefaultServer         string
	Servers               []Ref // mirrors, members and application servers that it knows: all where not Given
	ServerResponseTimeout int   // seconds
	SystemManager         []Ref
	Username, Password    string
	INI                   []Section
}

// An NGINX is one HTTP load balancer.
type NGINX struct {
	*Service
	HTTPPort                    int // valid where Given
	HTTPSPort                   int // valid where Given
	Gateways                    []Ref
	MaxFails                    int
	FailTimeout, ConnectTimeout Duration
	ReadTimeout                 Duration
	Sticky                      bool     // once checked: what the image's release can do, where not given
	WebSocketTimeout            Duration // idle time of an upgraded connection
	Config                      string
}

// An HAProxy is one TCP load balancer.
type HAProxy struct {
	*Service
	Mirrors       []Ref
	HealthCheck   string // "web_gateway" or "web_server" once checked
	CheckInterval Duration
	IdleTimeout   Duration
	MaxConn       int // connections of each mirror; a wish where not Given
	StatsPort     int
	Config        string
}

// A Container is a container of the user's own: a service block.
type Container struct {
	*Service
	Image       string
	Command     []string // word by word, nil for none
	CommandLine string   // as Compose splits it, "" for none; only one of the two is given
	Ports       []PublishedPort
	Files       []Pair // path in the container to path below the generated directory
	After       []Ref  // services that are healthy before it starts
	Health      *HealthCheck
}

// Monitoring is Prometheus with its alert rules, and a Grafana that shows what it knows.
type Monitoring struct {
	Decl
	Prometheus     *Service
	Grafana        *Service // nil where grafana_port is 0
	PrometheusPort int      // host port, 0 for none
	GrafanaPort    int      // host port, 0 for no Grafana
	Retention      Duration
	ScrapeInterval Duration
	// ByContentType: Prometheus refuses an answer that does not say of which type it is, as
	// it does from 3.0 on, unless it is told what such an answer is. Earlier ones do not know
	// that setting. False where the image does not say which release it is.
	ByContentType bool
}

// A PublishedPort is a port of the host, and the port of the container that it leads to.
type PublishedPort struct {
	Host, Container int // 1 to 65535
	At              hcl.Range
}

// A HealthCheck is Compose's healthcheck of a service. What is "" is left to Compose, which
// takes it from the image first.
type HealthCheck struct {
	Disable                    bool
	Test                       []string // of a list, "CMD", "CMD-SHELL" or "NONE" first; nil for the image's own
	Interval, Timeout          string   // as Compose writes durations, e.g. "1m30s"
	StartPeriod, StartInterval string
	Retries                    string // a whole number
}

// A Profile is a named subset of the services.
type Profile struct {
	Decl
	Services    []Ref
	Description string
}

// Kubernetes is the kubernetes block: what the lab is on a cluster.
type Kubernetes struct {
	Decl
	Namespace     string // "" for the name of the lab
	StorageClass  string // "" for the cluster's default
	StorageSize   string // of each member's volume, as Kubernetes writes a quantity, e.g. "20Gi"
	ServiceType   string // of balancers and own gateways: "ClusterIP", "NodePort" or "LoadBalancer"
	PullSecret    string // "" for none
	ClusterDomain string // e.g. "cluster.local"
	Spread        string // of a mirror's members over nodes: "required", "preferred" or "none"
	Operator      bool   // mirrors are left to InterSystems' operator
}
