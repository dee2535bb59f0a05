package importer_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"mirrorgen/internal/importer"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

var update = flag.Bool("update", false, "rewrite the expected topologies in testdata")

// labs are the compose files of testdata, and the published ports and services
// that a topology cannot have.
var labs = map[string]struct {
	lostPorts    []int
	lostServices []string
	renamed      map[string]string
}{
	"two-tier/docker-compose.yml": {lostPorts: []int{8443}},
	"anchored/compose.yaml": {
		renamed: map[string]string{"iris_1": "iris-1", "iris_2": "iris-2", "iris_dr": "iris-dr",
			"iris_report": "iris-report"}},
	"merged/docker-compose.yml": {lostPorts: []int{51774}, lostServices: []string{"base"},
		renamed: map[string]string{"Web_Gateway": "web-gateway"}},
}

func imported(t *testing.T, file string) *importer.Result {
	t.Helper()
	file = filepath.Join("testdata", filepath.FromSlash(file))
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	result, err := importer.Import(importer.Source{
		Directory: filepath.Base(dir), Name: filepath.Base(file), Content: content,
		Read: func(name string) ([]byte, bool) {
			content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			return content, err == nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Errors.HasErrors() || result.Plan == nil {
		t.Fatalf("%v\n%s", result.Errors, result.Topology)
	}
	return result
}

// importText imports a compose file with what is beside it, by name.
func importText(t *testing.T, compose string, beside map[string]string) (*importer.Result, error) {
	t.Helper()
	return importer.Import(importer.Source{
		Directory: "x", Name: "compose.yaml", Content: []byte(compose),
		Read: func(name string) ([]byte, bool) {
			content, ok := beside[name]
			return []byte(content), ok
		},
	})
}

func planned(t *testing.T, text []byte) *plan.Plan {
	t.Helper()
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: text}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	p, diags := plan.Make(lab, nil)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	return p
}

// A lab that is imported has the addresses and ports that it had, and the
// topology says what it has not. Compose's own loader tells what it had.
func TestImport(t *testing.T) {
	for file, lab := range labs {
		t.Run(filepath.Dir(file), func(t *testing.T) {
			result := imported(t, file)
			if want := filepath.Join("testdata", filepath.Dir(file), "want.hcl"); *update {
				if err := os.WriteFile(want, result.Topology, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if golden, err := os.ReadFile(want); err != nil || string(golden) != string(result.Topology) {
				t.Errorf("%v %s", err, cmp.Diff(string(golden), string(result.Topology)))
			}
			if diff := cmp.Diff(string(hclwrite.Format(result.Topology)), string(result.Topology)); diff != "" {
				t.Errorf("not laid out: %s", diff)
			}
			p := planned(t, result.Topology)
			if diags := verify.Check(templates.Render(p)); diags.HasErrors() {
				t.Error(diags)
			}
			project := loaded(t, filepath.Join("testdata", filepath.FromSlash(file)))
			for _, s := range project.Services {
				if slices.Contains(lab.lostServices, s.Name) {
					continue
				}
				name := s.Name
				if other := lab.renamed[name]; other != "" {
					name = other
				}
				i := slices.IndexFunc(p.Services, func(made *plan.Service) bool { return made.Name == name })
				if i < 0 {
					t.Errorf("%s is gone", s.Name)
					continue
				}
				compareAddresses(t, s, p.Services[i])
				comparePorts(t, s, p.Services[i], lab.lostPorts)
			}
			if len(p.Services) != len(project.Services)-len(lab.lostServices) {
				t.Errorf("%d services, had %d", len(p.Services), len(project.Services))
			}
		})
	}
}

func loaded(t *testing.T, file string) *types.Project {
	t.Helper()
	settings := []cli.ProjectOptionsFn{cli.WithName("x"), cli.WithDiscardEnvFile}
	if env := filepath.Join(filepath.Dir(file), ".env"); exists(env) {
		settings = append(settings, cli.WithEnvFiles(env), cli.WithDotEnv)
	}
	options, err := cli.NewProjectOptions([]string{file}, settings...)
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func compareAddresses(t *testing.T, s types.ServiceConfig, made *plan.Service) {
	t.Helper()
	for network, at := range s.Networks {
		if at == nil || at.Ipv4Address == "" {
			continue
		}
		have := ""
		for _, a := range made.Addresses {
			if a.Network.Name == network {
				have = a.IP
			}
		}
		if have != at.Ipv4Address {
			t.Errorf("%s has %s on %s, had %s", s.Name, have, network, at.Ipv4Address)
		}
	}
}

func comparePorts(t *testing.T, s types.ServiceConfig, made *plan.Service, lost []int) {
	t.Helper()
	var had, have []int
	for _, p := range s.Ports {
		if host, err := strconv.Atoi(p.Published); err == nil && !slices.Contains(lost, host) {
			had = append(had, host)
		}
	}
	for _, p := range made.Ports {
		have = append(have, p.Host)
	}
	slices.Sort(had)
	slices.Sort(have)
	if !slices.Equal(had, have) {
		t.Errorf("%s publishes %v, had %v", s.Name, have, had)
	}
}

// Roles that no variable tells are guessed, by names and by order, and the
// topology says so.
func TestGuesses(t *testing.T) {
	const image = "containers.intersystems.com/intersystems/iris:2025.1"
	for names, want := range map[[3]string][3]string{
		{"irisa", "irisb", "irisd"}:            {"primary", "backup", "drasync"},
		{"node-1", "node-2", "node-3"}:         {"primary", "backup", "drasync"},
		{"node-0", "node-1", "node-2"}:         {"primary", "backup", "drasync"},
		{"east", "west", "south"}:              {"primary", "backup", "drasync"},
		{"db-backup", "db-primary", "db-dr"}:   {"backup", "primary", "drasync"},
		{"m1-reporting", "m1-a", "m1-standby"}: {"rorasync", "primary", "backup"},
	} {
		text := "services:\n  witness: {image: arbiter:2025.1}\n"
		for _, name := range names {
			text += "  " + name + ":\n    image: " + image + "\n"
		}
		result, err := importText(t, text, nil)
		if err != nil {
			t.Fatalf("%v: %v", names, err)
		}
		p := planned(t, result.Topology)
		for i, name := range names {
			have := ""
			for _, m := range p.Mirrors {
				for _, member := range m.Members {
					if member.Name == name {
						have = member.Role
					}
				}
			}
			if have != want[i] {
				t.Errorf("%s of %v is %q, want %s\n%s", name, names, have, want[i], result.Topology)
			}
			if !strings.Contains(comments(result), "does not state the role of "+name+"; "+want[i]+" is guessed "+
				"from its name") {
				t.Errorf("%s: nothing says that its role is a guess\n%s", name, result.Topology)
			}
		}
	}
}

// comments are the comments of a topology, each in one line.
func comments(result *importer.Result) string {
	var b strings.Builder
	for line := range strings.Lines(string(result.Topology)) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
			b.WriteString(text + " ")
		} else {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// What is no lab is an error that says so.
func TestImportErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "it has no services; is it a Docker Compose file?",
		"a: [":                                   "it is no YAML: line 1: did not find expected node content",
		"- x":                                    "it has no services; is it a Docker Compose file?",
		"services: []":                           "it has no services; is it a Docker Compose file?",
		"services: {web: {image: nginx}}":        "it has no instance of InterSystems IRIS",
		"services: {a: {extends: b}}":            "service a: it extends b, which does not exist",
		"services: {a: {extends: a}}":            "service a: its extends do not end",
		"services: {a: &a {x: *a}}":              "line 1: it is nested deeper than 100, or an anchor contains itself",
		"services: {a: 1}":                       "service a: line 1: a mapping is expected",
		"services: {a: {environment: {X: [1]}}}": "service a: environment: line 1: a value is expected",
	} {
		_, err := importText(t, text, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "compose.yaml: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Whatever the compose file, there is a valid topology or an error.
func FuzzImport(f *testing.F) {
	for file := range labs {
		content, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content, []byte("NET=10.1.1"))
	}
	f.Add([]byte("services: {a: {image: iris, environment: [MIRRORROLE=PRIMARY], ports: ['1:1972'], networks: {x: "+
		"{ipv4_address: 10.0.0.5}}}}\nnetworks: {x: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}"),
		[]byte("[SYSTEM]\nA=b\n"))
	f.Fuzz(func(t *testing.T, compose, beside []byte) {
		result, err := importer.Import(importer.Source{
			Directory: "x", Name: "compose.yaml", Content: compose, Read: func(string) ([]byte,
				bool) {
				return beside, true
			},
		})
		if err != nil {
			return
		}
		if !bytes.Equal(hclwrite.Format(result.Topology), result.Topology) {
			t.Errorf("not laid out:\n%s", result.Topology)
		}
		if !result.Errors.HasErrors() {
			planned(t, result.Topology)
		} else if result.Plan != nil {
			t.Errorf("a plan with errors: %v", result.Errors)
		}
	})
}
