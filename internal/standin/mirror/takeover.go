package mirror

import (
	"fmt"
	"time"
)

// arbiterTakeover is what an active backup does that has lost the primary in arbiter
// controlled mode: it takes over where the arbiter has lost the primary too. Where
// the arbiter is still connected to the primary, or is lost as well, the backup is no
// longer active and goes on in agent controlled mode (GHA, "Backup Loses Connection to
// Primary").
func (m *Member) arbiterTakeover(token string) {
	answer, err := m.link.ask(Request{Do: doTakeover, Token: token}, 2*m.env.Times.QoS())
	if err == nil && answer.OK {
		m.recover()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taking = false
	switch {
	case !m.running || m.ruling():
	case err != nil:
		m.env.Log("the arbiter is lost too: agent controlled mode (%v)", err)
	case answer.OK:
		m.env.Log("the arbiter has lost the primary too: taking over")
		m.becomePrimary()
	default:
		m.env.Log("no longer active, agent controlled mode: %s", answer.Reason)
	}
}

// recover takes the time that recovery takes, before the member is primary. Nobody else takes
// over meanwhile: the arbiter has given its consent, and the member's agent says that it is busy.
func (m *Member) recover() {
	m.mu.Lock()
	if m.running && !m.ruling() {
		m.setStatus(Transition)
	}
	m.mu.Unlock()
	time.Sleep(m.env.Times.Recovery())
}

// agentTakeover is what a failover member does without a primary in sight: it takes
// over if the agent of the other failover member confirms that the primary is down and
// hands over the newest journal data (GHA, "Agent Controlled Mode"; scenarios 1 to 4
// of "Automatic Failover in Response to Primary Outage Scenarios"). It reports whether
// the member is primary now.
func (m *Member) agentTakeover() bool {
	m.mu.Lock()
	if m.self().Type != Failover || !m.running || m.ruling() || m.status == Stopped {
		if m.running && !m.ruling() && m.status != Stopped {
			m.setStatus(Waiting)
		}
		m.mu.Unlock()
		return false
	}
	m.setStatus(Waiting)
	m.claiming, m.cancelled = true, false
	partners := m.state.Table.failoverMembers(m.state.Self)
	request := Request{
		Do: doConfirm, Set: m.state.Table.Set, GUID: m.state.Table.GUID, Member: m.state.Self,
		Journal: m.state.Journal, Alone: m.state.Alone,
	}
	alone := m.state.Alone
	m.mu.Unlock()

	granted := true
	var newest *Answer
	for _, p := range partners {
		answer, err := m.askAgent(p, request)
		switch {
		case err != nil:
			// Inferred: a member that was primary last, without an active backup,
			// needs nobody's consent. Nobody else can have become primary.
			granted = granted && alone
		case !answer.OK:
			granted = false
		case answer.Content != nil:
			newest = &answer
		}
		if answer.Table != nil {
			m.mu.Lock()
			m.adopt(answer.Table)
			m.mu.Unlock()
		}
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.claiming = false
	if !granted || m.cancelled || !m.running || m.ruling() || m.self().Type != Failover {
		return false
	}
	if newest != nil {
		m.env.Log("the other failover member's agent confirms that it is down, and hands over its newest journal data")
		m.state.Journal = *newest.Journal
		m.state.Content = *newest.Content
	} else if len(partners) > 0 {
		m.env.Log("nobody else is primary, or has newer journal data: taking over")
	}
	m.becomePrimary()
	return true
}

// becomePrimary makes the member primary, in agent controlled mode and without a
// backup. m.mu is held.
func (m *Member) becomePrimary() {
	m.setStatus(Transition)
	m.state.Journal.begin()
	m.state.Alone = true
	m.isActive, m.claiming, m.taking, m.trouble = false, false, false, false
	m.active, m.token = nil, ""
	m.followers = map[string]*follower{}
	if m.upstream != nil {
		m.upstream.Close()
	}
	m.save()
	m.setStatus(Primary)
}

// before says whether a member that asks for consent comes before this one, which
// wants to take over as well. Inferred: newer data counts, then who was primary last,
// then the name. m.mu is held.
func (m *Member) before(r Request) bool {
	mine := m.state.Journal
	switch {
	case r.Journal.newer(mine):
		return true
	case mine.newer(r.Journal):
		return false
	case r.Alone != m.state.Alone:
		return r.Alone
	}
	return r.Member < m.state.Self
}

// confirm answers another failover member that wants to take over.
func (m *Member) confirm(r Request) Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	table := m.state.Table
	answer := Answer{Member: m.state.Self, Table: &table}
	switch {
	case m.running && m.ruling():
		answer.Primary = true
		answer.Reason = fmt.Sprintf("%s operates as primary", m.state.Self)
		return answer
	case m.running && (m.taking || m.isActive && m.upstream != nil):
		answer.Busy = true
		answer.Reason = fmt.Sprintf("%s may be about to take over itself", m.state.Self)
		return answer
	case m.running && m.claiming && !m.before(r):
		answer.Busy = true
		answer.Reason = fmt.Sprintf("%s comes first", m.state.Self)
		return answer
	}
	m.cancelled = true
	// From here on the other one may have become primary.
	if m.state.Alone {
		m.state.Alone = false
		m.save()
	}
	answer.OK = true
	if m.state.Journal.newer(r.Journal) {
		journal, content := m.state.Journal, m.state.Content.clone()
		answer.Journal, answer.Content = &journal, &content
	}
	return answer
}
