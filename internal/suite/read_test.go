package suite_test

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

	"mirrorgen/internal/suite"
	"mirrorgen/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// Documents of the tests: some of what those of mirrorgen have.
type (
	testPlan struct {
		Lab      string        `json:"lab"`
		Services []testService `json:"services"`
		Networks []testNetwork `json:"networks"`
	}
	testService struct {
		testHead
		Addresses map[string]string `json:"addresses"`
		Ports     []testPort        `json:"ports"`
		unseen    int
	}
	testHead struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
		Role string `json:"role"`
	}
	testPort struct {
		Host int `json:"host"`
	}
	testNetwork struct {
		Name string `json:"name"`
	}
	testReport struct {
		Passed bool        `json:"passed"`
		Trials []testTrial `json:"trials"`
	}
	testTrial struct {
		Trial string    `json:"trial"`
		Load  *testLoad `json:"load"`
	}
	testLoad struct {
		LongestGap float64 `json:"longest_gap"`
	}
)

var documents = suite.Documents{Plan: testPlan{}, Rehearsal: testReport{}}

// diagnose returns every diagnostic of a test file as a user sees it.
func diagnose(t *testing.T, name string, content []byte) (string, hcl.Diagnostics) {
	t.Helper()
	_, diags := suite.Read(schema.Source{Name: name, Content: content}, documents)
	return printed(t, name, content, diags), diags
}

func printed(t *testing.T, name string, content []byte, diags hcl.Diagnostics) string {
	t.Helper()
	for _, d := range diags {
		d.Expression, d.EvalContext = nil, nil // mirrorgen has excerpts of its own
	}
	var out bytes.Buffer
	files := map[string]*hcl.File{name: {Bytes: content}}
	if err := hcl.NewDiagnosticTextWriter(&out, files, 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// golden compares a text with that of a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./internal/suite -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestInvalid: a file with a mistake has the text beside it, before anything is run.
func TestInvalid(t *testing.T) {
	paths, err := filepath.Glob("testdata/invalid/*" + suite.Suffix)
	if err != nil || len(paths) == 0 {
		t.Fatal("no test file", err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, suite.Suffix), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, diags := diagnose(t, name, content)
			if !diags.HasErrors() {
				t.Error("no error")
			}
			if again, _ := diagnose(t, name, content); again != got {
				t.Fatalf("two runs differ: %s", cmp.Diff(got, again))
			}
			for _, d := range diags {
				if d.Subject == nil || d.Subject.Filename != name || d.Subject.Start.Line < 1 {
					t.Errorf("%q does not say where", d.Summary)
				}
				if !strings.Contains(d.Detail, " ") || strings.HasSuffix(d.Summary, ".") {
					t.Errorf("%q: summary must be a phrase and detail a sentence: %q", d.Summary, d.Detail)
				}
			}
			golden(t, strings.TrimSuffix(path, ".hcl")+".txt", got)
		})
	}
	texts, err := filepath.Glob("testdata/invalid/*.txt")
	if err != nil || len(texts) != len(paths) {
		t.Errorf("%d texts for %d files: %v", len(texts), len(paths), err)
	}
}

// TestHostile: no file takes time or memory, or ends without a diagnostic.
func TestHostile(t *testing.T) {
	repeat := strings.Repeat
	condition := func(expr string) string {
		return "run \"a\" {\n  assert {\n    condition     = " + expr + "\n    error_message = \"No.\"\n  }\n}\n"
	}
	var runs strings.Builder
	for i := range 2000 {
		runs.WriteString("run \"" + strings.Repeat("a", 1+i%190) + strings.Repeat("b", i/190) + "\" {}\n")
	}
	for _, test := range []struct{ name, content, says string }{
		{"10 MB", repeat("run \"a\" {}\n", 10<<20/11), "Test file too large"},
		{"nested blocks", repeat("run \"a\" {\n", 20_000), "Nested too deep"},
		{"nested brackets", condition(repeat("(", 50_000) + "plan.lab" + repeat(")", 50_000)), "Nested too deep"},
		{"zero bytes", repeat("\x00", 10_000), "encoding"},
		{"no UTF-8", "run \"a\" {}\n" + repeat("\xff", 10_000), "Not a text file"},
		{"loops", condition(`length([for a in range(90000) : join("", [for b in range(90000) : plan.lab])]) == 1`),
			"Too much to compute"},
		{"power", condition(`pow(10, 100000) > length(plan.services)`), "out of range"},
		{"many runs", runs.String(), "Too many runs"},
		{"message", "run \"a\" {\n  assert {\n    condition = plan.lab == \"\"\n    error_message = join(\"\", " +
			"[for a in range(100000) : [for b in range(100000) : \"x\"]]...)\n  }\n}\n", "Too much to compute"},
		{"variables", "run \"a\" {\n  variables = { a = [for a in range(100000) : [for b in range(100000) : a]] }\n}\n",
			"Too much to compute"},
	} {
		t.Run(test.name, func(t *testing.T) {
			began := time.Now()
			_, diags := suite.Read(schema.Source{Name: "a" + suite.Suffix, Content: []byte(test.content)}, documents)
			got := told(diags)
			if !diags.HasErrors() || !strings.Contains(got, test.says) {
				t.Errorf("%.500s", got)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}
