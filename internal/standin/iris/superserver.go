package iris

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/wire"
)

// listen opens the superserver, and the web server of old releases.
func (i *Instance) listen() error {
	l, err := i.Network.Listen(i.setting("Startup.DefaultPort"))
	if err != nil {
		return err
	}
	i.mu.Lock()
	i.listeners = append(i.listeners, l)
	i.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go i.serve(c)
		}
	}()
	if i.ownWebServer() {
		return i.serveWeb()
	}
	return nil
}

// serve keeps one connection to the superserver until it ends, or IRIS goes down.
//
// The first line says what it is: a gateway, an application server or another member
// of the mirror (JSON), or a client, which sends lines and gets one line for each:
//
//	WHO            NAME STATUS: the instance, by its host name, and its mirror status at
//	               this moment, such as "ap1a Primary" or "ap1a In Trouble"; "None"
//	               where it is in no mirror
//	WAS            NAME MILLISECONDS: how long ago the instance was primary last; "never"
//	               where it was not since its container started
//	WRITE TEXT     OK NAME POSITION: the primary NAME has accepted the write, as the
//	               POSITIONth record of the mirror; on an application server that is the
//	               primary behind it
//	               NO NAME REASON: it has not
//	READ           NAME POSITION TEXT: the last write, and its number
//	COUNT          NAME ACCEPTED REFUSED: writes since the container began
//
// A member that is not primary takes connections and refuses writes. One in trouble
// lets a write wait. When IRIS goes down, all connections are cut.
func (i *Instance) serve(raw net.Conn) {
	i.mu.Lock()
	if !i.running {
		i.mu.Unlock()
		raw.Close()
		return
	}
	i.conns[raw] = true
	i.mu.Unlock()
	defer func() {
		raw.Close()
		i.mu.Lock()
		delete(i.conns, raw)
		i.mu.Unlock()
	}()
	conn, from, err := i.accept(raw)
	if err != nil {
		return
	}
	c := wire.New(conn)
	for {
		line, err := c.Line(0)
		if err != nil {
			return
		}
		if len(line) > 0 && line[0] == '{' {
			i.serveProgram(c, line, from)
			return
		}
		if reason := i.needsTLS(from); reason != "" {
			c.SendLine([]byte("NO "+i.Host+" "+reason), i.Times.QoS())
			return
		}
		if c.SendLine([]byte(i.client(string(line))), i.Times.QoS()) != nil {
			return
		}
	}
}

// client answers one line of a client.
func (i *Instance) client(line string) string {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "WHO":
		_, status := i.status()
		if status == "" {
			status = "None"
		}
		return fmt.Sprintf("%s %s", i.Host, status)
	case "WAS":
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.primacy.IsZero() {
			return i.Host + " never"
		}
		return fmt.Sprintf("%s %d", i.Host, time.Since(i.primacy).Milliseconds())
	case "WRITE":
		return i.clientWrite(rest)
	case "READ":
		if m := i.Member(); m != nil {
			s := m.State()
			return fmt.Sprintf("%s %d %s", i.Host, s.Journal.Position, s.Content.Last)
		}
		return "NO " + i.Host + " no mirrored database"
	case "COUNT":
		i.mu.Lock()
		defer i.mu.Unlock()
		return fmt.Sprintf("%s %d %d", i.Host, i.accepted, i.refused)
	}
	return "NO " + i.Host + " <SYNTAX>"
}

func (i *Instance) clientWrite(text string) string {
	i.mu.Lock()
	member, ecp := i.member, i.ecp
	i.mu.Unlock()
	switch {
	case member != nil:
		r := member.Write(text, member.Times().Trouble())
		i.mu.Lock()
		if r.Accepted {
			i.accepted++
		} else {
			i.refused++
		}
		i.mu.Unlock()
		if r.Accepted {
			i.Say("write accepted as %s, position %d: %s", r.Status, r.Position, text)
			return fmt.Sprintf("OK %s %d", i.Host, r.Position)
		}
		i.Say("write refused as %s: %s", r.Status, text)
		return "NO " + i.Host + " " + r.Reason
	case ecp != nil:
		return ecp.write(text)
	}
	return "NO " + i.Host + " no mirrored database"
}

// A Program is what gateways and application servers say first, and then.
type Program struct {
	Do       string // gateway, ecp, or mirror
	User     string
	Password string
	Mirror   bool // it wants to follow a mirror's primary
	Client   string
}

// A Greeting answers it.
type Greeting struct {
	OK      bool
	Reason  string
	Primary bool
	Members []string // superserver addresses, failover members first
}

func (i *Instance) serveProgram(c *wire.Conn, line []byte, from caller) {
	var p Program
	if json.Unmarshal(line, &p) != nil {
		return
	}
	switch p.Do {
	case "mirror":
		var hello mirror.Hello
		if m := i.Member(); m != nil && json.Unmarshal(line, &hello) == nil {
			if from.purpose == wire.PurposeMirror {
				hello.Subject = from.name
			}
			m.Serve(c, hello)
		}
	case "gateway":
		i.serveGateway(c, p, from)
	case "ecp":
		i.serveECP(c, p, from)
	}
}

// mirrorGreeting is the answer to a mirror-aware program: it goes on to the primary.
func (i *Instance) mirrorGreeting() Greeting {
	m := i.Member()
	if m == nil {
		return Greeting{Reason: "this instance is in no mirror, and takes no mirror connection"}
	}
	g := Greeting{OK: true, Primary: m.IsPrimary()}
	members := m.State().Table.Members
	slices.SortStableFunc(members, func(a, b mirror.Peer) int { return order(a.Type) - order(b.Type) })
	for _, p := range members {
		if order(p.Type) < 2 {
			g.Members = append(g.Members, wire.Address(p.Superserver, p.Port))
		}
	}
	return g
}

// order: failover members first, then DR asyncs (GCGI, mirror-aware gateways).
func order(t mirror.Type) int {
	switch t {
	case mirror.Failover:
		return 0
	case mirror.DR:
		return 1
	}
	return 2
}

// serveGateway answers a Web Gateway's requests.
func (i *Instance) serveGateway(c *wire.Conn, p Program, from caller) {
	g := Greeting{OK: true}
	i.mu.Lock()
	u, known := i.store.Users[strings.ToLower(p.User)]
	i.mu.Unlock()
	switch {
	case i.needsTLS(from) != "":
		g = Greeting{Reason: i.needsTLS(from)}
	case !i.enabled("%Service_WebGateway"):
		g = Greeting{Reason: "%Service_WebGateway is disabled"}
	case !known || !u.matches(p.Password):
		i.Say("Web Gateway: login failure of %s", p.User)
		g = Greeting{Reason: "access denied for user " + p.User}
	case p.Mirror:
		g = i.mirrorGreeting()
	}
	if c.Send(g, i.Times.QoS()) != nil || !g.OK {
		return
	}
	for {
		var r Request
		if c.Receive(&r, 0) != nil {
			return
		}
		i.countRequest(c.Remote())
		if c.Send(i.Answer(r), i.Times.QoS()) != nil {
			return
		}
	}
}
