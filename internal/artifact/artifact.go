// Package artifact keeps the directory of a generated lab on disk.
//
// Work is in two steps. [Compare] only reads, and returns what is different;
// [Comparison.Apply] writes exactly that. [Write] is both, with the check in
// between that no file is overwritten that mirrorgen does not own.
//
// Ownership is decided by the manifest alone (see [ManifestName]): a file is
// mirrorgen's while its bytes hash to what the manifest says was written. A file
// that the manifest does not know, or that has been edited since, is its
// author's. A file that already holds the wanted bytes conflicts with nothing.
//
// No symbolic link inside the directory is ever followed. The directory itself
// may be reached through one.
package artifact

import (
	"mirrorgen/templates"
)

// Options of [Write].
type Options struct {
	Force bool // overwrite files that mirrorgen did not write, or that were edited since
}

// Write makes dir hold the artifacts, and removes files that mirrorgen wrote
// before and that are no longer among them. Files that are right already are not
// opened for writing. On an error nothing half-written stays; a
// [*ConflictError] means that nothing was touched at all.
func Write(dir string, artifacts []templates.Artifact, options Options) (*Comparison, error) {
	return write(openRoot, dir, artifacts, options)
}

func write(open opener, dir string, artifacts []templates.Artifact, options Options) (*Comparison, error) {
	c, err := compare(open, dir, artifacts)
	if err != nil {
		return nil, err
	}
	if err := c.refuse(options.Force); err != nil {
		return nil, err
	}
	return c, c.Apply()
}
