package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// lockSuffix ends the name of every lock file.
const lockSuffix = ".lock.hcl"

// isLock reports whether a file is a lock file, by its name.
func isLock(path string) bool { return strings.HasSuffix(path, lockSuffix) }

// maxLock is the size of a lock file that is still read, in bytes: that of a lab of 16,000
// members has 1 MB.
const maxLock = 4 << 20

// lockFile is what a topology's lock file holds on disk.
type lockFile struct {
	path    string
	exists  bool
	content []byte
}

// lockPath is where the lock of a topology lies: beside a file, inside a
// directory.
func lockPath(path string, isDir bool) string {
	if isDir {
		return filepath.Join(path, ".mirrorgen"+lockSuffix)
	}
	return strings.TrimSuffix(path, ".hcl") + lockSuffix
}

// readLockFile reads a lock file; a topology that was never built has none.
func readLockFile(path string) (lockFile, error) {
	l := lockFile{path: path}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l, nil
	case err != nil:
		return l, pathError(path, err)
	case !info.Mode().IsRegular():
		return l, fmt.Errorf("%s: this is where the lab's lock file belongs, and it is no regular file; move it "+
			"away", path)
	}
	l.exists = true
	l.content, err = readLimited(path, maxLock, "a lock file of thousands of members is smaller, so mirrorgen did not "+
		"write it")
	return l, err
}

// read takes the lock apart; nil where there is none.
func (l lockFile) read() (*plan.Lock, hcl.Diagnostics) {
	if !l.exists {
		return nil, nil
	}
	return plan.ReadLock(l.path, l.content)
}

// source is the file for excerpts of diagnostics about it.
func (l lockFile) source() schema.Source { return schema.Source{Name: l.path, Content: l.content} }

// differs reports whether writing a lock would change more of the file than its line ends.
func (l lockFile) differs(content []byte) bool {
	return !l.exists || !bytes.Equal(artifact.UnixLines(l.content), content)
}

// findings returns one finding where a build would change the file.
func (l lockFile) findings(content []byte) []finding {
	switch {
	case !l.differs(content):
		return nil
	case !l.exists:
		return []finding{{l.path, "is missing", "Missing lock file", "Run mirrorgen build and commit the lock file " +
			"that it writes.", 1, nil}}
	}
	text := diff.Diff(l.path, l.content, l.path, content)
	return []finding{{l.path, "is out of date", "Lock file out of date", "Run mirrorgen build and commit the lock " +
		"file that it writes.", artifact.FirstLine(text), text}}
}

// write puts a lock in the file's place, all of it or nothing.
func (l lockFile) write(content []byte) error {
	if !l.differs(content) {
		artifact.ClearReplacement(l.path)
		return nil
	}
	if err := artifact.ReplaceFile(l.path, content, 0o644); err != nil {
		return pathError(l.path, err)
	}
	return nil
}

func (t *tool) lockCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "lock",
		Short: "Work on the lock file of a topology",
		Long: `Lock files keep addresses and ports where they are while a topology is edited. Build
writes them: lab.lock.hcl beside lab.hcl, .mirrorgen.lock.hcl inside a directory. They
are meant to be committed.`,
	}
	var dryRun bool
	prune := &cobra.Command{
		Use:   "prune FILE|DIR",
		Short: "Free the addresses and ports of what the topology no longer has",
		Long: `Prune takes out of the lock file what it keeps for services and mirrors that the
topology no longer has; from then on their host numbers and ports are handed out
again. Nothing else of the lab changes. What the topology has may depend on its
variables: prune says where they have other values than at the last build.`,
		Example: `  mirrorgen lock prune lab.hcl --dry-run
  mirrorgen lock prune lab.hcl`,
		Args: oneTopology,
		RunE: func(_ *cobra.Command, args []string) error { return t.prune(args[0], dryRun) },
	}
	prune.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be freed, and write nothing")
	t.valueFlags(prune.Flags())
	command.AddCommand(prune)
	return command
}

func (t *tool) prune(path string, dryRun bool) error {
	in, p, err := t.plan(path)
	if err != nil {
		return err
	}
	if !in.lock.exists {
		fmt.Fprintf(t.out, "%s: there is no lock file yet; build writes it\n", printable(in.lock.path))
		return nil
	}
	t.reportValues(in, p)
	freed := p.Lock.Freed()
	switch {
	case len(freed) == 0:
		fmt.Fprintf(t.out, "%s: nothing to free\n", printable(in.lock.path))
		return nil
	case dryRun:
		fmt.Fprintf(t.out, "%s: would free %s\n", printable(in.lock.path), strings.Join(freed, ", "))
		return nil
	}
	pruned := p.Lock.Pruned()
	pruned.Inputs = in.kept.Inputs // this is no build
	if err := in.lock.write(pruned.Encode(p.Source)); err != nil {
		return failed(err)
	}
	fmt.Fprintf(t.out, "%s: freed %s\n", printable(in.lock.path), strings.Join(freed, ", "))
	return nil
}

// reportValues warns of variables that have other values than at the last build: one that was
// forgotten takes services away.
func (t *tool) reportValues(in *input, p *plan.Plan) {
	if changes := in.kept.Changes(p.Lock); len(changes) > 0 {
		t.warn("Other values", "Variables have other values than at the last build: %s.", strings.Join(changes, "; "))
	}
}
