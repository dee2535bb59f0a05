package main

import (
	"bytes"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/graph"
)

// The formats of graph.
const (
	graphMermaid = "mermaid"
	graphDOT     = "dot"
	graphSVG     = "svg"
	graphHTML    = "html"
)

func (t *tool) graphCommand() *cobra.Command {
	var format string
	var own templateDir
	command := &cobra.Command{
		Use:   "graph FILE|DIR",
		Short: "Draw a lab: mirrors, networks, balancers, gateways and ports",
		Long: `Graph draws the lab that a topology describes, and prints the picture.

  svg      an image, on white or on dark: networks are areas, roles have colours. From 9
           mirrors on each is one box, and more than 6 services that are alike are one
  html     the same in a page without a network: it pans and zooms, shows addresses and
           ports under the pointer, and on a click the lines of the topology and of the
           generated files
  mermaid  the flowchart of the lab's README, for a page on GitHub or GitLab
  dot      for Graphviz`,
		Example: `  mirrorgen graph lab.hcl > lab.svg
  mirrorgen graph lab.hcl --format html > lab.html
  mirrorgen graph lab.hcl --format dot | dot -Tpdf > lab.pdf`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, graphSVG, graphHTML, graphMermaid, graphDOT)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := t.compile(args[0], &own, false)
			if err != nil {
				return err
			}
			return t.graph(c, format)
		},
	}
	t.valueFlags(command.Flags())
	command.Flags().StringVar(&format, "format", graphSVG, "`svg`, html, mermaid or dot")
	complete(command, "format", graphSVG, graphHTML, graphMermaid, graphDOT)
	own.addFlag(command.Flags())
	return command
}

func (t *tool) graph(c *compiled, format string) error {
	var picture []byte
	switch format {
	case graphDOT:
		picture = graph.DOT(c.plan)
	case graphMermaid:
		picture = flowchart(c)
		if picture == nil {
			return failed(errors.New("the README of this lab, from a template of yours, has no Mermaid " +
				"flowchart; take another format"))
		}
	case graphHTML:
		picture = graph.HTML(c.plan, explain.Details(t.explained(c)))
	default:
		picture = graph.SVG(c.plan)
	}
	_, err := t.out.Write(picture)
	return err
}

// flowchart is the Mermaid diagram of the lab's README, nil where there is none.
func flowchart(c *compiled) []byte {
	for _, a := range c.artifacts {
		if !strings.HasPrefix(a.Path, "README") {
			continue
		}
		_, rest, _ := bytes.Cut(a.Content, []byte("```mermaid\n"))
		if diagram, _, found := bytes.Cut(rest, []byte("```\n")); found {
			return diagram
		}
	}
	return nil
}
