package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
)

// make plans a topology that must be free of errors.
func makePlan(t *testing.T, topology string) *plan.Plan {
	t.Helper()
	return plantest.Make(t, "lab.hcl", topology)
}

const pair = `
lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
`

// addresses prints "service=address,address" for every service.
func addresses(p *plan.Plan) []string {
	var list []string
	for _, s := range p.Services {
		var ips []string
		for _, a := range s.Addresses {
			ips = append(ips, a.IP)
		}
		list = append(list, s.Name+"="+strings.Join(ips, ","))
	}
	return list
}

// ports prints every published port as "service host:container".
func ports(p *plan.Plan) []string {
	var list []string
	for _, s := range p.Services {
		for _, port := range s.Ports {
			list = append(list, fmt.Sprintf("%s %d:%d", s.Name, port.Host, port.Container))
		}
	}
	return list
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDefaultNetwork(t *testing.T) {
	p := makePlan(t, pair)
	// crc32("x") mod 50 is 23.
	same(t, addresses(p), "arbiter=10.223.0.2", "demo-a=10.223.0.3", "demo-b=10.223.0.4")
	if n := p.Networks[0]; n.Name != "lab" || n.Subnet != "10.223.0.0/24" || n.Gateway != "10.223.0.1" {
		t.Errorf("network %+v", *n)
	}
}

func TestDefaultNetworks(t *testing.T) {
	p := makePlan(t, pair+`
network "a" {}
network "b" {}
network "c" { subnet = "10.9.9.0/29" }
web_gateway "webgw" { networks = ["b", "c"] }
`)
	same(t, addresses(p),
		"arbiter=10.9.9.2", "demo-a=10.223.0.3,10.223.64.3,10.9.9.3", "demo-b=10.223.0.4,10.223.64.4,10.9.9.4",
		"webgw=10.223.64.5,10.9.9.5")
	if p.MirrorNetwork.Name != "a" || p.ClientNetwork.Name != "c" || !p.TwoNetworks {
		t.Errorf("mirror network %s, client network %s", p.MirrorNetwork.Name, p.ClientNetwork.Name)
	}
}

// A given number or a pinned address changes nothing for the service's other
// networks, and nobody else gets its number.
func TestGivenNumbersComeFirst(t *testing.T) {
	p := makePlan(t, `
lab "x" { client_network = "b" }
network "a" { subnet = "10.0.1.0/24" }
network "b" { subnet = "10.0.2.0/24" }
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" {
    role      = "backup"
    addresses = { "a" = "10.0.1.3" }
  }
  member "demo-c" { role = "drasync" }
  member "demo-d" {
    role        = "rorasync"
    host_number = 2
  }
}
web_gateway "webgw" { addresses = { "b" = "10.0.2.4" } }
`)
	same(t, addresses(p),
		"demo-a=10.0.1.5,10.0.2.5", // 2 is given, 3 and 4 are pinned
		"demo-b=10.0.1.3,10.0.2.6",
		"demo-c=10.0.1.7,10.0.2.7",
		"demo-d=10.0.1.2,10.0.2.2",
		"webgw=10.0.2.4",
	)
}

func TestPrefixGrows(t *testing.T) {
	mirrors := func(n int) string {
		var b strings.Builder
		b.WriteString("lab \"x\" {}\narbiter \"arbiter\" {}\n")
		for i := range n {
			fmt.Fprintf(&b,
				"mirror \"m%d\" {\n  member \"m%d-a\" { role = \"primary\" }\n  member \"m%d-b\" { role = "+
					"\"backup\" }\n}\n", i, i, i)
		}
		return b.String()
	}
	for n, want := range map[int]string{
		126: "/24", // 253 services: numbers 2 to 254
		127: "/23",
		254: "/23",
		255: "/22",
	} {
		if p := makePlan(t, mirrors(n)); !strings.HasSuffix(p.Networks[0].Subnet, want) {
			t.Errorf("%d mirrors: %s, want %s", n, p.Networks[0].Subnet, want)
		}
	}
}

func TestPorts(t *testing.T) {
	p := makePlan(t, pair+`
mirror "two" {
  member "two-a" { role = "primary" }
}
mirror "three" {
  member "three-a" { role = "primary" }
}
web_gateway "g1" {}
web_gateway "g2" { http_port = 8080 }
web_gateway "g3" {}
web_gateway "g4" { http_port = 0 }
nginx "n1" {}
nginx "n2" { http_port = 11972 }
haproxy "sql" { stats_port = 8404 }
`)
	same(t, ports(p),
		"g1 8081:80", "g2 8080:80", "g3 8082:80", "n1 80:80", "n2 11972:80",
		"sql 8404:8404", "sql 1972:1972", "sql 11973:11972", "sql 11974:11973")
	if got := p.HAProxy[0].Ports[0].Binding; got != "127.0.0.1:8404:8404" {
		t.Errorf("binding %s", got)
	}
}

func TestSuperserverPorts(t *testing.T) {
	p := makePlan(t, `
lab "x" { publish_address = "0.0.0.0" }
mirror "one" {
  superserver_port = 5000
  member "one-a" {
    role             = "primary"
    superserver_port = 1972
  }
}
mirror "two" {
  member "two-a" { role = "primary" }
}
mirror "three" {
  superserver_port = 0
  member "three-a" { role = "primary" }
}
web_gateway "g" {}
haproxy "a" { mirrors = ["two"] }
haproxy "b" { mirrors = ["three", "one"] }
`)
	same(t, ports(p), "one-a 1972:1972", "g 8080:80", "a 11972:1972", "b 5000:11972")
	if p.Mirrors[2].Port != nil || p.Mirrors[0].HAProxy != "b" || p.Mirrors[0].Port.Binding != "0.0.0.0:5000:11972" {
		t.Errorf("mirrors one %+v, three %+v", p.Mirrors[0].Port, p.Mirrors[2].Port)
	}
}

func TestSetupRoute(t *testing.T) {
	two := "network \"a\" {}\nnetwork \"b\" {}\n"
	for _, c := range []struct{ name, topology, setup string }{
		{"one network", pair, plan.SetupConfig},
		{"two networks", pair + two, plan.SetupSys},
		{"2023.1", pair + `images { tag = "2023.1" }`, plan.SetupSys},
		{"2023.2", pair + `images { tag = "2023.2.0.227.0" }`, plan.SetupConfig},
		{"2022.1, asked for", strings.Replace(pair, "{}", `{ mirror_setup = "config_mirror" }`, 1) +
			`images { iris_version = "2022.1" }`, plan.SetupConfig},
		{"2025.1, asked for", strings.Replace(pair, "{}", `{ mirror_setup = "sys_mirror" }`, 1), plan.SetupSys},
	} {
		if p := makePlan(t, c.topology); p.Setup != c.setup {
			t.Errorf("%s: %s, want %s", c.name, p.Setup, c.setup)
		}
	}
}

// Reporting asyncs are documented for ConfigMirror from 2025.2 on.
func TestReportingJoinsBySysMirror(t *testing.T) {
	topology := `
lab "x" {}
images { tag = "%s" }
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-d" { role = "drasync" }
  member "demo-r" { role = "rorasync" }
  member "demo-w" { role = "rwrasync" }
}
`
	for tag, want := range map[string]string{"2025.1": "true true false false", "2025.2": "true true true true"} {
		var got []string
		for _, m := range makePlan(t, fmt.Sprintf(topology, tag)).Mirrors[0].Members {
			got = append(got, fmt.Sprint(m.ByConfig))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", tag, got, want)
		}
	}
}

func TestDependencies(t *testing.T) {
	p := makePlan(t, pair+`
mirror "dr" {
  arbiter = ""
  member "dr-c" { role = "drasync" }
  member "dr-b" { role = "backup" }
  member "dr-a" { role = "primary" }
}
application_server "app" { mirror = "demo" }
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
`)
	var got []string
	for _, s := range p.Services {
		line := s.Name + ":"
		for _, d := range s.DependsOn {
			line += " " + d.Service + "=" + strings.TrimPrefix(d.Condition, "service_")
		}
		got = append(got, line)
	}
	same(t, got,
		"arbiter:",
		"demo-a: arbiter=started",
		"demo-b: arbiter=started demo-a=healthy",
		"dr-c: dr-a=healthy dr-b=healthy",
		"dr-b: dr-a=healthy",
		"dr-a:",
		"app: demo-a=healthy demo-b=healthy",
		"webgw:", "web:", "sql:",
	)
}

// HAProxy serves whoever can become primary, and no one else.
func TestBackends(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
mirror "demo" {
  member "demo-r" { role = "rorasync" }
  member "demo-b" { role = "backup" }
  member "demo-a" { role = "primary" }
  member "demo-d" { role = "drasync" }
  member "demo-w" { role = "rwrasync" }
}
web_gateway "webgw" {}
haproxy "sql" {}
`)
	var got []string
	for _, s := range p.HAProxy[0].Listeners[0].Servers {
		got = append(got, s.Name+" "+s.Role)
	}
	same(t, got, "demo-b backup", "demo-a primary", "demo-d drasync")
}

func TestGatewayConfigs(t *testing.T) {
	p := makePlan(t, pair+`
application_server "app" { mirror = "demo" }
web_gateway "g1" {}
web_gateway "g2" { default_server = "demo-a" }
web_gateway "g3" { http_port = 9000 }
web_gateway "g4" { ini = { "SYSTEM" = { "Event_Log_File" = "/tmp/e.log" } } }
`)
	var got []string
	for _, g := range p.Gateways {
		got = append(got, g.Name+" "+g.Config.File)
	}
	same(t, got, "g1 CSP.ini", "g2 CSP-2.ini", "g3 CSP.ini", "g4 CSP-3.ini")
	var servers []string
	for _, s := range p.Gateways[0].Config.Servers {
		servers = append(servers, fmt.Sprintf("%s %s aware=%v %ds", s.Name, s.Address, s.MirrorAware, s.Timeout))
	}
	same(t, servers,
		"demo 10.223.0.3 aware=true 30s", "demo-a 10.223.0.3 aware=false 10s", "demo-b 10.223.0.4 aware=false 10s",
		"app 10.223.0.5 aware=false 30s")
	if got := p.Gateways[0].Config.SystemManager; got != "127.0.0.1,10.223.0.*" {
		t.Errorf("System_Manager=%s", got)
	}
}

// Raw keys replace ours whatever their case, and new ones are appended.
func TestRawINI(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "g" {
  ini = {
    "SYSTEM" = { "system_manager" = "10.1.1.1", "Event_Log_File" = "/tmp/e.log" }
    "Mine"   = { "a" = "b" }
  }
}
`)
	sections := p.GatewayConfigs[0].Sections()
	want := plan.Section{Name: "SYSTEM", Keys: []plan.KeyValue{
		{Key: "REGISTRY_METHODS", Value: "Disabled"}, {Key: "Server_Response_Timeout", Value: "30"},
		{Key: "System_Manager", Value: "10.1.1.1"}, {Key: "Event_Log_File", Value: "/tmp/e.log"},
	}}
	if diff := cmp.Diff(want, sections[0]); diff != "" {
		t.Error(diff)
	}
	if last := sections[len(sections)-1]; last.Name != "Mine" || len(last.Keys) != 1 {
		t.Errorf("last section %+v", last)
	}
}

