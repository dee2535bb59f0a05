// Package internal_test holds the whole to what no single package can promise:
// its architecture and its speed.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "mirrorgen/"

// A layer is a package with those below it, and what they may import.
type layer struct {
	name    string
	imports []string // of this module: layers above this one in the table, or the layer itself
	// A pure layer's results depend on its arguments alone: it imports neither disk, clock,
	// chance, network nor environment.
	pure bool
}

// layers is the whole program, from the bottom up. Each package belongs to the layer with
// the longest name that is its own name or a prefix of it.
var layers = []layer{
	{"internal/lab", nil, true},
	{"internal/parallel", nil, true},
	{"internal/password", nil, true},
	{"internal/gzipped", nil, true},
	{"internal/scaffold", nil, true},
	{"internal/toolstest", nil, false},
	{"internal/platformstest", nil, false},
	{"internal/format", []string{"internal/format"}, true},
	{"schema", []string{"internal/format"}, true},
	{"internal/plan", []string{"internal/format", "schema", "internal/plan"}, true},
	{"internal/plan/plantest", []string{"schema", "internal/plan"}, false},
	{"internal/explain", []string{"internal/lab", "internal/format", "schema", "internal/plan"}, true},
	{"internal/graph", []string{"internal/format", "internal/plan", "internal/explain"}, true},
	{"templates", []string{"internal/lab", "internal/parallel", "internal/format", "schema", "internal/plan",
		"internal/graph"}, true},
	{"internal/verify", []string{"internal/lab", "internal/parallel", "internal/format", "schema",
		"internal/verify"}, true},
	{"internal/origin", []string{"internal/format", "schema", "internal/verify"}, true},
	{"internal/importer", []string{"internal/format", "schema", "internal/plan"}, true},
	{"internal/editor", []string{"internal/lab", "schema", "internal/plan", "templates", "internal/verify",
		"internal/explain"}, true},
	{"internal/suite", []string{"internal/format", "schema"}, true},
	{"internal/lsp", []string{"schema", "internal/editor"}, false},
	{"internal/playground", []string{"internal/lab", "schema", "internal/plan", "internal/importer", "internal/graph",
		"internal/editor"}, true},
	{"internal/browsertest", []string{"internal/toolstest"}, false},
	{"internal/artifact", []string{"internal/lab", "internal/parallel"}, false},
	{"internal/artifact/impact", []string{"internal/lab", "internal/format"}, true},
	{"internal/standin", []string{"internal/format", "internal/password", "internal/standin"}, false},
	{"internal/certs", []string{"internal/plan", "internal/artifact"}, false},
	{"internal/rehearse", []string{"internal/lab", "internal/format", "internal/plan", "internal/artifact",
		"internal/standin", "internal/certs"}, false},
	{"cmd/mirrorgen", []string{"internal/lab", "internal/password", "internal/scaffold", "internal/format", "schema",
		"internal/plan", "templates", "internal/verify", "internal/origin", "internal/importer", "internal/artifact",
		"internal/artifact/impact", "internal/explain", "internal/graph", "internal/editor", "internal/lsp",
		"internal/standin", "internal/certs", "internal/rehearse", "internal/suite"}, false},
	{"cmd/playground", []string{"internal/gzipped", "internal/artifact", "internal/playground"}, false},
	{"cmd/site", nil, false},
	{"cmd/release", []string{"internal/gzipped"}, false},
}

// outside lists the imports through which disk, clock, chance, network or
// environment could reach a result. Of net, only net/netip is arithmetic.
var outside = []string{
	"os", "os/exec", "os/signal", "os/user", "io/ioutil", "path/filepath", "syscall",
	"time", "math/rand", "math/rand/v2", "crypto/rand", "net", "net/http",
}

// directories are the top level, beside single documents and names that begin with a dot.
// bin is what make build makes.
var directories = []string{"bin", "cmd", "docs", "examples", "internal", "schema", "templates"}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && entry.Name()[0] != '.' && !slices.Contains(directories, entry.Name()) {
			t.Errorf("the top level has no place for %s", entry.Name())
		}
	}
}

