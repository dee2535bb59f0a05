package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// sketch is a topology that is edited.
type sketch struct {
	mirrors  []sketchedMirror
	gateways []string
	serial   int
}

type sketchedMirror struct {
	name    string
	members []string
}

func (s *sketch) fresh(kind string) string {
	s.serial++
	return fmt.Sprintf("%s%d", kind, s.serial)
}

func (s *sketch) String() string {
	var b strings.Builder
	b.WriteString("lab \"edited\" {}\nnetwork \"a\" {}\nnetwork \"b\" {}\narbiter \"arbiter\" {}\n")
	for _, m := range s.mirrors {
		fmt.Fprintf(&b, "mirror %q {\n", m.name)
		for i, member := range m.members {
			fmt.Fprintf(&b, "  member %q { role = %q }\n", member,
				[]string{"primary", "backup", "drasync", "rwrasync"}[min(i, 3)])
		}
		b.WriteString("}\n")
	}
	for _, g := range s.gateways {
		fmt.Fprintf(&b, "web_gateway %q {}\n", g)
	}
	b.WriteString("nginx \"web\" {}\nhaproxy \"sql\" { check_interval = \"1m\" }\n")
	return b.String()
}

// edit inserts, renames or removes something at any place.
func (s *sketch) edit(r *rand.Rand) {
	i := r.IntN(len(s.mirrors) + 1)
	switch r.IntN(6) {
	case 0:
		m := sketchedMirror{name: s.fresh("m")}
		for range 1 + r.IntN(4) {
			m.members = append(m.members, s.fresh("n"))
		}
		s.mirrors = slices.Insert(s.mirrors, i, m)
	case 1:
		if i < len(s.mirrors) && len(s.mirrors) > 1 {
			s.mirrors = slices.Delete(s.mirrors, i, i+1)
		}
	case 2:
		if i < len(s.mirrors) {
			m := &s.mirrors[i]
			m.members = slices.Insert(m.members, r.IntN(len(m.members)+1), s.fresh("n"))
		}
	case 3:
		if i < len(s.mirrors) && len(s.mirrors[i].members) > 1 {
			m := &s.mirrors[i]
			j := r.IntN(len(m.members))
			m.members = slices.Delete(m.members, j, j+1)
		}
	case 4:
		if i < len(s.mirrors) {
			s.mirrors[i].name = s.fresh("m")
		}
	case 5:
		if len(s.gateways) > 1 && r.IntN(2) == 0 {
			j := r.IntN(len(s.gateways))
			s.gateways = slices.Delete(s.gateways, j, j+1)
		} else {
			s.gateways = slices.Insert(s.gateways, r.IntN(len(s.gateways)+1), s.fresh("g"))
		}
	}
	r.Shuffle(len(s.mirrors), func(i, j int) { s.mirrors[i], s.mirrors[j] = s.mirrors[j], s.mirrors[i] })
}

// given is all that the plan has given out: addresses and ports, by owner.
func given(p *plan.Plan) map[string]string {
	given := map[string]string{}
	for _, s := range p.Services {
		for _, a := range s.Addresses {
			given[s.Name+" on "+a.Network.Name] = a.IP
		}
	}
	for _, g := range p.Gateways {
		given[g.Name+" port"] = fmt.Sprint(g.HTTPPort)
	}
	for _, m := range p.Mirrors {
		given[m.Name+" port"] = m.Port.Binding
	}
	return given
}

func compiled(t *testing.T, topology string, lock *plan.Lock) (*plan.Plan, hcl.Diagnostics) {
	t.Helper()
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, topology)
	}
	p, diags := plan.Make(lab, lock)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, topology)
	}
	return p, diags
}

// reread writes a lock and reads it back.
func reread(t *testing.T, lock *plan.Lock) *plan.Lock {
	t.Helper()
	content := lock.Encode("lab.hcl")
	read, diags := plan.ReadLock("lab.lock.hcl", content)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, content)
	}
	return read
}

