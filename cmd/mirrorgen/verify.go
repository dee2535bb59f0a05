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

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify"
)

func (t *tool) verifyCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "verify DIR...",
		Short: "Check the files of a lab on disk against each other",
		Long: `Verify reads the files of a lab as the programs read them that they are written for,
and checks each and all against each other: addresses, ports, networks, paths, roles,
mirror sets, databases, timeouts, mounts, secrets. It needs no topology and no Docker.

DIR is a directory that mirrorgen wrote, edited or not, or any other with a compose
file: what the other files are for shows in what its services mount. A finding about
two places that contradict each other shows both.`,
		Example: `  mirrorgen verify simplemirror
  mirrorgen verify ~/labs/by-hand`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("give at least one directory of a lab")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return t.each(args, t.verify) },
	}
	t.addFormat(command)
	return command
}

func (t *tool) verify(dir string) error {
	files, err := readLab(dir)
	if err != nil {
		return failed(err)
	}
	var diags hcl.Diagnostics
	if written, ok := generated(files); ok {
		diags = verify.Check(written)
		files = written
	} else {
		diags = verify.CheckDirectory(files)
	}
	if len(diags) > 0 {
		t.show(diags, diskListings(dir, files, diags))
	}
	if diags.HasErrors() {
		return failed(fmt.Errorf("%s: %s", dir, count(diags)))
	}
	t.printf("%s: %s, nothing wrong\n", printable(dir), text.Plural(len(files), "file"))
	return nil
}

// generated are those of the files that mirrorgen's manifest lists; ok is false
// where there is none.
func generated(files []lab.Artifact) (written []lab.Artifact, ok bool) {
	i := slices.IndexFunc(files, func(a lab.Artifact) bool { return a.Path == artifact.ManifestName })
	if i < 0 {
		return nil, false
	}
	paths, err := artifact.Listed(files[i].Content)
	if err != nil {
		return nil, false
	}
	for _, a := range files {
		if slices.Contains(paths, a.Path) {
			written = append(written, a)
		}
	}
	return written, len(written) > 0
}

// diskListings names the places of diagnostics as they are reached from here, and
// returns the files by those names.
func diskListings(dir string, files []lab.Artifact, diags hcl.Diagnostics) map[string]*listing {
	named := make([]lab.Artifact, len(files))
	for i, a := range files {
		a.Path = filepath.Join(dir, a.Path)
		named[i] = a
	}
	for _, d := range diags {
		d.Subject.Filename = filepath.Join(dir, d.Subject.Filename)
		if finding, ok := d.Extra.(verify.Finding); ok && finding.Other != nil {
			finding.Other.Filename = filepath.Join(dir, finding.Other.Filename)
		}
	}
	return artifactListings(named)
}

// Bounds on what is taken for a file of a lab.
const (
	mostLabFiles = 20_000
	mostLabFile  = 4 << 20 // bytes
)

// readLab reads the text files of a lab, in path order. It leaves out what a lab's
// user keeps there (the licence key and data) and what is no text.
func readLab(dir string) ([]lab.Artifact, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, pathError(dir, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf(
			"%s: not a directory; verify reads the directory of a lab (validate reads a topology)",
			dir,
		)
	}
	var files []lab.Artifact
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(dir, path)
		switch {
		case relErr != nil:
			return relErr
		case entry != nil && entry.IsDir() && (name == "data" || entry.Name() == ".git" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case errors.Is(err, fs.ErrPermission) && name != ".": // a directory of a container's own user
			return nil
		case err != nil:
			return err
		case !entry.Type().IsRegular() || filepath.Base(path) == "iris.key":
			return nil
		case len(files) >= mostLabFiles:
			return fmt.Errorf("more than %d files, so this is hardly a lab", mostLabFiles)
		}
		a, ok, err := readLabFile(path, entry)
		if ok {
			a.Path = filepath.ToSlash(name)
			files = append(files, a)
		}
		return err
	})
	if err != nil {
		return nil, pathError(dir, err)
	}
	slices.SortFunc(files, func(a, b lab.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// readLabFile reads a file; ok is false where it is no text that a lab may hold.
func readLabFile(path string, entry fs.DirEntry) (a lab.Artifact, ok bool, err error) {
	info, err := entry.Info()
	if err != nil || info.Size() > mostLabFile {
		return a, false, nil // gone, or too large for a configuration
	}
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		return a, false, nil
	case err != nil:
		return a, false, err
	case bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 && filepath.Ext(path) != ".md":
		return a, false, nil
	}
	return lab.Artifact{Mode: info.Mode().Perm(), Content: content}, true, nil
}
