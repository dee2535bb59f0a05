package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A build that changes nothing opens no file for writing, makes none and
// touches none: neither in the lab nor beside its topology. The kernel says so.
func TestUnchangedBuildWritesNothing(t *testing.T) {
	directory := t.TempDir()
	topology := filepath.Join(directory, "simplemirror.hcl")
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", "simplemirror.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(topology, content, 0o644); err != nil {
		t.Fatal(err)
	}
	build := func() {
		t.Helper()
		var out, errOut bytes.Buffer
		if code := run([]string{"build", topology}, nil, &out, &errOut); code != exitDone {
			t.Fatalf("exit code %d\n%s%s", code, &out, &errOut)
		}
	}
	build()
	w := watch(t, directory)
	build()
	if w.events() != 0 {
		t.Error("the second build of the same topology opened a file for writing, or changed one")
	}

	// The watch does see a write.
	if err := os.WriteFile(topology, append(content, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	if w.events() == 0 {
		t.Fatal("a file was written, and nothing of it was seen")
	}
}

// A watcher receives inotify events of directories.
type watcher struct {
	t  *testing.T
	fd int
}

// watch watches a directory and those below it.
func watch(t *testing.T, directory string) watcher {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	const writing = syscall.IN_CLOSE_WRITE | syscall.IN_MODIFY | syscall.IN_CREATE |
		syscall.IN_DELETE | syscall.IN_MOVE | syscall.IN_ATTRIB
	err = filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_, err = syscall.InotifyAddWatch(fd, path, writing)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return watcher{t, fd}
}

// events returns how many bytes of events have come since it was last called.
func (w watcher) events() int {
	w.t.Helper()
	buffer := make([]byte, 64<<10)
	n, err := syscall.Read(w.fd, buffer)
	switch {
	case err == syscall.EAGAIN: // none
		return 0
	case err != nil:
		w.t.Fatal(err)
	}
	return n
}
