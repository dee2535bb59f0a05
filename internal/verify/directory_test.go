package verify

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"mirrorgen/internal/lab"
)

// Each archive in testdata/defects is a lab that somebody might have written by
// hand, with defects that public labs have. Its comment names the summaries that
// must be found; findings_defects.txt holds all of them in full.
func TestDefects(t *testing.T) {
	golden := filepath.Join("testdata", "findings_defects.txt")
	want, got := readGolden(t, golden), map[string]string{}
	for _, path := range defects(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			files := archiveOf(t, path)
			diags := CheckDirectory(directoryOf(t, path))
			checkWanted(t, path, diags)
			for _, d := range diags {
				checkDiagnostic(t, d, files)
				if strings.Contains(d.Detail, "topology") || strings.Contains(d.Detail, "raw ") {
					t.Errorf("a remedy for who has no topology: %s", d.Detail)
				}
			}
			got[name] = format(diags)
			if diff := cmp.Diff(want[name], got[name]); diff != "" && !*update {
				t.Errorf("findings differ from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
	if *update && !t.Failed() {
		writeGolden(t, golden, got)
	}
}

// defects are the paths of the archives.
func defects(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "defects", "*.txtar"))
	if err != nil || len(paths) < 7 {
		t.Fatalf("%d labs, %v", len(paths), err)
	}
	return paths
}

// archiveOf are the files of an archive.
func archiveOf(t *testing.T, path string) []lab.Artifact {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var files []lab.Artifact
	for _, f := range archive.Files {
		files = append(files, lab.Artifact{Path: f.Name, Mode: 0o644, Content: f.Data})
	}
	return files
}

// directoryOf is the lab of an archive: of its comment, "unread: PATH WHY" names a file that is not read.
func directoryOf(t *testing.T, path string) Directory {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := Directory{Files: archiveOf(t, path), Unread: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), "unread: "); found {
			name, why, _ := strings.Cut(rest, " ")
			d.Unread[name] = why
		}
	}
	return d
}

// checkWanted compares findings with the summaries that the comment of an archive names: a
// lab without any is sound.
func checkWanted(t *testing.T, path string, diags hcl.Diagnostics) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wanted := 0
	for line := range strings.Lines(string(archive.Comment)) {
		summary, found := strings.CutPrefix(strings.TrimSpace(line), "want: ")
		if !found {
			continue
		}
		wanted++
		if !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == summary }) {
			t.Errorf("no finding %q", summary)
		}
	}
	if wanted == 0 && len(diags) > 0 {
		t.Errorf("findings in a sound lab:\n%s", format(diags))
	}
}
