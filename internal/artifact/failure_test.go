//go:build linux

package artifact

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mirrorgen/internal/lab"
)

// Whatever fails before the first file is replaced, the directory is as it was.
func TestFailureChangesNothing(t *testing.T) {
	first := artifactsOf("a", "a1\n", "b.sh", "b1\n", "stale", "s\n")
	second := artifactsOf("a", "a2\n", "b.sh", "b2\n", "new/c", "c\n")
	for _, at := range []string{
		"create a", "create b.sh", "mkdir new", "create new/c",
		"lock " + pendingName, "write " + pendingName, "sync .", "rename a",
	} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			mustWrite(t, dir, first)
			manifest, _ := os.ReadFile(filepath.Join(dir, ManifestName))
			_, err := write((&failing{at: at}).open, dir, second, Options{}, patience)
			checkError(t, err, "no space left on device; make room on that file system", "Nothing was changed")
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%v is not ENOSPC", err)
			}
			holds(t, dir, "a", "a1\n", "b.sh", "b1\n", "stale", "s\n")
			if now, _ := os.ReadFile(filepath.Join(dir, ManifestName)); !bytes.Equal(now, manifest) {
				t.Error("the manifest changed")
			}
			mustWrite(t, dir, second)
			holds(t, dir, "a", "a2\n", "b.sh", "b2\n", "new/c", "c\n")
		})
	}
}

// After that every file is whole, old or new, and building again finishes.
func TestFailureBetweenRenames(t *testing.T) {
	first := artifactsOf("a", "a1\n", "b", "b1\n", "stale", "s\n")
	second := artifactsOf("a", "a2\n", "b", "b2\n", "new/c", "c\n")
	for _, at := range []string{"rename b", "rename new/c", "remove stale", "rename " + ManifestName} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			mustWrite(t, dir, first)
			_, err := write((&failing{at: at, cause: syscall.EROFS}).open, dir, second, Options{}, patience)
			checkError(t, err, "read-only file system", "uild again")
			for name, content := range tree(t, dir) {
				if temporary.MatchString(filepath.Base(name)) {
					t.Errorf("%s was left", name)
				}
				if name != pendingName && !strings.Contains("a1\n a2\n b1\n b2\n c\n s\n", content) {
					t.Errorf("%s holds %q", name, content)
				}
			}
			mustWrite(t, dir, second)
			holds(t, dir, "a", "a2\n", "b", "b2\n", "new/c", "c\n")
		})
	}
}

func TestFailureInFreshDirectory(t *testing.T) {
	for at, want := range map[string]string{
		"mkdir lab":                "parent/lab: ",
		"create lab/a":             "parent/lab/a: ",
		"mkdir lab/new":            "parent/lab/new/c: ",
		"create lab/new/c":         "parent/lab/new/c: ",
		"lock lab/" + pendingName:  "parent/lab: ",
		"write lab/" + pendingName: "parent/lab/" + ManifestName + ": ",
		"rename lab":               "parent/lab: ",
	} {
		t.Run(at, func(t *testing.T) {
			base := t.TempDir()
			_, err := write((&failing{at: at, cause: syscall.EACCES}).open, filepath.Join(base, "parent", "lab"),
				artifactsOf("a", "a\n", "new/c", "c\n"), Options{}, patience)
			checkError(t, err, "permission denied; give yourself permission there", "Nothing was written",
				filepath.Join(base, want))
			holds(t, base)
		})
	}
}

// A manifest that cannot be trusted stops the write.
func TestBadManifest(t *testing.T) {
	one := func(name string) string {
		return `{"path": "` + name + `", "mode": "0644", "sha256": "` + sum(nil) + `"}`
	}
	file := func(name string) string { return `{"format": 1, "files": [` + one(name) + `]}` }
	for text, want := range map[string]string{
		`{`:                          "unexpected end",
		`{"format": 0, "files": []}`: "format 0 is not known",
		`[]`:                         "[ is where { is expected",
		file("/etc/passwd"):          `"/etc/passwd" is not a relative path`,
		file("../x"):                 `"../x" is not a relative path`,
		file("a/../../x"):            `is not a relative path`,
		file("."):                    `"." is not a relative path`,
		file(""):                     `"" is not a relative path`,
		file("./a"):                  `is not a relative path`,
		file(`a\\..\\b`):             `is not a relative path`,
		file(ManifestName):           "never written by mirrorgen",
		file("C:x"):                  `"C:x" is not a relative path`,
		file("DATA/x"):               "never written by mirrorgen",
		file(".a.mirrorgen-new"):     "the name of a temporary file",
		`{"format": 1, "files": [{"path": "a", "mode": "0644"}]}`:     `the entry of "a" has no SHA-256`,
		`{"format": 1, "files": [` + one("a") + "," + one("a") + "]}": "listed twice",
		"{\n<<<<<<< HEAD\n": "it is damaged: it has the marks of a merge",
	} {
		dir := t.TempDir()
		put(t, text, dir, ManifestName)
		_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
		checkError(t, err, want, ManifestName+" is not a manifest of mirrorgen")
		holds(t, dir)
	}
	dir := t.TempDir()
	link(t, "/dev/null", dir, ManifestName)
	_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
	checkError(t, err, "not a regular file")
}

