package mirror

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"mirrorgen/internal/standin/wire"
)

// Found makes a new mirror with its first failover member, and returns what that
// keeps.
func Found(set, arbiter string, self Peer) (State, error) {
	if err := checkNames(set, self.Name); err != nil {
		return State{}, err
	}
	if arbiter != "" {
		if _, _, err := net.SplitHostPort(arbiter); err != nil {
			return State{}, fmt.Errorf("ERROR #2126: the arbiter's address %q is not a host and a port", arbiter)
		}
	}
	self.Type, self.GUID = Failover, identity()
	return State{
		Self: self.Name,
		Table: Table{Set: strings.ToUpper(set), GUID: identity(), Version: 1, Arbiter: arbiter,
			Members: []Peer{self}},
		Content:   Content{Databases: map[string]Database{}},
		Alone:     true,
		Validated: true,
	}, nil
}

// greeting is how long a member may take to answer that joins, at least, whatever the time scale:
// a machine that starts a whole lab is busy, and the DNS of a cluster slow, and nobody asks twice.
const greeting = 3 * time.Second

// Join asks the agent at an address to let this host into its mirror, and returns what
// a new member keeps. The agent may be that of any failover member; it names the
// primary's (inferred).
func (a *Agent) Join(set, address string, self Peer) (State, error) {
	if err := checkNames(set, self.Name); err != nil {
		return State{}, err
	}
	if !a.Running() {
		return State{}, errors.New("ERROR #2134: the ISCAgent of this host does not run")
	}
	self.GUID = identity()
	nonce := identity()
	a.expect(nonce)
	defer a.expect("")
	request := Request{Do: doJoin, Set: strings.ToUpper(set), Member: self.Name, Peer: &self, Nonce: nonce}
	for request.Redirect = 0; request.Redirect < 3; request.Redirect++ {
		var answer Answer
		if err := wire.Ask(a.env.Network, address, request, &answer, max(2*a.env.Times.QoS(),
			4*greeting)); err != nil {
			return State{}, fmt.Errorf("ERROR #2124: cannot contact the agent at %s: %w", address, err)
		}
		switch {
		case answer.OK:
			return State{Self: self.Name, Table: *answer.Table, Validated: true}, nil
		case answer.Pending:
			return State{}, ErrPending
		case answer.Agent != "":
			address = answer.Agent
		default:
			return State{}, fmt.Errorf("ERROR #2125: the agent at %s refuses: %s", address, answer.Reason)
		}
	}
	return State{}, fmt.Errorf("ERROR #2125: no agent leads to a primary of mirror %s", set)
}

// ErrPending is the error of a member that the primary has not authorized yet.
var ErrPending = errors.New("the member waits to be authorized on the primary")

// Authorize lets a member in that waits, by the name in its certificate (class reference,
// SYS.Mirror.AuthorizePendingMembers): on the primary alone.
func (m *Member) Authorize(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.status != Primary {
		return errors.New("ERROR #2130: members are authorized on the primary")
	}
	if _, waits := m.pending[name]; !waits {
		return fmt.Errorf("ERROR #2131: no member %q is waiting", name)
	}
	m.pending[name] = true
	return nil
}

// waits notes that a member of that name wants to join, and reports whether it has to wait.
// m.mu is held.
func (m *Member) waits(name string) bool {
	if m.pending == nil {
		m.pending = map[string]bool{}
	}
	if !m.pending[name] {
		m.pending[name] = false
		return true
	}
	return false
}

// checkNames: GHA, "Create a mirror": a mirror's name has 1 to 15 alphanumeric
// characters, a member's at most 32 and none of a list.
func checkNames(set, member string) error {
	if len(set) < 1 || len(set) > 15 || strings.ContainsFunc(strings.ToUpper(set), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		return fmt.Errorf("ERROR #2101: %q is no mirror name: 1 to 15 letters and digits", set)
	}
	if member == "" || len(member) > 32 || strings.ContainsAny(member, " \t:[]#;/*=^~,") {
		return fmt.Errorf("ERROR #2102: %q is no member name", member)
	}
	return nil
}

