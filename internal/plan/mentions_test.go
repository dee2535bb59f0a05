package plan_test

import (
	"fmt"
	"testing"
)

// What a container talks to is what its command and environment name as a host; a word of a
// script that happens to be a service's name is a word.
func TestMentions(t *testing.T) {
	for settings, want := range map[string][]string{
		``: {},
		`command = ["sh", "-c", "web sql; wget http://web/demo; nc sql 1972"]`: {"web:80"},
		`command = ["sh", "-c", "curl https://user:pw@web:8443/x"]`:            {"web:8443"},
		`command = ["web", "sql"]`:                                             {"sql:0"},
		`command = "nc sql:1972"`:                                              {"sql:1972"},
		`environment = { DB = "jdbc:IRIS://sql:1972/USER", HOSTS = "demo-a,demo-b" }`: {"demo-a:0", "demo-b:0",
			"sql:1972"},
		`environment = { DB = "10.0.0.3", NOTE = "the web and the sql" }`: {"demo-a:0"},
		`after = ["demo-a"]`: {"demo-a:0 waits"},
		"after = [\"web\"]\nenvironment = { URL = \"http://web/\" }": {"web:80"},
		`environment = { SELF = "own:80" }`:                          {},
	} {
		p := makePlan(t, `
lab "l" {}
network "lab" { subnet = "10.0.0.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
nginx "web" {}
haproxy "sql" {}
service "own" {
  image = "own:1"
`+settings+"\n}\n")
		got := []string{}
		for _, m := range p.Mentions(p.OwnContainers()[0]) {
			text := fmt.Sprintf("%s:%d", m.Name, m.Port)
			if m.Waits {
				text += " waits"
			}
			got = append(got, text)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, not %v", settings, got, want)
		}
	}
}

// The monitoring and a service of one's own open connections too, and the diagram has them, of a
// large lab by kind.
func TestOwnConnections(t *testing.T) {
	own := `
monitoring {}
service "own" {
  image   = "own:1"
  command = ["run", "http://web/d1/"]
  after   = ["d1a"]
}
`
	p := makePlan(t, manyMirrors(1)+own)
	all := connections(p)
	same(t, all[len(all)-6:],
		"prometheus -> webgw1:80 HTTP",
		"prometheus -> webgw2:80 HTTP",
		"prometheus -> sql:8404 HTTP",
		"prometheus -> web:9113 HTTP",
		"grafana -> prometheus:9090 HTTP",
		"own -> web:80 HTTP",
	)
	ways := drawing(p.Diagram())
	same(t, ways[len(ways)-7:],
		"s10 -> s4",
		"s10 -> s6 waits",
		"s8 -> s2 metrics",
		"s8 -> s3 metrics",
		"s8 -> s5 metrics",
		"s8 -> s4 metrics",
		"s9 -> s8",
	)
	ways = drawing(makePlan(t, manyMirrors(100)+own).Diagram())
	same(t, ways[len(ways)-6:],
		"service -> nginx",
		"service -> mirrors waits",
		"prometheus -> gateway metrics",
		"prometheus -> haproxy metrics",
		"prometheus -> nginx metrics",
		"grafana -> prometheus",
	)
}
