package rehearse

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// session is a client's connection to a stand-in's superserver, which besides what
// gateways speak understands lines: WHO, WAS, WRITE TEXT.
type session struct {
	conn   net.Conn
	reader *bufio.Reader
}

// sessionLimit is how long a client waits for one answer.
const sessionLimit = 3 * time.Second

// openSession connects to "host:port", with TLS where superservers take it: as a client on
// the host would, who knows the lab by its host name and trusts its authority.
func (l *rehearsedLab) openSession(ctx context.Context, address string) (*session, error) {
	dialer := net.Dialer{Timeout: sessionLimit}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if l.trust != nil && l.plan.TLS.Superserver > 0 {
		secured := tls.Client(conn, &tls.Config{RootCAs: l.trust, ServerName: l.plan.Host})
		conn.SetDeadline(time.Now().Add(sessionLimit))
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		conn.SetDeadline(time.Time{})
		conn = secured
	}
	return &session{conn, bufio.NewReader(conn)}, nil
}

func (s *session) close() { s.conn.Close() }

// say sends a line and returns the words of the answer.
func (s *session) request(line string) ([]string, error) {
	s.conn.SetDeadline(time.Now().Add(sessionLimit))
	if _, err := s.conn.Write([]byte(line + "\n")); err != nil {
		return nil, err
	}
	answer, err := s.reader.ReadString('\n')
	if err != nil {
		return nil, err
	}
	return strings.Fields(answer), nil
}

// who is the member at the other end, and its mirror status now, such as "Primary" or
// "In Trouble".
func (s *session) who() (member, status string, err error) {
	words, err := s.request("WHO")
	if err != nil {
		return "", "", err
	}
	if len(words) < 2 {
		return "", "", fmt.Errorf("the superserver answered %q", strings.Join(words, " "))
	}
	return words[0], strings.Join(words[1:], " "), nil
}

// was is how long ago the member at the other end was primary last, by its own clock;
// ever is false where it was not since its container started.
func (s *session) was() (ago time.Duration, ever bool, err error) {
	words, err := s.request("WAS")
	switch {
	case err != nil:
		return 0, false, err
	case len(words) == 2 && words[1] == "never":
		return 0, false, nil
	case len(words) == 2:
		if ms, err := strconv.ParseInt(words[1], 10, 64); err == nil {
			return time.Duration(ms) * time.Millisecond, true, nil
		}
	}
	return 0, false, fmt.Errorf("the superserver answered %q", strings.Join(words, " "))
}

// A receipt is what became of a write: the member that answered, whether it accepted
// it, and then its number in the mirror's journal.
type receipt struct {
	member   string
	accepted bool
	position int64
	reason   string
}

// write writes to the mirrored database.
func (s *session) write(text string) (receipt, error) {
	words, err := s.request("WRITE " + text)
	if err != nil {
		return receipt{}, err
	}
	if len(words) >= 3 && words[0] == "OK" {
		position, err := strconv.ParseInt(words[2], 10, 64)
		if err == nil {
			return receipt{member: words[1], accepted: true, position: position}, nil
		}
	}
	if len(words) >= 2 && words[0] == "NO" {
		return receipt{member: words[1], reason: strings.Join(words[2:], " ")}, nil
	}
	return receipt{}, fmt.Errorf("the superserver answered %q", strings.Join(words, " "))
}

// askSuperserver opens a session at a JDBC endpoint and asks who answers.
func (l *rehearsedLab) askSuperserver(ctx context.Context, e plan.Endpoint, roles map[string]role) Check {
	members := []string{l.answering(e.Target, roles)}
	if e.Note == plan.NoteReporting {
		members = l.reporting(e.Target)
	}
	for i, member := range members {
		members[i] = l.hostName(member)
	}
	c := Check{Expected: fmt.Sprintf("%s %s leads to %s", e.Kind, e.URL, strings.Join(members, " or "))}
	_, rest, _ := strings.Cut(e.URL, "://")
	hostPort, _, _ := strings.Cut(rest, "/")
	_, text, err := net.SplitHostPort(hostPort)
	port, _ := strconv.Atoi(text)
	if err == nil {
		var s *session
		if s, err = l.openSession(ctx, l.site.at(port)); err == nil {
			defer s.close()
			c.Seen, _, err = s.who()
		}
	}
	if err != nil {
		c.Seen = err.Error()
	}
	c.Passed = err == nil && slices.Contains(members, c.Seen)
	return c
}

// reporting are the reporting members of a mirror.
func (l *rehearsedLab) reporting(mirror string) []string {
	var names []string
	for _, m := range l.plan.Mirrors {
		for _, member := range m.Members {
			if m.Name == mirror && member.Reporting() {
				names = append(names, member.Name)
			}
		}
	}
	return names
}
