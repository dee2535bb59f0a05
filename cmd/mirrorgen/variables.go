package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"mirrorgen/schema"
)

func (t *tool) variablesCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:   "variables FILE|DIR",
		Short: "List the variables that a topology can be given",
		Long: `Variables lists the variable blocks of a topology, in file order, with type, default
and description. The default of a sensitive variable is not shown.

The JSON is one object of format 1 with a list "variables", never null: name, type,
description, required (it has no default), sensitive, and default (null where there is
none or it is not shown).`,
		Example: `  mirrorgen variables lab.hcl
  mirrorgen build lab.hcl --var mirrors=5`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "table", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return t.variables(args[0], format)
		},
	}
	command.Flags().StringVar(&format, "format", "table", "`table` or json")
	return command
}

// variablesOverview is what other programs read; the command's help describes it.
type variablesOverview struct {
	Format    int                `json:"format"`
	Variables []variableOverview `json:"variables"`
}

type variableOverview struct {
	Name        string          `json:"name"`
	Type        string          `json:"type"`
	Default     json.RawMessage `json:"default"`
	Required    bool            `json:"required"`
	Sensitive   bool            `json:"sensitive"`
	Description string          `json:"description"`
}

func (t *tool) variables(path, format string) error {
	in, err := readInput(path)
	if err != nil {
		return failed(err)
	}
	variables, diags := schema.Variables(in.sources)
	if len(diags) > 0 {
		t.show(diags, sourceListings(in.sources))
	}
	if diags.HasErrors() {
		return failed(fmt.Errorf("%s: %s", path, count(diags)))
	}
	list := variablesOverview{Format: 1, Variables: []variableOverview{}}
	for _, v := range variables {
		list.Variables = append(list.Variables, variableOverview{v.Name, v.Type, shownDefault(v), v.Required,
			v.Sensitive, v.Description})
	}
	if format == "json" {
		return t.printJSON(list)
	}
	if len(variables) == 0 {
		fmt.Fprintf(t.out, "%s: declares no variables\n", printable(path))
		return nil
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tTYPE\tDEFAULT\tDESCRIPTION")
	for _, v := range list.Variables {
		value := string(v.Default)
		switch {
		case v.Required:
			value = "(required)"
		case v.Sensitive:
			value = schema.Hidden
		}
		description := strings.Join(strings.Fields(v.Description), " ")
		if description == "" {
			description = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", printable(v.Name), v.Type, printable(value), printable(description))
	}
	return table.Flush()
}

// shownDefault is a default as JSON, null where there is none to show.
func shownDefault(v schema.Variable) json.RawMessage {
	if v.Required || v.Sensitive || !v.Default.IsWhollyKnown() {
		return json.RawMessage("null")
	}
	text, err := ctyjson.Marshal(v.Default, v.Default.Type())
	if err != nil || v.Default.Type() == cty.NilType {
		return json.RawMessage("null")
	}
	return text
}
