package internal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/toolstest"
	"mirrorgen/internal/verify"
	"mirrorgen/templates"
)

// A variety writes a valid topology that uses what the language has, in combinations that
// nobody thought of.
type variety struct {
	*rand.Rand
	bytes.Buffer
	cluster    bool // the target is Kubernetes
	recent     bool // IRIS has TLS, and no web server of its own
	tls, https bool
	secrets    bool
	haproxy    bool
	members    []string // of all mirrors
	arbiters   int
	operator   bool // InterSystems' operator makes the mirrors
}

func (v *variety) chance(percent int) bool { return v.IntN(100) < percent }

func (v *variety) one(of ...string) string { return of[v.IntN(len(of))] }

func (v *variety) line(format string, args ...any) { fmt.Fprintf(&v.Buffer, format+"\n", args...) }

// maybe writes an argument in three cases of ten.
func (v *variety) maybe(format string, args ...any) {
	if v.chance(30) {
		v.line("  "+format, args...)
	}
}

// varied returns the topology of a seed for a target.
func varied(target plan.Target, seed uint64) sized {
	v := &variety{Rand: rand.New(rand.NewPCG(seed, 3)), cluster: target == plan.Kubernetes}
	v.recent = v.chance(60)
	v.operator = v.cluster && seed%3 == 2
	v.recent = v.recent || v.operator
	v.tls = v.recent && v.chance(50)
	v.secrets = v.chance(30) && !v.operator
	v.haproxy = v.chance(85)
	name := fmt.Sprintf("varied-%d", seed)
	v.lab(name)
	mirrors := 1 + v.IntN(4)
	for m := range mirrors {
		v.mirror(m)
	}
	v.around(mirrors)
	return sized{name + ".hcl", v.Bytes()}
}

// lab writes what there is once.
func (v *variety) lab(name string) {
	v.line("lab %q {", name)
	v.maybe("host = %q", v.one("irishost", "lab.example.com"))
	v.maybe("publish_address = %q", v.one("0.0.0.0", "192.0.2.7"))
	v.maybe("timezone = %q", "Asia/Tokyo")
	v.maybe("license_key = %q", "keys/iris.key")
	v.maybe("languages = [%s]", v.one(`"ja"`, `"en", "ja"`, `"ja", "en"`))
	v.maybe("restart = %q", v.one("unless-stopped", "always", "on-failure"))
	two := v.chance(60)
	if two {
		v.maybe("mirror_network = %q\n  client_network = %q", "b", "a")
	}
	v.line("}\nnetwork \"a\" {}")
	if two {
		v.line("network \"b\" {}")
	}
	v.line("images {")
	if v.recent {
		v.line("  tag = %q", v.one("2024.3", "2025.1", "2025.2", "2026.1"))
	} else {
		v.line("  tag = %q", v.one("2020.1", "2021.1", "2022.1", "2023.1"))
	}
	v.maybe("nginx = %q", v.one("nginx:1.26", "registry.example/nginx:1.31-alpine"))
	v.maybe("registry = %q", "registry.example:5000/iris")
	v.line("}\niris {")
	v.maybe("globals = %d", 64+v.IntN(4000))
	v.maybe("cpus = %d", 1+v.IntN(8))
	v.maybe("durable = true")
	v.maybe("interop = true")
	v.maybe("stop_grace_period = %q", v.one("200s", "400s"))
	v.maybe("demo_application = false")
	v.maybe("merge = %q", "[config]\nlocksiz=33554432\n")
	v.line("}")
	v.arbiters = v.IntN(3)
	if v.operator { // each of them has one of its own, or none
		v.arbiters = 4
	}
	for i := range v.arbiters {
		v.line("arbiter \"arb%d\" {}", i)
	}
	if v.secrets {
		v.line("secrets {\n  directory = %q\n}", v.one("secrets", "hidden"))
	}
	if v.tls {
		v.line("tls {")
		v.maybe("directory = %q", "keys-and-certificates")
		off := []string{"mirror", "gateway", "ecp"}
		if v.operator {
			off = nil
			v.line("  mirror = false\n  gateway = false\n  ecp = false\n  superserver = \"off\"")
		} else if v.chance(20) {
			off = off[:1]
			v.line("  superserver = \"require\"")
		}
		for _, argument := range off {
			v.maybe(argument + " = false")
		}
		if v.https = v.chance(70) || v.operator; !v.https {
			v.line("  https = false")
		}
		v.line("}")
	}
}