// TestEditsMoveNothing edits a topology at random places, hundreds of times: no
// service that stays gets another address or port, and nobody gets what somebody
// had.
func TestEditsMoveNothing(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := &sketch{gateways: []string{"g0"}, mirrors: []sketchedMirror{{"m0", []string{"n0a", "n0b"}}}}
		owner := map[string]string{} // of every address and port ever given
		before := map[string]string{}
		var lock *plan.Lock
		for range 60 {
			p, diags := compiled(t, s.String(), lock)
			if len(diags) > 0 {
				t.Fatalf("warned of an edit that moves nothing: %v", diags)
			}
			now := given(p)
			for what, value := range now {
				if old, ok := before[what]; ok && old != value {
					t.Fatalf("seed %d: %s moved from %s to %s\n%s", seed, what, old, value, s)
				}
				if who, ok := owner[value]; ok && who != what {
					t.Fatalf("seed %d: %s was given to %s before and now to %s", seed, value, who, what)
				}
				owner[value], before[what] = what, value
			}
			lock = reread(t, p.Lock)
			again, _ := compiled(t, s.String(), lock)
			if string(again.Lock.Encode("lab.hcl")) != string(p.Lock.Encode("lab.hcl")) {
				t.Fatal("a build of the same topology changes the lock")
			}
			s.edit(r)
		}
	}
}

func TestPruneFrees(t *testing.T) {
	both := "lab \"l\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n  member \"b\" { role = " +
		"\"drasync\" }\n}\nweb_gateway \"g\" {}\nweb_gateway \"h\" {}\n"
	one := strings.Replace(strings.Replace(both, "web_gateway \"g\" {}\n", "", 1),
		"  member \"a\" { role = \"primary\" }\n  member \"b\" { role = \"drasync\" }\n",
		"  member \"b\" { role = \"primary\" }\n", 1)
	first, _ := compiled(t, both, nil)
	second, _ := compiled(t, one, reread(t, first.Lock))
	if got := fmt.Sprint(second.Lock.Freed()); got != "[service a service g]" {
		t.Errorf("freed %s", got)
	}
	if got := second.Services[0].HostNumber; got != 3 {
		t.Errorf("b moved to %d", got)
	}
	added := one + "web_gateway \"i\" {}\n"
	kept, _ := compiled(t, added, reread(t, second.Lock))
	if got := kept.Services[2]; got.HostNumber != 6 || kept.Gateways[1].HTTPPort != 8082 {
		t.Errorf("a reserved number or port was handed out: %d, %d", got.HostNumber, kept.Gateways[1].HTTPPort)
	}
	again, _ := compiled(t, added, reread(t, second.Lock.Pruned()))
	if got := again.Services[2]; got.HostNumber != 2 || again.Gateways[1].HTTPPort != 8080 {
		t.Errorf("a freed number or port was not handed out: %d, %d", got.HostNumber, again.Gateways[1].HTTPPort)
	}
}

// TestLockYields: what the topology says goes before the lock, with a warning.
func TestLockYields(t *testing.T) {
	const lab = `lab "l" {}
network "a" { subnet = "10.1.0.0/24" }
iris { durable = true }
mirror "m" {
  member "x" { role = "primary" }
  member "y" { role = "drasync" }
}
web_gateway "g" {}
haproxy "sql" {}
`
	first, _ := compiled(t, lab, nil)
	for _, test := range []struct{ name, from, to, warning string }{
		{"pinned", `role = "primary"`, "\n role = \"primary\"\n addresses = { a = \"10.1.0.99\" }\n",
			`"x" is 10.1.0.2 on network "a" according to the lock file, and becomes 10.1.0.99`},
		{"pinned on another's", `role = "primary"`,
			"\n role = \"primary\"\n addresses = { a = \"10.1.0.3\" }\n",
			`Host number 3 belongs to "y" in the lock file`},
		{"number of another", `web_gateway "g" {}`, `web_gateway "g" { host_number = 2 }`,
			`Host number 2 belongs to "x" in the lock file`},
		{"number", `web_gateway "g" {}`, `web_gateway "g" { host_number = 77 }`, `becomes 10.1.0.77`},
		{"port of another", `haproxy "sql" {}`, `haproxy "sql" { stats_port = 1972 }`,
			`Port 1972 is the superserver port of mirror m in the lock file`},
	} {
		t.Run(test.name, func(t *testing.T) {
			edited := strings.Replace(lab, test.from, test.to, 1)
			p, diags := compiled(t, edited, reread(t, first.Lock))
			text := ""
			for _, d := range diags {
				text += d.Detail + "\n"
			}
			if !strings.Contains(text, test.warning) {
				t.Errorf("no warning %q in: %s", test.warning, text)
			}
			if strings.Contains(test.name, "pinned") && !strings.Contains(text, "durable") {
				t.Errorf("no word about the durable mirror: %s", text)
			}
			if _, diags := compiled(t, edited, reread(t, p.Lock)); len(diags) > 0 {
				t.Errorf("the next build warns again: %v", diags)
			}
		})
	}
}

