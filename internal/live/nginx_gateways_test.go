//go:build linux

package live_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

// While nothing else goes on, requests go to one gateway after the other.
func TestAlternates(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	var list []reply
	for range 40 {
		list = append(list, l.get("/ap1/csp/mirrorns/get"))
	}
	if lost, _ := failed(list); lost != 0 {
		t.Fatalf("%d of %d requests failed: %v", lost, len(list), list[0])
	}
	if by := through(list); by["webgw1"] < 18 || by["webgw2"] < 18 {
		t.Errorf("requests went through %v, want about as many through each", by)
	}
}

// A gateway that is closed costs no request, whatever its method; nor does its
// return.
func TestClosedGateway(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl", "host_number = 13", "host_number = 13\n  fail_timeout = \"2s\""))
	l.startNGINX(t)
	replies := make(chan []reply)
	go func() {
		replies <- l.stream("/ap1/csp/mirrorns/get", 20*time.Millisecond, 15*time.Second, 9*time.Second)
	}()
	time.Sleep(time.Second)
	l.gateways["webgw1"].kill()
	posts := 0
	for i := range 50 {
		if l.send("POST", fmt.Sprintf("/ap1/csp/mirrorns/put?id=%d", i), "x", 15*time.Second).status != http.StatusOK {
			posts++
		}
	}
	time.Sleep(2 * time.Second)
	l.gateways["webgw1"].up()
	list := <-replies
	lost, slowest := failed(list)
	late := through(list[len(list)-50:])
	t.Logf("%d of %d GETs and %d of 50 POSTs lost, slowest GET %v, at the end through %v", lost, len(list), posts,
		slowest.Round(time.Millisecond), late)
	if lost != 0 || posts != 0 {
		t.Error("want none lost")
	}
	if late["webgw1"] == 0 {
		t.Error("the gateway that came back gets no requests")
	}
	for id, n := range l.gateways["webgw2"].executed() {
		if id != "" && n != 1 {
			t.Errorf("POST %s was executed %d times", id, n)
		}
	}
}

// A gateway that dies with requests in flight: each GET is asked again, no POST
// is executed twice.
func TestGatewayDiesInFlight(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	const each = 20 // of five methods: fewer than one path may hold
	var mutex sync.Mutex
	status := map[string]map[int]int{}
	var all sync.WaitGroup
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "LOCK"} {
		status[method] = map[int]int{}
		for i := range each {
			all.Go(func() {
				r := l.send(method, fmt.Sprintf("/ap1/csp/mirrorns/x?gate&id=%s-%d", method, i), "x", 15*time.Second)
				mutex.Lock()
				defer mutex.Unlock()
				status[method][r.status]++
			})
		}
	}
	first, second := l.gateways["webgw1"], l.gateways["webgw2"]
	eventually(t, 10*time.Second, "all requests in flight", func() bool {
		return len(first.executed())+len(second.executed()) == 5*each
	})
	inFlight := len(first.executed())
	first.kill()
	close(l.gate)
	all.Wait()
	t.Logf("killed with %d of %d in flight; GET %v, POST %v, PUT %v, PATCH %v, LOCK %v",
		inFlight, 5*each, status["GET"], status["POST"], status["PUT"], status["PATCH"], status["LOCK"])
	if inFlight < each {
		t.Errorf("only %d requests were in flight at the gateway that died", inFlight)
	}
	if status["GET"][200] != each || status["PUT"][200] != each {
		t.Errorf("GET and PUT may be repeated, and all should succeed")
	}
	repeated := first.executed()
	for id, n := range second.executed() {
		repeated[id] += n
	}
	for _, method := range []string{"POST", "PATCH", "LOCK"} {
		if status[method][200]+status[method][502] != each || status[method][502] == 0 {
			t.Errorf("%s: want 200, or 502 for what was in flight", method)
		}
		for i := range each {
			if id := fmt.Sprintf("%s-%d", method, i); repeated[id] != 1 {
				t.Errorf("%s was executed %d times", id, repeated[id])
			}
		}
	}
}

// A gateway that hangs costs a request now and then, not every second one: its
// open requests count, so that the others go elsewhere.
func TestHungGateway(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	l.gateways["webgw1"].hang(true)
	const patience, length = 4 * time.Second, 12 * time.Second
	list := l.stream("/ap1/csp/mirrorns/get", 20*time.Millisecond, patience, length)
	lost, slowest := failed(list)
	t.Logf("%d of %d requests lost, the slowest of the others took %v", lost, len(list),
		slowest.Round(time.Millisecond))
	// Whenever a client gives up, the gateway looks less busy and gets as many
	// more as the other one has at that moment. In turn it would get half.
	if bound := len(list) / 10; lost == 0 || lost > bound {
		t.Errorf("want 1 to %d lost", bound)
	}
}

// With both gateways gone nginx answers 502 at once, and clients are served
// within fail_timeout of the first gateway's return.
func TestBothGatewaysGone(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl", "host_number = 13", "host_number = 13\n  fail_timeout = \"3s\""))
	l.startNGINX(t)
	for _, g := range l.gateways {
		g.kill()
	}
	for range 3 {
		if r := l.get("/ap1/csp/mirrorns/get"); r.status != http.StatusBadGateway || r.took > 2*time.Second {
			t.Errorf("with no gateway: status %d after %v, want 502 at once", r.status, r.took)
		}
	}
	if r := l.get("/nginx-health"); r.status != http.StatusOK || r.body != "ok\n" {
		t.Errorf("/nginx-health: %d %q, want 200 without a gateway", r.status, r.body)
	}
	l.gateways["webgw1"].up()
	begin := time.Now()
	eventually(t, 6*time.Second, "served",
		func() bool { return l.get("/ap1/csp/mirrorns/get").status == http.StatusOK })
	served := time.Since(begin)
	t.Logf("served %v after the first gateway came back", served.Round(time.Millisecond))
	// fail_timeout, whose clock has seconds, and one for a busy machine.
	if served > 5*time.Second {
		t.Error("want within fail_timeout of 3 s")
	}
}

// The primary is stopped: what the client sees is the gateway's own error, not
// nginx's, and no other request has been made of it.
func TestGatewaysOwnError(t *testing.T) {
	t.Parallel()
	const timeout = "server_response_timeout = 5"
	l := start(t, example(t, "simplemirror.hcl",
		"host_number = 11", "host_number = 11\n  "+timeout, "host_number = 12", "host_number = 12\n  "+timeout))
	l.startNGINX(t)
	l.members["ap1a"].become(stopped)
	r := l.get("/ap1/csp/mirrorns/get")
	t.Logf("status %d after %v", r.status, r.took.Round(time.Millisecond))
	if r.status != http.StatusInternalServerError || r.body != gatewayError+"\n" || r.took > 7*time.Second {
		t.Errorf("status %d, %q after %v; want the gateway's error after 5 s", r.status, r.body, r.took)
	}
	if n := len(l.gateways["webgw1"].seen()) + len(l.gateways["webgw2"].seen()); n != 1 {
		t.Errorf("the gateways saw %d requests, want 1", n)
	}
}
