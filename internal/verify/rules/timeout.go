package rules

import (
	"strconv"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/verify/facts"
)

// Limits of Docker and of the vendor's images, in milliseconds.
const (
	irisShutdown  = 300_000 // [Startup] ShutdownTimeout where nothing sets it (CPF reference)
	leastResponse = 5_000   // Server_Response_Timeout (Web Gateway guide)
	joinPatience  = 120_000 // what after-start.sh gives a member to join
	checkCeiling  = 60_000  // health checks further apart than this make a start slow
	startCeiling  = 1_800_000
)

// durationOf is the time at a word of an HAProxy line, whose unit is milliseconds.
func durationOf(line haproxy.Line, i int) (int64, bool) {
	if i >= len(line.Words) {
		return 0, false
	}
	return facts.Milliseconds(line.Words[i], 1)
}

// checkHealthTimes: health checks come often enough for those who wait for them,
// and give an instance the time that its first start takes.
func checkHealthTimes(l *checker) {
	for _, s := range l.Compose.Services {
		if l.Own(s) {
			continue
		}
		for _, c := range [...]struct {
			name  string
			value facts.Word
		}{{"interval", s.Health.Interval}, {"timeout", s.Health.Timeout}} {
			if t, ok := facts.Milliseconds(c.value.Text, 1000); ok && t > checkCeiling {
				l.Report(s.File, c.value.At, "Health check that takes minutes",
					"The "+c.name+" of the health check of "+s.Name+" is "+c.value.Text+", and whoever waits for the "+
						"service waits as long.",
					"Make it a minute at most.")
			}
		}
		start, ok := facts.Milliseconds(s.Health.StartPeriod.Text, 1000)
		switch {
		case ok && start > startCeiling:
			l.Report(s.File, s.Health.StartPeriod.At, "Health check that takes minutes",
				"A start of "+s.Name+" that fails is reported only after "+s.Health.StartPeriod.Text+".",
				"Make start_period half an hour at most.")
		case s.Health.Given && l.Generated && l.Roles[s].Kind == facts.InstanceKind && start <= joinPatience:
			l.Report(s.File, s.Health.StartPeriod.At, "Health check that gives up too soon",
				"The first start of "+s.Name+" may take "+facts.FormatDuration(joinPatience)+" to join its mirror "+
					"alone, but its start_period is "+orNone(s.Health.StartPeriod.Text)+".",
				"Set a longer start_period.")
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// checkResponseTimeouts: a gateway waits at least as long as the product lets it.
func checkResponseTimeouts(l *checker) {
	for _, g := range l.Gateways {
		for _, s := range g.INI.Sections {
			if key, ok := s.Key("Server_Response_Timeout"); ok && int64(facts.Number(key.Value))*1000 < leastResponse {
				l.Report(g.File, key.ValueAt, "Response timeout too short",
					"The Server_Response_Timeout of ["+s.Name+"] is "+key.Value+" s.",
					"The gateway takes 5 s or more.")
			}
		}
	}
}

// timeoutOf is a timeout of a section, its own before that of its defaults.
func timeoutOf(s *haproxy.Section, name string) (int64, facts.Position) {
	t, at := int64(0), facts.Position{}
	for line := range s.Find("timeout", name) {
		if value, ok := durationOf(line, 2); ok {
			t, at = value, facts.PositionAt(line.Number, line.Columns[0])
		}
	}
	return t, at
}

// serverTime is the time after a word on a server or default-server line.
func serverTime(s *facts.Proxy, server haproxy.Server, name string) (int64, facts.Position, bool) {
	t, at, found := int64(0), facts.Position{}, false
	take := func(line haproxy.Line) {
		if text, column, ok := line.After(name); ok {
			if value, ok := facts.Milliseconds(text, 1); ok {
				t, at, found = value, facts.PositionAt(line.Number, column), true
			}
		}
	}
	for _, line := range s.ServerDefaults {
		take(line)
	}
	if line, ok := s.LineAt(server.Line); ok {
		take(line)
	}
	return t, at, found
}

// checkBalancerTimeouts: HAProxy's timeouts nest in each other and in those of the
// gateways that it asks, and what dead members can hold on a gateway is bounded.
func checkBalancerTimeouts(l *checker) {
	checked := l.checkedServers()
	for _, s := range l.Compose.Services {
		h := l.Roles[s].HAProxy
		if h == nil {
			continue
		}
		for i := range h.Proxies {
			p := &h.Proxies[i]
			connect, at := timeoutOf(p.Section, "connect")
			if server, where := timeoutOf(p.Section, "server"); server > 0 && connect >= server &&
				p.Has("mode", "tcp") &&
				!l.asksGateways(p) {
				l.ReportBoth(h.Location(at), h.Location(where), "Timeouts that do not nest",
					"Connecting to a server of "+p.Name+" may take "+facts.FormatDuration(connect)+", as long as an "+
						"answer.",
					"Make timeout connect a few seconds at most.")
			}
		}
		if health := l.healthSection(h); health != nil {
			l.checkHealthSection(h, health, checked)
		}
	}
}

// asksGateways reports whether the servers of a section are web gateways.
func (l *checker) asksGateways(p *facts.Proxy) bool {
	for _, server := range p.Servers {
		if s := l.ServiceAt(server.Host); s == nil || l.Roles[s].Gateway == nil {
			return false
		}
	}
	return len(p.Servers) > 0
}

// healthSection is the section through which health checks reach the gateways:
// it binds a loopback address.
func (l *checker) healthSection(h *facts.HAProxyFile) *facts.Proxy {
	for i := range h.Proxies {
		p := &h.Proxies[i]
		for _, bind := range p.Binds {
			if facts.IsLoopback(bind.Host) && l.asksGateways(p) {
				return p
			}
		}
	}
	return nil
}

// checkedServers are the servers that all HAProxies ask the gateways about.
func (l *checker) checkedServers() []haproxy.Server {
	var list []haproxy.Server
	for _, s := range l.Compose.Services {
		if h := l.Roles[s].HAProxy; h != nil && l.healthSection(h) != nil {
			list = append(list, checkedBy(h)...)
		}
	}
	return list
}

// checkedBy are the servers that one HAProxy asks the gateways about.
func checkedBy(h *facts.HAProxyFile) []haproxy.Server {
	var list []haproxy.Server
	for _, p := range h.Proxies {
		for _, server := range p.Servers {
			if server.Check && facts.IsLoopback(server.CheckHost) {
				list = append(list, server)
			}
		}
	}
	return list
}

// checkHealthSection looks at the way of the health checks to the gateways.
func (l *checker) checkHealthSection(h *facts.HAProxyFile, health *facts.Proxy, checked []haproxy.Server) {
	r := l.memberResponses(health)
	member, memberAt := r.shortest, r.at
	tries := int64(1)
	for line := range health.Find("retries") {
		if len(line.Words) > 1 {
			tries = int64(facts.Number(line.Words[1])) + 1
		}
	}
	answer, answerAt := timeoutOf(health.Section, "server")
	for _, name := range [...]string{"queue", "connect", "client", "server"} {
		if t, at := timeoutOf(health.Section, name); t >= member {
			l.ReportBoth(h.Location(at), memberAt, "Timeouts that do not nest",
				"A health check may stay in "+health.Name+" for "+facts.FormatDuration(t)+" (timeout "+name+"), "+
					"longer than a gateway waits for a member that is down.",
				"Make it less than "+facts.FormatDuration(member)+".")
		}
	}
	held := r.held(l, checked)
	for i := range h.Proxies {
		p := &h.Proxies[i]
		for _, server := range p.Servers {
			if !server.Check {
				continue
			}
			if interval, at, ok := serverTime(p, server, "inter"); ok {
				l.checkInterval(h, p, server, at, interval, len(checked))
			}
			if !facts.IsLoopback(server.CheckHost) {
				continue
			}
			patience, at := timeoutOf(p.Section, "check")
			if tries*answer > patience {
				l.ReportBoth(h.Location(answerAt), h.Location(at), "Timeouts that do not nest",
					"A health check of "+p.Name+" gives up after "+facts.FormatDuration(patience)+", before "+
						health.Name+" has asked a second gateway, so that one that hangs takes the primary down.",
					"Make timeout server of "+health.Name+" less than timeout check divided by the tries.")
			}
			if 4*tries*answer < patience {
				l.ReportBoth(h.Location(answerAt), h.Location(at), "Health check without patience",
					"A gateway has "+facts.FormatDuration(answer)+" to answer a health check that waits "+
						facts.FormatDuration(patience)+".",
					"Give it more of that time.")
			}
			if client, where := timeoutOf(health.Section, "client"); client < patience {
				l.ReportBoth(h.Location(where), h.Location(at), "Timeouts that do not nest",
					"The section "+health.Name+" cuts a health check off after "+facts.FormatDuration(client)+", "+
						"before it gives up.",
					"Make its timeout client longer than timeout check.")
			}
			if patience >= member {
				l.ReportBoth(h.Location(at), memberAt, "Timeouts that do not nest",
					"A health check of "+p.Name+" waits "+facts.FormatDuration(patience)+", as long as a gateway "+
						"waits for a member that is down.",
					"Make timeout check the shorter one.")
			}
			l.checkPinned(h, p, health, server, len(checked), r, held*tries, tries*answer)
			break // the section's servers are checked alike
		}
	}
}

// responses is how long the gateways wait for each instance by itself, in
// milliseconds: what their health checks are held for.
type responses struct {
	of       map[*facts.Service]int64
	shortest int64
	at       facts.Location
}

// memberResponses collects them from the gateways of a health section.
func (l *checker) memberResponses(health *facts.Proxy) responses {
	r := responses{of: map[*facts.Service]int64{}, shortest: 60_000}
	done := map[*facts.GatewayFile]bool{}
	for _, server := range health.Servers {
		g := l.Roles[l.ServiceAt(server.Host)].Gateway
		if g == nil || done[g] {
			continue
		}
		done[g] = true
		for _, section := range facts.GatewayServers(g.INI) {
			s := l.ServiceAt(section.Value("Ip_Address"))
			if section.Value("Mirror_Aware") == "1" || s == nil || l.mirrorRole(s) == facts.ApplicationRole {
				continue
			}
			t, where := g.ResponseTimeout(section)
			r.of[s] = max(r.of[s], t)
			if t < r.shortest {
				r.shortest, r.at = t, where
			}
		}
	}
	return r
}

// held is how long the gateways are held by one round of checks of servers that
// are all down.
func (r responses) held(l *checker, servers []haproxy.Server) int64 {
	total := int64(0)
	for _, server := range servers {
		total += r.of[l.ServiceAt(server.Host)]
	}
	return total
}

// longestInterval is how long a failover may go unnoticed where nothing forces a
// lab to ask less often.
const longestInterval = 30_000 // milliseconds

// checkInterval: a check comes often enough to notice a failover.
func (l *checker) checkInterval(
	h *facts.HAProxyFile,
	p *facts.Proxy,
	server haproxy.Server,
	at facts.Position,
	interval int64,
	checked int,
) {
	if interval > longestInterval && checked < 100 {
		l.Report(h.File, at, "Check interval too long",
			"HAProxy checks "+server.Name+" of "+p.Name+" every "+facts.FormatDuration(interval)+", and sends "+
				"clients to a member that is no longer primary for as long.",
			"Check every few seconds.")
	}
}

// checkPinned: the checks of dead members hold a gateway's connections until its
// response timeout. All that one haproxy may hold, with one gateway down, stays
// within what the section lets through.
func (l *checker) checkPinned(
	h *facts.HAProxyFile,
	p, health *facts.Proxy,
	server haproxy.Server,
	checked int,
	r responses,
	round, answer int64,
) {
	interval, at, ok := serverTime(p, server, "inter")
	if !ok {
		return
	}
	allowed := int64(0)
	for line := range health.Find("server") {
		if text, _, found := line.After("maxconn"); found {
			allowed = int64(facts.Number(text))
		}
	}
	if allowed == 0 {
		l.Report(h.File, facts.PositionAt(health.Line, 0), "Health checks without a bound",
			"Nothing bounds what the checks of dead members hold on the gateways through "+health.Name+".",
			"Add maxconn to its servers.")
		return
	}
	gateways := int64(max(1, len(health.Servers)-1))
	if held := round / (interval + answer) / gateways; held > allowed {
		l.ReportBoth(h.Location(at), r.at, "Dead members that fill the gateways",
			"Checks of "+strconv.Itoa(checked)+" members every "+facts.FormatDuration(interval)+", each held by a "+
				"gateway until its response timeout, can hold "+strconv.FormatInt(held, 10)+" requests of a gateway, "+
				"and "+health.Name+" lets "+strconv.FormatInt(allowed, 10)+" through.",
			"Check less often, shorten the response timeout of the members, or add gateways.")
	}
}

// checkScriptTimeout: the drills expect of each gateway the patience that it has.
func (l *checker) checkScriptTimeout(t facts.Table, w facts.Word, s *facts.Service) {
	g := l.Roles[s].Gateway
	if g == nil {
		return
	}
	if system := g.INI.ByName["SYSTEM"]; system != nil && system.Value("Server_Response_Timeout") != w.Text {
		key, _ := system.Key("Server_Response_Timeout")
		l.ReportBoth(t.Location(w.At), g.Location(key.ValueAt), "Timeout that the gateway does not have",
			"The script expects that "+s.Name+" answers within "+w.Text+" s, but its Server_Response_Timeout is "+
				strings.TrimSpace(key.Value)+".",
			"Write the gateway's.")
	}
}
