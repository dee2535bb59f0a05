package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/rehearse"
	"mirrorgen/internal/suite"
)

func (t *tool) testCommand() *cobra.Command {
	h := &holder{tool: t}
	var format, filter string
	var images map[string]string
	command := &cobra.Command{
		Use:   "test [FILE|DIR]...",
		Short: "Hold a topology against what its tests expect of it",
		Long: `Test holds the runs of test files, NAME.mgtest.hcl beside a topology. A run compiles the
topology as build does, with variables of its own, and holds conditions against what
inspect prints; one that says so rehearses the lab as well, and holds conditions against
the report. It writes nothing. docs/testing.md has the language of test files.

  run "one primary a set" {
    assert {
      condition     = length([for s in plan.services : s if s.role == "primary"]) == 1
      error_message = "A set needs exactly one primary."
    }
  }

A FILE is a test file, or a topology, for NAME.mgtest.hcl beside it. A DIR, by default the
current one, stands for its test files. A test file tests what its topology argument
names, else NAME.hcl beside it, else the topology of its directory.

The result is a table, one JSON object of format 1, or JUnit XML; why a run did not pass
is told on stderr as well. The JSON has passed, seconds, and files: file, topology, runs. A
run has run (its name), line, command, target, result (pass, fail, error or skip), seconds,
rehearsal (the report of rehearse, null where there was none), and problems: summary,
detail, file, line, column, values (of the parts of a condition: expression, value).

Exit code: 0 every run passed, 3 something did not hold, 1 a test file or a topology has
errors, or a rehearsal could not be held.`,
		Example: `  mirrorgen test
  mirrorgen test lab.hcl
  mirrorgen test labs --run '^one primary'
  mirrorgen test labs --format junit > report.xml`,
		Args: cobra.ArbitraryArgs,
		PreRunE: func(*cobra.Command, []string) error {
			if err := checkRehearsal(&h.options, images); err != nil {
				return err
			}
			if h.options.Cluster.Load != "" && h.options.Cluster.Registry != "" {
				return errors.New("--load and --registry are two ways for one thing: give one of them")
			}
			var err error
			if h.filter, err = regexp.Compile(filter); err != nil {
				return fmt.Errorf("--run takes a regular expression: %w", err)
			}
			return oneOf("--format", format, testFormats...)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return h.test(args, format)
		},
	}
	flags := command.Flags()
	flags.StringVar(&filter, "run", "", "hold only runs whose name matches this `REGEXP`")
	flags.StringVar(&format, "format", "table", "`table`, json or junit")
	complete(command, "format", testFormats...)
	t.addTarget(command)
	h.own.addFlag(flags)
	t.valueFlags(flags)
	addRehearsal(flags, &h.options, &images)
	return command
}

var testFormats = []string{"table", "json", "junit"}

// A holder is one run of the test command.
type holder struct {
	*tool
	own     templateDir
	options rehearse.Options
	filter  *regexp.Regexp
}

// test holds the runs of test files and prints what came of them.
func (h *holder) test(paths []string, format string) error {
	began := time.Now()
	files, err := h.readTests(paths)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if rehearses(files) { // else Ctrl-C ends the program: there is nothing to take down
		var end func()
		ctx, end = h.untilInterrupted()
		defer end()
	}
	report := suite.NewReport()
	for _, f := range files {
		report.Files = append(report.Files, h.file(ctx, f))
	}
	report.Finish(time.Since(began).Seconds())
	if err := h.write(report, format); err != nil {
		return failed(err)
	}
	switch {
	case ctx.Err() != nil:
		return failed(errInterrupted)
	case report.Count(suite.Errored) > 0:
		return &failure{code: exitFailed}
	case !report.Passed:
		return &failure{code: exitDiffers}
	}
	return nil
}

// rehearses reports whether any run holds a rehearsal.
func rehearses(files []*testFile) bool {
	for _, f := range files {
		for _, run := range f.Runs {
			if run.Command == suite.Rehearse {
				return true
			}
		}
	}
	return false
}

// write prints the report.
func (h *holder) write(report *suite.Report, format string) error {
	switch format {
	case "json":
		return h.printJSON(report)
	case "junit":
		var xml strings.Builder
		if err := report.JUnit(&xml); err != nil {
			return err
		}
		return h.printRedacted([]byte(xml.String())) // its texts have no secrets any more
	}
	var table strings.Builder
	if err := report.Table(&table); err != nil {
		return err
	}
	_, err := h.out.WriteString(table.String())
	return err
}

// targetOf is the target of a run: its own, or that of the command line.
func (h *holder) targetOf(run *suite.Run) plan.Target {
	if target, ok := plan.TargetNamed(run.Target); ok {
		return target
	}
	return h.target
}
