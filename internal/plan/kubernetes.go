package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// A Cluster is what a lab is on Kubernetes.
type Cluster struct {
	Namespace     string // of the lab alone
	StorageClass  string // "" for the cluster's default
	StorageSize   string // of each member's volume, e.g. "20Gi", as the API server spells it
	ServiceType   string // of balancers and own gateways: "ClusterIP", "NodePort" or "LoadBalancer"
	PullSecret    string // "" for none
	ClusterDomain string // e.g. "cluster.local"
	Spread        string // of a mirror's members over nodes: "required", "preferred" or "none"
	Operator      bool   // mirrors are left to InterSystems' operator
	// StartTries is after how many failed checks, one every three seconds, the kubelet
	// gives up a start and makes the container anew.
	StartTries int
	// Farewell is for how many seconds a gateway or balancer goes on serving once its
	// Service has left it, and KeepaliveTime for how many nginx uses a connection.
	Farewell, KeepaliveTime int
	ArbiterSpread           string // of arbiters and members over nodes, as Spread
}

// Seconds that a Service takes to lead elsewhere on every node, with ample room, and half
// of that.
const (
	farewell      = 10
	keepaliveTime = 5
)

// KustomizationPath is the file that kubectl is given.
const KustomizationPath = "kustomization.yaml"

// startTries make an hour: a member must not be killed for being slow.
const startTries = 1200

func clusterOf(l *schema.Lab) *Cluster {
	k := l.Kubernetes
	c := &Cluster{
		Namespace: k.Namespace, StorageClass: k.StorageClass, StorageSize: canonical(k.StorageSize),
		ServiceType: k.ServiceType, PullSecret: k.PullSecret, ClusterDomain: k.ClusterDomain, Spread: k.Spread,
		Operator: k.Operator, StartTries: startTries,
		Farewell: farewell, KeepaliveTime: keepaliveTime, ArbiterSpread: "preferred",
	}
	if k.Spread == "none" {
		c.ArbiterSpread = k.Spread
	}
	if c.Namespace == "" {
		c.Namespace = l.Name
	}
	return c
}

// host is the DNS name of a service of the lab, complete because HAProxy knows no search
// domains.
func (c *Cluster) host(service string) string {
	return service + "." + c.Namespace + ".svc." + c.ClusterDomain
}

// ReadyHost is a name that resolves while a member of the mirror is ready, and to those
// that are.
func (m *Mirror) ReadyHost(c *Cluster) string { return c.host(m.Name) }

// addressOf is where others reach a service on a network of the lab: an address, or a name
// on a cluster.
func (m *maker) addressOf(s *Service, n *Network) string {
	if m.target == Kubernetes {
		return m.p.Kubernetes.host(s.Name)
	}
	return s.Address(n)
}

// A ServicePort is a port of a Service of Kubernetes.
type ServicePort struct {
	Name   string
	Port   int // of the Service
	Target int // of the container
	Node   int // of every node, 0 where the cluster chooses one or the Service has none
}

// kubernetes makes a plan for a cluster of one that was made with addresses: names that
// Kubernetes takes, the ports of Services, and no networks. It notes what means nothing
// there.
func (m *maker) kubernetes() {
	m.checkLabels()
	m.operate()
	m.clusterNotes()
	m.p.OpenPorts = nil
	m.p.Host = "localhost" // kubectl port-forward
	for _, s := range m.p.Services {
		s.Addresses, s.Ports = nil, nil
	}
	m.p.Networks, m.p.MirrorNetwork, m.p.ClientNetwork = nil, nil, nil
	publish := func(s *Service, port ServicePort, purpose string) {
		s.Ports = append(s.Ports, Port{Host: port.Port, Container: port.Target, Purpose: purpose})
	}
	for i, g := range m.p.Gateways {
		m.gatewayPorts(m.lab.WebGateways[i], g)
		g.StopSeconds = farewell + g.Config.Timeout + stopSlack
		publish(g.Service, ServicePort{Port: g.HTTPPort, Target: HTTPPort}, "HTTP port of "+g.Name)
	}
	for i, n := range m.p.NGINX {
		m.nginxPorts(m.lab.NGINX[i], n)
		for _, port := range n.ServicePorts {
			publish(n.Service, port, strings.ToUpper(port.Name)+" port of "+n.Name)
		}
	}
	for i, h := range m.p.HAProxy {
		h.ResolveInterval = resolveInterval(h)
		m.listeners(m.lab.HAProxy[i], h)
		for _, port := range h.ServicePorts {
			publish(h.Service, port, purposeOf(h, port))
		}
	}
	m.pods()
	m.monitoringPods()
	m.checkPullSecret()
	m.p.forward()
}

