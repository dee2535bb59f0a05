//go:build linux

package artifact

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestFreshDirectory(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "not", "there", "yet")
	c := mustWrite(t, dir, artifactsOf("a.yaml", "a\n", "iris/merge/m.cpf", "m\n", "start.sh", "s\n"))
	holds(t, dir, "a.yaml", "a\n", "iris/merge/m.cpf", "m\n", "start.sh", "s\n")
	check(t, "changes", kinds(c), "a.yaml created", "iris/merge/m.cpf created", "start.sh created")
	// No temporary name is left beside it.
	holds(t, filepath.Dir(dir), "yet/a.yaml", "a\n", "yet/iris/merge/m.cpf", "m\n", "yet/start.sh", "s\n",
		"yet/"+ManifestName, string(manifestOf(artifactsOf("a.yaml", "a\n", "iris/merge/m.cpf", "m\n", "start.sh",
			"s\n")).content))
}

func TestEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "b/c", "c\n"))
	holds(t, dir, "a", "a\n", "b/c", "c\n")
}

// The current directory has no name that it could be renamed from.
func TestCurrentDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	mustWrite(t, ".", artifactsOf("a", "a\n"))
	holds(t, dir, "a", "a\n")
}

// A file that is right keeps its inode and its time; only what differs is
// replaced.
func TestOnlyWhatDiffers(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "old\n", "b", "same\n", "c/d", "same\n"))
	before := stamps(t, dir, "b", "c/d")
	c := mustWrite(t, dir, artifactsOf("a", "new\n", "b", "same\n", "c/d", "same\n", "c/e", "e\n"))
	check(t, "changes", kinds(c), "a updated", "c/e created")
	if c.Files != 4 || c.Unchanged != 2 {
		t.Errorf("%d files, %d unchanged", c.Files, c.Unchanged)
	}
	if after := stamps(t, dir, "b", "c/d"); after != before {
		t.Errorf("unchanged files were touched: %v, then %v", before, after)
	}
	holds(t, dir, "a", "new\n", "b", "same\n", "c/d", "same\n", "c/e", "e\n")
}

// Writing again touches neither files nor manifest.
func TestNothingToDo(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "b", "b\n"))
	before := stamps(t, dir, ManifestName, ".")
	calls := &failing{}
	c, err := write(calls.open, dir, artifactsOf("a", "a\n", "b", "b\n"), Options{}, patience)
	if err != nil || len(c.Changes) != 0 || c.Unchanged != 2 {
		t.Fatalf("%v, changes %v", err, kinds(c))
	}
	check(t, "operations that write", calls.log)
	if after := stamps(t, dir, ManifestName, "."); after != before {
		t.Errorf("touched: %v, then %v", before, after)
	}
}

// stamps joins two files' inode and time of change into something comparable.
func stamps(t *testing.T, dir string, one, other string) [2]string {
	t.Helper()
	var out [2]string
	for i, name := range []string{one, other} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		s := info.Sys().(*syscall.Stat_t)
		out[i] = time.Unix(s.Ctim.Unix()).String() + info.ModTime().String()
	}
	return out
}

// Containers read the files as other users, whatever the umask of the builder.
func TestModes(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "lab")
	files := artifactsOf("a", "a\n", "b.sh", "b\n")
	mode := func(name string) os.FileMode {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	mustWrite(t, dir, files)
	for name, want := range map[string]os.FileMode{"a": 0o644, "b.sh": 0o755, ManifestName: 0o644, ".": 0o700} {
		if mode(name) != want {
			t.Errorf("%s has mode %o, want %o", name, mode(name), want)
		}
	}
	os.Chmod(filepath.Join(dir, "a"), 0o664)    // as a checkout with umask 002 leaves it
	os.Chmod(filepath.Join(dir, "b.sh"), 0o644) // not executable
	c := mustWrite(t, dir, files)
	check(t, "changes", kinds(c), "b.sh mode changed")
	if mode("a") != 0o664 || mode("b.sh") != 0o755 {
		t.Errorf("modes %o and %o", mode("a"), mode("b.sh"))
	}
}

// The directory may be reached through a link; it is only inside it that none is
// followed.
func TestDirectoryThroughLink(t *testing.T) {
	base := t.TempDir()
	real := filepath.Join(base, "real")
	os.Mkdir(real, 0o777)
	link := filepath.Join(base, "link")
	os.Symlink(real, link)
	mustWrite(t, link, artifactsOf("a", "a\n"))
	holds(t, real, "a", "a\n")
}
