package mirror_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"mirrorgen/internal/standin/loopbacktest"
	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/wire"
)

// A lab is a mirror on loopback addresses: members have one network for the mirror and
// one for the arbiter and clients. Its times are a hundredth of the product's.
type lab struct {
	*testing.T
	*loopbacktest.Switch
	net     string // third octet of this test's addresses
	times   wire.Times
	qos     int // milliseconds that the mirror is founded with; 0 leaves the product's
	arbiter *mirror.Agent
	members map[string]*host

	logging sync.Mutex
	ended   bool // nothing may be logged any more
}

// A host is a member's container: agent, superserver and, where it joined, the member.
type host struct {
	lab    *lab
	name   string
	number int
	env    mirror.Env
	agent  *mirror.Agent
	mu     sync.Mutex
	member *mirror.Member
	kept   mirror.State
	up     bool
	server interface{ Close() error }
	conns  map[*wire.Conn]bool
}

var nets struct {
	sync.Mutex
	next int
}

func newLab(t *testing.T, withArbiter bool) *lab {
	t.Parallel()
	nets.Lock()
	nets.next++
	l := &lab{T: t, Switch: loopbacktest.New(), net: fmt.Sprint(1 + nets.next%250), times: wire.Times{Scale: 0.02},
		members: map[string]*host{}}
	nets.Unlock()
	// Registered first, so done last: what still runs then may not use the test.
	t.Cleanup(func() {
		l.logging.Lock()
		defer l.logging.Unlock()
		l.ended = true
	})
	if withArbiter {
		l.startArbiter()
		t.Cleanup(func() { l.arbiter.Close() })
	}
	return l
}

func (l *lab) startArbiter() {
	l.arbiter = mirror.NewAgent(l.env("arbiter", l.Host(l.client(10))), func() *mirror.Member { return nil },
		func() bool { return false })
	if err := l.arbiter.Listen(2188); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) env(name string, network wire.Network) mirror.Env {
	began := time.Now()
	return mirror.Env{
		Network: network, Times: l.times,
		Log: func(format string, args ...any) {
			l.logging.Lock()
			defer l.logging.Unlock()
			if !l.ended {
				l.Logf("%5d %s: "+format, append([]any{time.Since(began).Milliseconds(), name}, args...)...)
			}
		},
		Save: func(mirror.State) {},
	}
}

func (l *lab) private(n int) string { return fmt.Sprintf("127.101.%s.%d", l.net, n) }
func (l *lab) client(n int) string  { return fmt.Sprintf("127.102.%s.%d", l.net, n) }

// host starts a container without IRIS.
func (l *lab) host(name string, number int) *host {
	h := &host{lab: l, name: name, number: number, conns: map[*wire.Conn]bool{}}
	h.env = l.env(name, l.Host(l.private(number), l.client(number)))
	h.env.Save = func(s mirror.State) { h.kept = s }
	h.env.Role = func(from, to mirror.Status) { h.env.Log("%s, was %s", to, from) }
	h.env.Crash = func(reason string) { h.stop(false) }
	h.agent = mirror.NewAgent(h.env, func() *mirror.Member { h.mu.Lock(); defer h.mu.Unlock(); return h.member },
		func() bool { return true })
	if err := h.agent.Listen(2188); err != nil {
		l.Fatal(err)
	}
	l.members[name] = h
	l.Cleanup(func() { h.kill() })
	return h
}

func (h *host) peer(typ mirror.Type) mirror.Peer {
	p, c := h.lab.private(h.number), h.lab.client(h.number)
	return mirror.Peer{Name: h.name, Type: typ, Mirror: p, Superserver: c, Port: 1972, Agent: p, AgentPort: 2188}
}

func (h *host) found(arbiter string) {
	state, err := mirror.Found("DEMO", arbiter, h.peer(mirror.Failover))
	if err != nil {
		h.lab.Fatal(err)
	}
	state.Table.QoS = h.lab.qos
	h.take(state)
}

func (h *host) join(from *host, typ mirror.Type) {
	h.lab.Helper()
	state, err := h.agent.Join("DEMO", wire.Address(h.lab.private(from.number), 2188), h.peer(typ))
	if err != nil {
		h.lab.Fatal(err)
	}
	h.take(state)
}

