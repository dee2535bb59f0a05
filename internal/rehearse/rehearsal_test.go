package rehearse_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/rehearse"
	"mirrorgen/templates"
)

// enabled is the environment variable that says, with 1, that there is a Docker
// engine for these tests, with Compose and the images that .ci/images makes.
const enabled = "MIRRORGEN_REHEARSALS"

// standIn builds the program that stands in for the vendor's.
func standIn(t *testing.T) string {
	t.Helper()
	if os.Getenv(enabled) != "1" {
		t.Skip("runs labs on Docker for many minutes: .ci/engine go test -timeout=30m ./internal/rehearse, which " +
			"make test does")
	}
	file := filepath.Join(t.TempDir(), "mirrorgen")
	build := exec.Command("go", "build", "-o", file, "mirrorgen/cmd/mirrorgen")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// options are those of a rehearsal of a topology.
func options(t *testing.T, executable, name string, source []byte, only ...string) rehearse.Options {
	t.Helper()
	p := plantest.Make(t, name, string(source))
	return rehearse.Options{
		Plan: p, Artifacts: templates.Render(p), Executable: executable,
		Images: rehearse.Images{Base: "mirrorgen-test/base", NGINX: "mirrorgen-test/nginx",
			HAProxy: "mirrorgen-test/haproxy", Prometheus: "mirrorgen-test/prometheus",
			Own: ownImages(p)},
		TimeScale: rehearse.DefaultScale, Slack: rehearse.DefaultSlack, Only: only, Progress: t.Output(),
	}
}

// exampleOptions are those of a rehearsal of an example.
func exampleOptions(t *testing.T, executable, example string, only ...string) rehearse.Options {
	t.Helper()
	file := example + ".hcl"
	source, err := os.ReadFile(filepath.Join("..", "..", "examples", file))
	if err != nil {
		t.Fatal(err)
	}
	return options(t, executable, file, source, only...)
}

// passing rehearses a lab that has to pass every trial.
func passing(t *testing.T, o rehearse.Options) {
	t.Helper()
	report, table := run(t, o)
	t.Log("\n" + table)
	if !report.Passed {
		t.Error("a trial failed")
	}
	checkLoads(t, report)
}

// ownImages has the base stand for the images of containers of the user's own.
func ownImages(p *plan.Plan) map[string]string {
	images := map[string]string{}
	for _, c := range p.OwnContainers() {
		images[c.Name] = "mirrorgen-test/base"
	}
	return images
}

// run rehearses, and makes sure that nothing is left afterwards.
func run(t *testing.T, o rehearse.Options) (*rehearse.Report, string) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), 15*time.Minute)
	defer end()
	report, err := rehearse.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]string{{"ps", "--all"}, {"network", "ls"}, {"volume", "ls"}} {
		arguments := append(list, "--quiet", "--filter", "label=com.docker.compose.project="+o.Plan.Name+"-rehearsal")
		out, err := exec.Command("docker", arguments...).CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("docker %s after the rehearsal: %v %s", strings.Join(list, " "), err, out)
		}
	}
	var table strings.Builder
	if err := report.Table(&table); err != nil {
		t.Fatal(err)
	}
	return report, table.String()
}

