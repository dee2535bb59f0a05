package artifact

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

// failing opens real directories of which one operation fails.
type failing struct {
	at    string // operation and name, e.g. "rename b"; "" for none
	cause error  // ENOSPC where it is not given
	log   []string
	mutex sync.Mutex // of log: files are created several at once
}

func (f *failing) open(dir string) (disk, error) {
	d, err := openRoot(dir)
	return &failingDisk{d, f}, err
}

type failingDisk struct {
	disk
	*failing
}

var temporary = regexp.MustCompile(`^\.(.*)\.mirrorgen-new$`)

// clean is the name that a temporary name stands for.
func clean(name string) string {
	elements := strings.Split(name, "/")
	for i, element := range elements {
		elements[i] = temporary.ReplaceAllString(element, "$1")
	}
	return strings.Join(elements, "/")
}

func (d *failingDisk) fail(operation, name string) error {
	operation += " " + clean(name)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.log = append(d.log, operation)
	if operation != d.at {
		return nil
	}
	if d.cause == nil {
		d.cause = syscall.ENOSPC
	}
	return &os.PathError{Op: "test", Path: name, Err: d.cause}
}

func (d *failingDisk) create(name string, content []byte, mode fs.FileMode) error {
	if err := d.fail("create", name); err != nil {
		return err
	}
	return d.disk.create(name, content, mode)
}

func (d *failingDisk) mkdir(name string) error {
	if err := d.fail("mkdir", name); err != nil {
		return err
	}
	return d.disk.mkdir(name)
}

func (d *failingDisk) chmod(name string, mode fs.FileMode) error {
	if err := d.fail("chmod", name); err != nil {
		return err
	}
	return d.disk.chmod(name, mode)
}

func (d *failingDisk) rename(from, to string) error {
	if err := d.fail("rename", to); err != nil {
		return err
	}
	return d.disk.rename(from, to)
}

func (d *failingDisk) remove(name string) error {
	if err := d.fail("remove", name); err != nil {
		return err
	}
	return d.disk.remove(name)
}

func (d *failingDisk) lock(name string) (journal, error) {
	if err := d.fail("lock", name); err != nil {
		return nil, err
	}
	j, err := d.disk.lock(name)
	return &failingJournal{j, d, name}, err
}

func (d *failingDisk) sync(names []string) error {
	if err := d.fail("sync", "."); err != nil {
		return err
	}
	return d.disk.sync(names)
}

type failingJournal struct {
	journal
	disk *failingDisk
	name string
}

func (j *failingJournal) write(content []byte) error {
	if err := j.disk.fail("write", j.name); err != nil {
		return err
	}
	return j.journal.write(content)
}