// mirror writes the mirror of a number.
func (v *variety) mirror(m int) {
	v.line("mirror \"m%d\" {", m)
	v.maybe("set_name = \"SET%d\"", m)
	if v.operator {
		v.line("  arbiter = %q", v.one(fmt.Sprintf("arb%d", m), ""))
	} else if v.arbiters > 1 {
		v.line("  arbiter = \"arb%d\"", v.IntN(v.arbiters))
	} else {
		v.maybe("arbiter = \"\"")
	}
	v.maybe("qos_timeout = %d", 4000+v.IntN(9000))
	v.maybe("durable = true")
	if v.haproxy {
		v.maybe("superserver_port = %d", 42000+m)
	}
	v.databases()
	backup, reporting := v.chance(75), false
	members := 1 + v.IntN(5)
	if v.operator {
		members, backup = 2, true
	}
	for i := range members {
		role := v.one("drasync", "rorasync", "rwrasync")
		switch {
		case i == 0:
			role = "primary"
		case i == 1 && backup:
			role = "backup"
		default:
			reporting = reporting || role != "drasync"
		}
		name := fmt.Sprintf("m%d%c", m, 'a'+i)
		v.members = append(v.members, name)
		v.line("  member %q {\n    role = %q", name, role)
		v.maybe("system_name = \"NODE-%d\"", i)
		v.maybe("superserver_port = %d", 43000+10*m+i)
		if !v.recent {
			v.maybe("web_port = %d", 44000+10*m+i)
		}
		if !v.operator { // which makes both members alike
			v.maybe("globals = %d", 100+v.IntN(100))
			v.maybe("environment = { LANG = \"C.UTF-8\", \"QUOTES\" = \"a 'b' \\\"c\\\" $d\" }")
			v.maybe("merge = %q", "[config]\nroutines=64\n")
		}
		v.maybe("compose = { labels = { owner = \"me\" }, mem_limit = \"2g\" }")
		v.line("  }")
	}
	if reporting && v.haproxy {
		v.maybe("reporting_port = %d", 45000+m)
	}
	v.line("}")
}

// databases writes those of a mirror and its namespaces, or nothing.
func (v *variety) databases() {
	switch v.IntN(6) {
	case 0:
		v.line("  database \"DATA\" {}\n  database \"LOG\" {\n    mirrored = false\n  }")
	case 1: // namespaces of their own alone
		v.line("  database \"DATA\" { namespace = \"\" }\n  database \"CODE\" { namespace = \"\" }")
		v.line("  namespace \"SHOP\" {\n    globals = \"DATA\"\n    routines = \"CODE\"")
		v.line("    interop = %v\n  }", v.chance(50))
	case 2:
		v.line("  database \"LOCAL\" {\n    namespace = \"NOTES\"\n    mirrored = false\n  }")
		v.line("  database \"DATA\" { namespace = \"SALES\" }\n  namespace \"COPY\" { globals = \"DATA\" }")
	case 3: // no table of the demo application
		v.line("  database \"LOG\" {\n    mirrored = false\n  }")
	case 4:
		v.line("  database \"LOCAL\" {\n    namespace = \"\"\n    mirrored = false\n  }")
		v.line("  database \"CODE\" { namespace = \"\" }\n  namespace \"MIXED\" {\n    globals = \"CODE\"")
		v.line("    routines = \"LOCAL\"\n  }\n  namespace \"ALONE\" { globals = \"LOCAL\" }")
	}
}