// TestRehearsals puts the examples through their trials, and holds that broken labs
// are found out. The lab that is put through every trial has the machine for itself;
// of the others, two are there at a time: more would keep Docker from answering health
// checks in time. Examples share host ports and come one after the other.
func TestRehearsals(t *testing.T) {
	executable := standIn(t)
	// passesAt rehearses an example, with every trial where none is named.
	passesAt := func(t *testing.T, scale float64, example string, only ...string) {
		o := exampleOptions(t, executable, example, only...)
		o.TimeScale = scale
		if o.Plan.Monitoring != nil {
			writePicture(t, o.Plan, o.Artifacts)
		}
		passing(t, o)
	}
	passes := func(t *testing.T, example string, only ...string) {
		passesAt(t, rehearse.DefaultScale, example, only...)
	}
	t.Run("simplemirror", func(t *testing.T) { passes(t, "simplemirror") })
	// So slow that Prometheus sees a mirror without a primary.
	t.Run("monitoring", func(t *testing.T) { passesAt(t, 0.4, "monitoring", "monitoring", "outage", "crash") })
	slots := make(chan struct{}, 2)
	beside := func(t *testing.T) {
		t.Parallel()
		slots <- struct{}{}
		t.Cleanup(func() { <-slots })
	}
	t.Run("examples", func(t *testing.T) {
		beside(t)
		t.Run("dr-reporting", func(t *testing.T) {
			passes(t, "dr-reporting", "promote-unplanned")
		})
		t.Run("tls", func(t *testing.T) {
			o := exampleOptions(t, executable, "tls")
			visitor := &visitor{out: o.Progress, cue: "alternation:", visit: func(lab string) {
				checkPorts(t, o.Plan, lab)
				checkSecret(t, o, lab)
			}}
			o.Progress = visitor
			passing(t, o)
			if !visitor.came {
				t.Error("nobody has looked at the ports and the password")
			}
		})
		t.Run("tls-by-merge-file", func(t *testing.T) {
			passing(t, options(t, executable, "single.hcl", []byte(oneNetwork+encrypted), "start"))
		})
		t.Run("single-bridge", func(t *testing.T) { passes(t, "single-bridge", "start") })
		t.Run("minimal", func(t *testing.T) { passes(t, "minimal", "start") })
	})
	t.Run("renewal", func(t *testing.T) {
		beside(t)
		source := strings.NewReplacer("broken", "renewal", "10.251.", "10.199.", "28081", "28099", "21972",
			"21099", "26080", "26099", "25443", "25099").Replace(renewed)
		testRenewal(t, options(t, executable, "renewal.hcl", []byte(source), "failover"), source)
	})
	for i, b := range broken {
		t.Run("broken/"+strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			beside(t)
			// Each has networks, ports and a name of its own.
			own := strings.NewReplacer("10.251.", fmt.Sprintf("10.%d.", 200+i), "broken", fmt.Sprintf("broken%d", i),
				"21972", strconv.Itoa(21000+i), "28081", strconv.Itoa(28000+i),
				"26080", strconv.Itoa(26000+i), "27972", strconv.Itoa(27000+i))
			o := options(t, executable, "broken.hcl", []byte(own.Replace(cmp.Or(b.lab, twoNetworks))), cmp.Or(b.trial,
				"start"))
			o.TimeScale, o.Slack = brokenScale, brokenSlack
			b.replacement = own.Replace(b.replacement)
			b.apply(t, o.Artifacts)
			report, table := run(t, o)
			if report.Passed {
				t.Fatal("every trial passed")
			}
			failed := report.Trials[len(report.Trials)-1]
			t.Logf("%s, %.0f s: %s", failed.Trial, failed.Seconds, failed.Seen)
			for _, want := range b.want {
				if want = own.Replace(want); !strings.Contains(table, want) {
					t.Errorf("the report does not say %q:\n%s", want, table)
				}
			}
		})
	}
}

// brokenScale and brokenSlack are those of broken labs: all that most of them do is wait.
const (
	brokenScale = 0.06
	brokenSlack = 5
)

// checkLoads holds that clients were at work, and what must never happen to them.
func checkLoads(t *testing.T, report *rehearse.Report) {
	t.Helper()
	clients := map[string]bool{}
	for _, trial := range rehearse.Trials() {
		clients[trial.Name] = trial.Clients
	}
	for _, trial := range report.Trials {
		switch load := trial.Load; {
		case load == nil:
			if clients[trial.Trial] {
				t.Errorf("%s: no clients", trial.Trial)
			}
		case load.Requests == 0 || load.Sessions == 0 || load.Writes == 0:
			t.Errorf("%s: no client was at work: %+v", trial.Trial, *load)
		case load.WritesWrong > 0 || load.WritesLost > 0 || load.SessionsLate > 0:
			t.Errorf("%s: %+v", trial.Trial, *load)
		}
	}
}

// The labs that are broken, as small as their mistakes allow, share no subnet and no port
// with an example. With one network, merge files set up the mirror; with two, SYS.Mirror
// does.
const (
	oneNetwork = `
lab "broken" {}
network "public" { subnet = "10.251.2.0/24" }
mirror "demo" {` + members

	private = `
lab "broken" {
  mirror_network = "private"
  client_network = "public"
}
network "private" { subnet = "10.251.1.0/24" }
network "public" { subnet = "10.251.2.0/24" }
mirror "demo" {`
	twoNetworks = private + members
	balanced    = private + `
  superserver_port = 21972` + members + `
web_gateway "webgw" { http_port = 28081 }
haproxy "sql" {}
`
	// Two mirrors, whose HTTP clients share a balancer and its gateway.
	shared = `
lab "broken" {}
network "public" { subnet = "10.251.2.0/24" }
mirror "other" {
  superserver_port = 21972
  member "other-a" { role = "primary" }
}
web_gateway "webgw" { http_port = 28081 }
nginx "web" { http_port = 26080 }
haproxy "sql" {}
mirror "demo" {
  superserver_port = 27972` + members
	// With certificates of its own; the merge files, or SYS.Mirror, set up the mirror.
	encrypted = `
tls {}
secrets {}
web_gateway "webgw" { http_port = 28081 }
`
	members = `
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
arbiter "arbiter" {}
`
)

