package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

// How hard the clients work: each of the three kinds does so much in a second, and
// no more requests than that wait for an answer at once.
const (
	clientRate   = 10
	mostInFlight = 64
	requestLimit = 5 * time.Second
	// measured is how exactly clients see when a member stops being primary, the
	// pause between two sessions and what HAProxy takes for its own work included.
	measured = 500 * time.Millisecond
)

// A Load is what clients saw while a trial ran.
type Load struct {
	Requests       int     `json:"requests"` // through nginx
	RequestsFailed int     `json:"requests_failed"`
	LongestGap     float64 `json:"longest_gap"` // seconds without a request that succeeded

	Sessions        int `json:"sessions"`         // through HAProxy
	SessionsRefused int `json:"sessions_refused"` // no member answered
	// on a member that was not primary any more, while HAProxy could not know
	SessionsStale int `json:"sessions_stale"`
	SessionsLate  int `json:"sessions_late"` // ... after that

	Writes      int `json:"writes"`       // accepted, through HAProxy
	WritesWrong int `json:"writes_wrong"` // accepted by a member that was not primary
	WritesLost  int `json:"writes_lost"`  // accepted, and unknown to the primary afterwards

	HostLate float64 `json:"host_late"` // seconds that this host, being busy, was late at most
}

// clients are at work on one mirror while a trial runs.
type clients struct {
	lab    *rehearsedLab
	mirror *plan.Mirror
	url    string // of the demo application, "" for no HTTP clients
	port   string // "host:port" of HAProxy, "" for no SQL clients
	number int    // its port, as the lab's endpoints have it
	bound  time.Duration

	end   context.CancelFunc
	group sync.WaitGroup

	mu       sync.Mutex
	load     Load
	inFlight int
	most     int // in flight at once
	success  time.Time
	gap      time.Duration
	seen     map[string]time.Time // when a member last answered as primary
	nobody   time.Time            // when HAProxy last did not listen: it starts without knowing
	position int64                // of the last accepted write
	late     time.Duration        // by how much this host was late at most
	lateness []lateSession
	wrongs   []string
}

// A lateSession is one that reached a member which is not primary.
type lateSession struct {
	after time.Duration // the time that HAProxy has to notice
	text  string
}

// noticeLimit reads from an HAProxy configuration how long HAProxy may take to see that a
// member is not primary any more, (inter + timeout check) x fall: a gateway holds the check
// of a member whose IRIS is stopped, so that each of them has to time out.
func noticeLimit(configuration string) (time.Duration, error) {
	check := regexp.MustCompile(`(?m)^\s*default-server check addr .* inter (\S+) fall (\d+)`).FindStringSubmatch(
		configuration)
	if check == nil {
		check = regexp.MustCompile(`(?m)^\s*default-server check .*inter (\S+) fall (\d+)`).FindStringSubmatch(
			configuration)
	}
	timeout := regexp.MustCompile(`(?m)^\s*timeout check (\S+)`).FindStringSubmatch(configuration)
	if check == nil || timeout == nil {
		return 0, fmt.Errorf("the HAProxy configuration has no default-server with inter and fall, or no " +
			"timeout check")
	}
	interval, err := haproxyTime(check[1])
	if err != nil {
		return 0, err
	}
	fall, err := strconv.Atoi(check[2])
	if err != nil {
		return 0, err
	}
	patience, err := haproxyTime(timeout[1])
	return (interval + patience) * time.Duration(fall), err
}

// haproxyTime reads HAProxy's times: milliseconds, or with a unit.
func haproxyTime(text string) (time.Duration, error) {
	if _, err := strconv.Atoi(text); err == nil {
		text += "ms"
	}
	return time.ParseDuration(text)
}

