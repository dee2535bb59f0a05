package rehearse

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// A client has a connection for each request, and ends it itself: the server is not asked to, and
// sees its end.
func TestOneByOne(t *testing.T) {
	var mu sync.Mutex
	made, ended, asked := 0, make(chan bool, 10), false
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = asked || r.Close
		io.WriteString(w, r.URL.Path)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch state {
		case http.StateNew:
			made++
		case http.StateClosed:
			ended <- true
		}
	}
	server.StartTLS()
	defer server.Close()
	l := &rehearsedLab{trust: x509.NewCertPool()}
	l.trust.AddCert(server.Certificate())
	client := l.webClient(10 * time.Second)
	for _, path := range []string{"/a", "/b", "/c"} {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || string(body) != path {
			t.Errorf("%v: %q", err, body)
		}
		response.Body.Close()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the connection is still there", path)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if made != 3 || asked {
		t.Errorf("%d connections; the server was asked to end them: %v", made, asked)
	}
}
