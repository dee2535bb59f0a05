package iris

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"mirrorgen/internal/standin/wire"
)

// serveECP is the data server's side: %Service_ECP must be enabled, MaxServerConn
// bounds the connections, a failover member takes mirror connections only, and an
// instance outside a mirror none of them (GSA; GHA, "Redirecting Application
// Connections").
func (i *Instance) serveECP(c *wire.Conn, p Program, from caller) {
	g := Greeting{OK: true}
	switch {
	case !i.enabled("%Service_ECP"):
		g = Greeting{Reason: "%Service_ECP is not enabled"}
	case i.admitsECP(from) != "":
		g = Greeting{Reason: i.admitsECP(from)}
	case p.Mirror:
		g = i.mirrorGreeting()
	case i.Member() != nil:
		g = Greeting{Reason: "a failover member takes mirror connections only"}
	}
	if g.OK && g.Primary && i.setting("config.MaxServerConn") < 1 {
		g = Greeting{Reason: "MaxServerConn allows no connection"}
	}
	if c.Send(g, i.Times.QoS()) != nil || !g.OK || p.Mirror && !g.Primary {
		return
	}
	i.Say("ECP: application server %s has connected", p.Client)
	for {
		line, err := c.Line(0)
		if err != nil || c.SendLine([]byte(i.client(string(line))), i.Times.QoS()) != nil {
			return
		}
	}
}

// An ecpClient is an application server's connection to its mirror: it follows the
// primary.
type ecpClient struct {
	i       *Instance
	first   string // the address in [ECPServers]
	mirror  bool
	secured bool // with TLS
	mu      sync.Mutex
	known   []string
	conn    *wire.Conn
	stopped bool
}

// startECP connects to the data server of [ECPServers]; of several the first by name
// (inferred: no lab has more).
func (i *Instance) startECP() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ecp != nil || !i.running {
		return
	}
	for _, name := range sorted(i.store.ECPServers) {
		e := i.store.ECPServers[name]
		i.ecp = &ecpClient{i: i, first: e["Address"] + ":" + e["Port"], mirror: e["MirrorConnection"] == "1",
			secured: e["SSLConfig"] == "1"}
		go i.ecp.run()
		return
	}
}

// run keeps the connection up.
func (e *ecpClient) run() {
	for {
		e.mu.Lock()
		if e.stopped {
			e.mu.Unlock()
			return
		}
		if e.conn == nil {
			e.connect()
		}
		e.mu.Unlock()
		time.Sleep(e.i.Times.Retry())
	}
}

// connect asks the members one after the other for the primary. e.mu is held.
func (e *ecpClient) connect() {
	for _, address := range append(slices.Clone(e.known), e.first) {
		timeout := e.i.Times.Connect()
		c, err := e.dial(address, timeout)
		if err != nil {
			continue
		}
		var g Greeting
		if c.Send(Program{Do: "ecp", Mirror: e.mirror, Client: e.i.Host}, timeout) != nil ||
			c.Receive(&g, timeout) != nil {
			c.Close()
			continue
		}
		if g.OK && (g.Primary || !e.mirror) {
			e.conn, e.known = c, g.Members
			e.i.Say("ECP: connected to %s", address)
			return
		}
		if !g.OK {
			e.i.Say("ECP: %s refuses: %s", address, g.Reason)
		} else {
			e.known = g.Members
		}
		c.Close()
	}
}

func (e *ecpClient) dial(address string, timeout time.Duration) (*wire.Conn, error) {
	if !e.secured {
		return wire.Dial(e.i.Network, address, timeout)
	}
	configuration, err := e.i.tlsConfiguration(ecpClientTLS)
	if err != nil {
		e.i.Say("ECP: %v", err)
		return nil, err
	}
	c, _, err := wire.DialTLS(e.i.Network, address, wire.PurposeECP, configuration, timeout)
	if err != nil {
		e.i.Say("ECP: %s: %v", address, err)
	}
	return c, err
}

// write writes through the data server. A fail-over of the mirror is a restart of the
// data server to an application server: it connects to the new primary and goes on
// (GHA, "Redirecting Application Connections"). A write whose answer was lost is sent
// again, and so may be there twice (inferred: ECP's own recovery is not modelled).
func (e *ecpClient) write(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	timeout := e.i.Times.Trouble() + e.i.Times.QoS()
	for end := time.Now().Add(timeout); !e.stopped; time.Sleep(e.i.Times.Retry()) {
		if e.conn == nil {
			e.connect()
		}
		if e.conn != nil {
			if e.conn.SendLine([]byte("WRITE "+text), timeout) == nil {
				if line, err := e.conn.Line(timeout); err == nil {
					return string(line)
				}
			}
			e.conn.Close()
			e.conn = nil
			continue
		}
		if time.Now().After(end) {
			break
		}
	}
	return fmt.Sprintf("NO %s <NETWORK> no connection to the data server", e.i.Host)
}

// close ends it.
func (e *ecpClient) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	if e.conn != nil {
		e.conn.Close()
	}
}
