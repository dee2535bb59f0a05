package rehearse

import (
	"context"
	"time"

	"mirrorgen/internal/plan"
)

// mostLogs bounds how many containers' logs a failure shows.
const mostLogs = 8

// logsSince returns what the containers of a mirror, and the gateways and balancers
// around it, have printed; those of the whole lab where mirror is nil.
func (l *rehearsedLab) logsSince(ctx context.Context, since time.Time, mirror *plan.Mirror) []Log {
	var logs []Log
	for _, s := range l.concerned(mirror) {
		if len(logs) == mostLogs {
			break
		}
		out, err := l.site.log(ctx, s, since, 25)
		if kept := endOf(out, longestLog); err == nil && len(kept) > 0 {
			logs = append(logs, Log{s, kept})
		}
	}
	return logs
}

// concerned lists the services that a trial of the mirror is about.
func (l *rehearsedLab) concerned(mirror *plan.Mirror) []string {
	var list []string
	for _, s := range l.plan.Services {
		if s.Kind.Instance() && mirror != nil && l.mirrorOf(s.Name) != mirror {
			continue
		}
		list = append(list, s.Name)
	}
	return list
}

// mirrorOf is the mirror of an instance, nil of other services.
func (l *rehearsedLab) mirrorOf(service string) *plan.Mirror {
	for _, i := range l.plan.Instances {
		if i.Name == service {
			return i.Mirror
		}
	}
	return nil
}
