// Package loopbacktest gives the tests of stand-ins networks of their own on 127.0.0.0/8:
// every host has its addresses, and any two hosts, or a host and all others, can be cut
// off from each other as by a pulled cable: nothing is refused, nothing arrives.
package loopbacktest

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Switch connects hosts.
type Switch struct {
	mu    sync.Mutex
	cut   map[[2]string]bool // pairs of addresses, smaller first; "*" is every address
	conns map[*conn]bool
}

// New makes a switch with all cables in place.
func New() *Switch { return &Switch{cut: map[[2]string]bool{}, conns: map[*conn]bool{}} }

// Host is a host with its addresses, one on each of its networks: 127.a.b.c, of which
// a.b is the network.
func (s *Switch) Host(addresses ...string) *Host { return &Host{s: s, addresses: addresses} }

// Cut pulls the cable between two addresses; "*" is every other.
func (s *Switch) Cut(a, b string) { s.set(a, b, true) }

// Mend puts it back.
func (s *Switch) Mend(a, b string) { s.set(a, b, false) }

func (s *Switch) set(a, b string, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut[pair(a, b)] = cut
}

func pair(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

func (s *Switch) isCut(a, b string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a != b && (s.cut[pair(a, b)] || s.cut[pair(a, "*")] || s.cut[pair("*", b)])
}

// A Host is a wire.Network.
type Host struct {
	s         *Switch
	addresses []string
}

// Dial connects from the host's address on the network of the address that is dialled.
// Where it has none there is no route.
func (h *Host) Dial(address string, timeout time.Duration) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	from := h.towards(host)
	if from == "" {
		return nil, errors.New("dial " + address + ": no route to host")
	}
	if h.s.isCut(from, host) {
		time.Sleep(timeout)
		return nil, errors.New("dial " + address + ": i/o timeout")
	}
	dialer := net.Dialer{Timeout: timeout, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := dialer.DialContext(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, s: h.s, local: from, remote: host}, nil
}

func (h *Host) towards(host string) string {
	for _, a := range h.addresses {
		if network(a) == network(host) {
			return a
		}
	}
	return ""
}

func network(address string) string {
	return address[:strings.LastIndexByte(address, '.')]
}

// Listen listens on every address of the host.
func (h *Host) Listen(port int) (net.Listener, error) {
	l := &listener{accepted: make(chan net.Conn), closed: make(chan struct{})}
	for _, a := range h.addresses {
		one, err := net.Listen("tcp", net.JoinHostPort(a, strconv.Itoa(port)))
		if err != nil {
			l.Close()
			return nil, err
		}
		l.all = append(l.all, one)
		go l.accept(one, h.s, a)
	}
	return l, nil
}

type listener struct {
	all      []net.Listener
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *listener) accept(one net.Listener, s *Switch, local string) {
	for {
		c, err := one.Accept()
		if err != nil {
			return
		}
		remote, _, _ := net.SplitHostPort(c.RemoteAddr().String())
		select {
		case l.accepted <- &conn{Conn: c, s: s, local: local, remote: remote}:
		case <-l.closed:
			c.Close()
		}
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		for _, one := range l.all {
			one.Close()
		}
	})
	return nil
}

func (l *listener) Addr() net.Addr { return l.all[0].Addr() }

// A conn is a connection whose cable can be pulled: what is written then is lost, and
// nothing is read, until it is put back; the connection's own time-outs hold.
type conn struct {
	net.Conn
	s             *Switch
	local, remote string
	mu            sync.Mutex
	deadline      time.Time
	shut          bool
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	c.deadline = t
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.Conn.SetWriteDeadline(t)
}

func (c *conn) Close() error {
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	if c.s.isCut(c.local, c.remote) {
		// The other side does not see the end.
		go func() {
			for c.s.isCut(c.local, c.remote) {
				time.Sleep(5 * time.Millisecond)
			}
			c.Conn.Close()
		}()
		return c.Conn.SetDeadline(time.Unix(1, 0))
	}
	return c.Conn.Close()
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for c.s.isCut(c.local, c.remote) {
		c.mu.Lock()
		deadline, shut := c.deadline, c.shut
		c.mu.Unlock()
		if shut {
			return 0, net.ErrClosed
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			return 0, errTimeout
		}
		time.Sleep(2 * time.Millisecond)
	}
	return n, err
}

var errTimeout = errors.New("i/o timeout")

func (c *conn) Write(b []byte) (int, error) {
	if c.s.isCut(c.local, c.remote) {
		return len(b), nil
	}
	return c.Conn.Write(b)
}
