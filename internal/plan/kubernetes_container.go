package plan

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/compose"
	"mirrorgen/schema"
)

// A Pod is what a container of the user's own, or of the monitoring, is on Kubernetes.
type Pod struct {
	Arguments    []string      // of its image's program, word by word; nil for the image's own
	ServiceType  string        // "ClusterIP", "NodePort" or "LoadBalancer"
	ServicePorts []ServicePort // none where nothing is published
	Published    []int         // ports of the container that its Service leads to from outside, each once
	Map          string        // name of the map of its files, "" for none
	Files        []PodFile
	Probe        *Probe // nil where nobody can tell when it is ready
	// WaitsFor are names that resolve once what it waits for is ready, and WaitImage is an
	// image of the lab that can look names up.
	WaitsFor  []string
	WaitImage string
	waitKind  Kind
}

// A PodFile is a key of a map, the file that its value comes from, and where a container
// sees it.
type PodFile struct {
	Key, Source, Target string
	First               bool // no file before it has the key
}

// Keys are the files of the pod's map, each once.
func (p *Pod) Keys() []PodFile {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f PodFile) bool { return !f.First })
}

// MappedContainers are the containers that have files in a map.
func (p *Plan) MappedContainers() []*Container {
	return slices.DeleteFunc(slices.Clone(p.Containers), func(c *Container) bool { return c.Pod.Map == "" })
}

// A Probe is what the kubelet asks a container, in seconds.
type Probe struct {
	Command                   []string // nil where Path is asked
	Path                      string   // on Port, over HTTP
	Port                      int
	Period, Timeout, Failures int
}

// WaitKind is the kind of service whose image WaitImage is; "" where it is its own.
func (p *Pod) WaitKind() Kind { return p.waitKind }

// Monitors reports whether the container is one of the monitoring.
func (c *Container) Monitors() bool { return c.Block == "monitoring" }

// WaitedFor are the services that containers of the user's own wait for, in the lab's order.
func (p *Plan) WaitedFor() []*Service {
	waited := map[string]bool{}
	for _, c := range p.OwnContainers() {
		for _, d := range c.DependsOn {
			waited[d.Service] = true
		}
	}
	var list []*Service
	for _, s := range p.Services {
		if waited[s.Name] {
			list = append(list, s)
		}
	}
	return list
}

// pods makes pods of containers.
func (m *maker) pods() {
	for _, c := range m.lab.Containers {
		for _, of := range m.p.Containers {
			if of.Service == m.services[c.Service] {
				m.pod(c, of)
			}
		}
	}
}

func (m *maker) pod(from *schema.Container, c *Container) {
	pod := &Pod{Arguments: c.Command, ServiceType: m.p.Kubernetes.ServiceType}
	c.Pod = pod
	if c.CommandLine != "" {
		pod.Arguments = compose.CommandWords(c.CommandLine)
	}
	m.podPorts(from, c)
	pod.Probe = m.probe(from)
	pod.files(c)
	for _, ref := range from.After {
		m.checkReadyName(ref)
		pod.WaitsFor = append(pod.WaitsFor, m.p.Kubernetes.host(ref.Name+readySuffix))
	}
	if c.Name == waitContainer && len(pod.WaitsFor) > 0 {
		m.errorf(from.NameRange, "Name that Kubernetes needs",
			"Service %q waits for others (after), in a container of its pod that has this name. Rename the service.",
			c.Name)
	}
	pod.WaitImage, pod.waitKind = m.waitImage(c)
}

// waitImage is an image of the lab with a shell that can look a name up: those of InterSystems
// have getent, the smallest first.
func (m *maker) waitImage(c *Container) (string, Kind) {
	for _, kind := range []Kind{KindArbiter, KindGateway, KindMember, KindNGINX, KindHAProxy} {
		for _, s := range m.p.Services {
			if s.Kind == kind {
				return s.Image, kind
			}
		}
	}
	return c.Image, ""
}

// podPorts publishes the ports of a container: as the Service's own, and inside the cluster
// as the container's too.
func (m *maker) podPorts(from *schema.Container, c *Container) {
	pod := c.Pod
	for _, port := range from.Ports {
		p := m.servicePort(pod.ServiceType, "port-"+strconv.Itoa(port.Host), port.Host, port.Container, from.Service,
			"ports")
		pod.ServicePorts = append(pod.ServicePorts, p)
		if !slices.Contains(pod.Published, p.Target) {
			pod.Published = append(pod.Published, p.Target)
		}
		c.Ports = append(c.Ports, Port{Host: p.Port, Container: p.Target,
			Purpose: fmt.Sprintf("port %d of %s", p.Target, c.Name)})
	}
	for _, target := range pod.Published {
		pod.inside(target)
	}
}

// inside has the Service lead to a port of the container under its own number too.
func (p *Pod) inside(target int) {
	if slices.ContainsFunc(p.ServicePorts, func(other ServicePort) bool { return other.Port == target }) {
		return
	}
	p.ServicePorts = append(p.ServicePorts,
		ServicePort{Name: "inside-" + strconv.Itoa(target), Port: target, Target: target})
}

