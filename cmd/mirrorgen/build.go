package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
)

func (t *tool) buildCommand() *cobra.Command {
	var output string
	var force, noVerify bool
	command := &cobra.Command{
		Use:   "build FILE|DIR",
		Short: "Write the lab that a topology describes",
		Long: `Build compiles a topology, one FILE or the *.hcl files of a DIR, into a directory
that works without mirrorgen.

The directory is named after the lab and made beside FILE, or inside DIR. Only files
that differ are written; files that an earlier build wrote and that are no longer
part of the lab are removed. Files that mirrorgen did not write, and files that were
edited since, stop the build before anything is written. data/, certs/, secrets/ and
iris.key are never touched.`,
		Example: `  mirrorgen build lab.hcl
  mirrorgen build lab.hcl -o /srv/labs/demo`,
		Args: oneTopology,
		RunE: func(_ *cobra.Command, args []string) error {
			return t.build(args[0], output, force, !noVerify)
		},
	}
	flags := command.Flags()
	flags.StringVarP(&output, "output", "o", "", "write to this `DIR`")
	flags.BoolVar(&force, "force", false, "overwrite files that were edited or that mirrorgen did not write")
	flags.BoolVar(&noVerify, "no-verify", false, "do not read the generated files back to check them")
	return command
}

func (t *tool) build(path, output string, force, verified bool) error {
	in, p, artifacts, err := t.compile(path, verified)
	if err != nil {
		return err
	}
	if output == "" {
		output = filepath.Join(in.dir, p.Name)
	}
	if err := in.outside(output); err != nil {
		return failed(err)
	}
	c, err := artifact.Write(output, artifacts, artifact.Options{Force: force})
	var conflict *artifact.ConflictError
	switch {
	case errors.As(err, &conflict) && conflict.Forcible():
		return failed(fmt.Errorf("%w\nMove them away to keep them, or overwrite them with --force", err))
	case err != nil:
		return failed(err)
	}
	t.reportKept(c)
	fmt.Fprintf(t.out, "%s: %s\n", printable(output), summary(c))
	fmt.Fprintf(t.out, "Next: %s\n", printable(nextStep(output, p.LicenseKey)))
	return nil
}

// outside refuses an output directory that is, or is above, one that holds a
// source: a lab and what it is made from are kept apart.
func (in *input) outside(output string) error {
	target, err := resolve(output)
	if err != nil {
		return plainError(output, err)
	}
	for _, s := range in.sources {
		source, err := resolve(s.Name)
		if err != nil {
			return plainError(s.Name, err)
		}
		rel, err := filepath.Rel(target, source)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return fmt.Errorf("%s: this directory holds the topology %s; choose another with -o", output, s.Name)
		}
	}
	return nil
}

// resolve is the absolute path without symbolic links; what does not exist yet
// is taken literally.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, os.ErrNotExist) || path == filepath.Dir(path) {
		return real, err
	}
	parent, err := resolve(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// reportKept warns of files that are no longer part of the lab and stay.
func (t *tool) reportKept(c *artifact.Comparison) {
	for _, change := range c.Changes {
		if change.Kind == artifact.Keep {
			fmt.Fprintf(t.err, "Warning: %s is no longer part of the lab; it was edited, so it stays. Delete it if you do not need it.\n",
				printable(filepath.Join(c.Dir, change.Path)))
		}
	}
}

// summary says what a write did, e.g. "23 files, 21 unchanged, 2 written".
func summary(c *artifact.Comparison) string {
	parts := []string{plural(c.Files, "file")}
	counted := map[artifact.Kind]int{}
	for _, change := range c.Changes {
		counted[change.Kind]++
	}
	for _, part := range []struct {
		n    int
		verb string
	}{
		{c.Unchanged, "unchanged"},
		{counted[artifact.Create] + counted[artifact.Update], "written"},
		{counted[artifact.Chmod], "mode changed"},
		{counted[artifact.Remove], "removed"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.verb))
		}
	}
	return strings.Join(parts, ", ")
}

// nextStep tells how the lab is started from here.
func nextStep(output, key string) string {
	start := filepath.Join(output, "start.sh")
	if !filepath.IsAbs(start) && !strings.HasPrefix(start, "..") {
		start = "./" + start
	}
	if !filepath.IsAbs(key) {
		key = filepath.Join(output, key)
	}
	if _, err := os.Stat(key); err == nil {
		return "run " + start
	}
	return fmt.Sprintf("put your licence key in %s and run %s", key, start)
}
