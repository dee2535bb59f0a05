package artifact

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mirrorgen/internal/lab"
)

// A file that is mirrorgen's is replaced though it is read-only: it is the
// directory that a rename writes to.
func TestReadOnlyFile(t *testing.T) {
	dir := memory(t)
	os.Chmod(dir, 0o777)
	defer unprivileged(t)()
	mustWrite(t, dir, artifactsOf("a", "a\n", "b", "b\n"))
	os.Chmod(filepath.Join(dir, "a"), 0o444)
	os.Chmod(filepath.Join(dir, "b"), 0o444)
	check(t, "changes", kinds(mustWrite(t, dir, artifactsOf("a", "a2\n", "b", "b\n"))), "a updated", "b mode changed")
	holds(t, dir, "a", "a2\n", "b", "b\n")
}

// What cannot be read is named, with what to do.
func TestUnreadableFile(t *testing.T) {
	dir := memory(t)
	os.Chmod(dir, 0o777)
	mustWrite(t, dir, artifactsOf("a", "a\n", "b", "b\n"))
	os.Chmod(filepath.Join(dir, "a"), 0)
	defer unprivileged(t)()
	_, err := Write(dir, artifactsOf("a", "b\n", "b", "b\n"), Options{Force: true})
	checkError(t, err, filepath.Join(dir, "a")+": permission denied; give yourself permission there")
}

// Git with core.autocrlf has turned every line end, those of the manifest too:
// the files are still mirrorgen's, and a build puts them right.
func TestCRLF(t *testing.T) {
	dir := t.TempDir()
	first := artifactsOf("a", "a\nb\n", "b.sh", "b\n", "edited", "e\n", "old", "o\n")
	mustWrite(t, dir, first)
	put(t, "my own\n", dir, "edited")
	for _, name := range []string{"a", "b.sh", "edited", "old", ManifestName} {
		name = filepath.Join(dir, name)
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(name, []byte(strings.ReplaceAll(string(content), "\n", "\r\n")), 0o644)
	}
	next := artifactsOf("a", "a\nb\n", "b.sh", "b2\n", "edited", "e\n")
	c, err := Compare(dir, next)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i := range c.Changes {
		found = append(found, c.Changes[i].Path+" "+c.Changes[i].Description())
	}
	check(t, "found", found, "a has CRLF line ends", "b.sh has CRLF line ends", "edited was edited since mirrorgen "+
		"wrote it", "old is no longer part of the lab")
	if text, err := c.Diff(&c.Changes[0]); err != nil || text != nil {
		t.Errorf("where only line ends differ, the diff is %q, %v", text, err)
	}
	if text, err := c.Diff(&c.Changes[1]); err != nil ||
		!strings.HasSuffix(string(text), "@@ -1,1 +1,1 @@\n-b\n+b2\n") {
		t.Errorf("the diff is %q, %v", text, err)
	}
	os.Remove(filepath.Join(dir, "edited"))
	mustWrite(t, dir, next)
	isLab(t, dir, next, map[string]string{})
}

// A file system without modes shows every file as executable, the manifest too.
func TestNoModes(t *testing.T) {
	dir := t.TempDir()
	artifacts := artifactsOf("a", "a\n", "b.sh", "b\n")
	mustWrite(t, dir, artifacts)
	for _, name := range []string{"a", "b.sh", ManifestName} {
		os.Chmod(filepath.Join(dir, name), 0o777)
	}
	check(t, "changes", kinds(mustWrite(t, dir, artifacts)))
	os.Chmod(filepath.Join(dir, ManifestName), 0o644)
	check(t, "changes", kinds(mustWrite(t, dir, artifacts)), "a mode changed")
}

// bareDisk is a disk on which no file is executable, as on Windows.
type bareDisk struct{ disk }

func (d bareDisk) keepsModes() bool { return false }

func (d bareDisk) lstat(name string) (fs.FileInfo, error) {
	info, err := d.disk.lstat(name)
	return bareInfo{info}, err
}

func (d bareDisk) states(artifacts []lab.Artifact) []fileState {
	states := d.disk.states(artifacts)
	for i := range states {
		if states[i].info != nil {
			states[i].info = bareInfo{states[i].info}
		}
	}
	return states
}

type bareInfo struct{ fs.FileInfo }

func (i bareInfo) Mode() fs.FileMode { return i.FileInfo.Mode() &^ 0o111 }

// A file system without run bits is no difference that a build could put right.
func TestNoRunBits(t *testing.T) {
	dir := t.TempDir()
	artifacts := artifactsOf("a", "a\n", "b.sh", "b\n")
	open := func(dir string) (disk, error) {
		d, err := openRoot(dir)
		return bareDisk{d}, err
	}
	mustWrite(t, dir, artifacts)
	c, err := compare(open, dir, artifacts)
	if err != nil || len(c.Changes) > 0 || c.Unchanged != 2 {
		t.Errorf("%v, changes %v", err, kinds(c))
	}
	c, err = compare(open, dir, artifactsOf("a", "a2\n", "b.sh", "b\n"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, "changes", kinds(c), "a updated")
}

// Names that mirrorgen needs for a moment, taken by somebody else.
func TestNamesInTheWay(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "lab")
	for _, block := range []func(){
		func() { put(t, "mine\n", base, ".lab.mirrorgen-new", "mine") },
		func() { put(t, "mine\n", base, ".lab.mirrorgen-new") },
		func() { link(t, t.TempDir(), base, ".lab.mirrorgen-new") },
	} {
		block()
		before := tree(t, base)
		_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
		checkError(t, err, filepath.Join(base, ".lab.mirrorgen-new"), "in the way", "move it away",
			"Nothing was written")
		for name, content := range before {
			if have := tree(t, base)[name]; have != content {
				t.Errorf("%s: %q", name, have)
			}
		}
		os.RemoveAll(filepath.Join(base, ".lab.mirrorgen-new"))
	}
	mustWrite(t, dir, artifactsOf("a", "a\n"))
	put(t, "mine\n", dir, ".a.mirrorgen-new")
	_, err := Write(dir, artifactsOf("a", "a2\n"), Options{Force: true})
	checkError(t, err, filepath.Join(dir, ".a.mirrorgen-new")+" is in the way, and is not mirrorgen's: move it away",
		"Nothing was changed")
	holds(t, dir, "a", "a\n", ".a.mirrorgen-new", "mine\n")
}

// A journal that leads elsewhere is not written through.
func TestJournalIsALink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	put(t, "precious\n", outside, "victim")
	put(t, "precious\n", dir, "data", "victim")
	for _, target := range []string{filepath.Join(outside, "victim"), "data/victim", "data/new"} {
		link(t, target, dir, pendingName)
		_, err := Write(dir, artifactsOf("a", "a\n"), Options{Force: true})
		checkError(t, err, pendingName+" is not a manifest of mirrorgen: it is not a regular file")
		os.Remove(filepath.Join(dir, pendingName))
	}
	holds(t, outside, "victim", "precious\n")
	holds(t, dir, "data/victim", "precious\n")
}