func TestECP(t *testing.T) {
	servers := func(n int) string {
		var b strings.Builder
		b.WriteString(pair)
		for i := range n {
			fmt.Fprintf(&b, "application_server \"app%d\" { mirror = \"demo\" }\n", i)
		}
		return b.String()
	}
	for n, want := range map[int]int{0: 0, 1: 16, 8: 16, 9: 18, 127: 254} {
		if got := makePlan(t, servers(n)).Mirrors[0].MaxServerConn; got != want {
			t.Errorf("%d application servers: MaxServerConn %d, want %d", n, got, want)
		}
	}
}

func TestShutdownLimit(t *testing.T) {
	for grace, want := range map[string]int{"130s": 120, "300s": 290, "301s": 0, "320s": 0, "10m": 0} {
		p := makePlan(t, pair+fmt.Sprintf("iris { stop_grace_period = %q }\n", grace))
		if p.ShutdownLimit != want {
			t.Errorf("%s: ShutdownTimeout %d, want %d", grace, p.ShutdownLimit, want)
		}
	}
}

// Fourteen members are checked every second; more would fill a gateway with
// checks of dead members, unless there are more gateways.
func TestCheckInterval(t *testing.T) {
	mirrors := func(n int, interval string, gateways int) string {
		var b strings.Builder
		for i := range gateways {
			fmt.Fprintf(&b, "web_gateway \"g%d\" {}\n", i)
		}
		b.WriteString("lab \"x\" {}\nhaproxy \"sql\" { check_interval = \"" + interval + "\" }\n")
		for i := range n {
			fmt.Fprintf(&b, "mirror \"m%d\" {\n  member \"m%d-a\" { role = \"primary\" }\n}\n", i, i)
		}
		return b.String()
	}
	for _, c := range []struct {
		members, gateways int
		interval, want    string
	}{
		{14, 2, "1s", "1s"}, {15, 2, "1s", "1200ms"}, {15, 2, "2s", "2s"}, {24, 2, "1s", "3s"},
		{9, 2, "100ms", "100ms"},
		{14, 1, "1s", "1s"}, {15, 1, "1s", "1200ms"}, {24, 3, "1s", "1s"}, {120, 1, "1s", "22200ms"},
	} {
		if got := makePlan(t, mirrors(c.members, c.interval, c.gateways)).HAProxy[0].CheckInterval; got != c.want {
			t.Errorf("%d members every %s: %s, want %s", c.members, c.interval, got, c.want)
		}
	}
}

