package wire

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

type message struct{ Text string }

// pair is a connection, both ends.
func pair(t *testing.T) (a, b *Conn) {
	t.Helper()
	x, y := net.Pipe()
	t.Cleanup(func() { x.Close(); y.Close() })
	return New(x), New(y)
}

func TestMessages(t *testing.T) {
	a, b := pair(t)
	go func() {
		a.Send(message{"one\ntwo"}, time.Second) // a newline within is escaped
		a.Write([]byte("{\"Text\":\"three\"}\r\n"))
	}()
	for _, want := range []string{"one\ntwo", "three"} {
		var got message
		if err := b.Receive(&got, time.Second); err != nil || got.Text != want {
			t.Errorf("%q, %v; want %q", got.Text, err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	a, b := pair(t)
	if _, err := b.Line(10 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing came, and reading it says %v", err)
	}
	long := strings.Repeat("x", 64<<10)
	go func() {
		for range longest/len(long) + 2 {
			if _, err := a.Write([]byte(long)); err != nil {
				return
			}
		}
	}()
	if _, err := b.Line(10 * time.Second); !errors.Is(err, ErrTooLong) {
		t.Errorf("a line without end: %v", err)
	}
	b.Close()
	if err := a.Send(message{}, time.Second); err == nil {
		t.Error("sending to a closed connection succeeds")
	}
}

func TestAsk(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for first := true; ; first = false {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if conn := New(c); first {
				var m message
				conn.Receive(&m, time.Second)
				conn.Send(message{m.Text + "!"}, time.Second)
			}
			defer c.Close() // the second is never answered
		}
	}()
	var answer message
	if err := Ask(Host{}, l.Addr().String(), message{"hello"}, &answer, time.Second); err != nil ||
		answer.Text != "hello!" {
		t.Errorf("%q, %v", answer.Text, err)
	}
	began := time.Now()
	err = Ask(Host{}, l.Addr().String(), message{"hello"}, &answer, 50*time.Millisecond)
	if !errors.Is(err, os.ErrDeadlineExceeded) || !strings.HasPrefix(err.Error(), l.Addr().String()) {
		t.Errorf("no answer: %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it waited for %v", took)
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]float64{"": 1, "0.1": 0.1, "2": 2} {
		if got, err := ParseScale(text); err != nil || got.Scale != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"0", "-1", "NaN", "101", "x"} {
		if _, err := ParseScale(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	// GHA: quality of service time-out 8 s, trouble time-out twice that.
	full, tenth := Times{Scale: 1}, Times{Scale: 0.1}
	if full.QoS() != 8*time.Second || full.Trouble() != 16*time.Second || tenth.QoS() != 800*time.Millisecond {
		t.Errorf("%v %v %v", full.QoS(), full.Trouble(), tenth.QoS())
	}
	if beat := tenth.Beat(); beat*4 > tenth.QoS() {
		t.Errorf("a beat every %v is not often enough for %v", beat, tenth.QoS())
	}
}
