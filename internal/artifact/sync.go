package artifact

import "os"

// oneByOne is how many files are flushed each for itself. Each costs about as
// much as flushing the whole file system does, but does not wait for what other
// programs have written.
const oneByOne = 16

// sync waits until the contents of files are on the disk itself.
func (d rootDisk) sync(names []string) error {
	if len(names) > oneByOne {
		top, err := d.root.Open(".")
		if err != nil {
			return err
		}
		defer top.Close()
		if done, err := syncFileSystem(top); done {
			return err
		}
	}
	for _, name := range names {
		file, err := d.root.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		err = file.Sync()
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}