func TestReadLock(t *testing.T) {
	const good = "lock_version = 1\nlab = \"l\"\nservice \"a\" {\n  host_number = 2\n  http_port   = " +
		"8080\n}\nmirror \"m\" {\n  listen_port = 1972\n  superserver_port = 1972\n}\n"
	if _, diags := plan.ReadLock("l", []byte(good)); diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, test := range []struct {
		name, from, to, want string
		line                 int
	}{
		{"conflict markers", "lab = ", "<<<<<<< HEAD\nlab = ", "as it was committed", 2},
		{"no version", "lock_version = 1\n", "", "no lock_version", 1},
		{"from the future", "lock_version = 1", "lock_version = 2", "has version 2", 1},
		{"no lab", "lab = \"l\"\n", "", "which lab", 1},
		{"lab a number", `lab = "l"`, `lab = 7`, "must be a string", 2},
		{"number twice", "mirror", "service \"b\" {\n  host_number = 2\n}\nmirror",
			"Host number 2 is given to another service at line 4 already.", 8},
		{"name twice", "mirror", "service \"a\" {\n  host_number = 3\n}\nmirror",
			`service "a" stands at line 3 already.`, 7},
		{"port twice", "superserver_port = 1972", "superserver_port = 8080", "Port 8080 is given to another", 9},
		{"number too low", "host_number = 2", "host_number = 1", "from 2 to", 4},
		{"number of text", "host_number = 2", `host_number = "two"`, "from 2 to", 4},
		{"broken number", "host_number = 2", "host_number = 2.5", "from 2 to", 4},
		{"port too high", "superserver_port = 1972", "superserver_port = 65536", "from 1 to 65535", 9},
		{"no listen port", "  listen_port = 1972\n", "", `mirror "m" has no listen_port`, 7},
		{"no number", "  host_number = 2\n", "", `service "a" has no host_number`, 3},
		{"unknown argument", "http_port ", "web_port ", "web_port is nothing", 5},
		{"unknown block", "mirror \"m\"", "mirrors \"m\"", "neither", 7},
		{"block in block", "http_port   = 8080", "x {}", "holds no blocks", 5},
		{"address of text", "http_port   = 8080", `addresses = { a = "x" }`, "IPv4 address", 5},
		{"addresses a list", "http_port   = 8080", `addresses = []`, "nothing to compute", 5},
		{"addresses a number", "http_port   = 8080", `addresses = 7`, "must be an object", 5},
		{"a minus sign", "host_number = 2", "host_number = -2", "nothing to compute", 4},
		{"a sum", "host_number = 2", "host_number = 1+1", "nothing to compute", 4},
		{"brackets", "host_number = 2", "host_number = (2)", "nothing to compute", 4},
		{"a function", "host_number = 2", "host_number = max(2)", "nothing to compute", 4},
		{"a reference", "host_number = 2", "host_number = n", "nothing to compute", 4},
		{"a condition", "host_number = 2", "host_number = true ? 2 : 3", "nothing to compute", 4},
		{"a loop", "host_number = 2", "host_number = [for i in [1]: i]", "nothing to compute", 4},
		{"a list", "host_number = 2", "host_number = [2]", "nothing to compute", 4},
		{"a template", `lab = "l"`, `lab = "${"l"}"`, "nothing to compute", 2},
		{"a template in a text", `lab = "l"`, `lab = "x${1}"`, "nothing to compute", 2},
		{"a directive", `lab = "l"`, `lab = "%{if true}l%{endif}"`, "nothing to compute", 2},
		{"a heredoc", `lab = "l"`, "lab = <<A\nl\nA", "nothing to compute", 2},
		{"null", `lab = "l"`, "lab = null", "must be a string", 2},
		{"a reference in an address", "http_port   = 8080", "addresses = {\n    a = b\n  }", "nothing to compute", 6},
		{"a computed network", "http_port   = 8080", `addresses = { ("a") = "10.0.0.2" }`, "nothing to compute", 5},
		{"a network twice", "http_port   = 8080",
			`addresses = { a = "10.0.0.2", "a" = "10.0.0.3" }`, "nothing to compute", 5},
		{"digits", "lock_version = 1", "lock_version = 1" + strings.Repeat("0", 2000), "as it was committed", 1},
		{"large number", "host_number = 2", "host_number = 1e999999999", "from 2 to", 4},
		{"cut off", "  listen_port = 1972\n  superserver_port = 1972\n}\n", "", "no closing brace", 7},
		{"not a lock at all", good, "lab \"l\" {}\n", "no lock_version", 1},
		{"empty", good, "", "no lock_version", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock, diags := plan.ReadLock("l", []byte(strings.Replace(good, test.from, test.to, 1)))
			if !diags.HasErrors() || lock != nil {
				t.Fatal("no error")
			}
			d := diags[0]
			if !strings.Contains(d.Detail, test.want) || d.Subject == nil || d.Subject.Start.Line != test.line {
				t.Errorf("got %s: %s", d.Subject, d.Detail)
			}
		})
	}
}

