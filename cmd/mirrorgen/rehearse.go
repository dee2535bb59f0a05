package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/rehearse"
	"mirrorgen/schema"
)

func (t *tool) rehearseCommand() *cobra.Command {
	var o rehearse.Options
	var format string
	var images map[string]string
	var own templateDir
	command := &cobra.Command{
		Use:   "rehearse FILE|DIR",
		Short: "Run the lab without a licence, break it, and report",
		Long: `Rehearse builds a topology into a temporary directory, starts the lab there on Docker
with its own start.sh, puts it through the scenarios of its own drill.sh and worse,
with clients at work all the while, reports, and takes everything down again, also on
Ctrl-C. No licence and no image of InterSystems' is needed: mirrorgen stands in for
IRIS, the arbiter, the Web Gateway and Grafana. Everything else is real: nginx, HAProxy,
Prometheus, services of your own, Compose, networks, addresses, ports, health checks,
the order of the start, scripts.

With --target kubernetes it is a cluster on which the lab runs, the one that kubectl is
set to, in a namespace NAMESPACE-rehearsal, which is deleted afterwards. Docker makes the
stand-ins' images; --load or --registry says how the cluster's nodes get them. A cluster
of your own, whose nodes may be drained and cut off, is put through more with --nodes.

It is a model. It proves the lab's files, not IRIS. docs/rehearsal.md lists what is
modelled. Not modelled are:

` + bullets(rehearse.NotModelled) + `
Every time-out of the product is multiplied by the time scale, so that a drill takes
seconds; those of nginx, HAProxy and Docker are what they are. Every limit has some
seconds more, the slack, for what the host itself takes.

The report is a table, or one JSON object of format 1: lab, source, iris_version,
time_scale, passed, seconds, trials (trial, mirror, expected, seen, passed, seconds,
checks, load, logs), not_held (names of trials that the rehearsal did not come to) and
mirrors_untouched (mirrors on which no trial was held).
A trial's load says what clients saw: requests and requests_failed and longest_gap
(seconds) through nginx; sessions, sessions_refused, sessions_stale and sessions_late,
writes, writes_wrong and writes_lost through HAProxy; host_late, by how many seconds this
host, being busy, was late at most. Logs are there where the trial failed.

Needed are Docker with Compose 2.20.3 or later, bash, curl, and the images that the
base, nginx, HAProxy, Prometheus and services of your own are made from, which Docker
pulls unless it has them. The
subnets and host ports of the lab must be free, so the lab itself cannot run on the
same engine at the same time.

Exit code: 0 every trial passed, 1 one did not, or the rehearsal could not be held.`,
		Example: `  mirrorgen rehearse lab.hcl
  mirrorgen rehearse lab.hcl --only crash --only gateway-loss
  mirrorgen rehearse lab.hcl --only failover --mirror all
  mirrorgen rehearse lab.hcl --format json | jq -r '.trials[] | select(.passed | not) | .trial'
  mirrorgen rehearse lab.hcl --image nginx=registry.example/nginx:1.30
  mirrorgen rehearse lab.hcl --target kubernetes --load 'kind load docker-image'
  mirrorgen rehearse lab.hcl --target kubernetes --registry registry.example/lab`,
		Args: oneTopology,
		PreRunE: func(*cobra.Command, []string) error {
			if err := checkRehearsal(&o, images); err != nil {
				return err
			}
			if err := t.checkClusterFlags(o.Cluster); err != nil {
				return err
			}
			return oneOf("--format", format, "table", "json")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return t.rehearse(args[0], &own, o, format == "json")
		},
	}
	flags := command.Flags()
	addRehearsal(flags, &o, &images)
	flags.StringSliceVar(&o.Only, "only", nil, "hold this `TRIAL` and no other but the start; repeatable")
	flags.StringVar(&o.Mirror, "mirror", "", "hold trials on this mirror, or on all, instead of the first that suits "+
		"each: `NAME`|all")
	flags.BoolVar(&o.Keep, "keep", false, "leave the lab running, and say where")
	flags.StringVar(&format, "format", "table", "`table` or json")
	flags.StringVarP(&o.Directory, "output", "o", "", "take the files that services of your own mount from this "+
		"`DIR`, instead of where build writes the lab")
	t.addTarget(command)
	own.addFlag(flags)
	t.valueFlags(flags)
	return command
}

