package main

import (
	"errors"

	"mirrorgen/internal/format/text"

	"github.com/spf13/cobra"
)

func (t *tool) validateCommand() *cobra.Command {
	var own templateDir
	command := &cobra.Command{
		Use:   "validate FILE|DIR...",
		Short: "Check topologies and write nothing",
		Long: `Validate compiles each topology as build does, reads the result back, and writes
nothing. Every FILE, and every DIR with its *.hcl files, is a topology of its own.`,
		Example: `  mirrorgen validate lab.hcl
  mirrorgen validate labs/*.hcl
  mirrorgen validate lab.hcl --format sarif > lab.sarif`,
		Args: someTopologies,
		RunE: func(_ *cobra.Command, args []string) error {
			return t.each(args, func(path string) error { return t.validate(path, &own) })
		},
	}
	own.addFlag(command.Flags())
	t.valueFlags(command.Flags())
	t.addFormat(command)
	return command
}

func (t *tool) validate(path string, own *templateDir) error {
	c, err := t.compile(path, own, true)
	if err != nil {
		return err
	}
	t.printf("%s: valid: lab %s, %s, %s%s\n", printable(path), c.plan.Name,
		text.Plural(len(c.plan.Services), "service"), text.Plural(len(c.artifacts), "file"), c.with())
	return nil
}

// each does the same to several topologies, and goes on after one that fails. Of labs/*.hcl, lock
// files and tests are not meant.
func (t *tool) each(paths []string, do func(path string) error) error {
	return t.eachOf(paths, func(path string) bool { return isLock(path) || isTest(path) }, do)
}

// eachOf does the same to several paths but those passed over, and goes on after one that fails.
func (t *tool) eachOf(paths []string, passedOver func(path string) bool, do func(path string) error) error {
	var result error
	for _, path := range paths {
		if len(paths) > 1 && passedOver(path) {
			continue
		}
		if err := do(path); err != nil {
			var f *failure
			if errors.As(err, &f) && f.code == exitUsage {
				return err // it is not about this path
			}
			t.printError(err)
			result = failed(nil)
		}
	}
	return result
}
