//go:build linux

package live_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// A reply is what an HTTP client saw of nginx.
type reply struct {
	status int // 0 where there was no answer within the client's patience
	body   string
	header http.Header
	took   time.Duration
}

// send makes one request on a connection of its own.
func (l *liveLab) send(method, target, body string, patience time.Duration, header ...string) reply {
	begin := time.Now()
	request, err := http.NewRequest(method, "http://"+l.web()+target, strings.NewReader(body))
	if err != nil {
		return reply{took: time.Since(begin)}
	}
	request.Host = "lab.example:8000"
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true,
		MaxResponseHeaderBytes: 256 << 10}}
	answer, err := client.Do(request)
	if err != nil {
		return reply{took: time.Since(begin)}
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return reply{took: time.Since(begin)}
	}
	return reply{answer.StatusCode, string(content), answer.Header, time.Since(begin)}
}

func (l *liveLab) get(target string) reply { return l.send("GET", target, "", 20*time.Second) }

// stream sends a GET every interval, each on its own, and returns the replies in
// the order of the requests.
func (l *liveLab) stream(target string, interval, patience, length time.Duration) []reply {
	list := make([]reply, int(length/interval))
	var all sync.WaitGroup
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for i := range list {
		all.Go(func() { list[i] = l.send("GET", target, "", patience) })
		<-tick.C
	}
	all.Wait()
	return list
}

// failed counts the replies that are not 200, and returns the slowest that is.
func failed(list []reply) (lost int, slowest time.Duration) {
	for _, r := range list {
		if r.status != http.StatusOK {
			lost++
		} else {
			slowest = max(slowest, r.took)
		}
	}
	return lost, slowest
}

// through counts which gateway each reply came through.
func through(list []reply) map[string]int {
	by := map[string]int{}
	for _, r := range list {
		first, _, _ := strings.Cut(r.body, "\n")
		_, gateway, _ := strings.Cut(first, " through ")
		by[gateway]++
	}
	return by
}

// raw sends a request line that no HTTP library would, and returns the status.
func (l *liveLab) raw(t *testing.T, requestLine string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", l.web(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, requestLine+" HTTP/1.1\r\nHost: lab.example\r\nConnection: "+
		"close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(line)[1]
}
