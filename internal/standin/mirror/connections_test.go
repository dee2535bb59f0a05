package mirror_test

import (
	"testing"

	"mirrorgen/internal/standin/mirror"
)

// The rows of GHA's table "Mirror Responses to Lost Connections in Arbiter Mode". The
// first, all three connected, is where every test begins.
func TestLostConnections(t *testing.T) {
	t.Run("backup loses arbiter", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.client(3), l.client(10))
		a.mode(false)
		b.mode(false)
		a.write(true)
		b.stays(mirror.Backup)
		l.Mend(l.client(3), l.client(10))
		a.mode(true)
		b.mode(true)
	})
	t.Run("primary loses arbiter", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.client(2), l.client(10))
		a.mode(false)
		b.mode(false)
		a.write(true)
		b.stays(mirror.Backup)
	})
	t.Run("members lose each other", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.private(2), l.private(3))
		b.is(mirror.Waiting)
		b.stays(mirror.Waiting)
		a.is(mirror.Primary)
		a.mode(false)
		a.write(true)
		l.Mend(l.private(2), l.private(3))
		b.is(mirror.Backup)
		a.mode(true)
	})
	t.Run("arbiter isolated", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.client(10), "*")
		a.mode(false)
		b.mode(false)
		a.write(true)
		b.stays(mirror.Backup)
	})
	t.Run("backup isolated", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.private(3), "*")
		l.Cut(l.client(3), "*")
		b.is(mirror.Waiting)
		a.mode(false)
		a.is(mirror.Primary)
		a.write(true)
		b.stays(mirror.Waiting)
		l.Mend(l.private(3), "*")
		l.Mend(l.client(3), "*")
		b.is(mirror.Backup)
	})
	t.Run("primary isolated", func(t *testing.T) {
		l, a, b := pair(t, true)
		l.Cut(l.private(2), "*")
		l.Cut(l.client(2), "*")
		b.is(mirror.Primary)
		a.is(mirror.Trouble)
		a.write(false)
		b.write(true)
		a.stays(mirror.Trouble)
		l.Mend(l.private(2), "*")
		l.Mend(l.client(2), "*")
		a.isDown() // forced by the new primary
		a.start()
		a.is(mirror.Backup)
	})
	t.Run("all lost", func(t *testing.T) {
		l, a, b := pair(t, true)
		for _, n := range []int{2, 3} {
			l.Cut(l.private(n), "*")
			l.Cut(l.client(n), "*")
		}
		a.is(mirror.Trouble)
		b.is(mirror.Waiting)
		a.stays(mirror.Trouble)
		a.write(false)
		for _, n := range []int{2, 3} {
			l.Mend(l.private(n), "*")
			l.Mend(l.client(n), "*")
		}
		a.is(mirror.Primary)
		b.is(mirror.Backup)
	})
}

// Agent controlled mode: an isolated primary goes on, after the trouble time-out, and
// nobody takes over.
func TestIsolatedWithoutArbiter(t *testing.T) {
	l, a, b := pair(t, false)
	l.Cut(l.private(2), "*")
	l.Cut(l.client(2), "*")
	b.is(mirror.Waiting)
	a.is(mirror.Trouble)
	a.is(mirror.Primary)
	a.write(true)
	b.stays(mirror.Waiting)
	l.Mend(l.private(2), "*")
	l.Mend(l.client(2), "*")
	b.is(mirror.Backup)
}

// Backup and arbiter fail at the same time: the primary is in trouble until the backup
// is back (GHA, "Effect of Combined Backup and Arbiter Outage").
func TestBackupAndArbiterLost(t *testing.T) {
	l, a, b := pair(t, true)
	l.Cut(l.client(10), "*")
	l.Cut(l.private(3), "*")
	l.Cut(l.client(3), "*")
	a.is(mirror.Trouble)
	a.stays(mirror.Trouble)
	a.write(false)
	l.Mend(l.private(3), "*")
	l.Mend(l.client(3), "*")
	a.is(mirror.Primary)
	b.is(mirror.Backup)
	a.write(true)
}
