package internal_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/certs"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
	"mirrorgen/internal/verify"
	"mirrorgen/templates"
)

// random writes a valid topology: 1 to 60 mirrors of 1 to 16 members, on one or two
// networks, with gateways, balancers and application servers, of any release. The
// same seed gives the same one.
func random(seed uint64) sized {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(n int) int { return r.IntN(n) }
	chance := func(percent int) bool { return pick(100) < percent }
	name := fmt.Sprintf("random-%d", seed)
	var b bytes.Buffer
	fmt.Fprintf(&b, "lab %q {\n", name)
	if chance(30) {
		fmt.Fprintf(&b, "  mirror_setup = %q\n", []string{"auto", "sys_mirror"}[pick(2)])
	}
	b.WriteString("}\n")
	if chance(60) {
		fmt.Fprintf(&b, "images { tag = %q }\n", []string{"2020.1", "2020.3", "2021.1", "2022.1", "2023.1", "2024.1",
			"2025.1", "2025.2", "2026.1"}[pick(9)])
	}
	for i, name := range []string{"a", "b"} {
		switch {
		case name == "b" && chance(40):
		case chance(50):
			fmt.Fprintf(&b, "network %q {}\n", name)
		default:
			bits := 16 + pick(6)
			fmt.Fprintf(&b, "network %q { subnet = \"10.%d.%d.0/%d\" }\n", name, 100+50*i+pick(50),
				pick(1<<(bits-16))<<(24-bits), bits)
		}
	}
	fmt.Fprintf(&b, "iris { durable = %v }\n", chance(50))
	if chance(85) {
		b.WriteString("arbiter \"arbiter\" {}\n")
	}
	mirrors := []int{1, 1, 2, 3, 5, 9, 20, 60}[pick(8)]
	for m := range mirrors {
		fmt.Fprintf(&b, "mirror \"m%d\" {\n", m)
		if chance(25) {
			fmt.Fprintf(&b, "  database \"DB%d\" { namespace = \"NS%d\" }\n  database \"X\" {}\n", m, m)
		}
		backup := chance(80)
		for i := range 1 + pick([]int{2, 3, 15}[pick(3)]) {
			role := []string{"drasync", "rorasync", "rwrasync"}[pick(3)]
			switch {
			case i == 0:
				role = "primary"
			case i == 1 && backup:
				role = "backup"
			}
			fmt.Fprintf(&b, "  member \"m%d-%d\" { role = %q }\n", m, i, role)
		}
		b.WriteString("}\n")
	}
	for i := range pick(4) {
		fmt.Fprintf(&b, "application_server \"app%d\" { mirror = \"m%d\" }\n", i, pick(mirrors))
	}
	for i := range 1 + pick(4) {
		fmt.Fprintf(&b, "web_gateway \"gw%d\" {", i)
		if chance(30) {
			b.WriteString(" default_server = \"m0-0\" ")
		}
		b.WriteString("}\n")
	}
	b.WriteString("nginx \"web\" {}\n")
	if chance(85) {
		b.WriteString("haproxy \"sql\" {}\n")
	}
	return sized{name + ".hcl", b.Bytes()}
}

// Random valid topologies give the same bytes every time, and link; the programs
// that read the files take them.
func TestRandomTopologies(t *testing.T) {
	seeds := uint64(8)
	real := os.Getenv(toolstest.Required) == "1"
	if real {
		seeds = 40
	}
	for seed := range seeds {
		s := random(seed)
		t.Run(s.name, func(t *testing.T) {
			p := s.plan(t, s.load(t))
			artifacts := templates.Render(p)
			again := templates.Render(s.plan(t, s.load(t)))
			if !slices.EqualFunc(artifacts, again, func(a, b lab.Artifact) bool {
				return a.Path == b.Path && a.Mode == b.Mode && bytes.Equal(a.Content, b.Content)
			}) {
				t.Errorf("two builds differ:\n%s", s.source)
			}
			for _, d := range verify.Check(artifacts) {
				t.Errorf("%v\n%s", d, s.source)
			}
			permuted(t, s, p, seed)
			if real {
				accepted(t, p, artifacts)
			}
		})
	}
}

// permuted holds that the order of blocks changes no service's address, nor the port of
// any, where there is a lock. That of networks counts: the first is the default.
func permuted(t *testing.T, s sized, before *plan.Plan, seed uint64) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(s.source, s.name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var first, rest []string
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		text := string(s.source[block.TypeRange.Start.Byte:block.CloseBraceRange.End.Byte])
		if block.Type == "lab" || block.Type == "network" {
			first = append(first, text)
		} else {
			rest = append(rest, text)
		}
	}
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	other := sized{s.name, []byte(strings.Join(append(first, rest...), "\n") + "\n")}
	lock, diags := plan.ReadLock("lab.lock.hcl", before.Lock.Encode(s.name))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	after, diags := plan.Make(other.load(t), lock)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, other.source)
	}
	if a, b := endpoints(before), endpoints(after); !maps.Equal(a, b) {
		t.Errorf("the order of blocks moves services:\n%v\n%v\n%s", a, b, other.source)
	}
}

// endpoints returns the addresses of the services of a lab, and their host ports.
func endpoints(p *plan.Plan) map[string]string {
	list := map[string]string{}
	for _, s := range p.Services {
		for _, a := range s.Addresses {
			list[s.Name] += " " + a.Network.Name + "=" + a.IP
		}
		for _, port := range s.Ports {
			list[s.Name+" "+port.Purpose] = fmt.Sprint(port.Host)
		}
	}
	return list
}

// accepted shows a lab to Docker Compose, nginx and HAProxy.
func accepted(t *testing.T, p *plan.Plan, artifacts []lab.Artifact) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lab")
	if _, err := artifact.Write(dir, artifacts, artifact.Options{}); err != nil {
		t.Fatal(err)
	}
	if p.TLS != nil {
		ofNGINX := *p.TLS
		ofNGINX.Certificates = slices.DeleteFunc(slices.Clone(p.TLS.Certificates), func(c *plan.Certificate) bool {
			return c.Service.Kind != plan.KindNGINX
		})
		if _, err := certs.Issue(dir, &ofNGINX, certs.Options{Days: 1, Now: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	for _, argv := range checksOf(t, dir) {
		command := exec.Command(argv[0], argv[1:]...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(argv, " "), err, out)
		}
	}
}
