package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What raw compose keys say of images and ports is what the plan says of them.
func TestRawKeys(t *testing.T) {
	const lab = `lab "l" {}
arbiter "arb" { compose = { image = "arbiter:mine" } }
mirror "m" {
  member "a" {
    role             = "primary"
    superserver_port = 3000
    compose = { ports = ["127.0.0.1:5000:5001", "0.0.0.0:6000-6002:7000-7002", "127.0.0.1:53:53/udp",
      "127.0.0.1:3000:1972/TCP", "127.0.0.1::9000"] }
  }
}
mirror "n" {
  member "b" { role = "primary" }
}
web_gateway "g" {
  compose = { ports = [
    { target = 443, published = "8443", host_ip = "127.0.0.1" },
    { target = 80, published = 8080, host_ip = "127.0.0.1" },
  ] }
}
web_gateway "h" { compose = { ports = [] } }
web_gateway "i" {}
nginx "web" { compose = { ports = ["127.0.0.1:8088:80/tcp"], image = "nginx:mine" } }
nginx "web2" { compose = { ports = ["127.0.0.1:8089:80"] } }
haproxy "sql" { compose = { ports = ["127.0.0.1:1980:1972"] } }
`
	p, diags := compiled(t, lab, nil)
	if len(diags) > 0 {
		t.Errorf("%v", diags)
	}
	var got []string
	for _, s := range p.Services {
		line := s.Name + " " + s.Published()
		if strings.HasSuffix(s.Image, ":mine") {
			line += " " + s.Image
		}
		got = append(got, line)
	}
	for _, g := range p.Gateways {
		got = append(got, fmt.Sprint(g.Name, " serves at ", g.HTTPPort))
	}
	for _, n := range p.NGINX {
		got = append(got, fmt.Sprint(n.Name, " serves at ", n.HTTPPort))
	}
	for _, l := range p.HAProxy[0].Listeners {
		got = append(got, fmt.Sprint(l.Mirror.Name, " is served at ", l.Host))
	}
	for _, open := range p.OpenPorts {
		got = append(got, fmt.Sprint(open.Host, " is open"))
	}
	want := []string{
		"arb - arbiter:mine",
		"a 5000:5001, 6000:7000, 6001:7001, 6002:7002, 3000:1972",
		"b -", "g 8443:443, 8080:80", "h -",
		"i 8081:80", // 8080 is taken
		"web 8088:80 nginx:mine", "web2 8089:80", "sql 1980:1972",
		"g serves at 8080", "h serves at 0", "i serves at 8081", "web serves at 8088", "web2 serves at 8089",
		"m is served at 1980", "n is served at 0",
		"6000 is open", "6001 is open", "6002 is open",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if p.Mirrors[1].Port != nil || p.Mirrors[0].Port.Host != 1980 {
		t.Errorf("ports of the mirrors: %v, %v", p.Mirrors[0].Port, p.Mirrors[1].Port)
	}
}

// Added ports stand beside those of the arguments, on every page; the compose file keeps those
// that no page shows.
func TestAddedPorts(t *testing.T) {
	const lab = `lab "l" {}
mirror "m" {
  member "a" {
    role             = "primary"
    superserver_port = 3000
    compose          = { "ports+" = ["127.0.0.1:5000:5001", "127.0.0.1:53:53/udp"] }
  }
}
web_gateway "g" { compose = { "ports+" = [] } }
nginx "web" { compose = { "ports+" = ["0.0.0.0:8443:443"] } }
`
	p, diags := compiled(t, lab, nil)
	if len(diags) > 0 {
		t.Errorf("%v", diags)
	}
	var got []string
	for _, s := range p.Services {
		got = append(got, s.Name+" "+s.Published())
	}
	want := []string{"a 3000:1972, 5000:5001", "g 8080:80", "web 80:80, 8443:443"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	kept := p.Services[0].Compose.Fields[0]
	if kept.Name != "ports" || !kept.Append || len(kept.Value.List) != 1 ||
		kept.Value.List[0].Text != "127.0.0.1:53:53/udp" {
		t.Errorf("kept %+v", kept)
	}
}

// A lab that is open to the network anyway does not ask for an address.
func TestRawPortsOfAnOpenLab(t *testing.T) {
	p, diags := compiled(t, `lab "l" { publish_address = "0.0.0.0" }
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["5000:5000", "127.0.0.1:5001:5001"] }
  }
}
`, nil)
	if got := p.Services[0].Published(); got != "5000:5000, 5001:5001" || len(p.OpenPorts) > 0 || len(diags) != 1 ||
		diags[0].Summary != "Open to the network" {
		t.Errorf("%s %v %v", got, p.OpenPorts, diags)
	}
}
