//go:build peers

package internal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A peer prints the same files from the same data.
type peer struct {
	name     string
	module   string // what is built, "" for a program of the machine or of ours
	version  string
	replace  string // of its go.mod, which a dependency's dead host makes necessary
	unbeaten bool   // no goal is set against it: no template engine, and no check of anything
	command  func(t *testing.T, program, work string, data peerData) *command
}

// peers are what the Go module proxy and Debian have of programs that print
// files from data. Not among them: OpenTofu and Nomad Pack, whose go.mod replace
// modules, and ytt, which takes minutes for 4,000 members.
var peers = []peer{
	{"consul-template", "github.com/hashicorp/consul-template", "v0.41.1", "", false, func(t *testing.T, program,
		work string, d peerData) *command {
		template := file(t, work, "consul.tmpl", []byte(`{{with (file "`+work+`/data.json" | parseJSON)}}`+peerText(t,
			"lab.gotmpl")+"{{end}}"))
		out := filepath.Join(work, "consul.out")
		return &command{argv: []string{program, "-once", "-template", template + ":" + out}, out: out}
	}},
	{"gomplate", "github.com/hairyhenderson/gomplate/v4/cmd/gomplate", "v4.3.3",
		"inet.af/netaddr => github.com/inetaf/netaddr v0.0.0-20230525184311-b8eac61e914a", false, func(t *testing.T,
			program, work string, d peerData) *command {
			template := file(t, work, "gomplate.tmpl", []byte(peerText(t, "lab.gotmpl")))
			return &command{argv: []string{program, "-c", ".=" + work + "/data.json", "-f", template},
				out: filepath.Join(work, "gomplate.out")}
		}},
	{"helm template", "helm.sh/helm/v3/cmd/helm", "v3.22.0", "", false, func(t *testing.T, program, work string,
		d peerData) *command {
		chart := filepath.Join(work, "chart")
		if err := os.MkdirAll(filepath.Join(chart, "templates"), 0o755); err != nil {
			t.Fatal(err)
		}
		file(t, chart, "Chart.yaml", []byte("apiVersion: v2\nname: lab\nversion: 0.1.0\n"))
		file(t, chart, "templates/lab.yaml", []byte("{{- define \"lab\"}}{{with .Values}}"+peerText(t,
			"lab.gotmpl")+"{{end}}{{end}}apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: lab\ndata:\n  lab: "+
			"|\n{{include \"lab\" . | indent 4}}\n"))
		return &command{argv: []string{program, "template", "lab", chart, "-f", work + "/data.json"},
			out: filepath.Join(work, "helm.out")}
	}},
	{"go-jsonnet", "github.com/google/go-jsonnet/cmd/jsonnet", "v0.22.0", "", false, func(t *testing.T, program,
		work string, d peerData) *command {
		return &command{argv: []string{program, "-S", "--tla-code-file", "data=" + work + "/data.json",
			peerFile(t, "lab.jsonnet")}, out: filepath.Join(work, "jsonnet.out")}
	}},
	{"cue export", "cuelang.org/go/cmd/cue", "v0.17.1", "", false, func(t *testing.T, program, work string,
		d peerData) *command {
		text, err := json.Marshal(peerText(t, "lab.gotmpl"))
		if err != nil {
			t.Fatal(err)
		}
		source := file(t, work, "lab.cue", []byte("import \"text/template\"\n\ncompose: _\nhaproxy: _\ngateway: "+
			"_\nout: template.Execute("+string(text)+", {\"compose\": compose, \"haproxy\": haproxy, \"gateway\": "+
			"gateway})\n"))
		return &command{argv: []string{program, "export", source, work + "/data.json", "-e", "out", "--out", "text"},
			out: filepath.Join(work, "cue.out")}
	}},
	{"HCL templatefile", "", "hcl v2.25.0", "", false, func(t *testing.T, _, work string, d peerData) *command {
		program := compile(t, work, "hcltemplate", "./testdata/peers/hcltemplate")
		return &command{argv: []string{program, peerFile(t, "lab.hcltmpl"), work + "/data.json"},
			out: filepath.Join(work, "hcl.out")}
	}},
	{"Jinja2", "", "", "", false, func(t *testing.T, _, work string, d peerData) *command {
		const python = "/usr/bin/python3" // Debian's, which has Debian's python3-jinja2
		if exec.Command(python, "-c", "import jinja2").Run() != nil {
			return nil
		}
		return &command{argv: []string{python, peerFile(t, "jinja.py"), peerFile(t, "lab.j2"), work + "/data.json"},
			out: filepath.Join(work, "jinja.out")}
	}},
	{"mawk", "", "", "", true, func(t *testing.T, _, work string, d peerData) *command {
		program, err := exec.LookPath("mawk")
		if err != nil {
			return nil
		}
		return &command{argv: []string{program, "-f", peerFile(t, "lab.awk"), file(t, work, "data.tsv", d.lines())},
			out: filepath.Join(work, "mawk.out")}
	}},
}

