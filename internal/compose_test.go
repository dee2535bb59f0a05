package internal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
	"mirrorgen/internal/verify"
	"mirrorgen/templates"
)

// A lab whose compose file is split is one project to the library that Docker
// Compose loads files with, at its own limits.
func TestComposeOfLargeLab(t *testing.T) {
	toolstest.Thorough(t) // Compose's library takes seconds for 1,500 services
	s := topologyOf(376, 4)
	p := s.plan(t, s.load(t))
	if !p.SplitCompose() {
		t.Fatalf("%d services stand in one file", len(p.Services))
	}
	project, directory := loaded(t, p)
	type service struct {
		Addresses, Dependencies map[string]string
		Image                   string
	}
	got, want := map[string]service{}, map[string]service{}
	for name, s := range project.Services {
		is := service{map[string]string{}, map[string]string{}, s.Image}
		for network, at := range s.Networks {
			is.Addresses[network] = at.Ipv4Address
		}
		for other, dependency := range s.DependsOn {
			is.Dependencies[other] = dependency.Condition
		}
		got[name] = is
		for _, mount := range s.Volumes {
			if mount.Target != "/lab/iris.key" && !strings.HasPrefix(mount.Source, directory+"/") {
				t.Fatalf("%s mounts %s, which is not in the lab", name, mount.Source)
			}
			if _, err := os.Stat(mount.Source); err != nil && mount.Target != "/lab/iris.key" {
				t.Fatal(err)
			}
		}
	}
	for _, s := range p.Services {
		is := service{map[string]string{}, map[string]string{}, s.Image}
		for _, a := range s.Addresses {
			is.Addresses[a.Network.Name] = a.IP
		}
		for _, d := range s.DependsOn {
			is.Dependencies[d.Service] = d.Condition
		}
		want[s.Name] = is
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-plan +compose)\n%.3000s", diff)
	}
}

// The largest lab that has one compose file is within Compose's limits, whatever
// its members have.
func TestLargestComposeFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("lab \"large\" {}\nnetwork \"iris-tier\" {}\nnetwork \"web-tier\" {}\narbiter \"arbiter\" " +
		"{}\nweb_gateway \"webgw\" {}\nnginx \"web\" {}\nhaproxy \"sql\" {}\n")
	for m := range 374 {
		fmt.Fprintf(&b, "mirror \"m%03d\" {\n  durable = true\n", m)
		for i, role := range []string{"primary", "backup", "drasync", "rwrasync"} {
			fmt.Fprintf(&b, "  member \"m%03d%c\" {\n    role = %q\n    superserver_port = %d\n    cpus = 2\n    "+
				"environment = { A = \"1\", B = \"2\", C = \"3\" }\n  }\n", m, 'a'+i, role, 20000+4*m+i)
		}
		b.WriteString("}\n")
	}
	s := sized{"large.hcl", []byte(b.String())}
	p := s.plan(t, s.load(t))
	if p.SplitCompose() {
		t.Fatalf("%d services stand in several files", len(p.Services))
	}
	const most = 100_000 // compose-go, defaultMaxNodeVisits
	for _, a := range templates.Render(p) {
		if a.Path != plan.ComposePath {
			continue
		}
		var document yaml.Node
		if err := yaml.Unmarshal(a.Content, &document); err != nil {
			t.Fatal(err)
		}
		// Raw compose keys, which nobody bounds, need some room.
		if n := visits(&document); n > most*4/5 {
			t.Errorf("Compose visits %d nodes of the largest file, and refuses one with more than %d", n, most)
		}
		return
	}
	t.Fatal("there is no compose file")
}

// visits counts nodes as Compose does: no keys, and what an alias stands for only
// where its anchor is.
func visits(n *yaml.Node) int {
	count := 1
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			count += visits(c)
		}
	}
	return count
}

// loaded writes a lab that has to be right, and loads its compose file.
func loaded(t *testing.T, p *plan.Plan) (*types.Project, string) {
	t.Helper()
	artifacts := templates.Render(p)
	if diags := verify.Check(artifacts); len(diags) > 0 {
		t.Fatal(diags)
	}
	directory := filepath.Join(memory(t), "lab")
	if _, err := artifact.Write(directory, artifacts, artifact.Options{}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(directory, plan.ComposePath))
	if err != nil {
		t.Fatal(err)
	}
	project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  directory,
		ConfigFiles: []types.ConfigFile{{Filename: plan.ComposePath, Content: content}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) {
		// What takes longest, and looks at no more than one service at a time: the
		// examples are held to it.
		o.SkipValidation, o.SkipNormalization, o.SkipInterpolation = true, true, true
	})
	if err != nil {
		t.Fatal(err)
	}
	if project.Name != p.Name || len(project.Services) != len(p.Services) {
		t.Fatalf("project %s has %d services, lab %s has %d", project.Name, len(project.Services), p.Name,
			len(p.Services))
	}
	return project, directory
}
