package mirror

import (
	"errors"
	"sync"
	"time"

	"mirrorgen/internal/standin/wire"
)

// An arbiterLink is a failover member's connection to the arbiter (GHA: outgoing, to
// the arbiter's address and port).
type arbiterLink struct {
	env     Env
	address string
	hello   Request
	quit    chan struct{}

	asking sync.Mutex // one question at a time
	mu     sync.Mutex
	conn   *wire.Conn
}

func newArbiterLink(env Env, table Table, self string, quit chan struct{}) *arbiterLink {
	return &arbiterLink{
		env: env, address: table.Arbiter, quit: quit,
		hello: Request{Do: doArbiter, Set: table.Set, GUID: table.GUID, Member: self,
			QoS: table.QoS},
	}
}

var errNoArbiter = errors.New("not connected to the arbiter")

func (l *arbiterLink) connected() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil
}

// run keeps the connection up while it is wanted.
func (l *arbiterLink) run(wanted func() bool) {
	if l.address == "" {
		return
	}
	beat := time.NewTicker(l.env.Times.Beat())
	defer beat.Stop()
	for {
		switch {
		case !wanted():
			l.drop()
		case l.connected():
			l.ask(Request{Do: doPing}, l.env.Times.QoS())
		default:
			l.connect()
		}
		select {
		case <-l.quit:
			l.drop()
			return
		case <-beat.C:
		}
	}
}

func (l *arbiterLink) connect() {
	c, err := wire.Dial(l.env.Network, l.address, l.env.Times.Connect())
	if err != nil {
		return
	}
	var answer Answer
	timeout := l.env.Times.QoS()
	if c.Send(l.hello, timeout) != nil || c.Receive(&answer, timeout) != nil || !answer.OK {
		c.Close()
		return
	}
	l.mu.Lock()
	l.conn = c
	l.mu.Unlock()
	l.env.Log("connected to the arbiter %s", l.address)
}

func (l *arbiterLink) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// ask asks the arbiter; an answer that does not come in time ends the connection.
func (l *arbiterLink) ask(r Request, timeout time.Duration) (Answer, error) {
	l.asking.Lock()
	defer l.asking.Unlock()
	l.mu.Lock()
	c := l.conn
	l.mu.Unlock()
	if c == nil {
		return Answer{}, errNoArbiter
	}
	var answer Answer
	err := c.Send(r, timeout)
	if err == nil {
		err = c.Receive(&answer, timeout)
	}
	if err != nil {
		l.env.Log("lost the arbiter %s: %v", l.address, err)
		l.drop()
		return Answer{}, err
	}
	return answer, nil
}
