package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/artifact/impact"
	"mirrorgen/internal/format/text"
)

func (t *tool) diffCommand() *cobra.Command {
	var output, format string
	var own templateDir
	command := &cobra.Command{
		Use:   "diff FILE|DIR",
		Short: "Show what build would change, and what that means for a running lab",
		Long: `Diff compiles a topology as build does and writes nothing. It shows the changes that
build would make to the files of the lab as a unified diff, then lists them, and then
says of each service what start.sh would do with it in a lab that runs:

  nothing   it goes on as it is
  create    its container is made
  recreate  its container is made anew; nothing is lost
  restart   its files have changed, and reach it with ./stop.sh && ./start.sh
  purge     its mirror, or the lab, has to be started afresh as a whole
  roll      on Kubernetes: a new pod takes its place before it goes. There start.sh
            restarts members itself, one after the other, of a mirror the primary last
  leave     it is no longer part of the lab, but its container stays

The commands that a running lab takes come with it, in their order; none deletes data
that could be kept. What would cost a mirror or its data, as another address of a member
whose data is kept, is called out as dangerous; build asks for --accept-data-loss then.

The JSON is one object of format 1: directory, files (path, change, reason: why it
takes --force, diff), services (name, effect, reasons), dangers and commands (when:
"before" the build or "after" it, run).

Exit code: 0 shown, whether or not there is a difference (mirrorgen check reports one), 1
error in the topology or on disk.`,
		Example: `  mirrorgen diff lab.hcl
  mirrorgen diff lab.hcl --format json | jq -r '.dangers[]'`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			return oneOf("--format", format, "text", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := t.preview(args[0], output, &own)
			switch {
			case err != nil:
				return err
			case format == "json":
				return t.printJSON(p)
			}
			t.showPreview(p)
			return nil
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "", "compare with this `DIR`")
	command.Flags().StringVar(&format, "format", "text", "`text` or json")
	complete(command, "format", "text", "json")
	own.addFlag(command.Flags())
	t.valueFlags(command.Flags())
	t.addTarget(command)
	return command
}

// preview is what a build would do, and the JSON of mirrorgen diff.
type preview struct {
	Format    int          `json:"format"` // 1
	Directory string       `json:"directory"`
	Files     []fileChange `json:"files"` // sorted by path
	*impact.Report
	fresh, unfinished, unlisted bool
}

// fileChange is what a build would do to one file.
type fileChange struct {
	Path   string `json:"path"`
	Change string `json:"change"` // created, updated, mode changed, removed, kept or blocked
	Reason string `json:"reason"` // why that takes --force, "" where it does not
	Diff   string `json:"diff"`   // unified; "" where no bytes change
}

func (t *tool) preview(path, output string, own *templateDir) (*preview, error) {
	lab, err := t.compile(path, own, true)
	if err != nil {
		return nil, err
	}
	t.reportValues(lab.input, lab.plan)
	c, err := artifact.Compare(lab.output(output), lab.artifacts)
	if err != nil {
		return nil, failed(err)
	}
	before, err := c.Before()
	if err != nil {
		return nil, failed(err)
	}
	p := &preview{Format: 1, Directory: c.Dir, Files: []fileChange{}, fresh: c.Fresh, unfinished: c.Unfinished,
		unlisted: c.Unlisted}
	if p.Report, err = impact.Of(before, lab.artifacts); err != nil {
		return nil, failed(fmt.Errorf("%s: %w", c.Dir, err))
	}
	for i := range c.Changes {
		change := &c.Changes[i]
		text, err := c.Diff(change)
		if err != nil {
			text = []byte(err.Error() + "\n")
		}
		p.Files = append(p.Files, fileChange{change.Path, change.Kind.String(), change.Reason, string(text)})
	}
	return p, nil
}

// showPreview prints the changes, the files, the services and the dangers, those
// last that matter most.
func (t *tool) showPreview(p *preview) {
	if len(p.Files) == 0 {
		what := "nothing"
		switch {
		case p.unfinished:
			what = "no file, but finish a build that was interrupted"
		case p.unlisted:
			what = "no file but " + artifact.ManifestName + ", which does not list them"
		}
		fmt.Fprintf(t.out, "%s: build would change %s\n", printable(p.Directory), what)
		return
	}
	for _, f := range p.Files {
		if f.Diff != "" && !p.fresh { // of a lab that is not there the list says enough
			fmt.Fprintf(t.out, "%s\n", printable(f.Diff))
		}
	}
	fmt.Fprintf(t.out, "Files in %s:\n", printable(p.Directory))
	table := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	forced := false
	for _, f := range p.Files {
		reason := ""
		if f.Reason != "" {
			reason, forced = "\t"+f.Path+" "+f.Reason, true
		}
		fmt.Fprintf(table, "  %s\t%s%s\n", f.Change, printable(f.Path), printable(reason))
	}
	table.Flush()
	if forced {
		fmt.Fprint(t.out, "Build stops at the files with a remark; --force overwrites those that are files.\n")
	}
	if p.fresh {
		return
	}
	t.showEffects(p)
	for i, danger := range p.Dangers {
		if i == 0 {
			fmt.Fprint(t.out, "\nDangerous:\n")
		}
		fmt.Fprintf(t.out, "  %s\n", printable(danger))
	}
}

// showEffects prints what happens to each service, those to which nothing
// happens on one line.
func (t *tool) showEffects(p *preview) {
	fmt.Fprint(t.out, "\nServices, when ./start.sh is run in the lab:\n")
	table := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	var same []string
	for _, s := range p.Services {
		if s.Effect == impact.Nothing {
			same = append(same, s.Name)
			continue
		}
		fmt.Fprintf(table, "  %s\t%s", s.Effect, s.Name)
		if len(s.Reasons) > 0 {
			fmt.Fprintf(table, "\t%s", printable(strings.Join(s.Reasons, ", ")))
		}
		fmt.Fprintln(table)
	}
	table.Flush()
	if len(same) > 0 {
		others := namesOrCount(same)
		if len(same) == len(p.Services) {
			others = strings.Replace(others, "other ", "", 1)
		}
		fmt.Fprintf(t.out, "  nothing happens to %s\n", others)
	}
	t.showCommands(p.Report, p.Directory)
}

// showCommands prints what has to be run in a lab that runs, the first thing first.
func (t *tool) showCommands(report *impact.Report, directory string) {
	when := map[string]string{impact.BeforeBuild: "Before", impact.AfterBuild: "After"}
	for _, command := range report.Commands {
		fmt.Fprintf(t.out, "%s the build, where the lab runs: cd %s && %s\n", when[command.When],
			printable(shellPath(filepath.Clean(directory))), command.Run)
	}
}

// namesOrCount lists a few services, and counts many.
func namesOrCount(names []string) string {
	if len(names) > 12 {
		return text.Plural(len(names), "other service")
	}
	return strings.Join(names, ", ")
}