// All haproxies ask the same gateways, so their members add up.
func TestCheckIntervalAddsUp(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
web_gateway "g" {}
haproxy "a" { mirrors = ["m0"] }
haproxy "b" { mirrors = ["m1"] }
`+strings.Join([]string{mirrorOf("m0", 10), mirrorOf("m1", 10)}, ""))
	for _, h := range p.HAProxy {
		if h.CheckInterval != "2200ms" {
			t.Errorf("%s checks every %s, want 2200ms", h.Name, h.CheckInterval)
		}
	}
}

// mirrorOf is a mirror with a primary and n-1 DR asyncs.
func mirrorOf(name string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mirror %q {\n  member \"%s-a\" { role = \"primary\" }\n", name, name)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "  member \"%s-d%d\" { role = \"drasync\" }\n", name, i)
	}
	b.WriteString("}\n")
	return b.String()
}

// Two services that pin the same number on different networks keep it from
// everybody, each other included.
func TestPinnedTwice(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
network "a" { subnet = "10.0.1.0/24" }
network "b" { subnet = "10.0.2.0/24" }
mirror "demo" {
  member "demo-a" {
    role      = "primary"
    addresses = { "a" = "10.0.1.3" }
  }
  member "demo-b" {
    role      = "backup"
    addresses = { "b" = "10.0.2.3" }
  }
}
`)
	same(t, addresses(p), "demo-a=10.0.1.3,10.0.2.2", "demo-b=10.0.1.4,10.0.2.3")
}

