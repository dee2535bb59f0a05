package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// failure is an error of the operating system about one path, with what to do
// about it.
func failure(name string, err error) error {
	err = Cause(err)
	remedies := []struct {
		cause  error
		remedy string
	}{
		{syscall.ENOSPC, "make room on that file system"},
		{syscall.EDQUOT, "make room in your quota"},
		{syscall.EROFS, "that file system is read-only: choose another directory"},
		{fs.ErrPermission, "give yourself permission there, or choose another directory"},
	}
	for _, r := range remedies {
		if errors.Is(err, r.cause) {
			return fmt.Errorf("%s: %w; %s", name, err, r.remedy)
		}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// inTheWay is the error for a name that mirrorgen needs for a moment, and that
// somebody else has given to something.
func inTheWay(name string) error {
	return fmt.Errorf("%s is in the way, and is not mirrorgen's: move it away", name)
}

// Cause is what is wrong with a path, without the path and the system call.
func Cause(err error) error {
	var (
		pathError *fs.PathError
		linkError *os.LinkError
	)
	switch {
	case errors.As(err, &pathError):
		return pathError.Err
	case errors.As(err, &linkError):
		return linkError.Err
	}
	return err
}
