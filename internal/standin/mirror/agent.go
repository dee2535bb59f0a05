package mirror

import (
	"net"
	"sync"

	"mirrorgen/internal/standin/wire"
)

// An Agent is an ISCAgent: it answers for the member of its host, also while that
// member's instance is down, and is the arbiter of any mirror that asks it to be (GHA:
// "any system with a running ISCAgent can be configured as arbiter").
type Agent struct {
	env     Env
	member  func() *Member // of this host; nil where there is none
	allowed func() bool    // %Service_Mirror is enabled
	arbiter *arbiter

	mu       sync.Mutex
	nonce    string // while this host joins a mirror
	listener net.Listener
}

// NewAgent makes an agent. On an arbiter's host there is no member.
func NewAgent(env Env, member func() *Member, allowed func() bool) *Agent {
	return &Agent{env: env, member: member, allowed: allowed, arbiter: newArbiter(env)}
}

// Listen begins to answer on a port, and does so in the background.
func (a *Agent) Listen(port int) error {
	listener, err := a.env.Network.Listen(port)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.listener = listener
	a.mu.Unlock()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go a.serve(wire.New(c))
		}
	}()
	return nil
}

// Running says whether the agent listens.
func (a *Agent) Running() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.listener != nil
}

// Close stops listening.
func (a *Agent) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listener != nil {
		a.listener.Close()
		a.listener = nil
	}
}

// serve answers one connection: one request, unless it is a member that wants an
// arbiter. Health checks connect and say nothing.
func (a *Agent) serve(c *wire.Conn) {
	defer c.Close()
	var r Request
	if c.Receive(&r, a.env.Times.QoS()) != nil {
		return
	}
	if r.Do == doArbiter {
		a.arbiter.serve(c, r)
		return
	}
	c.Send(a.answer(r), a.env.Times.QoS())
}

func (a *Agent) answer(r Request) Answer {
	m := a.member()
	if r.Do == doPing {
		a.mu.Lock()
		defer a.mu.Unlock()
		answer := Answer{OK: true, Nonce: a.nonce}
		if m != nil {
			answer.Member = m.Self().Name
		}
		return answer
	}
	if m == nil {
		return Answer{Reason: "no mirror member is configured here"}
	}
	if r.Do == doJoin {
		if !a.allowed() {
			return Answer{Reason: "%Service_Mirror is not enabled there"}
		}
		return m.admit(r)
	}
	if m.State().Table.GUID != r.GUID {
		return Answer{Reason: "the member here belongs to another mirror"}
	}
	switch r.Do {
	case doConfirm:
		return m.confirm(r)
	case doStatus:
		m.mu.Lock()
		defer m.mu.Unlock()
		return Answer{OK: true, Member: m.state.Self, Primary: m.running && m.ruling()}
	case doInactive:
		return m.inactive()
	case doForceDown:
		return m.forcedDown(r)
	case doTable:
		table := m.State().Table
		return Answer{OK: true, Table: &table}
	case doPublish:
		m.mu.Lock()
		m.adopt(r.Table)
		m.mu.Unlock()
		return Answer{OK: true}
	case doPromote:
		return m.change(r, DR, Failover)
	case doDemote:
		return m.change(r, Failover, DR)
	}
	return Answer{Reason: "unknown request " + r.Do}
}

// expect sets the nonce with which the primary recognises a host that joins.
func (a *Agent) expect(nonce string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nonce = nonce
}
