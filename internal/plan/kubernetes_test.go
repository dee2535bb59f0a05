package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// cluster plans a topology for Kubernetes, and lists what is said of it.
func cluster(t *testing.T, topology string) (*plan.Plan, []string) {
	t.Helper()
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := plan.MakeFor(plan.Kubernetes, lab, nil)
	var said []string
	for _, d := range diags {
		said = append(said, d.Summary+": "+d.Detail)
	}
	return p, said
}

var clusterLab = `lab "demo" {}
arbiter "arbiter" {}
iris { password_hash = "` + clusterHash + `" }
mirror "m" {
  member "ma" { role = "primary" }
  member "mb" {
    role = "backup"
  }
}
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
`

var clusterHash = strings.Repeat("a", 128) + "," + strings.Repeat("b", 128) + ",10000,SHA512"

func TestClusterNames(t *testing.T) {
	p, said := cluster(t, clusterLab)
	if len(said) > 0 {
		t.Errorf("said %q", said)
	}
	const domain = ".demo.svc.cluster.local"
	m := p.Mirrors[0]
	for _, have := range [][2]string{
		{m.Primary.MirrorAddress, "ma" + domain}, {m.Backup.PrimaryAddress(), "ma" + domain},
		{m.Arbiter.Address, "arbiter" + domain}, {p.HAProxy[0].Listeners[0].Servers[1].Address, "mb" + domain},
		{p.NGINX[0].Gateways[0].Address, "webgw" + domain}, {m.ReadyHost(p.Kubernetes), "m" + domain},
		{p.GatewayConfigs[0].SystemManager, "127.0.0.1"}, {p.Directory(), "demo-kubernetes"},
	} {
		if have[0] != have[1] {
			t.Errorf("%s, want %s", have[0], have[1])
		}
	}
	if !m.Durable || p.TwoNetworks || len(p.Networks) > 0 {
		t.Error("a cluster has volumes and one network")
	}
}

// The lock is the same for both targets.
func TestClusterLock(t *testing.T) {
	lab, _ := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(clusterLab)}})
	compose, _ := plan.Make(lab, nil)
	onCluster, _ := plan.MakeFor(plan.Kubernetes, lab, nil)
	if a, b := compose.Lock.Encode("x"), onCluster.Lock.Encode("x"); string(a) != string(b) {
		t.Errorf("Compose:\n%s\nKubernetes:\n%s", a, b)
	}
}

