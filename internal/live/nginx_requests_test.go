//go:build linux

package live_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What the client sends arrives: the host with its port, long headers, uploads,
// over HTTP/1.1; and long headers come back.
func TestRequestArrives(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	upload := strings.Repeat("0123456789abcdef", 2<<20/16)
	r := l.send("POST", "/ap1/csp/mirrorns/put?header=24000", upload, 20*time.Second, "Cookie",
		strings.Repeat("c", 30000))
	want := fmt.Sprintf("protocol HTTP/1.1\nhost lab.example:8000\ncookie 30000\nbody %d %x\n", len(upload),
		sha256.Sum256([]byte(upload)))
	if r.status != http.StatusOK || !strings.HasSuffix(r.body, want) {
		t.Errorf("status %d, the gateway received:\n%s\nwant:\n%s", r.status, r.body, want)
	}
	if n := len(r.header.Get("X-Long")); n != 24000 {
		t.Errorf("a header of 24000 bytes came back with %d", n)
	}
}

// Connections to the gateways are kept for plain requests.
func TestKeepalive(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	for range 200 {
		if r := l.get("/ap1/csp/mirrorns/get"); r.status != http.StatusOK {
			t.Fatalf("status %d", r.status)
		}
	}
	n := l.gateways["webgw1"].accepted() + l.gateways["webgw2"].accepted()
	t.Logf("200 requests over %d connections to the gateways", n)
	// Two workers keep connections to two gateways.
	if n > 8 {
		t.Errorf("want at most 8")
	}
}

// A WebSocket opens, and both sides can speak.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	conn, err := net.DialTimeout("tcp", l.web(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(conn, "GET /ap1/csp/mirrorns/socket HTTP/1.1\r\nHost: lab.example\r\nConnection: "+
		"Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "+
		"AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols ||
		!strings.EqualFold(answer.Header.Get("Upgrade"), "websocket") {
		t.Fatalf("status %d, headers %v; want 101", answer.StatusCode, answer.Header)
	}
	for i := range 3 {
		fmt.Fprintf(conn, "message %d\n", i)
		line, err := reader.ReadString('\n')
		if want := fmt.Sprintf("echo message %d\n", i); err != nil || line != want {
			t.Errorf("got %q (%v), want %q", line, err, want)
		}
	}
}

// The gateways' management pages cannot be reached, however the path is spelled.
func TestManagementIsClosed(t *testing.T) {
	t.Parallel()
	l := start(t, example(t, "simplemirror.hcl"))
	l.startNGINX(t)
	for _, target := range []string{
		"/csp/bin/Systems/Module.cxw",
		"/csp/bin/RunTime/Module.cxw",
		"/CSP/Bin/Systems/Module.cxw",
		"/AP1A/CSP/bin/Systems/Module.cxw",
		"/ap1/csp/bin/Systems/Module.cxw?CSPSYS=17",
		"/csp/bin/",
		"//csp//bin//Systems/Module.cxw",
		"/csp/./bin/Systems/Module.cxw",
		"/csp/x/../bin/Systems/Module.cxw",
		"/csp/%2e/bin/Systems/Module.cxw",
		"/csp/x/%2e%2e/bin/Systems/Module.cxw",
		"/csp/x/.%2E/bin/Systems/Module.cxw",
		"/%63%73%70/%62in/Systems/Module.cxw",
		"/csp%2fbin%2fSystems/Module.cxw",
		"/csp/%2f/bin/Systems/Module.cxw",
		"http://lab.example/csp/bin/Systems/Module.cxw",
	} {
		if status := l.raw(t, "GET "+target); status != "403" {
			t.Errorf("%s: status %s, want 403", target, status)
		}
		if status := l.raw(t, "POST "+target); status != "403" {
			t.Errorf("POST %s: status %s, want 403", target, status)
		}
	}
	for _, g := range l.gateways {
		if seen := g.seen(); len(seen) > 0 {
			t.Errorf("%s received %v", g.name, seen)
		}
	}
	if r := l.get("/ap1/csp/binary/get"); r.status != http.StatusOK {
		t.Errorf("an application whose path only begins alike: status %d, want 200", r.status)
	}
}