// mostPatience is how long a peer may take to be timed again and again; mirrorgen takes
// about a second for 16,000 members.
const mostPatience = 10 * time.Second

// TestPeers holds whole builds of mirrorgen, all files of the lab, against
// programs that print three of them: the compose file with its parts, haproxy.cfg
// and CSP.ini. All print the same bytes. It fails where one of them but mawk is
// faster: than a build with verification at 4 and 400 members, than one without
// at 4,000.
func TestPeers(t *testing.T) {
	programs := map[string]string{}
	for _, p := range peers {
		if p.module != "" {
			programs[p.name] = p.build(t)
		}
	}
	mirrorgen := compile(t, memory(t), "mirrorgen", "mirrorgen/cmd/mirrorgen")
	r := newReport(t)
	for _, size := range []struct {
		mirrors, members, turns int
		verified                bool
	}{{2, 2, 5, true}, {100, 4, 5, true}, {1000, 4, 2, false}} {
		s := topologyOf(size.mirrors, size.members)
		work := memory(t)
		data, want := peerFiles(t, s)
		content, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		file(t, work, "data.json", content)
		source := file(t, work, s.name, s.source)
		build := &command{fresh: filepath.Join(work, "build")}
		build.argv = []string{mirrorgen, "build", source, "-o", build.fresh}
		unverified := &command{fresh: filepath.Join(work, "unverified")}
		unverified.argv = []string{mirrorgen, "build", "--no-verify", source, "-o", unverified.fresh}
		commands := []*command{build, unverified}
		measured, slow := map[string]*command{}, map[string]time.Duration{}
		for _, p := range peers {
			if p.module != "" && programs[p.name] == "" {
				continue
			}
			if c := p.command(t, programs[p.name], work, data); c != nil {
				began := time.Now()
				c.once(t, false)
				took := time.Since(began)
				checkPeer(t, p.name, c.out, want)
				if took > mostPatience {
					slow[p.name] = took
					continue
				}
				measured[p.name] = c
				commands = append(commands, c)
			}
		}
		for range 5 {
			interleave(t, commands, size.turns)
		}
		fmt.Printf("\n%s: %d members, %d bytes in three files; medians of %d runs in 5 rounds\n", s.name,
			size.mirrors*size.members, len(want), 5*size.turns)
		r.heading()
		ours := unverified
		what := "build --no-verify"
		if size.verified {
			ours, what = build, "build"
		}
		r.ratio(0, "build --no-verify / build", unverified, build, 0)
		for _, p := range peers {
			atMost := 1.0
			if p.unbeaten {
				atMost = 0
			}
			if took := slow[p.name]; took > 0 {
				fmt.Printf("8     %-40s %.0f s in one run, so slower\n", p.name+" "+p.version, took.Seconds())
				continue
			}
			if measured[p.name] == nil {
				fmt.Printf("      %s could not be had\n", p.name)
				continue
			}
			r.ratio(8, what+" / "+p.name+" "+p.version, ours, measured[p.name], atMost)
		}
	}
}

// build gets and compiles a peer, once for each version, and returns its path, ""
// where it cannot be had.
func (p peer) build(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	directory := filepath.Join(cache, "mirrorgen-peers")
	program := filepath.Join(directory, filepath.Base(p.module)+"-"+p.version)
	if _, err := os.Stat(program); err == nil {
		return program
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	module := "module peer\n\ngo 1.26\n"
	if p.replace != "" {
		module += "\nreplace " + p.replace + "\n"
	}
	work := t.TempDir()
	file(t, work, "go.mod", []byte(module))
	for _, argv := range [][]string{
		{"go", "get", "-tool", p.module + "@" + p.version},
		{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, p.module},
	} {
		command := exec.Command(argv[0], argv[1:]...)
		command.Dir = work
		command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
		if out, err := command.CombinedOutput(); err != nil {
			t.Logf("%s cannot be had: %v\n%s", p.name, err, out)
			return ""
		}
	}
	return program
}

// checkPeer compares what a peer has printed. It may add a newline at the end;
// helm prints it inside a document of its own, indented.
func checkPeer(t *testing.T, name, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, inside, found := bytes.Cut(got, []byte("\n  lab: |\n")); found {
		got = bytes.ReplaceAll(inside, []byte("\n    "), []byte("\n"))
		got = bytes.TrimPrefix(got, []byte("    "))
	}
	if !bytes.Equal(bytes.TrimRight(got, "\n"), bytes.TrimRight(want, "\n")) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("%s prints other bytes from %d of %d on: %.200q, want %.200q", name, at, len(want), got[at:],
			want[at:])
	}
}

func peerFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "peers", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func peerText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(peerFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(content), "\n")
}