func TestClusterDiagnostics(t *testing.T) {
	long := strings.Repeat("x", 53)
	for _, test := range []struct{ name, old, new, want string }{
		{"a digit first", `member "mb"`, `member "2b"`, "the name of a Service begins with a letter"},
		{"a mirror with a digit first", `mirror "m"`, `mirror "2m"`, "the name of a Service begins with a letter"},
		{"a long name", `member "mb" {`, `member "` + long + "\" {\n    system_name = \"MB\"\n",
			"more than 52 characters"},
		{"a host number", `arbiter "arbiter" {}`, `arbiter "arbiter" { host_number = 9 }`,
			"host_number has no effect here"},
		{"a network", `arbiter "arbiter" {}`, "arbiter \"arbiter\" {}\nnetwork \"n\" {}",
			"network has no effect here"},
		{"compose", `nginx "web" {}`, `nginx "web" { compose = { privileged = true } }`, "compose has no effect here"},
		{"a port no node has", `nginx "web" {}`,
			"nginx \"web\" { http_port = 8000 }\nkubernetes { service_type = \"NodePort\" }", "from 30000 to 32767"},
		{"a gateway of its own in front", "nginx \"web\" {}\nhaproxy \"sql\" {}", `web_gateway "own" { servers = ["m"] }
kubernetes { service_type = "LoadBalancer" }`, "Services of type LoadBalancer are there for everybody"},
		{"a reporting port no node has", `mirror "m" {`, `kubernetes { service_type = "NodePort" }
mirror "m" {
  reporting_port = 21972
  member "mr" { role = "rorasync" }`, "reporting_port is a port of the Service"},
		{"a health check of the image", `nginx "web" {}`,
			"service \"x\" {\n  image = \"x:1\"\n  healthcheck = { interval = \"5s\" }\n}",
			"leaves the test to its image"},
		{"a restart policy", `nginx "web" {}`, `nginx "web" { restart = "always" }`, "restart has no effect here"},
		{"a port of a service that no node has", `nginx "web" {}`, "service \"x\" {\n  image = \"x:1\"\n  ports = " +
			"[\"8090:80\"]\n}\nkubernetes { service_type = \"NodePort\" }", "ports is a port of the Service"},
		{"a name that waiting needs", `nginx "web" {}`, "nginx \"ma-ready\" {}\n" +
			"service \"x\" {\n  image = \"x:1\"\n  after = [\"ma\"]\n}",
			`the Service "ma-ready" tells when "ma" is ready, and that is already the name of the nginx at lab.hcl:`},
		{"a name that is too long to be waited for", `nginx "web" {}`, `nginx "` + strings.Repeat("x", 58) +
			"\" {}\nservice \"x\" {\n  image = \"x:1\"\n  after = [\"" + strings.Repeat("x", 58) + "\"]\n}",
			`-ready" tells when "` + strings.Repeat("x", 58) + `" is ready, and no name of a Service has ` +
				"more than 63 characters; this one has 64."},
		{"a name that is too long for Prometheus", `nginx "web" {}`, `nginx "` + strings.Repeat("x", 56) +
			"\" {}\nmonitoring {}", `and no name of a Service has more than 63 characters; this one has 64. Shorten "` +
			strings.Repeat("x", 56) + `" to 55 characters.`},
		{"a container that waits under a service's name", `nginx "web" {}`, "service \"wait-for-others\" {\n" +
			"  image = \"x:1\"\n  after = [\"ma\"]\n}", "in a container of its pod that has this name"},
		{"a pull secret that is the licence's", `nginx "web" {}`, `kubernetes { pull_secret = "license" }`,
			`kustomization.yaml makes the secret "license" of the lab`},
		{"a pull secret that is a gateway's", `nginx "web" {}`, `kubernetes { pull_secret = "webgateway" }`,
			`kustomization.yaml makes the secret "webgateway" of the lab`},
		{"a pull secret that is the password's", "iris { password_hash = \"" + clusterHash + "\" }",
			"secrets {}\nkubernetes { pull_secret = \"password\" }", `makes the secret "password" of the lab`},
		{"a pull secret that is a certificate's", `nginx "web" {}`,
			"tls {}\nkubernetes { pull_secret = \"tls-ma\" }", `makes the secret "tls-ma" of the lab`},
		{"a pull secret that is a table's", `web_gateway "webgw" {}`,
			"web_gateway \"webgw\" { password = \"own\" }\nkubernetes { pull_secret = \"mirror-m\" }",
			`makes the secret "mirror-m" of the lab`},
		{"a name that Prometheus needs", `nginx "web" {}`, "nginx \"sql-metrics\" {}\nmonitoring {}",
			`the Service "sql-metrics" leads Prometheus to "sql", and that is already the name of the nginx at`},
	} {
		t.Run(test.name, func(t *testing.T) {
			topology := strings.Replace(clusterLab, test.old, test.new, 1)
			_, said := cluster(t, topology)
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, test.want) }) {
				t.Errorf("nothing says %q: %q", test.want, said)
			}
		})
	}
}

// Names that are as long as they may be, and a pull secret of a map's name, are nobody's business.
func TestClusterNamesThatFit(t *testing.T) {
	waited, watched := strings.Repeat("x", 57), strings.Repeat("y", 55)
	for _, added := range []string{
		`nginx "` + waited + "\" {}\nservice \"x\" {\n  image = \"x:1\"\n  after = [\"" + waited + "\"]\n}",
		`nginx "` + watched + "\" {}\nmonitoring {}",
		`nginx "` + strings.Repeat("z", 63) + `" {}`,
		`kubernetes { pull_secret = "iris" }`,
		`kubernetes { pull_secret = "password" }`,
		`service "wait-for-others" { image = "x:1" }`,
	} {
		if _, said := cluster(t, strings.Replace(clusterLab, `nginx "web" {}`, added, 1)); len(said) > 0 {
			t.Errorf("%s: %q", added, said)
		}
	}
}

