package rules

import (
	"cmp"
	"slices"

	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/verify/facts"
)

// checkProxyTimeouts: nginx waits longer for a gateway than the gateway for
// IRIS, so that the client sees the gateway's error; and it gives up connecting
// long before.
func checkProxyTimeouts(l *checker) {
	for _, s := range l.Compose.Services {
		n := l.Roles[s].NGINX
		if n == nil || n.Partial {
			continue
		}
		longest, at := int64(0), facts.Location{}
		for _, g := range slices.Compact(l.gatewaysOf(n)) {
			if t, where := g.LongestResponse(); t > longest {
				longest, at = t, where
			}
		}
		if longest == 0 {
			continue
		}
		connect, connectAt := l.connectTime(n)
		for _, name := range [...]string{"proxy_read_timeout", "proxy_send_timeout"} {
			if t, where := l.leastTime(n, name); t <= longest {
				l.ReportBoth(n.Location(where), at, "Timeouts that do not nest",
					"nginx gives a gateway "+facts.FormatDuration(t)+" ("+name+"), but the gateway waits "+
						facts.FormatDuration(longest)+" for IRIS: the client would see nginx's error instead of the "+
						"gateway's, and nginx would pass the gateway by.",
					"Make "+name+" the longer one.")
			}
		}
		if connect >= longest {
			l.ReportBoth(n.Location(connectAt), at, "Timeouts that do not nest",
				"nginx takes "+facts.FormatDuration(connect)+" to find that a gateway is down, as long as the "+
					"gateway waits for IRIS.",
				"Make proxy_connect_timeout a few seconds at most.")
		}
		next, where := nginxTime(n.Directives, "proxy_next_upstream_timeout", 0)
		if next > 0 && next <= connect {
			l.ReportBoth(n.Location(where), n.Location(connectAt), "Timeouts that do not nest",
				"A second gateway is tried within "+facts.FormatDuration(next)+" only, but the first may take "+
					facts.FormatDuration(connect)+" to refuse.",
				"Make proxy_next_upstream_timeout the longer one.")
		}
	}
}

// gatewaysOf are the gateways that an nginx sends requests to.
func (l *checker) gatewaysOf(n *facts.NGINXFile) []*facts.GatewayFile {
	var list []*facts.GatewayFile
	for upstream := range facts.Walk(n.Directives, "upstream") {
		for _, d := range upstream.Block {
			if d.Name != "server" || len(d.Args) == 0 {
				continue
			}
			host, _ := facts.HostPort(d.Arg(0))
			if s := l.ServiceAt(host); s != nil && l.Roles[s].Gateway != nil {
				list = append(list, l.Roles[s].Gateway)
			}
		}
	}
	return list
}

// passed is where an nginx passes requests on to gateways, which is where it lacks what it does not say; of
// what mirrorgen writes, the beginning of the file.
func (l *checker) passed(n *facts.NGINXFile) facts.Position {
	if times := l.passTimes(n, ""); len(times) > 0 {
		return times[0].at
	}
	if !l.Generated {
		for d := range facts.Walk(n.Directives, "proxy_pass") {
			return facts.PositionAt(d.Line, d.Column)
		}
	}
	return facts.Position{}
}

// connectTime is how long an nginx takes to find that a gateway is down.
func (l *checker) connectTime(n *facts.NGINXFile) (int64, facts.Position) {
	const name = "proxy_connect_timeout"
	times := l.passTimes(n, name)
	if len(times) == 0 {
		t, at := nginxTime(n.Directives, name, 60_000)
		return t, cmp.Or(at, l.passed(n))
	}
	longest := slices.MaxFunc(times, func(a, b passTime) int { return cmp.Compare(a.time, b.time) })
	return longest.time, longest.at
}

// leastTime is the least time of a directive that an nginx gives a gateway.
func (l *checker) leastTime(n *facts.NGINXFile, name string) (int64, facts.Position) {
	times := l.passTimes(n, name)
	if len(times) == 0 {
		t, at := nginxLeast(n.Directives, name, 60_000)
		return t, cmp.Or(at, l.passed(n))
	}
	least := slices.MinFunc(times, func(a, b passTime) int { return cmp.Compare(a.time, b.time) })
	return least.time, least.at
}

// A passTime is a time that counts where requests are passed on, and where that is said, or where they are
// passed on where nothing is.
type passTime struct {
	time int64
	at   facts.Position
}

// passTimes are the times of a directive that count for each proxy_pass to a gateway of a lab that was
// written by hand, whose configuration may pass other requests on to others.
func (l *checker) passTimes(n *facts.NGINXFile, name string) []passTime {
	if l.Generated {
		return nil
	}
	gateways := map[string]bool{}
	for upstream := range facts.Walk(n.Directives, "upstream") {
		for _, d := range upstream.Block {
			host, _ := facts.HostPort(d.Arg(0))
			if s := l.ServiceAt(host); d.Name == "server" && s != nil && l.Roles[s].Gateway != nil {
				gateways[upstream.Arg(0)] = true
			}
		}
	}
	var times []passTime
	var visit func(block []*nginx.Directive, counts passTime)
	visit = func(block []*nginx.Directive, counts passTime) {
		for _, d := range block {
			if t, ok := facts.Milliseconds(d.Arg(0), 1000); ok && d.Name == name {
				counts = passTime{t, facts.PositionAt(d.Line, d.Column)}
			}
		}
		for _, d := range block {
			if d.Name == "proxy_pass" && gateways[facts.ProxyHost(d.Arg(0))] {
				own := counts
				if own.at == (facts.Position{}) {
					own.at = facts.PositionAt(d.Line, d.Column)
				}
				times = append(times, own)
			}
			visit(d.Block, counts)
		}
	}
	visit(n.Directives, passTime{time: 60_000})
	return times
}

// nginxTime is the last value of a time directive anywhere in a configuration; otherwise stands
// for what nginx takes where there is none.
func nginxTime(directives []*nginx.Directive, name string, otherwise int64) (int64, facts.Position) {
	t, at := otherwise, facts.Position{}
	for d := range facts.Walk(directives, name) {
		if value, ok := facts.Milliseconds(d.Arg(0), 1000); ok {
			t, at = value, facts.PositionAt(d.Line, d.Column)
		}
	}
	return t, at
}

// nginxLeast is the least value of a time directive anywhere in a configuration; otherwise stands
// for what nginx takes where there is none.
func nginxLeast(directives []*nginx.Directive, name string, otherwise int64) (int64, facts.Position) {
	t, at, found := otherwise, facts.Position{}, false
	for d := range facts.Walk(directives, name) {
		if value, ok := facts.Milliseconds(d.Arg(0), 1000); ok && (!found || value < t) {
			t, at, found = value, facts.PositionAt(d.Line, d.Column), true
		}
	}
	return t, at
}
