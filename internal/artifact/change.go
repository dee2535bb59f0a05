package artifact

import (
	"fmt"
	"io/fs"
	"strings"
)

// Kind says what has to be done about one path.
type Kind int

// The kinds of change.
const (
	Create Kind = iota // nothing is there yet
	Update             // other bytes are there
	Chmod              // the bytes are right, the mode is not
	Remove             // mirrorgen wrote it and no longer does
	Keep               // as Remove, but it was edited or replaced since: left alone
)

// String is the kind as a verb in the past, e.g. "updated".
func (k Kind) String() string {
	return [...]string{"created", "updated", "mode changed", "removed", "kept"}[k]
}

// A Change is one difference between the directory and the artifacts.
type Change struct {
	Path    string // relative to the directory, slash-separated
	Kind    Kind
	Mode    fs.FileMode // wanted; 0 for Remove and Keep
	Content []byte      // wanted; nil for Remove and Keep
}

// A Conflict is a path where mirrorgen must not write.
type Conflict struct {
	Path    string
	Reason  string // continues "PATH ...", e.g. "was edited since mirrorgen wrote it"
	Blocked bool   // what is there is not a plain file, and is not overwritten by force either
}

// A ConflictError lists every path of a directory that stopped a write.
type ConflictError struct {
	Dir       string
	Conflicts []Conflict // sorted by path
}

// Forcible reports whether [Options.Force] would get past every conflict.
func (e *ConflictError) Forcible() bool {
	for _, c := range e.Conflicts {
		if c.Blocked {
			return false
		}
	}
	return true
}

func (e *ConflictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s holds files that are not mirrorgen's to overwrite; nothing was written", e.Dir)
	for _, c := range e.Conflicts {
		fmt.Fprintf(&b, "\n  %s %s", c.Path, c.Reason)
	}
	return b.String()
}
