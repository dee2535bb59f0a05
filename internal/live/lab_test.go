//go:build linux

package live_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// A liveLab is a topology whose balancers run for real. Its client network is a
// block of loopback addresses, 127.x.y.0/24, that no other test has; there each
// member and gateway is simulated at the host number that the plan gave it.
type liveLab struct {
	plan     *plan.Plan
	files    map[string]string // rendered artifacts, as generated
	block    string            // "127.x.y."
	members  map[string]*member
	gateways map[string]*gateway
	gate     chan struct{} // closed by the test, see gateway
}

// httpPort is where gateways and nginx listen in place of 80, which takes root.
const httpPort = "20080"

// example reads a topology of examples/, with arguments put into it: each pair
// of edits is a text of the file and what stands in its place.
func example(t *testing.T, name string, edits ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	topology := string(content)
	for i := 0; i < len(edits); i += 2 {
		if strings.Count(topology, edits[i]) != 1 {
			t.Fatalf("examples/%s does not have %q once", name, edits[i])
		}
		topology = strings.Replace(topology, edits[i], edits[i+1], 1)
	}
	return topology
}

// start compiles a topology and simulates its members and gateways, the members
// in the roles that it declares. They end with the test.
func start(t *testing.T, topology string) *liveLab {
	t.Helper()
	p := plantest.Make(t, "lab.hcl", released(t, topology))
	l := &liveLab{plan: p, files: map[string]string{}, block: reserve(t), members: map[string]*member{},
		gateways: map[string]*gateway{}, gate: make(chan struct{})}
	for _, a := range templates.Render(p) {
		l.files[a.Path] = string(a.Content)
	}
	for _, mirror := range p.Mirrors {
		for _, m := range mirror.Members {
			role := standby
			if m.Role == plan.RolePrimary {
				role = primary
			}
			l.members[m.Name] = newMember(t, m.Name, mirror.Name, l.address(m.Service), p.WebServer, role)
		}
	}
	for _, g := range p.Gateways {
		l.gateways[g.Name] = newGateway(t, l, g)
	}
	return l
}

// address is where a service is on loopback.
func (l *liveLab) address(s *plan.Service) string {
	return l.block + fmt.Sprint(s.HostNumber)
}

// reserve finds a block of loopback addresses that nobody uses, and keeps others
// of these tests away from it until the test ends.
func reserve(t *testing.T) string {
	t.Helper()
	var err error
	for range 1000 {
		block := fmt.Sprintf("127.%d.%d.", 64+rand.IntN(128), rand.IntN(256))
		var held net.Listener
		if held, err = net.Listen("tcp", block+"254:"+httpPort); err == nil {
			t.Cleanup(func() { held.Close() })
			return block
		}
	}
	t.Fatalf("no free block of loopback addresses: %v", err)
	return ""
}

// moved returns a generated artifact with its addresses on loopback, for the
// service that will run it. It changes addresses, and nothing else:
//
//   - the client network's prefix becomes the block;
//   - 127.0.0.1 becomes the block's first address, which no service has;
//   - `bind *:` and `listen 80` name the service's own address;
//   - port 80 becomes httpPort.
//
// The test fails unless the same steps backwards give the artifact again.
func (l *liveLab) moved(t *testing.T, path string, s *plan.Service) string {
	t.Helper()
	original, found := l.files[path]
	if !found {
		t.Fatalf("%s was not generated", path)
	}
	prefix, whole := strings.CutSuffix(l.plan.ClientNetwork.Subnet, "0/24")
	if !whole {
		t.Fatalf("the client network %s is not a whole /24", l.plan.ClientNetwork.Subnet)
	}
	own := l.address(s)
	replace := func(text, pattern, with string) string {
		return regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	block := regexp.QuoteMeta(l.block)
	text := replace(original, regexp.QuoteMeta(prefix), l.block)
	text = replace(text, `(`+block+`\d+):80\b`, "${1}:"+httpPort)
	text = replace(text, `\b127\.0\.0\.1\b`, l.block+"1")
	text = replace(text, `\bbind \*:`, "bind "+own+":")
	text = replace(text, `\blisten 80\b`, "listen "+own+":"+httpPort)

	back := replace(text, `\blisten `+own+`:`+httpPort+`\b`, "listen 80")
	back = replace(back, `\bbind `+own+`:`, "bind *:")
	back = replace(back, block+`1\b`, "127.0.0.1")
	back = replace(back, `(`+block+`\d+):`+httpPort+`\b`, "${1}:80")
	back = replace(back, block, prefix)
	if back != original || text == original {
		t.Fatalf("moving %s to %s0/24 changed more or less than its addresses:\n%s", path, l.block, text)
	}
	return text
}
