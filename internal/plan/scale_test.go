package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// What many mirrors take is said once a lab, and compiled all the same.
func TestScaleOfFleet(t *testing.T) {
	var b strings.Builder
	b.WriteString("lab \"x\" {}\nweb_gateway \"webgw1\" {}\nweb_gateway \"webgw2\" { server_response_timeout = 20 }\n")
	for n := range 200 {
		fmt.Fprintf(&b, "mirror \"m%d\" {\n  member \"m%d-a\" { role = \"primary\" }\n}\n", n, n)
	}
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(b.String())}})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	p, diags := plan.Make(lab, nil)
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary+": "+d.Detail)
	}
	same(t, got,
		"Much memory: The 200 IRIS containers of this lab need about 223 GiB of memory on the Docker host, "+
			"when all of them run: globals and gmheap of each, and about 512 MB beside. A host with less runs "+
			"a part of it, which a profile names; or the mirrors in several topologies, on several hosts. "+
			"Lower globals and gmheap take less.",
		"Many gateway connections: A web gateway keeps 3 connections to each of its 400 servers, 1200 in "+
			"all; the product's default allows 1024. CSP.ini sets MAX_CONNECTIONS=3072, which takes memory in "+
			"every gateway and a process in IRIS for each connection. Fewer mirrors a topology take fewer.",
	)
	if len(p.GatewayConfigs) != 2 {
		t.Fatalf("%d files for two gateways with different settings", len(p.GatewayConfigs))
	}
	for _, c := range p.GatewayConfigs {
		if c.MaxConnections != 3072 ||
			c.Sections()[0].Keys[3] != (plan.KeyValue{Key: "MAX_CONNECTIONS", Value: "3072"}) {
			t.Errorf("%s: %d connections, %v", c.File, c.MaxConnections, c.Sections()[0].Keys)
		}
	}
}

// A lab as large as the examples is not worth a word.
func TestScaleOfSmallLab(t *testing.T) {
	p := makePlan(t, pair+"web_gateway \"webgw\" {}\n")
	if c := p.GatewayConfigs[0]; c.MaxConnections != 0 ||
		strings.Contains(fmt.Sprint(c.Sections()), "MAX_CONNECTIONS") {
		t.Errorf("%v", c.Sections())
	}
}

// A failover that nobody notices for minutes is told with the gateways that mend it.
func TestCheckIntervalOfMinutes(t *testing.T) {
	var b strings.Builder
	b.WriteString("lab \"x\" {}\nweb_gateway \"g1\" {}\nweb_gateway \"g2\" {}\nhaproxy \"sql\" {}\n")
	for n := range 400 {
		fmt.Fprintf(&b, "mirror \"m%d\" {\n  member \"m%da\" { role = \"primary\" }\n  member \"m%db\" { role = "+
			"\"backup\" }\n}\n", n, n, n)
	}
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(b.String())}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := plan.Make(lab, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, d := range diags {
		if d.Summary == "Check interval raised" {
			same(t, []string{p.HAProxy[0].CheckInterval}, "158200ms")
			if !strings.Contains(d.Detail, "15 web gateways bring it down to 10 s") {
				t.Error(d.Detail)
			}
			return
		}
	}
	t.Error("no warning of the check interval")
}
