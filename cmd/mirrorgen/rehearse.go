package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"mirrorgen/internal/rehearse"
)

func (t *tool) rehearseCommand() *cobra.Command {
	var o rehearse.Options
	var format string
	var images map[string]string
	var own templateDir
	command := &cobra.Command{
		Use:   "rehearse FILE|DIR",
		Short: "Run the lab on Docker without a licence, break it, and report",
		Long: `Rehearse builds a topology into a temporary directory, starts the lab there on Docker
with its own start.sh, puts it through the scenarios of its own drill.sh and worse,
with clients at work all the while, reports, and takes everything down again, also on
Ctrl-C. No licence and no image of InterSystems' is needed: mirrorgen stands in for
IRIS, the arbiter and the Web Gateway. Everything else is real: nginx, HAProxy,
Compose, networks, addresses, ports, health checks, the order of the start, scripts.

It is a model. It proves the lab's files, not IRIS. docs/rehearsal.md lists what is
modelled. Not modelled are:

` + bullets(rehearse.NotModelled) + `
Every time-out of the product is multiplied by the time scale, so that a drill takes
seconds; those of nginx, HAProxy and Docker are what they are.

The report is a table, or one JSON object of format 1: lab, source, iris_version,
time_scale, passed, seconds, trials (trial, mirror, expected, seen, passed, seconds,
checks, load, logs), not_held (names of trials that the rehearsal did not come to) and
mirrors_untouched (mirrors on which no trial was held).
A trial's load says what clients saw: requests and requests_failed and longest_gap
(seconds) through nginx; sessions, sessions_refused, sessions_stale and sessions_late,
writes, writes_wrong and writes_lost through HAProxy. Logs are there where the trial
failed.

Needed are Docker with Compose 2.20.3 or later, bash, curl, and the images that the
base, nginx and HAProxy are made from, which Docker pulls unless it has them. The
subnets and host ports of the lab must be free, so the lab itself cannot run on the
same engine at the same time.

Exit code: 0 every trial passed, 1 one did not, or the rehearsal could not be held.`,
		Example: `  mirrorgen rehearse lab.hcl
  mirrorgen rehearse lab.hcl --only crash --only gateway-loss
  mirrorgen rehearse lab.hcl --only failover --mirror all
  mirrorgen rehearse lab.hcl --format json | jq -r '.trials[] | select(.passed | not) | .trial'
  mirrorgen rehearse lab.hcl --image nginx=registry.example/nginx:1.30`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			if !(o.TimeScale >= rehearse.SmallestScale && o.TimeScale <= rehearse.LargestScale) {
				return fmt.Errorf("--time-scale is a number from %g to %g", rehearse.SmallestScale,
					float64(rehearse.LargestScale))
			}
			if err := setImages(&o.Images, images); err != nil {
				return err
			}
			return oneOf("--format", format, "table", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return t.rehearse(args[0], &own, o, format == "json")
		},
	}
	flags := command.Flags()
	flags.StringSliceVar(&o.Only, "only", nil, "hold this `TRIAL` and no other but the start; repeatable")
	flags.StringVar(&o.Mirror, "mirror", "", "hold trials on this mirror, or on all, instead of the first that suits "+
		"each: `NAME`|all")
	flags.BoolVar(&o.Keep, "keep", false, "leave the lab running, and say where")
	flags.StringVar(&format, "format", "table", "`table` or json")
	flags.Float64Var(&o.TimeScale, "time-scale", rehearse.DefaultScale, "multiply the product's time-outs by `F`")
	flags.StringToStringVar(&images, "image", nil, "use another image: `NAME=IMAGE`, NAME being base, nginx or "+
		"haproxy; repeatable")
	flags.StringVar(&o.Executable, "stand-in", "", "let this static Linux mirrorgen stand in, instead of the running "+
		"one: `FILE`")
	own.addFlag(flags)
	t.valueFlags(flags)
	return command
}

// bullets lists sentences of Markdown for a terminal, a line of at most 80 columns after
// the other.
func bullets(sentences []string) string {
	var b strings.Builder
	for _, sentence := range sentences {
		line := "  -"
		for _, word := range strings.Fields(strings.NewReplacer("`", "", "**", "").Replace(sentence)) {
			if len(line)+1+len(word) > 80 {
				b.WriteString(line + "\n")
				line = "   "
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// setImages takes the images of --image.
func setImages(images *rehearse.Images, given map[string]string) error {
	for name, image := range given {
		field := map[string]*string{"base": &images.Base, "nginx": &images.NGINX, "haproxy": &images.HAProxy}[name]
		if field == nil || image == "" || strings.HasPrefix(image, "-") {
			return fmt.Errorf("--image takes base=IMAGE, nginx=IMAGE or haproxy=IMAGE, not %q", name+"="+image)
		}
		*field = image
	}
	return nil
}

// errInterrupted is the error of a rehearsal that a signal ended.
var errInterrupted = errors.New("interrupted")

func (t *tool) rehearse(path string, own *templateDir, o rehearse.Options, asJSON bool) error {
	lab, err := t.compile(path, own, true)
	if err != nil {
		return err
	}
	o.Plan, o.Artifacts, o.Progress = lab.plan, lab.artifacts, printableWriter{t.err}
	if o.Executable == "" {
		if o.Executable, err = os.Executable(); err != nil {
			return failed(fmt.Errorf("finding the running program: %w; give one with --stand-in", err))
		}
	}
	ctx, end := t.untilInterrupted()
	defer end()
	report, err := rehearse.Run(ctx, o)
	if report != nil && len(report.Trials) > 0 {
		if writeErr := t.writeReport(report, asJSON); writeErr != nil && err == nil {
			err = writeErr
		}
	}
	switch {
	case err != nil:
		return failed(fmt.Errorf("%s: %w", path, err))
	case !report.Passed:
		return &failure{code: exitFailed}
	}
	return nil
}

func (t *tool) writeReport(report *rehearse.Report, asJSON bool) error {
	if asJSON {
		return report.JSON(t.out)
	}
	return report.Table(t.out)
}

// untilInterrupted is a context that the first Ctrl-C, or a request to end, cancels.
// Until end is called the next ones do nothing but ask for patience, so that what was
// started is taken down.
func (t *tool) untilInterrupted() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
				if ctx.Err() == nil {
					fmt.Fprintln(t.err, "Interrupted; taking the lab down")
				} else {
					fmt.Fprintln(t.err, "Still taking the lab down")
				}
				cancel(errInterrupted)
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// printableWriter shows text of containers without obeying it.
type printableWriter struct{ io.Writer }

func (w printableWriter) Write(text []byte) (int, error) {
	_, err := io.WriteString(w.Writer, printable(string(text)))
	return len(text), err
}
