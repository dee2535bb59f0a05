package plan_test

import (
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
)

// operatorLab is a lab that the operator can make.
const operatorLab = `
lab "demo" {}
arbiter "arb" {}
mirror "m" {
  member "ma" { role = "primary" }
  member "mb" { role = "backup" }
}
web_gateway "webgw" {}
haproxy "sql" {}
kubernetes { operator = true }
`

// What the operator makes has its names; what clients reach has those of the lab.
func TestOperatorNames(t *testing.T) {
	p, said := cluster(t, operatorLab)
	if len(said) > 0 {
		t.Errorf("said %q", said)
	}
	m := p.Mirrors[0]
	for _, have := range [][2]string{
		{m.SetName, plan.OperatorSet},
		{strings.Join(m.Pods(), " "), "m-data-0-0 m-data-0-1"},
		{m.Primary.SystemName + " " + m.Backup.SystemName, "M-DATA-0-0 M-DATA-0-1"},
		{m.Primary.HostName, "m-data-0-0"},
		{m.Primary.MirrorAddress, "ma.demo.svc.cluster.local"},
		{m.Primary.Shell, "kubectl exec -it --namespace demo m-data-0-0 --"},
		{m.Primary.Logs, "kubectl logs --namespace demo m-data-0-0"},
		{m.Primary.Route(), "operator"},
		{m.Databases[0].Directory, "/irissys/data/IRIS/mgr/mirrordb/"},
		{m.Arbiter.PodName, "m-arbiter-0"},
		{m.Arbiter.Logs, "kubectl logs --namespace demo m-arbiter-0"},
		{strings.Join(m.Arbiter.ServedPods(), " "), "m-data-0-0 m-data-0-1"},
		{strings.Join(p.MemberPods(), " "), "m-data-0-0 m-data-0-1"},
		{p.CompatibilityVersion(), "2025.1.0"},
		{p.Gateways[0].PodName, ""},
	} {
		if have[0] != have[1] {
			t.Errorf("%q, want %q", have[0], have[1])
		}
	}
	var pods []string
	for _, s := range p.OperatorPods() {
		pods = append(pods, s.Name)
	}
	if !slices.Equal(pods, []string{"arb", "ma", "mb"}) {
		t.Errorf("%q", pods)
	}
	own, _ := cluster(t, strings.Replace(operatorLab, "operator = true", "operator = false", 1))
	if own.Operated() || len(own.OperatorPods()) > 0 || own.Mirrors[0].Primary.PodName != "ma-0" ||
		own.Mirrors[0].Primary.Route() != "config" || own.Arbiters[0].PodName != "" {
		t.Errorf("%+v", own.Mirrors[0].Primary)
	}
}

// What an IrisCluster cannot express is refused where the topology says it; what means nothing
// to one is named once.
func TestOperatorLimits(t *testing.T) {
	for _, c := range []struct{ before, after, said string }{
		{`member "mb" { role = "backup" }`, `member "mb" { role = "drasync" }`,
			`Nothing public shows how an IrisCluster makes an async member (drasync)`},
		{`member "mb" { role = "backup" }`, ``, `is a primary and a backup, and "m" has no backup`},
		{`haproxy "sql" {}`, "application_server \"app\" {\n  mirror = \"m\"\n}",
			`makes application servers by itself`},
		{`haproxy "sql" {}`, "tls {}", `Each instance has a certificate of its own`},
		{`haproxy "sql" {}`, "secrets {}", `gives IRIS its password in a file`},
		{`haproxy "sql" {}`, "images {\n  tag = \"2023.1\"\n}",
			`have been seen from IRIS 2023.2 on, and these images are of 2023.1`},
		{`lab "demo" {}`, "lab \"demo\" {\n  mirror_setup = \"sys_mirror\"\n}", `and not through SYS.Mirror`},
		{`{ role = "backup" }`, "{\n  role = \"backup\"\n  merge = \"[config]\\nroutines=64\\n\"\n}",
			`merge differs between "ma" and "mb"`},
		{`{ role = "primary" }`, "{\n  role = \"primary\"\n  globals = 500\n}",
			`globals differs between "ma" and "mb"`},
		{`{ role = "primary" }`, "{\n  role = \"primary\"\n  environment = { A = \"b\" }\n}",
			`environment differs between "ma" and "mb"`},
		{`{ role = "primary" }`, "{\n  role = \"primary\"\n  kubernetes = { metadata = { labels = { a = \"b\" } } }\n}",
			`"ma" has no workload of its own`},
		{`arbiter "arb" {}`,
			"arbiter \"arb\" {\n  kubernetes = { metadata = { labels = { a = \"b\" } } }\n}",
			`"arb" has no workload of its own`},
		{`mirror "m" {`,
			"mirror \"n\" {\n  member \"na\" { role = \"primary\" }\n  member \"nb\" { role = \"backup\" }\n}\n" +
				`mirror "m" {`,
			`"arb" is that of the mirror "n" already. Declare another for "m", arbiter "m-arbiter"`},
		{`haproxy "sql" {}`, `haproxy "iris-svc" {}`, `The operator makes a Service "iris-svc"`},
		{`haproxy "sql" {}`, `profile "p" { services = ["ma"] }`, `and the profile "p" has one of them alone`},
		{`mirror "m" {`, "mirror \"m\" {\n  set_name = \"OWN\"\n  qos_timeout = 9000",
			`set_name has no effect here: the operator names the mirror set of every IrisCluster IRISMIRROR1`},
		{`operator = true`, "operator = true\n  spread = \"none\"\n", `spread has no effect here`},
		{`arbiter "arb" {}`,
			"mirror \"n\" {\n  member \"na\" { role = \"primary\" }\n  member \"nb\" { role = \"backup\" }\n}\n",
			`Nothing public shows two of them side by side`},
	} {
		topology := strings.Replace(operatorLab, c.before, c.after, 1)
		if strings.HasPrefix(c.after, "operator") {
			topology = strings.Replace(topology, "kubernetes { operator", "kubernetes {\n  operator", 1)
			topology = strings.Replace(topology, "\n }", "\n}", 1)
		}
		_, said := cluster(t, topology)
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, c.said) }) {
			t.Errorf("%s: said %q, not %q", c.after, said, c.said)
		}
	}
}
