// Package examples_test holds the examples to what mirrorgen makes of them
// today: every example is a golden file, and every generated file is shown to
// the program that will read it.
package examples_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

var update = flag.Bool("update", false, "write the examples' generated directories")

// An example is a topology, NAME.hcl or a directory of *.hcl files, and the
// directory that `mirrorgen build` makes of it for a target where no other is named.
type example struct {
	name    string
	sources []string // files, in name order
	output  string   // directory of the golden files
	target  plan.Target
}

// clustered are the examples that are there for Kubernetes too.
var clustered = []string{"simplemirror", "dr-reporting", "fleet", "monitoring", "tls"}

// clusterAlone are the examples whose point is Kubernetes.
var clusterAlone = []string{"operator"}

// onCluster is the example for Kubernetes.
func (e example) onCluster() example {
	e.output += "-" + plan.Kubernetes.String()
	e.target = plan.Kubernetes
	return e
}

// all lists the examples of this directory.
func all(t testing.TB) []example {
	t.Helper()
	var examples []example
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".lock.hcl") || strings.HasSuffix(entry.Name(), ".mgtest.hcl") {
			continue
		}
		if name, ok := strings.CutSuffix(entry.Name(), ".hcl"); ok {
			examples = append(examples, example{name: name, sources: []string{entry.Name()}, output: name})
			continue
		}
		parts, err := filepath.Glob(filepath.Join(entry.Name(), "*.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		parts = slices.DeleteFunc(parts, func(name string) bool { return strings.HasSuffix(name, ".lock.hcl") })
		if len(parts) > 0 {
			examples = append(examples, example{name: entry.Name(), sources: parts,
				output: filepath.Join(entry.Name(), entry.Name())})
		}
	}
	if len(examples) == 0 {
		t.Fatal("there are no examples")
	}
	return examples
}

// everywhere lists the examples for each target that they are there for.
func everywhere(t testing.TB) []example {
	t.Helper()
	var examples []example
	for _, e := range all(t) {
		alone := slices.Contains(clusterAlone, e.name)
		if !alone {
			examples = append(examples, e)
		}
		if alone || slices.Contains(clustered, e.name) {
			examples = append(examples, e.onCluster())
		}
	}
	return examples
}

// warned are the warnings that an example is meant to give.
var warned = map[string][]string{
	// The hand-written lab's two sets had one name; that works, and is shown.
	"simplemirror-2020": {"Set name used twice"},
}

// unexpected leaves the diagnostics that the example is not meant to give.
func (e example) unexpected(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool {
		return d.Severity == hcl.DiagWarning && slices.Contains(warned[e.name], d.Summary)
	})
}

// lockPath is where mirrorgen build writes the example's lock file.
func (e example) lockPath() string {
	if filepath.Dir(e.sources[0]) == "." {
		return e.name + ".lock.hcl"
	}
	return filepath.Join(e.name, ".mirrorgen.lock.hcl")
}

// lock is the example's lock file; nil where it has none yet.
func (e example) lock(t testing.TB) *plan.Lock {
	t.Helper()
	content, err := os.ReadFile(e.lockPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	lock, diags := plan.ReadLock(e.lockPath(), content)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return lock
}

// plan compiles the example as far as the plan.
func (e example) plan(t testing.TB) *plan.Plan {
	t.Helper()
	var sources []schema.Source
	for _, name := range e.sources {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, schema.Source{Name: name, Content: content})
	}
	base := e.name
	if len(e.sources) == 1 {
		base = filepath.Base(e.sources[0])
	}
	lab, diags := schema.Load(base, sources)
	for _, d := range e.unexpected(diags) {
		t.Error(d)
	}
	if diags.HasErrors() {
		t.FailNow()
	}
	p, diags := plan.MakeFor(e.target, lab, e.lock(t))
	for _, d := range diags {
		// A topology for both targets says more than either needs.
		if e.target == plan.Compose || d.Summary != "No meaning on Kubernetes" {
			t.Error(d)
		}
	}
	if diags.HasErrors() {
		t.FailNow()
	}
	if want := filepath.Base(e.output); p.Directory() != want {
		t.Errorf("the lab is named %q: mirrorgen build would not write it to %s", p.Name, e.output)
	}
	return p
}

