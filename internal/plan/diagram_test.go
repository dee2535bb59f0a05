package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
)

// drawing prints a diagram: "id name role ports count", groups with their nodes
// indented, then "from -> to label".
func drawing(d *plan.Diagram) []string {
	var list []string
	node := func(indent string, n plan.Node) {
		list = append(list, indent+strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %d", n.ID, n.Name, n.Role,
			n.Ports, n.Count)), " "))
	}
	for _, n := range d.Nodes {
		node("", n)
	}
	for _, g := range d.Groups {
		list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%s %s %d", g.ID, g.Name, g.Count)), " "))
		for _, n := range g.Nodes {
			node("  ", n)
		}
	}
	for _, e := range d.Edges {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s -> %s %s", e.From, e.To, e.Label)))
	}
	return list
}

func TestDiagram(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
application_server "app" { mirror = "demo" }
`)
	same(t, drawing(p.Diagram()),
		"http http_clients 0",
		"sql sql_clients 0",
		"s1 arbiter arbiter 0",
		"s4 webgw web_gateway 8080:80 0",
		"s5 web nginx 80:80 0",
		"s6 sql haproxy 1972:1972 0",
		"s7 app application_server 0",
		"m1 demo 1",
		"  s2 demo-a primary 0",
		"  s3 demo-b backup 0",
		"http -> s5",
		"s5 -> s4",
		"s4 -> m1",
		"s4 -> s7",
		"sql -> s6",
		"s6 -> m1",
		"s6 -> s4 health",
		"s7 -> m1 ecp",
		"s2 -> s3 journal",
		"s1 -> m1 arbiter",
	)
}

// Several gateways are a group, to which one edge leads where it leads to all, and
// every edge runs over the network that carries it.
func TestDiagramOfTwoNetworks(t *testing.T) {
	p := makePlan(t, `
lab "x" {
  mirror_network = "journal"
  client_network = "clients"
}
network "journal" { subnet = "10.0.1.0/24" }
network "clients" { subnet = "10.0.2.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw1" {}
web_gateway "webgw2" {}
nginx "all" {}
nginx "one" {
  http_port = 8000
  gateways  = ["webgw2"]
}
haproxy "sql" {}
`)
	d := p.Diagram()
	same(t, drawing(d)[len(drawing(d))-16:],
		"gateways 2",
		"  s4 webgw1 web_gateway 8080:80 0",
		"  s5 webgw2 web_gateway 8081:80 0",
		"m1 demo 1",
		"  s2 demo-a primary 0",
		"  s3 demo-b backup 0",
		"http -> s6",
		"http -> s7",
		"s6 -> gateways",
		"s7 -> s5",
		"gateways -> m1",
		"sql -> s8",
		"s8 -> m1",
		"s8 -> gateways health",
		"s2 -> s3 journal",
		"s1 -> m1 arbiter",
	)
	for i, want := range []string{"journal [8]", "clients [2 3 4 6 7 9]"} {
		if got := fmt.Sprint(d.Networks[i].Name, " ", d.Networks[i].Edges); got != want {
			t.Errorf("network %s, want %s", got, want)
		}
	}
}

// manyMirrors is a lab of n mirrors with two members each, and one of
// everything else.
func manyMirrors(n int) string {
	var b strings.Builder
	b.WriteString(
		"lab \"x\" {}\narbiter \"arbiter\" {}\nweb_gateway \"webgw1\" {}\nweb_gateway \"webgw2\" {}\nnginx " +
			"\"web\" {}\nhaproxy \"sql\" {}\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b,
			"mirror \"d%d\" {\n  member \"d%da\" { role = \"primary\" }\n  member \"d%db\" { role = \"backup\" "+
				"}\n}\n", i, i, i)
	}
	return b.String()
}

// A large lab's diagram stays small: a node for every kind of service, one for
// each of the first mirrors.
func TestDiagramOfLargeLab(t *testing.T) {
	p := makePlan(t, manyMirrors(100))
	d := p.Diagram()
	got := drawing(d)
	same(t, got[:7],
		"http http_clients 0",
		"sql sql_clients 0",
		"arbiter arbiter arbiter 0",
		"gateway webgw1 web_gateway 2",
		"nginx web nginx 0",
		"haproxy sql haproxy 0",
		"mirrors 100",
	)
	if nodes := d.Groups[0].Nodes; len(nodes) != 13 || nodes[12].Count != 88 {
		t.Errorf("%d mirrors are drawn, the last stands for %d", len(nodes), nodes[len(nodes)-1].Count)
	}
	same(t, got[len(got)-7:],
		"http -> nginx",
		"sql -> haproxy",
		"nginx -> gateway",
		"gateway -> mirrors",
		"haproxy -> mirrors",
		"haproxy -> gateway health",
		"arbiter -> mirrors arbiter",
	)
}

// Every edge of a diagram leads between what is drawn, and no two things share
// an ID.
func TestDiagramIsWhole(t *testing.T) {
	for _, topology := range []string{pair, manyMirrors(3), manyMirrors(30), "lab \"x\" {}\narbiter \"a\" {}\n"} {
		d := makePlan(t, topology).Diagram()
		ids := map[string]int{}
		for _, n := range d.Nodes {
			ids[n.ID]++
		}
		for _, g := range d.Groups {
			ids[g.ID]++
			for _, n := range g.Nodes {
				ids[n.ID]++
			}
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s is drawn %d times", id, n)
			}
		}
		for _, e := range d.Edges {
			if ids[e.From] == 0 || ids[e.To] == 0 {
				t.Errorf("%s -> %s leads to nothing", e.From, e.To)
			}
		}
	}
}
