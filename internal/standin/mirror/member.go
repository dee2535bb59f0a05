package mirror

import (
	"sync"
	"time"

	"mirrorgen/internal/standin/wire"
)

// An Env is what a member needs of its instance.
type Env struct {
	Network wire.Network
	Times   wire.Times
	// TLS is the configuration with which the member asks others, where the mirror uses TLS.
	TLS func() (wire.TLS, error)
	Log func(format string, args ...any)
	// Save keeps the state; it is called with every change, also of the position.
	Save func(State)
	// Role is called after the status has changed, with both.
	Role func(from, to Status)
	// Crash takes the instance down at once, because the member must no longer be
	// primary. It is called in a goroutine of its own.
	Crash func(reason string)
}

// A Member is one member of a mirror. Its methods may be called from any goroutine.
type Member struct {
	env Env

	// writing is held by whoever writes, or hands over: one at a time.
	writing sync.Mutex

	mu      sync.Mutex
	state   State
	running bool
	status  Status
	changed chan struct{} // closed, and made anew, with every change below or above
	quit    chan struct{} // closed when the instance stops
	done    sync.WaitGroup

	link *arbiterLink

	// As primary.
	followers map[string]*follower
	active    *follower       // the active backup
	token     string          // of the arbiter controlled mode; "" is the agent controlled mode
	entering  bool            // a switch between the modes is under way
	pending   map[string]bool // names of members that wait to be let in: whether they may
	trouble   bool

	// As anything else.
	upstream  *wire.Conn // the data channel to the primary
	isActive  bool       // as active backup
	reconnect bool       // the member is of another type than the one it connected as
	claiming  bool       // about to take over with an agent's consent
	cancelled bool       // ... but another member was first
	taking    bool       // about to take over with the arbiter's consent, or by order
}

// NewMember is a member whose instance does not run yet. Its time-outs are those of its mirror.
func NewMember(env Env, state State) *Member {
	env.Times = env.Times.WithQoS(state.Table.QoS)
	return &Member{env: env, state: state, status: Down, changed: make(chan struct{})}
}

// Times are the time-outs of the member's mirror.
func (m *Member) Times() wire.Times { return m.env.Times }

// Self is the member's own line in the table.
func (m *Member) Self() Peer {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.self()
}

func (m *Member) self() Peer {
	p, _ := m.state.Table.Find(m.state.Self)
	return p
}

// State is a copy of everything that the member keeps.
func (m *Member) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.state
	s.Table = s.Table.clone()
	s.Content = s.Content.clone()
	return s
}

// Status is the member's type and status.
func (m *Member) Status() (Type, Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.self().Type, m.status
}

// IsPrimary says whether the member operates as primary. One in trouble does not:
// it accepts nothing until it knows that no other has taken over.
func (m *Member) IsPrimary() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status == Primary
}

// FailoverReady says whether the backup would take over if the primary failed now, as either
// of them knows it.
func (m *Member) FailoverReady() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status == Primary && m.active != nil || m.status == Backup && m.isActive
}

// ruling says whether the member is primary, in trouble or not. m.mu is held.
func (m *Member) ruling() bool { return m.status == Primary || m.status == Trouble }

// ArbiterMode says whether the mirror is in arbiter controlled mode, as this member
// knows it.
func (m *Member) ArbiterMode() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.token != ""
}

// Start begins to take part in the mirror. A failover member that starts behaves as
// a backup that is not active (GHA, "Agent Controlled Mode", note).
func (m *Member) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = true
	m.quit = make(chan struct{})
	m.followers = map[string]*follower{}
	m.active, m.token, m.trouble, m.entering = nil, "", false, false
	m.isActive, m.claiming, m.cancelled, m.taking = false, false, false, false
	m.setStatus(Waiting)
	m.link = newArbiterLink(m.env, m.state.Table, m.state.Self, m.quit)
	quit := m.quit
	m.done.Go(func() { m.live(quit) })
	m.done.Go(func() { m.link.run(m.keepsArbiter) })
}

// keepsArbiter says whether the arbiter is the member's business: only failover
// members connect to it.
func (m *Member) keepsArbiter() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.self().Type == Failover
}

// Stop takes the member out of its mirror because its instance stops. A graceful
// stop of the primary has its active backup take over at once (GHA, "Automatic
// Failover in Response to Primary Outage Scenarios", 1).
func (m *Member) Stop(graceful bool) {
	m.mu.Lock()
	if !m.running {
		m.mu.Unlock()
		return
	}
	handover := graceful && m.status == Primary && m.active != nil
	if graceful && m.upstream != nil {
		m.upstream.Send(ack{Leaving: true}, m.env.Times.Beat())
	}
	m.running = false
	m.setStatus(Down)
	m.mu.Unlock()
	if handover {
		m.handOver()
	}
	m.mu.Lock()
	close(m.quit)
	for _, f := range m.followers {
		f.close()
	}
	if m.upstream != nil {
		m.upstream.Close()
	}
	m.isActive, m.claiming, m.taking = false, false, false
	m.mu.Unlock()
	m.done.Wait()
}

// handOver asks the active backup to take over. The member is no longer primary
// when it does so; a write under way was either finished or will be refused.
func (m *Member) handOver() {
	m.writing.Lock()
	defer m.writing.Unlock()
	m.mu.Lock()
	backup := m.active
	if backup == nil {
		m.mu.Unlock()
		return
	}
	journal := m.state.Journal
	seq := backup.push(push{Kind: kindHandover, Journal: &journal})
	m.mu.Unlock()
	if !backup.wait(seq, m.env.Times.QoS()) {
		m.env.Log("the backup did not confirm that it takes over")
	}
}

// setStatus changes the status and logs it. m.mu is held.
func (m *Member) setStatus(status Status) {
	if m.status == status {
		return
	}
	from := m.status
	m.status = status
	m.notify()
	m.env.Role(from, status)
}

// notify wakes whoever waits for a change. m.mu is held.
func (m *Member) notify() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// save keeps the state. m.mu is held.
func (m *Member) save() { m.env.Save(m.state) }

// adopt takes over a newer table. m.mu is held.
func (m *Member) adopt(t *Table) {
	if t == nil || t.GUID != m.state.Table.GUID || t.Version <= m.state.Table.Version {
		return
	}
	before := m.self().Type
	m.state.Table = t.clone()
	m.save()
	if now := m.self().Type; now != before {
		m.env.Log("member type is now %s, was %s", now, before)
		m.isActive, m.token = false, ""
		m.reconnect = true
	}
	m.notify()
}

// sleep waits until something changes or the time has passed; false when the
// instance stops.
func (m *Member) sleep(quit chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-quit:
		return false
	case <-timer.C:
		return true
	}
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