func (h *host) take(state mirror.State) {
	h.mu.Lock()
	h.member = mirror.NewMember(h.env, state)
	h.mu.Unlock()
	h.start()
}

// isDown waits until the instance has gone down by itself.
func (h *host) isDown() {
	h.lab.Helper()
	h.is(mirror.Down)
	for up := true; up; time.Sleep(time.Millisecond) {
		h.mu.Lock()
		up = h.up
		h.mu.Unlock()
	}
	h.member.Stop(false)
}

// start starts IRIS: superserver and member.
func (h *host) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	listener, err := h.env.Network.Listen(1972)
	if err != nil {
		h.lab.Fatal(err)
	}
	h.up, h.server = true, listener
	member := h.member
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			w := wire.New(c)
			h.mu.Lock()
			h.conns[w] = true
			h.mu.Unlock()
			go func() {
				var hello mirror.Hello
				if w.Receive(&hello, time.Second) == nil {
					member.Serve(w, hello)
				}
				w.Close()
			}()
		}
	}()
	member.Start()
}

func (h *host) stop(graceful bool) {
	h.mu.Lock()
	member, up := h.member, h.up
	h.up = false
	if up {
		h.server.Close()
	}
	h.mu.Unlock()
	if up {
		member.Stop(graceful)
	}
}

// kill ends the container.
func (h *host) kill() {
	h.agent.Close()
	h.stop(false)
}

// revive starts the container again.
func (h *host) revive() {
	if err := h.agent.Listen(2188); err != nil {
		h.lab.Error(err)
		return
	}
	h.start()
}

func (h *host) is(want mirror.Status) {
	h.lab.Helper()
	h.within(5*time.Second, want)
}

func (h *host) within(limit time.Duration, want mirror.Status) {
	h.lab.Helper()
	if !h.member.WaitFor(limit, func(s mirror.Status) bool { return s == want }) {
		_, got := h.member.Status()
		h.lab.Fatalf("%s is %q, want %q", h.name, got, want)
	}
}

// stays checks that the status does not change within a few QoS.
func (h *host) stays(want mirror.Status) {
	h.lab.Helper()
	time.Sleep(3 * h.lab.times.QoS())
	if _, got := h.member.Status(); got != want {
		h.lab.Fatalf("%s is %q, want it to stay %q", h.name, got, want)
	}
}

func (h *host) typ(want mirror.Type) {
	h.lab.Helper()
	if got, _ := h.member.Status(); got != want {
		h.lab.Errorf("%s is of type %q, want %q", h.name, got, want)
	}
}

func (h *host) write(want bool) {
	h.lab.Helper()
	if got := h.member.Write("x", h.lab.times.QoS()); got.Accepted != want {
		h.lab.Errorf("%s: write accepted %v, want %v: %+v", h.name, got.Accepted, want, got)
	}
}

func (h *host) mode(arbiter bool) {
	h.lab.Helper()
	end := time.Now().Add(5 * time.Second)
	for h.member.ArbiterMode() != arbiter {
		if time.Now().After(end) {
			h.lab.Fatalf("%s: arbiter controlled mode is %v, want %v", h.name, !arbiter, arbiter)
		}
		time.Sleep(time.Millisecond)
	}
}

// pair is a mirror of two members; in arbiter controlled mode where it has an arbiter.
func pair(t *testing.T, withArbiter bool) (l *lab, a, b *host) {
	l = newLab(t, withArbiter)
	a, b = l.pair()
	return l, a, b
}

// pair is that mirror in a lab that is there.
func (l *lab) pair() (a, b *host) {
	withArbiter := l.arbiter != nil
	a, b = l.host("A", 2), l.host("B", 3)
	arbiter := ""
	if withArbiter {
		arbiter = l.client(10) + ":2188"
	}
	a.found(arbiter)
	a.is(mirror.Primary)
	b.join(a, mirror.Failover)
	b.is(mirror.Backup)
	if withArbiter {
		a.mode(true)
		b.mode(true)
	}
	a.write(true)
	b.write(false)
	return a, b
}
