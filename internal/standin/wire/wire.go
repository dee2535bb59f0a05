// Package wire is how stand-ins talk to each other: lines of JSON over TCP, one
// message a line, at the very addresses that the artifacts give. It is no protocol
// of the product; only who connects to whom, and where, is the product's.
package wire

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// A Network is what a stand-in sees of the world. Tests put cables in between that
// can be cut.
type Network interface {
	// Dial connects to "host:port" or fails within the time-out.
	Dial(address string, timeout time.Duration) (net.Conn, error)
	// Listen accepts connections to a port on every address of this host.
	Listen(port int) (net.Listener, error)
}

// Host is the network of this process.
type Host struct{}

// Dial connects with TCP.
func (Host) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}

// Listen listens on all addresses.
func (Host) Listen(port int) (net.Listener, error) {
	return net.Listen("tcp", ":"+strconv.Itoa(port))
}

// longest is the longest message that is read, in bytes: a snapshot of everything
// that a mirror holds is a few kilobytes.
const longest = 1 << 20

// ErrTooLong is the end of a connection that sends longer lines than any message.
var ErrTooLong = errors.New("the line is too long")

// A Conn carries messages. Reading and writing may go on at the same time, each in
// one goroutine; Send may be called from several.
type Conn struct {
	net.Conn
	reader  *bufio.Reader
	sending sync.Mutex
}

// New takes over a connection.
func New(c net.Conn) *Conn { return &Conn{Conn: c, reader: bufio.NewReaderSize(c, 1024)} }

// Dial connects to an address of the network.
func Dial(n Network, address string, timeout time.Duration) (*Conn, error) {
	c, err := n.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	return New(c), nil
}

// Remote is the address of the other side, without its port.
func (c *Conn) Remote() string {
	host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
	return host
}

// Line reads a line without its end, within the time-out; 0 is for ever.
func (c *Conn) Line(timeout time.Duration) ([]byte, error) {
	c.SetReadDeadline(deadline(timeout))
	var line []byte
	for {
		part, err := c.reader.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > longest {
			return nil, ErrTooLong
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return trimEnd(line), nil
	}
}

func trimEnd(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// Receive reads a message within the time-out; 0 is for ever.
func (c *Conn) Receive(message any, timeout time.Duration) error {
	line, err := c.Line(timeout)
	if err != nil {
		return err
	}
	return json.Unmarshal(line, message)
}

// Send writes a message within the time-out; 0 is for ever.
func (c *Conn) Send(message any, timeout time.Duration) error {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err) // every message is a plain struct
	}
	return c.SendLine(line, timeout)
}

// SendLine writes a line within the time-out; 0 is for ever.
func (c *Conn) SendLine(line []byte, timeout time.Duration) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.SetWriteDeadline(deadline(timeout))
	_, err := c.Write(append(line, '\n'))
	return err
}

// Ask connects, sends a request and reads the answer, all within the time-out.
func Ask(n Network, address string, request, answer any, timeout time.Duration) error {
	end := time.Now().Add(timeout)
	c, err := Dial(n, address, timeout)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Send(request, time.Until(end)); err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if err := c.Receive(answer, max(time.Until(end), time.Millisecond)); err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	return nil
}

// Address joins a host and a port.
func Address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func deadline(timeout time.Duration) time.Time {
	if timeout <= 0 {
		return time.Time{}
	}
	return time.Now().Add(timeout)
}
