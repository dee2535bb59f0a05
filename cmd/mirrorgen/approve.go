package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/artifact/impact"
)

// errDangerous refuses a build that would cost data.
var errDangerous = errors.New("dangerous")

// An approval decides whether a build may change a lab that may run.
type approval struct {
	*tool
	lab      *compiled
	accepted bool           // --accept-data-loss
	report   *impact.Report // of a lab that was there before, nil where nothing was
}

// approve refuses what mirrorgen diff calls dangerous, unless that is accepted.
func (a *approval) approve(c *artifact.Comparison) error {
	before, err := c.Before()
	if err != nil {
		return err
	}
	if a.report, err = impact.Of(before, a.lab.artifacts); err != nil {
		a.warn("Unreadable lab", "What this build means for a lab that runs cannot be told: %s: %s.", c.Dir, err)
		return nil
	}
	if len(a.report.Dangers) > 0 && !a.accepted {
		return errDangerous
	}
	for _, danger := range a.report.Dangers {
		a.warn("Data at risk", "%s", danger)
	}
	return nil
}

// reportGone warns of containers that no script of the lab knows any more.
func (a *approval) reportGone() {
	if a.report == nil {
		return
	}
	var services, containers []string
	for _, s := range a.report.Services {
		if s.Effect == impact.Leave {
			services, containers = append(services, s.Name), append(containers, a.lab.plan.Name+"-"+s.Name+"-1")
		}
	}
	if cluster := a.lab.plan.Kubernetes; cluster != nil && len(services) > 0 {
		a.warn("Workloads left", "Those of services that are gone stay where the lab runs. Before ./start.sh there: "+
			"kubectl delete --namespace %s --ignore-not-found statefulset,deployment,service %s", cluster.Namespace,
			strings.Join(services, " "))
	} else if len(services) > 0 {
		a.warn("Containers left", "The containers of services that are gone stay where the lab runs, with their "+
			"addresses. Before ./start.sh there: docker stop %[1]s && docker rm %[1]s", strings.Join(containers, " "))
	}
}

// refuseDangers says why a build needs consent, and what to do first.
func (t *tool) refuseDangers(output string, report *impact.Report) error {
	const consent = "To build it all the same: --accept-data-loss"
	if t.report != nil {
		for _, danger := range report.Dangers {
			t.report.add(hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Data at risk",
				Detail: danger + " " + consent}}, nil)
		}
		return &failure{code: exitFailed}
	}
	t.printError(fmt.Errorf("%s: this build would cost data or a mirror where the lab runs; nothing was written",
		output))
	for _, danger := range report.Dangers {
		fmt.Fprintf(t.err, "  %s\n", printable(danger))
	}
	fmt.Fprintf(t.err, "mirrorgen diff shows it in full. %s\n", consent)
	return &failure{code: exitFailed}
}
