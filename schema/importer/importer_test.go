package importer_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/schema/importer"
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
	"two-tier/docker-compose.yml": {lostPorts: []int{8443}, lostServices: []string{"mailcatcher"}},
	"anchored/compose.yaml": {lostServices: []string{"dashboards"},
		renamed: map[string]string{"iris_1": "iris-1", "iris_2": "iris-2", "iris_dr": "iris-dr", "iris_report": "iris-report"}},
	"merged/docker-compose.yml": {lostPorts: []int{51774}, lostServices: []string{"base"}, renamed: map[string]string{"Web_Gateway": "web-gateway"}},
}

func imported(t *testing.T, file string) *importer.Result {
	t.Helper()
	file = filepath.Join("testdata", filepath.FromSlash(file))
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	result, err := importer.Import(filepath.Base(dir), filepath.Base(file), content, func(name string) ([]byte, bool) {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		return content, err == nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func planned(t *testing.T, text []byte) *plan.Plan {
	t.Helper()
	lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: text}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	p, diags := plan.Make(lab)
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
