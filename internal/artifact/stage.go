package artifact

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"

	"mirrorgen/internal/parallel"
)

// stage keeps account of everything that a write has put on disk and that is not
// in its place yet.
type stage struct {
	disk    disk
	dir     string            // the lab's directory, for messages
	under   string            // what its files are below on the disk, "." for nothing
	made    []string          // files and directories to take away on failure, in the order made
	known   map[string]bool   // directories that are there
	names   map[string]string // temporary name by path
	journal journal           // held while the write goes on
}

func newStage(d disk, dir, under string) *stage {
	return &stage{disk: d, dir: dir, under: under, known: map[string]bool{".": true}, names: map[string]string{}}
}

// failed is an error about one path of the lab.
func (s *stage) failed(name string, err error) error {
	return failure(filepath.Join(s.dir, filepath.FromSlash(name)), err)
}

// lock makes the journal, or takes over the one that a write left that was cut
// short, and holds it. It does not wait: see [rootDisk.lock].
func (s *stage) lock(name string) error {
	j, err := s.disk.lock(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // its directory has become the lab
		return errMoved
	case errors.Is(err, errBusy), errors.Is(err, errMoved):
		return err
	case err != nil:
		return failure(s.dir, err)
	}
	s.journal = j
	return nil
}

// unlock gives the journal up, if it is held.
func (s *stage) unlock() {
	if s.journal != nil {
		s.journal.close()
		s.journal = nil
	}
}

// create writes a new file, with the directories that it needs.
func (s *stage) create(name string, content []byte, mode fs.FileMode) error {
	return s.write(name, path.Join(s.under, name), content, mode)
}

// manyFiles is from how many files on it pays to write several at once.
const manyFiles = 64

// createAll is create for many files: their directories first, and then the files
// on all processors.
func (s *stage) createAll(changes []Change) error {
	if len(changes) < manyFiles {
		for i := range changes {
			if err := s.create(changes[i].Path, changes[i].Content, changes[i].Mode); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range changes {
		if err := s.mkdirs(path.Dir(path.Join(s.under, changes[i].Path))); err != nil {
			return s.failed(changes[i].Path, err)
		}
	}
	errs := make([]error, len(changes))
	var failed atomic.Bool
	parallel.Each(len(changes), func(_, i int) {
		if errs[i] = errSkipped; !failed.Load() {
			errs[i] = s.disk.create(path.Join(s.under, changes[i].Path), changes[i].Content, changes[i].Mode)
			failed.CompareAndSwap(false, errs[i] != nil)
		}
	})
	var first error
	for i, err := range errs {
		actual := path.Join(s.under, changes[i].Path)
		switch {
		case err == nil:
			s.made = append(s.made, actual)
		case first != nil || err == errSkipped:
		case errors.Is(err, fs.ErrExist):
			first = inTheWay(s.disk.path(actual))
		default:
			first = s.failed(changes[i].Path, err)
		}
	}
	return first
}

// errSkipped stands for a file that was not written because another could not be.
var errSkipped = errors.New("not tried")

// stage writes a file under a temporary name beside its place.
func (s *stage) stage(name string, content []byte, mode fs.FileMode) error {
	s.names[name] = beside(name)
	return s.write(name, s.names[name], content, mode)
}

// write writes the file that name stands for in messages.
func (s *stage) write(name, actual string, content []byte, mode fs.FileMode) error {
	err := s.mkdirs(path.Dir(actual))
	if err == nil {
		err = s.disk.create(actual, content, mode)
	}
	if errors.Is(err, fs.ErrExist) {
		return inTheWay(s.disk.path(actual))
	}
	if err != nil {
		return s.failed(name, err)
	}
	s.made = append(s.made, actual)
	return nil
}

// commit puts a staged file in its place. From then on it is no longer undone.
func (s *stage) commit(name string) error {
	if err := s.disk.rename(s.names[name], name); err != nil {
		return s.failed(name, err)
	}
	return nil
}

// mkdirs makes a directory and its parents where they are not there.
func (s *stage) mkdirs(dir string) error {
	if s.known[dir] {
		return nil
	}
	if err := s.mkdirs(path.Dir(dir)); err != nil {
		return err
	}
	err := s.disk.mkdir(dir)
	switch {
	case err == nil:
		s.made = append(s.made, dir)
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	s.known[dir] = true
	return nil
}

// removeStale removes a file that is no longer produced, and the directories
// that it leaves empty.
func (s *stage) removeStale(name string) error {
	if err := s.disk.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.failed(name, err)
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if s.disk.remove(dir) != nil { // it holds something else
			break
		}
	}
	return nil
}

// undo takes away what was made, last first. What has been put in its place is
// no longer there under the name by which it was made; directories that are in
// use stay, because only empty ones can be removed.
func (s *stage) undo() {
	for _, name := range slices.Backward(s.made) {
		s.disk.remove(name)
		if path.Base(name) == pendingName {
			s.unlock() // NFS and FUSE keep an open file in its directory
		}
	}
}

// temporaryName is the name of a file, beside base, that is not in its place yet.
// It is always the same, so that the next write finds what this one leaves when
// it is killed.
func temporaryName(base string) string { return "." + base + temporarySuffix }
