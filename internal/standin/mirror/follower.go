package mirror

import (
	"sync"
	"time"

	"mirrorgen/internal/standin/wire"
)

// A follower is a member that is connected to this one, the primary.
type follower struct {
	name  string
	conn  *wire.Conn
	queue chan push

	mu      sync.Mutex
	sent    uint64 // number of the last push that was queued
	acked   uint64
	arbiter bool // it is connected to the arbiter
	changed chan struct{}
	gone    chan struct{} // closed when the connection has ended
	ended   bool
	leaving bool
}

// backlog is how many pushes a follower may be behind; then it is dropped, and has to
// connect again.
const backlog = 4096

func newFollower(name string, c *wire.Conn) *follower {
	return &follower{name: name, conn: c, queue: make(chan push, backlog), changed: make(chan struct{}),
		gone: make(chan struct{})}
}

// push queues a message and returns its number. The primary's lock is held, so that
// all followers get everything in one order.
func (f *follower) push(p push) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	p.Seq = f.sent
	select {
	case f.queue <- p:
	default:
		f.conn.Close()
	}
	return p.Seq
}

// last is the number of the last push.
func (f *follower) last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// write sends what is queued.
func (f *follower) write(qos time.Duration) {
	for {
		select {
		case <-f.gone:
			return
		case p := <-f.queue:
			if f.conn.Send(p, qos) != nil {
				f.conn.Close()
				return
			}
		}
	}
}

// take notes an acknowledgement.
func (f *follower) take(a ack) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acked = max(f.acked, a.Seq)
	f.arbiter = a.Arbiter && !f.leaving
	f.leaving = f.leaving || a.Leaving
	close(f.changed)
	f.changed = make(chan struct{})
}

// caughtUp says whether everything that was queued has been acknowledged.
func (f *follower) caughtUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.acked == f.sent && !f.leaving && !f.ended
}

func (f *follower) hasArbiter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.arbiter && !f.ended
}

func (f *follower) isLeaving() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.leaving
}

// wait waits for the acknowledgement of a push; false when the connection ended first
// or the time has passed.
func (f *follower) wait(seq uint64, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		f.mu.Lock()
		acked, changed := f.acked >= seq, f.changed
		f.mu.Unlock()
		if acked {
			return true
		}
		select {
		case <-changed:
		case <-f.gone:
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.acked >= seq
		case <-timer.C:
			return false
		}
	}
}

// close ends the connection; its reader then does the rest.
func (f *follower) close() { f.conn.Close() }

// end signals whoever waits that the connection is over.
func (f *follower) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.ended = true
		close(f.gone)
	}
}