// A name that is too long is reported at the service, once, whoever waits for it.
func TestClusterLongNameOnce(t *testing.T) {
	long := strings.Repeat("x", 60)
	topology := []byte(clusterLab + `nginx "` + long +
		"\" {\n  http_port = 8000\n}\nservice \"a\" {\n  image = \"x:1\"\n  after = [\"" + long +
		"\"]\n}\nservice \"b\" {\n  image = \"x:1\"\n  after = [\"" + long + "\"]\n}\n")
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: topology}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	_, diags = plan.MakeFor(plan.Kubernetes, lab, nil)
	if len(diags) != 1 || diags[0].Summary != "Name that Kubernetes refuses" || diags[0].Subject.Start.Line != 13 {
		t.Errorf("%v", diags)
	}
}

// What a Service leads to: reporting members beside the primary, HTTPS beside HTTP, and a
// gateway of its own where its clients are.
func TestClusterPorts(t *testing.T) {
	topology := strings.NewReplacer(`mirror "m" {`, `kubernetes { service_type = "NodePort" }
mirror "m-reporting" {
  member "na" { role = "primary" }
}
mirror "m" {
  superserver_port = 30972
  reporting_port   = 31972
  member "mr" { role = "rorasync" }`,
		`web_gateway "webgw" {}`, "web_gateway \"webgw\" {}\nweb_gateway \"own\" {\n  servers = [\"ma\"]\n"+
			"  http_port = 30081\n}\nweb_gateway \"inner\" {\n  servers = [\"mb\"]\n  http_port = 0\n}\ntls {}\n"+
			"images { tag = \"2025.1\" }",
		`nginx "web" {}`, "nginx \"web\" { http_port = 0 }").Replace(clusterLab)
	p, said := cluster(t, topology)
	for _, s := range said {
		if !strings.Contains(s, "Open to the network") && !strings.Contains(s, "Port that no node has") {
			t.Error(s)
		}
	}
	ports := func(list []plan.ServicePort) string {
		var all []string
		for _, port := range list {
			all = append(all, fmt.Sprintf("%s %d-%d@%d", port.Name, port.Port, port.Target, port.Node))
		}
		return strings.Join(all, ", ")
	}
	for _, have := range [][2]string{
		{ports(p.HAProxy[0].ServicePorts),
			"m-reporting 1972-1972@0, m 30972-11972@30972, m-reporting-members 31972-21972@31972"},
		{p.HAProxy[0].Ports[2].Purpose, "superserver port of the reporting members of mirror m"},
		{p.Gateways[0].ServiceType + " " + ports(p.Gateways[0].ServicePorts),
			"ClusterIP http 80-80@0, http-8080 8080-80@0"},
		{p.Gateways[1].ServiceType + " " + ports(p.Gateways[1].ServicePorts), "NodePort http 30081-80@30081"},
		{p.Gateways[2].ServiceType + " " + ports(p.Gateways[2].ServicePorts), "ClusterIP http 80-80@0"},
		{ports(p.NGINX[0].ServicePorts), "https 443-443@0"},
		{p.BalancerBase(p.NGINX[0]), "https://localhost:10443"},
	} {
		if have[0] != have[1] {
			t.Errorf("%s, want %s", have[0], have[1])
		}
	}
}

