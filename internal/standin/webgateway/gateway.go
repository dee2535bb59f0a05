package webgateway

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"mirrorgen/internal/standin/iris"
	"mirrorgen/internal/standin/wire"
)

// A Gateway serves HTTP.
type Gateway struct {
	Network wire.Network
	Times   wire.Times
	Out     io.Writer
	// workers has a place for each request that is answered at a time; nil for any number.
	workers chan struct{}
	config  config
	mu      sync.Mutex
	members map[string][]string  // of mirror-aware servers: superservers, the last primary first
	failing map[string]time.Time // servers of which none answered, and when one was asked last
}

// New reads CSP.ini.
func New(network wire.Network, times wire.Times, ini string, out io.Writer) (*Gateway, error) {
	g := &Gateway{Network: network, Times: times, Out: out, config: parse(ini), members: map[string][]string{},
		failing: map[string]time.Time{}}
	return g, g.config.check()
}

// DefaultWorkers is how many requests Apache answers at a time as it is delivered
// (MaxRequestWorkers of the image's configuration). Those beyond wait.
const DefaultWorkers = 150

// Run serves a port until the process ends. CSP.conf must be there and switch the
// gateway on. workers is how many requests are answered at a time, in decimal; "" for
// DefaultWorkers.
func Run(ini, conf, workers string, times wire.Times, port int, out io.Writer) error {
	content, err := os.ReadFile(ini)
	if err != nil {
		return fmt.Errorf("ISC_CSP_INI_FILE: %w", err)
	}
	if _, err := os.Stat(conf); err != nil {
		return fmt.Errorf("ISC_CSP_CONF_FILE: %w", err)
	}
	g, err := New(wire.Host{}, times, string(content), out)
	if err != nil {
		return err
	}
	if g.workers, err = parseWorkers(workers); err != nil {
		return err
	}
	l, err := g.Network.Listen(port)
	if err != nil {
		return err
	}
	return http.Serve(l, g)
}

func parseWorkers(text string) (chan struct{}, error) {
	if text == "" {
		return make(chan struct{}, DefaultWorkers), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 20_000 {
		return nil, fmt.Errorf("MaxRequestWorkers %q: give a number from 1 to 20000", text)
	}
	return make(chan struct{}, n), nil
}

// ServeHTTP answers a request, once there is a worker for it, and logs it as Apache does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.workers != nil {
		select {
		case g.workers <- struct{}{}:
			defer func() { <-g.workers }()
		case <-r.Context().Done():
			return
		}
	}
	response := g.answer(r)
	iris.Write(w, response)
	user, _, _ := r.BasicAuth()
	if user == "" {
		user = "-"
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	fmt.Fprintf(g.Out, "%s - %s [%s] \"%s %s %s\" %d %d\n", host, user, time.Now().Format("02/Jan/2006:15:04:05 -0700"),
		r.Method, r.URL.RequestURI(), r.Proto, response.Status, len(response.Body))
}

func (g *Gateway) answer(r *http.Request) iris.Response {
	if r.URL.Path == "/csp/bin/Systems/Module.cxw" {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		if !g.config.manager(host) {
			return iris.Response{Status: http.StatusForbidden, Type: "text/plain", Body: "You are not authorized to " +
				"use this facility"}
		}
		return iris.Response{Status: http.StatusOK, Type: "text/html", Body: "<html><title>Web Gateway " +
			"Management</title></html>"}
	}
	path, enabled := g.config.path(r.URL.Path)
	if !enabled {
		return iris.Response{Status: http.StatusNotFound, Type: "text/plain", Body: "no application path leads " +
			"anywhere for " + r.URL.Path}
	}
	server := g.config["APP_PATH:"+path]["Default_Server"]
	user, password, login := r.BasicAuth()
	request := iris.Request{Method: r.Method, Path: r.URL.Path, User: user, Password: password, Login: login}
	response, err := g.pass(r, server, request)
	if err != nil {
		// The gateway's own error page (observed: 500).
		return iris.Response{Status: http.StatusInternalServerError, Type: "text/plain", Body: "Web Gateway: server " +
			server + ": " + err.Error()}
	}
	return response
}

