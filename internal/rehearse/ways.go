package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ways lead from this host to ports of Services, by kubectl port-forward, whichever pod is
// behind them.
type ways struct {
	end   context.CancelFunc
	group sync.WaitGroup

	mu     sync.Mutex
	ports  map[int]int       // port of this host, by port of an endpoint
	opened map[int]time.Time // when the way was last opened anew, by port of an endpoint
	routes []*route          // those that are open
}

// A route is what one kubectl forwards to, one of a service's pods.
type route struct {
	pods []string // those of the service when it was opened
	end  context.CancelFunc
}

// waysLimit is how long a way may take to open, and lookAgain how often pods are looked at.
const (
	waysLimit = 20 * time.Second
	lookAgain = 2 * time.Second
)

// open makes a way to each port that an endpoint has.
func (s *clusterSite) open(ctx context.Context) error {
	s.ways.close()
	ctx, end := context.WithCancel(context.WithoutCancel(ctx)) // clear ends it
	s.ways = &ways{end: end, ports: map[int]int{}, opened: map[int]time.Time{}}
	var missing []int
	for _, service := range s.plan.Services {
		for _, port := range service.Ports {
			here, err := freePort()
			if err != nil {
				return err
			}
			local := s.plan.LocalPort(service.Name, port.Host)
			s.ways.ports[local] = here
			missing = append(missing, local)
			s.ways.group.Go(func() { s.keepOpen(ctx, service.Name, port.Host, here) })
		}
	}
	s.ways.group.Go(func() { s.endStale(ctx) })
	deadline := time.Now().Add(waysLimit)
	for _, port := range missing {
		for {
			conn, err := net.DialTimeout("tcp", s.at(port), time.Second)
			if err == nil {
				conn.Close()
				break
			}
			if time.Now().After(deadline) || ctx.Err() != nil {
				return fmt.Errorf("kubectl port-forward opens no way to port %d: %w", port, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// freePort is a port of this host that nothing listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

// endStale ends routes whose pods are all gone, until ctx is done. kubectl does so itself, but not
// always: where a node is drained it may go on listening, and connections are never answered.
func (s *clusterSite) endStale(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAgain):
		}
		pods, err := s.pods(ctx)
		if err != nil {
			continue
		}
		s.ways.mu.Lock()
		for _, r := range s.ways.routes {
			if !r.leads(pods) {
				r.end()
			}
		}
		s.ways.mu.Unlock()
	}
}

// leads reports whether one of a route's pods is still there.
func (r *route) leads(pods []pod) bool {
	return slices.ContainsFunc(pods, func(p pod) bool { return slices.Contains(r.pods, p.name) })
}

// route notes that a way to a service is opened, and returns with what it ends.
func (s *clusterSite) route(ctx context.Context, service string) (context.Context, func()) {
	ctx, end := context.WithCancel(ctx)
	r := &route{end: end}
	pods, err := s.pods(ctx)
	pods = slices.DeleteFunc(pods, func(p pod) bool { return p.service != service })
	staying := slices.ContainsFunc(pods, func(p pod) bool { return !p.leaving })
	for _, p := range pods {
		if !staying || !p.leaving { // kubectl takes one that leaves where there is no other
			r.pods = append(r.pods, p.name)
		}
	}
	if err != nil || len(r.pods) == 0 { // kubectl fails as well, or finds one that has just come
		return ctx, end
	}
	s.ways.mu.Lock()
	defer s.ways.mu.Unlock()
	s.ways.routes = append(s.ways.routes, r)
	return ctx, func() {
		end()
		s.ways.mu.Lock()
		defer s.ways.mu.Unlock()
		s.ways.routes = slices.DeleteFunc(s.ways.routes, func(other *route) bool { return other == r })
	}
}

// keepOpen forwards a port until ctx is done. kubectl ends with the pod that it has found.
func (s *clusterSite) keepOpen(ctx context.Context, service string, port, here int) {
	for ctx.Err() == nil {
		open, end := s.route(ctx, service)
		command := s.kubectl.command(open, "kubectl", "--namespace", s.namespace(), "port-forward", "service/"+service,
			fmt.Sprintf("%d:%d", here, port))
		said := &forwardOutput{opened: func() {
			s.ways.mu.Lock()
			s.ways.opened[s.plan.LocalPort(service, port)] = time.Now()
			s.ways.mu.Unlock()
		}}
		command.Stdout = said
		err := command.Run()
		end()
		if errors.Is(err, exec.ErrNotFound) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// forwardOutput notices when kubectl says that it listens.
type forwardOutput struct {
	opened func()
	once   sync.Once
}

func (f *forwardOutput) Write(text []byte) (int, error) {
	if strings.Contains(string(text), "Forwarding from ") {
		f.once.Do(f.opened)
	}
	return len(text), nil
}

// at is a way's end on this host, by the port that the lab's endpoints have.
func (s *clusterSite) at(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ways.ports[port]))
}

func (s *clusterSite) opened(port int) time.Time {
	s.ways.mu.Lock()
	defer s.ways.mu.Unlock()
	return s.ways.opened[port]
}

// close ends all ways; there may be none.
func (w *ways) close() {
	if w == nil || w.end == nil {
		return
	}
	w.end()
	w.group.Wait()
	w.end = nil
}
