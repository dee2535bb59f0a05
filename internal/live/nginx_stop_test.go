//go:build linux

package live_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"
)

// docker stop lets a request end that is in flight, as long as one may take, and cuts a
// WebSocket then; Docker waits that long.
func TestNGINXStops(t *testing.T) {
	t.Parallel()
	const timeout = "server_response_timeout = 5"
	l := start(t, example(t, "simplemirror.hcl",
		"host_number = 11", "host_number = 11\n  "+timeout, "host_number = 12", "host_number = 12\n  "+timeout,
		"host_number = 13", "host_number = 13\n  read_timeout = \"6s\""))
	nginx := l.startNGINX(t)
	idle := l.webSocket(t)
	answer := make(chan reply, 1)
	go func() { answer <- l.send("POST", "/ap1/csp/mirrorns/put?gate", "x", 20*time.Second) }()
	eventually(t, 10*time.Second, "the request is in flight", func() bool {
		return len(l.gateways["webgw1"].executed())+len(l.gateways["webgw2"].executed()) == 2
	})
	begin := time.Now()
	if err := nginx.command.Process.Signal(syscall.SIGQUIT); err != nil { // the image's STOPSIGNAL
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	if err := idle.echo("nginx is stopping"); err != nil {
		t.Errorf("the WebSocket is cut at once: %v", err)
	}
	close(l.gate)
	if r := <-answer; r.status != http.StatusOK {
		t.Errorf("the request in flight ends with status %d after %v", r.status, r.took)
	}
	grace, err := time.ParseDuration(l.plan.NGINX[0].StopGrace)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-nginx.ended:
		t.Logf("ended after %v", time.Since(begin).Round(time.Millisecond))
		if after := time.Since(begin); after < 5*time.Second {
			t.Errorf("nginx ended after %v, before the longest request", after)
		}
	case <-time.After(grace):
		t.Errorf("still running after %v, when Docker kills", grace)
	}
}
