package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

// pendingName is the journal of a write: the manifest that is to be, written
// before any other file, locked while the write goes on, and renamed to
// [ManifestName] when it is done. It stays only where a write was cut short; the
// files that it lists are mirrorgen's as well.
const pendingName = ManifestName + ".next"

// ownership is what mirrorgen may have left in a directory.
type ownership struct {
	sums     map[string][]string // hashes that a path may have while it is mirrorgen's
	lines    map[string][]int    // numbers of sensitive lines, by hash of the file
	manifest []byte              // nil for none
	info     fs.FileInfo         // of the manifest; nil for none
	pending  bool                // another write goes on, or was cut short
	journal  []entry             // of that write, where it can be read
}

// readOwnership reads the manifest and the journal, of which one may well be the
// manifest to come.
func readOwnership(d disk, coming manifest) (*ownership, error) {
	o := &ownership{sums: map[string][]string{}, lines: map[string][]int{}}
	var entries []entry
	var err error
	if o.info, o.manifest, entries, err = readManifest(d, ManifestName, coming); err != nil {
		return nil, refusal(d, ManifestName, err)
	}
	o.add(entries)
	info, _, journal, err := readManifest(d, pendingName, coming)
	// What was cut short while the journal itself was written has done nothing yet.
	if err != nil && !errors.Is(err, errSyntax) {
		return nil, refusal(d, pendingName, err)
	}
	o.pending, o.journal = info != nil, journal
	o.add(journal)
	return o, nil
}

func (o *ownership) add(entries []entry) {
	for _, e := range entries {
		o.sums[e.Path] = append(o.sums[e.Path], e.SHA256)
		if len(e.Sensitive) > 0 {
			o.lines[e.SHA256] = e.Sensitive
		}
	}
}

// sensitive reports whether a file of that hash has sensitive lines.
func (o *ownership) sensitive(sum string) bool { return o.lines[sum] != nil }

// modes reports whether the file system keeps modes: the manifest is never
// executable where it does.
func (o *ownership) modes() bool { return o.info == nil || o.info.Mode()&0o111 == 0 }

// readManifest reads one manifest; info is nil where there is none. Where it is the known
// one, it need not be taken apart, which takes longer than all else.
func readManifest(d disk, name string, known manifest) (info fs.FileInfo, content []byte, entries []entry, err error) {
	info, err = d.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, nil, nil
	case err != nil:
		return nil, nil, nil, err
	case !info.Mode().IsRegular():
		return info, nil, nil, errors.New("it is not a regular file")
	case info.Size() > maxManifest:
		return info, nil, nil, fmt.Errorf("it is larger than %d MB", maxManifest>>20)
	}
	if content, err = d.read(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) { // gone since
			return nil, nil, nil, nil
		}
		return info, nil, nil, err
	}
	if len(content) > 0 && bytes.Equal(content, known.content) {
		return info, content, known.entries, nil
	}
	entries, err = decodeManifest(content)
	return info, content, entries, err
}

// refusal is the error about a manifest that cannot be relied on.
func refusal(d disk, name string, err error) error {
	var future *futureError
	var pathError *fs.PathError
	switch {
	case errors.As(err, &future):
		return fmt.Errorf("%s cannot be read: %w", d.path(name), err)
	case errors.As(err, &pathError):
		return failure(d.path(name), err)
	}
	return fmt.Errorf("%s is not a manifest of mirrorgen: %w\nRestore it from version control, or delete it and build "+
		"with --force. Without it, mirrorgen takes every file that it would change for yours", d.path(name), err)
}
