package verify

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
)

// Limits of Docker and of the vendor's images, in milliseconds.
const (
	dockerGrace   = 10_000  // before Docker kills a container that is to stop
	irisShutdown  = 300_000 // [Startup] ShutdownTimeout where nothing sets it (CPF reference)
	leastResponse = 5_000   // Server_Response_Timeout (Web Gateway guide)
	joinPatience  = 120_000 // what after-start.sh gives a member to join
	checkCeiling  = 60_000  // health checks further apart than this make a start slow
	startCeiling  = 1_800_000
)

// checkShutdown: Docker waits longer for IRIS than IRIS does for itself, and
// kills HAProxy only after its own limit.
func checkShutdown(l *facts) {
	for _, s := range l.instances {
		limit, at := int64(irisShutdown), spot{}
		if merge := l.duties[s].merge; merge != nil {
			if w, ok := merge.parameter("Startup", "ModifyStartup", "ShutdownTimeout"); ok {
				limit, at = int64(number(w.text))*1000, spot{merge.file, w.at}
			}
		}
		grace, ok := milliseconds(s.grace.text, 1000)
		here := spot{s.file, s.grace.at}
		if !ok {
			grace, here.at = dockerGrace, s.at
		}
		if grace <= limit {
			l.reportBoth(here, at, "Killed before it has shut down", "Docker gives "+s.name+" "+span(grace)+" to stop, but IRIS takes up to "+span(limit)+" (ShutdownTimeout), and recovers at its next start.", "Set stop_grace_period to more than that.")
		}
	}
	for _, s := range l.compose.services {
		h := l.duties[s].haproxy
		if h == nil {
			continue
		}
		grace, ok := milliseconds(s.grace.text, 1000)
		if !ok {
			grace = dockerGrace
		}
		for _, section := range h.sections {
			for line := range section.Find("hard-stop-after") {
				if limit, ok := spanOf(line, 1); ok && limit >= grace {
					l.report(h.file, placeIn(line.Number, line.Columns[0]), "Killed before it has shut down", "HAProxy keeps sessions for "+span(limit)+" when it is to stop, but Docker kills it after "+span(grace)+".", "Set hard-stop-after to less.")
				}
			}
		}
	}
}

// spanOf is the time at a word of an HAProxy line, whose unit is milliseconds.
func spanOf(line haproxy.Line, i int) (int64, bool) {
	if i >= len(line.Words) {
		return 0, false
	}
	return milliseconds(line.Words[i], 1)
}

