//go:build linux

package live_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mirrorgen/internal/plan"
)

// A gateway is a simulated Web Gateway. It answers
//
//	/<member>/csp/mirror_status.cxw   for the member
//	/<mirror>/...                     for an application on the mirror's primary
//	anything else                     itself
//
// A request for an IRIS that is stopped is held for the response timeout that
// CSP.ini gives its server, also when the client has long gone, and answered
// with the gateway's own error.
//
// The application counts executions by the query's id, waits for the lab's gate
// where the query says gate, and reports what it received. It upgrades to a
// protocol that echoes where it is asked to.
type gateway struct {
	t       *testing.T
	name    string
	address string
	lab     *liveLab
	timeout map[string]time.Duration // by mirror and member

	mutex       sync.Mutex
	server      *http.Server // nil while it is down
	down        context.CancelFunc
	hung        bool
	held, peak  int            // health checks that are being answered, and the most at a time
	executions  map[string]int // of the application, by id
	requests    []string       // request line's target of every request but health checks
	connections int
}

func newGateway(t *testing.T, l *liveLab, g *plan.Gateway) *gateway {
	t.Helper()
	gw := &gateway{
		t: t, name: g.Name, address: net.JoinHostPort(l.address(g.Service), httpPort), lab: l,
		timeout: map[string]time.Duration{}, executions: map[string]int{},
	}
	for _, s := range g.Config.Servers {
		gw.timeout[s.Name] = time.Duration(s.Timeout) * time.Second
	}
	gw.up()
	t.Cleanup(gw.kill)
	return gw
}

// up lets the gateway listen.
func (g *gateway) up() {
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := net.Listen("tcp", g.address)
	if err != nil {
		g.t.Errorf("simulated gateway: %v", err)
		cancel()
		return
	}
	server := &http.Server{
		Handler:     g,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				g.mutex.Lock()
				g.connections++
				g.mutex.Unlock()
			}
		},
		MaxHeaderBytes: 256 << 10,
	}
	g.mutex.Lock()
	g.server, g.down = server, cancel
	g.mutex.Unlock()
	go func() { _ = server.Serve(listener) }() // ends with kill
}

// kill closes the port and every connection, whatever is in flight.
func (g *gateway) kill() {
	g.mutex.Lock()
	server, down := g.server, g.down
	g.server = nil
	g.mutex.Unlock()
	if server != nil {
		down()
		server.Close()
	}
}

// hang makes the gateway accept and answer nothing, or answer again.
func (g *gateway) hang(hung bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.hung = hung
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	base := up.BaseContext(nil)
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	m := g.lab.members[first]
	check := m != nil && rest == "csp/mirror_status.cxw"
	g.mutex.Lock()
	hung := g.hung
	if check {
		g.held++
		g.peak = max(g.peak, g.held)
	} else {
		g.requests = append(g.requests, r.RequestURI)
	}
	g.mutex.Unlock()
	if check {
		defer func() {
			g.mutex.Lock()
			g.held--
			g.mutex.Unlock()
		}()
	}
	switch {
	case hung:
		<-base.Done()
	case check && !m.answers():
		g.fail(base, w, first)
	case check:
		m.answer(w)
	case g.lab.hasMirror(first):
		g.application(base, w, r, first)
	default:
		fmt.Fprintf(w, "%s itself\n", g.name)
	}
}

// gatewayError is the gateway's own page for a server that does not answer.
const gatewayError = "Server Availability Error"

func (g *gateway) fail(up context.Context, w http.ResponseWriter, server string) {
	select {
	case <-time.After(g.timeout[server]):
	case <-up.Done():
	}
	http.Error(w, gatewayError, http.StatusInternalServerError)
}

func (g *gateway) application(up context.Context, w http.ResponseWriter, r *http.Request, mirror string) {
	server := g.lab.primaryOf(mirror)
	if server == nil {
		g.fail(up, w, mirror)
		return
	}
	query := r.URL.Query()
	g.mutex.Lock()
	g.executions[query.Get("id")]++
	g.mutex.Unlock()
	if r.Header.Get("Upgrade") != "" && strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
		g.upgrade(w)
		return
	}
	sum := sha256.New()
	size, _ := io.Copy(sum, r.Body)
	if query.Has("gate") {
		<-g.lab.gate
	}
	w.Header().Set("X-Long", strings.Repeat("h", atoi(query.Get("header"))))
	fmt.Fprintf(w, "%s through %s\nprotocol %s\nhost %s\ncookie %d\nbody %d %x\n",
		server.name, g.name, r.Proto, r.Host, len(r.Header.Get("Cookie")), size, sum.Sum(nil))
}

// upgrade answers as a WebSocket's opening does, then echoes lines.
func (g *gateway) upgrade(w http.ResponseWriter) {
	conn, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		g.t.Error(err)
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	for {
		line, err := buffered.ReadString('\n')
		if err == nil {
			_, err = io.WriteString(conn, "echo "+line)
		}
		if err != nil {
			return // one side has left
		}
	}
}

// mostHeld returns the most health checks that the gateway held at a time.
func (g *gateway) mostHeld() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.peak
}

// seen returns the targets of the requests that reached the gateway.
func (g *gateway) seen() []string {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return append([]string(nil), g.requests...)
}

// executed returns how often the application ran, by id.
func (g *gateway) executed() map[string]int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return maps.Clone(g.executions)
}

// accepted returns how many connections the gateway has accepted.
func (g *gateway) accepted() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.connections
}

func (l *liveLab) hasMirror(name string) bool {
	for _, m := range l.members {
		if m.mirror == name {
			return true
		}
	}
	return false
}

// primaryOf returns the member that is primary, or nil.
func (l *liveLab) primaryOf(mirror string) *member {
	for _, m := range l.members {
		if m.mirror == mirror && m.is() == primary {
			return m
		}
	}
	return nil
}

// serve runs an HTTP server until the test ends.
func serve(t *testing.T, address string, handler http.Handler) *http.Server {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return server
}
