package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"mirrorgen/internal/explain"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// What explain prints of connections and lines, unless all are asked for.
const (
	mostPeers     = 12
	mostArtifacts = 24
)

// explainer is one run of explain.
type explainer struct {
	*tool
	format string
	all    bool
	own    templateDir
}

func (t *tool) explainCommand() *cobra.Command {
	e := &explainer{tool: t}
	command := &cobra.Command{
		Use:   "explain FILE|DIR WORD... | explain ARGUMENT",
		Short: "Say what an address, port, path, name or argument of a lab is, and why",
		Long: `Explain says of each WORD what it is in the lab, why it has its value (a line of the
topology, the lock file, a default), who talks to it over what, and which lines of the
generated files it stands in. A WORD is

  an address or a subnet        10.0.1.3, 10.0.1.0/24
  a port                        11972
  a path on a gateway, a URL    /ap1a, http://localhost:8080/ap1a/csp/mirror_status.cxw
  a name                        ap1b, of a service, mirror, network, database or profile
  a block type or an argument   nginx, read_timeout, nginx.read_timeout, web.read_timeout

Without a topology, it shows the reference of a block type or an argument.

The lines of an argument are those that become others where it has another value.

The JSON is one object of format 1 with a list "answers": word, subject, facts (text, and
file and line, "" and 0 for a default), connections (from, "" for the host, to, address,
port, over, purpose), lines (path, number, text).`,
		Example: `  mirrorgen explain lab.hcl 10.0.1.3
  mirrorgen explain lab.hcl 11972 /ap1a ap1b
  mirrorgen explain nginx.read_timeout`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("give a topology and what to explain, or an argument of the language")
			}
			return nil
		},
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", e.format, "text", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return e.reference(args[0])
			}
			return e.words(args[0], args[1:])
		},
	}
	t.valueFlags(command.Flags())
	command.Flags().StringVar(&e.format, "format", "text", "`text` or json")
	complete(command, "format", "text", "json")
	command.Flags().BoolVar(&e.all, "all", false, "show every connection and line, however many there are")
	e.own.addFlag(command.Flags())
	return command
}

// reference explains a word of the language.
func (e *explainer) reference(word string) error {
	if strings.ContainsRune(word, filepath.Separator) || strings.HasSuffix(word, ".hcl") {
		return &failure{code: exitUsage, err: fmt.Errorf("give what to explain in %s: an address, a port, a "+
			"path, a name or an argument", word)}
	}
	entries, err := explain.Reference(word)
	if err != nil {
		return failed(err)
	}
	if e.format == "json" {
		return e.printJSON(struct {
			Format    int             `json:"format"`
			Reference []explain.Entry `json:"reference"`
		}{1, entries})
	}
	for i, entry := range entries {
		if i > 0 {
			fmt.Fprintln(e.out)
		}
		e.out.WriteString(entry.Text())
	}
	return nil
}

// words explains words of a lab, all that it can, and fails where one is unknown.
func (e *explainer) words(path string, words []string) error {
	l, err := e.lab(path)
	if err != nil {
		return err
	}
	list := []answerOverview{}
	unknown := 0
	for _, word := range words {
		answers, err := explain.Word(l, word)
		if err != nil {
			unknown++
			e.printError(fmt.Errorf("%s: %w", path, err))
			continue
		}
		for _, a := range answers {
			if e.format == "json" {
				list = append(list, overviewOfAnswer(word, a))
				continue
			}
			e.print(word, a)
		}
	}
	if e.format == "json" {
		if err := e.printJSON(struct {
			Format  int              `json:"format"`
			Answers []answerOverview `json:"answers"`
		}{1, list}); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return failed(nil)
	}
	return nil
}

// explained is a compiled topology, ready to be explained.
func (t *tool) explained(c *compiled) *explain.Lab {
	return &explain.Lab{
		Base: c.input.base, Sources: c.input.sources, Settings: c.input.settings, Lab: c.input.lab, Lock: c.input.kept,
		Plan: c.plan, Artifacts: c.artifacts,
		Render: func(p *plan.Plan) ([]lab.Artifact, error) { return c.rendering.render(t, p) },
	}
}

// lab compiles a topology.
func (e *explainer) lab(path string) (*explain.Lab, error) {
	c, err := e.compile(path, &e.own, false)
	if err != nil {
		return nil, err
	}
	return e.explained(c), nil
}

// print prints an answer for people.
func (e *explainer) print(word string, a explain.Answer) {
	fmt.Fprintf(e.out, "%s: %s\n", printable(word), printable(a.Subject))
	table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	if len(a.Facts) > 0 {
		fmt.Fprintln(e.out, "\n  Why:")
		for _, f := range a.Facts {
			line := "    " + printable(f.Text)
			if f.At != nil {
				line += "\t" + printable(place(f.At))
			}
			fmt.Fprintln(table, line)
		}
		table.Flush()
	}
	if len(a.Peers) > 0 {
		fmt.Fprintln(e.out, "\n  Who talks to whom:")
		for i, c := range a.Peers {
			if i == mostPeers && !e.all {
				e.more(len(a.Peers)-i, "connection")
				break
			}
			from := c.From
			if from == "" {
				from = "(host)"
			}
			fmt.Fprintf(table, "    %s -> %s\t%s:%d\t%s\t%s\n", from, c.To, c.Address, c.Port, c.Over, c.Purpose)
		}
		table.Flush()
	}
	if len(a.Lines) > 0 {
		fmt.Fprintln(e.out, "\n  Where it stands:")
		for i, l := range a.Lines {
			if i == mostArtifacts && !e.all {
				e.more(len(a.Lines)-i, "line")
				break
			}
			fmt.Fprintf(e.out, "    %s:%d: %s\n", printable(l.Path), l.Number, printable(strings.TrimSpace(l.Text)))
		}
	}
	fmt.Fprintln(e.out)
}

// more says how much is left out.
func (e *explainer) more(n int, noun string) {
	fmt.Fprintf(e.out, "    ... %s more; --all shows them\n", text.Plural(n, noun))
}

// place is where a fact stands: "lab.hcl line 12".
func place(at *hcl.Range) string {
	return fmt.Sprintf("%s line %d", at.Filename, at.Start.Line)
}

// answerOverview is what other programs read; the command's help describes it.
type answerOverview struct {
	Word        string               `json:"word"`
	Subject     string               `json:"subject"`
	Facts       []factOverview       `json:"facts"`
	Connections []connectionOverview `json:"connections"`
	Lines       []lineOverview       `json:"lines"`
}

type factOverview struct {
	Text string `json:"text"`
	File string `json:"file"`
	Line int    `json:"line"`
}

type connectionOverview struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Address string `json:"address"`
	Port    int    `json:"port"`
	Over    string `json:"over"`
	Purpose string `json:"purpose"`
}

type lineOverview struct {
	Path   string `json:"path"`
	Number int    `json:"number"`
	Text   string `json:"text"`
}

func overviewOfAnswer(word string, a explain.Answer) answerOverview {
	o := answerOverview{word, a.Subject, []factOverview{}, []connectionOverview{}, []lineOverview{}}
	for _, f := range a.Facts {
		fact := factOverview{Text: f.Text}
		if f.At != nil {
			fact.File, fact.Line = f.At.Filename, f.At.Start.Line
		}
		o.Facts = append(o.Facts, fact)
	}
	for _, c := range a.Peers {
		o.Connections = append(o.Connections, connectionOverview(c))
	}
	for _, l := range a.Lines {
		o.Lines = append(o.Lines, lineOverview(l))
	}
	return o
}
