//go:build linux

package live_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A gateway that answers every question with an error takes no primary down, whichever
// error it is.
func TestOneGatewayIsBroken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 500, 502, 503, 504} {
		for _, gateway := range []string{"webgw1", "webgw2"} {
			t.Run(fmt.Sprintf("%d from %s", status, gateway), func(t *testing.T) {
				t.Parallel()
				l := start(t, pair)
				l.gateways[gateway].stand(t, func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
				})
				haproxy := l.startHAProxy(t)
				leadsTo(t, l.sql("ap1"), "ap1a")
				held := hold(t, l.sql("ap1"), "ap1a")
				before := haproxy.said(t, "Server ap1/ap1a is DOWN")
				prober := probe(l.sql("ap1"), coarsely)
				time.Sleep(10 * time.Second)
				list := prober.end()
				down := haproxy.said(t, "Server ap1/ap1a is DOWN") - before
				if count(list, "ap1a") != len(list) || down != 0 || !held.alive() {
					t.Errorf("%d of %d sessions reached the primary, which went down %d times; want all and none, "+
						"and the open session alive", count(list, "ap1a"), len(list), down)
				}
				l.members["ap1a"].become(standby)
				l.members["ap1b"].become(primary)
				begin := time.Now()
				leadsTo(t, l.sql("ap1"), "ap1b")
				if followed := time.Since(begin); followed > noticed+time.Second {
					t.Errorf("a failover is followed after %v", followed)
				}
			})
		}
	}
}

// A mirror has maxconn connections and no more: further clients wait until one leaves,
// and the other mirror does not notice.
func TestMirrorLimit(t *testing.T) {
	t.Parallel()
	const limit = 20
	l := start(t, example(t, "simplemirror.hcl",
		"host_number = 14", fmt.Sprintf("host_number = 14\n  maxconn = %d", limit)))
	haproxy := l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	leadsTo(t, l.sql("ap2"), "ap2a")
	time.Sleep(3 * time.Second) // every member has its state by now
	down := haproxy.said(t, "is DOWN")
	var all []*session
	for range limit {
		all = append(all, hold(t, l.sql("ap1"), "ap1a"))
	}
	waits := make(chan *session, 1)
	go func() { waits <- dial(l.sql("ap1")) }()
	prober := probe(l.sql("ap2"), coarsely)
	time.Sleep(6 * time.Second) // three checks of each member
	select {
	case s := <-waits:
		t.Fatalf("a client more than maxconn reached %q at once", s.member)
	default:
	}
	list := prober.end()
	if downs := haproxy.said(t, "is DOWN") - down; count(list, "ap2a") != len(list) || downs != 0 {
		t.Errorf("%d of %d sessions reached the other mirror, and %d servers went down; want all and none",
			count(list, "ap2a"), len(list), downs)
	}
	all[0].Close()
	if s := <-waits; s.member != "ap1a" {
		t.Errorf("the client that waited reached %q after another had left", s.member)
	} else {
		s.Close()
	}
	for _, s := range all[1:] {
		if !s.alive() {
			t.Error("a session within maxconn is cut")
		}
	}
}

// The container's own page says that HAProxy runs, whatever the mirrors do, and which
// of them it serves.
func TestStatistics(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startHAProxy(t)
	leadsTo(t, l.sql("ap1"), "ap1a")
	leadsTo(t, l.sql("ap2"), "ap2a")
	page := func(path string) string {
		answer, err := http.Get("http://" + net.JoinHostPort(l.block+"1", "8404") + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %v", path, answer.StatusCode, err)
		}
		return string(content)
	}
	// states returns the status of each server of a mirror: field 18 of the CSV.
	states := func(mirror string) map[string]string {
		list := map[string]string{}
		for line := range strings.Lines(page("/;csv")) {
			if field := strings.Split(line, ","); field[0] == mirror && len(field) > 17 {
				list[field[1]], _, _ = strings.Cut(field[17], " ")
			}
		}
		return list
	}
	l.members["ap2a"].become(standby)
	eventually(t, noticed+2*time.Second, "ap2 has no primary", func() bool {
		s := states("ap2")
		return s["ap2a"] == "DOWN" && s["ap2b"] == "DOWN" && s["BACKEND"] == "DOWN"
	})
	if s := states("ap1"); s["ap1a"] != "UP" || s["ap1b"] != "DOWN" || s["BACKEND"] != "UP" {
		t.Errorf("ap1: %v", s)
	}
	page("/health")
}
