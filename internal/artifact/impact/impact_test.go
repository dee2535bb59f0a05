package impact

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// topology is a lab with a durable mirror, one that is not, an application server
// and one of each balancer.
const topology = `
lab "demo" {}
images { tag = "2025.1" }
arbiter "arbiter" {}
mirror "kept" {
  durable = true
  member "k1" { role = "primary" }
  member "k2" { role = "backup" }
  member "k3" { role = "drasync" }
}
mirror "lost" {
  member "l1" { role = "primary" }
  member "l2" { role = "backup" }
}
application_server "app" { mirror = "lost" }
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
`

func build(t *testing.T, source string) []lab.Artifact {
	t.Helper()
	p := plantest.Make(t, "lab.hcl", source)
	return templates.Render(p)
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  []string // old, new, old, new, ...
		effects string   // of what does not stay as it is
		dangers []string // parts of them
	}{
		{"nothing", nil, "", nil},
		{"a gateway's setting", []string{`web_gateway "webgw" {}`,
			"web_gateway \"webgw\" {\n  server_response_timeout = 50\n}"}, "webgw recreate", nil},
		{"a balancer's setting", []string{`nginx "web" {}`, "nginx \"web\" {\n  read_timeout = \"80s\"\n}"},
			"web recreate", nil},
		{"a merge file", []string{`member "l2" { role = "backup" }`, "member \"l2\" {\n  role = \"backup\"\n  " +
			"globals = 512\n}"}, "l2 restart", nil},
		{"a member's container", []string{`member "l2" { role = "backup" }`,
			"member \"l2\" {\n  role = \"backup\"\n  " +
				"cpus = 2\n}"}, "l1 purge, l2 purge", nil},
		{"a durable member's container", []string{`member "k2" { role = "backup" }`,
			"member \"k2\" {\n  role = \"backup\"\n  cpus = 2\n}"}, "k2 recreate", nil},
		{"a new member", []string{"\"l2\" { role = \"backup\" }", "\"l2\" { role = \"backup\" }\n  member \"l3\" { " +
			"role = \"drasync\" }"}, "k1 restart, k2 restart, k3 restart, l1 restart, l2 restart, l3 create, app " +
			"recreate, webgw recreate, web recreate, sql recreate", nil},
		{"a durable member goes", []string{`  member "k3" { role = "drasync" }`, ""},
			"k1 restart, k2 restart, l1 purge, l2 purge, app recreate, webgw recreate, web recreate, sql " +
				"recreate, k3 leave", []string{"k3 is no longer a member of mirror kept, which keeps its data"}},
		{"a member's address", []string{`member "l2" { role = "backup" }`, "member \"l2\" {\n  role = \"backup\"\n  " +
			"host_number = 77\n}"}, "k1 restart, k2 restart, k3 restart, l1 purge, l2 purge, app recreate, webgw " +
			"recreate, web recreate, sql recreate", nil},
		{"a durable member's address", []string{`member "k2" { role = "backup" }`,
			"member \"k2\" {\n  role = \"backup\"\n  host_number = 77\n}"},
			"k1 restart, k2 recreate, k3 recreate, l1 " +
				"purge, l2 purge, app recreate, webgw recreate, web recreate, sql recreate",
			[]string{"Mirror kept keeps its data, and with it what it was founded with, but the address of k2 on lab " +
				"changes from 10.248.0.4 to 10.248.0.77, the address of k3"}},
		{"a set name", []string{`mirror "lost" {`, "mirror \"lost\" {\n  set_name = \"OTHER\""},
			"k1 restart, k2 restart, k3 restart, l1 purge, l2 purge, app restart",
			nil},
		{"a mirror's name", []string{`mirror "lost" {`, `mirror "found" {`, `mirror = "lost"`, `mirror = "found"`},
			"k1 restart, k2 restart, k3 restart, l1 purge, l2 purge, app restart, webgw recreate, sql recreate",
			nil},
		{"a durable mirror's name", []string{`mirror "kept" {`, `mirror "keeper" {`},
			"k1 restart, k2 restart, k3 restart, l1 restart, l2 restart, app restart, webgw recreate, sql recreate",
			[]string{"Mirror kept keeps its data, and with it what it was founded with, but the set name changes " +
				"from KEPT to KEEPER. Write set_name = \"KEPT\" in mirror \"keeper\" to keep it as it is; or change " +
				"it in IRIS first"}},
		{"a durable mirror's name, not its set's", []string{`mirror "kept" {`, "mirror \"keeper\" {\n  set_name = " +
			"\"KEPT\""}, "k1 restart, k2 restart, k3 restart, l1 restart, l2 restart, app restart, webgw recreate, " +
			"sql recreate", nil},
		{"a durable set name", []string{`mirror "kept" {`, "mirror \"kept\" {\n  set_name = \"OTHER\""},
			"k1 restart, k2 restart, k3 restart, l1 restart, l2 restart, app restart",
			[]string{"but the set name changes from KEPT to OTHER. Write set_name = \"KEPT\" in mirror \"kept\""}},
		{"a durable mirror goes", []string{"mirror \"kept\" {\n  durable = true\n  member \"k1\" { role = " +
			"\"primary\" }\n  member \"k2\" { role = \"backup\" }\n  member \"k3\" { role = \"drasync\" }\n}", ""},
			"l1 purge, l2 purge, app recreate, webgw recreate, web recreate, sql recreate, k1 leave, k2 leave, k3 " +
				"leave", []string{"Mirror kept is no longer part of the lab. Its data stays in data/"}},
		{"no longer durable", []string{"durable = true", "durable = false"}, "k1 purge, k2 purge, k3 purge, l1 " +
			"restart, l2 restart, app restart", []string{"what it has in data/ stays there unused"}},
		{"an older release", []string{"2025.1", "2024.1"}, "arbiter recreate, k1 recreate, k2 recreate, k3 recreate, " +
			"l1 purge, l2 purge, app recreate, webgw recreate",
			[]string{"back to containers.intersystems.com/intersystems/iris:2024.1: IRIS does not open data of a " +
				"later release"}},
		{"a newer release", []string{"2025.1", "2025.2"}, "arbiter recreate, k1 recreate, k2 recreate, k3 recreate, " +
			"l1 purge, l2 purge, app recreate, webgw recreate", nil},
		{"another name", []string{`lab "demo"`, `lab "other"`}, "arbiter create, k1 create, k2 create, k3 create, l1 " +
			"create, l2 create, app create, webgw create, web create, sql create",
			[]string{"renamed from demo to other"}},
		{"another subnet", []string{`lab "demo" {}`, "lab \"demo\" {}\nnetwork \"iris-tier\" { subnet = " +
			"\"10.9.0.0/24\" }"}, "arbiter recreate, k1 recreate, k2 recreate, k3 recreate, l1 purge, l2 purge, app " +
			"recreate, webgw recreate, web recreate, sql recreate", []string{"the arbiter changes from 10.248.0.2 to " +
			"10.9.0.2, the address of k1"}},
		{"the same network's subnet", []string{`lab "demo" {}`, "lab \"demo\" { timezone = \"UTC\" }\nnetwork " +
			"\"lab\" { subnet = \"10.9.0.0/24\" }"},
			"arbiter purge, k1 purge, k2 purge, k3 purge, l1 purge, l2 purge, app purge, webgw purge, web purge, " +
				"sql purge",
			[]string{"The network lab changes from 10.248.0.0/24 to 10.9.0.0/24: start.sh refuses until ./stop.sh " +
				"--purge, which deletes the data of mirror kept"}},
		{"roles exchanged", []string{`"k1" { role = "primary" }`, `"k1" { role = "backup" }`,
			`"k2" { role = "backup" }`, `"k2" { role = "primary" }`}, "k1 recreate, k2 recreate, k3 restart, l1 " +
			"restart, l2 restart, app restart, webgw recreate, sql recreate",
			[]string{"the role of k1 changes from primary to backup, the role of k2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := topology, strings.NewReplacer(test.change...).Replace(topology)
			if len(test.change) > 0 && before == after {
				t.Fatal("nothing changes")
			}
			report, err := Of(build(t, before), build(t, after))
			if err != nil {
				t.Fatal(err)
			}
			var effects []string
			for _, s := range report.Services {
				if s.Effect != Nothing {
					effects = append(effects, s.Name+" "+string(s.Effect))
				}
			}
			if have := strings.Join(effects, ", "); have != test.effects {
				t.Errorf("have %s\nwant %s", have, test.effects)
			}
			text := strings.Join(report.Dangers, "\n")
			if len(report.Dangers) != len(test.dangers) {
				t.Errorf("%d dangers, want %d:\n%s", len(report.Dangers), len(test.dangers), text)
			}
			for _, part := range test.dangers {
				if !strings.Contains(text, part) {
					t.Errorf("no danger says %q:\n%s", part, text)
				}
			}
		})
	}
}