// around writes what stands around the mirrors.
func (v *variety) around(mirrors int) {
	servers := v.IntN(3)
	if v.operator {
		servers = 0
	}
	for i := range servers {
		v.line("application_server \"app%d\" {\n  mirror = \"m%d\"", i, v.IntN(mirrors))
		v.maybe("cpus = 2")
		v.line("}")
	}
	gateways := 1 + v.IntN(3)
	for i := range gateways {
		v.line("web_gateway \"gw%d\" {", i)
		v.maybe("http_port = %d", 46000+i)
		v.maybe("server_response_timeout = %d", 10+v.IntN(40))
		v.maybe("system_manager = [\"127.0.0.1\", \"10.*.*.*\"]")
		v.maybe("default_server = %q", v.members[0])
		if !v.secrets {
			v.maybe("username = \"gateway%d\"\n  password = \"G-'q\\\"\"", i)
		}
		v.maybe("ini = { SYSTEM = { Event_Log_Level = \"v9a\" } }")
		v.line("}")
	}
	if v.chance(25) {
		v.line("web_gateway \"own\" {\n  servers = [\"m0\", %q]\n}", v.members[v.IntN(len(v.members))])
	}
	for i := range v.IntN(3) {
		v.line("nginx \"web%d\" {", i)
		v.line("  http_port = %d", 47000+i)
		v.maybe("sticky = false")
		v.maybe("read_timeout = \"90s\"")
		v.maybe("max_fails = 3")
		v.maybe("websocket_timeout = \"2h\"")
		if v.https && i > 0 {
			v.line("  https_port = %d", 47100+i)
		}
		if gateways > 1 {
			v.maybe("gateways = [\"gw0\"]")
		}
		v.line("}")
	}
	if v.haproxy {
		v.haproxies(mirrors)
	}
	v.extras()
	if v.cluster {
		v.line("kubernetes {")
		if v.operator {
			v.line("  operator = true")
		}
		v.maybe("namespace = \"team-lab\"")
		v.maybe("storage_class = \"fast\"")
		v.maybe("storage_size = \"100Gi\"")
		v.maybe("service_type = %q", v.one("NodePort", "LoadBalancer"))
		v.maybe("pull_secret = \"vendor\"")
		v.maybe("cluster_domain = \"example.internal\"")
		v.maybe("spread = %q", v.one("required", "none"))
		v.line("}")
	}
}

func (v *variety) haproxies(mirrors int) {
	groups := [][]string{nil}
	if mirrors > 1 && v.chance(40) {
		groups = [][]string{{`"m0"`}, {}}
		for m := 1; m < mirrors; m++ {
			groups[1] = append(groups[1], fmt.Sprintf(`"m%d"`, m))
		}
	}
	for i, group := range groups {
		v.line("haproxy \"sql%d\" {", i)
		if group != nil {
			v.line("  mirrors = [%s]", strings.Join(group, ", "))
		}
		v.maybe("check_interval = %q", v.one("500ms", "3s"))
		v.maybe("idle_timeout = \"90m\"")
		v.maybe("stats_port = %d", 48000+i)
		v.maybe("maxconn = %d", 50+v.IntN(500))
		if !v.recent {
			v.maybe("health_check = %q", v.one("web_gateway", "web_server"))
		}
		v.line("}")
	}
}

// extras writes services of one's own, monitoring and a profile.
func (v *variety) extras() {
	if v.chance(40) {
		v.line("service \"client\" {\n  image = \"busybox:1.37\"\n  after = [%q]", v.members[0])
		v.maybe("command = [\"sh\", \"-c\", \"echo '$HOME' \\\"x\\\"; sleep 9\"]")
		v.maybe("ports = [\"49000:80\", \"49001:81\"]")
		v.maybe("healthcheck = { test = [\"CMD\", \"true\"], interval = \"3s\", retries = 4 }")
		v.line("}")
	}
	if v.chance(35) {
		v.line("monitoring {")
		v.maybe("grafana_port = 0")
		v.maybe("prometheus_port = 0")
		v.maybe("scrape_interval = \"2s\"")
		v.maybe("retention = \"2d\"")
		v.line("}")
	}
	if v.chance(30) {
		services := fmt.Sprintf("%q", v.members[0])
		if v.operator { // it makes both
			services = fmt.Sprintf("%q, %q", v.members[0], v.members[1])
		}
		v.line("profile \"part\" {\n  services = [%s, \"gw0\"]\n  description = \"a | b\"\n}", services)
	}
	v.line("moved {\n  from = \"earlier\"\n  to = %q\n}", v.members[0])
}

// What the language allows together compiles for both targets, links with itself, and is what
// the programs that read it take.
func TestVariedTopologies(t *testing.T) {
	seeds := uint64(24)
	real := os.Getenv(toolstest.Required) == "1"
	if real {
		seeds = 32
	}
	for _, target := range []plan.Target{plan.Compose, plan.Kubernetes} {
		for seed := range seeds {
			s := varied(target, seed)
			t.Run(fmt.Sprintf("%s/%d", target, seed), func(t *testing.T) {
				p := plantest.MakeFor(t, target, s.name, string(s.source))
				artifacts := templates.Render(p)
				for _, d := range verify.Check(artifacts) {
					t.Errorf("%v\n%s", d, s.source)
				}
				if real && target == plan.Compose && !t.Failed() {
					accepted(t, p, artifacts)
				}
			})
		}
	}
}
