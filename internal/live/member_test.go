//go:build linux

package live_test

import (
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"mirrorgen/internal/plan"
)

// A state is what a simulated member answers to health checks.
type state int

const (
	standby state = iota // 503 FAILED: backup, async
	primary              // 200 SUCCESS
	stopped              // nothing: IRIS is down; its superserver is closed
	silent               // nothing, though its superserver accepts: IRIS hangs
)

// A member is a simulated one: a superserver that says its name to whoever
// connects and then echoes, and the answer to health checks, which the gateways
// ask for, or its own web server where the images have one.
type member struct {
	name, mirror string
	superserver  *listener
	web          *http.Server // nil where the images have none

	mutex sync.Mutex
	state state
}

func newMember(t *testing.T, name, mirror, address string, webServer bool, s state) *member {
	t.Helper()
	m := &member{name: name, mirror: mirror, state: s}
	m.superserver = newListener(t, net.JoinHostPort(address, itoa(plan.SuperserverPort)), func(conn net.Conn) {
		if _, err := io.WriteString(conn, name+"\n"); err == nil {
			_, _ = io.Copy(conn, conn) // until one side ends it
		}
	})
	if webServer {
		m.web = serve(t, net.JoinHostPort(address, itoa(plan.WebServerPort)),
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !m.answers() {
					<-r.Context().Done()
					return
				}
				m.answer(w)
			}))
	}
	return m
}

// become changes the state.
func (m *member) become(s state) {
	m.mutex.Lock()
	m.state = s
	m.mutex.Unlock()
	m.superserver.open(s != stopped)
}

func (m *member) is() state {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.state
}

// answers reports whether the member answers health checks at all.
func (m *member) answers() bool {
	s := m.is()
	return s == standby || s == primary
}

// answer is that of mirror_status.cxw.
func (m *member) answer(w http.ResponseWriter) {
	if m.is() == primary {
		_, _ = io.WriteString(w, "SUCCESS")
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "FAILED")
}

// A listener is a TCP server that can be closed, with all its connections, and
// opened again.
type listener struct {
	t       *testing.T
	address string
	handle  func(net.Conn)

	mutex sync.Mutex
	on    net.Listener // nil while closed
	conns map[net.Conn]bool
}

func newListener(t *testing.T, address string, handle func(net.Conn)) *listener {
	t.Helper()
	l := &listener{t: t, address: address, handle: handle, conns: map[net.Conn]bool{}}
	l.open(true)
	t.Cleanup(func() { l.open(false) })
	return l
}

func (l *listener) open(open bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if open == (l.on != nil) {
		return
	}
	if !open {
		l.on.Close()
		l.on = nil
		for conn := range l.conns {
			conn.Close()
		}
		return
	}
	on, err := net.Listen("tcp", l.address)
	if err != nil {
		l.t.Errorf("simulated service: %v", err)
		return
	}
	l.on = on
	go func() {
		for {
			conn, err := on.Accept()
			if err != nil {
				return
			}
			go l.serve(conn, on)
		}
	}()
}

func (l *listener) serve(conn net.Conn, from net.Listener) {
	l.mutex.Lock()
	current := l.on == from
	l.conns[conn] = true
	l.mutex.Unlock()
	if current {
		l.handle(conn)
	}
	conn.Close()
	l.mutex.Lock()
	delete(l.conns, conn)
	l.mutex.Unlock()
}
