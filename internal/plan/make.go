package plan

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// Make decides everything that the lab leaves open, for Docker Compose. It is a pure
// function of the lab and of what earlier builds have given out: lock is nil for a lab
// that has not been built before, and Plan.Lock is the next one. Of a blind lab there
// is no plan: nil. The plan may be rendered only where neither these diagnostics nor
// those of the lab hold an error.
func Make(lab *schema.Lab, lock *Lock) (*Plan, hcl.Diagnostics) { return MakeFor(Compose, lab, lock) }

// MakeFor is Make for a target. The lock is the same for all of them.
func MakeFor(target Target, lab *schema.Lab, lock *Lock) (*Plan, hcl.Diagnostics) {
	if lab.Blind {
		return nil, nil
	}
	m := &maker{target: target, lab: lab, services: map[*schema.Service]*Service{}, byName: map[string]*Service{},
		networks: map[string]*Network{}, moved: map[string]string{}, dataNames: map[string]string{},
		tooLong: map[string]bool{}}
	m.general()
	m.open(lock)
	m.secure()
	m.addNetworks()
	m.addServices()
	m.addresses()
	m.addArbiters()
	m.dataDirectories()
	m.addMirrors()
	m.addApplicationServers()
	m.addInstances()
	m.addGateways()
	m.addNGINX()
	m.addHAProxy()
	m.certify()
	m.addContainers()
	m.addMonitoring()
	m.shareGateways()
	m.ports()
	m.addDependencies()
	m.checkRawConditions()
	m.addProfiles()
	m.lock()
	if target == Kubernetes {
		m.kubernetes()
	} else {
		m.bridges()
		m.memory()
	}
	m.gatewayConnections()
	m.exposure()
	schema.Sort(m.diags)
	return m.p, m.diags
}

// A maker is a plan in the making.
type maker struct {
	target   Target
	lab      *schema.Lab
	p        *Plan
	diags    hcl.Diagnostics
	services map[*schema.Service]*Service
	byName   map[string]*Service // the first of each name
	networks map[string]*Network
	portsOut bool // no host port is left; reported once
	locked   locked
	gone     map[string]bool   // mirrors of the lock that the topology no longer has
	moved    map[string]string // services that were renamed, to the name that the lock has
	// dataNames are the names in data/ of members whose data is not under their own.
	dataNames map[string]string
	// tooLong are the names of Services that were reported.
	tooLong map[string]bool
}

func (m *maker) errorf(at hcl.Range, summary, format string, args ...any) {
	m.add(schema.Diagnose(hcl.DiagError, at, summary, format, args...))
}

func (m *maker) warnf(at hcl.Range, summary, format string, args ...any) {
	m.add(schema.Diagnose(hcl.DiagWarning, at, summary, format, args...))
}

func (m *maker) add(diag *hcl.Diagnostic) {
	m.lab.Conceal(diag)
	m.diags = append(m.diags, diag)
}

// shutdownDefault is IRIS's own limit for shutting down, in seconds (CPF
// reference, ShutdownTimeout); shutdownSlack is what the container needs beyond.
const (
	shutdownDefault = 300
	shutdownSlack   = 10
)

// general copies what concerns the lab as a whole.
func (m *maker) general() {
	l := m.lab
	v := l.Images.Version
	grace := int(l.IRIS.StopGracePeriod.Millis / 1000)
	m.p = &Plan{
		Source: l.Source, Name: l.Name, Host: l.Host, PublishAddress: l.PublishAddress, Timezone: l.Timezone,
		LicenseKey: l.LicenseKey,
		Images: Images{
			IRIS: l.Images.IRIS, Arbiter: l.Images.Arbiter, WebGateway: l.Images.WebGateway,
			NGINX: l.Images.NGINX, HAProxy: l.Images.HAProxy,
			Prometheus: l.Images.Prometheus, Grafana: l.Images.Grafana,
		},
		Version:      v,
		Setup:        l.MirrorSetup,
		WebServer:    v.WebServer(),
		OwnInit:      v.OwnInit(),
		ByHook:       !v.Actions(),
		StartAgent:   !v.OwnAgent(),
		AgentFirst:   v.AgentFirst(),
		SkipCapCheck: v.CapabilityCheck(),
		StopGrace:    fmt.Sprintf("%ds", grace),
		StopSeconds:  grace,
		PasswordHash: l.IRIS.PasswordHash,
		TwoNetworks:  m.target == Compose && l.MirrorNetwork != l.ClientNetwork,
	}
	if m.target == Kubernetes {
		m.p.Kubernetes = clusterOf(l)
	}
	if grace <= shutdownDefault && !m.operated() {
		m.p.ShutdownLimit = grace - shutdownSlack
	}
	m.p.Startup = m.p.PasswordHash != "" || m.p.ShutdownLimit > 0 || m.p.ByHook
	for _, language := range l.Languages {
		m.p.Languages = append(m.p.Languages, language.Name)
	}
	if m.operated() {
		m.p.Setup = SetupConfig // the operator's own
	}
	if m.p.Setup == "auto" {
		// Two networks have been seen with SYS.Mirror only.
		m.p.Setup = SetupConfig
		if !v.ConfigMirror(false) || m.p.TwoNetworks {
			m.p.Setup = SetupSys
		}
	}
}