var errDenied = errors.New("the server refuses the gateway")

// pass hands a request to a server. One that is down makes it wait until
// Server_Response_Timeout, also while a mirror-aware one looks for the primary (GCGI).
func (g *Gateway) pass(r *http.Request, server string, request iris.Request) (iris.Response, error) {
	limit := time.NewTimer(g.config.timeout(server))
	defer limit.Stop()
	last := errors.New("no answer")
	for {
		candidates := g.candidates(server)
		for _, address := range candidates {
			response, err := g.ask(server, address, request)
			if err == nil || errors.Is(err, errDenied) {
				g.answered(server)
				return response, err
			}
			last = err
		}
		if len(candidates) > 0 {
			g.failed(server)
		}
		select {
		case <-limit.C:
			//lint:ignore ST1005 the page says it in the gateway's own words
			return iris.Response{}, fmt.Errorf("Server Availability Error (%w)", last)
		case <-r.Context().Done():
			return iris.Response{}, r.Context().Err()
		case <-time.After(pause):
		}
	}
}

// pause is how long the gateway waits before it asks a server again that did not answer.
const pause = 200 * time.Millisecond

// failed notes that nobody answers for a server.
func (g *Gateway) failed(server string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failing[server] = time.Now()
}

// answered notes that a server has answered.
func (g *Gateway) answered(server string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failing, server)
}

// candidates are the superservers that are asked for a request. While a server does not
// answer there are none most of the time: of all the requests that wait for it, one at a
// time looks. A handshake for each would take more of the host than the lab has.
func (g *Gateway) candidates(server string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if since, failing := g.failing[server]; failing {
		if time.Since(since) < pause {
			return nil
		}
		g.failing[server] = time.Now()
	}
	s := g.config[server]
	given := net.JoinHostPort(s["Ip_Address"], s["TCP_Port"])
	list := slices.Clone(g.members[server])
	if !slices.Contains(list, given) {
		list = append(list, given)
	}
	return list
}

// ask asks one instance. A mirror-aware server learns the other members from it, and
// remembers which one is primary.
func (g *Gateway) ask(server, address string, request iris.Request) (iris.Response, error) {
	timeout := time.Second
	c, err := g.dial(server, address, timeout)
	if err != nil {
		return iris.Response{}, err
	}
	defer c.Close()
	aware := g.config[server]["Mirror_Aware"] == "1"
	var answer iris.Greeting
	err = c.Send(iris.Program{Do: "gateway", User: g.config[server]["Username"], Password: g.config.password(server),
		Mirror: aware}, timeout)
	if err == nil {
		err = c.Receive(&answer, timeout)
	}
	if err != nil {
		return iris.Response{}, err
	}
	if !answer.OK {
		return iris.Response{}, fmt.Errorf("%w: %s", errDenied, answer.Reason)
	}
	if aware {
		g.learn(server, address, answer)
		if !answer.Primary {
			return iris.Response{}, errors.New("no member of the mirror is primary")
		}
	}
	var response iris.Response
	limit := g.config.timeout(server)
	if err = c.Send(request, limit); err == nil {
		err = c.Receive(&response, limit)
	}
	return response, err
}

func (g *Gateway) dial(server, address string, timeout time.Duration) (*wire.Conn, error) {
	t, secured, err := g.config.tls(server)
	if err != nil {
		return nil, err
	}
	if !secured {
		return wire.Dial(g.Network, address, timeout)
	}
	c, _, err := wire.DialTLS(g.Network, address, "", t, timeout)
	if err != nil {
		fmt.Fprintf(g.Out, "server [%s] at %s: %v\n", server, address, err)
	}
	return c, err
}

func (g *Gateway) learn(server, address string, answer iris.Greeting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := answer.Members
	if answer.Primary {
		list = append([]string{address}, slices.DeleteFunc(slices.Clone(list),
			func(a string) bool { return a == address })...)
	}
	g.members[server] = list
}
