package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/scaffold"
	"mirrorgen/schema"
)

func (t *tool) initCommand() *cobra.Command {
	o := scaffold.Default()
	command := &cobra.Command{
		Use:   "init [FILE|-]",
		Short: "Write a topology to begin with",
		Long: `Init writes a commented topology, lab.hcl if no FILE is named, or to standard output
for -. A file that exists is not overwritten. On a terminal and without flags it asks
what the lab shall have.

A mirror has a primary, a backup, and what --dr and --reporting add; --members asks
for more members of that kind.`,
		Example: `  mirrorgen init
  mirrorgen init labs/demo.hcl --mirrors 2 --members 3 --dr --reporting --gateways 2`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("give one FILE; %d were given", len(args))
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Name, "name", "", "`NAME` of the lab (default the FILE's)")
	flags.StringVar(&o.Version, "version", o.Version, "`RELEASE` of the vendor's images")
	flags.IntVar(&o.Mirrors, "mirrors", o.Mirrors, "how many mirrors")
	flags.IntVar(&o.Members, "members", o.Members, "how many members each mirror has, at least")
	flags.BoolVar(&o.DR, "dr", false, "each mirror has a disaster recovery member")
	flags.BoolVar(&o.Reporting, "reporting", false, "each mirror has a reporting member")
	flags.IntVar(&o.ApplicationServers, "application-servers", 0, "how many ECP application servers")
	flags.IntVar(&o.Gateways, "gateways", o.Gateways, "how many Web Gateways; with any, the lab has nginx and HAProxy")
	flags.IntVar(&o.Networks, "networks", o.Networks, "1, or 2 to keep mirror and client traffic apart")
	flags.BoolVar(&o.Durable, "durable", false, "data outlives the containers")
	flags.BoolVar(&o.Japanese, "japanese", false, "README and other pages in Japanese too")
	command.RunE = func(_ *cobra.Command, args []string) error {
		file := "lab.hcl"
		if len(args) > 0 {
			file = args[0]
		}
		if err := checkNewTopology(file); err != nil {
			return err
		}
		if o.Name == "" {
			o.Name = labName(file)
		}
		if flags.NFlag() == 0 && t.interactive() {
			if err := t.ask(&o); err != nil {
				return failed(err)
			}
		}
		if err := o.Check(); err != nil {
			return fmt.Errorf("--%w", err)
		}
		if problem := unsuitableRelease(o.Version); problem != "" {
			return fmt.Errorf("--version %s: %s", text.ShellWord(o.Version), problem)
		}
		if problem := unsuitableName(o.Name); problem != "" {
			if !flags.Changed("name") {
				return fmt.Errorf("the lab would be named after %s: %s Give it another with --name", file, problem)
			}
			return fmt.Errorf("--name %s: %s", text.ShellWord(o.Name), problem)
		}
		return t.writeTopology(file, scaffold.Topology(o))
	}
	return command
}

// checkNewTopology refuses a name that no topology file can have.
func checkNewTopology(file string) error {
	if file == "-" {
		return nil
	}
	if !strings.HasSuffix(file, ".hcl") {
		return fmt.Errorf("%s: the name of a topology ends in .hcl", file)
	}
	if err := checkName(file); err != nil {
		return err
	}
	return checkTopology(file)
}

// unsuitableRelease says why labs cannot be made of a release, "" where they can.
func unsuitableRelease(release string) string {
	version, ok := schema.ParseVersion(release)
	if !ok {
		return "this is no release of InterSystems IRIS; write one as 2025.1"
	}
	if !version.Supported() {
		return "labs can be made of InterSystems IRIS 2020.1 and later"
	}
	o := scaffold.Default()
	o.Version = release
	return strings.TrimPrefix(firstError(o), "tag: ")
}

// unsuitableName says why a lab cannot have a name, "" where it can.
func unsuitableName(name string) string {
	o := scaffold.Default()
	o.Name = name
	return firstError(o)
}

// firstError returns the detail of the first error of a topology with these options, "" for
// none.
func firstError(o scaffold.Options) string {
	_, diags := schema.Load("", []schema.Source{{Name: "lab.hcl", Content: scaffold.Topology(o)}})
	for _, diag := range diags {
		if diag.Severity == hcl.DiagError {
			return diag.Detail
		}
	}
	return ""
}

// labName is the name that a lab has from its file.
func labName(file string) string {
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(file), ".hcl"))
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-"); name == "" {
		return "lab"
	}
	return name
}

// writeTopology writes a new file after checking it as validate does.
func (t *tool) writeTopology(file string, content []byte) error {
	if err := t.checkText(file, content); err != nil {
		return err
	}
	if file == "-" {
		t.out.Write(content)
		return nil
	}
	if err := createFile(file, content); err != nil {
		return failed(err)
	}
	fmt.Fprintf(t.out, "%s: written\nNext: mirrorgen build %s\n", printable(file), printable(shellPath(file)))
	return nil
}

// checkText validates a topology that is not on disk yet, and shows what is wrong
// with it.
func (t *tool) checkText(name string, text []byte) error {
	sources := []schema.Source{{Name: name, Content: text}}
	lab, diags := schema.Load(filepath.Base(name), sources)
	if !diags.HasErrors() {
		_, more := plan.Make(lab, nil)
		diags = append(diags, more...)
	}
	if len(diags) > 0 {
		t.show(diags, sourceListings(sources))
	}
	if diags.HasErrors() {
		return failed(fmt.Errorf("%s: %s; nothing was written", name, count(diags)))
	}
	return nil
}

// interactive reports whether somebody can be asked.
func (t *tool) interactive() bool {
	in, ok := t.in.(*os.File)
	return ok && term.IsTerminal(int(in.Fd()))
}

// errAborted ends a dialogue.
var errAborted = errors.New("aborted; nothing was written")