// listeners are the ports of a haproxy's Service: those that are published, or where none
// is, all of them, for the cluster alone.
func (m *maker) listeners(from *schema.HAProxy, h *HAProxy) {
	h.ServiceType = m.p.Kubernetes.ServiceType
	published := h.StatsPort > 0
	for _, l := range slices.Concat(h.Listeners, h.Reporting) {
		published = published || l.Host > 0
	}
	if !published {
		h.ServiceType = "ClusterIP"
		for _, l := range h.Listeners {
			l.Host = l.Port
		}
	}
	mirrors := map[string]*schema.Mirror{}
	for _, mirror := range m.lab.Mirrors {
		mirrors[mirror.Name] = mirror
	}
	for _, l := range h.Listeners {
		if l.Host > 0 {
			at := &schema.Service{Decl: mirrors[l.Mirror.Name].Decl}
			h.ServicePorts = append(h.ServicePorts,
				m.servicePort(h.ServiceType, l.Mirror.Name, l.Host, l.Port, at, "superserver_port"))
		}
	}
	for _, l := range h.Reporting {
		at := &schema.Service{Decl: mirrors[l.Mirror.Name].Decl}
		h.ServicePorts = append(h.ServicePorts,
			m.servicePort(h.ServiceType, reportingName(h, l.Mirror.Name), l.Host, l.Port, at, "reporting_port"))
	}
	if h.StatsPort > 0 {
		h.ServicePorts = append(h.ServicePorts,
			m.servicePort(h.ServiceType, "stats", h.StatsPort, StatsPort, from.Service, "stats_port"))
	}
}

// mostLookups is how many names a haproxy looks up a second.
const mostLookups = 500

// resolveInterval is a second, and more where there are many names.
func resolveInterval(h *HAProxy) string {
	names := len(h.Gateways)
	for _, l := range slices.Concat(h.Listeners, h.Reporting) {
		names += len(l.Servers)
	}
	return strconv.Itoa(max(1, (names+mostLookups-1)/mostLookups)) + "s"
}

// Founder reports whether the instance founds its mirror, and so waits for nobody.
func (i *Instance) Founder() bool { return i.Member != nil && i.Member.Role == RolePrimary }

// Secret is the name of the secret that holds the configuration on Kubernetes.
func (c *GatewayConfig) Secret() string {
	return "webgateway" + strings.TrimPrefix(strings.TrimSuffix(c.File, ".ini"), "CSP")
}

func purposeOf(h *HAProxy, port ServicePort) string {
	if port.Target == StatsPort {
		return "statistics port of " + h.Name
	}
	for _, l := range h.Reporting {
		if port.Target == l.Port {
			return reportingPurpose(l.Mirror.Name)
		}
	}
	return "superserver port of mirror " + port.Name
}

// Ports of nodes that a Service of type NodePort may have by default
// (--service-node-port-range of the API server).
const (
	firstNodePort = 30000
	lastNodePort  = 32767
)

// servicePort is a port of a Service. On one of type NodePort, it is the node's too where
// the cluster allows that.
func (m *maker) servicePort(kind, name string, port, target int, s *schema.Service, argument string) ServicePort {
	p := ServicePort{Name: name, Port: port, Target: target}
	if kind != "NodePort" {
		return p
	}
	if port >= firstNodePort && port <= lastNodePort {
		p.Node = port
	} else if s.Given(argument) {
		m.warnf(s.At(argument), "Port that no node has",
			"%s is a port of the Service, inside the cluster. On its nodes a cluster gives away ports from %d to %d "+
				"only, so it chooses one there, which \"kubectl get services\" shows. Give %s one of these to have it "+
				"on the nodes too.", argument, firstNodePort, lastNodePort, argument)
	}
	return p
}

// A meaningless argument has no effect on Kubernetes.
type meaningless struct {
	name, because string
	at            []hcl.Range
}

