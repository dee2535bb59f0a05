package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"
)

// maxShown is the size of a file of which a difference is still shown, in bytes.
// What mirrorgen writes is far smaller; only a file of somebody else's is not.
const maxShown = 4 << 20

// A sizeError reports a file that is too large to be shown.
type sizeError struct {
	name string
	size int64
}

func (e *sizeError) Error() string {
	return fmt.Sprintf("%s: too large to be shown (%d MB)", e.name, e.size>>20)
}

// Present is what is at a path of the directory now: nil for nothing, or for
// something that is no regular file. It fails for what is too large to be shown.
func (c *Comparison) Present(name string) ([]byte, error) {
	if c.Fresh {
		return nil, nil
	}
	d, err := c.open(c.Dir)
	if err != nil {
		return nil, failure(c.Dir, err)
	}
	defer d.close()
	return present(d, name)
}

func present(d disk, name string) ([]byte, error) {
	obstacle, err := newParents(d).obstacle(name)
	if err != nil || obstacle != "" {
		return nil, err
	}
	info, err := d.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.Mode().IsRegular():
		return nil, nil
	case err == nil && info.Size() > maxShown:
		return nil, &sizeError{d.path(name), info.Size()}
	}
	var content []byte
	if err == nil {
		content, err = d.read(name)
	}
	if err != nil {
		return nil, failure(d.path(name), err)
	}
	return content, nil
}

// Diff is a change as a unified diff, from what is there to what a build would
// write; nil where no bytes change. CRLF line ends are not shown: where only they
// differ, the diff is nil too.
func (c *Comparison) Diff(change *Change) ([]byte, error) {
	if change.Kind == Chmod || change.Kind == Keep || change.Kind == Block {
		return nil, nil
	}
	before, err := c.Present(change.Path)
	if err != nil {
		return nil, err
	}
	if change.Found == LineEnds {
		before = withoutCR(before)
	}
	return unified(filepath.ToSlash(filepath.Join(c.Dir, filepath.FromSlash(change.Path))), before, change), nil
}

func unified(name string, before []byte, change *Change) []byte {
	from, to := name, name
	if before == nil {
		from = "/dev/null"
	}
	if change.Content == nil {
		to = "/dev/null"
	}
	text := diff.Diff(from, before, to, change.Content)
	_, text, _ = bytes.Cut(text, []byte("\n")) // "diff FROM TO", which says it twice
	return text
}

func withoutCR(content []byte) []byte {
	return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
}

// FirstLine is the line of a present file at which a diff begins to differ, from
// 1; 1 where there is none.
func FirstLine(text []byte) int {
	_, hunks, _ := bytes.Cut(text, []byte("\n@@ -"))
	line := 0
	fmt.Sscanf(string(hunks), "%d", &line)
	_, lines, _ := bytes.Cut(hunks, []byte("\n"))
	for len(lines) > 0 && lines[0] == ' ' {
		line++
		_, lines, _ = bytes.Cut(lines, []byte("\n"))
	}
	return max(line, 1)
}
