package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mirrorgen/internal/lab"
)

// Builds of several topologies at once, beginning with a directory that is not
// there: each succeeds, and the lab is always that of one of them.
func TestTogether(t *testing.T) {
	all := generations()
	for range 5 {
		parent := memory(t)
		dir := filepath.Join(parent, "lab")
		var builds sync.WaitGroup
		for i := range 6 {
			builds.Add(1)
			go func() {
				defer builds.Done()
				for j := range 5 {
					if _, err := Write(dir, all[(i+j)%3], Options{}); err != nil {
						t.Errorf("build %d of %d: %v", j, i, err)
					}
				}
			}()
		}
		builds.Wait()
		whole := false
		for _, artifacts := range all {
			if c, err := Compare(dir, artifacts); err == nil && c.idle() && len(tree(t, dir)) == len(artifacts) {
				whole = true
			}
		}
		if !whole {
			t.Errorf("the lab is a mixture: %v", tree(t, dir))
		}
		if names, _ := os.ReadDir(parent); len(names) != 1 {
			t.Errorf("beside the lab are %v", names)
		}
	}
}

// A build that another one holds up for too long refuses, and changes nothing.
func TestHeldUp(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n"))
	d, err := openRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	j, err := d.lock(pendingName)
	if err != nil {
		t.Fatal(err)
	}
	_, err = write(openRoot, dir, artifactsOf("a", "a2\n"), Options{}, 10*time.Millisecond)
	checkError(t, err, dir+": another mirrorgen is building this lab; try again when it has ended. Nothing was written")
	holds(t, dir, "a", "a\n", pendingName, "")

	// One that is only slow is waited for.
	go func() {
		time.Sleep(20 * time.Millisecond)
		d.remove(pendingName)
		j.close()
	}()
	mustWrite(t, dir, artifactsOf("a", "a2\n"))
	holds(t, dir, "a", "a2\n")
}

// Looking on while another build is at work: nothing is taken for an edit of the
// user's that this one has just written.
func TestCompareDuringWrite(t *testing.T) {
	dir := memory(t)
	all := generations()
	mustWrite(t, dir, all[0])
	stop := make(chan bool)
	done := make(chan bool)
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				if _, err := Write(dir, all[i%3], Options{}); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	for range 300 {
		c, err := Compare(dir, all[1])
		if err != nil {
			t.Fatal(err)
		}
		if conflicts := c.Conflicts(); len(conflicts) > 0 && !c.Unfinished {
			t.Fatalf("%s %s", conflicts[0].Path, conflicts[0].Reason)
		}
	}
	close(stop)
	<-done
}

// A user who saves a file while mirrorgen builds loses nothing.
func TestSavedDuringWrite(t *testing.T) {
	for _, kind := range []string{"updated", "created", "removed"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			name := map[string]string{"updated": "a", "created": "new", "removed": "old"}[kind]
			mustWrite(t, dir, artifactsOf("a", "a\n", "old", "o\n"))
			open := func(at string) (disk, error) {
				d, err := openRoot(at)
				return &saving{d, func() { put(t, "saved just now\n", dir, name) }}, err
			}
			_, err := write(open, dir, artifactsOf("a", "a2\n", "new", "n\n"), Options{Force: true}, 0)
			checkError(t, err, filepath.Join(dir, name)+": it was changed while mirrorgen was building; build again")
			if have := tree(t, dir)[name]; have != "saved just now\n" {
				t.Errorf("%s holds %q", name, have)
			}
			for _, left := range temporaries(tree(t, dir)) {
				if left != pendingName {
					t.Errorf("%s was left", left)
				}
			}
			_, err = Write(dir, artifactsOf("a", "a2\n", "new", "n\n"), Options{})
			var conflict *ConflictError
			if kind == "removed" && err != nil || kind != "removed" && !errors.As(err, &conflict) {
				t.Errorf("the next build: %v", err)
			}
		})
	}
}

// saving is a disk on which the user saves a file just when all is staged.
type saving struct {
	disk
	save func()
}

func (d *saving) sync(names []string) error {
	d.save()
	return d.disk.sync(names)
}

// Files that vanish while they are compared are as if they had not been there.
func TestVanishing(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "a\n", "old", "o\n", "same", "s\n"))
	open := func(at string) (disk, error) {
		d, err := openRoot(at)
		return &vanishing{d}, err
	}
	c, err := write(open, dir, artifactsOf("a", "a22\n", "same", "s\n"), Options{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "changes", kinds(c), "a created", "same created")
	holds(t, dir, "a", "a22\n", "same", "s\n")
}

// vanishing is a disk whose files are gone once they have been fileState at.
type vanishing struct{ disk }

// look sees nothing, so that every file is fileState at alone.
func (d *vanishing) states(artifacts []lab.Artifact) []fileState {
	return make([]fileState, len(artifacts))
}

func (d *vanishing) read(name string) ([]byte, error) {
	d.vanish(name)
	return d.disk.read(name)
}

func (d *vanishing) hash(name string) (string, error) {
	d.vanish(name)
	return d.disk.hash(name)
}

func (d *vanishing) vanish(name string) {
	if !strings.HasPrefix(name, ManifestName) {
		d.disk.remove(name)
	}
}
