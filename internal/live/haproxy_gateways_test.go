//go:build linux

package live_test

import (
	"testing"
	"time"
)

// pair is a lab of one mirror and two gateways, the smallest with a way around a
// gateway that is lost.
const pair = `
lab "pair" {}
network "lab" { subnet = "10.0.100.0/24" }
arbiter "arbiter" {}
mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}
web_gateway "webgw1" {}
web_gateway "webgw2" {}
haproxy "haproxy" {}
`

// Whatever happens to one of two gateways, primaries stay up and sessions live.
func TestOneGatewayIsLost(t *testing.T) {
	t.Parallel()
	four := example(t, "simplemirror.hcl")
	stoppedBackup := func(l *liveLab) { l.members["ap1b"].become(stopped) }
	for _, c := range []struct {
		name, topology string
		lose           func(*gateway)
		besides        func(*liveLab)
	}{
		{"closed, two members", pair, (*gateway).kill, nil},
		{"closed, four members", four, (*gateway).kill, nil},
		{"hung, two members", pair, hang, nil},
		{"hung, four members", four, hang, nil},
		{"hung, and the backup stopped", pair, hang, stoppedBackup},
		{"hung, and one of four members stopped", four, hang, stoppedBackup},
	} {
		for _, lost := range []string{"webgw1", "webgw2"} {
			t.Run(c.name+", "+lost, func(t *testing.T) {
				t.Parallel()
				l := start(t, c.topology)
				haproxy := l.startHAProxy(t)
				leadsTo(t, l.sql("ap1"), "ap1a")
				held := hold(t, l.sql("ap1"), "ap1a")
				time.Sleep(3 * time.Second) // every member has its state by now
				before := haproxy.said(t, "Server ap1/ap1a is DOWN")
				if c.besides != nil {
					c.besides(l)
				}
				prober := probe(l.sql("ap1"), coarsely)
				c.lose(l.gateways[lost])
				time.Sleep(25 * time.Second)
				probes := prober.end()
				flaps := haproxy.said(t, "Server ap1/ap1a is DOWN") - before
				refused := count(probes, "")
				t.Logf("the primary went down %d times, %d of %d sessions were refused", flaps, refused, len(probes))
				if flaps != 0 || refused != 0 || count(probes, "ap1a") != len(probes) {
					t.Errorf("want the primary up all the time and every session with it")
				}
				if !held.alive() {
					t.Errorf("the session that was open is cut")
				}
				// And a failover is still noticed.
				l.members["ap1a"].become(standby)
				l.members["ap1b"].become(primary)
				begin := time.Now()
				leadsTo(t, l.sql("ap1"), "ap1b")
				followed := time.Since(begin)
				t.Logf("a failover is followed after %v", followed.Round(time.Millisecond))
				// A check that meets the hung gateway takes 0.9 s longer.
				if bound := noticed + 2*time.Second; followed > bound {
					t.Errorf("want within %v", bound)
				}
			})
		}
	}
}

func hang(g *gateway) { g.hang(true) }
