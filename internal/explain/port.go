package explain

import (
	"fmt"
	"strings"

	"mirrorgen/internal/plan"
)

// portArguments are the arguments that publish a service's port, by the port inside.
var portArguments = map[int][]string{
	plan.HTTPPort: {"http_port"}, plan.WebServerPort: {"web_port"}, plan.StatsPort: {"stats_port"},
	plan.SuperserverPort: {"superserver_port"},
}

// port explains a host port, and the ports inside containers of that number.
func (l *Lab) port(number int) []Answer {
	var answers []Answer
	for _, s := range l.Plan.Services {
		for _, p := range s.Ports {
			if p.Host == number {
				answers = append(answers, l.hostPort(s, p))
			}
		}
	}
	inside := l.peers(func(c *plan.Connection) bool { return c.From != "" && c.Port == number })
	if len(inside) > 0 {
		over := map[string]bool{}
		var protocols []string
		for _, c := range inside {
			if !over[c.Over] {
				over[c.Over] = true
				protocols = append(protocols, c.Over)
			}
		}
		answers = append(answers, Answer{
			Subject: fmt.Sprintf("port inside containers: %s", strings.Join(protocols, ", ")),
			Facts:   []Fact{{"the product's own, the same in every lab", nil}}, Peers: inside,
		})
	}
	for _, h := range l.Plan.HAProxy {
		for _, listener := range h.Listeners {
			if listener.Port == number {
				answers = append(answers, Answer{
					Subject: fmt.Sprintf("port inside the container of %s, for the primary of mirror %s", h.Name,
						listener.Mirror.Name),
					Facts: []Fact{{"handed out to the mirrors of a haproxy in their order, or kept by the lock file",
						nil}},
					Lines: l.findPort(number, "haproxy"),
				})
			}
		}
	}
	return answers
}

// hostPort explains a published port.
func (l *Lab) hostPort(s *plan.Service, p plan.Port) Answer {
	answer := Answer{
		Subject: fmt.Sprintf("host port: %s, published on %s by %s (port %d inside)", p.Purpose, l.Plan.PublishAddress,
			s.Name, p.Container),
		Peers: l.peers(func(c *plan.Connection) bool { return c.From == "" && c.To == s.Name && c.Port == p.Host }),
	}
	if mirror := l.servedOn(s, p, ofPrimaries); mirror != "" {
		answer.Subject = fmt.Sprintf("host port: superserver of the primary of mirror %s, published on %s by %s (port "+
			"%d inside)", mirror, l.Plan.PublishAddress, s.Name, p.Container)
		answer.Facts, answer.Lines = l.whyArgument("mirror", mirror, "superserver_port")
		answer.Peers = append(answer.Peers, l.peers(func(c *plan.Connection) bool {
			return c.From == s.Name && strings.Contains(c.Purpose, " of "+mirror+",")
		})...)
	} else if mirror := l.servedOn(s, p, ofReporting); mirror != "" {
		answer.Facts, answer.Lines = l.whyArgument("mirror", mirror, "reporting_port")
	} else {
		arguments := portArguments[p.Container]
		if s.Kind == plan.KindContainer {
			arguments = []string{"ports"}
		}
		for _, argument := range arguments {
			answer.Facts, answer.Lines = l.whyArgument(string(s.Kind), s.Name, argument)
		}
	}
	if answer.Facts == nil {
		answer.Facts = []Fact{{"given by raw compose keys", l.argumentRange(string(s.Kind), s.Name, "compose")}}
	}
	if answer.Lines == nil {
		answer.Lines = l.findPort(p.Host, "compose")
	}
	return answer
}

// servedOn is the mirror that a haproxy serves on a port with one of its listeners, those of
// primaries or of reporting members; "" where none does.
func (l *Lab) servedOn(s *plan.Service, p plan.Port, listeners func(*plan.HAProxy) []*plan.Listener) string {
	for _, h := range l.Plan.HAProxy {
		for _, listener := range listeners(h) {
			if h.Service == s && listener.Host == p.Host {
				return listener.Mirror.Name
			}
		}
	}
	return ""
}

func ofPrimaries(h *plan.HAProxy) []*plan.Listener { return h.Listeners }
func ofReporting(h *plan.HAProxy) []*plan.Listener { return h.Reporting }

// findPort finds a port in the artifacts whose path has a word.
func (l *Lab) findPort(number int, path string) []Line {
	var lines []Line
	for _, line := range l.find(fmt.Sprint(number)) {
		if strings.Contains(line.Path, path) {
			lines = append(lines, line)
		}
	}
	return lines
}

// path explains a path on the gateways.
func (l *Lab) path(path string) []Answer {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	var answers []Answer
	for _, i := range l.Plan.Instances {
		if i.Name != first {
			continue
		}
		answers = append(answers, Answer{
			Subject: fmt.Sprintf("path on the gateways to %s, whatever its role is", l.described(i.Service)),
			Facts: []Fact{{"every gateway has a path for each instance that it knows, named after the service",
				l.nameRange(string(i.Kind), i.Name)}},
			Peers: l.peers(func(c *plan.Connection) bool {
				return c.To == i.Name && strings.HasPrefix(c.Purpose, "requests to /"+i.Name)
			}),
			Lines: l.find("/" + i.Name),
		})
	}
	for _, m := range l.Plan.Mirrors {
		if m.Name != first {
			continue
		}
		answers = append(answers, Answer{
			Subject: fmt.Sprintf("path on the gateways to the primary of mirror %s, whichever member that is", m.Name),
			Facts: []Fact{{"every gateway has a path for each mirror that it knows, named after it and mirror-aware",
				l.nameRange("mirror", m.Name)}},
			Peers: l.peers(func(c *plan.Connection) bool {
				return strings.Contains(c.Purpose, "to /"+m.Name+" while")
			}),
			Lines: l.find("/" + m.Name),
		})
	}
	if first == "csp" {
		answers = append(answers, l.named("default_server")...)
	}
	return answers
}
