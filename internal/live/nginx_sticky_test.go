//go:build linux

package live_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// cookieOf returns the cookie that a reply sets, as a browser sends it back.
func cookieOf(r reply) string {
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	return cookie
}

// A browser, which keeps cookies, stays on one gateway; when that is closed it goes to
// another without losing a request, and stays there.
func TestSticky(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	const target = "/ap1/csp/mirrorns/get"
	first := l.get(target)
	if first.status != http.StatusOK {
		t.Fatalf("status %d", first.status)
	}
	if l.plan.NGINX[0].Cookie == "" {
		if !olderReleases() || first.header.Get("Set-Cookie") != "" {
			t.Errorf("no cookie is planned, and %q set", first.header.Get("Set-Cookie"))
		}
		return
	}
	set := first.header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "simplemirror-nginx=") || !strings.Contains(set, "; path=/") ||
		!strings.Contains(strings.ToLower(set), "httponly") {
		t.Errorf("Set-Cookie: %q", set)
	}
	browse := func(cookie string, n int) (list []reply) {
		for range n {
			r := l.send("POST", target, "x", 20*time.Second, "Cookie", "CSPSESSIONID=1; "+cookie)
			if again := cookieOf(r); again != "" {
				cookie = again
			}
			list = append(list, r)
		}
		return list
	}
	home := through([]reply{first})
	for _, r := range browse(cookieOf(first), 30) {
		for name := range through([]reply{r}) {
			if home[name] == 0 {
				t.Errorf("a request went through %s, the first through %v", name, home)
			}
		}
	}
	var lost string
	for name := range home {
		lost = name
	}
	l.gateways[lost].kill()
	list := browse(cookieOf(first), 30)
	if failures, _ := failed(list); failures != 0 || through(list)[lost] != 0 || len(through(list)) != 1 {
		t.Errorf("%s is closed: %d of %d requests lost, through %v", lost, failures, len(list), through(list))
	}
}

// A cookie of another balancer, or of a gateway that is gone, means nothing.
func TestForeignCookie(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	const cookies = "simplemirror-nginx=0123456789abcdef0123456789abcdef; other-nginx=1"
	var list []reply
	for range 20 {
		list = append(list, l.send("GET", "/ap1/csp/mirrorns/get", "", 20*time.Second, "Cookie", cookies))
	}
	if lost, _ := failed(list); lost != 0 || through(list)["webgw1"] == 0 || through(list)["webgw2"] == 0 {
		t.Errorf("%d of %d lost, through %v; want each gateway", lost, len(list), through(list))
	}
}

// A WebSocket that nobody says anything on outlives read_timeout, and ends with
// websocket_timeout. A request that asks for another upgrade is a plain one.
func TestIdleWebSocket(t *testing.T) {
	t.Parallel()
	const timeouts = "server_response_timeout = 5"
	l := start(t, example(t, "simplemirror.hcl",
		"host_number = 11", "host_number = 11\n  "+timeouts, "host_number = 12", "host_number = 12\n  "+timeouts,
		"host_number = 13", "host_number = 13\n  read_timeout = \"6s\"\n  websocket_timeout = \"12s\""))
	l.startNGINX(t)
	idle := l.webSocket(t)
	time.Sleep(8 * time.Second)
	if err := idle.echo("after 8 s of silence"); err != nil {
		t.Errorf("the WebSocket is cut within 8 s, the read timeout being 6 s: %v", err)
	}
	begin := time.Now()
	err := idle.end(20 * time.Second)
	if after := time.Since(begin); err == nil || after < 11*time.Second || after > 16*time.Second {
		t.Errorf("the WebSocket ends after %v of silence (%v), want 12 s", after, err)
	}
	l.gateways["webgw1"].hang(true)
	l.gateways["webgw2"].hang(true)
	r := l.send("GET", "/ap1/csp/mirrorns/get", "", 20*time.Second,
		"Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c")
	if r.status != http.StatusGatewayTimeout || r.took > 10*time.Second {
		t.Errorf("a plain request to gateways that hang: status %d after %v; want 504 after the read timeout of 6 s",
			r.status, r.took)
	}
}

// A mirror that does not answer holds its share of the gateways, WebSockets included;
// what is more gets 503 at once, and the other mirror does not notice.
func TestPathLimit(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	share := l.plan.NGINX[0].PathRequests
	const sockets = 10
	for range sockets {
		l.webSocket(t)
	}
	held := make(chan int)
	for range share - sockets {
		go func() { held <- l.send("GET", "/ap1/csp/mirrorns/get?gate", "", 60*time.Second).status }()
	}
	eventually(t, 30*time.Second, "as many requests are held as one path may", func() bool {
		return len(l.gateways["webgw1"].seen())+len(l.gateways["webgw2"].seen()) == share
	})
	if r := l.get("/ap1/csp/mirrorns/get"); r.status != http.StatusServiceUnavailable || r.took > 2*time.Second {
		t.Errorf("one request more: status %d after %v, want 503 at once", r.status, r.took)
	}
	if r := l.get("/ap2/csp/mirrorns/get"); r.status != http.StatusOK {
		t.Errorf("the other mirror: status %d", r.status)
	}
	close(l.gate)
	for range share - sockets {
		if status := <-held; status != http.StatusOK {
			t.Errorf("a request that was held: status %d", status)
		}
	}
	if r := l.get("/ap1/csp/mirrorns/get"); r.status != http.StatusOK {
		t.Errorf("afterwards: status %d", r.status)
	}
}

// nginx closes an idle connection before the gateway does: a request that meets the
// gateway's closing is lost, and a POST is not repeated.
func TestIdleConnectionToGateway(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	ends := make(chan time.Duration, 10)
	for _, g := range l.gateways {
		g.watch(t, ends)
	}
	l.startNGINX(t)
	if r := l.get("/ap1/csp/mirrorns/get"); r.status != http.StatusOK {
		t.Fatalf("status %d", r.status)
	}
	select {
	case idle := <-ends:
		t.Logf("closed after %v", idle.Round(time.Millisecond))
		if idle > apacheKeepAlive-time.Second {
			t.Errorf("the connection is closed after %v; the gateway closes it after %v", idle, apacheKeepAlive)
		}
	case <-time.After(10 * time.Second):
		t.Error("the idle connection is not closed within 10 s")
	}
}
