//go:build linux

package artifact

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is in the way and is no regular file is neither followed nor replaced, not
// even by force.
func TestBlocked(t *testing.T) {
	for _, test := range []struct {
		name  string
		block func(t *testing.T, dir, outside string)
		want  string
	}{
		{"link to a file outside", func(t *testing.T, dir, outside string) {
			link(t, filepath.Join(outside, "victim"), dir, "a")
		}, "a is a symbolic link; move it away"},
		{"link to nothing", func(t *testing.T, dir, outside string) {
			link(t, filepath.Join(outside, "new"), dir, "a")
		}, "a is a symbolic link; move it away"},
		{"directory is a link outside", func(t *testing.T, dir, outside string) {
			link(t, outside, dir, "sub")
		}, "sub/victim cannot be reached: sub is a symbolic link, not a directory"},
		{"directory is a link inside", func(t *testing.T, dir, outside string) {
			os.Mkdir(filepath.Join(dir, "other"), 0o777)
			link(t, "other", dir, "sub")
		}, "sub/victim cannot be reached: sub is a symbolic link, not a directory"},
		{"directory where a file should be", func(t *testing.T, dir, outside string) {
			os.Mkdir(filepath.Join(dir, "a"), 0o777)
		}, "a is a directory; move it away"},
		{"file where a directory should be", func(t *testing.T, dir, outside string) {
			put(t, "x\n", dir, "sub")
		}, "sub/victim cannot be reached: sub is not a regular file, not a directory"},
		{"named pipe", func(t *testing.T, dir, outside string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "a"), 0o666); err != nil {
				t.Fatal(err)
			}
		}, "a is not a regular file; move it away"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, outside := t.TempDir(), t.TempDir()
			put(t, "precious\n", outside, "victim")
			test.block(t, dir, outside)
			_, err := Write(dir, artifactsOf("a", "a\n", "sub/victim", "v\n"), Options{Force: true})
			checkError(t, err, test.want)
			holds(t, outside, "victim", "precious\n")
			if _, err := os.Lstat(filepath.Join(dir, ManifestName)); err == nil {
				t.Error("a manifest was written")
			}
		})
	}
}

// A stale file is not removed through a link, whatever its hash.
func TestStaleThroughLink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "sub/b", "b\n"))
	os.RemoveAll(filepath.Join(dir, "sub"))
	put(t, "b\n", outside, "b")
	link(t, outside, dir, "sub")
	_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
	checkError(t, err, "sub/b cannot be reached: sub is a symbolic link")
	holds(t, outside, "b", "b\n")
}

func TestNotADirectory(t *testing.T) {
	base := t.TempDir()
	put(t, "x\n", base, "file")
	link(t, "nowhere", base, "dangling")
	_, err := Write(filepath.Join(base, "file"), artifactsOf("a", "a\n"), Options{})
	checkError(t, err, "file is not a directory; move it away")
	_, err = Write(filepath.Join(base, "file", "below"), artifactsOf("a", "a\n"), Options{})
	checkError(t, err, "below: not a directory")
	_, err = Write(filepath.Join(base, "dangling"), artifactsOf("a", "a\n"), Options{})
	checkError(t, err, "dangling is a symbolic link to nothing")
	holds(t, base, "file", "x\n", "dangling", "-> nowhere")
}
