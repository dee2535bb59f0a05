package impact

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// rebuild builds a topology, and another with the lock of the first.
func rebuild(t *testing.T, before, after string) (old, now []lab.Artifact) {
	t.Helper()
	p := plantest.Make(t, "lab.hcl", before)
	next, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(after)}})
	q, more := plan.Make(next, p.Lock)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	return templates.Render(p), templates.Render(q)
}

func TestRenamed(t *testing.T) {
	moved := func(from, to string) string { return fmt.Sprintf("moved {\n from = %q\n to = %q\n}\n", from, to) }
	for _, test := range []struct {
		name      string
		change    []string // old, new, ...
		more      string   // blocks at the end
		dangers   []string // parts of them
		services  string   // of what is created, purged and left
		commands  string
		unchanged string // data directory that stays in use
	}{
		{"a durable member", []string{`member "k2" { role = "backup" }`,
			"member \"kk\" {\n role = \"backup\"\n system_name = \"K2\"\n}"}, moved("k2", "kk"), nil,
			"create kk in place of k2; leave k2 remove it before you build, because kk has its address",
			"before docker compose rm --stop --force k2; after ./stop.sh && ./start.sh", "./data/k2/db"},
		{"a durable member with its name in the mirror", []string{`"k2"`, `"kk"`}, moved("k2", "kk"),
			[]string{`the mirror name of kk (k2 before) changes from K2 to KK. Write system_name = "K2" in member ` +
				`"kk" to keep it as it is; or change it in IRIS first`},
			"create kk in place of k2; leave k2 remove it before you build, because kk has its address",
			"before docker compose rm --stop --force k2; after ./stop.sh && ./start.sh", "./data/k2/db"},
		{"a durable member, and nobody says so", []string{`"k2"`, `"kk"`}, "",
			[]string{`k2 is no longer a member of mirror kept, which keeps its data and knows it as one: take it out ` +
				`of the mirror in IRIS first (^MIRROR). data/k2 stays. Where it was renamed, say so in the topology ` +
				`with a moved block: from = "k2", to = "kk".`},
			"create kk ; leave k2 remove it before you build",
			"before docker compose rm --stop --force k2; after ./stop.sh && ./start.sh", ""},
		{"a durable mirror with all members", []string{`mirror "kept" {`, "mirror \"keeper\" {\n set_name = \"KEPT\"",
			`"k1" { role = "primary" }`, "\"n1\" {\n role = \"primary\"\n system_name = \"K1\"\n}",
			`"k2" { role = "backup" }`, "\"n2\" {\n role = \"backup\"\n system_name = \"K2\"\n}",
			`"k3" { role = "drasync" }`, "\"n3\" {\n role = \"drasync\"\n system_name = \"K3\"\n}"},
			moved("kept", "keeper") + moved("k1", "n1") + moved("k2", "n2") + moved("k3", "n3"), nil,
			"create n1 in place of k1; create n2 in place of k2; create n3 in place of k3; leave k1 remove it before " +
				"you build, because n1 has its address; leave k2 remove it before you build, because n2 has its " +
				"address; leave k3 remove it before you build, because n3 has its address",
			"before docker compose rm --stop --force k1 k2 k3; after ./stop.sh && ./start.sh", "./data/k3/sys"},
		{"a member that keeps nothing", []string{`"l2"`, `"ll"`}, moved("l2", "ll"), nil,
			"purge l1 l2 is renamed to ll, the mirror name of ll (l2 before) changes from L2 to LL; purge ll l2 is " +
				"renamed to ll, the mirror name of ll (l2 before) changes from L2 to LL; leave l2 remove it before " +
				"you build, because ll has its address",
			"before docker compose rm --stop --force l2; after docker compose rm --stop --force l1 && ./stop.sh && " +
				"./start.sh", ""},
		{"a gateway", []string{`"webgw"`, `"door"`}, moved("webgw", "door"), nil,
			"create door in place of webgw; leave webgw remove it before you build, because door has its address",
			"before docker compose rm --stop --force webgw", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			old, now := rebuild(t, topology, strings.NewReplacer(test.change...).Replace(topology)+test.more)
			report, err := Of(old, now)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(report.Dangers, "\n")
			if len(report.Dangers) != len(test.dangers) {
				t.Errorf("%d dangers, want %d:\n%s", len(report.Dangers), len(test.dangers), text)
			}
			for _, part := range test.dangers {
				if !strings.Contains(text, part) {
					t.Errorf("no danger says %q:\n%s", part, text)
				}
			}
			var services, commands []string
			for _, s := range report.Services {
				if s.Effect == Create || s.Effect == Purge || s.Effect == Leave {
					services = append(services,
						fmt.Sprintf("%s %s %s", s.Effect, s.Name, strings.Join(s.Reasons, ", ")))
				}
			}
			if have := strings.Join(services, "; "); have != test.services {
				t.Errorf("have %s\nwant %s", have, test.services)
			}
			for _, c := range report.Commands {
				commands = append(commands, c.When+" "+c.Run)
			}
			if have := strings.Join(commands, "; "); have != test.commands {
				t.Errorf("have %s\nwant %s", have, test.commands)
			}
			if test.unchanged != "" && !strings.Contains(string(content(now, composePath)), test.unchanged) {
				t.Errorf("the compose file does not mount %s", test.unchanged)
			}
		})
	}
}