// addServices makes a service of every service block.
func (m *maker) addServices() {
	images := map[string]string{
		"arbiter": m.p.Images.Arbiter, "member": m.p.Images.IRIS, "application_server": m.p.Images.IRIS,
		"web_gateway": m.p.Images.WebGateway, "nginx": m.p.Images.NGINX, "haproxy": m.p.Images.HAProxy,
		"prometheus": m.p.Images.Prometheus, "grafana": m.p.Images.Grafana,
	}
	own := m.ownImages()
	m.p.Services = make([]*Service, 0, len(m.lab.Services))
	for _, s := range m.lab.Services {
		service := &Service{Name: s.Name, Kind: Kind(s.Kind), Image: images[s.Kind], Compose: tree(s.Compose),
			Restart: restart(m.lab, s), Manifest: tree(s.Kubernetes)}
		if image := own[s]; image != "" {
			service.Image = image
		}
		if m.target == Compose {
			if image := service.Compose.field("image"); image != nil {
				service.Image = image.Text
			}
		}
		m.commands(service)
		for _, pair := range s.Environment {
			service.Environment = append(service.Environment, KeyValue{pair.Key, pair.Value})
		}
		m.p.Services = append(m.p.Services, service)
		m.services[s] = service
		if m.byName[s.Name] == nil {
			m.byName[s.Name] = service
		}
	}
}

// restart is a service's restart policy: members never come back by themselves, which
// would hide what a drill shows.
func restart(l *schema.Lab, s *schema.Service) string {
	switch {
	case s.Kind == "member":
		return "no"
	case s.Restart != "":
		return s.Restart
	}
	return l.Restart
}

// commands are those of pages that concern a service.
func (m *maker) commands(s *Service) {
	s.Shell, s.Logs = "docker compose exec "+s.Name, "docker compose logs "+s.Name
	if c := m.p.Kubernetes; c != nil {
		pod := "deployment/" + s.Name
		if s.Kind.Stateful() {
			pod = "statefulset/" + s.Name
		}
		if s.Operated {
			pod = s.PodName
		}
		s.Shell = "kubectl exec -it --namespace " + c.Namespace + " " + pod + " --"
		s.Logs = "kubectl logs --namespace " + c.Namespace + " " + pod
	}
}

func (m *maker) addArbiters() {
	for _, a := range m.lab.Arbiters {
		s := m.services[a.Service]
		m.p.Arbiters = append(m.p.Arbiters, &Arbiter{Service: s, Address: m.addressOf(s, m.p.ClientNetwork)})
	}
}

// databaseRoot is the directory of the mirrored databases on every member.
const databaseRoot = "/home/irisowner/db/"

// dataRoot is the directory of durable members' data, in the lab's.
const dataRoot = "data/"

func (m *maker) addMirrors() {
	arbiters := map[string]*Arbiter{}
	for _, a := range m.p.Arbiters {
		arbiters[a.Name] = a
	}
	labels := map[string]bool{}
	for _, set := range m.lab.Mirrors {
		mirror := &Mirror{Name: set.Name, SetName: set.SetName, Label: set.SetName, QOSTimeout: set.QOSTimeout,
			Durable: set.Durable || m.target == Kubernetes, Operated: m.operated()}
		if labels[set.SetName] { // two sets may have one name, though they should not
			mirror.Label = set.Name
		}
		labels[set.SetName] = true
		if mirror.Operated {
			mirror.SetName, mirror.QOSTimeout = OperatorSet, 0
		}
		m.p.QOSTimeouts = m.p.QOSTimeouts || mirror.QOSTimeout > 0
		if a := arbiters[set.Arbiter]; a != nil {
			mirror.Arbiter = a
			a.Mirrors, a.Labels, a.served = append(a.Mirrors, set.Name), append(a.Labels, mirror.Label), mirror
			if mirror.Operated {
				a.PodName, a.Operated = operatorArbiter(set.Name), true
				m.commands(a.Service)
			}
		}
		m.addDatabases(mirror, set)
		for _, member := range set.Members {
			m.addMember(mirror, member)
		}
		for _, member := range mirror.Members {
			for _, peer := range mirror.Members {
				if peer != member {
					member.Peers = append(member.Peers, peer.MirrorAddress)
				}
			}
		}
		m.p.Durable = m.p.Durable || mirror.Durable
		m.p.Mirrors = append(m.p.Mirrors, mirror)
	}
}

