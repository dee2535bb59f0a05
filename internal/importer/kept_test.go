package importer_test

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/importer"
	"mirrorgen/internal/verify"
	"mirrorgen/templates"
)

// TestKept imports labs of which a part was lost without a comment, each with its topology: an archive of
// the lab's files and of want.hcl. The comment of the archive says what is to be kept.
func TestKept(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "kept", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, name := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			beside := map[string]string{}
			for _, f := range archive.Files {
				beside[f.Name] = string(f.Data)
			}
			want := beside["want.hcl"]
			delete(beside, "want.hcl")
			result := importedLab(t, beside)
			if *update {
				isWant := func(f txtar.File) bool { return f.Name == "want.hcl" }
				archive.Files = slices.DeleteFunc(archive.Files, isWant)
				archive.Files = append(archive.Files, txtar.File{Name: "want.hcl", Data: result.Topology})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(want, string(result.Topology)); diff != "" {
				t.Error(diff)
			}
			if result.Errors.HasErrors() {
				t.Fatal(result.Errors)
			}
			if diags := verify.Check(templates.Render(result.Plan)); diags.HasErrors() {
				t.Error(diags)
			}
		})
	}
}

// importedLab imports the lab of these files.
func importedLab(t *testing.T, beside map[string]string) *importer.Result {
	t.Helper()
	name := ""
	for file := range beside {
		if slices.Contains(compose.Names, file) {
			name = file
		}
	}
	read := func(file string) ([]byte, bool) {
		content, ok := beside[path.Clean(file)]
		return []byte(content), ok
	}
	chosen := importer.ComposeFiles(read, nil)
	if chosen != nil {
		name = chosen[0]
	}
	result, err := importer.Import(importer.Source{
		Directory: "x", Name: name, Content: []byte(beside[name]), Read: read, Chosen: chosen,
		List: func(directory string) []string {
			var names []string
			for file := range beside {
				if path.Dir(file) == directory {
					names = append(names, path.Base(file))
				}
			}
			return names
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