// Each port that a service shows has a port of this machine of its own, whoever publishes none or
// has the one that another would get.
func TestClusterForwards(t *testing.T) {
	p, _ := cluster(t, strings.NewReplacer(`web_gateway "webgw" {}`, `web_gateway "webgw" { http_port = 0 }
web_gateway "other" { http_port = 0 }
web_gateway "near" { http_port = 10080 }
service "x" {
  image = "x:1"
  ports = ["81:80", "8081:80"]
}
monitoring { prometheus_port = 82 }`, `nginx "web" {}`, `nginx "web" {}
nginx "inner" { http_port = 0 }`, `haproxy "sql" {}`, `haproxy "sql" { stats_port = 8404 }`).Replace(clusterLab))
	var all []string
	for _, f := range p.Forwards {
		all = append(all, fmt.Sprintf("%s %d-%d", f.Service, f.Local, f.Port))
	}
	want := []string{"web 10081-80", "inner 10082-80", "webgw 10083-80", "other 10084-80", "near 10080-10080",
		"sql 1972-1972", "sql 8404-8404", "x 10085-81", "x 8081-8081", "prometheus 10086-82", "grafana 3000-3000"}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
	ports := map[string]string{}
	for _, e := range p.Endpoints() {
		_, rest, _ := strings.Cut(e.URL, "://")
		address, _, _ := strings.Cut(rest, "/")
		if e.Service == "sql" {
			continue
		}
		if other := ports[address]; other != "" && other != e.Service {
			t.Errorf("%s and %s have the address %s", other, e.Service, address)
		}
		ports[address] = e.Service
	}
	if got := p.BalancerBase(p.NGINX[1]); got != "http://localhost:10082" {
		t.Error(got)
	}
}

// A certificate has the names that pods and clients use, and the topology's host.
func TestClusterCertificates(t *testing.T) {
	p, _ := cluster(t, strings.Replace(clusterLab, `lab "demo" {}`,
		"lab \"demo\" { host = \"lab.example\" }\ntls {}\nkubernetes { namespace = \"ns\" }", 1))
	certificates := map[string]*plan.Certificate{}
	for _, c := range p.TLS.Certificates {
		certificates[c.Service.Name] = c
	}
	const domain = ".ns.svc.cluster.local"
	for _, test := range []struct {
		service string
		hosts   []string
		others  []string
	}{
		{"ma", []string{"ma", "ma.demo", "ma" + domain, "ma-0.ma" + domain, "ma-0", "ma.ns.svc", "ma.ns",
			"sql" + domain, "lab.example", "localhost"}, nil},
		{"web", []string{"web", "web" + domain, "lab.example"}, []string{"web-0"}},
		{"webgw", []string{"webgw" + domain}, []string{"lab.example"}},
	} {
		c := certificates[test.service]
		for _, host := range test.hosts {
			if !slices.Contains(c.Hosts, host) {
				t.Errorf("%s lacks %s: %q", test.service, host, c.Hosts)
			}
		}
		for _, host := range test.others {
			if slices.Contains(c.Hosts, host) {
				t.Errorf("%s has %s", test.service, host)
			}
		}
		if len(c.Addresses) > 1 { // loopback, by kubectl port-forward
			t.Errorf("%s has the addresses %q, and pods have others each time", test.service, c.Addresses)
		}
	}
	if command := p.CertsCommand(); command != "mirrorgen certs --target kubernetes lab.hcl" {
		t.Error(command)
	}
}

func TestManagerBlocks(t *testing.T) {
	for manager, want := range map[string]string{
		"127.0.0.1": "", "127.0.0.1,10.1.*.*": "10.1.0.0/16", "*.*.*.*": "0.0.0.0/0", "*": "0.0.0.0/0",
		"192.168.1.7": "192.168.1.7/32",
	} {
		c := plan.GatewayConfig{SystemManager: manager}
		if have := strings.Join(c.ManagerBlocks(), " "); have != want {
			t.Errorf("%s gives %q, want %q", manager, have, want)
		}
	}
}

