package mirror_test

import (
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/wire"
)

// disaster is a mirror with a DR async.
func disaster(t *testing.T) (l *lab, a, b, d *host) {
	l, a, b = pair(t, true)
	d = l.host("D", 4)
	d.join(a, mirror.DR)
	d.is(mirror.Connected)
	d.write(false)
	return l, a, b, d
}

// An async follows whoever is primary and never takes over.
func TestAsync(t *testing.T) {
	_, a, b, d := disaster(t)
	a.stop(true)
	b.is(mirror.Primary)
	b.write(true)
	d.is(mirror.Connected)
	b.stop(true)
	d.is(mirror.Waiting)
	d.stays(mirror.Waiting)
	d.write(false)
}

// The planned move: the backup is stopped, the DR async takes its place and then the
// primary's; the way back restores the types.
func TestPromote(t *testing.T) {
	_, a, b, d := disaster(t)
	b.stop(true)
	if err := d.member.Promote(); err != nil {
		t.Fatal(err)
	}
	d.is(mirror.Backup)
	d.typ(mirror.Failover)
	b.typ(mirror.DR) // its agent received the change
	a.stop(true)
	d.is(mirror.Primary)
	d.write(true)
	b.start()
	b.is(mirror.Connected)
	a.start()
	a.is(mirror.Backup)
	d.stop(true)
	a.is(mirror.Primary)
	d.start()
	d.is(mirror.Backup)
	if err := a.member.Demote(); err == nil {
		t.Error("the primary can be demoted")
	}
	if err := d.member.Demote(); err != nil {
		t.Fatal(err)
	}
	d.is(mirror.Connected)
	d.typ(mirror.DR)
	if err := b.member.Promote(); err != nil {
		t.Fatal(err)
	}
	b.is(mirror.Backup)
	a.write(true)
	a.mode(true)
}

// A DR async that is promoted while the backup runs takes its place.
func TestPromoteReplacesBackup(t *testing.T) {
	_, a, b, d := disaster(t)
	if err := d.member.Promote(); err != nil {
		t.Fatal(err)
	}
	d.is(mirror.Backup)
	b.is(mirror.Connected)
	b.typ(mirror.DR)
	a.write(true)
	if _, err := b.member.PromoteWithNoPartner(); err == nil || !strings.Contains(err.Error(), "is primary") {
		t.Errorf("promotion without a partner beside a primary: %v", err)
	}
}

// Unplanned: both failover members are lost. Told that their roles are out of date, they
// return as asyncs.
func TestPromoteWithNoPartner(t *testing.T) {
	_, a, b, d := disaster(t)
	b.kill()
	a.kill()
	d.is(mirror.Waiting)
	if err := d.member.Promote(); err == nil {
		t.Error("there is a partner, though no agent answers")
	}
	unavailable, err := d.member.PromoteWithNoPartner()
	if err != nil {
		t.Fatal(err)
	}
	// Their agents are gone with their hosts: neither knows that it is a DR async now.
	if !slices.Equal(unavailable, []string{"A", "B"}) {
		t.Errorf("unavailable: %q", unavailable)
	}
	d.is(mirror.Primary)
	d.write(true)
	for _, h := range []*host{a, b} {
		state := h.member.State()
		state.Validated = false
		h.member = mirror.NewMember(h.env, state)
		h.revive()
		h.is(mirror.Connected)
		h.typ(mirror.DR)
		h.write(false)
	}
}

// Journal data that the mirror does not know keeps a member out.
func TestDiverged(t *testing.T) {
	_, a, b, d := disaster(t)
	b.stop(true)
	a.is(mirror.Primary)
	d.kill()
	a.write(true)
	a.kill()
	if err := d.agentListen(); err != nil {
		t.Fatal(err)
	}
	d.start()
	d.is(mirror.Waiting)
	// B's agent runs, and learns of it though its instance is down.
	unavailable, err := d.member.PromoteWithNoPartner()
	if err != nil || !slices.Equal(unavailable, []string{"A"}) {
		t.Fatalf("unavailable %q, %v", unavailable, err)
	}
	d.write(true)
	state := a.member.State()
	state.Validated = false
	a.mu.Lock()
	a.member = mirror.NewMember(a.env, state)
	a.mu.Unlock()
	a.revive()
	a.is(mirror.Stopped)
	a.stays(mirror.Stopped)
}

func (h *host) agentListen() error { return h.agent.Listen(2188) }

// What a member that wants to join gives is checked by the primary.
func TestJoinRefused(t *testing.T) {
	l, a, _ := pair(t, false)
	c := l.host("C", 4)
	address := wire.Address(l.private(2), 2188)
	for _, refused := range []struct {
		name, set, address, want string
		change                   func(*mirror.Peer)
	}{
		{"another set", "OTHER", address, "belongs to mirror DEMO", nil},
		{"third failover member", "DEMO", address, "two failover members", nil},
		{"no agent", "DEMO", wire.Address(l.private(9), 2188), "cannot contact the agent", nil},
		{"name taken", "DEMO", address, "already has a member A", func(p *mirror.Peer) {
			p.Name, p.Type = "A",
				mirror.DR
		}},
		{"wrong address", "DEMO", address, "cannot reach the agent of C", func(p *mirror.Peer) {
			p.Mirror,
				p.Type = l.private(9), mirror.DR
		}},
		{"another's address", "DEMO", address, "is another member's", func(p *mirror.Peer) {
			p.Mirror,
				p.Type = l.private(3), mirror.DR
		}},
		{"set name", "NO-NAME", address, "is no mirror name", nil},
		{"member name", "DEMO", address, "is no member name", func(p *mirror.Peer) { p.Name = "A/B" + "*" }},
	} {
		p := c.peer(mirror.Failover)
		if refused.change != nil {
			refused.change(&p)
		}
		_, err := c.agent.Join(refused.set, refused.address, p)
		if err == nil || !strings.Contains(err.Error(), refused.want) {
			t.Errorf("%s: %v, want %q", refused.name, err, refused.want)
		}
	}
	a.write(true)
}

// A join may go to any failover member's agent.
func TestJoinThroughBackup(t *testing.T) {
	l, a, b := pair(t, false)
	a.stop(true)
	b.is(mirror.Primary)
	a.start()
	a.is(mirror.Backup)
	r := l.host("R", 4)
	r.join(a, mirror.ReadWrite)
	r.is(mirror.Connected)
}
