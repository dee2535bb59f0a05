package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"mirrorgen/internal/lab"
)

// writeInPlace applies the changes to a directory that exists. Everything is on
// disk under temporary names before anything is replaced; then each file is
// replaced whole, and the manifest last. It returns the comparison that it
// applied: a new one, where another build has been at work since c was made.
func (c *Comparison) writeInPlace(artifacts []lab.Artifact, force bool) (*Comparison, error) {
	d, err := c.open(c.Dir)
	if err != nil {
		return nil, failure(c.Dir, err)
	}
	defer d.close()
	s := newStage(d, c.Dir, ".")
	if err := s.lock(pendingName); err != nil {
		return nil, unchangedBy(err)
	}
	defer s.unlock()
	before, err := readOwnership(d, c.manifest)
	if err == nil && (c.Unfinished || !c.sameManifest(d)) {
		if c, err = compare(c.open, c.Dir, artifacts); err == nil {
			c.Unfinished = false // what is pending is this write
			err = c.refuse(force)
		}
	}
	if err != nil {
		if before != nil && before.journal == nil { // an empty one, made just now
			d.remove(pendingName)
		}
		return nil, err
	}
	if before.journal != nil {
		if err := before.recover(s); err != nil {
			return nil, unchangedBy(err)
		}
		c.listed = false // the manifest lists what that write had come to
	}
	if err := c.replace(s); err != nil {
		s.undo()
		return nil, err
	}
	return c, nil
}

// unchangedBy adds to an error that nothing has happened yet.
func unchangedBy(err error) error {
	if errors.Is(err, errBusy) || errors.Is(err, errMoved) {
		return err
	}
	return fmt.Errorf("%w\nNothing was changed", err)
}

// replace writes the journal and the new files, and then puts them in their
// places.
func (c *Comparison) replace(s *stage) error {
	s.made = append(s.made, pendingName)
	if err := s.journal.write(c.manifest.content); err != nil {
		return unchangedBy(s.failed(ManifestName, err))
	}
	staged := []string{pendingName}
	for i := range c.Changes {
		change := &c.Changes[i]
		if change.Kind != Create && change.Kind != Update {
			continue
		}
		if err := s.stage(change.Path, change.Content, change.Mode); err != nil {
			return unchangedBy(err)
		}
		staged = append(staged, s.names[change.Path])
	}
	// From here on old contents go. After a power failure a file is the old or the
	// new one, and the journal knows both.
	if !c.listed || len(staged) > 1 {
		if err := s.disk.sync(staged); err != nil {
			return unchangedBy(failure(c.Dir, err))
		}
	}
	return c.settleAll(s)
}

// settleAll does what needs no more room: renames, modes, removals, and at last
// the manifest.
func (c *Comparison) settleAll(s *stage) error {
	done := 0
	for i := range c.Changes {
		change := &c.Changes[i]
		if change.Kind == Keep || change.Kind == Block {
			continue
		}
		err := s.settle(change)
		if err != nil && done == 0 {
			return unchangedBy(err)
		}
		if err != nil {
			// the next build needs it
			s.made = slices.DeleteFunc(s.made, func(name string) bool { return name == pendingName })
			return fmt.Errorf("%w\nThe changes before it were made (%d); build again to make the rest", err, done)
		}
		done++
	}
	if c.listed {
		s.disk.remove(pendingName)
		return nil
	}
	if err := s.disk.rename(pendingName, ManifestName); err != nil {
		s.made = nil
		return fmt.Errorf("%w\nAll other files are written; build again to finish", s.failed(ManifestName, err))
	}
	return nil
}

// settle brings one path into its final state, unless somebody else has changed
// it since it was compared.
func (s *stage) settle(change *Change) error {
	now, err := s.disk.lstat(change.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // gone: nothing is lost
	case err != nil:
		return s.failed(change.Path, err)
	case change.seen == nil || !unchanged(change.seen, now):
		return s.failed(change.Path, errors.New("it was changed while mirrorgen was building; build again"))
	}
	switch change.Kind {
	case Chmod:
		if err := s.disk.chmod(change.Path, change.Mode); err != nil {
			return s.failed(change.Path, err)
		}
		return nil
	case Remove:
		return s.removeStale(change.Path)
	}
	if change.other != "" { // a rename would leave the old spelling
		s.disk.remove(path.Join(path.Dir(change.Path), change.other))
	}
	return s.commit(change.Path)
}
