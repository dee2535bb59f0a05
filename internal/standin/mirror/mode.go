package mirror

import (
	"crypto/rand"
	"encoding/hex"
)

// arrangeMode enters and leaves the arbiter controlled mode. The mirror enters it when
// both failover members are connected to each other and to the arbiter and the backup
// is active; it leaves it as soon as one of them has lost the arbiter (GHA, "Arbiter
// Controlled Mode").
func (m *Member) arrangeMode() {
	m.mu.Lock()
	f, token, busy := m.active, m.token, m.entering || m.trouble || m.status != Primary
	m.mu.Unlock()
	if f == nil || busy {
		return
	}
	all := m.link.connected() && f.hasArbiter()
	switch {
	case token == "" && all:
		m.enterArbiterMode(f)
	case token != "" && !all:
		m.leaveArbiterMode(f)
	}
}

// enterArbiterMode: first this member needs the backup's acknowledgements, then the
// arbiter knows, and only then may the backup act on it.
func (m *Member) enterArbiterMode(f *follower) {
	token := identity()
	m.mu.Lock()
	if m.active != f || m.status != Primary || m.token != "" {
		m.mu.Unlock()
		return
	}
	m.entering = true
	m.token = token
	m.mu.Unlock()

	answer, err := m.link.ask(Request{Do: doEnter, Token: token}, m.env.Times.QoS())

	m.mu.Lock()
	defer m.mu.Unlock()
	m.entering = false
	if m.active != f || m.token != token || m.trouble {
		return
	}
	if err != nil || !answer.OK {
		m.token = "" // the backup never received it
		return
	}
	f.push(push{Kind: kindMode, Token: token})
	m.env.Log("arbiter controlled mode")
}

// leaveArbiterMode: the backup gives up its right first.
func (m *Member) leaveArbiterMode(f *follower) {
	m.mu.Lock()
	if m.active != f || m.status != Primary || m.token == "" {
		m.mu.Unlock()
		return
	}
	m.entering = true
	token := m.token
	seq := f.push(push{Kind: kindMode})
	m.mu.Unlock()

	left := f.wait(seq, m.env.Times.QoS())

	m.mu.Lock()
	defer m.mu.Unlock()
	m.entering = false
	if left && m.active == f && m.token == token && !m.trouble {
		m.token = ""
		m.env.Log("agent controlled mode: the arbiter is lost")
	}
}

// identity is a name that nobody else has.
func identity() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
