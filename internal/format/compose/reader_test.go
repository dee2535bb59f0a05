package compose_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

func parse(tb testing.TB, text string) *yaml.Node {
	tb.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		tb.Fatal(err)
	}
	return document.Content[0]
}

// serviceOf reads the service of that name, with what it extends in the same file.
func serviceOf(tb testing.TB, root *yaml.Node, name string) *compose.Service {
	tb.Helper()
	var r compose.Reader
	r.Configs, r.Secrets = r.Get(root, "configs"), r.Get(root, "secrets")
	services := r.Get(root, "services")
	whole, err := r.Extend(services, r.Child(services, name), func(string) *yaml.Node { return nil })
	if err != nil {
		tb.Fatal(err)
	}
	return r.Service(compose.Field{Name: name, Value: whole})
}

// equal compares what was read, without positions and without the nodes of fields.
func equal(want, got *compose.Service) string {
	return cmp.Diff(want, got, cmpopts.IgnoreTypes(compose.Position{}, &yaml.Node{}),
		cmpopts.IgnoreFields(compose.Service{}, "Keys"), cmpopts.IgnoreUnexported(compose.Mount{}, compose.Health{}))
}

// The long and the short form of everything are read alike.
func TestForms(t *testing.T) {
	root := parse(t, `
services:
  short:
    image: iris:2025.1
    build: ./iris
    command: --key "/k y" -a /x
    entrypoint: []
    environment: ["A=1", "B=two$$", C]
    env_file: a.env
    ports: ["127.0.0.1:8080:80", "1972:1972", "[::1]:53-54:53-54/udp", "80"]
    volumes: ["./m:/m:ro", "data:/d", "/anonymous", 'C:\labs:/labs', "~/x:/x"]
    networks: [lan]
    depends_on: [one]
    extra_hosts: ["a:10.0.0.1", "b=10.0.0.2"]
    healthcheck: { test: "curl -f x", interval: 3s, retries: 2 }
    configs: [c]
    secrets: [s]
  long:
    image: iris:2025.1
    build: { context: ./iris }
    command: ["--key", "/k y", "-a", "/x"]
    entrypoint: []
    environment: { A: "1", B: two$$, C: }
    env_file: [{ path: a.env, required: false }]
    ports:
      - { target: 80, published: "8080", host_ip: 127.0.0.1 }
      - { target: 1972, published: 1972 }
      - { target: 53-54, published: 53-54, host_ip: "::1", protocol: udp }
      - { target: 80 }
    volumes:
      - { type: bind, source: ./m, target: /m, read_only: true }
      - { type: volume, source: data, target: /d }
      - { type: volume, target: /anonymous }
      - { type: bind, source: 'C:\labs', target: /labs }
      - { type: bind, source: ~/x, target: /x }
    networks: { lan: }
    depends_on: { one: { condition: service_started } }
    extra_hosts: { a: 10.0.0.1, b: 10.0.0.2 }
    healthcheck: { test: [curl, -f, x], interval: 3s, retries: 2 }
    configs: [{ source: c, target: /c }]
    secrets: [{ source: s, target: s }]
configs: { c: { file: ./c.conf } }
secrets: { s: { environment: S } }
`)
	short, long := serviceOf(t, root, "short"), serviceOf(t, root, "long")
	short.Name = "long"
	if diff := equal(long, short); diff != "" {
		t.Errorf("the forms differ (-long +short):\n%s", diff)
	}
	want := &compose.Service{
		Name:       "long",
		Image:      compose.Word{Text: "iris:2025.1"},
		Build:      &compose.Build{Context: "./iris", Dockerfile: "Dockerfile"},
		Entrypoint: []compose.Word{},
		Command:    []compose.Word{{Text: "--key"}, {Text: "/k y"}, {Text: "-a"}, {Text: "/x"}},
		EnvFiles:   []compose.Word{{Text: "a.env"}},
		Environment: []compose.Setting{
			{Name: "A", Word: compose.Word{Text: "1"}},
			{Name: "B", Word: compose.Word{Text: "two$"}},
			{Name: "C", Inherited: true},
		},
		Ports: []compose.Port{
			{HostIP: "127.0.0.1", Host: 8080, HostLast: 8080, Container: 80, ContainerLast: 80, Protocol: "tcp",
				Text: "127.0.0.1:8080:80"},
			{Host: 1972, HostLast: 1972, Container: 1972, ContainerLast: 1972, Protocol: "tcp", Text: "1972:1972"},
			{HostIP: "::1", Host: 53, HostLast: 54, Container: 53, ContainerLast: 54, Protocol: "udp",
				Text: "[::1]:53-54:53-54/udp"},
			{Container: 80, ContainerLast: 80, Protocol: "tcp", Text: "80"},
		},
		Mounts: []*compose.Mount{
			{Source: "./m", Target: "/m", Bind: true, ReadOnly: true},
			{Source: "data", Target: "/d", Volume: true},
			{Target: "/anonymous", Volume: true},
			{Source: `C:\labs`, Target: "/labs", Bind: true},
			{Source: "~/x", Target: "/x", Bind: true},
		},
		Files: []*compose.Mount{
			{Source: "./c.conf", Target: "/c", Bind: true, ReadOnly: true},
			{
				Target: "/run/secrets/s", ReadOnly: true,
				Inline: &compose.Inline{Name: "s", Kind: "secret", Variable: "S"},
			},
		},
		Resources: []compose.Resource{
			{Kind: "volumes", Word: compose.Word{Text: "data"}},
			{Kind: "configs", Word: compose.Word{Text: "c"}},
			{Kind: "secrets", Word: compose.Word{Text: "s"}},
		},
		Attachments:  []compose.Attachment{{Network: "lan"}},
		Dependencies: []compose.Dependency{{Service: "one"}},
		Hosts:        []string{"a", "b"},
		Health: &compose.Health{
			Given:    true,
			Test:     []compose.Word{{Text: "curl"}, {Text: "-f"}, {Text: "x"}},
			Interval: compose.Word{Text: "3s"},
			Retries:  compose.Word{Text: "2"},
		},
	}
	if diff := equal(want, long); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A service has what it extends, and an overriding file changes both: mappings are merged, lists are
// added to, commands and volumes of one target are replaced.
func TestOverlay(t *testing.T) {
	var r compose.Reader
	root := r.Overlay(parse(t, `
services:
  base: { image: "iris:2024.1", command: a b, environment: [A=1, B=2], volumes: ["./a:/x", "./b:/y"], cap_add: [X] }
  s: { extends: base, environment: { B: "3" } }
`), parse(t, `
services:
  s: { image: "iris:2025.1", environment: ["C=4"], volumes: ["./c:/x"], command: [d], cap_add: [Y], hostname: !reset h }
`))
	got := serviceOf(t, root, "s")
	want := &compose.Service{
		Name:    "s",
		Image:   compose.Word{Text: "iris:2025.1"},
		Extends: true,
		Command: []compose.Word{{Text: "d"}},
		Environment: []compose.Setting{
			{Name: "A", Word: compose.Word{Text: "1"}},
			{Name: "B", Word: compose.Word{Text: "3"}},
			{Name: "C", Word: compose.Word{Text: "4"}},
		},
		Mounts: []*compose.Mount{
			{Source: "./b", Target: "/y", Bind: true}, {Source: "./c", Target: "/x", Bind: true},
		},
		Capabilities: []compose.Word{{Text: "X"}, {Text: "Y"}},
		Health:       &compose.Health{},
	}
	if diff := equal(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Extends that lead nowhere, or in a circle, are errors.
func TestExtend(t *testing.T) {
	root := parse(t, `{ a: { extends: b }, b: { extends: { service: a } }, c: { extends: { service: x, file: f.yml } },
  d: { extends: x }, e: { extends: { service: x, file: other.yml } } }`)
	other := func(file string) *yaml.Node {
		if file == "other.yml" {
			return parse(t, "x: { image: y }")
		}
		return nil
	}
	for name, want := range map[string]string{
		"a": "its extends do not end",
		"c": "it extends x of f.yml, which cannot be read",
		"d": "it extends x, which does not exist",
		"e": "",
	} {
		var r compose.Reader
		whole, err := r.Extend(root, r.Child(root, name), other)
		if err == nil && want == "" && r.Text(r.Get(whole, "image")) == "y" {
			continue
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// Paths of a file in another directory are those from the directory of the one that extends it, by
// way of others too.
func TestExtendElsewhere(t *testing.T) {
	files := map[string]string{
		"base/all.yml": `{ x: { extends: { service: y, file: ../more/all.yml }, build: { context: ., target: t },
  env_file: [e.env, { path: ../f.env }, /g.env],
  volumes: [./a:/a, "../b:/b:ro", named:/c, ~/d:/d, /e:/e, { type: bind, source: ./f, target: /f },
    { type: volume, source: g, target: /g }, "${NONE:-./h}:/h"] },
  z: { build: ../.., env_file: one.env, image: "${I}" } }`,
		"more/all.yml": `{ y: { volumes: [../base/k:/k, ./l:/l] }, r: { build: "https://host/x.git" } }`,
	}
	root := parse(t, `{ a: { extends: { service: x, file: base/all.yml } },
  b: { extends: { service: z, file: ./base/all.yml } }, c: { extends: { service: r, file: more/all.yml } } }`)
	r := compose.Reader{Expand: func(text string) string { return strings.ReplaceAll(text, "${NONE:-./h}", "./h") }}
	got := map[string]string{}
	for _, field := range r.Fields(root) {
		whole, err := r.Extend(root, field.Value, func(file string) *yaml.Node { return parse(t, files[file]) })
		if err != nil {
			t.Fatal(err)
		}
		s := r.Service(compose.Field{Name: field.Name, Value: whole})
		text := ""
		if s.Build != nil {
			text = s.Build.Context + " " + s.Build.Target + ";"
		}
		for _, w := range s.EnvFiles {
			text += " " + w.Text
		}
		text += ";"
		for _, m := range s.Mounts {
			text += " " + m.Source
		}
		got[field.Name] = text
	}
	want := map[string]string{
		"a": "./base t; ./base/e.env ./f.env /g.env; ./base/k ./more/l ./base/a ./b named ~/d /e ./base/f g ./base/./h",
		"b": "./.. ; ./base/one.env;",
		"c": "https://host/x.git ;;",
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: %s, want %s", name, got[name], text)
		}
	}
}

// What has another form than Compose takes is found, with its line.
func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"image: x":                  "",
		"[a]":                       ": line 1: a mapping is expected",
		"image: x\nenvironment: x":  "environment: line 2: a mapping is expected",
		"environment: {A: [1]}":     "environment: line 1: a value is expected",
		"environment:":              "",
		"ports: [[80]]":             "ports: line 1: a value is expected",
		"networks: {a: {b: c}}":     "",
		"volumes: [{target: /x}]":   "",
		"environment: [{A: 1}]":     "environment: line 1: a value is expected",
		"networks:\n  a:\n    [b]":  "networks: line 3: a value is expected",
		"volumes: &v [x, *v]":       "volumes: line 1: a value is expected",
		"environment: &e {A: *e}":   "environment: line 1: a value is expected",
		"x: &x {image: y}\n<<: *x":  "",
		"environment: {<<: [a, b]}": "",
	} {
		var r compose.Reader
		field, err := r.Check(parse(t, text))
		got := ""
		if shape := (*compose.ShapeError)(nil); errors.As(err, &shape) {
			got = field + ": " + err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Mappings that merge each other many times come to an end: what is read grows with the bound on
// merges, and not with their product.
func TestMergesEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 { k: v }\n")
	const levels, times = 7, 30
	for i := range levels {
		list := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), times), ", ")
		fmt.Fprintf(&b, "a%d: &a%d { <<: [%s] }\n", i+1, i+1, list)
	}
	root := parse(t, b.String())
	var r compose.Reader
	fields := r.Fields(root)
	if n := testing.AllocsPerRun(1, func() { r.Fields(fields[levels].Value) }); n > 2_000_000 {
		t.Errorf("%.0f allocations", n)
	}
}