// startClients sets clients to work on a mirror; nil where the lab publishes no way
// for them.
func (l *rehearsedLab) startClients(ctx context.Context, mirror *plan.Mirror) *clients {
	c := &clients{lab: l, mirror: mirror, seen: map[string]time.Time{}, success: time.Now()}
	for _, n := range l.plan.NGINX {
		if base := l.plan.BalancerBase(n); base != "" && mirror.ServesDemo() && c.url == "" {
			c.url = base + "/" + mirror.Name + mirror.ProbePath()
		}
	}
	for _, port := range sqlPorts(l.plan) {
		if port.mirror == mirror && c.port == "" {
			c.port, c.number = l.site.at(port.number), port.number
			c.bound = l.notices[port.haproxy]
		}
	}
	if c.url == "" && c.port == "" {
		return nil
	}
	ctx, c.end = context.WithCancel(ctx)
	if c.url != "" {
		client := c.lab.webClient(requestLimit)
		c.every(ctx, func() { c.request(ctx, client) })
	}
	if c.port != "" {
		c.every(ctx, func() { c.connect(ctx) })
		c.group.Go(func() { c.writeOn(ctx) })
	}
	return c
}

// every calls f at the clients' rate, each time in a goroutine of its own, until ctx
// is done.
func (c *clients) every(ctx context.Context, f func()) {
	c.group.Go(func() {
		ticker := time.NewTicker(time.Second / clientRate)
		defer ticker.Stop()
		slots := make(chan struct{}, mostInFlight)
		for {
			before := time.Now()
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			c.mu.Lock()
			c.late = max(c.late, time.Since(before)-time.Second/clientRate)
			c.mu.Unlock()
			select {
			case slots <- struct{}{}:
				c.group.Go(func() { f(); <-slots })
			default: // as many as may wait do
			}
		}
	})
}

// request asks the demo application once.
func (c *clients) request(ctx context.Context, client *http.Client) {
	c.mu.Lock()
	c.inFlight++
	c.most = max(c.most, c.inFlight)
	c.mu.Unlock()
	a := c.lab.get(ctx, client, c.url, true)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	if ctx.Err() != nil {
		return // cut short by the end of the trial
	}
	c.load.Requests++
	if a.err != nil || a.code != http.StatusOK {
		c.load.RequestsFailed++
		return
	}
	now := time.Now()
	c.gap = max(c.gap, now.Sub(c.success))
	c.success = now
}

