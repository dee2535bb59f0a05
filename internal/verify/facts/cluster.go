package facts

import (
	"maps"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/kubernetes"
	"mirrorgen/internal/parallel"
)

// clusterNetwork is the network that all pods of a cluster are on.
const clusterNetwork = "cluster"

// Cluster is what the rules need of the manifests of a lab on Kubernetes. What does not
// depend on the packaging is among the facts of the compose file: a workload is a service
// there, and its Service's name is its address.
type Cluster struct {
	*File
	Kustomization *kubernetes.Kustomization
	Objects       []*Object
	Workloads     []*Workload
	reader        *kubernetes.Reader
	domain        string                    // that names of Services end with
	byName        map[[2]string][]*Object   // by kind and name
	byLabel       map[[2]string][]*Workload // by name and value
	// configurations are the documents that the kustomization names as such.
	configurations []*yaml.Node
	// selected are the names of the Services that select a pod by its name, and operated the
	// pods that InterSystems' operator makes, by the names of those Services.
	selected map[string]string
	operated map[string]*OperatorPod
}

// An Object is one document of a manifest.
type Object struct {
	*File
	kubernetes.Object
}

// A Workload is a StatefulSet or a Deployment with its pod, or a pod that InterSystems'
// operator makes.
type Workload struct {
	*Object
	Service *Service          // nil where its name is given twice
	Labels  map[string]string // of its pods
	Spec    *yaml.Node        // of its pod
	// Container is the first of the pod, which does the service's work.
	Container *yaml.Node
	// Operator is set where InterSystems' operator makes the pod; the container is then made
	// of what the IrisCluster says.
	Operator *OperatorPod
}

// readCluster reads the kustomization and all manifests that it names.
func (l *Facts) readCluster(f *File) {
	l.Rule = "manifests"
	k, err := kubernetes.ParseKustomization(f.Text)
	if err != nil {
		l.reportYAML(f, err)
		return
	}
	c := &Cluster{File: f, Kustomization: k, reader: kubernetes.NewReader(), domain: l.clusterDomain()}
	type parsed struct {
		objects []kubernetes.Object
		err     error
	}
	manifests := make([]parsed, len(k.Resources))
	parallel.Each(len(manifests), func(_, i int) {
		if manifest := l.Files[k.Resources[i].Text]; manifest != nil {
			manifests[i].objects, manifests[i].err = kubernetes.ParseObjects(manifest.Text)
		}
	})
	for i, name := range k.Resources {
		manifest := l.Files[name.Text]
		if manifest == nil {
			l.Report(f, name.At, "Missing manifest",
				"The kustomization names "+name.Text+", which is no file of the lab.",
				"Name a manifest that there is.")
			continue
		}
		if err := manifests[i].err; err != nil {
			l.reportYAML(manifest, err)
			continue
		}
		for _, o := range manifests[i].objects {
			c.Objects = append(c.Objects, &Object{manifest, o})
		}
	}
	c.byName, c.byLabel = map[[2]string][]*Object{}, map[[2]string][]*Workload{}
	for _, o := range c.Objects {
		key := [2]string{o.Kind.Text, o.Name.Text}
		c.byName[key] = append(c.byName[key], o)
	}
	l.Cluster = c
	l.Compose = &composeFacts{File: f, ByName: map[string]*Service{}, ByIP: map[netip.Addr]*Service{},
		Readers: map[string][]*Service{}, declared: map[Resource]bool{}, unconnected: map[[2]string][]*Service{}}
	l.ComposeName = "the manifests"
	files := map[string][]kubernetes.GeneratedFile{}
	for _, g := range slices.Concat(k.Maps, k.Secrets) {
		files[g.Name.Text] = g.Files
	}
	l.readTransformers(c)
	for _, o := range c.Objects {
		switch o.Kind.Text {
		case "StatefulSet", "Deployment":
			c.Workloads = append(c.Workloads, l.workload(o, files))
		case ClusterKind:
			c.Workloads = append(c.Workloads, l.irisCluster(o, files)...)
		}
	}
	c.forward()
	if len(c.Workloads) == 0 {
		l.Report(f, Position{}, "No services", "The manifests have no StatefulSet and no Deployment.",
			"Declare at least one service in the topology.")
		l.Compose = nil
	}
}

