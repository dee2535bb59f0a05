package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ReplaceFile gives a file other contents, all of them or none: they are written to a
// temporary file beside it, which is renamed. name need not exist; mode is the permission
// bits of the new file. The contents outlive a power failure.
//
// The temporary file has a fixed name, .NAME.mirrorgen-new, and is locked while it is
// written: of two writers one waits for the other, ten seconds at most, and what a writer
// that was killed has left is taken over by the next one, or removed by [ClearReplacement].
func ReplaceFile(name string, content []byte, mode fs.FileMode) error {
	file, err := openReplacement(name)
	if err != nil {
		return err
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = file.Write(content)
	}
	if chmodErr := file.Chmod(mode); err == nil {
		err = chmodErr
	}
	if syncErr := file.Sync(); err == nil {
		err = syncErr
	}
	if err == nil && !locks {
		err = file.Close() // an open file could not be renamed
	}
	if err == nil {
		err = os.Rename(replacement(name), name)
	}
	if err != nil {
		os.Remove(replacement(name))
	}
	file.Close() // it has been flushed
	return err
}

// ClearReplacement removes what a [ReplaceFile] of that file that was killed has left. It
// leaves alone what another process is writing.
func ClearReplacement(name string) {
	if info, err := os.Lstat(replacement(name)); err != nil || !info.Mode().IsRegular() {
		return
	}
	file, err := os.OpenFile(replacement(name), os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer file.Close()
	if tryLock(file) == nil {
		os.Remove(replacement(name))
	}
}

// replacement is the temporary name of a file.
func replacement(name string) string {
	return filepath.Join(filepath.Dir(name), temporaryName(filepath.Base(name)))
}

// openReplacement opens and locks the temporary file.
func openReplacement(name string) (*os.File, error) {
	temporary := replacement(name)
	for until := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Lstat(temporary); err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is in the way: move it away", temporary)
		}
		file, err := os.OpenFile(temporary, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err = tryLock(file); err == nil {
			// Another writer may have renamed it meanwhile.
			var named, opened fs.FileInfo
			if named, err = os.Lstat(temporary); err == nil {
				opened, err = file.Stat()
			}
			if err == nil && os.SameFile(named, opened) {
				return file, nil
			}
		}
		file.Close()
		switch {
		case err != nil && !errors.Is(err, errBusy) && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case time.Now().After(until):
			return nil, errors.New("another mirrorgen is writing it; try again when it has ended")
		}
	}
}
