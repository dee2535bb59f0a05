//go:build linux

package live_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// A socket is a WebSocket through nginx to an application that echoes lines.
type socket struct {
	net.Conn
	reader *bufio.Reader
}

// webSocket opens one, and keeps it until the test ends.
func (l *liveLab) webSocket(t *testing.T) *socket {
	t.Helper()
	conn, err := net.DialTimeout("tcp", l.web(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &socket{conn, bufio.NewReader(conn)}
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(conn, "GET /ap1/csp/mirrorns/socket HTTP/1.1\r\nHost: lab.example\r\n"+
		"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n")
	answer, err := http.ReadResponse(s.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d, want 101", answer.StatusCode)
	}
	return s
}

// echo sends a line and waits for it to come back.
func (s *socket) echo(line string) error {
	_ = s.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintf(s, "%s\n", line); err != nil {
		return err
	}
	back, err := s.reader.ReadString('\n')
	if err == nil && back != "echo "+line+"\n" {
		err = fmt.Errorf("%q came back", back)
	}
	return err
}

// end waits for the end of the socket and returns its error, nil where it lives on.
func (s *socket) end(within time.Duration) error {
	_ = s.SetDeadline(time.Now().Add(within))
	_, err := s.reader.ReadByte()
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		return nil
	}
	return err
}
