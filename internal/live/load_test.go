//go:build linux

package live_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mirrorgen/internal/toolstest"
)

// A load is what clients saw of a fault.
type load struct {
	refused, opened int           // SQL sessions while the fault lasted, one each 50 ms
	cut, held       int           // SQL sessions that were open before
	switched        time.Duration // from the change of primaries, while the fault lasts, to the first session there
	note            string
}

// unbounded takes from the lab's files what this test shows the need of: the second
// question after an error, the limit of each mirror's connections, and what one path
// and all clients may hold of the gateways.
func (l *liveLab) unbounded(t *testing.T) {
	t.Helper()
	for path, edits := range map[string][][2]string{
		"haproxy/haproxy.cfg": {
			{`(response-timeout)( \d{3})+`, "$1"},
			{`(?m)^    maxconn 4000\n`, ""},
			{`(?m)^(    maxconn) 8058$`, "$1 4096"},
		},
		"nginx/nginx.conf": {{` max_conns=\d+`, ""}, {`(?m)^    limit_conn .*\n`, ""}},
	} {
		for _, edit := range edits {
			text := regexp.MustCompile(edit[0]).ReplaceAllString(l.files[path], edit[1])
			if text == l.files[path] {
				t.Fatalf("%s has nothing like %s", path, edit[0])
			}
			l.files[path] = text
		}
	}
}

// Faults of one part under load, as generated and without the bounds: what clients of
// the parts that are well see of them. docs/load-balancing.md has the figures; -v
// prints those of this machine.
func TestLoad(t *testing.T) {
	toolstest.Thorough(t) // a minute and a half, alone, because it measures
	var mutex sync.Mutex
	before, after := map[string]load{}, map[string]load{}
	faults := []struct {
		name string
		// harmless without the bounds, or not looked at
		harmless bool
		run      func(*testing.T, *liveLab) load
	}{
		{"one of two gateways hangs", true, gatewayFault(func(_ *testing.T, g *gateway) { g.hang(true) })},
		{"one of two gateways is closed", true, gatewayFault(func(_ *testing.T, g *gateway) { g.kill() })},
		{"one of two gateways takes 2 s", true, gatewayFault(slow)},
		{"one of two gateways answers 503", false, gatewayFault(broken)},
		{"a mirror is dead, and gets 20 requests a second", false, deadMirror},
		{"4,500 SQL clients of a mirror", false, crowd},
	}
	t.Run("side by side", func(t *testing.T) {
		for _, fault := range faults {
			for bounded, results := range map[bool]map[string]load{false: before, true: after} {
				t.Run(fmt.Sprintf("%s, bounded %v", fault.name, bounded), func(t *testing.T) {
					if fault.name != faults[len(faults)-1].name {
						t.Parallel() // the crowd is alone
					}
					l := start(t, example(t, "simplemirror.hcl"))
					if !bounded {
						l.unbounded(t)
					}
					result := fault.run(t, l)
					mutex.Lock()
					results[fault.name] = result
					mutex.Unlock()
				})
			}
		}
	})
	var rows strings.Builder
	for _, fault := range faults {
		rows.WriteString(before[fault.name].row(fault.name + ", unbounded"))
		rows.WriteString(after[fault.name].row(fault.name))
	}
	t.Logf("nginx %s, HAProxy %s\n%s%s", toolstest.Release(t, balancer(t, "nginx")),
		toolstest.Release(t, balancer(t, "haproxy")), loadHeader, rows.String())
	for _, fault := range faults {
		was, is := before[fault.name], after[fault.name]
		if is.refused != 0 || is.cut != 0 {
			t.Errorf("%s: %d of %d sessions refused, %d of %d cut; want none",
				fault.name, is.refused, is.opened, is.cut, is.held)
		}
		// A check may meet the gateway that is lost, twice 0.9 s each, and time out on the
		// other for a moment on a busy machine.
		if bound := noticed + 3*time.Second; is.switched > bound {
			t.Errorf("%s: sessions follow the primary after %v, want within %v", fault.name, is.switched, bound)
		}
		if !fault.harmless && was.refused+was.cut == 0 && was.switched < neverSwitched {
			t.Errorf("%s: nobody is refused or stuck without the bounds either: this test could not fail", fault.name)
		}
	}
}

const loadHeader = "| fault | sessions refused | held ones cut | time to switch | besides |\n|---|---|---|---|---|\n"

// row prints a load as docs/load-balancing.md has it.
func (r load) row(name string) string {
	switched := "-"
	switch {
	case r.switched >= neverSwitched:
		switched = "never"
	case r.switched > 0:
		switched = fmt.Sprintf("%.1f s", r.switched.Seconds())
	}
	return fmt.Sprintf("| %s | %d of %d | %d of %d | %s | %s |\n",
		name, r.refused, r.opened, r.cut, r.held, switched, r.note)
}

const (
	loadLasts   = 30 * time.Second
	sqlEvery    = 50 * time.Millisecond
	heldAtATime = 50
)

