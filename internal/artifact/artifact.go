// Package artifact keeps the directory of a generated lab on disk.
//
// [Compare] only reads, and says what is different; [Write] writes exactly that,
// after a check that no file is overwritten that mirrorgen does not own.
//
// Ownership is decided by the manifest alone (see [ManifestName]): a file is
// mirrorgen's while its bytes hash to what the manifest says was written. A file
// that the manifest does not know, or that has been edited since, is its
// author's. A file that already holds the wanted bytes conflicts with nothing.
//
// A write may be killed at any instant. Before anything else it writes a journal
// (see [pendingName]), and what the journal lists is mirrorgen's too; every file
// is written under a temporary name and renamed, and the journal becomes the
// manifest last. Whatever is left of a write that was cut short, the next one
// finishes or clears away.
//
// No symbolic link inside the directory is ever followed. The directory itself
// may be reached through one.
package artifact

import (
	"errors"
	"fmt"
	"time"

	"mirrorgen/internal/lab"
)

// Options of [Write].
type Options struct {
	Force bool // overwrite files that mirrorgen did not write, or that were edited since
	// Approve is asked before a directory that exists is changed, and may refuse: nothing is
	// touched where it returns an error, which Write returns. nil approves.
	Approve func(*Comparison) error
}

// patience is how long a write waits for another one in the same directory, which
// takes milliseconds.
const patience = 10 * time.Second

// Write makes dir hold the artifacts, and removes files that mirrorgen wrote
// before and that are no longer among them. Files that are right already are not
// opened for writing. On an error nothing half-written stays; a
// [*ConflictError] means that nothing was touched at all. Of two writes in one
// directory one waits for the other.
func Write(dir string, artifacts []lab.Artifact, options Options) (*Comparison, error) {
	return write(openRoot, dir, artifacts, options, patience)
}

func write(
	open opener, dir string, artifacts []lab.Artifact, options Options, patience time.Duration,
) (*Comparison, error) {
	for until := time.Now().Add(patience); ; {
		c, err := compare(open, dir, artifacts)
		if err != nil || c.idle() {
			return c, err
		}
		if err := c.refuse(options.Force); err != nil && !c.Unfinished {
			return nil, err
		}
		if options.Approve != nil && !c.Fresh {
			if err := options.Approve(c); err != nil {
				return nil, err
			}
			options.Approve = nil // of a write that is tried again as well
		}
		if c.Fresh {
			err = c.writeFresh()
		} else {
			c, err = c.writeInPlace(artifacts, options.Force)
		}
		switch {
		case !errors.Is(err, errBusy) && !errors.Is(err, errMoved):
			return c, err
		case time.Now().After(until):
			return nil, fmt.Errorf("%s: another mirrorgen is building this lab; try again when it has ended. Nothing "+
				"was written", dir)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
