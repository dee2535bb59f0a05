//go:build linux

package artifact

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"mirrorgen/internal/lab"
)

// Of the user's, in every lab: an own file, data, and an edited file that is no
// longer part of it.
var users = map[string]string{"notes": "mine\n", "data/db/IRIS.DAT": "data\n", "shared/mine": "mine\n",
	"edited": "edited\n"}

// labOfUser makes a directory that holds the artifacts and the user's own files.
func labOfUser(t *testing.T, dir string, artifacts []lab.Artifact) {
	t.Helper()
	mustWrite(t, dir, append(artifactsOf("edited", "generated\n"), artifacts...))
	for name, content := range users {
		put(t, content, dir, name)
	}
	mustWrite(t, dir, artifacts)
}

// isWhole fails unless every file in place is complete, of whatever generation,
// and the user's files are untouched.
func isWhole(t *testing.T, dir string, own map[string]string) {
	t.Helper()
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return
	}
	have := tree(t, dir)
	for name, content := range own {
		if have[name] != content {
			t.Errorf("of the user's %s is left %q", name, have[name])
		}
	}
	for _, name := range temporaries(have) {
		delete(have, name)
	}
	for name, content := range have {
		known := own[name] == content || content == "/"
		for _, artifacts := range generations() {
			for _, a := range artifacts {
				known = known || a.Path == name && string(a.Content) == content
			}
		}
		if !known {
			t.Errorf("%s holds %q", name, content)
		}
	}
}

// ways to be killed: before an operation, and in the middle of one.
var ways = []bool{false, true}

// killedWrite writes until it is killed. It reports whether it was.
func killedWrite(t *testing.T, dir string, artifacts []lab.Artifact, after int, torn bool) bool {
	t.Helper()
	k := &dying{after: after, torn: torn}
	_, err := write(k.open, dir, artifacts, Options{}, 0)
	if err == nil {
		return k.dead // at a last step whose failure costs nothing
	}
	if !k.dead || !errors.Is(err, errDead) {
		t.Fatalf("after %d operations: %v", after, err)
	}
	return true
}

// A lab that did not exist: killed anywhere, the next build of any topology makes
// it, and nothing is left beside it.
func TestKilledFresh(t *testing.T) {
	all := generations()
	base := memory(t)
	kills := 0
	for _, torn := range ways {
		for after := 0; ; after++ {
			killed := false
			for i, next := range all {
				parent := filepath.Join(base, fmt.Sprint(torn, after, i))
				dir := filepath.Join(parent, "lab")
				killed = killedWrite(t, dir, all[0], after, torn)
				isWhole(t, dir, nil)
				mustWrite(t, dir, next)
				isLab(t, dir, next, map[string]string{})
				if names, _ := os.ReadDir(parent); len(names) != 1 {
					t.Fatalf("after %d operations: beside the lab are %v", after, names)
				}
			}
			if !killed {
				break
			}
			kills++
		}
	}
	if kills < 20 {
		t.Errorf("killed only %d times", kills)
	}
}

// A lab with files of its user's in it: killed anywhere, each file is whole, and
// the next build of any topology finishes the work, even when it is killed
// anywhere itself and a third one does.
func TestKilledTwice(t *testing.T) {
	all := generations()
	base := memory(t)
	model := filepath.Join(base, "model")
	labOfUser(t, model, all[0])
	kills := 0
	for first := 0; ; first++ {
		dir := filepath.Join(base, fmt.Sprint("first", first))
		copyTree(t, model, dir)
		if !killedWrite(t, dir, all[1], first, first%2 == 1) {
			isLab(t, dir, all[1], users)
			break
		}
		isWhole(t, dir, users)
		for second := first % 2; ; second += 2 { // the others after the next first
			again := filepath.Join(base, fmt.Sprint("again", first, "-", second))
			copyTree(t, dir, again)
			killed := killedWrite(t, again, all[2], second, second%2 == 0)
			isWhole(t, again, users)
			last := all[(first+second)%3]
			mustWrite(t, again, last)
			isLab(t, again, last, users)
			kills++
			if !killed {
				break
			}
			os.RemoveAll(again)
		}
		if t.Failed() {
			t.Fatalf("killed after %d operations, and then %d", first, kills)
		}
	}
	if kills < 100 {
		t.Errorf("killed only %d times", kills)
	}
}

// copyTree copies a directory.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// A process that is really killed takes its lock along, wherever that happens.
func TestKilledProcess(t *testing.T) {
	all := generations()
	if after, child := os.LookupEnv("MIRRORGEN_TEST_KILL_AFTER"); child {
		n, err := strconv.Atoi(after)
		if err != nil {
			t.Fatal(err)
		}
		k := &dying{after: n, torn: n%2 == 1, kill: func() {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}}
		_, err = write(k.open, os.Getenv("MIRRORGEN_TEST_DIR"), all[1], Options{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	base := memory(t)
	for _, fresh := range []bool{true, false} {
		kills := 0
		for after := 0; ; after++ {
			dir, own := filepath.Join(base, fmt.Sprint(fresh, after), "lab"), map[string]string{}
			if !fresh {
				own = users
				labOfUser(t, dir, all[0])
			}
			child := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$")
			child.Env = append(os.Environ(), "MIRRORGEN_TEST_KILL_AFTER="+strconv.Itoa(after),
				"MIRRORGEN_TEST_DIR="+dir)
			out, err := child.CombinedOutput()
			var exit *exec.ExitError
			killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
			if err != nil && !killed {
				t.Fatalf("%v\n%s", err, out)
			}
			isWhole(t, dir, own)
			mustWrite(t, dir, all[1])
			isLab(t, dir, all[1], own)
			if !killed {
				break
			}
			kills++
		}
		if kills < 10 {
			t.Errorf("fresh %v: killed only %d times", fresh, kills)
		}
	}
}