// A mistake changes one artifact: what the pattern finds first, which must be there,
// becomes the replacement, in which $1 is the pattern's first group.
type mistake struct {
	name, path, pattern, replacement string
	lab                              string   // "" for twoNetworks
	trial                            string   // that finds it, "" for the start
	want                             []string // parts of the report
}

func (m mistake) apply(t *testing.T, artifacts []lab.Artifact) {
	t.Helper()
	pattern := regexp.MustCompile(m.pattern)
	for i, a := range artifacts {
		if a.Path != m.path {
			continue
		}
		at := pattern.FindSubmatchIndex(a.Content)
		if at == nil {
			t.Fatalf("%s has no %s:\n%s", m.path, m.pattern, a.Content)
		}
		replacement := pattern.Expand(nil, []byte(m.replacement), a.Content, at)
		artifacts[i].Content = slices.Concat(a.Content[:at[0]], replacement, a.Content[at[1]:])
		return
	}
	t.Fatalf("no artifact %s", m.path)
}

var broken = []mistake{
	{
		name: "address in a merge file", path: "iris/merge/demo-b.cpf",
		pattern: `,Primary=[0-9.]+`, replacement: ",Primary=10.251.2.99", lab: oneNetwork,
		want: []string{"demo-b: Up", "cannot contact the agent at 10.251.2.99"},
	},
	{
		name: "member's server mirror-aware", path: "webgateway/CSP.ini",
		pattern: `(?m)^\[demo-b\]\n`, replacement: "[demo-b]\nMirror_Aware=1\n", lab: balanced,
		want: []string{"demo-b/csp/mirror_status.cxw"},
	},
	{
		name: "health path of another member", path: "haproxy/sql.cfg",
		pattern: `/%\[srv_name\]/csp`, replacement: "/demo-b/csp", lab: balanced,
		want: []string{"sql has no primary of demo to offer on port 21972"},
	},
	{
		name: "network missing", path: "docker-compose.yaml",
		pattern: `(?s)(demo-b: # .*?) +private: \{ ipv4_address: [0-9.]+ \}\n`, replacement: "$1",
		want: []string{"demo-b: Up", "waiting for the agent of the primary"},
	},
	{
		name: "order removed", path: "docker-compose.yaml",
		pattern: ` +demo-a: \{ condition: service_healthy \}\n`, replacement: "",
		want: []string{"depends_on of demo-b in docker-compose.yaml must name it"},
	},
	{
		name: "licence not mounted", path: "docker-compose.yaml",
		pattern: ` +- \*license-key\n`, replacement: "",
		want: []string{"the licence key cannot be read: open /lab/iris.key"},
	},
	{
		name: "idle timeout of 20 s", path: "haproxy/sql.cfg",
		pattern: `timeout tunnel 24h`, replacement: "timeout tunnel 20s", lab: balanced, trial: "idle",
		want: []string{"timeout client, server and tunnel in the HAProxy configuration"},
	},
	{
		name: "one mirror may hold all gateways", path: "nginx/web.conf",
		pattern: `(?m)^ *limit_conn first_path \d+;\n`, replacement: "", lab: shared, trial: "outage",
		want: []string{"the other mirrors answered all the while", "other answers 50"},
	},
	{
		name: "certificate of a stranger", path: "docker-compose.yaml",
		pattern: `certs/demo-b, target`, replacement: "certs/webgw, target", lab: oneNetwork + encrypted,
		want: []string{"demo-b: Up", "waits to be authorized by the primary"},
	},
	{
		name: "member not admitted", path: "iris/instances.sh",
		pattern: `admits=\("DEMO-B [^)]*\)`, replacement: "admits=()", lab: twoNetworks + encrypted,
		want: []string{"demo-b: Up", "waits to be authorized by the primary"},
	},
}
