package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify"
)

// Bounds on what is taken for a lab.
const (
	mostLabEntries = 20_000   // files and directories
	mostLabFile    = 4 << 20  // bytes of one file
	mostLabBytes   = 64 << 20 // bytes of all files
)

// readLab reads the text files of a lab, in path order. It leaves out what a lab's
// user keeps there (the licence key and data) and what is no text, and says of files
// with the names of configurations why they are left out.
func readLab(dir string) (verify.Directory, error) {
	r := labReader{root: dir, directory: verify.Directory{Unread: map[string]string{}}}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("not a directory")
	}
	if err == nil {
		r.inside, err = os.OpenRoot(dir)
	}
	if err == nil {
		defer r.inside.Close()
		r.keepsModes = artifact.KeepsModes(dir)
		if real, linkErr := filepath.EvalSymlinks(dir); linkErr == nil { // WalkDir does not follow one
			r.root = real
		}
		err = filepath.WalkDir(r.root, r.visit)
	}
	if err != nil {
		return verify.Directory{}, pathError(dir, err)
	}
	slices.SortFunc(r.directory.Files, func(a, b lab.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return r.directory, nil
}

// labReader is the state of readLab.
type labReader struct {
	root           string
	inside         *os.Root // opens nothing that a link leads to outside
	directory      verify.Directory
	keepsModes     bool // the file system does; where it does not, a script is taken for one that may be run
	entries, bytes int
}

// visit takes one entry of the walk.
func (r *labReader) visit(path string, entry fs.DirEntry, err error) error {
	name, relErr := filepath.Rel(r.root, path)
	if relErr != nil {
		return relErr
	}
	name = filepath.ToSlash(name)
	if r.entries++; r.entries > mostLabEntries {
		return fmt.Errorf("more than %d files, so this is hardly a lab", mostLabEntries)
	}
	switch {
	case errors.Is(err, fs.ErrPermission) && name != ".": // a directory of a container's own user
		return nil
	case err != nil:
		return err
	case entry.IsDir() && (name == "data" || entry.Name() == ".git" || entry.Name() == "node_modules"):
		return fs.SkipDir
	case entry.IsDir() || entry.Name() == "iris.key":
		return nil
	}
	if why := r.refuse(path, name, entry); why != "" {
		r.directory.Unread[name] = why
		return nil
	}
	return r.read(path, name)
}

// refuse says why a file is not read, "" for one that is. A link is followed to a regular
// file of the directory, as the programs do that read it; what one out of it leads to is none of the lab.
func (r *labReader) refuse(path, name string, entry fs.DirEntry) string {
	info, err := entry.Info()
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		info, err = r.inside.Stat(filepath.FromSlash(name))
		if there, thereErr := os.Stat(path); err != nil && thereErr == nil {
			if there.Mode().IsRegular() || there.IsDir() {
				return "is a link out of the directory, or an absolute one"
			}
			info, err = there, nil
		}
	}
	switch {
	case err != nil:
		return "cannot be read"
	case info.Mode()&fs.ModeNamedPipe != 0:
		return "is a FIFO"
	case info.Mode()&fs.ModeDevice != 0:
		return "is a device"
	case info.IsDir():
		return "is a link to a directory"
	case !info.Mode().IsRegular():
		return "is no regular file"
	case info.Size() > mostLabFile:
		return fmt.Sprintf("has more than %d MB", mostLabFile>>20)
	}
	return ""
}

// read reads a file, and leaves it out where it is no text.
func (r *labReader) read(path, name string) error {
	info, err := r.inside.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil // gone
	}
	content, err := r.inside.ReadFile(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrPermission):
		r.directory.Unread[name] = "cannot be read"
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 && filepath.Ext(path) != ".md":
		r.directory.Unread[name] = "is no text"
		return nil
	}
	if r.bytes += len(content); r.bytes > mostLabBytes {
		return fmt.Errorf("more than %d MB of text, so this is hardly a lab", mostLabBytes>>20)
	}
	mode := info.Mode().Perm()
	if !r.keepsModes {
		mode = 0o644
		if bytes.HasPrefix(content, []byte("#!")) {
			mode = 0o755
		}
	}
	r.directory.Files = append(r.directory.Files, lab.Artifact{Path: name, Mode: mode, Content: content})
	return nil
}
