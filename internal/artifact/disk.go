package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"mirrorgen/internal/lab"
)

// disk is all that this package does to a directory. Names are relative and
// slash-separated; none leads out of the directory. Tests put one that fails in
// its place.
type disk interface {
	// path is the name as a user would type it.
	path(name string) string
	lstat(name string) (fs.FileInfo, error)
	// keepsModes reports whether files keep their modes: they do not on Windows, nor on FAT.
	keepsModes() bool
	read(name string) ([]byte, error)
	// states returns what is at the paths of artifacts, in their order.
	states(artifacts []lab.Artifact) []fileState
	// names lists a directory.
	names(name string) ([]string, error)
	// hash is the SHA-256 of a file of any size, in hexadecimal.
	hash(name string) (string, error)
	// create writes a file that must not exist yet, with exactly that mode. Of all
	// that a disk does, this alone may be done several times at once.
	create(name string, content []byte, mode fs.FileMode) error
	mkdir(name string) error
	chmod(name string, mode fs.FileMode) error
	rename(from, to string) error
	// remove takes away a file or an empty directory.
	remove(name string) error
	// lock opens and locks a journal.
	lock(name string) (journal, error)
	// sync waits until the contents of files would outlive a power failure.
	sync(names []string) error
	close() error
}

// opener opens a directory that exists.
type opener func(dir string) (disk, error)

// rootDisk is a real directory. os.Root resolves every name below it, so that
// not even a link made behind our back leads out.
type rootDisk struct {
	dir  string
	root *os.Root
	// made holds the directories that were made, open until close: files are
	// created in them without looking up the way there again.
	made map[string]made
}

// made is a directory that was made.
type made struct {
	*os.Root
	file *os.File // the directory itself
}

func openRoot(dir string) (disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return rootDisk{dir, root, map[string]made{}}, nil
}

// KeepsModes reports whether the file system of a directory keeps the modes of files, so that a
// missing run bit says something. It is true of a directory that cannot be opened.
func KeepsModes(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return true
	}
	defer root.Close()
	return keepsModes(root)
}

func (d rootDisk) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d rootDisk) close() error {
	for _, m := range d.made {
		m.Close()
		m.file.Close()
	}
	return d.root.Close()
}

func (d rootDisk) keepsModes() bool                          { return keepsModes(d.root) }
func (d rootDisk) lstat(name string) (fs.FileInfo, error)    { return d.root.Lstat(name) }
func (d rootDisk) read(name string) ([]byte, error)          { return d.root.ReadFile(name) }
func (d rootDisk) chmod(name string, mode fs.FileMode) error { return d.root.Chmod(name, mode) }
func (d rootDisk) rename(from, to string) error              { return d.root.Rename(from, to) }
func (d rootDisk) remove(name string) error                  { return d.root.Remove(name) }

func (d rootDisk) names(name string) ([]string, error) {
	directory, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	return directory.Readdirnames(-1)
}

func (d rootDisk) hash(name string) (string, error) {
	file, err := d.root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return hashOf(file)
}

func (d rootDisk) mkdir(name string) error {
	parent, base := d.parent(name)
	err := parent.Mkdir(base, 0o777)
	if err == nil {
		// Where it cannot be opened, its files are looked up from the top.
		if root, err := parent.OpenRoot(base); err == nil {
			if file, err := root.Open("."); err == nil {
				d.made[name] = made{root, file}
			} else {
				root.Close()
			}
		}
	}
	return err
}

// parent returns a directory to begin at, and what is left of the name there.
func (d rootDisk) parent(name string) (*os.Root, string) {
	dir, base := path.Split(name)
	if m, ok := d.made[strings.TrimSuffix(dir, "/")]; ok {
		return m.Root, base
	}
	return d.root, name
}

func (d rootDisk) create(name string, content []byte, mode fs.FileMode) error {
	dir, base := path.Split(name)
	if m, ok := d.made[strings.TrimSuffix(dir, "/")]; ok {
		return createIn(m, base, content, mode)
	}
	return createFile(d.root, name, content, mode)
}

func createFile(parent *os.Root, base string, content []byte, mode fs.FileMode) error {
	file, err := parent.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	// The user's umask must not make a file unreadable in its container.
	err = file.Chmod(mode)
	if errors.Is(err, fs.ErrPermission) {
		err = nil // the file is ours, so its file system keeps no modes
	}
	if err == nil {
		_, err = file.Write(content)
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		parent.Remove(base)
	}
	return err
}

func hashOf(r io.Reader) (string, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