// addRehearsal adds the flags of every command that may hold a rehearsal: where, and with what.
func addRehearsal(flags *pflag.FlagSet, o *rehearse.Options, images *map[string]string) {
	flags.Float64Var(&o.TimeScale, "time-scale", rehearse.DefaultScale, "multiply the product's time-outs by `F`")
	flags.IntVar(&o.Slack, "slack", rehearse.DefaultSlack, "give every limit of time `SECONDS` more, for a busy host")
	flags.StringToStringVar(images, "image", nil, "use another image: `NAME=IMAGE`, NAME being base, nginx, "+
		"haproxy, prometheus, grafana or a service of the lab; repeatable")
	flags.StringVar(&o.Executable, "stand-in", "", "let this static Linux mirrorgen stand in, instead of the running "+
		"one: `FILE`")
	flags.StringVar(&o.Cluster.Kubeconfig, "kubeconfig", "", "the cluster's kubeconfig, instead of KUBECONFIG: `FILE`")
	flags.StringVar(&o.Cluster.Context, "context", "", "the context of the kubeconfig, instead of the current one: "+
		"`NAME`")
	flags.StringVar(&o.Cluster.Load, "load", "", "give images of Docker, named as its arguments, to the cluster's "+
		"nodes with this `COMMAND`")
	flags.StringVar(&o.Cluster.Registry, "registry", "", "push images there, from where the nodes fetch them: "+
		"`REGISTRY`/PATH")
	flags.StringVar(&o.Cluster.Nodes, "nodes", "", "drain nodes too, and cut them off with this `COMMAND` NODE down|up")
}

// checkRehearsal takes the values of those flags that no flag can check.
func checkRehearsal(o *rehearse.Options, images map[string]string) error {
	if !(o.TimeScale >= rehearse.SmallestScale && o.TimeScale <= rehearse.LargestScale) {
		return fmt.Errorf("--time-scale is a number from %g to %g", rehearse.SmallestScale,
			float64(rehearse.LargestScale))
	}
	if o.Slack < 0 || o.Slack > rehearse.LargestSlack {
		return fmt.Errorf("--slack is a number of seconds from 0 to %d", rehearse.LargestSlack)
	}
	return setImages(&o.Images, images)
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
	images.Own = map[string]string{}
	for name, image := range given {
		if name == "" || image == "" || strings.HasPrefix(image, "-") {
			return fmt.Errorf("--image takes NAME=IMAGE, not %q", name+"="+image)
		}
		field := map[string]*string{"base": &images.Base, "nginx": &images.NGINX, "haproxy": &images.HAProxy,
			"prometheus": &images.Prometheus, "grafana": &images.Grafana}[name]
		if field == nil {
			images.Own[name] = image // rehearse.Run knows the lab's services
		} else {
			*field = image
		}
	}
	return nil
}

// checkClusterFlags refuses flags of a cluster where the lab runs on Docker, and two ways for
// one thing.
func (t *tool) checkClusterFlags(c rehearse.Cluster) error {
	if c.Load != "" && c.Registry != "" {
		return errors.New("--load and --registry are two ways for one thing: give one of them")
	}
	if t.target != plan.Kubernetes && c != (rehearse.Cluster{}) {
		return errors.New("--kubeconfig, --context, --load, --registry and --nodes are for --target kubernetes")
	}
	return nil
}

// onCluster gives a lab that is rehearsed on a cluster a namespace of its own there. It has
// no image pull secret, and needs none.
func onCluster(lab *schema.Lab) {
	lab.Kubernetes.Namespace = rehearse.ClusterNamespace(cmp.Or(lab.Kubernetes.Namespace, lab.Name))
	lab.Kubernetes.PullSecret = ""
}

// errInterrupted is the error of a rehearsal that a signal ended.
var errInterrupted = errors.New("interrupted")

func (t *tool) rehearse(path string, own *templateDir, o rehearse.Options, asJSON bool) error {
	if t.target == plan.Kubernetes {
		t.adjust = onCluster
	}
	lab, err := t.compile(path, own, true)
	if err != nil {
		return err
	}
	ctx, end := t.untilInterrupted()
	defer end()
	report, err := t.hold(ctx, lab, o)
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

// hold rehearses a lab.
func (t *tool) hold(ctx context.Context, lab *compiled, o rehearse.Options) (*rehearse.Report, error) {
	o.Plan, o.Artifacts, o.Progress = lab.plan, lab.artifacts, printableWriter{t.err}
	o.Directory = lab.output(o.Directory)
	if o.Executable == "" {
		var err error
		if o.Executable, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("finding the running program: %w; give one with --stand-in", err)
		}
	}
	return rehearse.Run(ctx, o)
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
