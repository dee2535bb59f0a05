package origin_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/origin"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

var update = flag.Bool("update", false, "write the golden files")

// load reads a topology without mistakes of its own.
func load(t *testing.T, name string, content []byte) (*schema.Lab, origin.Check) {
	t.Helper()
	topology, diags := schema.Load(name, []schema.Source{{Name: name, Content: content}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return topology, func() (hcl.Diagnostics, bool) {
		p, diags := plan.Make(topology, nil)
		if diags.HasErrors() {
			return nil, false
		}
		return verify.Check(templates.Render(p)), true
	}
}

// Each mistake in raw text is one error at its line, whatever follows from it and wherever.
func TestTrace(t *testing.T) {
	topologies, err := filepath.Glob("testdata/*.hcl")
	if err != nil || len(topologies) == 0 {
		t.Fatalf("no topology: %v", err)
	}
	for _, path := range topologies {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".hcl"), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(path)
			topology, check := load(t, name, content)
			found, ok := check()
			if !ok || len(found) == 0 {
				t.Fatalf("the lab has no findings: %v", found)
			}
			diags := origin.Trace(topology, found, check)
			for _, d := range diags {
				if d.Subject.Filename != name {
					t.Errorf("no origin: %s", d)
				}
			}
			if again, _ := check(); len(again) != len(found) {
				t.Errorf("the lab is not as it was: %d findings, and %d before", len(again), len(found))
			}
			schema.Sort(diags)
			var out bytes.Buffer
			files := map[string]*hcl.File{name: {Bytes: content}}
			if err := hcl.NewDiagnosticTextWriter(&out, files, 100, false).WriteDiagnostics(diags); err != nil {
				t.Fatal(err)
			}
			beside := strings.TrimSuffix(path, ".hcl") + ".txt"
			if *update {
				if err := os.WriteFile(beside, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(beside)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What no raw text causes stays where it is, and what a piece causes is told apart from it.
func TestTraceOfOtherCauses(t *testing.T) {
	topology, check := load(t, "lab.hcl", []byte(`lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" { compose = { depends_on = { nosuch = { condition = "service_started" } } } }
`))
	broken := func() (hcl.Diagnostics, bool) {
		found, ok := check()
		other := verify.Check([]lab.Artifact{{Path: "README.md", Mode: 0o644, Content: []byte("\n")}})
		return append(found, other...), ok
	}
	found, _ := broken()
	diags := origin.Trace(topology, found, broken)
	schema.Sort(diags)
	var files []string
	for _, d := range diags {
		files = append(files, d.Subject.Filename)
	}
	if want := []string{"README.md", "docker-compose.yaml", "lab.hcl"}; !cmp.Equal(files, want) {
		t.Errorf("findings in %q, want %q: %v", files, want, diags)
	}
}

// Many services with raw text are no reason to try each of them.
func TestTraceEnds(t *testing.T) {
	var b strings.Builder
	b.WriteString("lab \"l\" {}\nmirror \"m\" {\n  member \"a\" { role = \"primary\" }\n}\n")
	for range 60 {
		name := strings.Repeat("g", 1+strings.Count(b.String(), "web_gateway"))
		b.WriteString("web_gateway \"" + name + "\" {\n  compose = { labels = { own = \"" + name + "\" } }\n}\n")
	}
	text := strings.Replace(b.String(), `own = "ggggggggg"`,
		`own = "x" }, depends_on = { no = { condition = "service_started" }`, 1)
	topology, check := load(t, "lab.hcl", []byte(text))
	found, _ := check()
	trials := 0
	diags := origin.Trace(topology, found, func() (hcl.Diagnostics, bool) {
		trials++
		return check()
	})
	if len(diags) != 1 || diags[0].Subject.Filename != "lab.hcl" || trials > 30 {
		t.Errorf("%d trials: %v", trials, diags)
	}
}
