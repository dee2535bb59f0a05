//go:build linux

package live_test

import (
	"testing"
	"time"
)

// noticed is how long haproxy may take to see that a member is primary no more:
// check_interval 1 s, twice (fall 2), and the timeout of the last check.
const noticed = 2*time.Second + 2*time.Second

// New sessions follow the primary within the promised time, never go back, and
// the sessions that were open are cut. Through both routes of the health check.
func TestPrimaryIsFollowed(t *testing.T) {
	t.Parallel()
	own := example(t, "simplemirror-2020.hcl")
	for name, topology := range map[string]string{"through the gateways": example(t, "simplemirror.hcl"),
		"own web server": own} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, topology)
			if l.plan.HAProxy[0].ViaGateways == l.plan.WebServer {
				t.Fatal("the health check takes the wrong route")
			}
			l.startHAProxy(t)
			ap1 := l.sql("ap1")
			leadsTo(t, ap1, "ap1a")
			leadsTo(t, l.sql("ap2"), "ap2a")
			other := hold(t, l.sql("ap2"), "ap2a")
			var times, cuts []time.Duration
			lost, late := 0, 0
			from, to := "ap1a", "ap1b"
			for range 6 {
				held := hold(t, ap1, from)
				prober := probe(ap1, finely)
				time.Sleep(100 * time.Millisecond)
				moved := time.Now()
				l.members[from].become(standby)
				l.members[to].become(primary)
				cut, ended := held.cut(noticed + 2*time.Second)
				if !ended || cut > noticed {
					t.Errorf("%s to %s: the old session is cut after %v (%v), want within %v", from, to, cut, ended,
						noticed)
				}
				cuts = append(cuts, cut)
				eventually(t, 2*time.Second, "new sessions reach "+to, func() bool { return ask(ap1).member == to })
				time.Sleep(500 * time.Millisecond)
				followed := time.Duration(0)
				for _, s := range prober.end() {
					switch after := s.opened.Sub(moved); {
					case s.member == to && followed == 0:
						followed = after
					case s.member == from && followed != 0:
						t.Errorf("%s to %s: a session reached %s %v after the change, others had reached %s", from, to,
							from, after, to)
					case s.member == from && after > 0:
						late++
					case s.member == "":
						lost++
					}
				}
				if followed == 0 || followed > noticed {
					t.Errorf("%s to %s: new sessions follow after %v, want within %v", from, to, followed, noticed)
				}
				times = append(times, followed)
				from, to = to, from
			}
			t.Logf("followed after %s (least/median/greatest), sessions cut after %s, %d new sessions went to the old "+
				"one meanwhile, %d were refused",
				spread(times), spread(cuts), late, lost)
			if !other.alive() {
				t.Error("a session of the other mirror is cut")
			}
		})
	}
}

// While two members report to be primary, nobody reaches the second.
func TestTwoPrimaries(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	prober := probe(l.sql("ap1"), coarsely)
	l.members["ap1b"].become(primary)
	time.Sleep(8 * time.Second)
	if list := prober.end(); count(list, "ap1a") != len(list) {
		t.Errorf("%d of %d sessions reached the first member, %d the second; want all the first", count(list, "ap1a"),
			len(list), count(list, "ap1b"))
	}
}

// While no member reports to be primary, clients are refused at once, and the
// first that comes is found within one interval.
func TestNoPrimary(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startHAProxy(t)
	ap1 := l.sql("ap1")
	leadsTo(t, ap1, "ap1a")
	for _, next := range []string{"ap1b", "ap1a", "ap1b"} {
		for _, name := range []string{"ap1a", "ap1b"} {
			l.members[name].become(standby)
		}
		eventually(t, noticed+time.Second, "refused", func() bool { return ask(ap1).member == "" })
		var slowest time.Duration
		for range 20 {
			s := ask(ap1)
			slowest = max(slowest, s.took)
			if s.member != "" {
				t.Fatalf("a session reached %s, which is not primary", s.member)
			}
		}
		l.members[next].become(primary)
		begin := time.Now()
		leadsTo(t, ap1, next)
		found := time.Since(begin)
		t.Logf("refused within %v, found after %v", slowest, found.Round(time.Millisecond))
		// One interval, and a second for a machine that has more to do.
		if slowest > time.Second || found > 2*time.Second {
			t.Errorf("refused within %v, want at once; found after %v, want within one check interval of 1 s",
				slowest, found)
		}
	}
}

// A DR async gets sessions once it is promoted, a reporting async never.
func TestPromotedAsync(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "dr-reporting.hcl"))
	l.startHAProxy(t)
	ap1 := l.sql("ap1")
	leadsTo(t, ap1, "ap1a")
	leadsTo(t, l.sql("ap2"), "ap2a")
	before := probe(ap1, coarsely)
	time.Sleep(2 * time.Second)
	if list := before.end(); count(list, "ap1a") != len(list) {
		t.Errorf("%d of %d sessions reached ap1a before the promotion", count(list, "ap1a"), len(list))
	}
	l.members["ap1a"].become(stopped)
	l.members["ap1b"].become(stopped)
	l.members["ap1d"].become(primary)
	begin := time.Now()
	leadsTo(t, ap1, "ap1d")
	found := time.Since(begin)
	t.Logf("the promoted DR async is found after %v", found.Round(time.Millisecond))
	if found > noticed {
		t.Errorf("want within %v", noticed)
	}

	l.members["ap2a"].become(stopped)
	l.members["ap2b"].become(stopped)
	l.members["ap2r"].become(primary) // it never could be
	eventually(t, noticed+time.Second, "refused", func() bool { return ask(l.sql("ap2")).member == "" })
	time.Sleep(3 * time.Second)
	if s := ask(l.sql("ap2")); s.member != "" {
		t.Errorf("a session reached the reporting member %s", s.member)
	}
}

// However a primary ends, clients reach the next one in the promised time.
func TestPrimaryStops(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*member){
		"IRIS stopped":                    func(m *member) { m.become(stopped) },
		"superserver open, checks silent": func(m *member) { m.become(silent) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, example(t, "simplemirror.hcl"))
			l.startHAProxy(t)
			ap1 := l.sql("ap1")
			leadsTo(t, ap1, "ap1a")
			held := hold(t, ap1, "ap1a")
			begin := time.Now()
			end(l.members["ap1a"])
			l.members["ap1b"].become(primary)
			cut, ended := held.cut(2 * noticed)
			leadsTo(t, ap1, "ap1b")
			followed := time.Since(begin)
			t.Logf("session cut after %v, followed after %v", cut.Round(time.Millisecond),
				followed.Round(time.Millisecond))
			// Two checks that hang, each for timeout check, and the interval
			// between them.
			const bound = 2*2*time.Second + 2*time.Second
			if !ended || followed > bound {
				t.Errorf("session ended: %v, followed after %v; want within %v", ended, followed, bound)
			}
		})
	}
}
