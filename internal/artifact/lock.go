package artifact

import (
	"errors"
	"io/fs"
	"os"
)

// A journal is the file of that kind, opened and locked. The lock is the
// operating system's: it ends with the process, however that ends, so that none
// is ever left behind. Renaming the file takes the lock along.
type journal interface {
	// write replaces the contents.
	write(content []byte) error
	// close gives the lock up.
	close() error
}

var (
	errBusy  = errors.New("another build holds the lock")
	errMoved = errors.New("another build has come to its end meanwhile")
)

// lock opens the journal, which is made where there is none, and locks it. It
// does not wait: it fails with errBusy where another process holds the lock, and
// with errMoved where the file that it locked is no longer there.
func (d rootDisk) lock(name string) (journal, error) {
	parent, base := d.parent(name)
	file, err := parent.OpenFile(base, os.O_RDWR|os.O_CREATE, manifestMode)
	if err != nil {
		return nil, err
	}
	err = tryLock(file)
	if err == nil {
		err = same(file, parent, base)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return rootJournal{file}, nil
}

// same fails with errMoved unless the file is the one that has that name.
func same(file *os.File, parent *os.Root, base string) error {
	named, err := parent.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return errMoved
	}
	if err != nil {
		return err
	}
	opened, err := file.Stat()
	if err == nil && !os.SameFile(named, opened) {
		err = errMoved
	}
	return err
}

type rootJournal struct{ file *os.File }

func (j rootJournal) write(content []byte) error {
	err := j.file.Truncate(0)
	if err == nil {
		// It becomes the manifest, which others may read whatever the user's umask.
		err = j.file.Chmod(manifestMode)
	}
	if err == nil {
		_, err = j.file.WriteAt(content, 0)
	}
	if err == nil && !locks {
		err = j.file.Close() // an open file could not be renamed
	}
	return err
}

func (j rootJournal) close() error { return j.file.Close() }
