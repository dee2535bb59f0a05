package artifact

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// recover clears away what a write that was cut short has left, and writes a
// manifest that knows the present file of every path, so that its journal can
// give way to the next one.
func (o *ownership) recover(s *stage) error {
	dirs := newParents(s.disk)
	names := []string{ManifestName}
	for _, e := range o.journal {
		names = append(names, e.Path)
	}
	for _, name := range names {
		if obstacle, err := dirs.obstacle(name); err != nil || obstacle != "" {
			continue // nothing of ours can be behind it
		}
		if err := s.disk.remove(beside(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.failed(beside(name), err)
		}
	}
	emptied := map[string]bool{}
	for name := range o.sums {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			emptied[dir] = true
		}
	}
	removeEmpty(s.disk, emptied)
	entries, err := o.present(s.disk, dirs)
	if err == nil {
		err = s.stage(ManifestName, encodeEntries(entries), manifestMode)
	}
	if err == nil {
		err = s.disk.sync([]string{s.names[ManifestName]})
	}
	if err == nil {
		err = s.commit(ManifestName)
	}
	if err != nil {
		s.undo()
	}
	return err
}

// present lists every path that is known, with the hash that its file has now
// where that is one of several.
func (o *ownership) present(d disk, dirs parents) ([]entry, error) {
	modes := map[string]string{}
	for _, e := range o.journal {
		modes[e.Path] = e.Mode
	}
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(o.sums)) {
		e := entry{Path: name, Mode: "0644", SHA256: o.sums[name][0]}
		if modes[name] != "" {
			e.Mode = modes[name]
		}
		if obstacle, err := dirs.obstacle(name); len(o.sums[name]) > 1 && err == nil && obstacle == "" {
			hash, err := d.hash(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, failure(d.path(name), err)
			}
			if slices.Contains(o.sums[name], hash) {
				e.SHA256 = hash
			}
		}
		e.Sensitive = o.lines[e.SHA256]
		entries = append(entries, e)
	}
	return entries, nil
}

// beside is the temporary name of a path, in the same directory.
func beside(name string) string {
	dir, base := path.Split(name)
	return dir + temporaryName(base)
}

// removeEmpty removes those directories that hold nothing, and no others.
func removeEmpty(d disk, dirs map[string]bool) {
	deepestFirst := func(a, b string) int { return strings.Compare(b, a) }
	for _, dir := range slices.SortedFunc(maps.Keys(dirs), deepestFirst) {
		if info, err := d.lstat(dir); err == nil && info.IsDir() {
			d.remove(dir)
		}
	}
}
