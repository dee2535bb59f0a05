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

// place looks at one path after the other, and adds to a comparison what it
// finds.
type place struct {
	c      *Comparison
	disk   disk
	dirs   parents
	before *ownership
	modes  bool // the file system keeps modes: it did for the manifest
	// renamed has the name on disk of artifacts that are there in another case.
	renamed map[string]string
}

// artifact compares the place of one artifact, of which found is known already.
func (p *place) artifact(a lab.Artifact, found looked) error {
	if err := checkPath(a.Path); err != nil {
		panic("artifact: " + err.Error())
	}
	change := Change{Path: a.Path, Kind: Create, Mode: a.Mode, Content: a.Content}
	sums := p.before.sums[a.Path]
	if sums != nil {
		change.Found = Missing
	}
	info, blocked, err := p.look(a.Path, found.info)
	switch {
	case err != nil:
		return err
	case blocked != "":
		p.c.add(Change{Path: a.Path, Kind: Block, Found: Obstacle, Reason: blocked})
		return nil
	case info == nil:
		p.c.add(change)
		return nil
	case !info.Mode().IsRegular():
		p.c.add(Change{Path: a.Path, Kind: Block, Found: Obstacle, Reason: "is " + describe(info.Mode()) +
			"; move it away"})
		return nil
	}
	same := found.same
	if found.info == nil && info.Size() == int64(len(a.Content)) {
		content, err := p.disk.read(a.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone since
			p.c.add(change)
			return nil
		case err != nil:
			return failure(p.disk.path(a.Path), err)
		}
		same = bytes.Equal(content, a.Content)
	}
	same = same && p.renamed[a.Path] == ""
	if same && (!p.modes || fits(info.Mode(), a.Mode)) {
		p.c.Unchanged++
		return nil
	}
	change.seen, change.other = info, p.renamed[a.Path]
	if same {
		change.Kind, change.Found = Chmod, Written
		p.c.add(change)
		return nil
	}
	change.Kind = Update
	if change.Found, err = p.origin(a.Path, info, slices.Concat(sums, []string{sum(a.Content)})); err != nil {
		return err
	}
	if change.Found != LineEnds && sums == nil {
		change.Found = Foreign
	}
	change.explain(p)
	p.c.add(change)
	return nil
}

// explain gives a change that overwrites what is not mirrorgen's its reason.
func (c *Change) explain(p *place) {
	switch c.Found {
	case Nothing: // gone since it was looked at
		c.Kind, c.seen = Create, nil
	case Edited:
		c.Reason = "was edited since mirrorgen wrote it"
	case Foreign:
		c.Reason = "was not written by mirrorgen"
		if c.other = p.spelling(c.Path); c.other != "" {
			c.Reason += "; it is " + path.Join(path.Dir(c.Path), c.other) +
				", the same file on this file system, which takes no notice of case"
		}
	}
}

// stale looks at a file of an earlier manifest that is no artifact now.
func (p *place) stale(name string) error {
	info, blocked, err := p.look(name, nil)
	change := Change{Path: name, Kind: Keep, Found: Obstacle, seen: info}
	switch {
	case err != nil:
		return err
	case blocked != "":
		change.Kind, change.Reason = Block, blocked
	case info == nil:
		return nil
	case info.Mode().IsRegular():
		change.Found, err = p.origin(name, info, p.before.sums[name])
		if err != nil {
			return err
		}
		switch change.Found {
		case Nothing:
			return nil
		case Written, LineEnds:
			change.Kind = Remove
		}
	}
	p.c.add(change)
	return nil
}

// look returns what is at a path, nil for nothing, or why it cannot be reached. known
// is what is there if somebody has looked already, else nil.
func (p *place) look(name string, known fs.FileInfo) (info fs.FileInfo, blocked string, err error) {
	blocked, err = p.dirs.obstacle(name)
	if err != nil || blocked != "" {
		return nil, blocked, err
	}
	if known != nil {
		return known, "", nil
	}
	info, err = p.disk.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil
	case err != nil:
		return nil, "", failure(p.disk.path(name), err)
	}
	return info, "", nil
}

// origin tells where a plain file comes from, by its hash; sums are those that it
// may have. Nothing means that it is gone.
func (p *place) origin(name string, info fs.FileInfo, sums []string) (Found, error) {
	hash, err := p.disk.hash(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Nothing, nil
	}
	if err != nil {
		return Nothing, failure(p.disk.path(name), err)
	}
	if slices.Contains(sums, hash) {
		return Written, nil
	}
	if info.Size() <= maxShown {
		content, err := p.disk.read(name)
		if err == nil && bytes.Contains(content, []byte("\r\n")) &&
			slices.Contains(sums, sum(withoutCR(content))) {
			return LineEnds, nil
		}
	}
	return Edited, nil
}

// spelling is the name that a file has in its directory, where that is not the
// one it was looked up by.
func (p *place) spelling(name string) string {
	names, err := p.disk.names(path.Dir(name))
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
func (p *place) inherit(folded map[string]string) {
	for name := range p.before.sums {
		now := folded[fold(name)]
		if now == "" || now == name {
			continue
		}
		old, err := p.disk.lstat(name)
		if err != nil {
			continue
		}
		if info, err := p.disk.lstat(now); err == nil && os.SameFile(old, info) {
			p.before.sums[now] = append(p.before.sums[now], p.before.sums[name]...)
			delete(p.before.sums, name)
			if path.Base(name) != path.Base(now) {
				p.renamed[now] = path.Base(name)
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
