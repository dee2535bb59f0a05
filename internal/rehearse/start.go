package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

// start runs the lab's start.sh, watches in which order containers start and become
// healthy, and asks every endpoint of the lab's pages.
func start(ctx context.Context, l *rehearsedLab, r *record) {
	watched := l.site.watch(ctx)
	output, err := l.script(ctx, "start.sh")
	checkOrder := watched()
	if ctx.Err() != nil {
		return
	}
	if err != nil && strings.Contains(output, "The lab was not started:") {
		// The site, not the lab: a port that is taken, say.
		_, problems, _ := strings.Cut(output, "The lab was not started:\n")
		l.refused = errors.New("the lab cannot start on " + l.site.name() + ":\n" + strings.TrimRight(problems, "\n"))
		return
	}
	r.attach("start.sh", output)
	if err != nil {
		r.checkf(false, startFailure(output), "start.sh brings the lab up")
	} else {
		r.checkf(true, "it did", "start.sh brings the lab up")
	}
	checkOrder(r)
	if err != nil {
		return // no endpoint of it can be relied on
	}
	if err := l.site.open(ctx); err != nil {
		r.checkf(false, err.Error(), "there are ways into the lab")
		return
	}
	l.checkHealthy(ctx, r)
	l.checkStatus(ctx, r)
	l.setPasswords(ctx, r)
	l.askEndpoints(ctx, r)
}

// startFailure is what start.sh says of the first container that failed, with the
// cause, or the end of what it printed.
func startFailure(output string) string {
	if _, problems, found := strings.Cut(output, "\nNot as it should be: "); found {
		return strings.TrimSpace(firstLine(problems))
	}
	all := endOf(output, 1<<20)
	for i, line := range all {
		service, state, found := strings.Cut(line, ": ")
		if !found || strings.Contains(service, " ") || !(strings.HasPrefix(state, "Up") ||
			strings.HasPrefix(state, "Exited") || strings.HasPrefix(state, "Docker could not")) {
			continue
		}
		var said []string
		for _, next := range all[i+1:] {
			if !strings.HasPrefix(next, "  ") {
				break
			}
			said = append(said, next)
		}
		return line + "; " + causeOf(said)
	}
	return strings.Join(endOf(output, 3), "\n")
}

// causeOf picks, from what a container's health check and its log said, the line that
// tells most: the first error of IRIS, else the last sentence of the lab's own hooks,
// else the last line. That a hook failed, or what follows from it, is no cause.
func causeOf(said []string) string {
	last, hook := "it said nothing", ""
	for _, line := range said {
		line = strings.TrimSpace(line)
		switch {
		case strings.Contains(line, "exited with status"), strings.Contains(line, " will not become healthy"):
			continue
		case strings.Contains(line, "ERROR"):
			return line
		case strings.HasPrefix(line, "lab: "):
			hook = line
		}
		last = line
	}
	return cmp.Or(hook, last)
}

// checkHealthy asks for the health of every container.
func (l *rehearsedLab) checkHealthy(ctx context.Context, r *record) {
	ill, err := l.site.unhealthy(ctx)
	if err != nil {
		r.checkf(false, err.Error(), "every container is healthy")
		return
	}
	r.checkf(len(ill) == 0, cmp.Or(strings.Join(ill, "; "), "they are"), "all %d containers are healthy",
		len(l.plan.Services))
}

// checkOrder compares in which order containers started with what the plan says
// must wait for what.
func (l *rehearsedLab) checkOrder(r *record, events map[string]moments) {
	var wrong []string
	waits := 0
	for _, s := range l.plan.Services {
		started := events[s.Name].started
		if started.IsZero() {
			continue // it did not come to that
		}
		for _, d := range s.DependsOn {
			ready, what := events[d.Service].started, "started"
			if d.Condition == plan.Healthy {
				ready, what = events[d.Service].healthy, "healthy"
			}
			waits++
			switch {
			case ready.IsZero():
				wrong = append(wrong, fmt.Sprintf("%s started although %s was never %s: depends_on of %s in "+
					"docker-compose.yaml must name it", s.Name, d.Service, what, s.Name))
			case started.Before(ready):
				wrong = append(wrong, fmt.Sprintf("%s started %.1f s before %s was %s: depends_on of %s in "+
					"docker-compose.yaml must name it", s.Name, ready.Sub(started).Seconds(), d.Service, what, s.Name))
			}
		}
	}
	r.checkf(len(wrong) == 0, cmp.Or(strings.Join(wrong, "\n"), "it was so"), "containers start in order (%s to wait)",
		text.Plural(waits, "reason"))
}

// moments are when a service's container first did something; zero for never.
type moments struct{ started, healthy time.Time }

// startWatch follows the containers' life through Docker's events.
type startWatch struct {
	end  context.CancelFunc
	done chan map[string]moments
}

// watchStarts begins to follow.
func (l dockerSite) watchStarts(ctx context.Context) *startWatch {
	ctx, cancel := context.WithCancel(ctx)
	w := &startWatch{cancel, make(chan map[string]moments, 1)}
	cmd := l.engine.command(ctx, "docker", "events", "--since", time.Now().Add(-time.Second).Format(time.RFC3339Nano),
		"--filter", "type=container", "--filter", "event=start", "--filter", "event=health_status",
		"--filter", "label="+projectLabel+"="+l.project,
		"--format", `{{index .Actor.Attributes "com.docker.compose.service"}}|{{.TimeNano}}|{{.Action}}`)
	seen := &eventSink{seen: map[string]moments{}}
	cmd.Stdout = seen
	go func() {
		cmd.Run() // ends with its context; what it could not see is never
		w.done <- seen.seen
	}()
	return w
}

func (w *startWatch) stop() map[string]moments {
	time.Sleep(200 * time.Millisecond) // the last event may be on its way
	w.end()
	return <-w.done
}

// eventSink notes the first start and the first health of each service.
type eventSink struct {
	rest string
	seen map[string]moments
}

func (s *eventSink) Write(text []byte) (int, error) {
	s.rest += string(text)
	for {
		line, rest, found := strings.Cut(s.rest, "\n")
		if !found {
			return len(text), nil
		}
		s.rest = rest
		field := strings.SplitN(line, "|", 3)
		var nanoseconds int64
		if len(field) != 3 {
			continue
		}
		if _, err := fmt.Sscan(field[1], &nanoseconds); err != nil {
			continue
		}
		m, at := s.seen[field[0]], time.Unix(0, nanoseconds)
		switch {
		case field[2] == "start" && m.started.IsZero():
			m.started = at
		case strings.HasSuffix(field[2], ": healthy") && m.healthy.IsZero():
			m.healthy = at
		}
		s.seen[field[0]] = m
	}
}
