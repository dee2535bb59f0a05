package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// writeFresh writes the directory under a temporary name beside its place and
// renames it, so that it appears whole. Nothing is flushed to the disk: all that
// a power failure could cost is what this build makes.
func (c *Comparison) writeFresh() error {
	parent, base := filepath.Split(c.Dir)
	parent = filepath.Clean(parent)
	made, err := makeAll(parent)
	if err == nil {
		err = c.fillFresh(parent, base)
	}
	if err != nil {
		for _, dir := range slices.Backward(made) {
			os.Remove(dir)
		}
	}
	return err
}

func (c *Comparison) fillFresh(parent, base string) error {
	d, err := c.open(parent)
	if err != nil {
		return failure(parent, err)
	}
	defer d.close()
	s := newStage(d, c.Dir, temporaryName(base))
	defer s.unlock()
	err = c.fill(s, base)
	switch {
	case err == nil:
		return c.list(d, base)
	case errors.Is(err, errBusy):
		return err
	}
	s.undo()
	if errors.Is(err, errMoved) {
		return err
	}
	return fmt.Errorf("%w\nNothing was written", err)
}

// fill makes the directory and puts it in its place.
func (c *Comparison) fill(s *stage, base string) error {
	d, dir := s.disk, s.under
	err := d.mkdir(dir)
	leftover := errors.Is(err, fs.ErrExist)
	if err != nil && !leftover {
		return failure(c.Dir, err)
	}
	if info, err := d.lstat(dir); leftover && err == nil && !info.IsDir() {
		return inTheWay(d.path(dir))
	}
	if err := s.lock(path.Join(dir, pendingName)); err != nil {
		d.remove(dir) // it stays where somebody else is using it
		return err
	}
	if leftover {
		if err := clearFresh(d, dir); err != nil {
			return err
		}
	}
	// Only who holds the lock takes the directory away again.
	s.made = append(s.made, dir, path.Join(dir, pendingName))
	s.known[dir] = true
	if _, err := d.lstat(base); err == nil {
		return errMoved
	}
	if err := s.journal.write(c.manifest.content); err != nil {
		return s.failed(ManifestName, err)
	}
	if err := s.createAll(c.Changes); err != nil {
		return err
	}
	err = d.rename(dir, base)
	if errors.Is(err, fs.ErrExist) { // made by somebody else since
		return errMoved
	}
	if err != nil {
		return failure(c.Dir, err)
	}
	return nil
}

// list ends the write of a fresh directory.
func (c *Comparison) list(d disk, base string) error {
	if err := d.rename(path.Join(base, pendingName), path.Join(base, ManifestName)); err != nil {
		return fmt.Errorf("%w\nAll files are written; build again to finish", failure(filepath.Join(c.Dir,
			ManifestName), err))
	}
	return nil
}

// clearFresh removes what a fresh write that was killed has left, except its journal, which
// lists it.
func clearFresh(d disk, dir string) error {
	_, _, entries, err := readManifest(d, path.Join(dir, pendingName), manifest{})
	if err != nil && !errors.Is(err, errSyntax) {
		return refusal(d, path.Join(dir, pendingName), err)
	}
	dirs := newParents(d)
	below := map[string]bool{}
	for _, e := range entries {
		name := path.Join(dir, e.Path)
		if obstacle, err := dirs.obstacle(name); err != nil || obstacle != "" {
			continue // it is reported below
		}
		if err := d.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failure(d.path(name), err)
		}
		for up := path.Dir(name); up != dir; up = path.Dir(up) {
			below[up] = true
		}
	}
	removeEmpty(d, below)
	names, err := d.names(dir)
	if err != nil {
		return failure(d.path(dir), err)
	}
	for _, name := range names {
		if name != pendingName {
			return inTheWay(d.path(path.Join(dir, name)))
		}
	}
	return nil
}

// makeAll makes a directory with its parents, and returns those that were not
// there, outermost first.
func makeAll(dir string) ([]string, error) {
	var lacking []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		lacking = append(lacking, at)
	}
	slices.Reverse(lacking)
	for i, at := range lacking {
		if err := os.Mkdir(at, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return lacking[:i], failure(at, err)
		}
	}
	return lacking, nil
}
