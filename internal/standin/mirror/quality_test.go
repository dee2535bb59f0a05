package mirror_test

import (
	"testing"

	"mirrorgen/internal/standin/mirror"
)

// GHA, "Configuring the Quality of Service (QoS) Timeout Setting": the primary, the backup and the
// arbiter wait as long as the mirror says before they take a connection for lost. Ten times the
// product's, it outlasts the time in which every other mirror of these tests would have noticed.
func TestQualityOfService(t *testing.T) {
	slow := func(t *testing.T) (l *lab, a, b *host) {
		l = newLab(t, true)
		l.qos = 80_000
		a, b = l.pair()
		if got, want := b.member.Times().QoS(), 10*l.times.QoS(); got != want {
			t.Fatalf("the joined member waits for %v, not for %v", got, want)
		}
		return l, a, b
	}
	t.Run("members lose each other", func(t *testing.T) {
		l, a, b := slow(t)
		l.Cut(l.private(2), l.private(3))
		b.stays(mirror.Backup)
		if !a.member.FailoverReady() {
			t.Error("the primary has given its backup up before its time")
		}
		b.is(mirror.Waiting)
		a.mode(false)
		a.write(true)
	})
	t.Run("primary isolated", func(t *testing.T) {
		l, a, b := slow(t)
		l.Cut(l.private(2), "*")
		l.Cut(l.client(2), "*")
		b.stays(mirror.Backup)
		b.is(mirror.Primary)
		a.is(mirror.Trouble)
		b.write(true)
	})
	t.Run("arbiter alone", func(t *testing.T) {
		l, a, _ := slow(t)
		l.Cut(l.client(10), "*")
		a.stays(mirror.Primary)
		if !a.member.ArbiterMode() {
			t.Error("the arbiter was given up before its time")
		}
		a.mode(false)
	})
}