// A directory that one may not write to.
func TestUnwritable(t *testing.T) {
	base := t.TempDir()
	os.Chmod(filepath.Dir(base), 0o755) // for nobody to get here
	dir := filepath.Join(base, "lab")
	mustWrite(t, dir, artifactsOf("a", "a\n"))
	os.Chmod(dir, 0o555)
	os.Chmod(base, 0o555)
	defer os.Chmod(base, 0o755)
	defer os.Chmod(dir, 0o755)
	defer unprivileged(t)()
	_, err := Write(dir, artifactsOf("a", "a2\n"), Options{})
	checkError(t, err, dir+": permission denied; give yourself permission", "Nothing was changed")
	_, err = Write(filepath.Join(base, "new"), artifactsOf("a", "a\n"), Options{})
	checkError(t, err, filepath.Join(base, "new")+": permission denied", "Nothing was written")
	holds(t, base, "lab/a", "a\n", "lab/"+ManifestName, string(manifestOf(artifactsOf("a", "a\n")).content))
}

// A file system that is really full.
func TestFullDisk(t *testing.T) {
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system cannot be mounted here (%v); TestFailureChangesNothing injects the same "+
			"failure", err)
	}
	defer syscall.Unmount(mount, 0)
	large := strings.Repeat("x", 48<<10) + "\n"

	fresh := filepath.Join(mount, "fresh")
	_, err := Write(fresh, artifactsOf("a", large, "b", large), Options{})
	checkError(t, err, "fresh", "b: no space left on device; make room", "Nothing was written")
	holds(t, mount)

	dir := filepath.Join(mount, "lab")
	mustWrite(t, dir, artifactsOf("a", "a\n", "b", "b\n"))
	_, err = Write(dir, artifactsOf("a", "a2\n", "b", large+large), Options{})
	checkError(t, err, filepath.Join(dir, "b")+": no space left on device; make room", "Nothing was changed")
	holds(t, dir, "a", "a\n", "b", "b\n")
}

// A file system that became read-only.
func TestReadOnlyFileSystem(t *testing.T) {
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a file system cannot be mounted here (%v); TestFailureBetweenRenames injects the same failure", err)
	}
	defer syscall.Unmount(mount, 0)
	dir := filepath.Join(mount, "lab")
	mustWrite(t, dir, artifactsOf("a", "a\n"))
	if err := syscall.Mount("", mount, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, err := Write(dir, artifactsOf("a", "a2\n"), Options{})
	checkError(t, err, dir+": read-only file system; that file system is read-only: choose another directory")
	holds(t, dir, "a", "a\n")
	if c := mustWrite(t, dir, artifactsOf("a", "a\n")); c.Unchanged != 1 { // nothing to write is no error
		t.Errorf("changes %v", kinds(c))
	}
}

func TestManifestBytes(t *testing.T) {
	have := string(manifestOf(artifactsOf("b.sh", "b\n", "a", "a\n")).content)
	want := `{
  "format": 1,
  "files": [
    {"path": "a", "mode": "0644", "sha256": "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"},
    {"path": "b.sh", "mode": "0755", "sha256": "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f"}
  ]
}
`
	if have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
	entries, err := decodeManifest([]byte(have))
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
	if entries, err = decodeManifest(manifestOf(nil).content); err != nil || len(entries) != 0 {
		t.Errorf("empty: %v, %v", entries, err)
	}
}

// An artifact with a path that no artifact may have is a mistake in mirrorgen.
func TestImpossiblePathPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Compare(t.TempDir(), []lab.Artifact{{Path: "../x"}})
}

// A manifest that a later mirrorgen wrote, whatever its shape.
func TestManifestFromTheFuture(t *testing.T) {
	for _, text := range []string{`{"format": 2, "files": []}`, `{"format": 7, "files": {"a": "b"}}`} {
		for _, name := range []string{ManifestName, pendingName} {
			dir := t.TempDir()
			put(t, text, dir, name)
			_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
			checkError(t, err, name+" cannot be read: it has format ", "this mirrorgen knows format 1: a newer "+
				"mirrorgen "+
				"wrote it; use that one")
			if _, err := os.Lstat(filepath.Join(dir, "a")); err == nil {
				t.Error("something was written")
			}
		}
	}
}
