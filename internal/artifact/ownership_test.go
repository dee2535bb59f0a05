package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What mirrorgen does not own stops the write before anything is written; force
// overwrites it.
func TestForeignAndEdited(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "c", "c\n"))
	put(t, "edited\n", dir, "a")
	put(t, "mine\n", dir, "b")
	next := artifactsOf("a", "a2\n", "b", "b\n", "c", "c2\n")

	_, err := Write(dir, next, Options{})
	checkError(t, err, "a was edited since mirrorgen wrote it", "b was not written by mirrorgen", "nothing was written")
	var conflict *ConflictError
	if !errors.As(err, &conflict) || !conflict.Forcible() || len(conflict.Conflicts) != 2 {
		t.Errorf("%#v", err)
	}
	holds(t, dir, "a", "edited\n", "b", "mine\n", "c", "c\n")

	if _, err := Write(dir, next, Options{Force: true}); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a", "a2\n", "b", "b\n", "c", "c2\n")
	mustWrite(t, dir, artifactsOf("a", "a3\n")) // all of them are ours now
	holds(t, dir, "a", "a3\n")
}

// An edit that the new artifacts do not overwrite, because it is what they say.
func TestWantedBytesAreNoConflict(t *testing.T) {
	dir := t.TempDir()
	put(t, "a\n", dir, "a")
	if c := mustWrite(t, dir, artifactsOf("a", "a\n")); c.Unchanged != 1 {
		t.Errorf("changes %v", kinds(c))
	}
	mustWrite(t, dir, artifactsOf("a", "a2\n"))
	holds(t, dir, "a", "a2\n")
}

// Files that are no longer produced go, with directories that they leave empty;
// edited ones stay, and what mirrorgen never wrote stays.
func TestStale(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "gone/x/y", "y\n", "shared/z", "z\n", "edited", "e\n", "lost", "l\n",
		"replaced", "r\n"))
	put(t, "my note\n", dir, "shared", "note")
	put(t, "edited by me\n", dir, "edited")
	os.Remove(filepath.Join(dir, "lost"))
	os.Remove(filepath.Join(dir, "replaced"))
	os.Mkdir(filepath.Join(dir, "replaced"), 0o777)

	c := mustWrite(t, dir, artifactsOf("a", "a\n"))
	check(t, "changes", kinds(c), "edited kept", "gone/x/y removed", "replaced kept", "shared/z removed")
	holds(t, dir, "a", "a\n", "edited", "edited by me\n", "shared/note", "my note\n", "replaced", "/")
	// Once out of the manifest it is a stranger, and not reported again.
	check(t, "second run", kinds(mustWrite(t, dir, artifactsOf("a", "a\n"))))
}

func TestUsersFilesAreNeverTouched(t *testing.T) {
	dir := t.TempDir()
	files := []string{"data/ap1a/sys/iris.cpf", "certs/ca.pem", "secrets/token", "iris.key"}
	for _, name := range files {
		put(t, "mine\n", dir, name)
	}
	mustWrite(t, dir, artifactsOf("a", "a\n"))
	for _, name := range files {
		manifest := `{"format": 1, "files": [{"path": "` + name + `", "mode": "0644", "sha256": "` +
			sum([]byte("mine\n")) + `"}]}`
		put(t, manifest, dir, ManifestName)
		_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
		checkError(t, err, name, "never written by mirrorgen")
		if have := tree(t, dir)[name]; have != "mine\n" {
			t.Errorf("%s: %q", name, have)
		}
	}
}

// A write that was cut short while files were being replaced leaves the next
// manifest beside the present one: what is new is known to be ours.
func TestAfterInterruption(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a1\n", "b", "b1\n"))
	second := artifactsOf("a", "a2\n", "b", "b2\n")
	broken := &failing{at: "rename b"}
	_, err := write(broken.open, dir, second, Options{}, patience)
	checkError(t, err, "The changes before it were made (1); build again")
	holds(t, dir, "a", "a2\n", "b", "b1\n", pendingName, string(manifestOf(second).content))

	mustWrite(t, dir, artifactsOf("a", "a3\n", "b", "b3\n"))
	holds(t, dir, "a", "a3\n", "b", "b3\n")
}
