package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"mirrorgen/internal/verify"
)

// Where the file system keeps no modes, a script may be run and any other file not: the modes that
// git checks out elsewhere.
func TestLabWithoutModes(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"start.sh": "#!/bin/sh\n", "README.md": "a lab\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "start.sh"))
	if err != nil {
		t.Fatal(err)
	}
	own := info.Mode().Perm() // Windows shows others than were asked for
	for _, is := range []struct {
		keepsModes     bool
		readme, script fs.FileMode
	}{{true, own, own}, {false, 0o644, 0o755}} {
		inside, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer inside.Close()
		empty := verify.Directory{Unread: map[string]string{}}
		r := labReader{root: dir, inside: inside, keepsModes: is.keepsModes, directory: empty}
		if err := filepath.WalkDir(dir, r.visit); err != nil {
			t.Fatal(err)
		}
		if len(r.directory.Files) != 2 {
			t.Fatalf("%d files", len(r.directory.Files))
		}
		readme, script := r.directory.Files[0].Mode, r.directory.Files[1].Mode
		if readme != is.readme || script != is.script {
			t.Errorf("with modes %v: README.md %o, start.sh %o", is.keepsModes, readme, script)
		}
	}
}
