package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

func (t *tool) buildCommand() *cobra.Command {
	var o buildOptions
	var noVerify bool
	var own templateDir
	command := &cobra.Command{
		Use:   "build FILE|DIR",
		Short: "Write the lab that a topology describes",
		Long: `Build compiles a topology, one FILE or the *.hcl files of a DIR, into a directory
that works without mirrorgen.

The directory is named after the lab and made beside FILE, or inside DIR. Only files
that differ are written; files that an earlier build wrote and that are no longer
part of the lab are removed. Files that mirrorgen did not write, and files that were
edited since, stop the build before anything is written, and --force overwrites them.
data/, certs/, secrets/ and iris.key are never touched.

A change that would cost a mirror its data, or the mirror, where this lab runs (what
mirrorgen diff calls dangerous) stops the build too; --accept-data-loss lets it pass.

A lock file beside the topology keeps addresses and ports. For a try-out elsewhere,
--no-lock takes them from there and writes none.`,
		Example: `  mirrorgen build lab.hcl
  mirrorgen build lab.hcl -o /srv/labs/demo
  mirrorgen build lab.hcl -o /tmp/try --no-lock`,
		Args: oneTopology,
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := t.compile(args[0], &own, !noVerify)
			if err != nil {
				return err
			}
			return t.build(c, o)
		},
	}
	flags := command.Flags()
	t.valueFlags(flags)
	t.addTarget(command)
	flags.StringVarP(&o.output, "output", "o", "", "write to this `DIR`")
	flags.BoolVar(&o.force, "force", false, "overwrite files that were edited or that mirrorgen did not write")
	flags.BoolVar(&o.acceptLoss, "accept-data-loss", false, "build what mirrorgen diff calls dangerous")
	flags.BoolVar(&o.noLock, "no-lock", false, "leave the lock file as it is")
	own.addFlag(flags)
	flags.BoolVar(&noVerify, "no-verify", false, "do not read the generated files back to check them")
	t.addFormat(command)
	return command
}

// buildOptions are the flags of the build command.
type buildOptions struct {
	output                    string
	force, acceptLoss, noLock bool
}

func (t *tool) build(lab *compiled, o buildOptions) error {
	output := lab.output(o.output)
	if err := lab.checkOutput(output); err != nil {
		return failed(err)
	}
	t.reportValues(lab.input, lab.plan)
	a := &approval{tool: t, lab: lab, accepted: o.acceptLoss}
	c, err := artifact.Write(output, lab.artifacts, artifact.Options{Force: o.force, Approve: a.approve})
	var conflict *artifact.ConflictError
	switch {
	case errors.As(err, &conflict):
		return t.refuse(conflict)
	case err == errDangerous:
		return t.refuseDangers(output, a.report)
	case err != nil:
		return failed(err)
	}
	noted := lab.plan.Lock.Encode(lab.plan.Source)
	if !o.noLock {
		if err := lab.lock.write(noted); err != nil {
			return failed(fmt.Errorf("the lab is written, but its lock file is not: %w", err))
		}
	}
	t.reportKept(c)
	t.reportLineEnds(c)
	a.reportGone()
	t.printf("%s: %s%s\n", printable(output), summary(c), lab.with())
	switch {
	case !lab.lock.differs(noted):
	case o.noLock:
		t.printf("%s: left as it is\n", printable(lab.lock.path))
	default:
		t.printf("%s: addresses and ports noted; commit it with the topology\n", printable(lab.lock.path))
	}
	t.printf("Next: %s\n", printable(certificatesStep(output, lab)+nextStep(output, lab.plan.LicenseKey)))
	return nil
}

// output is the directory of the lab: the one that was asked for, or one named
// after the lab and its target.
func (c *compiled) output(asked string) string {
	if asked != "" {
		return asked
	}
	return filepath.Join(c.input.dir, c.plan.Directory())
}

// checkOutput refuses an output directory that is, or is above, one that holds a
// source, a template or a link on the way to one: a lab and what it is made from
// are kept apart.
func (c *compiled) checkOutput(output string) error {
	target, err := resolve(output)
	if err != nil {
		return pathError(output, err)
	}
	for _, s := range c.input.sources {
		if err := checkApart(output, target, "topology", s.Name); err != nil {
			return err
		}
	}
	for _, s := range c.rendering.sources {
		if err := checkApart(output, target, "template", s.File); err != nil {
			return err
		}
	}
	return nil
}

// checkApart refuses a directory, whose location without links is target, that holds a
// file.
func checkApart(output, target, kind, name string) error {
	locations, err := locations(name)
	if err != nil {
		return pathError(name, err)
	}
	for _, location := range locations {
		rel, err := filepath.Rel(target, location)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return fmt.Errorf("%s: this directory holds the %s %s; choose another with -o", output, kind, name)
		}
	}
	return nil
}