// monitoringPods makes pods of Prometheus and Grafana. Nobody but who reaches the cluster's own
// addresses is led to them, whatever the type of the balancers' Services: they ask for no
// password.
func (m *maker) monitoringPods() {
	mon := m.p.Monitoring
	if mon == nil {
		return
	}
	const period, timeout, failures = 3, 3, 3
	pod := func(c *Container, path string, host, port int) {
		c.Pod = &Pod{Arguments: c.Command, ServiceType: "ClusterIP",
			Probe: &Probe{Path: path, Port: port, Period: period, Timeout: timeout, Failures: failures}}
		c.Pod.files(c)
		if host > 0 {
			c.Pod.Published = []int{port}
			c.Pod.ServicePorts = []ServicePort{{Name: "http", Port: host, Target: port}}
			c.Ports = []Port{{Host: host, Container: port, Purpose: "HTTP port of " + c.Name}}
		}
		c.Pod.inside(port)
	}
	from := m.lab.Monitoring
	pod(mon.Prometheus, "/-/ready", from.PrometheusPort, PrometheusPort)
	if mon.Grafana != nil {
		pod(mon.Grafana, "/api/health", from.GrafanaPort, GrafanaPort)
	}
	for _, metrics := range mon.Metrics() {
		m.checkMetricsName(metrics.Service.Name)
	}
}

// A ScrapeDoor is a port of pods with a label, by which Prometheus comes in.
type ScrapeDoor struct {
	Label, Name string
	Port        int
}

// Doors are those that Prometheus needs on Kubernetes, where policies close the others.
func (m *Monitoring) Doors() []ScrapeDoor {
	const component = "app.kubernetes.io/component"
	var list []ScrapeDoor
	switch {
	case len(m.Instances) == 0:
	case m.ViaGateways:
		list = append(list, ScrapeDoor{component, "web-gateway", HTTPPort})
	default:
		list = append(list, ScrapeDoor{"app.kubernetes.io/name", "iris", WebServerPort})
	}
	if len(m.HAProxy) > 0 {
		list = append(list, ScrapeDoor{component, "haproxy", StatsPort})
	}
	if len(m.NGINX) > 0 {
		list = append(list, ScrapeDoor{component, "nginx", NGINXStatusPort})
	}
	return list
}

// A MetricsService leads to the metrics of a service on Kubernetes.
type MetricsService struct {
	Service *Service
	Port    int
}

// Metrics are the services whose metrics no Service of their name leads to.
func (m *Monitoring) Metrics() []MetricsService { return m.metrics }

// probe is a health check as the kubelet asks it. Docker's start period has no counterpart:
// nothing happens to a pod that is not ready but that nobody is led to it.
func (m *maker) probe(from *schema.Container) *Probe {
	h := from.Health
	if h == nil || h.Disable || len(h.Test) > 0 && h.Test[0] == "NONE" {
		return nil
	}
	p := &Probe{Period: wholeSeconds(h.Interval, 30), Timeout: wholeSeconds(h.Timeout, 30), Failures: 3}
	if h.Retries != "" {
		p.Failures, _ = strconv.Atoi(h.Retries) // the schema has read it
	}
	switch {
	case len(h.Test) == 0:
		m.errorf(from.At("healthcheck"), "Not written for Kubernetes",
			"healthcheck of service %q leaves the test to its image, and Kubernetes does not know that one. Give it a "+
				"test, for example [\"CMD\", \"wget\", \"-q\", \"-O\", \"/dev/null\", \"http://127.0.0.1:8080/\"].",
			from.Name)
	case h.Test[0] == "CMD-SHELL":
		p.Command = []string{"/bin/sh", "-c", h.Test[1]}
	default:
		p.Command = h.Test[1:]
	}
	return p
}

// seconds of the units of Compose's durations.
var seconds = map[string]float64{"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}

// wholeSeconds is a duration of Compose in seconds, rounded up; other where there is none.
func wholeSeconds(text string, other int) int {
	total := 0.0
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		number, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return other
		}
		rest = rest[digits:]
		unit := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		total += number * seconds[rest[:unit]]
		rest = rest[unit:]
	}
	if total == 0 {
		return other
	}
	return int(math.Ceil(total))
}

// files gives the files of a container keys in one map.
func (p *Pod) files(c *Container) {
	if len(c.Files) == 0 {
		return
	}
	p.Map = c.Block + "-" + c.Name
	keys := map[string]string{} // by source
	used := map[string]bool{}
	for i, file := range c.Files {
		key, known := keys[file.Source]
		if !known {
			key = path.Base(file.Source)
			for n := i; used[key]; n++ {
				key = strconv.Itoa(n) + "-" + path.Base(file.Source)
			}
			keys[file.Source], used[key] = key, true
		}
		p.Files = append(p.Files, PodFile{Key: key, Source: file.Source, Target: file.Target, First: !known})
	}
}

// directories reports the files of containers that are directories of the lab: a map holds
// files alone. size is that of an artifact, 0 for none.
func directories(p *Plan, size func(path string) int) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range p.OwnContainers() {
		for _, file := range c.Files {
			if !ownDirectory(file.Source) || size(file.Source) > 0 {
				continue
			}
			diags = append(diags, schema.Diagnose(hcl.DiagError, file.at, "Directory on a cluster",
				"%s", fmt.Sprintf("files: %s is a directory, and a map of Kubernetes holds files alone. Name each "+
					"file that service %q needs.", file.Source, c.Name)))
		}
	}
	return diags
}
