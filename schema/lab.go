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

	Host           string
	PublishAddress string
	Timezone       string
	LicenseKey     string
	MirrorNetwork  string // name of a network
	ClientNetwork  string // name of a network
	MirrorSetup    string // "auto", "config_mirror" or "sys_mirror"
	Languages      []Ref  // "en", "ja"

	Images             Images
	Networks           []*Network // at least one
	Arbiters           []*Arbiter
	IRIS               IRIS
	Mirrors            []*Mirror
	ApplicationServers []*ApplicationServer
	WebGateways        []*WebGateway
	NGINX              []*NGINX
	HAProxy            []*HAProxy
	Profiles           []*Profile

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

// A Decl is where a block and its arguments stand in the source.
type Decl struct {
	Name      string    // label; "" for a block without one
	Range     hcl.Range // the block's header
	NameRange hcl.Range // the label
	given     []given
	path      string // of a block that a dynamic block made: `member "b" in mirror "ap1"`
	of        string // where that dynamic block stands
}

type given struct {
	name  string
	at    hcl.Range
	valid bool // its value was accepted
}

// Note tells apart the blocks that one dynamic block makes: it is a sentence,
// with a leading space, or "" for a block that stands in the file itself.
func (d *Decl) Note() string {
	if d.of == "" {
		return ""
	}
	return fmt.Sprintf(" This is %s, made by the dynamic block at %s.", d.path, d.of)
}

// At returns the range of an argument's value, or the block's header where the
// argument is not given.
func (d *Decl) At(argument string) hcl.Range {
	for _, g := range d.given {
		if g.name == argument {
			return g.at
		}
	}
	return d.Range
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

// A Mirror is one mirror set.
type Mirror struct {
	Decl
	SetName         string
	Arbiter         string // name, "" for none
	Durable         bool
	SuperserverPort int // host port of the primary on haproxy; valid where Given
	Databases       []*Database
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

// A Database is a mirrored database and its namespace.
type Database struct {
	Decl
	Namespace string // upper case
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
	ServerResponseTimeout int // seconds
	SystemManager         []Ref
	Username, Password    string
	INI                   []Section
}

// An NGINX is one HTTP load balancer.
type NGINX struct {
	*Service
	HTTPPort                    int // valid where Given
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

// A Profile is a named subset of the services.
type Profile struct {
	Decl
	Services    []Ref
	Description string
}