// addDatabases gives a mirror its databases and namespaces.
func (m *maker) addDatabases(mirror *Mirror, set *schema.Mirror) {
	mirrored, root := map[string]bool{}, databaseRoot
	if mirror.Operated {
		root = operatorDatabases
	}
	for _, db := range set.Databases {
		name := strings.ToUpper(db.Name)
		mirrored[name] = db.Mirrored
		mirror.Databases = append(mirror.Databases, Database{
			Name: name, Namespace: db.Namespace, Mirrored: db.Mirrored,
			Directory: root + strings.ToLower(db.Name) + "/", Resource: "%DB_" + name,
		})
		m.p.OwnNamespaces = m.p.OwnNamespaces || !db.Mirrored || db.Namespace == ""
	}
	for _, n := range set.Namespaces {
		mirror.Namespaces = append(mirror.Namespaces, Namespace{Name: n.Name, Globals: n.Globals, Routines: n.Routines,
			Interop: n.Interop, Writable: !mirrored[n.Globals] && !mirrored[n.Routines]})
		m.p.OwnNamespaces = true
	}
	mirror.tableNamespace = mirror.findTableNamespace()
}

func (m *maker) addMember(mirror *Mirror, member *schema.Member) {
	s := m.services[member.Service]
	if m.target == Kubernetes {
		s.PodName, s.Operated = m.podOf(s, mirror, member.Role), mirror.Operated
		m.commands(s)
	}
	instance := m.instance(s, mirror, member.Instance)
	instance.ConfigName = mirror.Name + "," + s.Name
	instance.MirrorAddress = m.addressOf(s, m.p.MirrorNetwork)
	if m.target == Compose {
		instance.WebPort = member.WebPort
	}
	if instance.Durable = mirror.Durable; instance.Durable {
		instance.DataDirectory = dataRoot + cmp.Or(m.dataNames[s.Name], s.Name)
	}
	to := &Member{Instance: instance, Role: member.Role, SystemName: member.SystemName, AsyncType: -1}
	if mirror.Operated {
		to.SystemName = operatorName(s.PodName)
	}
	instance.Member = to
	switch member.Role {
	case RolePrimary:
		mirror.Primary = to
	case RoleBackup:
		mirror.Backup = to
	default:
		to.AsyncType = map[string]int{RoleDRAsync: 0, RoleROAsync: 1, RoleRWAsync: 2}[member.Role]
		mirror.Asyncs = append(mirror.Asyncs, to)
		if member.Role == RoleDRAsync {
			mirror.DRAsyncs = append(mirror.DRAsyncs, to)
		}
	}
	reporting := to.AsyncType > 0
	to.ByConfig = m.p.Setup == SetupConfig && (!reporting || m.p.Version.ConfigMirror(true))
	mirror.Members = append(mirror.Members, to)
}

// instance makes what members and application servers have in common.
func (m *maker) instance(s *Service, mirror *Mirror, from schema.Instance) *Instance {
	merge := m.lab.IRIS.Merge
	for _, text := range []*string{&merge, &from.Merge} {
		if *text != "" && !strings.HasSuffix(*text, "\n") {
			*text += "\n"
		}
	}
	m.p.DemoApplication = m.p.DemoApplication || from.Demo
	hostName := s.Name
	if m.target == Kubernetes {
		hostName = s.PodName
	}
	return &Instance{
		HostName: hostName,
		Service:  s, Mirror: mirror, ConfigName: s.Name, ClientAddress: m.addressOf(s, m.p.ClientNetwork),
		Globals: from.Globals, GMHeap: m.lab.IRIS.GMHeap, CPUs: from.CPUs, Interop: m.lab.IRIS.Interop,
		Demo: from.Demo, Merge: merge + from.Merge, TLS: m.p.TLS,
	}
}

