//go:build linux

package live_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// stand replaces a gateway by one that answers by a handler; the handler may pass
// requests on to the gateway's own.
func (g *gateway) stand(t *testing.T, handler http.HandlerFunc, settings ...func(*http.Server)) {
	t.Helper()
	g.kill()
	var listener net.Listener
	eventually(t, 5*time.Second, "the port of "+g.name+" is free", func() bool {
		var err error
		listener, err = net.Listen("tcp", g.address)
		return err == nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler: handler, BaseContext: func(net.Listener) context.Context { return ctx },
		IdleTimeout: apacheKeepAlive, MaxHeaderBytes: 256 << 10,
	}
	for _, set := range settings {
		set(server)
	}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() {
		cancel()
		server.Close()
	})
}

// apacheKeepAlive is KeepAliveTimeout where nothing sets it.
const apacheKeepAlive = 5 * time.Second

// workers are what Apache lets a gateway answer at a time: MaxRequestWorkers where
// nothing sets it.
const workers = 150

// bounded has every gateway of a lab answer so many requests at a time as Apache has
// workers. A request that finds none waits, and is answered even where its client has
// gone meanwhile: Apache does not know.
func (l *liveLab) bounded(t *testing.T) {
	t.Helper()
	for _, g := range l.gateways {
		free := make(chan struct{}, workers)
		g.stand(t, func(w http.ResponseWriter, r *http.Request) {
			free <- struct{}{}
			defer func() { <-free }()
			g.ServeHTTP(w, r)
		})
	}
}

// broken has a gateway answer 503 to everything, as one does that lost its module or
// its configuration.
func broken(t *testing.T, g *gateway) {
	g.stand(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	})
}

// slow has a gateway take two seconds for everything, longer than a health check has.
func slow(t *testing.T, g *gateway) {
	g.stand(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Second)
		g.ServeHTTP(w, r)
	})
}

// watch has a gateway serve as before, without a limit of its own for idle connections,
// and reports how long each was idle when nginx closed it.
func (g *gateway) watch(t *testing.T, ends chan<- time.Duration) {
	t.Helper()
	var mutex sync.Mutex
	idle := map[net.Conn]time.Time{}
	g.stand(t, g.ServeHTTP, func(s *http.Server) {
		s.IdleTimeout = 0
		s.ConnState = func(conn net.Conn, state http.ConnState) {
			mutex.Lock()
			defer mutex.Unlock()
			switch since, was := idle[conn]; {
			case state == http.StateIdle:
				idle[conn] = time.Now()
			case state == http.StateActive:
				delete(idle, conn)
			case state == http.StateClosed && was:
				ends <- time.Since(since)
			}
		}
	})
}
