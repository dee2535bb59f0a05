package explain_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// load compiles a topology, ready to be explained.
func load(t testing.TB, name, topology string) *explain.Lab {
	t.Helper()
	sources := []schema.Source{{Name: name, Content: []byte(topology)}}
	l, diags := schema.Load(name, sources)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := plan.Make(l, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return &explain.Lab{Base: name, Sources: sources, Lab: l, Plan: p, Artifacts: templates.Render(p),
		Render: func(p *plan.Plan) ([]lab.Artifact, error) { return templates.Render(p), nil }}
}

// Every address, published port, path, name and argument of the examples has an answer, with
// a reason, and its lines are lines of the artifacts.
func TestExamples(t *testing.T) {
	for _, path := range []string{"../../examples/dr-reporting.hcl", "../../examples/minimal.hcl"} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		l := load(t, filepath.Base(path), string(content))
		l.Render = nil // the lines of arguments are TestLines'
		var words []string
		for _, s := range l.Plan.Services {
			words = append(words, s.Name)
			for _, a := range s.Addresses {
				words = append(words, a.IP)
			}
			for _, p := range s.Ports {
				words = append(words, strconv.Itoa(p.Host))
			}
		}
		for _, i := range l.Plan.Instances {
			words = append(words, "/"+i.Name, "/"+i.Name+"/csp/sys/UtilHome.csp")
		}
		for _, e := range l.Plan.Endpoints() {
			words = append(words, e.URL)
		}
		for _, n := range l.Plan.Networks {
			words = append(words, n.Name, n.Subnet, n.Gateway)
		}
		for _, d := range l.Lab.Declarations() {
			words = append(words, d.Kind)
			for _, b := range schema.Reference() {
				for _, a := range b.Arguments {
					if b.Kind == d.Kind {
						words = append(words, d.Kind+"."+a.Name, a.Name)
					}
				}
			}
		}
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			answers, err := explain.Word(l, word)
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for _, a := range answers {
				check(t, l, word, a)
			}
		}
	}
}

func check(t *testing.T, l *explain.Lab, word string, a explain.Answer) {
	t.Helper()
	if a.Subject == "" || len(a.Facts) == 0 {
		t.Errorf("%s: no subject or no reason: %+v", word, a)
	}
	for _, f := range a.Facts {
		if f.At != nil && (f.At.Filename == "" || f.At.Start.Line < 1) {
			t.Errorf("%s: %q stands nowhere", word, f.Text)
		}
	}
	for _, line := range a.Lines {
		i := slices.IndexFunc(l.Artifacts, func(a lab.Artifact) bool { return a.Path == line.Path })
		lines := strings.Split(string(l.Artifacts[i].Content), "\n")
		if line.Number < 1 || line.Number > len(lines) || lines[line.Number-1] != line.Text {
			t.Errorf("%s: %s has no such line %d: %q", word, line.Path, line.Number, line.Text)
		}
	}
}

const small = `lab "l" {
  mirror_setup = "sys_mirror"
}
arbiter "arb" {}
mirror "m" {
  superserver_port = 2972
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
dynamic "web_gateway" {
  for_each = ["g1", "g2"]
  labels   = [web_gateway.value]
  content {
    server_response_timeout = 20
  }
}
nginx "n" {
  config = "# hello"
}
haproxy "h" {}
`

