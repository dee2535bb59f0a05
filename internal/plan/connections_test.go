package plan_test

import (
	"fmt"
	"testing"

	"mirrorgen/internal/plan"
)

func connections(p *plan.Plan) []string {
	var list []string
	for c := range p.Connections() {
		list = append(list, fmt.Sprintf("%s -> %s:%d %s", c.From, c.To, c.Port, c.Over))
	}
	return list
}

func TestConnections(t *testing.T) {
	p := makePlan(t, `
lab "l" {}
arbiter "arbiter" {}
mirror "demo" {
  member "a" { role = "primary" }
  member "d" { role = "drasync" }
  member "r" { role = "rorasync" }
}
application_server "app" { mirror = "demo" }
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
`)
	same(t, connections(p),
		" -> webgw:8080 HTTP",
		" -> web:80 HTTP",
		" -> sql:1972 TCP",
		"web -> webgw:80 HTTP",
		"sql -> a:1972 superserver",
		"sql -> d:1972 superserver",
		"sql -> webgw:80 HTTP",
		"webgw -> a:1972 superserver",
		"webgw -> d:1972 superserver",
		"webgw -> r:1972 superserver",
		"webgw -> app:1972 superserver",
		"app -> a:1972 ECP",
		"app -> d:1972 ECP",
		"a -> d:2188 ISCAgent",
		"a -> r:2188 ISCAgent",
		"a -> arbiter:2188 ISCAgent",
		"d -> a:1972 mirror",
		"d -> a:2188 ISCAgent",
		"d -> r:2188 ISCAgent",
		"r -> a:1972 mirror",
		"r -> a:2188 ISCAgent",
		"r -> d:2188 ISCAgent",
	)
}

// Every connection goes to an address that its target has, from the host to a port that it
// publishes, and who looks no further than the first gets no more.
func TestConnectionsReach(t *testing.T) {
	p := makePlan(t, pair+`
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" { stats_port = 8404 }
`)
	for c := range p.Connections() {
		var to *plan.Service
		for _, s := range p.Services {
			if s.Name == c.To {
				to = s
			}
		}
		found := false
		for _, a := range to.Addresses {
			found = found || a.IP == c.Address
		}
		for _, port := range to.Ports {
			found = found || c.From == "" && port.Host == c.Port
		}
		if !found {
			t.Errorf("%+v reaches nothing", c)
		}
	}
	for range p.Connections() {
		break
	}
}
