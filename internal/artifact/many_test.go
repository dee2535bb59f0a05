//go:build linux

package artifact

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mirrorgen/internal/lab"
)

// manyArtifacts are so many that several are written at once.
func manyArtifacts() []lab.Artifact {
	var list []lab.Artifact
	for i := range 3 * manyFiles {
		list = append(list, lab.Artifact{
			Path: fmt.Sprintf("d%d/e%d/f%03d", i%2, i%3, i), Mode: 0o644 | 0o111*os.FileMode(i%2),
			Content: bytes.Repeat([]byte{'a' + byte(i%26)}, i*i),
		})
	}
	return list
}

func TestManyFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	defer syscall.Umask(syscall.Umask(0o077))
	if _, err := Write(dir, manyArtifacts(), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, a := range manyArtifacts() {
		content, err := os.ReadFile(filepath.Join(dir, a.Path))
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, a.Path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content, a.Content) || info.Mode().Perm() != a.Mode {
			t.Errorf("%s has %d bytes and mode %o, want %d and %o", a.Path, len(content), info.Mode().Perm(),
				len(a.Content), a.Mode)
		}
	}
	if c, err := Write(dir, manyArtifacts(), Options{}); err != nil || c.Unchanged != len(manyArtifacts()) {
		t.Errorf("a second write finds %d files unchanged, error %v", c.Unchanged, err)
	}
}

// Where one of many files cannot be written, nothing stays of the others.
func TestManyFilesOneFails(t *testing.T) {
	parent := t.TempDir()
	artifacts := manyArtifacts()
	f := &failing{at: "create lab/" + artifacts[100].Path}
	_, err := write(f.open, filepath.Join(parent, "lab"), artifacts, Options{}, 0)
	if err == nil || !strings.Contains(err.Error(), "Nothing was written") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("%v is left, error %v", left, err)
	}
}