// checkHealthTimes: health checks come often enough for those who wait for them,
// and give an instance the time that its first start takes.
func checkHealthTimes(l *facts) {
	for _, s := range l.compose.services {
		for _, c := range [...]struct {
			name  string
			value word
		}{{"interval", s.health.interval}, {"timeout", s.health.timeout}} {
			if t, ok := milliseconds(c.value.text, 1000); ok && t > checkCeiling {
				l.report(s.file, c.value.at, "Health check that takes minutes", "The "+c.name+" of the health check of "+s.name+" is "+c.value.text+", and whoever waits for the service waits as long.", "Make it a minute at most.")
			}
		}
		start, ok := milliseconds(s.health.startPeriod.text, 1000)
		switch {
		case ok && start > startCeiling:
			l.report(s.file, s.health.startPeriod.at, "Health check that takes minutes", "A start of "+s.name+" that fails is told after "+s.health.startPeriod.text+" only.", "Make start_period half an hour at most.")
		case s.health.given && l.generated && l.duties[s].kind == instanceKind && start <= joinPatience:
			l.report(s.file, s.health.startPeriod.at, "Health check that gives up too soon", "The first start of "+s.name+" may take "+span(joinPatience)+" to join its mirror alone, but its start_period is "+orNone(s.health.startPeriod.text)+".", "Set a longer start_period.")
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// responseTimeout is how long a gateway waits for a server: its own setting, the
// one of [SYSTEM], or the product's 60 s.
func (g *gatewayFile) responseTimeout(server *iniSection) (int64, spot) {
	for _, section := range [...]*iniSection{server, g.ini.byName["SYSTEM"]} {
		if section == nil {
			continue
		}
		if key, ok := section.key("Server_Response_Timeout"); ok {
			return int64(number(key.value)) * 1000, spot{g.file, key.valueAt}
		}
	}
	return 60_000, spot{g.file, place{}}
}

// longestResponse is the longest a gateway waits for any server.
func (g *gatewayFile) longestResponse() (int64, spot) {
	longest, at := g.responseTimeout(nil)
	for _, server := range gatewayServers(g.ini) {
		if t, where := g.responseTimeout(server); t > longest {
			longest, at = t, where
		}
	}
	return longest, at
}

// checkResponseTimeouts: a gateway waits at least as long as the product lets it.
func checkResponseTimeouts(l *facts) {
	for _, g := range l.gateways {
		for _, s := range g.ini.sections {
			if key, ok := s.key("Server_Response_Timeout"); ok && int64(number(key.value))*1000 < leastResponse {
				l.report(g.file, key.valueAt, "Response timeout too short", "The Server_Response_Timeout of ["+s.name+"] is "+key.value+" s.", "The gateway takes 5 s or more.")
			}
		}
	}
}

// checkProxyTimeouts: nginx waits longer for a gateway than the gateway for
// IRIS, so that the client sees the gateway's error; and it gives up connecting
// long before.
func checkProxyTimeouts(l *facts) {
	for _, s := range l.compose.services {
		n := l.duties[s].nginx
		if n == nil {
			continue
		}
		longest, at := int64(0), spot{}
		for _, g := range slices.Compact(l.gatewaysOf(n)) {
			if t, where := g.longestResponse(); t > longest {
				longest, at = t, where
			}
		}
		if longest == 0 {
			continue
		}
		connect, connectAt := nginxTime(n.directives, "proxy_connect_timeout", 60_000)
		for _, name := range [...]string{"proxy_read_timeout", "proxy_send_timeout"} {
			if t, where := nginxTime(n.directives, name, 60_000); t <= longest {
				l.reportBoth(spot{n.file, where}, at, "Timeouts that do not nest", "nginx gives a gateway "+span(t)+" ("+name+"), but the gateway waits "+span(longest)+" for IRIS: the client would see nginx's error instead of the gateway's, and nginx would pass the gateway by.", "Make "+name+" the longer one.")
			}
		}
		if connect >= longest {
			l.reportBoth(spot{n.file, connectAt}, at, "Timeouts that do not nest", "nginx takes "+span(connect)+" to find that a gateway is down, as long as the gateway waits for IRIS.", "Make proxy_connect_timeout a few seconds at most.")
		}
		if next, where := nginxTime(n.directives, "proxy_next_upstream_timeout", 0); next > 0 && next <= connect {
			l.reportBoth(spot{n.file, where}, spot{n.file, connectAt}, "Timeouts that do not nest", "A second gateway is tried within "+span(next)+" only, but the first may take "+span(connect)+" to refuse.", "Make proxy_next_upstream_timeout the longer one.")
		}
	}
}

// gatewaysOf are the gateways that an nginx sends requests to.
func (l *facts) gatewaysOf(n *nginxFile) []*gatewayFile {
	var list []*gatewayFile
	for upstream := range walk(n.directives, "upstream") {
		for _, d := range upstream.Block {
			if d.Name != "server" || len(d.Args) == 0 {
				continue
			}
			host, _ := hostPort(d.Arg(0))
			if s := l.serviceAt(host); s != nil && l.duties[s].gateway != nil {
				list = append(list, l.duties[s].gateway)
			}
		}
	}
	return list
}

// nginxTime is the last value of a time directive anywhere in a file; otherwise
// stands for what nginx takes where there is none.
func nginxTime(directives []*nginx.Directive, name string, otherwise int64) (int64, place) {
	t, at := otherwise, place{}
	for d := range walk(directives, name) {
		if value, ok := milliseconds(d.Arg(0), 1000); ok {
			t, at = value, placeIn(d.Line, d.Column)
		}
	}
	return t, at
}

// timeoutOf is a timeout of a section, its own before that of its defaults.
func timeoutOf(s *haproxy.Section, name string) (int64, place) {
	t, at := int64(0), place{}
	for line := range s.Find("timeout", name) {
		if value, ok := spanOf(line, 2); ok {
			t, at = value, placeIn(line.Number, line.Columns[0])
		}
	}
	return t, at
}

// serverTime is the time after a word on a server or default-server line.
func serverTime(s *haproxy.Section, server haproxy.Server, name string) (int64, place, bool) {
	t, at, found := int64(0), place{}, false
	take := func(line haproxy.Line) {
		if text, column, ok := line.After(name); ok {
			if value, ok := milliseconds(text, 1); ok {
				t, at, found = value, placeIn(line.Number, column), true
			}
		}
	}
	for line := range s.Find("default-server") {
		take(line)
	}
	for line := range s.Find("server", server.Name) {
		take(line)
	}
	return t, at, found
}

// checkBalancerTimeouts: HAProxy's timeouts nest in each other and in those of the
// gateways that it asks, and what dead members can hold on a gateway is bounded.
func checkBalancerTimeouts(l *facts) {
	checked := l.checkedServers()
	for _, s := range l.compose.services {
		h := l.duties[s].haproxy
		if h == nil {
			continue
		}
		for i := range h.proxies {
			p := &h.proxies[i]
			connect, at := timeoutOf(p.Section, "connect")
			if server, where := timeoutOf(p.Section, "server"); server > 0 && connect >= server && p.Has("mode", "tcp") && !l.asksGateways(p) {
				l.reportBoth(spot{h.file, at}, spot{h.file, where}, "Timeouts that do not nest", "Connecting to a server of "+p.Name+" may take "+span(connect)+", as long as an answer.", "Make timeout connect a few seconds at most.")
			}
		}
		if health := l.healthSection(h); health != nil {
			l.checkHealthSection(h, health, checked)
		}
	}
}

// asksGateways reports whether the servers of a section are web gateways.
func (l *facts) asksGateways(p *proxy) bool {
	for _, server := range p.servers {
		if s := l.serviceAt(server.Host); s == nil || l.duties[s].gateway == nil {
			return false
		}
	}
	return len(p.servers) > 0
}

// healthSection is the section through which health checks reach the gateways:
// it binds a loopback address.
func (l *facts) healthSection(h *haproxyFile) *proxy {
	for i := range h.proxies {
		p := &h.proxies[i]
		for _, bind := range p.binds {
			if isLoopback(bind.Host) && l.asksGateways(p) {
				return p
			}
		}
	}
	return nil
}

// checkedServers are the servers that all HAProxies ask the gateways about.
func (l *facts) checkedServers() []haproxy.Server {
	var list []haproxy.Server
	for _, s := range l.compose.services {
		h := l.duties[s].haproxy
		if h == nil || l.healthSection(h) == nil {
			continue
		}
		for _, p := range h.proxies {
			for _, server := range p.servers {
				if server.Check && isLoopback(server.CheckHost) {
					list = append(list, server)
				}
			}
		}
	}
	return list
}

// checkHealthSection looks at the way of the health checks to the gateways.
func (l *facts) checkHealthSection(h *haproxyFile, health *proxy, checked []haproxy.Server) {
	r := l.memberResponses(health)
	member, memberAt := r.shortest, r.at
	tries := int64(1)
	for line := range health.Find("retries") {
		if len(line.Words) > 1 {
			tries = int64(number(line.Words[1])) + 1
		}
	}
	answer, answerAt := timeoutOf(health.Section, "server")
	for _, name := range [...]string{"queue", "connect", "client", "server"} {
		if t, at := timeoutOf(health.Section, name); t >= member {
			l.reportBoth(spot{h.file, at}, memberAt, "Timeouts that do not nest", "A health check may stay in "+health.Name+" for "+span(t)+" (timeout "+name+"), longer than a gateway waits for a member that is down.", "Make it less than "+span(member)+".")
		}
	}
	held := r.held(l, checked)
	for i := range h.proxies {
		p := &h.proxies[i]
		for _, server := range p.servers {
			if !server.Check {
				continue
			}
			if interval, at, ok := serverTime(p.Section, server, "inter"); ok {
				l.checkInterval(h, p, server, at, interval, len(checked))
			}
			if !isLoopback(server.CheckHost) {
				continue
			}
			patience, at := timeoutOf(p.Section, "check")
			if tries*answer > patience {
				l.reportBoth(spot{h.file, answerAt}, spot{h.file, at}, "Timeouts that do not nest", "A health check of "+p.Name+" gives up after "+span(patience)+", before "+health.Name+" has asked a second gateway, so that one that hangs takes the primary down.", "Make timeout server of "+health.Name+" less than timeout check divided by the tries.")
			}
			if 4*tries*answer < patience {
				l.reportBoth(spot{h.file, answerAt}, spot{h.file, at}, "Health check without patience", "A gateway has "+span(answer)+" to answer a health check that waits "+span(patience)+".", "Give it more of that time.")
			}
			if client, where := timeoutOf(health.Section, "client"); client < patience {
				l.reportBoth(spot{h.file, where}, spot{h.file, at}, "Timeouts that do not nest", "The section "+health.Name+" cuts a health check off after "+span(client)+", before it gives up.", "Make its timeout client longer than timeout check.")
			}
			if patience >= member {
				l.reportBoth(spot{h.file, at}, memberAt, "Timeouts that do not nest", "A health check of "+p.Name+" waits "+span(patience)+", as long as a gateway waits for a member that is down.", "Make timeout check the shorter one.")
			}
			l.checkPinned(h, p, health, server, len(checked), r, held*tries, tries*answer)
			break // the section's servers are checked alike
		}
	}
}

// responses is how long the gateways wait for each instance by itself, in
// milliseconds: what their health checks are held for.
type responses struct {
	of       map[*service]int64
	shortest int64
	at       spot
}

// memberResponses collects them from the gateways of a health section.
func (l *facts) memberResponses(health *proxy) responses {
	r := responses{of: map[*service]int64{}, shortest: 60_000}
	done := map[*gatewayFile]bool{}
	for _, server := range health.servers {
		g := l.duties[l.serviceAt(server.Host)].gateway
		if g == nil || done[g] {
			continue
		}
		done[g] = true
		for _, section := range gatewayServers(g.ini) {
			s := l.serviceAt(section.value("Ip_Address"))
			if section.value("Mirror_Aware") == "1" || s == nil || l.roleOf(s) == applicationRole {
				continue
			}
			t, where := g.responseTimeout(section)
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
func (r responses) held(l *facts, servers []haproxy.Server) int64 {
	total := int64(0)
	for _, server := range servers {
		total += r.of[l.serviceAt(server.Host)]
	}
	return total
}

// longestInterval is how long a failover may go unnoticed where nothing forces a
// lab to ask less often.
const longestInterval = 30_000 // milliseconds

// checkInterval: a check comes often enough to notice a failover.
func (l *facts) checkInterval(h *haproxyFile, p *proxy, server haproxy.Server, at place, interval int64, checked int) {
	if interval > longestInterval && checked < 100 {
		l.report(h.file, at, "Check interval too long", "HAProxy checks "+server.Name+" of "+p.Name+" every "+span(interval)+", and sends clients to a member that is no longer primary for as long.", "Check every few seconds.")
	}
}

// checkPinned: the checks of dead members hold a gateway's connections until its
// response timeout. All that one haproxy may hold, with one gateway down, stays
// within what the section lets through.
func (l *facts) checkPinned(h *haproxyFile, p, health *proxy, server haproxy.Server, checked int, r responses, round, answer int64) {
	interval, at, ok := serverTime(p.Section, server, "inter")
	if !ok {
		return
	}
	allowed := int64(0)
	for line := range health.Find("server") {
		if text, _, found := line.After("maxconn"); found {
			allowed = int64(number(text))
		}
	}
	if allowed == 0 {
		l.report(h.file, placeIn(health.Line, 0), "Health checks without a bound", "Nothing bounds what the checks of dead members hold on the gateways through "+health.Name+".", "Add maxconn to its servers.")
		return
	}
	gateways := int64(max(1, len(health.servers)-1))
	if held := round / (interval + answer) / gateways; held > allowed {
		l.reportBoth(spot{h.file, at}, r.at, "Dead members that fill the gateways", "Checks of "+strconv.Itoa(checked)+" members every "+span(interval)+", each held by a gateway until its response timeout, can hold "+strconv.FormatInt(held, 10)+" requests of a gateway, and "+health.Name+" lets "+strconv.FormatInt(allowed, 10)+" through.", "Check less often, shorten the response timeout of the members, or add gateways.")
	}
}

// checkScriptTimeout: the drills expect of each gateway the patience that it has.
func (l *facts) checkScriptTimeout(t table, w word, s *service) {
	g := l.duties[s].gateway
	if g == nil {
		return
	}
	if system := g.ini.byName["SYSTEM"]; system != nil && system.value("Server_Response_Timeout") != w.text {
		key, _ := system.key("Server_Response_Timeout")
		l.reportBoth(spot{t.file, w.at}, spot{g.file, key.valueAt}, "Timeout that the gateway does not have", "The script expects that "+s.name+" answers within "+w.text+" s, but its Server_Response_Timeout is "+strings.TrimSpace(key.value)+".", "Write the gateway's.")
	}
}
