package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

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
		before = UnixLines(before)
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
	return hide(text, change)
}

// hiddenLine is what a diff shows in the place of a line that is not shown.
const hiddenLine = "(sensitive value)"

// hide takes out of a unified diff the removed lines that the change hides, and those that
// give way to lines with sensitive values.
func hide(text []byte, change *Change) []byte {
	if change.hidden == nil && len(change.sensitive) == 0 {
		return text
	}
	var out bytes.Buffer
	var group []diffLine // removed and added lines in a row
	before, after := 0, 0
	flush := func() {
		replaced := slices.ContainsFunc(group, func(l diffLine) bool {
			return l.text[0] == '+' && contains(change.sensitive, l.number)
		})
		for _, l := range group {
			if l.text[0] == '-' && (replaced || change.hidden != nil && change.hidden(l.number)) {
				out.WriteString("-" + hiddenLine + "\n")
			} else {
				out.Write(l.text)
			}
		}
		group = group[:0]
	}
	head := true // the names of the files come first
	for line := range bytes.Lines(text) {
		switch {
		case line[0] == '@':
			flush()
			head = false
			fmt.Sscanf(string(line), "@@ -%d,%d +%d", &before, new(int), &after)
			out.Write(line)
		case head:
			out.Write(line)
		case line[0] == '-':
			group = append(group, diffLine{before, line})
			before++
		case line[0] == '+':
			group = append(group, diffLine{after, line})
			after++
		case line[0] == '\\': // no newline at the end of the file
			group = append(group, diffLine{0, line})
		default:
			flush()
			out.Write(line)
			before++
			after++
		}
	}
	flush()
	return out.Bytes()
}

// A diffLine is a removed or an added line of a diff, with its number in its file.
type diffLine struct {
	number int
	text   []byte // with the sign before it and the newline after it
}

// contains reports whether a number is among ascending ones.
func contains(numbers []int, number int) bool {
	_, found := slices.BinarySearch(numbers, number)
	return found
}

// UnixLines is a text in which LF ends each line that CRLF ended.
func UnixLines(content []byte) []byte {
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
