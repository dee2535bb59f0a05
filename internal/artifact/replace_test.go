//go:build linux

package artifact

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "lab.lock.hcl")
	for _, text := range []string{"first, and longer\n", "second\n"} {
		// What a writer that was killed has left is taken over.
		put(t, "half of someth", dir, ".lab.lock.hcl.mirrorgen-new")
		if err := ReplaceFile(name, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		holds(t, dir, "lab.lock.hcl", text)
		if info, err := os.Stat(name); err != nil || info.Mode() != 0o640 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	put(t, "half of someth", dir, ".lab.lock.hcl.mirrorgen-new")
	ClearReplacement(name)
	holds(t, dir, "lab.lock.hcl", "second\n")
	ClearReplacement(name) // there is nothing
}

// What another process writes is waited for, and left alone.
func TestReplaceFileTogether(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	other, err := openReplacement(name)
	if err != nil {
		t.Fatal(err)
	}
	ClearReplacement(name)
	holds(t, dir, ".a.mirrorgen-new", "")
	go func() {
		time.Sleep(20 * time.Millisecond)
		other.WriteString("other\n")
		os.Rename(replacement(name), name)
		other.Close()
	}()
	if err := ReplaceFile(name, []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a", "mine\n")
}

// Nothing but a file is taken for a temporary file.
func TestReplaceFileBlocked(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	put(t, "mine\n", dir, "victim")
	link(t, victim, dir, ".a.mirrorgen-new")
	err := ReplaceFile(filepath.Join(dir, "a"), []byte("new\n"), 0o644)
	checkError(t, err, filepath.Join(dir, ".a.mirrorgen-new")+" is in the way: move it away")
	ClearReplacement(filepath.Join(dir, "a"))
	holds(t, dir, "victim", "mine\n", ".a.mirrorgen-new", "-> "+victim)
	if err := ReplaceFile(filepath.Join(dir, "missing", "a"), nil, 0o644); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// A process is killed at any instant: the file has the old contents or the new ones, and the
// next writer leaves nothing beside it.
func TestReplaceFileKilled(t *testing.T) {
	first, second := bytes.Repeat([]byte("first\n"), 1<<16), bytes.Repeat([]byte("second\n"), 1<<16)
	if name := os.Getenv("MIRRORGEN_TEST_REPLACE"); name != "" {
		for {
			for _, content := range [][]byte{first, second} {
				if err := ReplaceFile(name, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	dir := memory(t)
	name := filepath.Join(dir, "file")
	put(t, string(first), dir, "file")
	left := 0
	for i := range 20 {
		child := exec.Command(os.Args[0], "-test.run=^TestReplaceFileKilled$")
		child.Env = append(os.Environ(), "MIRRORGEN_TEST_REPLACE="+name)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
			if _, err := os.Lstat(replacement(name)); err == nil {
				break // it is at work
			}
		}
		time.Sleep(time.Duration(i) * 100 * time.Microsecond)
		child.Process.Kill()
		var exit *exec.ExitError
		if err := child.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child ended by itself: %v", err)
		}
		if content, err := os.ReadFile(name); err != nil || !bytes.Equal(content, first) && !bytes.Equal(content,
			second) {
			t.Fatalf("the file has %d bytes, %v", len(content), err)
		}
		if _, err := os.Lstat(replacement(name)); err == nil {
			left++
		}
		if err := ReplaceFile(name, first, 0o644); err != nil {
			t.Fatal(err)
		}
		if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
			t.Fatalf("the directory has %v, %v", names, err)
		}
	}
	if left == 0 {
		t.Error("no killed process left a temporary file")
	}
}