// The services of a large lab stand in parts, which the compose file includes.
func TestIncludedParts(t *testing.T) {
	compose := func(include, part, image string) []lab.Artifact {
		return []lab.Artifact{
			{Path: "compose/part-1.yaml", Content: []byte("services:\n" + part + "  b: { image: " + image + " }\n")},
			{Path: composePath, Content: []byte("name: lab\ninclude:\n" + include)},
		}
	}
	const long = "  - { path: ./compose/part-1.yaml, project_directory: . }\n"
	for _, include := range []string{"  - compose/part-1.yaml\n", long} {
		report, err := Of(compose(include, "", "x:1"), compose(long, "  a: { image: x }\n", "x:2"))
		if err != nil {
			t.Fatal(err)
		}
		if have := fmt.Sprint(report.Services); have != "[{a create []} {b recreate [image]}]" {
			t.Errorf("services %s", have)
		}
	}
	if _, err := Of(nil, compose(long, " a\n", "x:1")); err == nil ||
		!strings.HasPrefix(err.Error(), "compose/part-1.yaml: yaml: ") {
		t.Errorf("a part that is no YAML: %v", err)
	}
}

func TestAssignments(t *testing.T) {
	have := assignments(`a=1 empty='' list=("x y z" w) quoted='b' last=(p q) `)
	for name, want := range map[string]string{"a": "1", "empty": "", "list": `("x y z" w)`, "quoted": "b",
		"last": "(p q)"} {
		if value, found := have[name]; !found || value != want {
			t.Errorf("%s: %q", name, value)
		}
	}
	if len(have) != 5 {
		t.Errorf("%q", have)
	}
}

func TestOlder(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"registry.example:5000/iris:2024.1", "registry.example:5000/iris:2025.1", true},
		{"iris:2025.1", "iris:2025.1.0.225.1", true},
		{"iris:2025.1", "iris:2025.1", false},
		{"iris:2025.2", "iris:2025.1", false},
		{"iris:latest-em", "iris:2025.1", false},
		{"iris", "iris:2025.1", false},
	} {
		if have := older(release(test.a), release(test.b)); have != test.want {
			t.Errorf("%s before %s: %v", test.a, test.b, have)
		}
	}
}
