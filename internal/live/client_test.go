//go:build linux

package live_test

import (
	"bufio"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number, 0 for what is none.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// eventually waits until a condition holds, and fails the test where it does
// not within the time.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// A session is one SQL connection through haproxy.
type session struct {
	net.Conn
	reader *bufio.Reader
	member string // that answered; "" where the connection was refused
	opened time.Time
	took   time.Duration // until the member answered, or the connection ended
}

// dial opens a session and waits for the member's name.
func dial(address string) *session {
	s := &session{opened: time.Now()}
	defer func() { s.took = time.Since(s.opened) }()
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return s
	}
	s.Conn, s.reader = conn, bufio.NewReader(conn)
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	line, err := s.reader.ReadString('\n')
	_ = conn.SetReadDeadline(time.Time{})
	if err != nil {
		conn.Close()
		return s
	}
	s.member = strings.TrimSpace(line)
	return s
}

// ask opens a session, closes it, and returns it.
func ask(address string) *session {
	s := dial(address)
	if s.Conn != nil {
		s.Close()
	}
	return s
}

// hold opens a session to a member and keeps it until the test ends.
func hold(t *testing.T, address, member string) *session {
	t.Helper()
	s := dial(address)
	if s.member != member {
		t.Fatalf("%s leads to %q, want %q", address, s.member, member)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// alive reports whether the member still answers in the session.
func (s *session) alive() bool {
	_ = s.SetDeadline(time.Now().Add(5 * time.Second))
	defer func() { _ = s.SetDeadline(time.Time{}) }()
	if _, err := s.Write([]byte("ping\n")); err != nil {
		return false
	}
	line, err := s.reader.ReadString('\n')
	return err == nil && line == "ping\n"
}

// cut waits for the end of an idle session, at most as long as given, and
// returns how long that took; false where it lives on.
func (s *session) cut(within time.Duration) (time.Duration, bool) {
	begin := time.Now()
	_ = s.SetReadDeadline(begin.Add(within))
	_, err := s.reader.ReadByte()
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		_ = s.SetReadDeadline(time.Time{})
		return within, false
	}
	return time.Since(begin), err != nil
}

// leadsTo waits until an address leads to a member, three times in a row.
func leadsTo(t *testing.T, address, member string) {
	t.Helper()
	inARow := 0
	eventually(t, 20*time.Second, address+" leads to "+member, func() bool {
		if ask(address).member != member {
			inARow = 0
			return false
		}
		inARow++
		return inARow == 3
	})
}

// A prober opens a new session again and again.
type prober struct {
	stop chan struct{}
	done sync.WaitGroup
	list []*session
}

// finely is how often to probe where each moment counts, coarsely where whole
// seconds of trouble are looked for: every session is an entry in the kernel's
// table of connections for two minutes, and that table can fill up.
const (
	finely   = 20 * time.Millisecond
	coarsely = 100 * time.Millisecond
)

func probe(address string, every time.Duration) *prober {
	p := &prober{stop: make(chan struct{})}
	p.done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			p.list = append(p.list, ask(address))
			select {
			case <-p.stop:
				return
			case <-tick.C:
			}
		}
	})
	return p
}

// end stops the prober and returns its sessions in order.
func (p *prober) end() []*session {
	close(p.stop)
	p.done.Wait()
	return p.list
}

// count returns how many sessions a member answered; "" counts the refused.
func count(list []*session, member string) int {
	n := 0
	for _, s := range list {
		if s.member == member {
			n++
		}
	}
	return n
}

// spread describes durations by the least, the median and the greatest.
func spread(list []time.Duration) string {
	slices.Sort(list)
	round := func(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }
	return round(list[0]) + " / " + round(list[len(list)/2]) + " / " + round(list[len(list)-1])
}
