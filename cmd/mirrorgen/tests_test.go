package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mirrorgen/internal/rehearse"
	"mirrorgen/internal/suite"
)

// pageFile finds the HCL blocks of a page, and the name of the file in their first line.
var pageFile = regexp.MustCompile("(?s)```hcl\n# (\\S+)\n(.*?)```")

// page writes the files of docs/testing.md into the current directory, as the page has them.
func page(t *testing.T) {
	t.Helper()
	content, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	found := pageFile.FindAllSubmatch(content, -1)
	if len(found) != bytes.Count(content, []byte("```hcl\n")) || len(found) < 4 {
		t.Fatalf("%d files", len(found))
	}
	t.Chdir(t.TempDir())
	for _, file := range found {
		name := string(file[1])
		if err := os.WriteFile(name, append([]byte("# "+name+"\n"), file[2]...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPageOfTests: what docs/testing.md shows is laid out, is accepted and passes, and fails
// with the text that the page has.
func TestPageOfTests(t *testing.T) {
	content, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	page(t)
	var out, stderr bytes.Buffer
	mirrorgen := func(want int, args ...string) {
		t.Helper()
		out.Reset()
		stderr.Reset()
		if code := run(args, nil, &out, &stderr); code != want {
			t.Fatalf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, stderr.String(), out.String())
		}
	}
	mirrorgen(0, "fmt", "--check", ".")
	mirrorgen(0, "test", "lab.mgtest.hcl", "refused.mgtest.hcl")
	seconds := regexp.MustCompile(`\d+\.\d\d\n`)
	shown := func(text string) {
		t.Helper()
		plain := seconds.ReplaceAllString(text, "-\n")
		if !strings.Contains(seconds.ReplaceAllString(string(content), "-\n"), plain) {
			t.Errorf("the page does not have\n%s", plain)
		}
	}
	mirrorgen(0, "test", "lab.hcl")
	shown(out.String())

	topology, err := os.ReadFile("lab.hcl")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(topology), `nginx "web" {}`, `nginx "web" { http_port = 40080 }`, 1)
	if err := os.WriteFile("lab.hcl", []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	mirrorgen(3, "test", "lab.hcl")
	shown(stderr.String() + out.String())
}

// TestPageOfRehearsals: the conditions about a rehearsal on the page hold for one that went
// well, and fail for one that did not.
func TestPageOfRehearsals(t *testing.T) {
	page(t)
	f, err := (&holder{tool: &tool{}, filter: regexp.MustCompile("")}).readTests([]string{"failover.mgtest.hcl"})
	if err != nil {
		t.Fatal(err)
	}
	load := &rehearse.Load{LongestGap: 0.2, Writes: 54}
	report := &rehearse.Report{Passed: true, Trials: []rehearse.Result{{Trial: "start", Passed: true},
		{Trial: "failover", Mirror: "demo", Passed: true, Load: load}}}
	documents := suite.Documents{Plan: overview{}, Rehearsal: report}
	if diags := f[0].Runs[0].Hold(documents, nil); len(diags) > 0 {
		t.Fatal(diags)
	}
	load.LongestGap, load.WritesLost = 5, 1
	diags := f[0].Runs[0].Hold(documents, nil)
	if len(diags) != 2 || !suite.IsFailure(diags[0]) || !suite.IsFailure(diags[1]) {
		t.Fatal(diags)
	}
	if !strings.Contains(diags[0].Detail, "is [5]") {
		t.Error(diags[0].Detail)
	}
}

// TestExamplesOfTests: the tests beside the examples pass.
func TestExamplesOfTests(t *testing.T) {
	found, err := filepath.Glob("../../examples/*" + suite.Suffix)
	if err != nil || len(found) == 0 {
		t.Fatal("no example", err)
	}
	var out, stderr bytes.Buffer
	if code := run([]string{"test", "../../examples"}, nil, &out, &stderr); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, stderr.String(), out.String())
	}
}