// locations are where a source is: its file, and the name by which it was given,
// with each directory on the way, any of which may be a link to somewhere else.
func locations(name string) ([]string, error) {
	location, err := resolve(name)
	if err != nil {
		return nil, err
	}
	locations := []string{location}
	name, err = filepath.Abs(name)
	for err == nil && name != filepath.Dir(name) {
		if location, err = resolve(filepath.Dir(name)); err == nil {
			locations = append(locations, filepath.Join(location, filepath.Base(name)))
		}
		name = filepath.Dir(name)
	}
	return locations, err
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

// refuse reports files that a build must not overwrite, and shows what it would have changed
// in them.
func (t *tool) refuse(conflict *artifact.ConflictError) error {
	if t.report != nil {
		for i := range conflict.Conflicts {
			f := findingOf(conflict.Comparison, &conflict.Conflicts[i])
			t.report.add(hcl.Diagnostics{f.diagnostic()}, nil)
		}
		return &failure{code: exitFailed}
	}
	t.printError(conflict)
	shown := 0
	for i := range conflict.Conflicts {
		f := findingOf(conflict.Comparison, &conflict.Conflicts[i])
		if shown == mostConflicts {
			fmt.Fprintf(t.err, "\nThe others are shown by mirrorgen diff.\n")
			break
		}
		if text := f.excerpt(); text != "" {
			fmt.Fprintf(t.err, "\n%s", printable(text))
			shown++
		}
	}
	if conflict.Forcible() {
		if shown > 0 {
			fmt.Fprintln(t.err)
		}
		fmt.Fprintln(t.err, "Move them away to keep them, or overwrite them with --force")
	}
	return &failure{code: exitFailed}
}

// reportLineEnds warns of files that had CRLF line ends before this build.
func (t *tool) reportLineEnds(c *artifact.Comparison) {
	found := 0
	for i := range c.Changes {
		if c.Changes[i].Found == artifact.LineEnds {
			found++
		}
	}
	if found > 0 {
		t.warn("CRLF line ends", "%s in %s had CRLF line ends, with which no shell runs a script; they have LF again. "+
			"To keep git from putting CRLF there, "+
			"write into the repository's .gitattributes:  %s/** -text", text.Plural(found, "file"), c.Dir,
			filepath.Base(c.Dir))
	}
}

// reportKept warns of files that are no longer part of the lab and stay.
func (t *tool) reportKept(c *artifact.Comparison) {
	for _, change := range c.Changes {
		if change.Kind == artifact.Keep {
			t.warn("Edited file of no use", "%s is no longer part of the lab; it was edited, so it stays. Delete it "+
				"if you do not need it.",
				filepath.Join(c.Dir, change.Path))
		}
	}
}

// summary says what a write did, e.g. "23 files, 21 unchanged, 2 written".
func summary(c *artifact.Comparison) string {
	parts := []string{text.Plural(c.Files, "file")}
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

// certificatesStep is the beginning of the sentence about the next step where the lab needs
// certificates and has none yet, "" otherwise.
func certificatesStep(output string, lab *compiled) string {
	tls := lab.plan.TLS
	if tls == nil || len(tls.Certificates) == 0 {
		return ""
	}
	if _, err := os.Stat(filepath.Join(output, tls.Directory, plan.CAFile)); !errors.Is(err, os.ErrNotExist) {
		return ""
	}
	step := "run mirrorgen certs " + shellPath(lab.input.path)
	if lab.target == plan.Kubernetes {
		step += " --target kubernetes"
	}
	if output != lab.output("") {
		step += " -o " + shellPath(output)
	}
	return step + ", then "
}

// nextStep returns the sentence that says how to start the lab.
func nextStep(output, key string) string {
	start := filepath.Join(output, "start.sh")
	if !filepath.IsAbs(start) && !strings.HasPrefix(start, "..") {
		start = "./" + start
	}
	if !filepath.IsAbs(key) {
		key = filepath.Join(output, key)
	}
	run := "run " + shellPath(start)
	switch info, err := os.Stat(key); {
	case errors.Is(err, os.ErrNotExist):
		return "put your licence key in " + shellPath(key) + " and " + run
	case err == nil && info.IsDir(): // Docker makes one where a mounted file was missing
		return "remove the directory " + shellPath(key) + ", put your licence key there and " + run
	}
	return run
}

// shellPath returns a path as a word of a shell: with slashes, which the shells of Windows that
// run the scripts of a lab take as well.
func shellPath(path string) string { return text.ShellWord(filepath.ToSlash(path)) }
