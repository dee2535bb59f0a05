package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/internal/lab"
)

// A Comparison says how a directory differs from the artifacts that it should
// hold.
type Comparison struct {
	Dir        string
	Files      int      // number of artifacts
	Unchanged  int      // artifacts that are right already
	Changes    []Change // sorted by path; what is right is left out
	Fresh      bool     // the directory does not exist yet
	Unfinished bool     // another build is at work there, or was interrupted
	// Unlisted is set where every file is right but the manifest, which is missing
	// or says something else.
	Unlisted bool

	manifest manifest    // of the artifacts
	listed   bool        // the manifest on disk is that one
	known    fs.FileInfo // the manifest on disk; nil for none
	open     opener
}

// Compare reads dir, which need not exist, and changes nothing. The artifacts are
// sorted by path. It fails where the directory or its manifest cannot be read,
// and for artifacts whose paths differ in nothing but case.
func Compare(dir string, artifacts []lab.Artifact) (*Comparison, error) {
	return compare(openRoot, dir, artifacts)
}

func compare(open opener, dir string, artifacts []lab.Artifact) (*Comparison, error) {
	folded, err := foldPaths(artifacts)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Dir: filepath.Clean(dir), Files: len(artifacts), manifest: manifestOf(artifacts), open: open}
	if c.Fresh, err = missing(c.Dir); err != nil {
		return nil, err
	}
	if c.Fresh {
		for _, a := range artifacts {
			c.add(Change{Path: a.Path, Kind: Create, Mode: a.Mode, Content: a.Content})
		}
		return c, nil
	}
	d, err := open(c.Dir)
	if err != nil {
		return nil, failure(c.Dir, err)
	}
	defer d.close()
	return c, c.read(d, artifacts, folded)
}

// read compares a directory that exists.
func (c *Comparison) read(d disk, artifacts []lab.Artifact, folded map[string]string) error {
	before, err := readOwnership(d, c.manifest)
	if err != nil {
		return err
	}
	c.known, c.Unfinished, c.listed = before.info, before.pending, bytes.Equal(before.manifest, c.manifest.content)
	comparer := &comparer{result: c, disk: d, dirs: newParents(d), before: before,
		modes:   d.keepsModes() && before.modes(),
		renamed: map[string]string{}}
	comparer.inherit(folded)
	found := d.states(artifacts)
	for i, a := range artifacts {
		if err := comparer.artifact(a, found[i]); err != nil {
			return err
		}
		delete(before.sums, a.Path)
	}
	for _, name := range slices.Sorted(maps.Keys(before.sums)) {
		if err := comparer.stale(name); err != nil {
			return err
		}
	}
	slices.SortFunc(c.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	c.Unlisted = len(c.Changes) == 0 && !c.listed
	if len(c.Changes) > 0 && !c.Unfinished {
		c.Unfinished = !c.steady(d)
	}
	return nil
}

// steady reports whether no other build has begun or ended since the manifest
// was read: what looked edited may be what that one wrote.
func (c *Comparison) steady(d disk) bool {
	_, err := d.lstat(pendingName)
	return errors.Is(err, fs.ErrNotExist) && c.sameManifest(d)
}

// sameManifest reports whether the manifest is the one that was read.
func (c *Comparison) sameManifest(d disk) bool {
	info, err := d.lstat(ManifestName)
	if err != nil {
		return c.known == nil && errors.Is(err, fs.ErrNotExist)
	}
	return c.known != nil && unchanged(c.known, info)
}

// unchanged reports whether a file is the one that was seen before.
func unchanged(before, now fs.FileInfo) bool {
	return os.SameFile(before, now) && before.Size() == now.Size() && before.ModTime().Equal(now.ModTime())
}

// idle reports whether nothing is to be written, manifest included.
func (c *Comparison) idle() bool {
	if c.Fresh || c.Unfinished || !c.listed {
		return false
	}
	for i := range c.Changes {
		if c.Changes[i].Kind != Keep {
			return false
		}
	}
	return true
}

// missing reports whether nothing is at dir; it fails where what is there is no
// directory.
func missing(dir string) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return missing(dir) // it has just been made
		} else if err == nil {
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

func (c *Comparison) add(change Change) { c.Changes = append(c.Changes, change) }