// render compiles the example as far as its artifacts.
func (e example) render(t testing.TB) []lab.Artifact {
	t.Helper()
	return templates.Render(e.plan(t))
}

// write makes the example's directory in a place of its own.
func (e example) write(t testing.TB) string {
	t.Helper()
	directory := filepath.Join(t.TempDir(), filepath.Base(e.output))
	if _, err := artifact.Write(directory, e.render(t), artifact.Options{}); err != nil {
		t.Fatal(err)
	}
	return directory
}

// each runs a test on every example for Docker Compose.
func each(t *testing.T, test func(t *testing.T, e example)) {
	t.Helper()
	for _, e := range all(t) {
		if !slices.Contains(clusterAlone, e.name) {
			t.Run(e.name, func(t *testing.T) { test(t, e) })
		}
	}
}

// eachTarget runs a test on every example, for each target that it is there for.
func eachTarget(t *testing.T, test func(t *testing.T, e example)) {
	t.Helper()
	for _, e := range everywhere(t) {
		t.Run(filepath.Base(e.output), func(t *testing.T) { test(t, e) })
	}
}

func TestVerified(t *testing.T) {
	eachTarget(t, func(t *testing.T, e example) {
		for _, d := range verify.Check(e.render(t)) {
			t.Error(d)
		}
	})
}

func TestGenerated(t *testing.T) {
	eachTarget(t, func(t *testing.T, e example) {
		if *update {
			if _, err := artifact.Write(e.output, e.render(t), artifact.Options{Force: true}); err != nil {
				t.Fatal(err)
			}
		}
		want, got := tree(t, e.write(t)), tree(t, e.output)
		if len(got) == 0 {
			t.Fatalf("%s is missing; make generate writes it", e.output)
		}
		for _, path := range slices.Sorted(maps.Keys(want)) {
			file := want[path]
			committed, ok := got[path]
			switch {
			case !ok:
				t.Errorf("%s/%s is missing; make generate writes it", e.output, path)
			case !bytes.Equal(committed.content, file.content):
				t.Errorf("%s/%s is not what mirrorgen writes today; make generate updates it (-committed +today):\n%s",
					e.output, path, cmp.Diff(lines(committed.content), lines(file.content)))
			case committed.executable != file.executable:
				t.Errorf("%s/%s: executable is %v, want %v", e.output, path, committed.executable, file.executable)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(got)) {
			if _, ok := want[path]; !ok {
				t.Errorf("%s/%s is not written by mirrorgen; delete it", e.output, path)
			}
		}
	})
}

// TestLocked holds the lock files against what a build would write.
func TestLocked(t *testing.T) {
	eachTarget(t, func(t *testing.T, e example) {
		p := e.plan(t)
		content := p.Lock.Encode(p.Source)
		if *update {
			if err := os.WriteFile(e.lockPath(), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(e.lockPath())
		if err != nil {
			t.Fatalf("%v; make generate writes it", err)
		}
		if diff := cmp.Diff(lines(committed), lines(content)); diff != "" {
			t.Errorf("%s is not what mirrorgen writes today; make generate updates it (-committed +today):\n%s",
				e.lockPath(), diff)
		}
	})
}

func TestGeneratedTheSameEveryTime(t *testing.T) {
	eachTarget(t, func(t *testing.T, e example) {
		first := e.render(t)
		for range 19 {
			again := e.render(t)
			if !slices.EqualFunc(first, again, same) {
				t.Fatalf("two builds differ (-first +again):\n%s", cmp.Diff(first, again))
			}
		}
	})
}

func same(a, b lab.Artifact) bool {
	return a.Path == b.Path && a.Mode == b.Mode && bytes.Equal(a.Content, b.Content)
}

// file is one file of a tree.
type file struct {
	content    []byte
	executable bool
}

// tree reads a directory. What a lab's user puts there is left out.
func tree(t testing.TB, directory string) map[string]file {
	t.Helper()
	private := []string{"iris.key", "data", "certs", "secrets"} // as in the generated .gitignore
	files := map[string]file{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(directory, path)
		if err != nil {
			return err
		}
		if slices.Contains(private, name) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		files[filepath.ToSlash(name)] = file{content, info.Mode()&0o100 != 0}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return files
}

// lines splits a text, for a difference that can be read.
func lines(content []byte) []string {
	return strings.SplitAfter(string(content), "\n")
}
