package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// tool is what every command works with: results go to out, everything else to
// err.
type tool struct {
	in     io.Reader
	out    *bufio.Writer
	err    io.Writer
	screen screen           // what err is shown on
	report *report          // diagnostics are collected here for a program; nil where a person reads them
	values values           // of variables, from flags
	given  []schema.Setting // values of variables that go before those
	taken  *[]batch         // diagnostics are kept here instead of being shown; nil where they are shown
	target plan.Target
	adjust func(*schema.Lab) // what a command changes in the topology; nil for nothing
	stdout *redactor         // below out: shows no sensitive value
	stderr *redactor         // below err, likewise
	debug  bool              // a panic is printed with its stack
}

const about = `mirrorgen turns one file into a complete InterSystems IRIS mirror lab: a directory
with docker-compose.yaml, NGINX, HAProxy and Web Gateway configuration, IRIS merge
files, scripts that start, stop, check and break the lab, and a README.

Begin with:
  mirrorgen init               write a topology, lab.hcl, to begin with
  mirrorgen validate lab.hcl   check a topology; every mistake is shown with its line
  mirrorgen build lab.hcl      write the lab: a directory beside lab.hcl
  mirrorgen inspect lab.hcl    list its services, addresses, ports and endpoints
  mirrorgen explain lab.hcl 10.0.1.3   say what an address, port, path or name is, and why

A whole topology, the smallest useful lab.hcl:

  lab "minimal" {}

  arbiter "arbiter" {}

  mirror "demo" {
    member "demo-a" { role = "primary" }
    member "demo-b" { role = "backup" }
  }

  web_gateway "webgw" {}
  nginx "web" {}
  haproxy "sql" {}

"mirrorgen build lab.hcl" makes of it the directory minimal. Put your licence key in
minimal/iris.key and run minimal/start.sh; it needs Docker with Compose, and no
mirrorgen. Every block and argument is described in docs/language.md; a package has the pages
as /usr/share/doc/mirrorgen/html/docs/language.html and so on, an archive in html/docs.

Exit codes: 0 done, 1 error in the input or on disk, 2 wrong usage, 3 output differs,
70 a mistake in mirrorgen.`

// root is the whole command line.
func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:                        "mirrorgen COMMAND",
		Short:                      "Compile a topology of InterSystems IRIS mirrors into a Docker Compose lab",
		Long:                       about,
		Version:                    readVersion().Version,
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().BoolVar(&t.debug, "debug", false, "tell where a mistake in mirrorgen was met")
	root.PersistentFlags().MarkHidden("debug")
	root.AddCommand(t.initCommand(), t.importCommand(), t.buildCommand(), t.checkCommand(), t.diffCommand(),
		t.validateCommand(), t.verifyCommand(), t.fmtCommand(), t.inspectCommand(), t.explainCommand(),
		t.lspCommand(), t.graphCommand(), t.rehearseCommand(), t.testCommand(), t.variablesCommand(), t.lockCommand(),
		t.passwordHashCommand(), t.certsCommand(), t.templatesCommand(), t.standInCommand(), t.manCommand(),
		t.versionCommand())
	completeFiles(root)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	t.demandSubcommand(root)
	for _, command := range root.Commands() {
		if command.HasSubCommands() {
			t.demandSubcommand(command)
		}
	}
	return root
}

// flagError says in the flag's terms what is wrong with its value; the cause that pflag adds
// is one of Go's.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	want := map[string]string{"int": "a whole number", "bool": "true or false"}[invalid.GetFlag().Value.Type()]
	if want == "" {
		return err
	}
	return fmt.Errorf("--%s %s: give %s", invalid.GetFlag().Name, text.ShellWord(invalid.GetValue()), want)
}

// demandSubcommand makes it wrong usage to call a command without one of its
// subcommands; cobra alone would show the help and succeed.
func (t *tool) demandSubcommand(command *cobra.Command) {
	command.Args = func(_ *cobra.Command, args []string) error { return unknownCommand(command, args) }
	command.RunE = func(*cobra.Command, []string) error {
		command.SetOut(t.err)
		command.Help()
		return &failure{code: exitUsage}
	}
}

// unknownCommand refuses a word that is no command, with the nearest that is.
func unknownCommand(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if names := command.SuggestionsFor(args[0]); len(names) > 0 {
		near = fmt.Sprintf("; did you mean %q?", names[0])
	}
	return fmt.Errorf("there is no command \"%s %s\"%s", command.CommandPath(), args[0], near)
}

// helpCommand is cobra's, but an unknown topic is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show how a command is used",
		RunE: func(command *cobra.Command, args []string) error {
			topic, rest, err := command.Root().Find(args)
			if err == nil {
				err = unknownCommand(topic, rest)
			}
			if err != nil {
				return err
			}
			topic.InitDefaultHelpFlag()
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// usage is the part of a command's help that follows its description.
func usage(command *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", command.UseLine())
	if command.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", command.Example)
	}
	if command.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, c := range command.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s  %s\n", command.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	if command.HasAvailableLocalFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", command.LocalFlags().FlagUsages())
	}
	if command.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n\"%s COMMAND --help\" describes a command.\n", command.CommandPath())
	}
	_, err := io.WriteString(command.OutOrStdout(), b.String())
	return err
}

// oneTopology demands exactly one FILE or DIR.
func oneTopology(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give one topology, a FILE or a DIR; %d were given", len(args))
	}
	return nil
}

// someTopologies demands at least one FILE or DIR.
func someTopologies(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("give at least one topology, a FILE or a DIR")
	}
	return nil
}
