package artifact

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

func TestPathsThatDifferInCase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	_, err := Write(dir, artifactsOf("nginx/Web.conf", "W\n", "nginx/web.conf", "w\n"), Options{Force: true})
	checkError(t, err, "nginx/Web.conf and nginx/web.conf differ only in case", "rename one of the blocks")
	if _, err := os.Lstat(dir); err == nil {
		t.Error("something was written")
	}
}

// Where case does not count, a file of the user's may have the name of an
// artifact in another case.
func TestForeignInOtherCase(t *testing.T) {
	dir := t.TempDir()
	put(t, "mine\n", dir, "Readme.md")
	artifacts := artifactsOf("README.md", "generated\n")
	_, err := write(openFolding, dir, artifacts, Options{}, 0)
	checkError(t, err, "README.md was not written by mirrorgen; it is Readme.md, the same file on this file system, "+
		"which "+
		"takes no notice of case")
	holds(t, dir, "Readme.md", "mine\n")
	if _, err := write(openFolding, dir, artifacts, Options{Force: true}, 0); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "README.md", "generated\n")
}

// A block whose name changes in case only: its file is still mirrorgen's, gets
// the new name and is not removed as the old one.
func TestRenamedInCase(t *testing.T) {
	for _, next := range []string{"w1\n", "w2\n"} {
		for _, names := range [][2]string{{"nginx/Web.conf", "nginx/web.conf"}, {"nginx/web.conf", "nginx/Web.conf"}} {
			dir := t.TempDir()
			if _, err := write(openFolding, dir, artifactsOf("a", "a\n", names[0], "w1\n"), Options{}, 0); err != nil {
				t.Fatal(err)
			}
			artifacts := artifactsOf("a", "a\n", names[1], next)
			if _, err := write(openFolding, dir, artifacts, Options{}, 0); err != nil {
				t.Fatal(err)
			}
			holds(t, dir, "a", "a\n", names[1], next)
			if c, err := compare(openFolding, dir, artifacts); err != nil || !c.idle() {
				t.Errorf("the next build: %v, %v", kinds(c), err)
			}
		}
	}
	// Where case counts they are two files.
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("Web", "W\n"))
	mustWrite(t, dir, artifactsOf("web", "w\n"))
	holds(t, dir, "web", "w\n")
}

// folding is a directory that takes no notice of case, as on macOS and Windows:
// a file keeps the spelling that it was made with.
type folding struct {
	disk
	dir string
}

func openFolding(dir string) (disk, error) {
	d, err := openRoot(dir)
	return folding{d, dir}, err
}

// spelled is a name as it is spelled on disk, as far as it is there.
func (d folding) spelled(name string) string {
	spelled := "."
	for element := range strings.SplitSeq(name, "/") {
		entries, _ := os.ReadDir(filepath.Join(d.dir, spelled))
		for _, entry := range entries {
			if strings.EqualFold(entry.Name(), element) {
				element = entry.Name()
			}
		}
		spelled = path.Join(spelled, element)
	}
	return spelled
}

func (d folding) lstat(name string) (fs.FileInfo, error) { return d.disk.lstat(d.spelled(name)) }
func (d folding) read(name string) ([]byte, error)       { return d.disk.read(d.spelled(name)) }
func (d folding) hash(name string) (string, error)       { return d.disk.hash(d.spelled(name)) }
func (d folding) names(name string) ([]string, error)    { return d.disk.names(d.spelled(name)) }
func (d folding) mkdir(name string) error                { return d.disk.mkdir(d.spelled(name)) }
func (d folding) remove(name string) error               { return d.disk.remove(d.spelled(name)) }

func (d folding) create(name string, content []byte, mode fs.FileMode) error {
	return d.disk.create(d.spelled(name), content, mode)
}

func (d folding) chmod(name string, mode fs.FileMode) error {
	return d.disk.chmod(d.spelled(name), mode)
}

func (d folding) rename(from, to string) error {
	return d.disk.rename(d.spelled(from), d.spelled(to))
}
