package main

import (
	"slices"

	"github.com/spf13/cobra"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// complete has a shell complete the value of a flag with one of some words.
func complete(command *cobra.Command, flag string, values ...string) {
	completeWith(command, flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values, cobra.ShellCompDirectiveNoFileComp
	})
}

func completeWith(command *cobra.Command, flag string, with cobra.CompletionFunc) {
	if err := command.RegisterFlagCompletionFunc(flag, with); err != nil {
		panic(err)
	}
}

// completeFiles has a shell complete the arguments of commands with files, and
// those flags that name a file or directory.
func completeFiles(root *cobra.Command) {
	extensions := map[string][]string{"import": {"yaml", "yml"}}
	for _, name := range []string{"init", "build", "check", "diff", "validate", "verify", "fmt", "inspect",
		"explain", "graph", "test"} {
		extensions[name] = []string{"hcl"}
	}
	for _, command := range root.Commands() {
		list, takesFiles := extensions[command.Name()]
		if !takesFiles {
			continue
		}
		command.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return list, cobra.ShellCompDirectiveFilterFileExt
		}
		for _, flag := range []string{"output", "templates"} {
			switch found := command.Flags().Lookup(flag); {
			case found == nil:
			case command.Name() == "import":
				command.MarkFlagFilename(flag, "hcl")
			default:
				command.MarkFlagDirname(flag)
			}
		}
	}
}

// completeServices offers the services of the topology that was named, or their
// roles, each with what it is. Mistakes in the topology are not reported.
func completeServices(offer func(*plan.Plan) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		const none = cobra.ShellCompDirectiveNoFileComp
		if len(args) == 0 {
			return nil, none
		}
		in, err := readInput(args[0])
		if err != nil {
			return nil, none
		}
		lab, diags := schema.Load(in.base, in.sources)
		if lab == nil || diags.HasErrors() {
			return nil, none
		}
		p, diags := plan.Make(lab, nil)
		if diags.HasErrors() {
			return nil, none
		}
		return offer(p), none
	}
}

func serviceNames(p *plan.Plan) []string {
	var names []string
	for _, s := range overviewOf(p).Services {
		names = append(names, s.Name+"\t"+s.described())
	}
	return names
}

func roleNames(p *plan.Plan) []string {
	var names []string
	for _, s := range overviewOf(p).Services {
		if s.Role != "" && !slices.Contains(names, s.Role) {
			names = append(names, s.Role)
		}
	}
	return names
}
