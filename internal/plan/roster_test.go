package plan_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestRoster(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" { http_port = 0 }
nginx "web" {}
haproxy "sql" { stats_port = 8404 }
application_server "app" { mirror = "demo" }
`)
	var got []string
	for _, d := range p.Roster() {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", d.Name, d.Role, d.Published(), d.Serves())))
	}
	same(t, got,
		"arbiter arbiter - demo",
		"demo-a primary - demo",
		"demo-b backup - demo",
		"webgw web_gateway -",
		"web nginx 80:80",
		"sql haproxy 8404:8404, 1972:1972 demo",
		"app application_server - demo",
	)
}

func TestRosterShortens(t *testing.T) {
	p := makePlan(t, manyMirrors(12))
	for _, d := range p.Roster() {
		if d.Name == "sql" && d.Serves() != "d1, d2, d3, d4, d5, d6, d7, d8, ..." {
			t.Errorf("sql serves %s", d.Serves())
		}
	}
}

// A sample of a large lab shows its first mirrors through one gateway; a small
// lab is its own sample.
func TestSample(t *testing.T) {
	if p := makePlan(t, manyMirrors(9)); p.Large() || p.Sample() != p {
		t.Errorf("%d services are a large lab", len(p.Services))
	}
	p := makePlan(t, manyMirrors(10))
	if !p.Large() {
		t.Fatalf("%d services are no large lab", len(p.Services))
	}
	s := p.Sample()
	if len(s.Mirrors) != 2 || len(s.Instances) != 4 || len(s.Gateways) != 1 || len(s.NGINX) != 1 {
		t.Errorf(
			"the sample has %d mirrors, %d instances, %d gateways, %d nginx", len(s.Mirrors), len(s.Instances),
			len(s.Gateways), len(s.NGINX))
	}
	if len(p.Mirrors) != 10 || len(p.Gateways) != 2 {
		t.Error("taking a sample has changed the plan")
	}
}
