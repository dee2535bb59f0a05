package schema_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// diagnose returns every diagnostic of a topology as a user sees it.
func diagnose(t *testing.T, name string, content []byte) (string, hcl.Diagnostics) {
	t.Helper()
	lab, diags := schema.Load(name, []schema.Source{{Name: name, Content: content}})
	if lab != nil {
		_, more := plan.Make(lab, nil)
		diags = append(diags, more...)
	}
	schema.Sort(diags)
	var out bytes.Buffer
	files := map[string]*hcl.File{name: {Bytes: content}}
	if err := hcl.NewDiagnosticTextWriter(&out, files, 100, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return out.String(), diags
}

// golden compares every topology of a directory with the text beside it.
func golden(t *testing.T, directory string, check func(t *testing.T, diags hcl.Diagnostics)) {
	topologies, err := filepath.Glob(filepath.Join("testdata", directory, "*.hcl"))
	if err != nil || len(topologies) == 0 {
		t.Fatalf("no topology in testdata/%s: %v", directory, err)
	}
	for _, path := range topologies {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".hcl"), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			got, diags := diagnose(t, name, content)
			check(t, diags)
			for i := 0; i < 5 && time.Since(start) < time.Second; i++ {
				if again, _ := diagnose(t, name, content); again != got {
					t.Fatalf("two runs differ: %s", cmp.Diff(got, again))
				}
			}
			for _, d := range diags {
				if d.Subject == nil || d.Subject.Filename != name || d.Subject.Start.Line < 1 {
					t.Errorf("%q does not say where", d.Summary)
				}
				if !strings.Contains(d.Detail, " ") || strings.HasSuffix(d.Summary, ".") {
					t.Errorf("%q: summary must be a phrase and detail a sentence: %q", d.Summary, d.Detail)
				}
			}
			beside := strings.TrimSuffix(path, ".hcl") + ".txt"
			if *update {
				if err := os.WriteFile(beside, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(beside)
			if err != nil {
				t.Fatalf("%v (go test ./schema -update writes it)", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	texts, err := filepath.Glob(filepath.Join("testdata", directory, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range texts {
		if _, err := os.Stat(strings.TrimSuffix(path, ".txt") + ".hcl"); err != nil {
			t.Errorf("%s belongs to no topology", path)
		}
	}
}

func TestInvalid(t *testing.T) {
	golden(t, "invalid", func(t *testing.T, diags hcl.Diagnostics) {
		if !diags.HasErrors() {
			t.Error("no error")
		}
	})
}

func TestWarning(t *testing.T) {
	golden(t, "warning", func(t *testing.T, diags hcl.Diagnostics) {
		if len(diags) != 1 || diags.HasErrors() {
			t.Errorf("want one warning and nothing else, got %v", diags)
		}
	})
}
