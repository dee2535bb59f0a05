package impact

import (
	"strings"
	"testing"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// startAgain is what a change asks for that start.sh carries out by itself.
const startAgain = "after: ./start.sh"

// TestOfOperator: what a build means for a mirror that InterSystems' operator makes.
func TestOfOperator(t *testing.T) {
	const operated = `lab "demo" {}
arbiter "arb" {}
mirror "m" {
  member "ma" { role = "primary" }
  member "mb" { role = "backup" }
}
web_gateway "webgw" {}
kubernetes { operator = true }
`
	const second = "mirror \"n\" {\n  arbiter = \"\"\n  member \"na\" { role = \"primary\" }\n  " +
		"member \"nb\" { role = \"backup\" }\n}\n"
	render := func(topology string) []lab.Artifact {
		return templates.Render(plantest.MakeFor(t, plan.Kubernetes, "demo.hcl", topology))
	}
	for _, test := range []struct{ name, from, before, after, want string }{
		{"nothing", operated, "", "", ""},
		{"a merge file", operated, "web_gateway", "iris {\n  globals = 512\n}\nweb_gateway",
			"ma restart, mb restart; after: ./start.sh"},
		{"an arbiter goes", operated, "arbiter \"arb\" {}\n", "", "ma restart, mb restart, arb leave; before: " +
			"kubectl delete --namespace demo --ignore-not-found statefulset,deployment,service arb\nafter: ./start.sh"},
		{"another size", operated, "kubernetes { operator = true }",
			"kubernetes {\n  storage_size = \"30Gi\"\n  operator = true\n}",
			"ma purge, mb purge; after: ./stop.sh --purge && ./start.sh"},
		{"a mirror goes", operated + second, second, "", "webgw roll, na leave, nb leave; before: " +
			"kubectl delete --namespace demo --ignore-not-found statefulset,deployment,service na nb\nbefore: " +
			"kubectl delete --namespace demo --ignore-not-found iriscluster n\nafter: ./start.sh"},
		{"the operator goes", operated, "kubernetes { operator = true }\n", "",
			"arb roll, ma purge, mb purge; after: ./stop.sh --purge && ./start.sh"},
	} {
		before, after := test.from, strings.Replace(test.from, test.before, test.after, 1)
		report, err := Of(render(before), render(after))
		if err != nil {
			t.Fatal(err)
		}
		var effects, commands []string
		for _, s := range report.Services {
			if s.Effect != Nothing {
				effects = append(effects, s.Name+" "+string(s.Effect))
			}
		}
		for _, command := range report.Commands {
			commands = append(commands, command.When+": "+command.Run)
		}
		got := strings.Join(effects, ", ")
		if len(commands) > 0 {
			got += "; " + strings.Join(commands, "\n")
		}
		if got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestOfCluster: what a build means for a lab on Kubernetes.
func TestOfCluster(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  []string // old, new, old, new, ...
		effects string   // of what does not stay as it is
		dangers []string // parts of them
		run     string   // the commands
	}{
		{"nothing", nil, "", nil,
			""},
		{"a gateway's setting", []string{`web_gateway "webgw" {}`,
			"web_gateway \"webgw\" {\n  server_response_timeout = 50\n}"}, "webgw roll", nil,
			startAgain},
		{"a balancer's setting", []string{`nginx "web" {}`, "nginx \"web\" {\n  read_timeout = \"80s\"\n}"},
			"web roll", nil,
			startAgain},
		{"a merge file", []string{`member "l2" { role = "backup" }`,
			"member \"l2\" {\n  role = \"backup\"\n  globals = 512\n}"}, "l2 restart", nil,
			startAgain},
		{"raw keys", []string{`member "l2" { role = "backup" }`, "member \"l2\" {\n  role = \"backup\"\n  " +
			"kubernetes = { spec = { template = { spec = { priorityClassName = \"high\" } } } }\n}"},
			"l2 restart", nil,
			startAgain},
		{"a new member", []string{"\"l2\" { role = \"backup\" }", "\"l2\" { role = \"backup\" }\n  " +
			"member \"l3\" { role = \"drasync\" }"},
			"l1 restart, l2 restart, l3 create, app restart, webgw roll, web roll, sql roll", nil,
			startAgain},
		{"a member goes", []string{`  member "k3" { role = "drasync" }`, ""},
			"k1 restart, k2 restart, webgw roll, web roll, sql roll, k3 leave", []string{"the volume of k3 stays"},
			"before: kubectl delete --namespace demo --ignore-not-found statefulset,deployment,service k3\n" +
				startAgain},
		{"a mirror goes", []string{"mirror \"kept\" {\n  durable = true\n  member \"k1\" { role = \"primary\" }\n  " +
			"member \"k2\" { role = \"backup\" }\n  member \"k3\" { role = \"drasync\" }\n}", ""},
			"webgw roll, web roll, sql roll, k1 leave, k2 leave, k3 leave",
			[]string{"Its data stays in its volumes"},
			"before: kubectl delete --namespace demo --ignore-not-found statefulset,deployment,service k1 k2 k3\n" +
				startAgain},
		{"a set name", []string{`mirror "lost" {`, "mirror \"lost\" {\n  set_name = \"OTHER\""},
			"l1 restart, l2 restart, app restart", []string{"but the set name changes from LOST to OTHER"},
			startAgain},
		{"an older release", []string{"2025.1", "2024.1"}, "arbiter roll, k1 restart, k2 restart, k3 restart, " +
			"l1 restart, l2 restart, app restart, webgw roll",
			[]string{"Take a copy of its volumes from before", "Mirror lost keeps its data"},
			startAgain},
		{"another size", []string{"kubernetes {}", "kubernetes {\n  storage_size = \"30Gi\"\n}"},
			"k1 purge, k2 purge, k3 purge, l1 purge, l2 purge", []string{"The volume of k1 changes",
				"The volume of k2 changes", "The volume of k3", "The volume of l1", "The volume of l2"},
			"after: ./stop.sh --purge && ./start.sh"},
		{"the same size in another unit", []string{"kubernetes {}", "kubernetes {\n  storage_size = \"20480Mi\"\n}"},
			"", nil, ""},
		{"another name of a mirror", []string{`mirror "lost" {`, "moved {\n  from = \"lost\"\n  to = \"found\"\n}\n" +
			"mirror \"found\" {\n  set_name = \"LOST\"", `mirror = "lost"`, `mirror = "found"`},
			"l1 restart, l2 restart, app restart, webgw roll, sql roll", nil,
			startAgain},
		{"another name of a member", []string{`member "k3"`, `member "k4"`},
			"k1 restart, k2 restart, k4 create, webgw roll, sql roll, k3 leave",
			[]string{"k4 begins without that data, with a moved block too: keep the name k3"},
			"before: kubectl delete --namespace demo --ignore-not-found statefulset,deployment,service k3\n" +
				startAgain},
		{"services that nodes have", []string{"kubernetes {}", "kubernetes {\n  service_type = \"NodePort\"\n}"},
			"web apply, sql apply", nil,
			startAgain},
		{"replicas", []string{`nginx "web" {}`, "nginx \"web\" {\n  kubernetes = { spec = { replicas = 2 } }\n}"},
			"web apply", nil,
			startAgain},
		{"what cannot change", []string{`member "l2" { role = "backup" }`, "member \"l2\" {\n  role = \"backup\"\n  " +
			"kubernetes = { spec = { podManagementPolicy = \"OrderedReady\" } }\n}"},
			"l2 purge", []string{"Kubernetes refuses a change of podManagementPolicy of l2"},
			"after: ./stop.sh --purge && ./start.sh"},
		{"another namespace", []string{"kubernetes {}", "kubernetes {\n  namespace = \"other\"\n}"},
			"arbiter create, k1 create, k2 create, k3 create, l1 create, l2 create, app create, webgw create, " +
				"web create, sql create", []string{"The namespace changes from demo to other"},
			""},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := topology + "kubernetes {}\n"
			after := strings.NewReplacer(test.change...).Replace(before)
			render := func(source string) *plan.Plan { return plantest.MakeFor(t, plan.Kubernetes, "lab.hcl", source) }
			report, err := Of(templates.Render(render(before)), templates.Render(render(after)))
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
			var commands []string
			for _, command := range report.Commands {
				commands = append(commands, command.When+": "+command.Run)
			}
			if have := strings.Join(commands, "\n"); have != test.run {
				t.Errorf("have %s\nwant %s", have, test.run)
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
