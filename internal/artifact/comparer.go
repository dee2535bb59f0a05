package artifact

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"mirrorgen/internal/lab"
)

// A comparer compares one path after the other with what it should hold, and adds the
// differences to a comparison.
type comparer struct {
	result *Comparison
	disk   disk
	dirs   parents
	before *ownership
	modes  bool // the file system keeps modes: it did for the manifest
	// renamed has the name on disk of artifacts that are there in another case.
	renamed map[string]string
}

// artifact compares the path of one artifact. found is its state where that has been read
// already.
func (c *comparer) artifact(a lab.Artifact, found fileState) error {
	if err := checkPath(a.Path); err != nil {
		panic("artifact: " + err.Error())
	}
	change := Change{Path: a.Path, Kind: Create, Mode: a.Mode, Content: a.Content,
		sensitive: a.Sensitive}
	sums := c.before.sums[a.Path]
	if sums != nil {
		change.Found = Missing
	}
	info, blocked, err := c.lstat(a.Path, found.info)
	switch {
	case err != nil:
		return err
	case blocked != "":
		c.result.add(Change{Path: a.Path, Kind: Block, Found: Obstacle, Reason: blocked})
		return nil
	case info == nil:
		c.result.add(change)
		return nil
	case !info.Mode().IsRegular():
		c.result.add(Change{Path: a.Path, Kind: Block, Found: Obstacle, Reason: "is " + describe(info.Mode()) +
			"; move it away"})
		return nil
	}
	same := found.same
	if found.info == nil && info.Size() == int64(len(a.Content)) {
		content, err := c.disk.read(a.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone since
			c.result.add(change)
			return nil
		case err != nil:
			return failure(c.disk.path(a.Path), err)
		}
		same = bytes.Equal(content, a.Content)
	}
	same = same && c.renamed[a.Path] == ""
	if same && (!c.modes || fits(info.Mode(), a.Mode)) {
		c.result.Unchanged++
		return nil
	}
	change.seen, change.other = info, c.renamed[a.Path]
	if same {
		change.Kind, change.Found = Chmod, Written
		c.result.add(change)
		return nil
	}
	change.Kind = Update
	if err = c.origin(&change, slices.Concat(sums, []string{sum(a.Content)})); err != nil {
		return err
	}
	if change.Found != LineEnds && sums == nil {
		change.Found = Foreign
	}
	c.setReason(&change)
	c.result.add(change)
	return nil
}

// setReason gives a change that overwrites what is not mirrorgen's its reason.
func (c *comparer) setReason(change *Change) {
	switch change.Found {
	case Nothing: // gone since its state was read
		change.Kind, change.seen = Create, nil
	case Edited:
		change.Reason = "was edited since mirrorgen wrote it"
	case Foreign:
		change.Reason = "was not written by mirrorgen"
		if change.other = c.spelling(change.Path); change.other != "" {
			change.Reason += "; it is " + path.Join(path.Dir(change.Path), change.other) +
				", the same file on this file system, which takes no notice of case"
		}
	}
}

// stale compares a file of an earlier manifest that is no artifact now.
func (c *comparer) stale(name string) error {
	info, blocked, err := c.lstat(name, nil)
	change := Change{Path: name, Kind: Keep, Found: Obstacle, seen: info}
	switch {
	case err != nil:
		return err
	case blocked != "":
		change.Kind, change.Reason = Block, blocked
	case info == nil:
		return nil
	case info.Mode().IsRegular():
		if err = c.origin(&change, c.before.sums[name]); err != nil {
			return err
		}
		switch change.Found {
		case Nothing:
			return nil
		case Written, LineEnds:
			change.Kind = Remove
		}
	}
	c.result.add(change)
	return nil
}

// lstat returns what is at a path, nil for nothing, or why it cannot be reached. known
// is what is there if it has been read already, else nil.
func (c *comparer) lstat(name string, known fs.FileInfo) (info fs.FileInfo, blocked string, err error) {
	blocked, err = c.dirs.obstacle(name)
	if err != nil || blocked != "" {
		return nil, blocked, err
	}
	if known != nil {
		return known, "", nil
	}
	info, err = c.disk.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil
	case err != nil:
		return nil, "", failure(c.disk.path(name), err)
	}
	return info, "", nil
}

// origin sets where the regular file of a change comes from, by its hash, and which of its
// lines are hidden; sums are the hashes that it may have. [Nothing] means that it is gone.
func (c *comparer) origin(change *Change, sums []string) error {
	hash, err := c.disk.hash(change.Path)
	if errors.Is(err, fs.ErrNotExist) {
		change.Found = Nothing
		return nil
	}
	if err != nil {
		return failure(c.disk.path(change.Path), err)
	}
	change.Found = Edited
	if slices.Contains(sums, hash) {
		change.Found = Written
	} else if change.seen.Size() <= maxShown {
		content, err := c.disk.read(change.Path)
		if unixHash := sum(UnixLines(content)); err == nil && bytes.Contains(content, []byte("\r\n")) &&
			slices.Contains(sums, unixHash) {
			change.Found, hash = LineEnds, unixHash
		}
	}
	lines := c.before.lines[hash]
	switch {
	case len(lines) > 0:
		change.hidden = func(line int) bool { return contains(lines, line) }
	case change.Found == Edited && slices.ContainsFunc(sums, c.before.sensitive):
		// Where the lines of an edited file are now, nobody knows.
		change.hidden = func(int) bool { return true }
	}
	return nil
}

// spelling is the name that a file has in its directory, where that is not the
// one that it was looked up by.
func (c *comparer) spelling(name string) string {
	names, err := c.disk.names(path.Dir(name))
	if err != nil || slices.Contains(names, path.Base(name)) {
		return ""
	}
	for _, other := range names {
		if strings.EqualFold(other, path.Base(name)) {
			return other
		}
	}
	return ""
}

// inherit lets an artifact have what an earlier one of the same name in another
// case wrote, where both names are one file. folded has the artifacts' paths by
// what they are without case.
func (c *comparer) inherit(folded map[string]string) {
	for name := range c.before.sums {
		now := folded[fold(name)]
		if now == "" || now == name {
			continue
		}
		old, err := c.disk.lstat(name)
		if err != nil {
			continue
		}
		if info, err := c.disk.lstat(now); err == nil && os.SameFile(old, info) {
			c.before.sums[now] = append(c.before.sums[now], c.before.sums[name]...)
			delete(c.before.sums, name)
			if path.Base(name) != path.Base(now) {
				c.renamed[now] = path.Base(name)
			}
		}
	}
}

// fits reports whether a file has the wanted mode. Write permission of group and
// others follows the umask of whoever checked the lab out, and is left alone.
func fits(have, want fs.FileMode) bool {
	const byUmask = 0o022
	return have.Perm()|byUmask == want.Perm()|byUmask
}
