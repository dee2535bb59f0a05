package rehearse

import (
	"context"
	"fmt"
	"time"
)

// idleTime is how long sessions say nothing: just longer than the 20 s that people who
// copy a configuration for web traffic give them.
const idleTime = 21 * time.Second

// An idler is a session that says nothing.
type idler struct {
	name    string // "ap1 through haproxy"
	session *session
	since   time.Time
}

// openIdle opens a session through each port on which HAProxy serves a mirror.
func openIdle(ctx context.Context, l *rehearsedLab) {
	for _, port := range sqlPorts(l.plan) {
		i := idler{name: port.mirror.Name + " through " + port.haproxy}
		s, err := l.openSession(ctx, l.site.at(port.number))
		if err == nil {
			if _, _, err = s.who(); err == nil {
				i.session = s
			} else {
				s.close()
			}
		}
		i.since = time.Now()
		l.idlers = append(l.idlers, i)
	}
}

// keepsIdle waits until the sessions have been idle for long enough, and asks each.
func keepsIdle(ctx context.Context, l *rehearsedLab, r *record) {
	for _, i := range l.idlers {
		if i.session == nil {
			r.checkf(false, "it could not be opened", "a session of %s is kept", i.name)
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(i.since.Add(idleTime))):
		}
		idle := time.Since(i.since).Truncate(time.Second)
		member, status, err := i.session.who()
		seen := fmt.Sprintf("%s answers, which is %s", member, status)
		if err != nil {
			seen = fmt.Sprintf("it was cut meanwhile (%v): timeout client, server and tunnel in the HAProxy "+
				"configuration say after how long", err)
		}
		r.checkf(err == nil && status == "Primary", seen, "a session of %s that has said nothing for %s answers",
			i.name, idle)
		i.session.close()
	}
	l.idlers = nil
}
