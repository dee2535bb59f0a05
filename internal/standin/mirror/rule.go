package mirror

import (
	"fmt"
	"time"

	"mirrorgen/internal/standin/wire"
)

// rule is a primary's housekeeping, until it is primary no more.
func (m *Member) rule(quit chan struct{}) {
	m.done.Go(func() { m.forceOthersDown(quit) })
	beat := time.NewTicker(m.env.Times.Beat())
	defer beat.Stop()
	for {
		m.mu.Lock()
		if !m.ruling() {
			m.mu.Unlock()
			return
		}
		for _, f := range m.followers {
			f.push(push{Kind: kindBeat})
		}
		m.mu.Unlock()
		m.arrangeMode()
		select {
		case <-quit:
			return
		case <-beat.C:
		}
	}
}

// Serve takes a data channel that another member has opened with its hello, and keeps
// it until it ends. Only the primary accepts one.
func (m *Member) Serve(c *wire.Conn, hello Hello) {
	defer c.Close()
	qos := m.env.Times.QoS()
	f := newFollower(hello.Member, c)
	m.mu.Lock()
	table := m.state.Table.clone()
	reason := m.refuse(hello)
	if reason != "" || !m.ruling() {
		m.mu.Unlock()
		c.Send(welcome{Reason: reason, Table: &table}, qos)
		return
	}
	if err := c.Send(welcome{OK: true, Table: &table}, qos); err != nil {
		m.mu.Unlock()
		return
	}
	if old := m.followers[f.name]; old != nil {
		old.close()
	}
	if m.trouble && m.active != nil && m.active.name == f.name {
		// GHA: contacted by the backup, the primary switches to agent controlled mode
		// and resumes. Whoever asks for the primary has not taken over.
		m.env.Log("contacted by the backup, which has not taken over")
		m.resume()
	}
	m.followers[f.name] = f
	journal, content := m.state.Journal, m.state.Content.clone()
	f.push(push{Kind: kindSnapshot, Journal: &journal, Content: &content})
	m.mu.Unlock()

	go f.write(qos)
	m.receiveAcks(f, qos)
	f.end()
	m.mu.Lock()
	if m.followers[f.name] == f {
		delete(m.followers, f.name)
	}
	m.mu.Unlock()
	m.lost(f)
}

// refuse says why a member may not follow this primary; "" where it may, or where
// this member is not the primary. m.mu is held.
func (m *Member) refuse(hello Hello) string {
	table := &m.state.Table
	if hello.Set != table.Set || hello.GUID != table.GUID {
		return fmt.Sprintf("this is a member of mirror %s with another identity", table.Set)
	}
	if !m.ruling() {
		return ""
	}
	member, known := table.Find(hello.Member)
	if !known {
		return fmt.Sprintf("mirror %s has no member %s", table.Set, hello.Member)
	}
	if table.Secured && (hello.Subject == "" || hello.Subject != member.Subject) {
		return fmt.Sprintf("mirror %s knows %s by the certificate of %s, not of %q", table.Set, hello.Member,
			member.Subject, hello.Subject)
	}
	if !m.state.Journal.follows(hello.Journal) {
		return fmt.Sprintf("%s has journal data that mirror %s does not have: it has to be rebuilt", hello.Member,
			table.Set)
	}
	return ""
}

// receiveAcks reads acknowledgements until the follower is lost or silent.
func (m *Member) receiveAcks(f *follower, qos time.Duration) {
	for {
		var a ack
		if f.conn.Receive(&a, qos) != nil {
			return
		}
		f.take(a)
		if a.Leaving {
			return
		}
		m.activate(f)
	}
}

// activate makes a failover member that has caught up the active backup.
func (m *Member) activate(f *follower) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, _ := m.state.Table.Find(f.name)
	if m.status != Primary || m.active != nil || p.Type != Failover || m.followers[f.name] != f || !f.caughtUp() {
		return
	}
	// The order matters: as soon as the backup knows that it is active, it may take
	// over, and this member must no longer believe that nobody can have done so.
	m.state.Alone = false
	m.save()
	m.active = f
	f.push(push{Kind: kindActive})
	m.env.Log("%s is the active backup", f.name)
	m.notify()
}

// forceOthersDown makes sure that no other failover member believes itself primary: a
// former one that could not be reached is forced down as soon as it can (GHA, "Backup
// Loses Connection to Primary").
func (m *Member) forceOthersDown(quit chan struct{}) {
	m.mu.Lock()
	others := m.state.Table.others(m.state.Self)
	request := Request{Do: doForceDown, Set: m.state.Table.Set, GUID: m.state.Table.GUID, Member: m.state.Self,
		Epoch: m.state.Journal.Epoch}
	m.mu.Unlock()
	for len(others) > 0 {
		var silent []Peer
		for _, p := range others {
			if _, err := m.askAgent(p, request); err != nil {
				silent = append(silent, p)
			}
		}
		others = silent
		m.mu.Lock()
		ruling := m.ruling()
		m.mu.Unlock()
		if !ruling || !m.sleep(quit, 4*m.env.Times.Beat()) {
			return
		}
	}
}

// forcedDown is the other side of it.
func (m *Member) forcedDown(r Request) Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Epoch > m.state.Journal.Epoch {
		m.state.Alone = false
		m.save()
		if m.running && m.ruling() {
			m.abdicate(fmt.Sprintf("%s has taken over as primary", r.Member))
		}
	}
	return Answer{OK: true, Member: m.state.Self}
}

// abdicate stops being primary at once, and has the instance go down. m.mu is held.
func (m *Member) abdicate(reason string) {
	m.env.Log("forced down: %s", reason)
	m.state.Alone = false
	m.save()
	m.trouble = false
	m.setStatus(Down)
	go m.env.Crash(reason)
}
