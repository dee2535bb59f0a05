package artifact

import (
	"fmt"
	"strings"
)

// A ConflictError lists every path of a directory that stopped a write.
type ConflictError struct {
	Dir       string
	Conflicts []Change // sorted by path, each with its Reason
	// Comparison is what they were found by.
	Comparison *Comparison
}

// Forcible reports whether [Options.Force] would get past every conflict.
func (e *ConflictError) Forcible() bool {
	for i := range e.Conflicts {
		if e.Conflicts[i].Kind == Block {
			return false
		}
	}
	return true
}

// mostNamed is how many conflicts an error names; the rest is counted.
const mostNamed = 20

func (e *ConflictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s holds files that are not mirrorgen's to overwrite; nothing was written", e.Dir)
	for i := range e.Conflicts {
		if i == mostNamed {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Conflicts)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s %s", e.Conflicts[i].Path, e.Conflicts[i].Reason)
	}
	if c := e.Comparison; c.known == nil {
		fmt.Fprintf(&b, "\nThere is no %s, which says what mirrorgen wrote", ManifestName)
	}
	return b.String()
}

// Conflicts are the changes that overwrite what is not mirrorgen's. They take
// force, or are impossible.
func (c *Comparison) Conflicts() []Change {
	var list []Change
	for _, change := range c.Changes {
		if change.Reason != "" {
			list = append(list, change)
		}
	}
	return list
}

// refuse is the error for a comparison that must not be applied.
func (c *Comparison) refuse(force bool) error {
	e := &ConflictError{c.Dir, c.Conflicts(), c}
	if len(e.Conflicts) == 0 || force && e.Forcible() {
		return nil
	}
	return e
}
