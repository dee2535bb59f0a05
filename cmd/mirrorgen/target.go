package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mirrorgen/internal/plan"
)

// addTarget gives a command the flag that says what a lab is written for.
func (t *tool) addTarget(command *cobra.Command) {
	command.Flags().Var((*targetFlag)(&t.target), "target", "what the lab is written for: `TARGET` is compose or "+
		"kubernetes")
	complete(command, "target", plan.Targets()...)
}

// targetFlag is a target as a flag.
type targetFlag plan.Target

func (f *targetFlag) String() string { return plan.Target(*f).String() }
func (f *targetFlag) Type() string   { return "string" }

func (f *targetFlag) Set(name string) error {
	target, ok := plan.TargetNamed(name)
	if !ok {
		return fmt.Errorf("there is no target %q, only %s", name, strings.Join(plan.Targets(), " and "))
	}
	*f = targetFlag(target)
	return nil
}
