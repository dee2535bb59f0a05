package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// parents remembers what is known of the directories that paths lead through.
type parents struct {
	disk  disk
	found map[string]string // obstacle by directory, "" for none
}

func newParents(d disk) parents { return parents{d, map[string]string{".": ""}} }

// obstacle says why name cannot be reached through directories, as the end
// of a sentence about name; "" where it can, or where nothing is there yet.
func (p parents) obstacle(name string) (string, error) {
	dir := path.Dir(name)
	if known, ok := p.found[dir]; ok {
		return known, nil
	}
	found, err := p.obstacle(dir)
	if err != nil {
		return "", err
	}
	if found == "" {
		info, err := p.disk.lstat(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", failure(p.disk.path(dir), err)
		}
		if err == nil && !info.IsDir() {
			found = fmt.Sprintf("cannot be reached: %s is %s, not a directory; move it away", dir,
				describe(info.Mode()))
		}
	}
	p.found[dir] = found
	return found, nil
}

func describe(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "not a regular file"
}