func TestSystemManagerRoundsOutwards(t *testing.T) {
	for subnet, want := range map[string]string{
		"10.0.100.0/24": "10.0.100.*", "10.0.100.64/26": "10.0.100.*", "10.0.64.0/18": "10.0.*.*",
		"10.0.0.0/16": "10.0.*.*",
		"10.0.0.0/12": "10.*.*.*", "10.0.0.0/8": "10.*.*.*",
	} {
		p := makePlan(t, pair+fmt.Sprintf("network \"n\" { subnet = %q }\nweb_gateway \"g\" {}\n", subnet))
		if got := p.GatewayConfigs[0].SystemManager; got != "127.0.0.1,"+want {
			t.Errorf("%s: %s, want %s", subnet, got, want)
		}
	}
}

func TestProfileOrder(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" {}
nginx "web" {}
profile "p" { services = ["web", "webgw", "demo-b", "demo-a", "arbiter"] }
`)
	same(t, p.Profiles[0].Services, "arbiter", "demo-a", "demo-b", "webgw", "web")
}

// Containers of the user's own start last, each after those that it waits for.
func TestContainers(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", `lab "l" {}
service "first" {
  image       = "one:1"
  ports       = ["8090:80"]
  after       = ["second", "sql"]
  files       = { "/etc/x" = "x", "/a" = "y" }
  healthcheck = { test = "true", retries = 3 }
}
service "second" {
  image       = "two:1"
  command     = "run -x"
  after       = ["a"]
  healthcheck = { interval = "1s" }
  compose     = { image = "other:2" }
}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
haproxy "sql" {}
profile "p" { services = ["first", "sql", "second", "a"] }
`)
	first, second := p.Containers[0], p.Containers[1]
	want := []plan.Dependency{{Service: "second", Condition: plan.Healthy}, {Service: "sql", Condition: plan.Healthy}}
	if diff := cmp.Diff(want, first.DependsOn); diff != "" {
		t.Error(diff)
	}
	if first.Image != "one:1" || second.Image != "other:2" || second.CommandLine != "run -x" {
		t.Errorf("%+v, %+v", first, second)
	}
	if f := first.Files; len(f) != 2 || f[0].Target != "/a" || f[0].Source != "y" {
		t.Errorf("files %v", f)
	}
	if h := first.Health; !slices.Equal(h.Test, []string{"CMD-SHELL", "true"}) || h.Retries != "3" {
		t.Errorf("%+v", h)
	}
	if ports := first.Ports; len(ports) != 1 || ports[0].Binding != "127.0.0.1:8090:80" {
		t.Errorf("ports %v", ports)
	}
	if got := p.Profiles[0].Services; !slices.Equal(got, []string{"a", "sql", "second", "first"}) {
		t.Errorf("in the order %v", got)
	}
}
