package mirror

import (
	"errors"
	"fmt"
	"slices"
)

// Promote makes a DR async a failover member (GHA, "Promoting a DR Async Member to
// Failover Member"). With a primary in contact it becomes that one's backup, and a
// present other failover member becomes a DR async. Without one it needs the agent of a
// failover member that confirms that it is down, and becomes primary with the journal
// data from there.
func (m *Member) Promote() error {
	_, err := m.promote(true)
	return err
}

// PromoteWithNoPartner makes a DR async primary with what it has received, while no
// failover member is primary. The former failover members become DR asyncs. It returns
// the names of those whose agent could not be told: they come back in their old role,
// unless their iris.cpf says ValidatedMember=0.
func (m *Member) PromoteWithNoPartner() (unavailable []string, err error) {
	return m.promote(false)
}

func (m *Member) promote(partner bool) (unavailable []string, err error) {
	m.mu.Lock()
	self, table, running := m.self(), m.state.Table.clone(), m.running
	m.mu.Unlock()
	if !running {
		return nil, errors.New("ERROR #2140: the mirror has not been started")
	}
	if self.Type != DR {
		return nil, fmt.Errorf("ERROR #2141: this is no DR async member: it is %s", self.Type)
	}
	primary, newest, confirmed := m.survey(table)
	if primary != nil {
		if !partner {
			return nil, fmt.Errorf("ERROR #2142: %s is primary: promote with a partner", primary.Name)
		}
		return nil, m.askPrimary(*primary, Request{Do: doPromote, Set: table.Set, GUID: table.GUID, Member: self.Name})
	}
	if partner && !confirmed {
		return nil, errors.New("ERROR #2143: no agent of a failover member can be contacted: there is no partner")
	}
	m.mu.Lock()
	if !m.running || m.ruling() {
		m.mu.Unlock()
		return nil, errors.New("ERROR #2144: the member's state has changed meanwhile")
	}
	if partner && newest != nil {
		m.state.Journal, m.state.Content = *newest.Journal, *newest.Content
	}
	m.state.Table = m.state.Table.clone()
	former := m.state.Table.failoverMembers(self.Name)
	for _, p := range former {
		m.state.Table.setType(p.Name, DR)
	}
	m.state.Table.setType(self.Name, Failover)
	m.becomePrimary()
	table = m.publishTable()
	m.mu.Unlock()
	missed := m.tellAgents(table)
	for _, p := range former {
		if slices.Contains(missed, p.Name) {
			unavailable = append(unavailable, p.Name)
		}
	}
	return unavailable, nil
}

// survey asks the failover members' agents: is one primary, has one newer journal
// data, and has any confirmed that it is down?
func (m *Member) survey(table Table) (primary *Peer, newest *Answer, confirmed bool) {
	m.mu.Lock()
	request := Request{Do: doConfirm, Set: table.Set, GUID: table.GUID, Member: m.state.Self, Journal: m.state.Journal,
		Alone: true}
	m.mu.Unlock()
	for _, p := range table.failoverMembers(m.state.Self) {
		if m.isRuling(p, table) {
			return &p, nil, false
		}
	}
	for _, p := range table.failoverMembers(m.state.Self) {
		answer, err := m.askAgent(p, request)
		if err != nil || !answer.OK {
			continue
		}
		confirmed = true
		if answer.Content != nil && (newest == nil || answer.Journal.newer(*newest.Journal)) {
			newest = &answer
		}
	}
	return nil, newest, confirmed
}

// isRuling asks a member's superserver whether it is the primary.
func (m *Member) isRuling(p Peer, table Table) bool {
	answer, err := m.askAgent(p, Request{Do: doStatus, Set: table.Set, GUID: table.GUID, Member: m.state.Self})
	return err == nil && answer.Primary
}

// Demote makes the backup a DR async (GHA, "Demoting the Backup to DR Async").
func (m *Member) Demote() error {
	m.mu.Lock()
	self, table, running, ruling := m.self(), m.state.Table.clone(), m.running, m.ruling()
	m.mu.Unlock()
	switch {
	case !running:
		return errors.New("ERROR #2140: the mirror has not been started")
	case ruling:
		return errors.New("ERROR #2145: the primary cannot be demoted")
	case self.Type != Failover:
		return fmt.Errorf("ERROR #2146: this is no failover member: it is %s", self.Type)
	}
	for _, p := range table.failoverMembers(self.Name) {
		if m.isRuling(p, table) {
			return m.askPrimary(p, Request{Do: doDemote, Set: table.Set, GUID: table.GUID, Member: self.Name})
		}
	}
	return errors.New("ERROR #2147: the primary cannot be contacted")
}

// BecomePrimary forces the member to become primary, while no other is in reach (GHA,
// "Manually Trigger Failover", SYS.Mirror.BecomePrimary). It may lose what the last
// primary wrote.
func (m *Member) BecomePrimary() bool {
	m.mu.Lock()
	self, table, running := m.self(), m.state.Table.clone(), m.running
	m.mu.Unlock()
	if !running || self.Type != Failover {
		return false
	}
	for _, p := range table.failoverMembers(self.Name) {
		if m.isRuling(p, table) {
			return false
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running && !m.ruling() {
		m.becomePrimary()
	}
	return m.running
}

func (m *Member) askPrimary(p Peer, r Request) error {
	answer, err := m.askAgent(p, r)
	if err != nil {
		return fmt.Errorf("ERROR #2147: the primary cannot be contacted: %w", err)
	}
	if !answer.OK {
		return fmt.Errorf("ERROR #2148: %s", answer.Reason)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.adopt(answer.Table)
	return nil
}

// change is the primary's side of a promotion or a demotion.
func (m *Member) change(r Request, from, to Type) Answer {
	m.mu.Lock()
	p, known := m.state.Table.Find(r.Member)
	if !m.running || m.status != Primary || !known || p.Type != from {
		m.mu.Unlock()
		return Answer{Reason: fmt.Sprintf("%s is no %s here, or this is not the primary", r.Member, from)}
	}
	m.state.Table = m.state.Table.clone()
	if to == Failover {
		for _, other := range m.state.Table.failoverMembers(m.state.Self) {
			m.state.Table.setType(other.Name, DR)
		}
	}
	m.state.Table.setType(r.Member, to)
	table := m.publishTable()
	relieved := m.active
	m.mu.Unlock()
	m.env.Log("%s is %s now, was %s", r.Member, to, from)
	if relieved != nil {
		m.relieve(relieved)
	}
	m.tellAgents(table)
	return Answer{OK: true, Table: &table}
}

// relieve takes the active backup out of its place once it has acknowledged that it
// has another one. It then connects again as what it is.
func (m *Member) relieve(f *follower) {
	if f.wait(f.last(), m.env.Times.QoS()) {
		f.take(ack{Leaving: true})
	}
	f.close()
}
