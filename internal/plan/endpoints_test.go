package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
)

// endpoints prints the endpoints of some kinds as "service -> target URL note".
func endpoints(p *plan.Plan, kinds ...plan.EndpointKind) []string {
	var list []string
	for _, kind := range kinds {
		for _, e := range p.EndpointsOf(kind) {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s -> %s %s %s", e.Service, e.Target, e.URL, e.Note)))
		}
	}
	return list
}

var everyKind = []plan.EndpointKind{
	plan.EndpointManagement, plan.EndpointPortal, plan.EndpointREST, plan.EndpointHealth,
	plan.EndpointDemo, plan.EndpointSQL, plan.EndpointBalancer,
}

func TestEndpoints(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" { default_server = "demo-b" }
nginx "web" {}
haproxy "sql" { stats_port = 8404 }
application_server "app" { mirror = "demo" }
`)
	same(t, endpoints(p, everyKind...),
		"webgw -> webgw http://localhost:8080/csp/bin/Systems/Module.cxw",
		"web -> web http://localhost/csp/bin/Systems/Module.cxw closed",
		"webgw -> demo-a http://localhost:8080/demo-a/csp/sys/%25CSP.Portal.Home.zen",
		"webgw -> demo-b http://localhost:8080/demo-b/csp/sys/%25CSP.Portal.Home.zen",
		"webgw -> app http://localhost:8080/app/csp/sys/%25CSP.Portal.Home.zen",
		"webgw -> demo-b http://localhost:8080/csp/sys/%25CSP.Portal.Home.zen default_server",
		"webgw -> demo http://localhost:8080/demo/csp/sys/%25CSP.Portal.Home.zen unfit",
		"webgw -> demo-a http://localhost:8080/demo-a/api/mgmnt/",
		"webgw -> demo-b http://localhost:8080/demo-b/api/mgmnt/",
		"webgw -> app http://localhost:8080/app/api/mgmnt/",
		"webgw -> demo http://localhost:8080/demo/api/mgmnt/ primary",
		"webgw -> demo-a http://localhost:8080/demo-a/csp/mirror_status.cxw",
		"webgw -> demo-b http://localhost:8080/demo-b/csp/mirror_status.cxw",
		"web -> demo http://localhost/demo/csp/mirrorns/get primary",
		"web -> app http://localhost/app/csp/mirrorns/get",
		"webgw -> demo http://localhost:8080/demo/csp/mirrorns/get primary",
		"webgw -> app http://localhost:8080/app/csp/mirrorns/get",
		"sql -> demo jdbc:IRIS://localhost:1972/MIRRORNS primary",
		"web -> web http://localhost/nginx-health",
		"sql -> sql http://localhost:8404/",
		"sql -> sql http://localhost:8404/metrics",
	)
	if got, want := len(p.Endpoints()), len(endpoints(p, everyKind...)); got != want {
		t.Errorf("Endpoints lists %d, the kinds one by one %d", got, want)
	}
}

// A member's own web server is listed where the image has one and it is
// published.
func TestEndpointsOfWebServer(t *testing.T) {
	p := makePlan(t, `
lab "x" { host = "irishost" }
images { tag = "2022.1" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role     = "primary"
    web_port = 9092
  }
  member "demo-b" { role = "backup" }
}
haproxy "sql" {}
`)
	same(t, endpoints(p, everyKind...),
		"demo-a -> demo-a http://irishost:9092/csp/bin/Systems/Module.cxw unused",
		"demo-a -> demo-a http://irishost:9092/csp/sys/%25CSP.Portal.Home.zen",
		"demo-a -> demo-a http://irishost:9092/api/mgmnt/",
		"demo-a -> demo-a http://irishost:9092/csp/mirror_status.cxw",
		"sql -> demo jdbc:IRIS://irishost:1972/MIRRORNS primary",
	)
}

// Where no gateway is published, nginx leads to every instance as well.
func TestEndpointsThroughNGINX(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" { http_port = 0 }
nginx "web" { http_port = 8000 }
`)
	same(t, endpoints(p, plan.EndpointManagement, plan.EndpointHealth),
		"web -> web http://localhost:8000/csp/bin/Systems/Module.cxw closed",
		"web -> demo-a http://localhost:8000/demo-a/csp/mirror_status.cxw",
		"web -> demo-b http://localhost:8000/demo-b/csp/mirror_status.cxw",
	)
}

func TestNothingPublished(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" { http_port = 0 }
nginx "web" { http_port = 0 }
`)
	same(t, endpoints(p, everyKind...))
}

// Every namespace is an endpoint; the demo application's table is in the first.
func TestNamespaces(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "D1" { namespace = "%APP" }
  database "D2" {}
  member "demo-a" {
    role             = "primary"
    superserver_port = 41972
  }
  member "demo-b" { role = "backup" }
}
mirror "plain" {
  member "plain-a" {
    role             = "primary"
    demo_application = false
  }
}
web_gateway "webgw" {}
haproxy "sql" {}
`)
	same(t, endpoints(p, plan.EndpointDemo, plan.EndpointSQL),
		"webgw -> demo http://localhost:8080/demo/csp/%25app/get primary",
		"webgw -> demo http://localhost:8080/demo/csp/d2/get primary",
		"sql -> demo jdbc:IRIS://localhost:1972/%APP primary",
		"sql -> demo jdbc:IRIS://localhost:1972/D2 primary",
		"sql -> plain jdbc:IRIS://localhost:11972/MIRRORNS primary",
		"demo-a -> demo-a jdbc:IRIS://localhost:41972/%APP member",
	)
	var queries []string
	for _, e := range p.EndpointsOf(plan.EndpointSQL) {
		queries = append(queries, e.Query)
	}
	const record, catalog = "select * from MirrorLab.Record", "select count(*) from INFORMATION_SCHEMA.TABLES"
	same(t, queries, record, catalog, catalog, record)
}

// The demo application is offered for a mirror only where it survives a
// failover.
func TestDemoOnOneMember(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" {
    role             = "backup"
    demo_application = false
  }
}
web_gateway "webgw" {}
`)
	same(t, endpoints(p, plan.EndpointDemo))
	if got := p.Walkthrough().Path(); got != "/demo/api/mgmnt/" {
		t.Errorf("the walkthrough asks for %s", got)
	}
}