func content(artifacts []lab.Artifact, path string) []byte {
	for _, a := range artifacts {
		if a.Path == path {
			return a.Content
		}
	}
	return nil
}

// Without its lock file a lab would look for the data of a renamed member elsewhere.
func TestLostDataDirectory(t *testing.T) {
	renamed := strings.Replace(topology, `"k2" {`, `"kk" {`, 1) + "moved {\n from = \"k2\"\n to = \"kk\"\n}\n"
	_, now := rebuild(t, topology, renamed)
	report, err := Of(now, build(t, renamed))
	if err != nil {
		t.Fatal(err)
	}
	const want = "kk would keep its data in data/kk, and what it has is in data/k2: it begins empty."
	if !strings.Contains(strings.Join(report.Dangers, "\n"), want) {
		t.Errorf("%q", report.Dangers)
	}
}

// What has to be run leaves alone what need not be started afresh.
func TestCommands(t *testing.T) {
	ephemeral := strings.Replace(topology, "durable = true", "", 1)
	for _, test := range []struct{ name, before, after, commands string }{
		{"nothing", topology, topology, ""},
		{"one mirror", topology, strings.Replace(topology, `"lost" {`, "\"lost\" {\n set_name = \"X\"", 1),
			"after docker compose rm --stop --force l1 l2 && ./stop.sh && ./start.sh"},
		{"all mirrors", ephemeral, strings.Replace(ephemeral, "2025.1", "2025.2", 1),
			"after ./stop.sh --purge && ./start.sh"},
		{"a merge file", topology, strings.Replace(topology, `"l2" { role = "backup" }`,
			"\"l2\" {\n role = \"backup\"\n globals = 512\n}", 1), "after ./stop.sh && ./start.sh"},
		{"a gateway", topology, strings.Replace(topology, `"webgw" {}`,
			"\"webgw\" {\n server_response_timeout = 50\n}", 1), ""},
		{"no balancer", topology, strings.Replace(topology, `nginx "web" {}`, "", 1),
			"before docker compose rm --stop --force web"},
	} {
		old, now := rebuild(t, test.before, test.after)
		report, err := Of(old, now)
		if err != nil {
			t.Fatal(err)
		}
		var commands []string
		for _, c := range report.Commands {
			commands = append(commands, c.When+" "+c.Run)
		}
		if have := strings.Join(commands, "; "); have != test.commands {
			t.Errorf("%s: have %q, want %q", test.name, have, test.commands)
		}
	}
}