func TestLockOfAnotherLab(t *testing.T) {
	first, _ := compiled(t, "lab \"one\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\n", nil)
	lab, _ := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(
		"lab \"two\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\n")}})
	_, diags := plan.Make(lab, reread(t, first.Lock))
	if !diags.HasErrors() || !strings.Contains(diags[0].Detail, `belongs to lab "one"`) ||
		diags[0].Subject.Filename != "lab.lock.hcl" || diags[0].Subject.Start.Line < 5 {
		t.Errorf("got %v", diags)
	}
}

// A lock is read as it was written, whatever it holds.
func TestLockIsReadAsWritten(t *testing.T) {
	const topology = `lab "l" {}
network "app-tier" { subnet = "10.1.0.0/24" }
network "b" { subnet = "10.2.0.0/24" }
mirror "m" {
  member "x" {
    role      = "primary"
    addresses = { app-tier = "10.1.0.99", b = "10.2.0.98" }
  }
}
mirror "quiet" {
  superserver_port = 0
  member "y" { role = "primary" }
}
web_gateway "g" {}
haproxy "sql" {}
`
	first, _ := compiled(t, topology, nil)
	removed := strings.Replace(topology, "web_gateway \"g\" {}\n", "web_gateway \"h\" {}\n", 1)
	second, _ := compiled(t, removed, reread(t, first.Lock))
	want := string(second.Lock.Encode("my lab (2).hcl"))
	if !strings.Contains(want,
		"# Reserved: no longer in the topology.\nservice \"g\" {\n  host_number = 4\n  http_port   = 8080\n}\n") ||
		!strings.Contains(want,
			"  addresses = {\n    \"app-tier\" = \"10.1.0.99\"\n    \"b\"        = \"10.2.0.98\"\n  }\n") {
		t.Errorf("written:\n%s", want)
	}
	read, diags := plan.ReadLock("l", []byte(want))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	third, _ := compiled(t, removed, read)
	if got := string(third.Lock.Encode("my lab (2).hcl")); got != want {
		t.Errorf("read and written again:\n%s", cmp.Diff(want, got))
	}
}

func FuzzReadLock(f *testing.F) {
	f.Add([]byte("lock_version = 1\nlab = \"l\"\nservice \"a\" {\n  host_number = 2\n}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		lock, diags := plan.ReadLock("l", content)
		if (lock == nil) != diags.HasErrors() {
			t.Fatalf("%v and %v", lock, diags)
		}
		if lock == nil {
			return
		}
		if _, diags := plan.ReadLock("l", lock.Encode("lab.hcl")); diags.HasErrors() {
			t.Fatalf("what is written is not read: %v", diags)
		}
	})
}
