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
	p := portPlan{&maker{}, map[int]claim{}, nil}
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
	h := &schema.HAProxy{Service: &schema.Service{Decl: schema.Decl{Name: "sql"}}, HealthCheck: "web_server"}
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

// The warning says what the limit leaves.
func TestHAProxyConnectionsWarning(t *testing.T) {
	m := fleet(1020)
	m.addHAProxy()
	want := `haproxy "sql" serves 1020 mirrors. A process may open 524288 files, and a connection takes two, so ` +
		`that it holds 260000 connections (maxconn), 254 for each mirror if all have as many. More haproxy ` +
		`blocks, each with a part of the mirrors, hold more.`
	if len(m.diags) != 1 || m.diags[0].Summary != "Many connections" || m.diags[0].Detail != want {
		t.Errorf("%v, want\n%s", m.diags, want)
	}
}

// A haproxy asks for no more files than a process may open: it would not start.
func TestHAProxyConnections(t *testing.T) {
	for _, c := range []struct {
		mirrors, connections int
		warned               bool
	}{
		{1, 4096, false}, {16, 4096, false}, {17, 4352, false}, {1000, 256_000, false},
		{1020, 260_000, true}, {4000, 256_000, true}, {40_000, 202_000, true},
	} {
		m := fleet(c.mirrors)
		m.addHAProxy()
		balancer := m.p.HAProxy[0]
		if balancer.MaxConn != c.connections || (len(m.diags) > 0) != c.warned {
			t.Errorf(
				"%d mirrors: maxconn %d, %d warnings; want %d, %v", c.mirrors, balancer.MaxConn, len(m.diags),
				c.connections, c.warned)
		}
		if files := 2*balancer.MaxConn + 3*c.mirrors + 16; files > fileLimit {
			t.Errorf("%d mirrors: %d files", c.mirrors, files)
		}
	}
}
