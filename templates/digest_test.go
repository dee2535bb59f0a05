package templates_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

const configLabel = "mirrorgen.config"

// labels are the labels of a service, nil where it has none.
func labels(t *testing.T, artifacts map[string]string, name string) map[string]any {
	t.Helper()
	list, _ := service(t, artifacts, name)["labels"].(map[string]any)
	return list
}

// A service that holds nothing but its configuration is labelled with a digest
// of it; a member never is, because Compose would throw it away with its data.
func TestConfigurationLabels(t *testing.T) {
	const topology = `
lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
application_server "app" { mirror = "demo" }
web_gateway "gw1" {}
web_gateway "gw2" { server_response_timeout = 20 }
nginx "web" {
  compose = { labels = { own = "x" } }
}
haproxy "sql" {}
`
	before, err := build(topology)
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string][]string{
		"gw1": {"webgateway/CSP.ini", "webgateway/CSP.conf"},
		"gw2": {"webgateway/CSP-2.ini", "webgateway/CSP.conf"},
		"web": {"nginx/web.conf"},
		"sql": {"haproxy/sql.cfg"},
	} {
		var contents strings.Builder
		for _, file := range files {
			contents.WriteString(before[file])
		}
		sum := sha256.Sum256([]byte(contents.String()))
		if got, want := labels(t, before, name)[configLabel], hex.EncodeToString(sum[:])[:16]; got != want {
			t.Errorf("%s is labelled %v, want %s", name, got, want)
		}
	}
	if labels(t, before, "web")["own"] != "x" {
		t.Error("the topology's own label is gone")
	}
	for _, name := range []string{"arbiter", "demo-a", "demo-b", "app"} {
		if list := labels(t, before, name); list != nil {
			t.Errorf("%s is labelled %v", name, list)
		}
	}

	// A setting of one service changes its label alone.
	after, err := build(
		strings.Replace(topology, "nginx \"web\" {\n", "nginx \"web\" {\n  read_timeout = \"70s\"\n", 1),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gw1", "gw2", "web", "sql"} {
		if changed := labels(t, before, name)[configLabel] != labels(t, after,
			name)[configLabel]; changed != (name == "web") {
			t.Errorf("%s: changed %v", name, changed)
		}
	}
}
