//go:build goals || peers

package internal_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A peer prints the same files from the same data.
type peer struct {
	name    string
	module  string // what is built, "" for a program of the machine or of ours
	version string
	replace string // of its go.mod, which a dependency's dead host makes necessary
	noGoal  bool   // no goal is set against it: it is no template engine
	command func(t *testing.T, program, work string, data peerData) *command
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
