package main

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/format/text"
)

func (t *tool) checkCommand() *cobra.Command {
	var output string
	var own templateDir
	command := &cobra.Command{
		Use:   "check FILE|DIR...",
		Short: "Compare the lab on disk with its topology and write nothing",
		Long: `Check compiles a topology as build does and compares the result with the directory
that build would write. It writes nothing. It lists each file that is missing, out of
date, edited by hand or no longer part of the lab, the lock file where a build would
change it, and shows the changes that a build would make as a unified diff. For CI: see docs/ci.md.

Exit code: 0 the directory is what the topology says, 3 it is not, 1 error in the
topology or on disk.`,
		Example: `  mirrorgen check lab.hcl
  mirrorgen check labs/*.hcl
  mirrorgen check lab.hcl -o /srv/labs/demo`,
		Args: func(command *cobra.Command, args []string) error {
			if output != "" {
				return oneTopology(command, args)
			}
			return someTopologies(command, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			differs := false
			err := t.each(args, func(path string) error {
				list, err := t.check(path, output, &own)
				differs = differs || len(list) > 0
				return err
			})
			if err == nil && differs {
				return &failure{code: exitDiffers}
			}
			return err
		},
	}
	t.valueFlags(command.Flags())
	t.addTarget(command)
	command.Flags().StringVarP(&output, "output", "o", "", "compare with this `DIR`")
	own.addFlag(command.Flags())
	t.addFormat(command)
	return command
}

// check compares one lab with its directory, prints what it finds and returns it.
func (t *tool) check(path, output string, own *templateDir) ([]finding, error) {
	lab, err := t.compile(path, own, true)
	if err != nil {
		return nil, err
	}
	c, err := artifact.Compare(lab.output(output), lab.artifacts)
	if err != nil {
		return nil, failed(err)
	}
	list := append(findings(c), lab.lock.findings(lab.plan.Lock.Encode(lab.plan.Source))...)
	if len(list) == 0 {
		t.printf("%s: up to date: %s\n", printable(c.Dir), text.Plural(c.Files, "file"))
		return nil, nil
	}
	if t.report != nil {
		for i := range list {
			t.report.add(hcl.Diagnostics{list[i].diagnostic()}, nil)
		}
		return list, nil
	}
	t.showFindings(list)
	t.printError(fmt.Errorf("%s is not what %s describes: %s\n%s", c.Dir, path, text.Plural(len(list), "difference"),
		remedies(list)))
	return list, nil
}

// showFindings lists what was found, and then the changes that a build would
// make.
func (t *tool) showFindings(list []finding) {
	for i := range list {
		fmt.Fprintf(t.out, "%s %s\n", printable(list[i].name), printable(list[i].difference))
	}
	for i := range list {
		if text := list[i].diff; len(text) > 0 {
			fmt.Fprintf(t.out, "\n%s", printable(string(text)))
		}
	}
}

// remedies are what has to be done about findings, each kind once.
func remedies(list []finding) string {
	var lines []string
	said := map[string]bool{}
	for i := range list {
		f := &list[i]
		if line := f.summary + ": " + f.remedy; !said[line] {
			said[line] = true
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
