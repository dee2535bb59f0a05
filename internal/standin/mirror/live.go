package mirror

import (
	"errors"
	"time"

	"mirrorgen/internal/standin/wire"
)

// live is a member's life: it follows the primary while there is one, and takes over
// where it may.
func (m *Member) live(quit chan struct{}) {
	for !closed(quit) {
		m.mu.Lock()
		ruling, down := m.ruling(), m.status == Down
		m.mu.Unlock()
		if down { // forced: the instance is about to go down
			<-quit
			return
		}
		if ruling {
			m.rule(quit)
			continue
		}
		if !m.validate() {
			if !m.sleep(quit, m.env.Times.Retry()) {
				return
			}
			continue
		}
		if c := m.findPrimary(quit); c != nil {
			m.follow(c)
			continue
		}
		if m.agentTakeover() {
			continue
		}
		m.sleep(quit, m.env.Times.Retry())
	}
}

// validate settles what ValidatedMember=0 asks for: the member does nothing in its
// old role before another member has sent it its present one (CPF
// [MirrorMember] ValidatedMember; GHA, "Promoting a DR Async Member").
func (m *Member) validate() bool {
	m.mu.Lock()
	if m.state.Validated {
		m.mu.Unlock()
		return true
	}
	peers := m.state.Table.others(m.state.Self)
	request := Request{Do: doTable, Set: m.state.Table.Set, GUID: m.state.Table.GUID}
	m.mu.Unlock()
	answered := false
	for _, p := range peers {
		answer, err := m.askAgent(p, request)
		if err != nil || !answer.OK || answer.Table == nil {
			continue
		}
		answered = true
		m.mu.Lock()
		m.adopt(answer.Table)
		m.mu.Unlock()
	}
	if !answered {
		return false
	}
	m.mu.Lock()
	m.state.Validated = true
	// Whatever it was, it was not there when the others decided.
	m.state.Alone = false
	m.save()
	m.mu.Unlock()
	return true
}

// findPrimary connects to the member that is primary, nil where none is found.
func (m *Member) findPrimary(quit chan struct{}) *wire.Conn {
	m.mu.Lock()
	self := m.self()
	table := m.state.Table
	hello := Hello{Do: "mirror", Set: table.Set, GUID: table.GUID, Member: self.Name, Journal: m.state.Journal}
	m.mu.Unlock()
	for _, p := range table.failoverMembers(self.Name) {
		for _, address := range p.channel(self.Type) {
			if closed(quit) {
				return nil
			}
			if c := m.connect(address, hello); c != nil {
				return c
			}
		}
	}
	return nil
}

// connect opens a data channel, nil where the other side is not the primary.
func (m *Member) connect(address string, hello Hello) *wire.Conn {
	timeout := m.env.Times.Connect()
	c, err := m.dial(address)
	if err != nil {
		return nil
	}
	var answer welcome
	if c.Send(hello, timeout) != nil || c.Receive(&answer, timeout) != nil {
		c.Close()
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.adopt(answer.Table)
	if answer.OK && m.running && !m.ruling() {
		m.upstream = c
		m.reconnect = false
		m.setStatus(Synchronizing)
		return c
	}
	if answer.Reason != "" {
		m.complain(answer.Reason)
	}
	c.Close()
	return nil
}

// dial opens a connection to a member: with TLS where the mirror uses it, and then only to
// one whose certificate is a member's.
func (m *Member) dial(address string) (*wire.Conn, error) {
	timeout := m.env.Times.Connect()
	m.mu.Lock()
	table := m.state.Table
	m.mu.Unlock()
	if !table.Secured {
		return wire.Dial(m.env.Network, address, timeout)
	}
	configuration, err := m.env.TLS()
	if err != nil {
		m.env.Log("%v", err)
		return nil, err
	}
	c, name, err := wire.DialTLS(m.env.Network, address, wire.PurposeMirror, configuration, timeout)
	if err != nil {
		m.env.Log("%s: %v", address, err)
		return nil, err
	}
	if !table.knows(name) {
		c.Close()
		m.env.Log("%s shows the certificate of %s, who is no member", address, name)
		return nil, errors.New("no member")
	}
	return c, nil
}

// complain logs why the primary does not want this member. m.mu is held.
func (m *Member) complain(reason string) {
	if m.status == Stopped {
		return
	}
	m.env.Log("the primary refuses this member: %s", reason)
	m.setStatus(Stopped)
}

// follow receives what the primary sends until the connection is lost, and then does
// what a backup does (GHA, "Backup Loses Connection to Primary").
func (m *Member) follow(c *wire.Conn) {
	qos := m.env.Times.QoS()
	for {
		var p push
		// The guide: the connection is lost, or nothing came within QoS.
		if err := c.Receive(&p, qos); err != nil {
			break
		}
		over := m.receive(p)
		if c.Send(ack{Seq: p.Seq, Arbiter: m.link.connected()}, qos) != nil || over {
			break
		}
	}
	c.Close()
	m.mu.Lock()
	m.upstream = nil
	active, token := m.isActive, m.token
	m.isActive, m.token = false, ""
	if !m.running || m.ruling() {
		m.mu.Unlock()
		return
	}
	m.taking = active && token != ""
	m.setStatus(Waiting)
	m.mu.Unlock()
	if active && token != "" {
		m.env.Log("lost the primary in arbiter controlled mode")
		m.arbiterTakeover(token)
	}
}

// receive does what the primary says. It reports whether the channel has served its
// purpose: the member is primary itself, or has to connect as something else.
func (m *Member) receive(p push) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.running || m.ruling() {
		return true
	}
	m.adopt(p.Table)
	switch p.Kind {
	case kindSnapshot:
		m.state.Journal = *p.Journal
		m.state.Content = *p.Content
		m.state.Alone = false
		m.save()
		if m.self().Type != Failover {
			m.setStatus(Connected)
		}
	case kindChange:
		m.state.Journal.Position = p.Change.Position
		m.state.Content.apply(*p.Change)
		m.save()
		m.notify()
	case kindActive:
		m.isActive = true
		m.setStatus(Backup)
	case kindMode:
		if m.token != p.Token {
			m.env.Log("%s controlled mode", modeName(p.Token))
		}
		m.token = p.Token
	case kindHandover:
		m.env.Log("the primary stops and hands over")
		m.becomePrimary()
		return true
	}
	return m.reconnect
}

func modeName(token string) string {
	if token == "" {
		return "agent"
	}
	return "arbiter"
}

// askAgent asks a member's agent, at one address after the other.
func (m *Member) askAgent(p Peer, request Request) (Answer, error) {
	return askAgent(m.env, p, request)
}

func askAgent(env Env, p Peer, request Request) (Answer, error) {
	var answer Answer
	var err error
	for _, address := range p.agents() {
		answer = Answer{}
		if err = wire.Ask(env.Network, address, request, &answer, env.Times.Connect()); err == nil {
			return answer, nil
		}
	}
	return Answer{}, err
}

// WaitSettled waits until the member is Primary, Backup or Connected.
func (m *Member) WaitSettled(limit time.Duration) bool {
	return m.WaitFor(limit, func(s Status) bool { return s == Primary || s == Backup || s == Connected })
}

// WaitFor waits until the status is as wanted.
func (m *Member) WaitFor(limit time.Duration, wanted func(Status) bool) bool {
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		m.mu.Lock()
		status, changed := m.status, m.changed
		m.mu.Unlock()
		if wanted(status) {
			return true
		}
		select {
		case <-changed:
		case <-end.C:
			return false
		}
	}
}