// The table itself has no arrow that runs up: a layer imports layers above it in the table,
// and itself.
func TestLayers(t *testing.T) {
	for i, l := range layers {
		for _, name := range l.imports {
			at := slices.IndexFunc(layers, func(other layer) bool { return other.name == name })
			switch {
			case at < 0:
				t.Errorf("%s may import %s, which is no layer", l.name, name)
			case at > i:
				t.Errorf("%s may import %s, which stands below it in the table", l.name, name)
			case l.pure && !layers[at].pure:
				t.Errorf("%s is pure and may import %s, which is not", l.name, name)
			}
		}
	}
}

// Every package imports what its layer may, and nothing else of this module; a pure one
// nothing through which anything but its arguments could reach its results.
func TestImports(t *testing.T) {
	packages := packagesOf(t)
	for name, imported := range packages {
		l := layerOf(name)
		if l == nil {
			t.Errorf("%s is in no layer: add it to the table of layers, above all that import it", name)
			continue
		}
		for _, other := range imported {
			inside, ok := strings.CutPrefix(other, module)
			switch {
			case ok && layerOf(inside) == nil:
				t.Errorf("%s imports %s, which is in no layer", name, inside)
			case ok && !slices.Contains(l.imports, layerOf(inside).name):
				t.Errorf("%s imports %s: the layer %s may not import %s", name, inside, l.name, layerOf(inside).name)
			case l.pure && slices.Contains(outside, other):
				t.Errorf("%s imports %s: the layer %s is pure", name, other, l.name)
			}
		}
	}
	for _, l := range layers {
		if _, ok := packages[l.name]; !ok && !slices.ContainsFunc(keys(packages), func(name string) bool {
			return strings.HasPrefix(name, l.name+"/")
		}) {
			t.Errorf("the layer %s has no package", l.name)
		}
	}
}

// What no program imports is for tests, and its name says so; a program imports nothing of
// that name.
func TestPackagesForTests(t *testing.T) {
	packages := packagesOf(t)
	reached := map[string]bool{}
	var reach func(name string)
	reach = func(name string) {
		if reached[name] {
			return
		}
		reached[name] = true
		for _, imported := range packages[name] {
			if inside, ok := strings.CutPrefix(imported, module); ok {
				reach(inside)
			}
		}
	}
	for name := range packages {
		if strings.HasPrefix(name, "cmd/") {
			reach(name)
		}
	}
	for name := range packages {
		if forTests := strings.HasSuffix(name, "test"); forTests == reached[name] {
			t.Errorf("%s: imported by a program: %v, named as a package for tests: %v", name, reached[name], forTests)
		}
	}
}

// layerOf returns the layer of a package, nil for none.
func layerOf(name string) *layer {
	var found *layer
	for i := range layers {
		l := &layers[i]
		if (name == l.name || strings.HasPrefix(name, l.name+"/")) && (found == nil || len(l.name) > len(found.name)) {
			found = l
		}
	}
	return found
}

// packagesOf returns the imports of every package with files that are not tests, whatever
// system they are for, by the package's directory.
func packagesOf(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && (base == "testdata" || base[0] == '.' && name != "..") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel("..", name)
		if err != nil {
			return err
		}
		directory := path.Dir(filepath.ToSlash(rel))
		for _, imported := range imports(t, name) {
			if !slices.Contains(packages[directory], imported) {
				packages[directory] = append(packages[directory], imported)
			}
		}
		if packages[directory] == nil {
			packages[directory] = []string{}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < len(layers) {
		t.Fatalf("%d packages were found", len(packages))
	}
	return packages
}

func keys(packages map[string][]string) []string {
	var names []string
	for name := range packages {
		names = append(names, name)
	}
	return names
}

// imports lists the import paths of a Go file.
func imports(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, imported)
	}
	return paths
}