// Limits of ECP connections (CPF reference, MaxServerConn).
const (
	leastServerConn = 16
	mostServerConn  = 254
)

func (m *maker) addApplicationServers() {
	mirrors := map[string]*Mirror{}
	for _, mirror := range m.p.Mirrors {
		mirrors[mirror.Name] = mirror
	}
	for _, a := range m.lab.ApplicationServers {
		if a.Mirror == nil {
			continue
		}
		mirror := mirrors[a.Mirror.Name]
		if s := m.services[a.Service]; m.target == Kubernetes {
			s.PodName = s.Name + "-0"
		}
		server := &ApplicationServer{m.instance(m.services[a.Service], mirror, a.Instance)}
		mirror.ApplicationServers = append(mirror.ApplicationServers, server)
		for _, member := range mirror.Members {
			member.ECP = member.AsyncType <= 0
		}
		m.p.ApplicationServers = append(m.p.ApplicationServers, server)
		// A mirror client connects twice while the primary changes.
		mirror.MaxServerConn = max(leastServerConn, 2*len(mirror.ApplicationServers))
		if mirror.MaxServerConn > mostServerConn && len(mirror.ApplicationServers) == mostServerConn/2+1 {
			m.errorf(a.NameRange, "Too many application servers",
				"A data server admits at most %d ECP connections and each application server may need two, so "+
					"mirror %q serves at most %d; %q is one too many. Let it use another mirror.", mostServerConn,
				mirror.Name, mostServerConn/2, a.Name)
		}
	}
}

// addInstances lists members and application servers in file order.
func (m *maker) addInstances() {
	of := map[*Service]*Instance{}
	for _, mirror := range m.p.Mirrors {
		for _, member := range mirror.Members {
			of[member.Service] = member.Instance
		}
	}
	for _, a := range m.p.ApplicationServers {
		of[a.Service] = a.Instance
	}
	for _, s := range m.p.Services {
		if instance := of[s]; instance != nil {
			m.p.Instances = append(m.p.Instances, instance)
		}
	}
}

// encodePassword is how CSP.ini holds a server password (GCGI).
func encodePassword(password string) string {
	return "]]]" + base64.StdEncoding.EncodeToString([]byte(password))
}

// addDependencies decides what waits for what. Nothing waits for a balancer or
// a gateway, and they wait for nothing: a dead member must not stop them.
func (m *maker) addDependencies() {
	for _, mirror := range m.p.Mirrors {
		var pair []Dependency
		for _, member := range []*Member{mirror.Primary, mirror.Backup} {
			if member == nil {
				continue
			}
			if mirror.Arbiter != nil {
				member.DependsOn = append(member.DependsOn, Dependency{mirror.Arbiter.Name, Started})
			}
			member.DependsOn = append(member.DependsOn, pair...)
			pair = append(pair, Dependency{member.Name, Healthy})
		}
		for _, async := range mirror.Asyncs {
			async.DependsOn = append(async.DependsOn, pair...)
		}
		for _, server := range mirror.ApplicationServers {
			server.DependsOn = append(server.DependsOn, pair...)
		}
	}
	m.addContainerDependencies()
}

// addProfiles puts the services of each profile in start order.
func (m *maker) addProfiles() {
	rank := map[*Service]int{}
	for _, s := range m.p.Services {
		rank[s] = map[Kind]int{KindApplicationServer: 4, KindGateway: 5, KindNGINX: 6, KindHAProxy: 7,
			KindContainer: 8, KindPrometheus: 8, KindGrafana: 9}[s.Kind]
	}
	for _, i := range m.p.Instances {
		switch {
		case i.Member == nil:
		case i.Member.Role == RolePrimary:
			rank[i.Service] = 1
		case i.Member.Role == RoleBackup:
			rank[i.Service] = 2
		default:
			rank[i.Service] = 3
		}
	}
	m.rankContainers(rank)
	order := append([]*Service{}, m.p.Services...)
	sort.SliceStable(order, func(i, j int) bool { return rank[order[i]] < rank[order[j]] })
	for _, p := range m.lab.Profiles {
		profile := &Profile{Name: p.Name, Description: p.Description}
		in := map[string]bool{}
		for _, ref := range p.Services {
			in[ref.Name] = true
		}
		for _, s := range order {
			if in[s.Name] {
				profile.Services = append(profile.Services, s.Name)
			}
		}
		m.p.Profiles = append(m.p.Profiles, profile)
	}
}
