package plan_test

import (
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
)

// A gateway of its own has its servers and no other, and what is for the whole lab leaves
// it out.
func TestOwnGateway(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", `
lab "lab" {}
arbiter "arbiter" {}
mirror "m" {
  member "ma" { role = "primary" }
  member "mb" { role = "backup" }
}
mirror "n" {
  member "na" { role = "primary" }
}
web_gateway "all" {}
web_gateway "own" { servers = ["m", "ma"] }
nginx "web" {}
haproxy "sql" {}
monitoring {}
`)
	names := func(list []*plan.Backend) string {
		var names []string
		for _, b := range list {
			names = append(names, b.Name)
		}
		return strings.Join(names, " ")
	}
	if got := names(p.NGINX[0].Gateways) + ", " + names(p.HAProxy[0].Gateways); got != "all, all" {
		t.Errorf("nginx and HAProxy ask %s", got)
	}
	for _, target := range p.Monitoring.Instances {
		if target.Gateway != "all" {
			t.Errorf("Prometheus asks %s through %s", target.Name, target.Gateway)
		}
	}
	own := p.OwnGateways()[0]
	var servers []string
	for _, s := range own.Config.Servers {
		servers = append(servers, s.Name)
	}
	if !slices.Equal(servers, []string{"m", "ma"}) || own.Knows("mb") || !own.Knows("ma") {
		t.Errorf("the gateway has %v", servers)
	}
	targets := map[string]bool{}
	for _, e := range p.Endpoints() {
		if e.Service == "own" {
			targets[e.Target] = true
		}
	}
	for _, name := range []string{"mb", "na", "n"} {
		if targets[name] {
			t.Errorf("the pages say that %s is reached through it", name)
		}
	}
	if !targets["m"] || !targets["ma"] {
		t.Errorf("the pages lack what is reached through it: %v", targets)
	}
	for c := range p.Connections() {
		if c.From == "own" && c.To != "ma" && c.To != "mb" { // mb may become the primary of m
			t.Errorf("it asks %s", c.To)
		}
	}
}

// Where every gateway is one of its own, each is still a way to its servers.
func TestOwnGatewaysAlone(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", `
lab "lab" {}
mirror "m" {
  member "ma" { role = "primary" }
  member "mb" { role = "backup" }
}
web_gateway "ga" { servers = ["ma"] }
web_gateway "gb" { servers = ["mb"] }
`)
	var got []string
	for _, e := range p.EndpointsOf(plan.EndpointPortal) {
		got = append(got, e.Service+" "+e.Target)
	}
	if !slices.Equal(got, []string{"ga ma", "gb mb"}) {
		t.Errorf("portals: %v", got)
	}
}
