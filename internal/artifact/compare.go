package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/templates"
)

// A Comparison says how a directory differs from the artifacts that it should
// hold.
type Comparison struct {
	Dir       string
	Files     int        // number of artifacts
	Unchanged int        // artifacts that are right already
	Changes   []Change   // sorted by path; what is right is left out
	Conflicts []Conflict // sorted by path; overwriting these needs force, or is impossible

	fresh    bool   // the directory does not exist yet
	manifest []byte // to be written; nil where the one on disk is right
	open     opener
}

// Compare reads dir, which need not exist, and changes nothing. The artifacts are
// sorted by path. It fails where the directory or its manifest cannot be read.
func Compare(dir string, artifacts []templates.Artifact) (*Comparison, error) {
	return compare(openRoot, dir, artifacts)
}

func compare(open opener, dir string, artifacts []templates.Artifact) (*Comparison, error) {
	c := &Comparison{Dir: filepath.Clean(dir), Files: len(artifacts), manifest: encodeManifest(artifacts), open: open}
	fresh, err := missing(c.Dir)
	if err != nil {
		return nil, err
	}
	if fresh {
		c.fresh = true
		for _, a := range artifacts {
			c.add(a, Create)
		}
		return c, nil
	}
	d, err := open(c.Dir)
	if err != nil {
		return nil, failure(c.Dir, err)
	}
	defer d.close()
	hashes, pending, err := owned(d)
	if err != nil {
		return nil, err
	}
	dirs := newParents(d)
	for _, a := range artifacts {
		if err := c.compareArtifact(d, dirs, a, hashes[a.Path]); err != nil {
			return nil, err
		}
		delete(hashes, a.Path)
	}
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		if err := c.compareStale(d, dirs, name, hashes[name]); err != nil {
			return nil, err
		}
	}
	if old, err := d.read(ManifestName); err == nil && !pending && bytes.Equal(old, c.manifest) {
		c.manifest = nil
	}
	slices.SortFunc(c.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(c.Conflicts, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	return c, nil
}

// missing reports whether nothing is at dir; it fails where what is there is no
// directory.
func missing(dir string) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(dir); err == nil {
			return false, fmt.Errorf("%s is a symbolic link to nothing; remove it or choose another directory", dir)
		}
		return true, nil
	case err != nil:
		return false, failure(dir, err)
	case !info.IsDir():
		return false, fmt.Errorf("%s is not a directory; move it away or choose another directory", dir)
	}
	return false, nil
}

func (c *Comparison) add(a templates.Artifact, kind Kind) {
	c.Changes = append(c.Changes, Change{Path: a.Path, Kind: kind, Mode: a.Mode, Content: a.Content})
}

func (c *Comparison) conflict(name, reason string, blocked bool) {
	c.Conflicts = append(c.Conflicts, Conflict{name, reason, blocked})
}

// compareArtifact looks at the place of one artifact; sums are the hashes that
// mirrorgen may have left there.
func (c *Comparison) compareArtifact(d disk, dirs parents, a templates.Artifact, sums []string) error {
	if err := checkPath(a.Path); err != nil {
		panic("artifact: " + err.Error())
	}
	obstacle, err := dirs.obstacle(a.Path)
	if err != nil {
		return err
	}
	if obstacle != "" {
		c.conflict(a.Path, obstacle, true)
		return nil
	}
	info, err := d.lstat(a.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.add(a, Create)
		return nil
	case err != nil:
		return failure(d.path(a.Path), err)
	case !info.Mode().IsRegular():
		c.conflict(a.Path, "is "+describe(info.Mode())+"; move it away", true)
		return nil
	}
	same := false
	if info.Size() == int64(len(a.Content)) {
		content, err := d.read(a.Path)
		if err != nil {
			return failure(d.path(a.Path), err)
		}
		same = bytes.Equal(content, a.Content)
	}
	switch {
	case same && fits(info.Mode(), a.Mode):
		c.Unchanged++
		return nil
	case same:
		c.add(a, Chmod)
		return nil
	}
	c.add(a, Update)
	if sums == nil {
		c.conflict(a.Path, "was not written by mirrorgen", false)
		return nil
	}
	hash, err := d.hash(a.Path)
	if err != nil {
		return failure(d.path(a.Path), err)
	}
	if !slices.Contains(sums, hash) {
		c.conflict(a.Path, "was edited since mirrorgen wrote it", false)
	}
	return nil
}

// compareStale looks at a file of an earlier manifest that is no artifact now.
func (c *Comparison) compareStale(d disk, dirs parents, name string, sums []string) error {
	obstacle, err := dirs.obstacle(name)
	if err != nil {
		return err
	}
	if obstacle != "" {
		c.conflict(name, obstacle, true)
		return nil
	}
	info, err := d.lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	hash := ""
	if err == nil && info.Mode().IsRegular() {
		hash, err = d.hash(name)
	}
	if err != nil {
		return failure(d.path(name), err)
	}
	kind := Keep
	if slices.Contains(sums, hash) {
		kind = Remove
	}
	c.Changes = append(c.Changes, Change{Path: name, Kind: kind})
	return nil
}

// refuse is the error for a comparison that must not be applied.
func (c *Comparison) refuse(force bool) error {
	e := &ConflictError{c.Dir, c.Conflicts}
	if len(c.Conflicts) == 0 || force && e.Forcible() {
		return nil
	}
	return e
}

// fits reports whether a file has the wanted mode. Write permission of group and
// others follows the umask of whoever checked the lab out, and is left alone.
func fits(have, want fs.FileMode) bool {
	const byUmask = 0o022
	return have.Perm()|byUmask == want.Perm()|byUmask
}

func describe(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "not a plain file"
}

// parents remembers what is known of the directories that paths lead through.
type parents struct {
	disk  disk
	found map[string]string // obstacle by directory, "" for none
}

func newParents(d disk) parents { return parents{d, map[string]string{".": ""}} }

// obstacle says why name cannot be reached through plain directories, as the end
// of a sentence about name; "" where it can, or where nothing is there yet.
func (p parents) obstacle(name string) (string, error) {
	dir := path.Dir(name)
	if known, ok := p.found[dir]; ok {
		return known, nil
	}
	found, err := p.obstacle(dir)
	if err != nil {
		return "", err
	}
	if found == "" {
		info, err := p.disk.lstat(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", failure(p.disk.path(dir), err)
		}
		if err == nil && !info.IsDir() {
			found = fmt.Sprintf("cannot be reached: %s is %s, not a directory; move it away", dir, describe(info.Mode()))
		}
	}
	p.found[dir] = found
	return found, nil
}
