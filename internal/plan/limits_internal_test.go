package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// Labs that reach these limits take seconds to parse, so the tests begin behind
// the parser.

// When host ports run out the lab hears it once, however many are missing.
func TestHostPortsRunOut(t *testing.T) {
	p := portPlan{&maker{lab: &schema.Lab{}}, map[int]claim{}, nil, nil}
	for port := nextSuperserverPort; port < maxPort; port++ {
		p.taken[port] = claim{}
	}
	if port := p.free(hcl.Range{}, nextSuperserverPort, "superserver port of mirror a"); port != maxPort {
		t.Fatalf("the last port is %d, want %d", port, maxPort)
	}
	for _, name := range []string{"b", "c", "d"} {
		if port := p.free(hcl.Range{}, nextSuperserverPort, "superserver port of mirror "+name); port != 0 {
			t.Errorf("mirror %s got port %d", name, port)
		}
	}
	want := "Every port from 11972 to 65535 is taken, so none is left for the superserver port of mirror b. " +
		"Publish fewer ports: 0 publishes none."
	if len(p.diags) != 1 || p.diags[0].Summary != "No host port left" || p.diags[0].Detail != want {
		t.Errorf("diagnostics: %v", p.diags)
	}
}

// fleet is a lab of that many mirrors of one member, all served by one haproxy,
// as far as balancers see it.
func fleet(mirrors int) *maker {
	h := &schema.HAProxy{Service: &schema.Service{Decl: schema.Decl{Name: "sql"}}, HealthCheck: "web_server",
		MaxConn: 4000}
	m := &maker{
		lab: &schema.Lab{HAProxy: []*schema.HAProxy{h}}, p: &Plan{ClientNetwork: &Network{}},
		services: map[*schema.Service]*Service{h.Service: {Name: "sql"}},
	}
	for n := range mirrors {
		name := fmt.Sprint("m", n)
		mirror := &Mirror{Name: name}
		mirror.Members = []*Member{{Instance: &Instance{Service: &Service{Name: name + "a"}}, AsyncType: -1}}
		m.p.Mirrors = append(m.p.Mirrors, mirror)
		h.Mirrors = append(h.Mirrors, schema.Ref{Name: name})
	}
	return m
}

func TestHAProxyPortsRunOut(t *testing.T) {
	const most = 2 + maxPort - nextSuperserverPort // one at 1972, the others from 11972 up
	for mirrors, want := range map[int]string{
		most: "",
		most + 3: fmt.Sprintf(
			"haproxy %q has a port for each mirror that it serves, and none is left for %q. Let another "+
				"haproxy serve some: name the mirrors of each.", "sql", fmt.Sprint("m", most)),
	} {
		m := fleet(mirrors)
		m.addHAProxy()
		var got []string
		for _, d := range m.diags {
			if d.Severity == hcl.DiagError {
				got = append(got, d.Detail)
			}
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%d mirrors:\n%s\nwant\n%s", mirrors, strings.Join(got, "\n"), want)
		}
	}
}

// The warning says what the limit leaves, and where the topology asks for more than
// that, it is refused.
func TestHAProxyConnectionsWarning(t *testing.T) {
	m := fleet(1100)
	m.addHAProxy()
	want := `haproxy "sql" serves 1100 mirrors. A process may open 524288 files, and a connection takes two, so ` +
		`that it holds 230 connections for each mirror (maxconn). More haproxy blocks, each with a part of the ` +
		`mirrors, hold more.`
	if len(m.diags) != 1 || m.diags[0].Summary != "Few connections" || m.diags[0].Detail != want {
		t.Errorf("%v, want\n%s", m.diags, want)
	}
}

// A haproxy asks for no more files than a process may open: it would not start. And the
// process holds more than all its mirrors together, or their checks would starve.
func TestHAProxyConnections(t *testing.T) {
	for _, c := range []struct {
		mirrors, wanted, connections int
		warned                       bool
	}{
		{1, 4000, 4000, false}, {16, 4000, 4000, false}, {64, 4000, 4000, false}, {2, 10, 10, false},
		{1, 200_000, 200_000, false},
		{66, 4000, 3960, false}, {1000, 4000, 250, true}, {4000, 4000, 61, true}, {40_000, 4000, 3, true}, {40_000, 3,
			3, false},
	} {
		m := fleet(c.mirrors)
		m.lab.HAProxy[0].MaxConn = c.wanted
		m.addHAProxy()
		balancer := m.p.HAProxy[0]
		if balancer.MirrorConn != c.connections || (len(m.diags) > 0) != c.warned {
			t.Errorf("%d mirrors: maxconn %d, %d diagnostics; want %d, %v",
				c.mirrors, balancer.MirrorConn, len(m.diags), c.connections, c.warned)
		}
		if files := 2*balancer.MaxConn + 3*c.mirrors + 16; files > fileLimit {
			t.Errorf("%d mirrors: %d files", c.mirrors, files)
		} else if balancer.Files < files || balancer.Files > fileLimit {
			t.Errorf("%d mirrors: %d files are allowed, %d needed", c.mirrors, balancer.Files, files)
		}
		if room := balancer.MaxConn - c.mirrors*balancer.MirrorConn; room < 2*c.mirrors+balancer.StatsConn {
			t.Errorf("%d mirrors: room for %d connections of checks and statistics", c.mirrors, room)
		}
	}
}
