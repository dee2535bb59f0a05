package mirror_test

import (
	"testing"
	"time"

	"mirrorgen/internal/standin/mirror"
)

// GHA, scenario 1: a planned stop hands over at once; the member that returns is the
// backup.
func TestPlannedStop(t *testing.T) {
	for name, withArbiter := range map[string]bool{"agent": false, "arbiter": true} {
		t.Run(name, func(t *testing.T) {
			_, a, b := pair(t, withArbiter)
			a.stop(true)
			if !b.member.IsPrimary() {
				t.Error("the backup has not taken over when the stop returns")
			}
			a.write(false)
			b.write(true)
			a.start()
			a.is(mirror.Backup)
			b.stop(true)
			a.is(mirror.Primary)
			a.write(true)
			if got := a.member.State().Journal.Position; got != 3 {
				t.Errorf("position %d, want 3: a write is lost", got)
			}
		})
	}
}

// Scenario 3: IRIS is forced down, its agent answers.
func TestForcedDown(t *testing.T) {
	_, a, b := pair(t, false)
	a.stop(false)
	b.is(mirror.Primary)
	b.write(true)
}

// Scenario 5: the whole host of the primary is gone.
func TestKilled(t *testing.T) {
	t.Run("arbiter", func(t *testing.T) {
		_, a, b := pair(t, true)
		a.kill()
		b.is(mirror.Primary)
		b.write(true)
		a.revive()
		a.is(mirror.Backup)
	})
	t.Run("no arbiter", func(t *testing.T) {
		_, a, b := pair(t, false)
		a.kill()
		b.is(mirror.Waiting)
		b.stays(mirror.Waiting)
		b.write(false)
		a.revive()
		onePrimary(a, b)
	})
	t.Run("arbiter gone before", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.client(10), "*")
		a.mode(false)
		b.mode(false)
		a.write(true)
		a.kill()
		b.is(mirror.Waiting)
		b.stays(mirror.Waiting)
		if !b.member.BecomePrimary() {
			t.Error("it cannot be forced to become primary")
		}
		b.write(true)
	})
}

// Both stop, the primary last: it needs nobody when it returns. The other one does.
func TestBothStopped(t *testing.T) {
	_, a, b := pair(t, true)
	b.stop(true)
	a.is(mirror.Primary)
	a.write(true)
	a.kill()
	b.kill()
	b.revive()
	b.is(mirror.Waiting)
	b.stays(mirror.Waiting)
	// IRIS first: an agent whose IRIS is down would hand over to B.
	a.start()
	a.is(mirror.Primary)
	if err := a.agentListen(); err != nil {
		t.Fatal(err)
	}
	b.is(mirror.Backup)
}

// Both agents run: whoever starts first is primary, with the newest journal data.
func TestOneReturns(t *testing.T) {
	_, a, b := pair(t, true)
	a.stop(true)
	b.is(mirror.Primary)
	b.write(true)
	b.stop(true)
	a.start()
	a.is(mirror.Primary)
	if got := a.member.State().Journal.Position; got != 2 {
		t.Errorf("position %d, want 2", got)
	}
	b.start()
	b.is(mirror.Backup)
}

// Both are killed with an active backup, and return at the same time.
func TestBothKilled(t *testing.T) {
	for range 3 {
		t.Run("", func(t *testing.T) {
			_, a, b := pair(t, true)
			a.kill()
			b.kill()
			go a.revive()
			b.revive()
			onePrimary(a, b)
		})
	}
}

// onePrimary waits until one is primary, whichever, and the other its backup.
func onePrimary(a, b *host) {
	a.lab.Helper()
	settled := a.member.WaitSettled(5*time.Second) && b.member.WaitSettled(5*time.Second)
	_, x := a.member.Status()
	_, y := b.member.Status()
	if !settled || x == y {
		a.lab.Errorf("A is %s, B is %s", x, y)
	}
}