// A service of the user's own is a pod: what Compose would be told, in the words of
// Kubernetes.
func TestClusterPods(t *testing.T) {
	p, said := cluster(t, clusterLab+`
service "app" {
  image   = "app:1"
  command = "serve --title 'a b' $HOME"
  ports   = ["8090:80", "8091:80", "81:81"]
  files   = { "/etc/a.conf" = "app/a.conf", "/etc/b.conf" = "other/a.conf", "/etc/c.conf" = "app/a.conf" }
  after   = ["ma", "web"]
  healthcheck = {
    test     = "true"
    interval = "1m1.5s"
    timeout  = "100ms"
    retries  = 7
  }
}
service "job" {
  image       = "job:1"
  healthcheck = { disable = true }
}
`)
	if len(said) > 0 {
		t.Errorf("said %q", said)
	}
	pod := p.Containers[0].Pod
	want := &plan.Pod{
		Arguments: []string{"serve", "--title", "a b", "$HOME"}, ServiceType: "ClusterIP",
		ServicePorts: []plan.ServicePort{{Name: "port-8090", Port: 8090, Target: 80}, {Name: "port-8091", Port: 8091,
			Target: 80}, {Name: "port-81", Port: 81, Target: 81}, {Name: "inside-80", Port: 80, Target: 80}},
		Published: []int{80, 81}, Map: "service-app",
		Files: []plan.PodFile{{Key: "a.conf", Source: "app/a.conf", Target: "/etc/a.conf", First: true},
			{Key: "1-a.conf", Source: "other/a.conf", Target: "/etc/b.conf", First: true},
			{Key: "a.conf", Source: "app/a.conf", Target: "/etc/c.conf"}},
		Probe:     &plan.Probe{Command: []string{"/bin/sh", "-c", "true"}, Period: 62, Timeout: 1, Failures: 7},
		WaitsFor:  []string{"ma-ready.demo.svc.cluster.local", "web-ready.demo.svc.cluster.local"},
		WaitImage: p.Images.Arbiter,
	}
	if diff := cmp.Diff(want, pod, cmpopts.IgnoreUnexported(plan.Pod{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if keys := pod.Keys(); len(keys) != 2 || pod.WaitKind() != plan.KindArbiter {
		t.Errorf("%v, %v", keys, pod.WaitKind())
	}
	if waited := p.WaitedFor(); len(waited) != 2 || waited[0].Name != "ma" || waited[1].Name != "web" {
		t.Errorf("waited for %v", waited)
	}
	if bare := p.Containers[1].Pod; bare.Probe != nil || bare.Map != "" || len(bare.ServicePorts) > 0 {
		t.Errorf("%+v", bare)
	}
}

// Nothing leads to Prometheus from outside by itself, and it reaches what policies close.
func TestClusterMonitoring(t *testing.T) {
	p, said := cluster(t, strings.Replace(clusterLab, `haproxy "sql" {}`, `haproxy "sql" { stats_port = 8404 }`, 1)+`
monitoring { prometheus_port = 9091 }
kubernetes { service_type = "LoadBalancer" }
`)
	if len(said) != 1 || !strings.Contains(said[0], "Services of type LoadBalancer") {
		t.Errorf("said %q", said)
	}
	m := p.Monitoring
	want := []plan.ServicePort{{Name: "http", Port: 9091, Target: 9090},
		{Name: "inside-9090", Port: 9090, Target: 9090}}
	if pod := m.Prometheus.Pod; pod.ServiceType != "ClusterIP" || !slices.Equal(pod.ServicePorts, want) {
		t.Errorf("%+v", pod)
	}
	doors := []plan.ScrapeDoor{{Label: "app.kubernetes.io/component", Name: "web-gateway", Port: 80},
		{Label: "app.kubernetes.io/component", Name: "haproxy", Port: 8404},
		{Label: "app.kubernetes.io/component", Name: "nginx", Port: 9113}}
	if !slices.Equal(m.Doors(), doors) {
		t.Errorf("%v", m.Doors())
	}
	if m.HAProxy[0].Address != "sql-metrics.demo.svc.cluster.local:8404" || len(m.Metrics()) != 2 {
		t.Errorf("%v, %v", m.HAProxy, m.Metrics())
	}
	old, _ := cluster(t, "images { iris_version = \"2022.1\" }\nmonitoring {}\n"+clusterLab)
	if door := old.Monitoring.Doors()[0]; door.Name != "iris" || door.Port != 52773 {
		t.Errorf("%v", door)
	}
}
