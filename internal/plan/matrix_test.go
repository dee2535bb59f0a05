package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
)

// table prints a matrix: its columns, then "path -> target URLs note", where a hyphen is
// a URL that does not exist.
func table(m *plan.Matrix) []string {
	if m == nil {
		return nil
	}
	var doors []string
	for _, d := range m.Doors {
		doors = append(doors, d.Service+" "+d.Base)
	}
	list := []string{strings.Join(doors, ", ")}
	for _, row := range m.Paths {
		var urls []string
		for _, cell := range row.Cells {
			if cell.URL == "" {
				cell.URL = "-"
			}
			urls = append(urls, strings.TrimPrefix(cell.URL, "http://localhost"))
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s -> %s %s %s", row.Path, row.Target,
			strings.Join(urls, " "), row.Note)))
	}
	return list
}

// A path has one row, whichever gateways lead there.
func TestMatrix(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw1" {}
web_gateway "webgw2" { default_server = "demo-b" }
nginx "web" {}
`)
	same(t, table(p.Matrix(plan.EndpointPortal)),
		"webgw1 http://localhost:8080, webgw2 http://localhost:8081",
		"/demo-a/csp/sys/%25CSP.Portal.Home.zen -> demo-a :8080/demo-a/csp/sys/%25CSP.Portal.Home.zen "+
			":8081/demo-a/csp/sys/%25CSP.Portal.Home.zen",
		"/demo-b/csp/sys/%25CSP.Portal.Home.zen -> demo-b :8080/demo-b/csp/sys/%25CSP.Portal.Home.zen "+
			":8081/demo-b/csp/sys/%25CSP.Portal.Home.zen",
		"/csp/sys/%25CSP.Portal.Home.zen -> demo-b - :8081/csp/sys/%25CSP.Portal.Home.zen default_server",
		"/demo/csp/sys/%25CSP.Portal.Home.zen -> demo :8080/demo/csp/sys/%25CSP.Portal.Home.zen "+
			":8081/demo/csp/sys/%25CSP.Portal.Home.zen unfit",
	)
	same(t, table(p.Matrix(plan.EndpointDemo)),
		"web http://localhost, webgw1 http://localhost:8080, webgw2 http://localhost:8081",
		"/demo/csp/mirrorns/get -> demo /demo/csp/mirrorns/get :8080/demo/csp/mirrorns/get "+
			":8081/demo/csp/mirrorns/get primary",
	)
}

// Services that have no column are named all the same.
func TestMatrixWithManyGateways(t *testing.T) {
	var gateways strings.Builder
	for i := 1; i <= 8; i++ {
		fmt.Fprintf(&gateways, "web_gateway \"webgw%d\" {}\n", i)
	}
	m := makePlan(t, pair+gateways.String()).Matrix(plan.EndpointHealth)
	last := plan.Door{Service: "webgw8", Base: "http://localhost:8087"}
	if len(m.Doors) != 6 || len(m.More) != 2 || m.More[1] != last {
		t.Errorf("columns %v, and %v", m.Doors, m.More)
	}
	for _, row := range m.Paths {
		last := plan.MatrixCell{Port: 8085, URL: "http://localhost:8085" + row.Path}
		if len(row.Cells) != 6 || row.Cells[5] != last {
			t.Errorf("%s leads to %v", row.Path, row.Cells)
		}
	}
}

// A member's own web server has no column, and pages of its own.
func TestOwnWebServers(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
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
	if m := p.Matrix(plan.EndpointPortal); m != nil {
		t.Errorf("a table of paths: %v", table(m))
	}
	const base = "http://localhost:9092"
	want := plan.WebServer{Service: "demo-a", Port: 9092, Management: base + "/csp/bin/Systems/Module.cxw",
		Portal: base + "/csp/sys/%25CSP.Portal.Home.zen", REST: base + "/api/mgmnt/",
		Health: base + "/csp/mirror_status.cxw"}
	if list := p.WebServers(); len(list) != 1 || list[0] != want {
		t.Errorf("web servers: %v", list)
	}
}

// A reader begins with one endpoint of each kind, and with none that is refused.
func TestFrontEndpoints(t *testing.T) {
	for topology, want := range map[string][]string{
		pair + "web_gateway \"webgw\" {}\nnginx \"web\" {}\nhaproxy \"sql\" {}\n": {
			"demo http://localhost/demo/csp/mirrorns/get",
			"portal http://localhost:8080/demo-a/csp/sys/%25CSP.Portal.Home.zen",
			"gateway_management http://localhost:8080/csp/bin/Systems/Module.cxw",
			"sql jdbc:IRIS://localhost:1972/MIRRORNS",
			"health http://localhost:8080/demo-a/csp/mirror_status.cxw",
		},
		pair + "web_gateway \"webgw\" { http_port = 0 }\nnginx \"web\" {}\n": {
			"demo http://localhost/demo/csp/mirrorns/get",
			"portal http://localhost/demo-a/csp/sys/%25CSP.Portal.Home.zen",
			"health http://localhost/demo-a/csp/mirror_status.cxw",
			"rest http://localhost/demo-a/api/mgmnt/",
			"balancer http://localhost/nginx-health",
		},
		pair: nil,
	} {
		var got []string
		for _, e := range makePlan(t, topology).FrontEndpoints() {
			got = append(got, string(e.Kind)+" "+e.URL)
		}
		same(t, got, want...)
	}
}