// admit lets a new member in, where this is the primary.
func (m *Member) admit(r Request) Answer {
	m.mu.Lock()
	table := m.state.Table.clone()
	ruling := m.running && m.status == Primary
	running, status := m.running, m.status
	m.mu.Unlock()
	if r.Set != table.Set {
		return Answer{Reason: fmt.Sprintf("the member here belongs to mirror %s, not to %s", table.Set, r.Set)}
	}
	if !ruling {
		if agent := m.primaryAgent(table); agent != "" {
			return Answer{Agent: agent}
		}
		if !running {
			return Answer{Reason: "its instance does not run"}
		}
		return Answer{Reason: fmt.Sprintf("its member is %s, and no primary of %s is known", status, table.Set)}
	}
	if err := m.vet(table, r); err != nil {
		return Answer{Reason: err.Error()}
	}

	m.mu.Lock()
	if m.status != Primary {
		m.mu.Unlock()
		return Answer{Reason: "it is no longer the primary"}
	}
	if _, known := m.state.Table.Find(r.Member); known {
		m.mu.Unlock()
		return Answer{Reason: fmt.Sprintf("mirror %s already has a member %s", table.Set, r.Member)}
	}
	if m.state.Table.Secured {
		if r.Peer.Subject == "" {
			m.mu.Unlock()
			return Answer{Reason: "the mirror uses TLS, and the member has no certificate"}
		}
		if m.waits(r.Peer.Subject) {
			m.mu.Unlock()
			return Answer{Pending: true}
		}
		delete(m.pending, r.Peer.Subject)
	}
	m.state.Table = m.state.Table.clone()
	m.state.Table.Members = append(m.state.Table.Members, *r.Peer)
	table = m.publishTable()
	m.mu.Unlock()
	m.env.Log("%s has joined the mirror as %s", r.Member, r.Peer.Type)
	m.tellAgents(table)
	return Answer{OK: true, Table: &table}
}

// vet says what is wrong with a member that wants to join.
func (m *Member) vet(table Table, r Request) error {
	p := *r.Peer
	if _, known := table.Find(r.Member); known {
		return fmt.Errorf("mirror %s already has a member %s", table.Set, r.Member)
	}
	if len(table.Members) >= mostMembers {
		return fmt.Errorf("mirror %s has %d members, and takes no more", table.Set, len(table.Members))
	}
	if p.Type == Failover && len(table.failoverMembers("")) >= mostFailover {
		return fmt.Errorf("mirror %s already has two failover members", table.Set)
	}
	// Inferred: the primary has to reach the new member at the addresses that it
	// gives, and to find that member there.
	for _, host := range []string{p.Agent, p.Mirror, p.Superserver} {
		address := wire.Address(host, p.AgentPort)
		var answer Answer
		if err := wire.Ask(m.env.Network, address, Request{Do: doPing}, &answer, max(m.env.Times.Connect(),
			greeting)); err != nil {
			if host == p.Superserver && host != p.Mirror {
				continue // on a network where the primary need not be
			}
			return fmt.Errorf("the primary cannot reach the agent of %s at %s: %v", r.Member, address, err)
		}
		if answer.Nonce != r.Nonce {
			return fmt.Errorf("the agent at %s, which %s gives as its own, is another member's", address, r.Member)
		}
	}
	return nil
}

// primaryAgent finds the agent of the member that is primary, "" where none is.
func (m *Member) primaryAgent(table Table) string {
	for _, p := range table.failoverMembers(m.state.Self) {
		if m.isRuling(p, table) {
			return wire.Address(p.Agent, p.AgentPort)
		}
	}
	return ""
}

// publishTable gives a changed table its number and sends it to all followers.
// m.mu is held.
func (m *Member) publishTable() Table {
	m.state.Table.Version++
	m.save()
	table := m.state.Table.clone()
	for _, f := range m.followers {
		f.push(push{Kind: kindTable, Table: &table})
	}
	m.notify()
	return table
}

// tellAgents brings a changed table to all other members, also to those whose
// instance is down but whose agent runs. It returns the names of those not reached.
func (m *Member) tellAgents(table Table) (missed []string) {
	for _, p := range table.others(m.state.Self) {
		request := Request{Do: doPublish, Set: table.Set, GUID: table.GUID, Member: m.state.Self, Table: &table}
		if _, err := m.askAgent(p, request); err != nil {
			missed = append(missed, p.Name)
		}
	}
	return missed
}
