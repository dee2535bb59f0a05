package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaOf reads a JSON schema.
func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// output is what a command prints to stdout, after it has exited with a code.
func output(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := run(args, strings.NewReader(""), &out, &errOut); code != want {
		t.Fatalf("%q: exit code %d, want %d\n%s", args, code, want, errOut.String())
	}
	return out.String()
}

// Every mistake of the language's tests, warnings, a topology that is right, one
// that is missing, and mistakes in generated files, in the forms for programs.
func TestReports(t *testing.T) {
	invalid, err := filepath.Glob("../../schema/testdata/invalid/*.hcl")
	if err != nil || len(invalid) < 100 {
		t.Fatalf("%d topologies, %v", len(invalid), err)
	}
	dir := t.TempDir()
	raw := filepath.Join(dir, "a b%.hcl")
	if err := os.WriteFile(raw, []byte(`
lab "raw" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { environment = { A = "b" }, volumes = ["./nowhere:/x"] }
  }
}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	paths := append(invalid, "../../examples/minimal.hcl", raw, filepath.Join(dir, "missing.hcl"))
	for format, schema := range map[string]string{
		formatJSON:  "../../docs/diagnostics.schema.json",
		formatSARIF: "testdata/schema/sarif-2.1.0.json", // as OASIS publishes it
	} {
		text := output(t, exitFailed, append([]string{"validate", "--format", format}, paths...)...)
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if err := schemaOf(t, schema).Validate(document); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		for _, rule := range []string{`"unsuitable-value"`, `"missing-mount-source"`, `"failure"`} {
			if !strings.Contains(text, rule) {
				t.Errorf("%s: no %s", format, rule)
			}
		}
	}
	lines := strings.Split(strings.TrimSuffix(output(t, exitFailed, append([]string{"validate", "--format",
		formatGitHub}, paths...)...), "\n"), "\n")
	if len(lines) != mostShown+1 || !strings.HasPrefix(lines[mostShown], "::notice title=mirrorgen::Not shown: ") {
		t.Errorf("%d lines, the last is %s", len(lines), lines[len(lines)-1])
	}
	for _, line := range lines[:mostShown] {
		if !strings.HasPrefix(line, "::error file=../../schema/testdata/invalid/") &&
			!strings.HasPrefix(line, "::warning file=../../schema/testdata/invalid/") {
			t.Errorf("annotation %s", line)
		}
	}
}

// Nothing to say is an empty list, whatever the command.
func TestEmptyReports(t *testing.T) {
	lab := filepath.Join(t.TempDir(), "lab")
	const topology = "../../examples/minimal.hcl"
	for _, args := range [][]string{
		{"build", topology, "-o", lab}, {"check", topology, "-o", lab}, {"validate", topology},
	} {
		var have struct {
			Format      int
			Diagnostics []any
		}
		if err := json.Unmarshal([]byte(output(t, exitDone, append(args, "--format", "json")...)), &have); err != nil {
			t.Fatal(err)
		}
		if have.Format != 1 || have.Diagnostics == nil || len(have.Diagnostics) > 0 {
			t.Errorf("%s: %v", args[0], have)
		}
		if text := output(t, exitDone, append(args, "--format", "sarif")...); !strings.Contains(text, `"results": []`) {
			t.Errorf("%s: %s", args[0], text)
		}
		if text := output(t, exitDone, append(args, "--format", "github")...); text != "" {
			t.Errorf("%s: %s", args[0], text)
		}
	}
}

// What GitHub would take for the end of a property or of the command is written
// as it asks for.
func TestAnnotations(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("GITHUB_WORKSPACE", filepath.Dir(dir))
	at := func(line, from, to int) *sourceRange { return &sourceRange{position{line, from}, position{line, to}} }
	var out bytes.Buffer
	list := []notice{
		{Severity: "error", Summary: "A: b, c", Detail: "50 %\r\nof ::it", File: "x,y:z.hcl", Range: at(2, 3, 4),
			source: "x,y:z.hcl"},
		{Severity: "warning", Summary: "S", Detail: "d", File: "nginx/web.conf", Generated: true, Range: at(7, 1, 9),
			source: "lab.hcl"},
		{Severity: "error", Summary: "S", Detail: "d", File: "l.hcl", Range: &sourceRange{position{1, 2},
			position{3, 4}},
			source: "/elsewhere/l.hcl"},
		{Severity: "error", Summary: "S", Detail: "d"},
	}
	results := bufio.NewWriter(&out)
	(&tool{out: results}).printGitHub(list)
	results.Flush()
	base := filepath.Base(dir)
	want := "::error file=" + base + "/x%2Cy%3Az.hcl,line=2,endLine=2,col=3,endColumn=4,title=A%3A b%2C c::50 " +
		"%25%0D%0Aof ::it\n::warning file=" + base + "/lab.hcl,title=S::nginx/web.conf line 7: d\n" +
		"::error file=/elsewhere/l.hcl,line=1,endLine=3,title=S::d\n" +
		"::error title=S::d\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"lab.hcl": "lab.hcl", "a b/ä%.hcl": "a%20b/%C3%A4%25.hcl", "a:b.hcl": "./a:b.hcl", "../x.hcl": "../x.hcl",
		"/x y.hcl": "file:///x%20y.hcl",
	} {
		if have := fileURI(name); have != want {
			t.Errorf("%q: %q, want %q", name, have, want)
		}
	}
}
