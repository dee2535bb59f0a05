package mirror

import (
	"fmt"
	"sync"
	"time"

	"mirrorgen/internal/standin/wire"
)

// An arbiter is what an ISCAgent is to the failover members of a mirror: it knows
// which of them it is connected to, and decides between the two that have lost each
// other (GHA, "Arbiter Controlled Mode"). One serves any number of mirrors, which are
// told apart by their identity, not by their name.
type arbiter struct {
	env Env
	mu  sync.Mutex
	of  map[string]*contacts // by the mirror's GUID
}

// contacts are the members of one mirror.
type contacts struct {
	times wire.Times // of the mirror, as its members say
	seen  map[string]*contact
	token string // of the present arbiter controlled mode
	state string // of the token: open, left, taken
}

type contact struct {
	conn *wire.Conn
	last time.Time
}

const (
	tokenOpen  = "open"
	tokenLeft  = "left"
	tokenTaken = "taken"
)

func newArbiter(env Env) *arbiter { return &arbiter{env: env, of: map[string]*contacts{}} }

// serve answers one member until its connection ends.
func (a *arbiter) serve(c *wire.Conn, hello Request) {
	me := &contact{conn: c, last: time.Now()}
	a.mu.Lock()
	set := a.of[hello.GUID]
	if set == nil {
		set = &contacts{seen: map[string]*contact{}}
		a.of[hello.GUID] = set
	}
	set.times = a.env.Times.WithQoS(hello.QoS)
	if old := set.seen[hello.Member]; old != nil {
		old.conn.Close()
	}
	set.seen[hello.Member] = me
	a.mu.Unlock()
	a.env.Log("arbiter of %s: %s has connected", hello.Set, hello.Member)

	qos := a.env.Times.WithQoS(hello.QoS).QoS()
	err := c.Send(Answer{OK: true}, qos)
	for err == nil {
		var r Request
		if err = c.Receive(&r, qos); err == nil {
			err = c.Send(a.answer(set, hello.Member, me, r), qos)
		}
	}
	a.mu.Lock()
	if set.seen[hello.Member] == me {
		delete(set.seen, hello.Member)
	}
	a.mu.Unlock()
	a.env.Log("arbiter of %s: %s is lost", hello.Set, hello.Member)
}

// answer decides. Of a mirror's two members the first that asks for a token gets what
// it wants, and the other learns of it: that is what keeps them from both being primary.
func (a *arbiter) answer(set *contacts, member string, me *contact, r Request) Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	me.last = time.Now()
	switch r.Do {
	case doPing:
		return Answer{OK: true}
	case doEnter:
		if !a.othersConnected(set, member) {
			return Answer{Reason: "the other failover member is not connected"}
		}
		set.token, set.state = r.Token, tokenOpen
		return Answer{OK: true}
	case doSwitch:
		if set.token != r.Token {
			return Answer{Reason: "this arbiter knows nothing of the mirror's mode"}
		}
		if set.state == tokenTaken {
			return Answer{Taken: true, Reason: "the backup has taken over"}
		}
		set.state = tokenLeft
		return Answer{OK: true}
	case doTakeover:
		return a.takeover(set, member, r)
	}
	return Answer{Reason: fmt.Sprintf("unknown request %q", r.Do)}
}

// takeover lets the backup take over where the primary is lost to the arbiter as well:
// it does not answer within QoS. A primary that does is still connected. a.mu is held,
// and released while waiting.
func (a *arbiter) takeover(set *contacts, member string, r Request) Answer {
	asked := time.Now()
	for {
		if set.token != r.Token || set.state != tokenOpen {
			return Answer{Reason: "the mirror is no longer in arbiter controlled mode"}
		}
		connected, heard := false, false
		for name, c := range set.seen {
			if name != member {
				connected = true
				heard = heard || c.last.After(asked)
			}
		}
		switch {
		case heard:
			set.state = tokenLeft
			return Answer{Reason: "the arbiter is still connected to the primary"}
		case !connected, time.Since(asked) >= set.times.QoS():
			set.state = tokenTaken
			return Answer{OK: true}
		}
		pause := set.times.Beat() / 4
		a.mu.Unlock()
		time.Sleep(pause)
		a.mu.Lock()
	}
}

// othersConnected says whether another member of the set answers within QoS.
func (a *arbiter) othersConnected(set *contacts, except string) bool {
	for name, c := range set.seen {
		if name != except && time.Since(c.last) < set.times.QoS() {
			return true
		}
	}
	return false
}
