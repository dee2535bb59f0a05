package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/verify"
)

func (t *tool) verifyCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "verify DIR|FILE...",
		Short: "Check the files of a lab on disk against each other",
		Long: `Verify reads the files of a lab as the programs read them that they are written for,
and checks each and all against each other: addresses, ports, networks, paths, roles,
mirror sets, databases, timeouts, mounts, secrets. It needs no topology and no Docker.

DIR is a directory that mirrorgen wrote, edited or not, or any other with a compose
file: what the other files are for shows in what its services mount. FILE is a compose
file by whatever name, with what lies beside it; a symbolic link that leads out of the
directory is not followed. Variables have the values of .env and of the environment, as
with Docker Compose. A finding about two places that contradict each other shows both.

An error is what keeps the lab from working, a warning what an expert would change; the
exit code is 0 where there are only warnings. docs/verify.md lists all of them.`,
		Example: `  mirrorgen verify simplemirror
  mirrorgen verify ~/labs/by-hand ~/labs/other/mirror.yml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("give at least one directory of a lab, or its compose file")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return t.each(args, t.verify) },
	}
	t.addFormat(command)
	return command
}

// verify checks the lab in a directory, or that of a compose file.
func (t *tool) verify(name string) error {
	dir, compose := name, []string(nil)
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		if ext := filepath.Ext(name); ext != ".yaml" && ext != ".yml" {
			return failed(fmt.Errorf("%s: neither a directory nor a compose file; verify reads a lab (validate reads "+
				"a topology)", name))
		}
		dir, compose = filepath.Dir(name), []string{filepath.Base(name)}
	}
	d, err := readLab(dir)
	if err != nil {
		return failed(err)
	}
	var diags hcl.Diagnostics
	files := d.Files
	if written, ok := generated(files); ok && (compose == nil || holds(written, compose[0])) {
		diags = verify.Check(written)
		files = written
	} else {
		d.Compose, d.Lookup = compose, os.LookupEnv
		diags = verify.CheckDirectory(d)
	}
	if len(diags) > 0 {
		t.show(diags, diskListings(dir, files, diags))
	}
	switch {
	case diags.HasErrors():
		return failed(fmt.Errorf("%s: %s", name, count(diags)))
	case len(diags) > 0:
		t.printf("%s: %s, %s\n", printable(name), text.Plural(len(files), "file"), count(diags))
	default:
		t.printf("%s: %s, nothing wrong\n", printable(name), text.Plural(len(files), "file"))
	}
	return nil
}

// holds reports whether an artifact of that path is among others.
func holds(artifacts []lab.Artifact, path string) bool {
	return slices.ContainsFunc(artifacts, func(a lab.Artifact) bool { return a.Path == path })
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
	listed := make(map[string]bool, len(paths))
	for _, path := range paths {
		listed[path] = true
	}
	for _, a := range files {
		if listed[a.Path] {
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