// Below firstPort ports are root's; forwardedFrom is what is added to them.
const (
	firstPort     = 1024
	forwardedFrom = 10_000
)

// forward gives each port that a service publishes the port of this machine that kubectl forwards
// there: the same where it is free and not root's, else one that is free. nginx has the first
// choice, then the gateways.
func (c *Cluster) forward() {
	first := func(w *Workload) int {
		return slices.Index([]string{"web-gateway", "nginx"}, w.Labels["app.kubernetes.io/component"])
	}
	workloads := slices.DeleteFunc(slices.Clone(c.Workloads), func(w *Workload) bool { return w.Service == nil })
	slices.SortStableFunc(workloads, func(a, b *Workload) int { return first(b) - first(a) })
	type published struct {
		service *Service
		port    int
	}
	var all, others []published
	taken, next := map[int]bool{}, map[int]int{}
	for _, w := range workloads {
		w.Service.forwarded = map[int]int{}
		for _, p := range w.Service.Ports {
			all = append(all, published{w.Service, p.Host})
		}
	}
	for _, p := range all {
		if p.port < firstPort || taken[p.port] {
			others = append(others, p)
			continue
		}
		p.service.forwarded[p.port], taken[p.port] = p.port, true
	}
	for _, p := range others {
		first := p.port
		if first < firstPort {
			first += forwardedFrom
		}
		here := max(first, next[first])
		for taken[here] {
			here++
		}
		p.service.forwarded[p.port], taken[here], next[first] = here, true, here
	}
}

// reportYAML reports a file that YAML's reader refuses.
func (l *Facts) reportYAML(f *File, err error) {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	at := Position{}
	if text, rest, found := strings.Cut(strings.TrimPrefix(reason, "line "), ": "); found && Number(text) > 0 {
		at, reason = PositionAt(Number(text), 0), rest
	}
	l.Report(f, at, "Invalid YAML", "The YAML reader says: "+reason+".",
		"Correct the line, or the raw kubernetes keys that it comes from.")
}

// workload takes a StatefulSet or Deployment among the services.
func (l *Facts) workload(o *Object, files map[string][]kubernetes.GeneratedFile) *Workload {
	r := l.Cluster.reader
	w := &Workload{Object: o, Labels: r.Labels(r.Under(o.Root, "spec", "template", "metadata", "labels")),
		Spec: r.Under(o.Root, "spec", "template", "spec")}
	maps.Copy(w.Labels, l.Cluster.Kustomization.Labels)
	if containers := r.Items(r.Get(w.Spec, "containers")); len(containers) > 0 {
		w.Container = containers[0]
	}
	l.serviceOfPod(w, files)
	return w
}

// serviceOfPod takes what a pod runs among the services.
func (l *Facts) serviceOfPod(w *Workload, files map[string][]kubernetes.GeneratedFile) {
	r := l.Cluster.reader
	for name, value := range w.Labels {
		key := [2]string{name, value}
		l.Cluster.byLabel[key] = append(l.Cluster.byLabel[key], w)
	}
	s := &Service{File: w.File, Name: w.Name.Text, At: w.Name.At, Health: &health{},
		block: blocks[w.Labels["app.kubernetes.io/component"]]}
	if w.Container != nil {
		l.container(s, w, files)
	}
	if w.Operator != nil {
		l.operatorFiles(s, w.Operator, files)
	}
	if grace := r.WordAt(w.Spec, "terminationGracePeriodSeconds"); grace.Text != "" {
		s.Grace = Word{Text: grace.Text + "s", At: grace.At}
	}
	l.serviceOf(s)
	if l.Compose.ByName[s.Name] == nil {
		w.Service = s
	}
	l.Compose.add(s)
}

