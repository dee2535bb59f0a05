// Package plan decides everything a topology leaves open: versions, host
// numbers, addresses, host ports, start order, gateway servers and paths. A
// [Plan] is plain data; templates print it and decide nothing themselves.
package plan

import (
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// A Plan is a lab with nothing left open. All slices are in the order of the
// topology's blocks unless a field says otherwise, and never depend on map
// order, time or environment.
type Plan struct {
	Source          string // base name of the topology, for the header of every artifact
	Name            string // compose project name
	Host            string // host name printed in endpoint lists
	PublishAddress  string // host interface that published ports bind to
	Timezone        string
	LicenseKey      string // relative to the generated directory
	Languages       []string
	Images          Images
	Version         schema.Version // of the iris image
	Setup           string         // route by which members join: SetupConfig or SetupSys
	WebServer       bool           // members have a web server of their own on port 52773 (up to 2023.1)
	OwnInit         bool           // the iris image brings its own init process (2026.1 and later)
	ByHook          bool           // merge files hold parameters alone, and after-start.sh does the rest (below 2022.1)
	StartAgent      bool           // after-start.sh starts the ISCAgent where none answers (below 2022.1)
	AgentFirst      bool           // before-start.sh starts it, because iris-main does not (below 2021.1)
	SkipCapCheck    bool           // iris-main must not check Linux capabilities (2021 and 2022)
	StopGrace       string         // how long Docker waits for IRIS, e.g. "320s"
	StopSeconds     int            // the same
	ShutdownLimit   int            // seconds for [Startup] ShutdownTimeout; 0 leaves the product's 300
	DemoApplication bool           // at least one instance serves the demo application
	PasswordHash    string         // "" leaves the image's accounts alone
	Startup         bool           // merge files have a [Startup] section
	Durable         bool           // at least one mirror keeps its data in data/
	// OwnNamespaces is set where a mirror has namespaces beside those of its
	// databases, or databases that are not mirrored or have no namespace.
	OwnNamespaces bool
	QOSTimeouts   bool     // at least one mirror sets its QOSTimeout
	Kubernetes    *Cluster // what the lab is on a cluster; nil for Docker Compose

	TLS           *TLS   // nil for none
	PasswordFile  string // relative to the generated directory; "" where there is no secrets block
	Networks      []*Network
	MirrorNetwork *Network // journal, agent and member-to-member traffic
	ClientNetwork *Network // superserver traffic, and the arbiter
	TwoNetworks   bool     // mirror and client network differ

	Services           []*Service // every service, in file order
	Arbiters           []*Arbiter
	Mirrors            []*Mirror
	ApplicationServers []*ApplicationServer
	Instances          []*Instance // members and application servers, in file order
	Gateways           []*Gateway
	GatewayConfigs     []*GatewayConfig
	NGINX              []*NGINX
	HAProxy            []*HAProxy
	Containers         []*Container // of the user's own, and those of Monitoring
	Monitoring         *Monitoring  // nil for none
	Profiles           []*Profile
	// OpenPorts are those of raw compose keys that are open to the network, where the
	// lab's own are not.
	OpenPorts []Port
	// Forwards are the ways from this machine to ports of Services on a cluster.
	Forwards []Forward
	local    map[Forward]int // ports of this machine, by forwards without them
	// Accounts are the superserver logins of gateways that differ from the
	// product's published default; every instance is given their passwords.
	Accounts []Account
	// Lock is what this plan has given to whom, for the next one.
	Lock *Lock
}

// The login that the product publishes for gateways; it needs no set-up.
const (
	DefaultGatewayUser     = "CSPSystem"
	DefaultGatewayPassword = "SYS"
)

// An Account is a login with its password in plain text.
type Account struct{ User, Password string }

// The two routes by which a member joins its mirror.
const (
	SetupConfig = "config_mirror" // a ConfigMirror action in the merge file
	SetupSys    = "sys_mirror"    // SYS.Mirror calls from after-start.sh
)

// Ports inside the containers; they are the product's own.
const (
	SuperserverPort = 1972
	WebServerPort   = 52773
	HTTPPort        = 80
	HTTPSPort       = 443
	StatsPort       = 8404
)

// Roles of a mirror member at first start, in the vendor's spelling.
const (
	RolePrimary = "primary"
	RoleBackup  = "backup"
	RoleDRAsync = "drasync"
	RoleROAsync = "rorasync"
	RoleRWAsync = "rwrasync"
)

// Images are complete image references.
type Images struct {
	IRIS, Arbiter, WebGateway, NGINX, HAProxy string
	Prometheus, Grafana                       string
}

// A Network is one Docker network of the lab.
type Network struct {
	Name    string
	Subnet  string // CIDR, e.g. "10.0.1.0/24"
	Gateway string // Docker's own address, e.g. "10.0.1.1"; never handed out
}

// A Service is one container.
type Service struct {
	Name        string
	Kind        Kind
	Image       string
	HostNumber  int
	Addresses   []Address // one a network, in the order of the lab's networks
	Ports       []Port
	DependsOn   []Dependency
	Environment []KeyValue   // the topology's additions only, sorted by key
	Restart     string       // Compose restart policy
	PodName     string       // on Kubernetes; "" where the cluster chooses it
	Operated    bool         // InterSystems' operator makes its pod
	Shell       string       // begins a command that runs in its container, "docker compose exec ap1a"
	Logs        string       // the command that prints its log
	Compose     *Tree        // raw keys merged into the compose service; nil for none
	Manifest    *Tree        // raw keys merged into the workload on Kubernetes; nil for none
	Certificate *Certificate // nil where it needs none
}

// Kind is the block type that declared a service.
type Kind string

// The kinds of service, spelled like their blocks.
const (
	KindArbiter           Kind = "arbiter"
	KindMember            Kind = "member"
	KindApplicationServer Kind = "application_server"
	KindGateway           Kind = "web_gateway"
	KindNGINX             Kind = "nginx"
	KindHAProxy           Kind = "haproxy"
	KindContainer         Kind = "service" // of the user's own
	KindPrometheus        Kind = "prometheus"
	KindGrafana           Kind = "grafana"
)

// Stateful reports whether such a service is a StatefulSet on Kubernetes, and else a Deployment.
func (k Kind) Stateful() bool { return k.Instance() || k == KindPrometheus }

// Instance reports whether such a service is an IRIS.
func (k Kind) Instance() bool { return k == KindMember || k == KindApplicationServer }

// An Address is a service's fixed address on one network.
type Address struct {
	Network *Network
	IP      string
}

// A Port is published on the host.
type Port struct {
	Host      int
	Container int
	Binding   string // as Compose writes it, e.g. "127.0.0.1:8080:80"
	Purpose   string // short English noun phrase, e.g. "superserver of ap1a"
}

// A Dependency is a depends_on entry of the compose file.
type Dependency struct {
	Service   string
	Condition string // for which state it waits: Started or Healthy
}

// The states of a service that another can wait for, in Compose's words.
const (
	Started = "service_started"
	Healthy = "service_healthy"
)

// KeyValue is one entry of a map, kept in a sorted slice.
type KeyValue struct{ Key, Value string }

// A Tree is a raw value of the topology: exactly one field is used, chosen by
// Kind.
type Tree struct {
	Kind   TreeKind
	Text   string // scalar as the topology spells it: string contents, number, true/false
	List   []*Tree
	Fields []Field // sorted by name
}

// TreeKind tells the types of a [Tree] apart.
type TreeKind int

// The types of a [Tree].
const (
	TreeString TreeKind = iota
	TreeNumber
	TreeBool
	TreeList
	TreeObject
)

// A Field is one member of an object.
type Field struct {
	Name   string
	Value  *Tree
	Append bool // a list that is added to the one that is there, where any other value replaces
}

// An Arbiter is an ISCAgent outside the mirrors' hosts.
type Arbiter struct {
	*Service
	Address string   // on the client network
	Mirrors []string // names of the mirrors that use it
	Labels  []string // and their labels
	served  *Mirror  // the last of them
}

// A Mirror is one mirror set.
type Mirror struct {
	Name           string
	SetName        string
	Label          string   // of its pods on Kubernetes; it stays when the mirror is renamed
	Arbiter        *Arbiter // nil for none
	Durable        bool
	Databases      []Database
	tableNamespace string // see TableNamespace
	// Namespaces are those beside the databases' own.
	Namespaces []Namespace
	QOSTimeout int       // milliseconds; 0 leaves the product's
	Members    []*Member // in file order
	Primary    *Member   // the member that founds the set
	Backup     *Member   // nil for none
	Asyncs     []*Member // in file order
	DRAsyncs   []*Member // the asyncs that can be promoted
	// MaxServerConn is how many ECP application servers a failover or DR
	// member admits (CPF [config] MaxServerConn, 0 to 254).
	MaxServerConn      int
	ApplicationServers []*ApplicationServer
	Port               *Port  // where haproxy serves the primary; nil where none is published
	HAProxy            string // the haproxy service that serves it, "" for none
	Operated           bool   // InterSystems' operator makes it, of an IrisCluster
}

// A Database has the same directory on every member.
type Database struct {
	Name      string
	Namespace string // "" for none of its own
	Mirrored  bool
	Directory string // "/home/irisowner/db/<name>/"
	Resource  string // "%DB_<NAME>"
}

// A Namespace is one beside those of the databases.
type Namespace struct {
	Name              string
	Globals, Routines string // databases of its mirror
	Interop           bool
	// Writable is set where every member can write to both databases, because neither
	// is mirrored.
	Writable bool
}

// An Instance is one IRIS: a member or an application server.
type Instance struct {
	*Service
	Mirror        *Mirror // the set it belongs to, or whose data it serves
	Member        *Member // nil for an application server
	ConfigName    string  // CSPConfigName, e.g. "ap1,ap1a"
	ClientAddress string  // on the client network
	MirrorAddress string  // on the mirror network; "" for an application server
	HostName      string  // of its container, which the demo application answers with
	Globals       int     // MB
	GMHeap        int     // KB
	CPUs          string  // "" for no limit
	Interop       bool
	Demo          bool   // serves the demo application
	Merge         string // raw CPF text appended to its merge file, "" for none
	WebPort       int    // host port of its own web server, 0 for none
	Durable       bool   // keeps its data in DataDirectory
	DataDirectory string // in the lab's directory: "data/ap1a"; under the name of before where it was renamed
	TLS           *TLS   // of the lab, nil for none
}

// A Member is a mirror member.
type Member struct {
	*Instance
	Role       string // at first start: primary, backup, drasync, rorasync, rwrasync
	SystemName string
	// ByConfig is true where the merge file declares the member with
	// ConfigMirror, that of the lab or the operator's own; false where after-start.sh calls
	// SYS.Mirror.
	ByConfig bool
	// AsyncType is SYS.Mirror's AsyncMemberType: 0 DR, 1 read-only, 2 read-write
	// reporting; -1 for a failover member.
	AsyncType int
	// ECP is true where the member serves ECP clients: a failover member or a DR
	// async of a mirror that has application servers.
	ECP bool
	// Peers are the mirror addresses of the other members of the set.
	Peers []string
}

// An ApplicationServer is an ECP client of a mirror.
type ApplicationServer struct {
	*Instance
}

// A Gateway is one Web Gateway.
type Gateway struct {
	*Service
	Address      string        // on the client network
	HTTPPort     int           // host port, 0 for none; on Kubernetes a port of its Service
	ServiceType  string        // on Kubernetes
	ServicePorts []ServicePort // on Kubernetes
	// StopSeconds is how long Kubernetes waits for it to stop.
	StopSeconds int
	Config      *GatewayConfig
	// Own is true where it knows just some servers: nginx, health checks, monitoring and
	// drills leave it out.
	Own bool
}

// A GatewayConfig is one CSP.ini; gateways with equal settings share it.
type GatewayConfig struct {
	File          string // "CSP.ini", "CSP-2.ini", ...
	SystemManager string // comma-separated address patterns
	Timeout       int    // seconds
	DefaultServer string // "" disables /csp
	// MaxConnections is how many connections a gateway may have; 0 leaves the
	// product's 1024.
	MaxConnections int
	Servers        []GatewayServer
	Extra          []Section // raw keys, by section
	Gateways       []*Gateway
}

// A GatewayServer is a server entry and the path of the same name.
type GatewayServer struct {
	Name        string
	Address     string
	MirrorAware bool
	Timeout     int // seconds
	Username    string
	Password    string // encoded as the gateway stores it: "]]]" and base64; or "{COMMAND}"
	TLS         bool   // it is asked with TLS
}

// A Section is a group of raw INI keys.
type Section struct {
	Name string
	Keys []KeyValue
}

// An NGINX is one HTTP load balancer.
type NGINX struct {
	*Service
	HTTPPort       int
	ServiceType    string        // on Kubernetes
	ServicePorts   []ServicePort // on Kubernetes
	HTTPSPort      int           // host port; 0 for none
	HTTPS          bool          // it serves HTTPS, and redirects HTTP there
	Gateways       []*Backend
	MaxFails       int
	FailTimeout    string
	ConnectTimeout string
	ReadTimeout    string
	Cookie         string // name of the cookie that keeps a browser on one gateway, "" for none
	// WebSocketTimeout is how long an idle WebSocket lives, e.g. "1h".
	WebSocketTimeout string
	// GatewayRequests is how many requests it has at one gateway at a time, and
	// PathRequests how many for one path, and so for one mirror.
	GatewayRequests, PathRequests int
	// Settings are nginx's own, beside those of its file: the -g of its command line.
	Settings string
	// StopGrace is how long Docker waits for it to stop, e.g. "65s", and StopSeconds the same.
	StopGrace   string
	StopSeconds int
	Config      string // raw text of the server block, "" for none
}

// A Backend is a server of a load balancer, seen from that balancer.
type Backend struct {
	Name    string
	Address string
	Role    string // of a mirror member, "" otherwise
	Logs    string // the command that prints its log
}

// An HAProxy is one TCP load balancer.
type HAProxy struct {
	*Service
	Listeners     []*Listener
	Reporting     []*Listener   // those that lead to reporting members, whichever answers
	ViaGateways   bool          // health is asked through the gateways, not on 52773
	Gateways      []*Backend    // the gateways that it asks
	CheckInterval string        // e.g. "1s"
	CheckMillis   int64         // the same in milliseconds
	IdleTimeout   string        // e.g. "24h"
	StatsPort     int           // host port, 0 for none
	Guarded       bool          // its statistics ask for the lab's password
	ServiceType   string        // on Kubernetes
	ServicePorts  []ServicePort // on Kubernetes
	MirrorConn    int           // connections of each mirror
	MaxConn       int           // connections of the process: those of all mirrors, health checks and statistics
	StatsConn     int           // connections of the statistics
	Files         int           // that the process may open
	Config        string        // raw text of the defaults section, "" for none
	FirstPort     int           // container port of the first listener
	// ResolveInterval is how often it looks for a member's address on Kubernetes, e.g. "1s".
	ResolveInterval string
}

// A Container has no role in a mirror: it is the user's own, or of the monitoring.
type Container struct {
	*Service
	Block       string   // type of the block that it is from: "service" or "monitoring"
	Command     []string // word by word, nil for none
	CommandLine string   // as Compose splits it, "" for none; only one of the two is given
	Files       []Mount  // sorted by their path in the container
	Guarded     bool     // it is given the lab's password, as /lab/password
	Health      *Health  // nil for that of its image
	// Configuration are the artifacts that it reads when it starts; nil of the user's own.
	Configuration []string
	Pod           *Pod // on Kubernetes
}

// A Mount is a file or directory of the generated directory that a container sees, read-only.
type Mount struct {
	Source string // relative to the generated directory
	Target string // path in the container
	at     hcl.Range
}

// A Health is what Compose asks of a container. What is "" is left to Compose.
type Health struct {
	Disable                    bool
	Test                       []string // "CMD" or "CMD-SHELL" first; nil for the image's own
	Interval, Timeout          string   // e.g. "1m30s"
	StartPeriod, StartInterval string
	Retries                    string
}

// A Listener serves the primary of one mirror.
type Listener struct {
	Mirror  *Mirror
	Port    int // inside the container
	Host    int // on the host, 0 for none
	Servers []*Backend
}

// A Profile is a named subset of the services.
type Profile struct {
	Name        string
	Description string
	Services    []string // in start order
}
