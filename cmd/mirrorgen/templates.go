package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/templates"
)

func (t *tool) templatesCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "templates COMMAND",
		Short: "Show the templates of a lab's files, and begin one of your own",
		Long: `Every generated file is printed by a template. A directory templates/ beside the
topology, or the one that --templates names, has yours: one with the name of a
built-in takes its place, any other adds the file that it is named after without
".tmpl". What they print is verified like the rest. See docs/templates.md.`,
		DisableFlagsInUseLine: true,
	}
	command.AddCommand(t.templatesListCommand(), t.templatesShowCommand(), t.templatesEjectCommand(),
		t.templatesFunctionsCommand())
	return command
}

func (t *tool) templatesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the built-in templates and what each prints",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tPRINTS\tFORMAT\t.ONE")
			for _, b := range templates.Builtins() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", b.Name, b.Prints, orDash(b.Format), orDash(b.One))
			}
			table.Flush()
			return nil
		},
	}
}

// orDash is a text, or a dash for none.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (t *tool) templatesShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME",
		Short:             "Print a built-in template",
		Example:           `  mirrorgen templates show nginx/nginx.conf.tmpl`,
		Args:              oneTemplate,
		ValidArgsFunction: completeTemplates,
		RunE: func(_ *cobra.Command, args []string) error {
			text, ok := templates.Builtin(args[0])
			if !ok {
				return failed(unknownTemplate(args[0]))
			}
			t.out.WriteString(text)
			return nil
		},
	}
}

func (t *tool) templatesEjectCommand() *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use:   "eject NAME",
		Short: "Write a built-in template where you can change it",
		Long: `Eject writes a built-in template to DIR/NAME. Its first line says which version it
is, and prints nothing: a build warns when a later mirrorgen has another version. A
file that exists is not overwritten.`,
		Example:           `  mirrorgen templates eject nginx/nginx.conf.tmpl`,
		Args:              oneTemplate,
		ValidArgsFunction: completeTemplates,
		RunE: func(_ *cobra.Command, args []string) error {
			text, ok := templates.Eject(args[0])
			if !ok {
				return failed(unknownTemplate(args[0]))
			}
			name := filepath.Join(dir, filepath.FromSlash(args[0]))
			if err := createFile(name, []byte(text)); err != nil {
				return failed(err)
			}
			fmt.Fprintln(t.out, printable(name))
			return nil
		},
	}
	command.Flags().StringVar(&dir, "templates", templatesName, "write below this `DIR`")
	return command
}

func (t *tool) templatesFunctionsCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:   "functions",
		Short: "List the functions that a template may call, and those that it may not",
		Long: `Functions lists what a template may call: our own functions, those of text/template
and those of sprig. A function is allowed as it is, wrapped (an argument that is wrong
is an error, and no pointer and no order of a map reaches the output), charged (stopped
before it makes more than a template may), or refused, with the reason and what to do
instead.

The JSON is one object of format 1. Fields may be added to it; a change of meaning
raises "format".

  format      1
  functions   by name: name, call (how it is called), from (mirrorgen, sprig,
              text/template or helm), status (allowed, wrapped, charged or refused),
              gives, reason (why it is not allowed as it is), way (of a refused one:
              what to do instead)`,
		Example: `  mirrorgen templates functions
  mirrorgen templates functions --format json | jq -r '.functions[] | select(.status == "refused") | .name'`,
		Args: cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "table", "json")
		},
		RunE: func(*cobra.Command, []string) error {
			if format == "json" {
				return t.printJSON(functionList{1, templates.Functions()})
			}
			table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "FUNCTION\tFROM\tSTATUS\tGIVES, OR WHY IT IS REFUSED")
			for _, f := range templates.Functions() {
				about := f.Gives
				if f.Status == templates.Refused {
					about = f.Reason + ". " + f.Way
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Call, f.From, f.Status, about)
			}
			table.Flush()
			return nil
		},
	}
	command.Flags().StringVar(&format, "format", "table", "`table` or json")
	complete(command, "format", "table", "json")
	return command
}

// A functionList is the JSON of templates functions.
type functionList struct {
	Format    int                  `json:"format"` // 1
	Functions []templates.Function `json:"functions"`
}

func oneTemplate(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give the name of one template; %d were given", len(args))
	}
	return nil
}

// unknownTemplate names the built-in template that was probably meant.
func unknownTemplate(name string) error {
	for _, b := range templates.Builtins() {
		if artifactName(b.Name) == name || path.Base(artifactName(b.Name)) == artifactName(name) || b.Prints == name {
			return fmt.Errorf("there is no built-in template %q; did you mean %q?", name, b.Name)
		}
	}
	return fmt.Errorf("there is no built-in template %q; \"mirrorgen templates list\" shows all", name)
}

// artifactName is a template's name without its ending.
func artifactName(name string) string { return strings.TrimSuffix(name, ".tmpl") }

func completeTemplates(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) == 0 {
		for _, b := range templates.Builtins() {
			names = append(names, b.Name+"\t"+b.Prints)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// createFile writes a file that does not exist yet, and the directories that it
// takes.
func createFile(name string, content []byte) error {
	err := os.MkdirAll(filepath.Dir(name), 0o777)
	var file *os.File
	if err == nil {
		file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists, and is not overwritten; move it away or choose another name", name)
	}
	if err == nil {
		_, err = file.Write(content)
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			os.Remove(name)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, artifact.Cause(err))
	}
	return nil
}
