package artifact

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// hashless opens directories whose files cannot be hashed.
type hashless struct{ disk }

func (hashless) hash(name string) (string, error) {
	return "", &os.PathError{Op: "test", Path: name, Err: syscall.EIO}
}

// Of several stale files that cannot be read, the first one is named each time.
func TestCompareFirstError(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, artifactsOf("a", "", "b", "", "c", "", "d", "", "e", "", "f", ""))
	open := func(dir string) (disk, error) {
		d, err := openRoot(dir)
		return hashless{d}, err
	}
	for range 20 {
		_, err := compare(open, dir, artifactsOf("a", ""))
		checkError(t, err, filepath.Join(dir, "b")+": ")
	}
}
