package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// A state is what is released: a commit of the project.
type state struct {
	version string // "1.2.3", or "0.0.0-snapshot.0123abcd"
	commit  string
	date    time.Time // of the commit, in UTC: the date of every file of the release
	dirty   bool      // there are changes on top of the commit
}

// stateOf asks git for what is there. A release is a tag of the form v1.2.3 and nothing on
// top of it; a snapshot is whatever is there.
func stateOf(root string, snapshot bool) (*state, error) {
	commit, err := git(root, "rev-parse", "HEAD")
	if err != nil {
		return nil, err
	}
	day, err := git(root, "show", "--no-patch", "--format=%cI", "HEAD")
	if err != nil {
		return nil, err
	}
	date, err := time.Parse(time.RFC3339, day)
	if err != nil {
		return nil, err
	}
	changes, err := git(root, "status", "--porcelain")
	if err != nil {
		return nil, err
	}
	s := &state{commit: commit, date: date.UTC(), dirty: changes != ""}
	if snapshot {
		s.version = "0.0.0-snapshot." + commit[:8]
		return s, nil
	}
	if s.dirty {
		return nil, fmt.Errorf("the tree has changes that no commit has; commit them, or put them away:\n%s", changes)
	}
	tag, err := git(root, "describe", "--tags", "--exact-match", "--match", "v[0-9]*", "HEAD")
	if err != nil {
		return nil, fmt.Errorf("no tag such as v1.2.3 names the commit %s; --snapshot makes what is there all the same",
			commit[:8])
	}
	s.version = strings.TrimPrefix(tag, "v")
	return s, nil
}

func git(root string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
