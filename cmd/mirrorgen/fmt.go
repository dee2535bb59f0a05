package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/schema"
)

// formatter is one run of the fmt command.
type formatter struct {
	*tool
	check, diff bool
	differs     bool // something was not formatted
}

func (t *tool) fmtCommand() *cobra.Command {
	f := &formatter{tool: t}
	command := &cobra.Command{
		Use:   "fmt [FILE|DIR|-]...",
		Short: "Rewrite topologies in the canonical layout",
		Long: `Fmt lays out topology files as HCL's own formatter does, and prints the name of each
file that it changes. A DIR stands for its *.hcl files, tests among them. With - or no argument it
formats standard input to standard output. A file with syntax errors is left alone.`,
		Example: `  mirrorgen fmt lab.hcl
  mirrorgen fmt --check --diff labs
  mirrorgen fmt < lab.hcl`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"-"}
			}
			err := t.eachOf(args, isLock, f.formatPath)
			if err == nil && f.differs {
				return &failure{code: exitDiffers}
			}
			return err
		},
	}
	flags := command.Flags()
	flags.BoolVar(&f.check, "check", false, "write nothing; list files that are not formatted and exit with 3")
	flags.BoolVar(&f.diff, "diff", false, "write nothing; print the changes as a unified diff and exit with 3 if "+
		"there are any")
	return command
}

func (f *formatter) formatPath(path string) error {
	if path == "-" {
		return f.formatInput()
	}
	names, err := formattedFiles(path)
	if err != nil {
		return failed(err)
	}
	return f.eachOf(names, isLock, f.formatFile)
}

// formattedFiles are the topology files, and the tests, that a FILE or DIR stands for.
func formattedFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		written := func(name string) bool { return isTest(name) && name[0] != '.' || checkTopology(name) == nil }
		if names, err := directoryFiles(path, written); err != nil || len(names) > 0 {
			return names, err
		}
	case err == nil && isTest(path):
		return []string{path}, nil
	}
	names, _, err := topologyFiles(path)
	return names, err
}

func (f *formatter) formatFile(name string) error {
	content, err := readSource(name)
	if err != nil {
		return failed(err)
	}
	formatted, err := f.format(name, content)
	if err != nil {
		return err
	}
	if bytes.Equal(content, formatted) {
		if target, err := filepath.EvalSymlinks(name); err == nil && !f.check && !f.diff {
			artifact.ClearReplacement(target)
		}
		return nil
	}
	if f.report(name, content, formatted) {
		return nil
	}
	if err := replaceFile(name, formatted); err != nil {
		return failed(err)
	}
	fmt.Fprintln(f.out, printable(name))
	return nil
}

// formatInput formats standard input.
func (f *formatter) formatInput() error {
	const name = "<stdin>"
	content, err := readAll(name, f.in, maxSource, topologySize)
	if err != nil {
		return failed(err)
	}
	formatted, err := f.format(name, content)
	if err != nil {
		return err
	}
	if !f.check && !f.diff {
		f.out.Write(formatted)
		return nil
	}
	if !bytes.Equal(content, formatted) {
		f.report(name, content, formatted)
	}
	return nil
}

// format lays out one file, after showing what is wrong with its syntax.
func (f *formatter) format(name string, content []byte) ([]byte, error) {
	diags := schema.CheckFile(name, content)
	if !diags.HasErrors() {
		_, diags = hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	}
	if diags.HasErrors() {
		f.show(diags, sourceListings([]schema.Source{{Name: name, Content: content}}))
		return nil, failed(fmt.Errorf("%s: %s; not formatted", name, count(diags)))
	}
	return hclwrite.Format(content), nil
}

// report prints a difference where --check or --diff asks for it instead of a change, and
// reports whether it did.
func (f *formatter) report(name string, before, after []byte) bool {
	switch {
	case f.diff:
		f.out.Write(diff.Diff(name+".orig", before, name, after))
	case f.check:
		fmt.Fprintln(f.out, printable(name))
	default:
		return false
	}
	f.differs = true
	return true
}

// replaceFile gives an existing file other contents by one rename. Mode and, for
// a symbolic link, the link itself stay.
func replaceFile(name string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w; the file was left as it was", pathError(name, err))
		}
	}()
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("not a regular file")
	}
	return artifact.ReplaceFile(target, content, info.Mode().Perm())
}
