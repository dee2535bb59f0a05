package rules

import (
	"strconv"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/verify/facts"
)

// checkConnectionBounds: where HAProxy's health checks go through HAProxy itself, they
// find room there whatever clients do, and a gateway that answers errors is not believed
// alone.
func checkConnectionBounds(l *checker) {
	for _, s := range l.Compose.Services {
		h := l.Roles[s].HAProxy
		if h == nil {
			continue
		}
		if health := l.healthSection(h); health != nil {
			l.checkProcessLimit(h, health)
			l.checkSecondQuestion(h, health)
		}
	}
}

// maxconn is the value of a maxconn line of a section alone, 0 where it has none.
func maxconn(s *haproxy.Section) (int, facts.Position) {
	n, at := 0, facts.PositionAt(s.Line, 0)
	for line := range s.Find("maxconn") {
		if len(line.Words) > 1 {
			n, at = facts.Number(line.Words[1]), facts.PositionAt(line.Number, line.Columns[0])
		}
	}
	return n, at
}

// checkProcessLimit: the connections of all sections fit into those of the process, and
// so do the checks.
func (l *checker) checkProcessLimit(h *facts.HAProxyFile, health *facts.Proxy) {
	sum := 0
	for i := range h.Proxies {
		p := &h.Proxies[i]
		if p.Section == health.Section || p.Kind == "backend" {
			continue
		}
		n, at := maxconn(p.Section)
		if n == 0 {
			l.Report(h.File, at, "Clients without a bound",
				"Nothing bounds the connections of "+p.Name+": at the limit of the process HAProxy accepts nothing "+
					"any "+"more, its own health checks included, and every primary goes down.",
				"Give "+p.Name+" a maxconn.")
			return
		}
		sum += n
	}
	for _, s := range h.Sections {
		if s.Kind != "global" {
			continue
		}
		limit, at := maxconn(s)
		if room := limit - sum; limit > 0 && room < len(checkedBy(h)) {
			l.Report(h.File, at, "Health checks without room",
				"The sections of HAProxy may have "+strconv.Itoa(sum)+" connections and the process "+
					strconv.Itoa(limit)+": health checks, which are connections too, find none when all are taken.",
				"Raise the maxconn of global, or lower those of the sections.")
		}
	}
}

// checkSecondQuestion: what a gateway answers by an error is asked of another.
func (l *checker) checkSecondQuestion(h *facts.HAProxyFile, health *facts.Proxy) {
	if len(health.Servers) < 2 {
		return
	}
	for _, status := range [...]string{"500", "502", "503", "504"} {
		if health.Has("retry-on", "all-retryable-errors") {
			return
		}
		found := false
		for line := range health.Find("retry-on") {
			for _, word := range line.Words[1:] {
				found = found || word == status
			}
		}
		if !found {
			l.Report(h.File, facts.PositionAt(health.Line, 0), "Gateway that takes primaries down",
				"A gateway that answers "+status+" to everything is asked about members, and "+health.Name+
					" believes it: every second check takes the primary down.",
				"Add "+status+" to retry-on.")
			return
		}
	}
}

// gatewayWorkers is how many requests a gateway answers at a time: MaxRequestWorkers of
// Apache where nothing sets it.
const gatewayWorkers = 150

// apacheKeepAlive is how long Apache keeps an idle connection, in milliseconds, where
// nothing sets KeepAliveTimeout.
const apacheKeepAlive = 5_000

// checkGatewayBounds: an nginx leaves workers of each gateway to the health checks that
// go through it, and closes idle connections to it before the gateway does.
func checkGatewayBounds(l *checker) {
	asked := l.askedGateways()
	for _, s := range l.Compose.Services {
		n := l.Roles[s].NGINX
		if n == nil {
			continue
		}
		for upstream := range facts.Walk(n.Directives, "upstream") {
			l.checkUpstreamBounds(n, upstream, asked)
		}
	}
}

// askedGateways are the gateways that health checks go through.
func (l *checker) askedGateways() map[*facts.Service]bool {
	asked := map[*facts.Service]bool{}
	for _, s := range l.Compose.Services {
		if h := l.Roles[s].HAProxy; h != nil {
			if health := l.healthSection(h); health != nil {
				for _, server := range health.Servers {
					asked[l.ServiceAt(server.Host)] = true
				}
			}
		}
	}
	return asked
}

func (l *checker) checkUpstreamBounds(n *facts.NGINXFile, upstream *nginx.Directive, asked map[*facts.Service]bool) {
	gateways := false
	var keepalive *nginx.Directive
	idle, idleAt := int64(60_000), facts.Position{}
	for _, d := range upstream.Block {
		at := facts.PositionAt(d.Line, d.Column)
		switch d.Name {
		case "server":
			gateways = l.checkUpstreamServer(n, d, asked) || gateways
		case "keepalive":
			keepalive = d
		case "keepalive_timeout":
			if t, ok := facts.Milliseconds(d.Arg(0), 1000); ok {
				idle, idleAt = t, at
			}
		}
	}
	if keepalive == nil || !gateways || !l.Generated || idle < apacheKeepAlive {
		return
	}
	if idleAt == (facts.Position{}) {
		idleAt = facts.PositionAt(keepalive.Line, keepalive.Column)
	}
	l.Report(n.File, idleAt, "Connections that the gateway closes first",
		"nginx keeps idle connections to the gateways for "+facts.FormatDuration(idle)+", and Apache for "+
			facts.FormatDuration(apacheKeepAlive)+": a POST that meets the closing is lost.",
		"Set keepalive_timeout of the upstream to less.")
}

// checkUpstreamServer: nginx leaves workers of a gateway to the health checks that ask it. It reports
// whether the server is a gateway.
func (l *checker) checkUpstreamServer(n *facts.NGINXFile, d *nginx.Directive, asked map[*facts.Service]bool) bool {
	host, _ := facts.HostPort(d.Arg(0))
	s := l.ServiceAt(host)
	if s == nil || l.Roles[s].Gateway == nil {
		return false
	}
	if most := parameter(d, "max_conns="); asked[s] && (most == 0 || most >= gatewayWorkers) {
		l.Report(n.File, facts.PositionAt(d.Line, d.Column), "Gateway without room for health checks",
			"nginx may take all of the "+strconv.Itoa(gatewayWorkers)+" requests that "+s.Name+" answers at "+
				"a time, and HAProxy, which asks it about the members, would take their primaries for lost.",
			"Add max_conns, below that.")
	}
	return true
}

// parameter is the number after a name of a directive's parameters, 0 where it has none.
func parameter(d *nginx.Directive, name string) int {
	for i := range d.Args {
		if text := d.Arg(i); len(text) > len(name) && text[:len(name)] == name {
			return facts.Number(text[len(name):])
		}
	}
	return 0
}
