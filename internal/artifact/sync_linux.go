package artifact

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem flushes the file system that a directory is on, where the
// operating system can do that.
func syncFileSystem(directory *os.File) (done bool, err error) {
	return true, os.NewSyscallError("syncfs", unix.Syncfs(int(directory.Fd())))
}
