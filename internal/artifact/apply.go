package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Apply makes the directory hold what the comparison was made with, whatever its
// conflicts. Everything is on disk under temporary names before anything is
// replaced. A directory that does not exist appears whole, by one rename; in one
// that does, each file is replaced whole, and the manifest last.
func (c *Comparison) Apply() error {
	switch {
	case c.Fresh:
		return c.applyFresh()
	case c.idle():
		return nil
	}
	d, err := c.open(c.Dir)
	if err != nil {
		return failure(c.Dir, err)
	}
	defer d.close()
	s := newStage(d, c.Dir, ".")
	if err := c.replace(s); err != nil {
		s.undo()
		return err
	}
	return nil
}

// applyFresh writes the directory under a temporary name beside its place and
// renames it.
func (c *Comparison) applyFresh() error {
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
	temporary := temporaryName(base)
	s := newStage(d, c.Dir, temporary)
	if err = s.mkdirs(temporary); err != nil {
		err = failure(c.Dir, err)
	}
	for _, change := range c.Changes {
		if err == nil {
			err = s.create(change.Path, change.Content, change.Mode)
		}
	}
	if err == nil {
		err = s.create(ManifestName, c.manifest, manifestMode)
	}
	if err == nil {
		if err = d.rename(temporary, base); err != nil {
			err = failure(c.Dir, err)
		}
	}
	if err != nil {
		s.undo()
		return fmt.Errorf("%w\nNothing was written", err)
	}
	return nil
}

// replace applies the changes to a directory that exists. While it renames, the
// next manifest lies beside the present one, so that a write that is cut short
// leaves no file whose origin is unknown.
func (c *Comparison) replace(s *stage) error {
	const nothing = "%w\nNothing was changed"
	for _, change := range c.Changes {
		if change.Kind == Create || change.Kind == Update {
			if err := s.stage(change.Path, change.Content, change.Mode); err != nil {
				return fmt.Errorf(nothing, err)
			}
		}
	}
	if c.listed && !c.Unfinished { // only modes differ
		return c.finish(s, false)
	}
	err := s.stage(pendingName, c.manifest, manifestMode)
	if err == nil {
		err = s.commit(pendingName)
	}
	if err != nil {
		return fmt.Errorf(nothing, err)
	}
	return c.finish(s, true)
}

// finish does what needs no more room: renames, modes, removals, and at last the
// manifest.
func (c *Comparison) finish(s *stage, manifest bool) error {
	done := 0
	for _, change := range c.Changes {
		if change.Kind == Keep || change.Kind == Block {
			continue
		}
		err := c.settle(s, change)
		if err != nil && done == 0 {
			if manifest {
				s.disk.remove(pendingName)
			}
			return fmt.Errorf("%w\nNothing was changed", err)
		}
		if err != nil {
			return fmt.Errorf("%w\nThe changes before it were made (%d); build again to make the rest", err, done)
		}
		done++
	}
	if !manifest {
		return nil
	}
	if err := s.disk.rename(pendingName, ManifestName); err != nil {
		return fmt.Errorf("%w\nAll other files are written; build again to finish", s.failed(ManifestName, err))
	}
	return nil
}

// settle brings one path into its final state.
func (c *Comparison) settle(s *stage, change Change) error {
	switch change.Kind {
	case Chmod:
		if err := s.disk.chmod(change.Path, change.Mode); err != nil {
			return s.failed(change.Path, err)
		}
		return nil
	case Remove:
		return s.removeStale(change.Path)
	}
	return s.commit(change.Path)
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
		if err := os.Mkdir(at, 0o777); err != nil {
			return lacking[:i], failure(at, err)
		}
	}
	return lacking, nil
}

// temporaryName is a name beside base that nothing has.
func temporaryName(base string) string {
	return fmt.Sprintf(".%s.mirrorgen-%08x", base, rand.Uint32())
}