// blocks are the types of blocks that components without a role in a mirror lab are from.
var blocks = map[string]string{"service": "service", "prometheus": "monitoring", "grafana": "monitoring"}

// container takes what a service has of the first container of its pod.
func (l *Facts) container(s *Service, w *Workload, files map[string][]kubernetes.GeneratedFile) {
	r := l.Cluster.reader
	s.Image = r.WordAt(w.Container, "image").Text
	for _, name := range [...]string{"command", "args"} {
		for _, item := range r.Items(r.Get(w.Container, name)) {
			s.Command = append(s.Command, r.Word(item))
		}
	}
	for _, item := range r.Items(r.Get(w.Container, "env")) {
		s.Environment = append(s.Environment, setting{Name: r.WordAt(item, "name").Text, Word: r.WordAt(item, "value")})
	}
	for _, item := range r.Items(r.Under(w.Container, "readinessProbe", "exec", "command")) {
		s.Health.Test = append(s.Health.Test, r.Word(item))
	}
	volumes := map[string]kubernetes.Volume{}
	for _, v := range r.Volumes(w.Spec) {
		volumes[v.Name.Text] = v
	}
	for _, item := range r.Items(r.Get(w.Container, "volumeMounts")) {
		name, target := r.WordAt(item, "name"), r.WordAt(item, "mountPath")
		v, known := volumes[name.Text]
		if !known || v.Others { // of a claim
			s.volumes = append(s.volumes, &Mount{Source: s.Name + "/" + r.WordAt(item, "subPath").Text,
				Target: target.Text, At: target.At})
			continue
		}
		for _, of := range v.Maps {
			for _, file := range files[of.Text] {
				for _, below := range of.Paths(file.Key) {
					if one := r.WordAt(item, "subPath").Text; one == below {
						s.Mounts = append(s.Mounts, &Mount{Source: file.Source.Text, Target: target.Text, bind: true,
							ReadOnly: true, At: of.At})
						continue
					} else if one != "" {
						continue
					}
					s.Mounts = append(s.Mounts, &Mount{Source: file.Source.Text, Target: path.Join(target.Text, below),
						bind: true, ReadOnly: true, At: of.At})
				}
			}
		}
	}
}

// insidePort begins the name of a port of a Service that is there for the lab alone.
const insidePort = "inside-"

// besides end the names of Services that a workload has beside its own: they lead to it while
// it is ready, and to its metrics.
var besides = []string{"", "-ready", "-metrics"}

// ServicesOf are the Services of a workload.
func (c *Cluster) ServicesOf(workload string) []*Object {
	var list []*Object
	for _, end := range besides {
		list = append(list, c.Named("Service", workload+end)...)
	}
	return list
}

// Owner is the workload that an object of that name is for, "" for none.
func (l *Facts) Owner(object string) string {
	for _, end := range besides {
		if name, found := strings.CutSuffix(object, end); found && l.Compose.ByName[name] != nil {
			return name
		}
	}
	return ""
}

// serviceOf gives a service the name and the ports of the Service that is called as it is.
func (l *Facts) serviceOf(s *Service) {
	r := l.Cluster.reader
	for _, o := range l.Cluster.ServicesOf(s.Name) {
		name := o.Name.Text + "." + l.Cluster.Kustomization.Namespace.Text + ".svc." + l.Cluster.domain
		s.Addresses = append(s.Addresses, Address{Network: clusterNetwork, IP: name, Addr: ServiceAddr(name),
			At: o.Name.At})
		if r.WordAt(o.Root, "spec", "clusterIP").Text == "None" || imageKind(s.Image) == ArbiterKind {
			continue // the lab's own
		}
		for _, item := range r.Items(r.Under(o.Root, "spec", "ports")) {
			port := r.WordAt(item, "port")
			target := r.WordAt(item, "targetPort")
			if target.Text == "" {
				target = port
			}
			if strings.HasPrefix(r.WordAt(item, "name").Text, insidePort) {
				continue
			}
			container := l.PortNumber(s.Name, target.Text)
			s.Ports = append(s.Ports, Port{Host: Number(port.Text), HostLast: Number(port.Text),
				Container: container, Protocol: "tcp",
				ContainerLast: container, Text: port.Text + ":" + strconv.Itoa(container), At: port.At})
		}
	}
	// Beside the port under which it is shown a gateway has the usual one, for the lab itself.
	if len(s.Ports) > 1 && s.Ports[0].Host == s.Ports[0].Container && s.Ports[0].Container == s.Ports[1].Container {
		s.Ports = s.Ports[1:]
	}
}

