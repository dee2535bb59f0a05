package artifact

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/lab"
)

// artifactsOf is a list of artifacts from path and content pairs; a path that ends in
// .sh is executable.
func artifactsOf(pairs ...string) []lab.Artifact {
	var list []lab.Artifact
	for i := 0; i < len(pairs); i += 2 {
		mode := fs.FileMode(0o644)
		if strings.HasSuffix(pairs[i], ".sh") {
			mode = 0o755
		}
		list = append(list, lab.Artifact{Path: pairs[i], Mode: mode, Content: []byte(pairs[i+1])})
	}
	slices.SortFunc(list, func(a, b lab.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// tree reads a directory: content by path, with "-> target" for a link and "/"
// for an empty directory. Manifests are left out.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		switch {
		case rel == "." || rel == ManifestName:
		case entry.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(name)
			found[rel] = "-> " + target
		case entry.IsDir():
			if below, _ := os.ReadDir(name); len(below) == 0 {
				found[rel] = "/"
			}
		default:
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			found[rel] = string(content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// holds fails unless dir holds exactly these path and content pairs, beside a
// manifest.
func holds(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	want := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		want[pairs[i]] = pairs[i+1]
	}
	if have := tree(t, dir); !maps.Equal(have, want) {
		t.Errorf("%s holds\n  %q\nwant\n  %q", filepath.Base(dir), have, want)
	}
}

// mustWrite writes without force and fails on any error.
func mustWrite(t *testing.T, dir string, artifacts []lab.Artifact) *Comparison {
	t.Helper()
	c, err := Write(dir, artifacts, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// put writes one file by hand, with its directories.
func put(t *testing.T, content string, elements ...string) {
	t.Helper()
	name := filepath.Join(elements...)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// kinds lists the changes of a comparison as "path kind".
func kinds(c *Comparison) []string {
	list := []string{}
	for _, change := range c.Changes {
		list = append(list, change.Path+" "+change.Kind.String())
	}
	return list
}

// checkError fails unless err is there and holds every one of the texts.
func checkError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not say %q", err, text)
		}
	}
}

// check fails unless have and want are equal lists.
func check(t *testing.T, what string, have []string, want ...string) {
	t.Helper()
	if !slices.Equal(have, want) {
		t.Errorf("%s: have %q, want %q", what, have, want)
	}
}

func link(t *testing.T, target string, elements ...string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(elements...)); err != nil {
		t.Fatal(err)
	}
}

// Three topologies of one lab: files change, come and go, with directories of
// their own, between each two of them; one file never changes.
func generations() [3][]lab.Artifact {
	return [3][]lab.Artifact{
		artifactsOf("a", "a1\n", "b.sh", "b1\n", "first/x/y", "y1\n", "same", "s\n", "shared/z", "z1\n"),
		artifactsOf("a", "a2\n", "b.sh", "b2\n", "same", "s\n", "second/c", "c2\n", "second/d", "d2\n", "shared/z",
			"z1\n"),
		artifactsOf("a", "a3\n", "b.sh", "b1\n", "first/x/y", "y3\n", "same", "s\n", "shared/z", "z3\n"),
	}
}

// memory is a directory where flushing costs nothing, if the machine has one.
func memory(t *testing.T) string {
	t.Helper()
	if dir, err := os.MkdirTemp("/dev/shm", "mirrorgen-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	return t.TempDir()
}

// isLab fails unless a directory holds exactly the artifacts, their manifest and
// the user's files.
func isLab(t *testing.T, dir string, artifacts []lab.Artifact, own map[string]string) {
	t.Helper()
	want := maps.Clone(own)
	for _, a := range artifacts {
		want[a.Path] = string(a.Content)
	}
	if have := tree(t, dir); !maps.Equal(have, want) {
		t.Errorf("the directory holds\n  %q\nwant\n  %q", have, want)
	}
	if manifest, _ := os.ReadFile(filepath.Join(dir, ManifestName)); !bytes.Equal(manifest,
		manifestOf(artifacts).content) {
		t.Errorf("the manifest is\n%s\nwant\n%s", manifest, manifestOf(artifacts).content)
	}
	for _, a := range artifacts {
		if info, err := os.Stat(filepath.Join(dir, a.Path)); err != nil || info.Mode().Perm() != a.Mode {
			t.Errorf("%s: %v", a.Path, info.Mode())
		}
	}
}
