package artifact

import (
	"fmt"
	"io/fs"
)

// Kind says what has to be done about one path.
type Kind int

// The kinds of change.
const (
	Create Kind = iota // nothing is there
	Update             // other bytes are there
	Chmod              // the bytes are right, the mode is not
	Remove             // mirrorgen wrote it and no longer does
	Keep               // as Remove, but it was edited or replaced since: left alone
	Block              // what is there is no regular file, or cannot be reached; not even force replaces it
)

// String is the kind as a verb in the past, e.g. "updated".
func (k Kind) String() string {
	return [...]string{"created", "updated", "mode changed", "removed", "kept", "blocked"}[k]
}

// Found says what is at a path now. Ownership is the manifest's word alone.
type Found int

// What can be found at a path.
const (
	Nothing  Found = iota // nothing, and nothing was written there before
	Missing               // nothing, though mirrorgen wrote a file there
	Written               // what mirrorgen wrote
	LineEnds              // what mirrorgen wrote, with CRLF for each line end
	Edited                // another content than mirrorgen wrote
	Foreign               // a file that mirrorgen did not write
	Obstacle              // no regular file, or no way there
)

// A Change is one difference between the directory and the artifacts.
type Change struct {
	Path    string // relative to the directory, slash-separated
	Kind    Kind
	Found   Found
	Reason  string      // continues "PATH ...": why it is not mirrorgen's to overwrite; "" where it is
	Mode    fs.FileMode // wanted; 0 where no file is
	Content []byte      // wanted; nil where no file is

	seen fs.FileInfo // what was there; nil for nothing
	// hidden reports whether a line of the present file, from 1, may not be shown because it
	// holds the value of a sensitive variable; nil shows all.
	hidden    func(line int) bool
	sensitive []int  // numbers of such lines in Content
	other     string // name of the file that is there, where it differs in case; "" otherwise
}

// Description returns in what a path differs, as the end of a sentence that begins with
// the path, e.g. "was edited since mirrorgen wrote it".
func (c *Change) Description() string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Kind == Chmod:
		return fmt.Sprintf("has the mode %04o instead of %04o", c.seen.Mode().Perm(), c.Mode.Perm())
	case c.Kind == Remove:
		return "is no longer part of the lab"
	case c.Kind == Keep && c.Found == Obstacle:
		return "is no longer part of the lab, but was replaced since mirrorgen wrote it"
	case c.Kind == Keep:
		return "is no longer part of the lab, but was edited since mirrorgen wrote it"
	case c.Found == Missing:
		return "is missing"
	case c.Found == Nothing:
		return "is new and has not been written yet"
	case c.Found == LineEnds:
		return "has CRLF line ends"
	}
	return "is out of date"
}
