// Package internal_test holds the whole to what no single package can promise:
// its architecture and its speed.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "mirrorgen/"

// pure are the packages, with those below them, whose results depend on their
// arguments alone.
var pure = []string{
	"schema", "internal/lab", "internal/format", "internal/plan", "templates", "internal/verify",
	"internal/artifact/impact", "internal/importer", "internal/scaffold", "internal/parallel", "internal/password",
}

// impure are the packages below a pure one that only tests may import.
var impure = []string{"internal/plan/plantest"}

// outside lists the imports through which disk, clock, chance, network or
// environment could reach a result. Of net, only net/netip is arithmetic.
var outside = []string{
	"os", "os/exec", "os/signal", "os/user", "io/ioutil", "path/filepath", "syscall",
	"time", "math/rand", "math/rand/v2", "crypto/rand", "net", "net/http",
}

// What turns a topology into files depends on nothing but the topology.
func TestPurePackages(t *testing.T) {
	for _, directory := range pure {
		files := 0
		err := filepath.WalkDir(filepath.Join("..", directory), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
			if entry.IsDir() && (entry.Name() == "testdata" || slices.Contains(impure, name)) {
				return fs.SkipDir
			}
			if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			files++
			for _, imported := range imports(t, path) {
				if slices.Contains(outside, imported) {
					t.Errorf("%s imports %s: a pure package depends on nothing but its arguments", name, imported)
				}
				if inside, ok := strings.CutPrefix(imported, module); ok && !isPure(inside) {
					t.Errorf("%s imports %s, which is not pure", name, imported)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if files == 0 {
			t.Errorf("no Go files in %s", directory)
		}
	}
}

// isPure reports whether a package of this module is pure.
func isPure(name string) bool {
	if slices.Contains(impure, name) {
		return false
	}
	return slices.ContainsFunc(pure, func(p string) bool {
		return name == p || strings.HasPrefix(name, p+"/")
	})
}

// imports lists the import paths of a Go file.
func imports(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, content, parser.ImportsOnly)
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