// The lines of an argument are those that depend on it, given or not, whatever its type.
func TestLines(t *testing.T) {
	l := load(t, "l.hcl", small)
	for word, wants := range map[string][]string{
		"nginx.read_timeout":             {"nginx/n.conf: proxy_read_timeout 60s;"},
		"nginx.max_fails":                {"nginx/n.conf: max_fails=1"},
		"nginx.sticky":                   {"nginx/n.conf: sticky cookie"},
		"mirror.superserver_port":        {"docker-compose.yaml: 127.0.0.1:2972"},
		"g1.server_response_timeout":     {"webgateway/CSP.ini: Server_Response_Timeout=20"},
		"lab.timezone":                   {"docker-compose.yaml: TZ: UTC"},
		"iris.globals":                   {"iris/merge/a.cpf: globals=0,0,128,0,0,0"},
		"images.tag":                     {"docker-compose.yaml: iris:2025.1"},
		"haproxy.check_interval":         {"haproxy/h.cfg: inter 1s"},
		"a.host_number":                  {"docker-compose.yaml: ipv4_address: "},
		"config":                         {"nginx/n.conf: # hello"},
		"member.role":                    {"instances.sh: role=primary"},
		"mirror.arbiter":                 {},
		"web_gateway.password":           {"webgateway/CSP.ini: Password="},
		"haproxy.idle_timeout":           {"haproxy/h.cfg: timeout tunnel 24h"},
		"iris.stop_grace_period":         {"docker-compose.yaml: stop_grace_period: 320s"},
		"web_gateway.username":           {"webgateway/CSP.ini: Username=CSPSystem"},
		"lab.license_key":                {"docker-compose.yaml: iris.key"},
		"application_server.host_number": nil,
	} {
		answers, err := explain.Word(l, word)
		if wants == nil {
			if err == nil {
				t.Errorf("%s: the lab has no such block: %+v", word, answers)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		for _, want := range wants {
			path, text, _ := strings.Cut(want, ": ")
			found := false
			for _, a := range answers {
				check(t, l, word, a)
				for _, line := range a.Lines {
					found = found || strings.HasSuffix(line.Path, path) && strings.Contains(line.Text, text)
				}
			}
			if !found {
				t.Errorf("%s: no line %q in %+v", word, want, answers)
			}
		}
	}
}

// A word is not found as a part of a longer one.
func TestWholeWords(t *testing.T) {
	l := load(t, "l.hcl", small)
	l.Artifacts = []lab.Artifact{{Path: "f",
		Content: []byte("10.0.0.12 10.0.0.1.5\nx 10.0.0.1.\nma a-b\na:\n10.0.0.1\n")}}
	for word, want := range map[string]int{"a": 1, "10.0.0.1": 2} {
		answers, _ := explain.Word(l, word)
		if word == "10.0.0.1" {
			l.Plan.Services[0].Addresses[0].IP = word
			answers, _ = explain.Word(l, word)
		}
		if len(answers) != 1 || len(answers[0].Lines) != want {
			t.Errorf("%s: %+v", word, answers)
		}
	}
}

// What the language has is explained where the topology has none of it: nothing is suggested that
// would then be refused.
func TestAbsent(t *testing.T) {
	l := load(t, "l.hcl", small)
	for word, want := range map[string]string{
		"kubernetes.service_type": `argument service_type of kubernetes (string): | default: "ClusterIP"`,
		"kubernetes.namespace":    "argument namespace of kubernetes (string): | default: the name of the lab",
		"service_type":            `argument service_type of kubernetes (string): | default: "ClusterIP"`,
		"tls.mirror":              "argument mirror of tls (bool): | no tls block is in the topology",
		"tls":                     "block tls: | no tls block is in the topology",
	} {
		answers, err := explain.Word(l, word)
		if err != nil || len(answers) != 1 || len(answers[0].Facts) == 0 {
			t.Errorf("%s: %+v, %v", word, answers, err)
			continue
		}
		subject, fact, _ := strings.Cut(want, "| ")
		if a := answers[0]; !strings.HasPrefix(a.Subject, subject) || a.Facts[0].Text != fact {
			t.Errorf("%s: %+v", word, a)
		}
	}
	l = load(t, "l.hcl", small+"tls { ecp = false }\nkubernetes { service_type = \"NodePort\" }\n")
	for word, want := range map[string]string{"tls.ecp": "ecp = false", "service_type": `service_type = "NodePort"`} {
		answers, err := explain.Word(l, word)
		if err != nil || len(answers) != 1 || answers[0].Facts[0].Text != want || answers[0].Facts[0].At == nil {
			t.Errorf("%s: %+v, %v", word, answers, err)
		}
	}
	for _, b := range schema.Reference() {
		words := []string{b.Kind}
		for _, a := range b.Arguments {
			words = append(words, a.Name, b.Kind+"."+a.Name)
		}
		for _, word := range words {
			_, err := explain.Word(l, word)
			var unknown *explain.UnknownError
			if err == nil {
				continue
			}
			if b.Label == "" {
				t.Errorf("%s: %v", word, err)
			}
			if errors.As(err, &unknown); unknown.Near != "" {
				if _, err := explain.Word(l, unknown.Near); err != nil {
					t.Errorf("%s: %s is suggested and refused", word, unknown.Near)
				}
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	l := load(t, "l.hcl", small)
	for word, near := range map[string]string{
		"10.99.0.1": "", "99999": "", "/zz": "", "": "", "nginx.read_timeot": "nginx.read_timeout",
		"n.red_timeout": "n.read_timeout",
		"web_gatway":    "web_gateway", "http://%zz": "", "a.b.c": "", "::1": "", "10.0.0.0/99": "", "\x00\xff": "",
		"-1": "", "jdbc:IRIS://x:99/Y": "", strings.Repeat("x", 100_000): "",
	} {
		answers, err := explain.Word(l, word)
		var unknown *explain.UnknownError
		if !errors.As(err, &unknown) || unknown.Near != near {
			t.Errorf("%.40q: %v %v, want near %q", word, answers, err, near)
		}
	}
}
