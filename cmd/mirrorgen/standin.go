package main

import (
	"os"

	"github.com/spf13/cobra"

	"mirrorgen/internal/standin"
)

// standInCommand is what a rehearsal's containers run; it is of no use elsewhere.
func (t *tool) standInCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "stand-in ROLE [ARGUMENTS]",
		Short:              "Stand in for a program of InterSystems IRIS, in a rehearsal's container",
		Hidden:             true,
		DisableFlagParsing: true,
		Args:               cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			// Not t.out, which keeps what it is given until the end.
			code, err := standin.Run(args[0], args[1:], t.in, os.Stdout)
			if err != nil {
				return failed(err)
			}
			if code != exitDone {
				return &failure{code: code}
			}
			return nil
		},
	}
}