// clusterNotes names each argument once that was given and means nothing on Kubernetes.
func (m *maker) clusterNotes() {
	const cluster = "the cluster gives pods their addresses"
	list := []*meaningless{
		{name: "network", because: "a cluster has one network"},
		{name: "mirror_network", because: "a cluster has one network"},
		{name: "client_network", because: "a cluster has one network"},
		{name: "networks", because: "a cluster has one network"},
		{name: "host_number", because: cluster},
		{name: "addresses", because: cluster},
		{name: "publish_address", because: "service_type of the kubernetes block says how the lab is reached"},
		{name: "web_port", because: "a member is reached at its own name inside the cluster"},
		{name: "superserver_port", because: "a member is reached at its own name inside the cluster"},
		{name: "compose", because: "it is for Docker Compose; kubernetes has keys for the workload"},
		{name: "durable", because: "each member keeps its data in a volume"},
		{name: "restart", because: "a cluster always starts a container again that has ended"},
	}
	note := func(name string, at hcl.Range) {
		i := slices.IndexFunc(list, func(n *meaningless) bool { return n.name == name })
		list[i].at = append(list[i].at, at)
	}
	given := func(d *schema.Decl, names ...string) {
		for _, name := range names {
			if d.Given(name) {
				note(name, d.At(name))
			}
		}
	}
	given(&m.lab.Decl, "mirror_network", "client_network", "publish_address", "restart")
	for _, n := range m.lab.Networks {
		if n.Range != m.lab.Range {
			note("network", n.Range)
		}
	}
	for _, s := range m.lab.Services {
		given(&s.Decl, "networks", "host_number", "addresses", "compose", "restart")
		if s.Kind == "member" {
			given(&s.Decl, "web_port", "superserver_port")
		}
	}
	if m.lab.IRIS.Given("durable") && !m.lab.IRIS.Durable {
		note("durable", m.lab.IRIS.At("durable"))
	}
	for _, mirror := range m.lab.Mirrors {
		if mirror.Given("durable") && !mirror.Durable {
			note("durable", mirror.At("durable"))
		}
	}
	for _, n := range append(list, m.operatorMeaningless()...) {
		if len(n.at) == 0 {
			continue
		}
		more := ""
		if others := len(n.at) - 1; others > 0 {
			more = fmt.Sprintf(" The same is true of %d more.", others)
		}
		m.warnf(n.at[0], "No meaning on Kubernetes", "%s has no effect here: %s.%s", n.name, n.because, more)
	}
}

// ManagerBlocks are the addresses outside the pod, in CIDR form, that are let in to open the
// gateway's management pages: those of System_Manager. Clients of a gateway of its own come
// from everywhere anyway.
func (g *Gateway) ManagerBlocks() []string {
	if g.Own {
		return nil
	}
	return g.Config.ManagerBlocks()
}

// Managers reports whether addresses outside the cluster's pods may open the management pages of
// a gateway that balancers are in front of.
func (p *Plan) Managers() bool {
	return slices.ContainsFunc(p.Gateways, func(g *Gateway) bool { return len(g.ManagerBlocks()) > 0 })
}

// ManagerBlocks are the addresses outside the pod, in CIDR form, that may open the
// management pages of gateways with this configuration: those of System_Manager that are
// not loopback.
func (c *GatewayConfig) ManagerBlocks() []string {
	var blocks []string
	for pattern := range strings.SplitSeq(c.SystemManager, ",") {
		parts := strings.Split(pattern, ".")
		wild := slices.IndexFunc(parts, func(part string) bool { return strings.Contains(part, "*") })
		if parts[0] == "127" {
			continue
		}
		bits := 32
		if wild >= 0 {
			bits = 8 * wild
			parts = parts[:wild]
		}
		for len(parts) < 4 {
			parts = append(parts, "0")
		}
		if block := strings.Join(parts, ".") + "/" + strconv.Itoa(bits); len(parts) == 4 &&
			!slices.Contains(blocks, block) {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// An InstanceTable is what the table of instances of hooks has: all instances of the lab
// and their mirrors, or those of one mirror.
type InstanceTable struct {
	Instances []*Instance
	Mirrors   []*Mirror
}

// InstanceTable is that of the whole lab.
func (p *Plan) InstanceTable() *InstanceTable { return &InstanceTable{p.Instances, p.Mirrors} }

// InstanceTable is that of the mirror's members and application servers.
func (m *Mirror) InstanceTable() *InstanceTable {
	t := &InstanceTable{Mirrors: []*Mirror{m}}
	for _, member := range m.Members {
		t.Instances = append(t.Instances, member.Instance)
	}
	for _, a := range m.ApplicationServers {
		t.Instances = append(t.Instances, a.Instance)
	}
	return t
}

// canonical is a size as the API server spells it, so that what it says of a volume can be
// compared: with the largest unit of the same kind in which it is a whole number.
func canonical(size string) string {
	digits := strings.TrimRight(size, "KMGTPik")
	number, err := strconv.Atoi(digits)
	if err != nil || number == 0 {
		return size
	}
	unit := size[len(digits):]
	units, step := []string{"M", "G", "T", "P", "E"}, 1000
	if strings.HasSuffix(unit, "i") {
		units, step = []string{"Mi", "Gi", "Ti", "Pi", "Ei"}, 1024
	}
	at := slices.Index(units, unit)
	for ; number%step == 0 && at+1 < len(units); at++ {
		number /= step
	}
	return strconv.Itoa(number) + units[at]
}
