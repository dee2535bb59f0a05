//go:build linux

package live_test

import (
	"syscall"
	"testing"
	"time"

	"mirrorgen/internal/toolstest"
	"mirrorgen/schema"
)

// Members that stay down hold a bounded number of a gateway's requests, and the
// other mirror does not notice.
func TestStoppedMembers(t *testing.T) {
	t.Parallel()
	for name, topology := range map[string]string{
		"two gateways": example(t, "simplemirror.hcl"),
		"one gateway":  example(t, "simplemirror.hcl", "web_gateway \"webgw2\" {\n  host_number = 12\n}\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, topology)
			haproxy := l.startHAProxy(t)
			leadsTo(t, l.sql("ap1"), "ap1a")
			leadsTo(t, l.sql("ap2"), "ap2a")
			held := hold(t, l.sql("ap2"), "ap2a")
			down := haproxy.said(t, "Server ap2/ap2a is DOWN")
			l.members["ap1a"].become(stopped)
			l.members["ap1b"].become(stopped)
			prober := probe(l.sql("ap2"), coarsely)
			time.Sleep(35 * time.Second) // three times as long as a gateway holds a check
			// Two members, a check a second, each held for the member's timeout.
			const bound = 2 * schema.MemberResponseTimeout
			for _, g := range l.gateways {
				t.Logf("%s held %d checks at a time at most", g.name, g.mostHeld())
				if most := g.mostHeld(); most > bound || most == 0 {
					t.Errorf("want 1 to %d", bound)
				}
			}
			if list := prober.end(); count(list, "ap2a") != len(list) || !held.alive() ||
				haproxy.said(t, "Server ap2/ap2a is DOWN") != down {
				t.Errorf("%d of %d sessions reached ap2a, want all, and the open one alive", count(list, "ap2a"),
					len(list))
			}
			l.members["ap1b"].become(primary)
			begin := time.Now()
			leadsTo(t, l.sql("ap1"), "ap1b")
			t.Logf("the member that came back is found after %v", time.Since(begin).Round(time.Millisecond))
			if found := time.Since(begin); found > noticed {
				t.Errorf("want within %v", noticed)
			}
		})
	}
}

// A session that says nothing outlives timeout client and timeout server, which
// are one minute.
func TestIdleSession(t *testing.T) {
	toolstest.Thorough(t) // a session has to idle for 65 s
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	held := hold(t, l.sql("ap1"), "ap1a")
	if after, ended := held.cut(65 * time.Second); ended {
		t.Fatalf("the idle session is cut after %v", after)
	}
	if !held.alive() {
		t.Error("the session does not answer after 65 s of silence")
	}
}

// idle_timeout is what ends an idle session, and only an idle one.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl", "host_number = 14", "host_number = 14\n  idle_timeout = \"3s\""))
	l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	busy, idle := hold(t, l.sql("ap1"), "ap1a"), hold(t, l.sql("ap1"), "ap1a")
	talks := make(chan bool)
	go func() {
		alive := true
		for range 7 {
			time.Sleep(time.Second)
			alive = alive && busy.alive()
		}
		talks <- alive
	}()
	after, ended := idle.cut(7 * time.Second)
	if !ended || after < 2500*time.Millisecond || after > 5*time.Second {
		t.Errorf("the idle session ends after %v (%v), want 3 s", after, ended)
	}
	if !<-talks {
		t.Error("a session that speaks every second is cut")
	}
}

// docker stop ends haproxy before Docker kills it, open sessions or not.
func TestStop(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	haproxy := l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	held := hold(t, l.sql("ap1"), "ap1a")
	begin := time.Now()
	// A master that is about to start itself anew, which it does once its worker
	// serves, loses a signal; on a busy machine that takes it seconds.
	var sent time.Time
	eventually(t, 15*time.Second, "new sessions are refused", func() bool {
		if time.Since(sent) > time.Second {
			if err := haproxy.command.Process.Signal(syscall.SIGUSR1); err != nil { // the image's STOPSIGNAL
				t.Fatal(err)
			}
			sent = time.Now()
		}
		return ask(l.sql("ap1")).member == ""
	})
	if !held.alive() {
		t.Error("the open session is cut at once")
	}
	select {
	case <-haproxy.ended:
		t.Logf("ended after %v", time.Since(begin).Round(time.Millisecond))
	case <-time.After(10 * time.Second):
		t.Error("still running after 10 s, when Docker kills")
	}
}

// haproxy starts without gateways, and finds the primary once one is there.
func TestStartWithoutGateways(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	for _, g := range l.gateways {
		g.kill()
	}
	l.startHAProxy(t)
	eventually(t, 10*time.Second, "refused", func() bool { return ask(l.sql("ap1")).member == "" })
	l.gateways["webgw2"].up()
	begin := time.Now()
	leadsTo(t, l.sql("ap1"), "ap1a")
	t.Logf("found %v after the first gateway came", time.Since(begin).Round(time.Millisecond))
	// The gateway's own check, every 2 s, and then the member's, every second.
	if found := time.Since(begin); found > 5*time.Second {
		t.Errorf("want within 5 s")
	}
}