// observe opens sessions to a mirror while a fault lasts, and counts those that were
// open before and are cut. The fault is what it calls once clients are there.
func observe(t *testing.T, l *liveLab, mirror, member string, lasts time.Duration, fault func()) load {
	t.Helper()
	leadsTo(t, l.sql(mirror), member)
	var held []*session
	for range heldAtATime {
		held = append(held, hold(t, l.sql(mirror), member))
	}
	fault()
	clients := probe(l.sql(mirror), sqlEvery)
	time.Sleep(lasts)
	list := clients.end()
	result := load{opened: len(list), refused: len(list) - count(list, member), held: len(held)}
	for _, s := range held {
		if !s.alive() {
			result.cut++
		}
	}
	return result
}

// neverSwitched is the time to switch of sessions that did not follow the primary.
const neverSwitched = 30 * time.Second

// switchover changes the primary and returns how long sessions took to follow, at most
// neverSwitched; 0 where there was no primary to follow any more, and the sessions were
// cut.
func (r load) switchover(t *testing.T, l *liveLab, mirror, from, to string) time.Duration {
	t.Helper()
	if r.cut > 0 {
		return 0
	}
	l.members[from].become(standby)
	l.members[to].become(primary)
	begin := time.Now()
	for ask(l.sql(mirror)).member != to {
		if time.Since(begin) >= neverSwitched {
			return neverSwitched
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begin)
}

// gatewayFault has something happen to one of two gateways.
func gatewayFault(happen func(*testing.T, *gateway)) func(*testing.T, *liveLab) load {
	return func(t *testing.T, l *liveLab) load {
		l.startHAProxy(t)
		time.Sleep(3 * time.Second) // every member has its state by now
		result := observe(t, l, "ap1", "ap1a", loadLasts, func() { happen(t, l.gateways["webgw1"]) })
		result.switched = result.switchover(t, l, "ap1", "ap1a", "ap1b")
		return result
	}
}

// deadMirror stops both members of a mirror while HTTP clients go on asking for its
// application; the other mirror has SQL and HTTP clients.
func deadMirror(t *testing.T, l *liveLab) load {
	l.bounded(t)
	l.startHAProxy(t)
	l.startNGINX(t)
	time.Sleep(3 * time.Second)
	var http sync.WaitGroup
	var others, lost, quick atomic.Int32
	result := observe(t, l, "ap2", "ap2a", loadLasts+5*time.Second, func() {
		l.members["ap1a"].become(stopped)
		l.members["ap1b"].become(stopped)
		const target = "/csp/mirrorns/get"
		http.Go(func() {
			for _, r := range l.stream("/ap1"+target, 50*time.Millisecond, loadLasts, loadLasts+5*time.Second) {
				if r.status == 503 && r.took < time.Second {
					quick.Add(1)
				}
			}
		})
		http.Go(func() {
			for _, r := range l.stream("/ap2"+target, 200*time.Millisecond, 5*time.Second, loadLasts+5*time.Second) {
				others.Add(1)
				if r.status != 200 {
					lost.Add(1)
				}
			}
		})
	})
	result.switched = result.switchover(t, l, "ap2", "ap2a", "ap2b")
	http.Wait()
	result.note = fmt.Sprintf("%d of %d HTTP requests of the other mirror lost; %d of the dead one's answered at once",
		lost.Load(), others.Load(), quick.Load())
	return result
}

// crowd opens more sessions to one mirror than it may have, and keeps them; the other
// mirror has clients as well.
func crowd(t *testing.T, l *liveLab) load {
	const all, atATime = 4500, 50
	l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	time.Sleep(3 * time.Second)
	var mutex sync.Mutex
	var kept []*session
	ended := make(chan struct{})
	result := observe(t, l, "ap2", "ap2a", loadLasts-5*time.Second, func() {
		go func() {
			defer close(ended)
			var dialers sync.WaitGroup
			var next atomic.Int32
			for range atATime {
				dialers.Go(func() {
					for next.Add(1) <= all {
						s := dial(l.sql("ap1")) // gives up after 10 s
						if s.member != "" {
							mutex.Lock()
							kept = append(kept, s)
							mutex.Unlock()
						}
					}
				})
			}
			dialers.Wait()
		}()
	})
	// All that were admitted are still served.
	mutex.Lock()
	crowd := kept
	mutex.Unlock()
	alive := 0
	for _, s := range crowd {
		if s.alive() {
			alive++
		}
	}
	result.note = fmt.Sprintf("%d of %d clients served, %d of them to the end", len(crowd), all, alive)
	result.held += len(crowd)
	result.cut += len(crowd) - alive
	result.switched = result.switchover(t, l, "ap2", "ap2a", "ap2b")
	for _, s := range crowd {
		s.Close() // lets those in that wait
	}
	<-ended
	mutex.Lock()
	defer mutex.Unlock()
	for _, s := range kept {
		s.Close()
	}
	return result
}
