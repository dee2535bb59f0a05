package rules

import (
	"mirrorgen/internal/verify/facts"
)

// A stopper is who stops containers, for how many milliseconds it waits where nothing says so,
// and what does.
type stopper struct {
	name     string
	grace    int64
	argument string
}

var (
	dockerHost  = stopper{"Docker", 10_000, "stop_grace_period"}
	clusterHost = stopper{"Kubernetes", 30_000, "terminationGracePeriodSeconds, or stop_grace_period of the topology,"}
)

// checkShutdown: Docker, or Kubernetes, waits longer for IRIS than IRIS does for itself, and
// kills HAProxy only after its own limit.
func checkShutdown(l *checker) {
	host := dockerHost
	if l.Cluster != nil {
		host = clusterHost
	}
	for _, s := range l.Instances {
		if s.Operated {
			continue // the operator decides how long a pod may take
		}
		limit, at := int64(irisShutdown), facts.Location{}
		if merge := l.Roles[s].Merge; merge != nil {
			if w, ok := merge.Parameter("Startup", "ModifyStartup", "ShutdownTimeout"); ok {
				limit, at = int64(facts.Number(w.Text))*1000, merge.Location(w.At)
			}
		}
		grace, ok := facts.Milliseconds(s.Grace.Text, 1000)
		here := s.Location(s.Grace.At)
		if !ok {
			grace, here.At = host.grace, s.At
		}
		if grace <= limit {
			l.ReportBoth(here, at, "Killed before it has shut down",
				host.name+" gives "+s.Name+" "+facts.FormatDuration(grace)+" to stop, but IRIS takes up to "+
					facts.FormatDuration(limit)+" (ShutdownTimeout), and recovers at its next start.",
				"Set "+host.argument+" to more than that.")
		}
	}
	for _, s := range l.Compose.Services {
		h := l.Roles[s].HAProxy
		if h == nil {
			continue
		}
		grace, ok := facts.Milliseconds(s.Grace.Text, 1000)
		if !ok {
			grace = host.grace
		}
		for _, section := range h.Sections {
			for line := range section.Find("hard-stop-after") {
				if limit, ok := durationOf(line, 1); ok && limit >= grace {
					l.Report(h.File, facts.PositionAt(line.Number, line.Columns[0]), "Killed before it has shut down",
						"HAProxy keeps sessions for "+facts.FormatDuration(limit)+" when it is to stop, but "+host.name+
							" kills it after "+facts.FormatDuration(grace)+".",
						"Set hard-stop-after to less.")
				}
			}
		}
	}
}