// connect opens a session as a connection pool would, and asks where it has arrived.
func (c *clients) connect(ctx context.Context) {
	began := time.Now()
	member, status := "", ""
	s, err := c.lab.openSession(ctx, c.port)
	listens := err == nil
	var ago time.Duration // since the member was primary, when the session was opened
	var was bool
	if listens {
		defer s.close()
		member, status, err = s.who()
		if err == nil && status != "Primary" {
			ago, was, err = s.was()
			ago -= time.Since(began)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	c.load.Sessions++
	if !listens {
		c.nobody = time.Now()
	} else if opened := c.lab.site.opened(c.number); opened.After(c.nobody) {
		c.nobody = opened // it may be another haproxy
	}
	// A member made anew, by a crash of its container, say, knows no past of its own.
	if last, known := c.seen[member]; known && (!was || began.Sub(last) < ago) {
		ago, was = began.Sub(last), true
	}
	switch {
	case err != nil:
		c.load.SessionsRefused++
	case status == "Primary":
		c.seen[member] = time.Now()
	default:
		c.load.SessionsStale++
		after, since := began.Sub(c.nobody), "was not primary before"
		if was {
			after, since = min(after, ago), fmt.Sprintf("was primary %.1f s before", ago.Seconds())
		}
		if after -= c.bound + measured; after > 0 {
			c.lateness = append(c.lateness, lateSession{after, fmt.Sprintf("a session reached %s, which is %s and %s",
				member, status, since)})
		}
	}
}

// writeOn keeps a session and writes, again and again; a session that is cut is
// opened anew.
func (c *clients) writeOn(ctx context.Context) {
	var s *session
	defer func() {
		if s != nil {
			s.close()
		}
	}()
	for n := 1; ctx.Err() == nil; n++ {
		var err error
		if s == nil {
			s, err = c.lab.openSession(ctx, c.port)
		}
		if err == nil {
			err = c.writeOnce(s, n)
		}
		if err != nil && s != nil {
			s.close()
			s = nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second / clientRate):
		}
	}
}

// writeOnce writes, and holds the receipt against those before: numbers only grow, so
// a member that accepts beside the primary, or instead of it, gives one again.
func (c *clients) writeOnce(s *session, n int) error {
	got, err := s.write(fmt.Sprintf("rehearsal %d", n))
	if err != nil || !got.accepted {
		return err
	}
	member, status, err := s.who()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load.Writes++
	switch {
	case got.position <= c.position:
		c.load.WritesWrong++
		c.wrongs = append(c.wrongs, fmt.Sprintf("%s accepted a write as number %d after number %d had been accepted",
			got.member, got.position, c.position))
	case err == nil && (status == "Backup" || status == "Connected"):
		// It cannot have become one between the two lines without losing the session.
		c.load.WritesWrong++
		c.wrongs = append(c.wrongs, fmt.Sprintf("%s accepted a write and is %s", member, status))
	}
	c.position = max(c.position, got.position)
	return nil
}

// stop ends the clients' work and holds what they saw against what must be.
// Unseen says that no more requests may fail than waited for an answer at a time.
func (c *clients) stop(ctx context.Context, r *record, unnoticed bool) *Load {
	c.mu.Lock()
	c.gap = max(c.gap, time.Since(c.success))
	c.mu.Unlock()
	c.end()
	c.group.Wait()
	if ctx.Err() != nil {
		return nil
	}
	if c.port != "" {
		c.checkSessions(ctx, r)
	}
	if c.url != "" {
		c.load.LongestGap = seconds(c.gap)
		r.checkf(c.load.Requests > c.load.RequestsFailed, fmt.Sprintf("%d of %d failed", c.load.RequestsFailed,
			c.load.Requests),
			"clients' requests through nginx are answered, but for the time of a change")
		if unnoticed {
			r.checkf(c.load.RequestsFailed <= c.most, fmt.Sprintf("%d failed", c.load.RequestsFailed),
				"no request fails but those that wait for an answer, at most %d at a time", c.most)
		}
	}
	return &c.load
}

func (c *clients) checkSessions(ctx context.Context, r *record) {
	seen := func(list []string) string { return cmp.Or(strings.Join(list[:min(3, len(list))], "\n"), "it was so") }
	c.load.HostLate = seconds(c.late)
	var lateness []string
	for _, session := range c.lateness {
		if session.after > c.late { // HAProxy shares this host, or one like it
			lateness = append(lateness, session.text)
		}
	}
	c.load.SessionsLate = len(lateness)
	c.load.SessionsStale -= len(lateness)
	r.checkf(len(lateness) == 0, seen(lateness),
		"no session through HAProxy reaches a member later than %g s after it was primary", c.bound.Seconds())
	r.checkf(c.load.WritesWrong == 0, seen(c.wrongs), "no write is accepted by a member that is not primary")
	r.checkf(c.load.Writes > 0, text.Plural(c.load.Writes, "write")+" accepted", "clients can write through HAProxy")
	last, err := c.lastWrite(ctx)
	switch {
	case err != nil:
		r.checkf(false, err.Error(), "clients can write afterwards")
	case last <= c.position:
		c.load.WritesLost = int(c.position - last + 1)
		r.checkf(false, fmt.Sprintf("the primary has come to number %d, and number %d had been accepted", last-1,
			c.position), "no accepted write is lost")
	default:
		r.checkf(true, "it was so", "no accepted write is lost")
	}
}

// lastWrite writes once more and returns its number, which is higher than that of
// every write that the primary knows.
func (c *clients) lastWrite(ctx context.Context) (int64, error) {
	end := time.Now().Add(c.bound + 5*time.Second)
	for {
		s, err := c.lab.openSession(ctx, c.port)
		if err == nil {
			var got receipt
			got, err = s.write("the last")
			s.close()
			if err == nil && got.accepted {
				return got.position, nil
			}
			if err == nil {
				err = fmt.Errorf("%s refused a write: %s", got.member, got.reason)
			}
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return 0, err
		}
		time.Sleep(200 * time.Millisecond)
	}
}
