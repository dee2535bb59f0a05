package artifact

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// errDead is what every operation of a program gives that is no more.
var errDead = errors.New("killed")

// dying opens real directories for a program that is killed: after some
// operations that write, nothing happens any more, not even what it would do to
// clean up. Flushing is left out; it changes nothing that a kill could show.
type dying struct {
	after int  // operations that still happen
	torn  bool // of the last one, where it writes a file, half of the contents
	kill  func()
	dead  bool
	calls int
}

// open is the opener of the dying program.
func (k *dying) open(dir string) (disk, error) {
	if k.dead {
		return nil, errDead
	}
	d, err := openRoot(dir)
	return &dyingDisk{disk: d, dying: k}, err
}

// step reports whether the next operation happens, and whether only half of it.
func (k *dying) step() (happens, half bool) {
	if k.dead {
		return false, false
	}
	k.calls++
	if k.calls <= k.after {
		return true, false
	}
	k.dead = true
	if !k.torn {
		k.end()
	}
	return false, k.torn
}

// end kills the process, where it is one of its own.
func (k *dying) end() {
	if k.kill != nil {
		k.kill()
	}
}

type dyingDisk struct {
	disk
	*dying
}

func (d *dyingDisk) do(operation func() error) error {
	if happens, _ := d.step(); !happens {
		d.end()
		return errDead
	}
	return operation()
}

func (d *dyingDisk) create(name string, content []byte, mode fs.FileMode) error {
	happens, half := d.step()
	switch {
	case half:
		d.disk.create(name, content[:len(content)/2], 0o600)
		d.end()
		return errDead
	case !happens:
		return errDead
	}
	return d.disk.create(name, content, mode)
}

func (d *dyingDisk) mkdir(name string) error {
	return d.do(func() error { return d.disk.mkdir(name) })
}

func (d *dyingDisk) chmod(name string, mode fs.FileMode) error {
	return d.do(func() error { return d.disk.chmod(name, mode) })
}

func (d *dyingDisk) rename(from, to string) error {
	return d.do(func() error { return d.disk.rename(from, to) })
}

func (d *dyingDisk) remove(name string) error {
	return d.do(func() error { return d.disk.remove(name) })
}

func (d *dyingDisk) sync([]string) error { return d.do(func() error { return nil }) }

func (d *dyingDisk) lock(name string) (j journal, err error) {
	err = d.do(func() error { j, err = d.disk.lock(name); return err })
	if err != nil {
		return nil, err
	}
	return &dyingJournal{j, d}, nil
}

type dyingJournal struct {
	journal
	disk *dyingDisk
}

func (j *dyingJournal) write(content []byte) error {
	happens, half := j.disk.step()
	switch {
	case half:
		j.journal.write(content[:len(content)/2])
		j.disk.end()
		return errDead
	case !happens:
		return errDead
	}
	return j.journal.write(content)
}

// temporaries are the files of a directory that are there for the time of a write
// only.
func temporaries(files map[string]string) []string {
	var list []string
	for name := range files {
		if temporary.MatchString(filepath.Base(name)) || filepath.Base(name) == pendingName {
			list = append(list, name)
		}
	}
	return list
}
