package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/plan/plantest"
)

// shared is a lab of so many mirrors, gateways and nginx blocks.
func shared(mirrors, gateways, balancers int) string {
	var b strings.Builder
	b.WriteString("lab \"shared\" {}\narbiter \"arbiter\" {}\nhaproxy \"sql\" {}\n")
	for i := range mirrors {
		fmt.Fprintf(&b, "mirror \"m%[1]d\" {\n  member \"m%[1]da\" { role = \"primary\" }\n"+
			"  member \"m%[1]db\" { role = \"backup\" }\n}\n", i)
	}
	for i := range gateways {
		fmt.Fprintf(&b, "web_gateway \"g%d\" {}\n", i)
	}
	for i := range balancers {
		fmt.Fprintf(&b, "nginx \"n%d\" { http_port = %d }\n", i, 8800+i)
	}
	return b.String()
}

// However many mirrors are dead, clients of nginx leave workers of each gateway to the
// health checks, and no mirror takes all that clients may have.
func TestGatewaysAreShared(t *testing.T) {
	for _, c := range []struct{ mirrors, gateways, balancers, gateway, path int }{
		{1, 1, 1, 120, 120},
		{1, 2, 1, 120, 240},
		{2, 2, 1, 110, 110},
		{4, 3, 1, 110, 82},
		{2, 2, 2, 50, 50},
		{8, 2, 1, 40, 32},
		{40, 2, 1, 40, 32},
		{40, 1, 3, 10, 10},
	} {
		p := plantest.Make(t, "lab.hcl", shared(c.mirrors, c.gateways, c.balancers))
		n := p.NGINX[0]
		if n.GatewayRequests != c.gateway || n.PathRequests != c.path {
			t.Errorf("%d mirrors, %d gateways, %d nginx: %d requests at a gateway and %d for a path, want %d and %d",
				c.mirrors, c.gateways, c.balancers, n.GatewayRequests, n.PathRequests, c.gateway, c.path)
		}
		// What dead members hold of one gateway while another is lost: two questions a
		// check, each for the member's response timeout of 10 s.
		h := p.HAProxy[0]
		held := 2 * 2 * c.mirrors * 10_000 / int(h.CheckMillis+1800) / max(1, c.gateways-1)
		if all := held + c.balancers*n.GatewayRequests; all > 150 {
			t.Errorf("%d mirrors, %d gateways, %d nginx: %d of 150 workers of a gateway",
				c.mirrors, c.gateways, c.balancers, all)
		}
	}
}