// PortNumber is a port of a workload's container that a number or a name stands for.
func (l *Facts) PortNumber(workload, text string) int {
	if n := Number(text); n > 0 {
		return n
	}
	r := l.Cluster.reader
	for _, o := range slices.Concat(l.Cluster.Named("StatefulSet", workload), l.Cluster.Named("Deployment", workload)) {
		for _, container := range r.Items(r.Under(o.Root, "spec", "template", "spec", "containers")) {
			for _, item := range r.Items(r.Get(container, "ports")) {
				if r.WordAt(item, "name").Text == text {
					return Number(r.WordAt(item, "containerPort").Text)
				}
			}
		}
	}
	return 0
}

// Reader reads the nodes of manifests.
func (c *Cluster) Reader() *kubernetes.Reader { return c.reader }

// Named are the objects of a kind with that name.
func (c *Cluster) Named(kind, name string) []*Object { return c.byName[[2]string{kind, name}] }

// Select are the workloads whose pods have all labels of a selector.
func (c *Cluster) Select(selector map[string]string) []*Workload {
	from := c.Workloads
	for name, value := range selector {
		if some := c.byLabel[[2]string{name, value}]; len(some) <= len(from) {
			from = some
		}
	}
	var list []*Workload
	for _, w := range from {
		all := true
		for name, value := range selector {
			all = all && w.Labels[name] == value
		}
		if all {
			list = append(list, w)
		}
	}
	return list
}

// ServiceAddr is what stands for the name of a Service of a cluster where addresses are
// compared: one of its own, which no machine has.
func ServiceAddr(name string) netip.Addr {
	if !strings.Contains(name, ".svc.") {
		return netip.Addr{}
	}
	return netip.IPv6Unspecified().WithZone(name)
}

// domainOf finds the end of the names of Services.
var domainOf = regexp.MustCompile(`\.svc\.([a-z0-9.-]*[a-z0-9])`)

// clusterDomain is the domain that most names in the files of the lab end with.
func (l *Facts) clusterDomain() string {
	count := map[string]int{}
	for name, f := range l.Files {
		if top, _, _ := strings.Cut(name, "/"); top != name && path.Ext(name) != ".yaml" {
			for _, m := range domainOf.FindAllStringSubmatch(f.Text, -1) {
				count[m[1]]++
			}
		}
	}
	most := ""
	for domain, n := range count {
		if n > count[most] || n == count[most] && domain < most {
			most = domain
		}
	}
	return most
}

// markRoster makes the positions of a table of instances positions of a further file.
func markRoster(f *File, s *Script) {
	f.sources = append(f.sources, s.File)
	offset := int32(len(f.sources)) << sourceBits
	mark := func(words []Word) {
		for i := range words {
			words[i].At.Column += offset
		}
	}
	for _, list := range s.cases {
		for _, e := range list {
			e.At.Column += offset
			for i := range e.values {
				e.values[i].At.Column += offset
			}
			for _, words := range [][]Word{e.List, e.Namespaces, e.Admits, e.ECPClients} {
				mark(words)
			}
		}
	}
	for _, t := range s.tables {
		mark(t.Words)
	}
}
