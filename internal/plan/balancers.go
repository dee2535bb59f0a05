package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mirrorgen/schema"
)

// addGateways makes the gateways; those with equal settings share one CSP.ini.
func (m *maker) addGateways() {
	configs := map[string]*GatewayConfig{} // by settings
	for _, g := range m.lab.WebGateways {
		s := m.services[g.Service]
		settings := m.gatewaySettings(g)
		config := configs[settings]
		if config == nil {
			config = m.gatewayConfig(g)
			config.File = "CSP.ini"
			if n := len(m.p.GatewayConfigs); n > 0 {
				config.File = fmt.Sprintf("CSP-%d.ini", n+1)
			}
			configs[settings] = config
			m.p.GatewayConfigs = append(m.p.GatewayConfigs, config)
		}
		gateway := &Gateway{Service: s, Address: m.addressOf(s, m.p.ClientNetwork), Config: config,
			Own: g.Given("servers")}
		config.Gateways = append(config.Gateways, gateway)
		m.p.Gateways = append(m.p.Gateways, gateway)
		if m.p.PasswordFile == "" && (g.Username != DefaultGatewayUser || g.Password != DefaultGatewayPassword) {
			m.addAccount(Account{g.Username, g.Password})
		}
	}
}

func (m *maker) addAccount(a Account) {
	for _, other := range m.p.Accounts {
		if other == a {
			return
		}
	}
	m.p.Accounts = append(m.p.Accounts, a)
}

// gatewaySettings prints all that can make one gateway's file differ from
// another's. Comparing the files instead would compare every server in each.
func (m *maker) gatewaySettings(g *schema.WebGateway) string {
	var settings strings.Builder
	fmt.Fprintf(&settings, "%d %q %q %q %q", g.ServerResponseTimeout, g.DefaultServer, g.Username, g.Password,
		m.systemManager(g))
	if g.Given("servers") {
		fmt.Fprintf(&settings, " %v", knows(g)) // in the order of the names
	}
	for _, section := range g.INI {
		fmt.Fprintf(&settings, " [%q]", section.Name)
		for _, pair := range section.Keys {
			fmt.Fprintf(&settings, " %q=%q", pair.Key, pair.Value)
		}
	}
	return settings.String()
}

// systemManager lists the addresses from which a gateway may be managed.
func (m *maker) systemManager(g *schema.WebGateway) string {
	patterns := []string{"127.0.0.1"}
	if m.target == Compose { // kubectl port-forward comes from loopback
		patterns = append(patterns, wildcardOf(m.p.ClientNetwork.Subnet))
	}
	if g.Given("system_manager") {
		patterns = patterns[:0]
		for _, ref := range g.SystemManager {
			patterns = append(patterns, ref.Name)
		}
	}
	return strings.Join(patterns, ",")
}

// knows are the servers of a gateway of its own, nil for all.
func knows(g *schema.WebGateway) map[string]bool {
	if !g.Given("servers") {
		return nil
	}
	known := map[string]bool{}
	for _, ref := range g.Servers {
		known[ref.Name] = true
	}
	return known
}

// Knows reports whether the gateway has a path to a mirror, member or application server.
func (g *Gateway) Knows(name string) bool {
	return !g.Own || slices.ContainsFunc(g.Config.Servers, func(s GatewayServer) bool { return s.Name == name })
}

// SharedGateways are those that know every server.
func (p *Plan) SharedGateways() []*Gateway {
	var list []*Gateway
	for _, g := range p.Gateways {
		if !g.Own {
			list = append(list, g)
		}
	}
	return list
}

// OwnGateways are those that know just some servers.
func (p *Plan) OwnGateways() []*Gateway {
	var list []*Gateway
	for _, g := range p.Gateways {
		if g.Own {
			list = append(list, g)
		}
	}
	return list
}

// gatewayConfig lists the mirrors, members and application servers that a gateway knows.
func (m *maker) gatewayConfig(g *schema.WebGateway) *GatewayConfig {
	c := &GatewayConfig{Timeout: g.ServerResponseTimeout, DefaultServer: g.DefaultServer,
		SystemManager: m.systemManager(g)}
	password := encodePassword(g.Password)
	if m.p.PasswordFile != "" {
		password = "{cat " + PasswordMount + "}" // a command, whose output it is (GCGI)
	}
	tls := m.p.TLS != nil && m.p.TLS.Gateway
	known := knows(g)
	add := func(name, address string, mirrorAware bool, timeout int) {
		if known != nil && !known[name] {
			return
		}
		c.Servers = append(c.Servers, GatewayServer{
			Name: name, Address: address, MirrorAware: mirrorAware, Timeout: timeout,
			Username: g.Username, Password: password, TLS: tls,
		})
	}
	for _, mirror := range m.p.Mirrors {
		if mirror.Primary != nil {
			add(mirror.Name, mirror.Primary.ClientAddress, true, g.ServerResponseTimeout)
		}
		for _, member := range mirror.Members {
			add(member.Name, member.ClientAddress, false, schema.MemberResponseTimeout)
		}
	}
	for _, a := range m.p.ApplicationServers {
		add(a.Name, a.ClientAddress, false, g.ServerResponseTimeout)
	}
	for _, section := range g.INI {
		s := Section{Name: section.Name}
		for _, pair := range section.Keys {
			s.Keys = append(s.Keys, KeyValue{pair.Key, pair.Value})
		}
		c.Extra = append(c.Extra, s)
	}
	return c
}

// wildcardOf rounds a subnet outwards to whole parts: 10.0.100.0/26 is
// 10.0.100.*, because System_Manager knows wildcards but no prefixes.
func wildcardOf(subnet string) string {
	p, err := netip.ParsePrefix(subnet)
	if err != nil {
		return "127.0.0.1"
	}
	b := p.Addr().As4()
	parts := []string{"*", "*", "*", "*"}
	for i := 0; i < 3 && 8*(i+1) <= p.Bits(); i++ {
		parts[i] = fmt.Sprint(b[i])
	}
	return strings.Join(parts, ".")
}

// backend is a service as another sees it: on the client network where both
// are on it, otherwise on the first network that they share.
func (m *maker) backend(from, to *Service, role string) *Backend {
	if m.target == Kubernetes {
		return &Backend{Name: to.Name, Address: m.p.Kubernetes.host(to.Name), Role: role, Logs: to.Logs}
	}
	networks := append([]*Network{m.p.ClientNetwork}, m.p.Networks...)
	for _, n := range networks {
		if from.Address(n) != "" && to.Address(n) != "" {
			return &Backend{Name: to.Name, Address: to.Address(n), Role: role, Logs: to.Logs}
		}
	}
	return &Backend{Name: to.Name, Role: role, Logs: to.Logs}
}

// stopSlack is what nginx takes to stop once its workers have, in seconds.
const stopSlack = 5

func (m *maker) addNGINX() {
	gateways := map[string]*Gateway{}
	for _, g := range m.p.Gateways {
		gateways[g.Name] = g
	}
	for i, n := range m.lab.NGINX {
		s := m.services[n.Service]
		balancer := &NGINX{
			Service: s, MaxFails: n.MaxFails, FailTimeout: n.FailTimeout.Text, ConnectTimeout: n.ConnectTimeout.Text,
			ReadTimeout: n.ReadTimeout.Text, WebSocketTimeout: n.WebSocketTimeout.Text,
			Config: n.Config,
		}
		balancer.HTTPSPort, balancer.HTTPS = m.https(i, n)
		// SIGQUIT, which stops the image, lets requests end; a WebSocket, which may
		// live on for hours, is cut when no request can last any longer.
		longest := (n.ReadTimeout.Millis + 999) / 1000
		balancer.Settings = fmt.Sprintf("daemon off; worker_shutdown_timeout %ds;", longest)
		balancer.StopSeconds = int(longest) + stopSlack
		balancer.StopGrace = fmt.Sprintf("%ds", balancer.StopSeconds)
		for _, ref := range n.Gateways {
			if g := gateways[ref.Name]; g != nil {
				balancer.Gateways = append(balancer.Gateways, m.backend(s, g.Service, ""))
			}
		}
		// A browser sends a cookie to every port of a host: the name is this balancer's.
		if n.Sticky && len(balancer.Gateways) > 1 {
			balancer.Cookie = m.p.Name + "-" + s.Name
		}
		m.p.NGINX = append(m.p.NGINX, balancer)
	}
}

// gatewayWorkers is how many requests a gateway answers at a time: MaxRequestWorkers
// of Apache where nothing sets it, which is also what Debian and Ubuntu set.
const gatewayWorkers = 150

// fewRequests is what one path may hold at least, however many mirrors there are.
const fewRequests = 32

// shareGateways bounds what each nginx holds of the gateways. Requests for a mirror
// that does not answer are held by a gateway until its response timeout. Without a
// bound they take every worker, and the health checks of the other mirrors wait until
// their primaries go down. So workers are left for checks, on each gateway; of the
// others each mirror has a share, so that one which is dead leaves some to the rest.
func (m *maker) shareGateways() {
	balancers := map[string]int{} // how many nginx send to a gateway
	for _, n := range m.p.NGINX {
		for _, g := range n.Gateways {
			balancers[g.Name]++
		}
	}
	for _, n := range m.p.NGINX {
		most := 1
		for _, g := range n.Gateways {
			most = max(most, balancers[g.Name])
		}
		n.GatewayRequests = max(1, (gatewayWorkers-m.checkWorkers())/most/10*10)
		all := n.GatewayRequests * len(n.Gateways)
		n.PathRequests = min(all, max(fewRequests, all/max(1, len(m.p.Mirrors))))
	}
}

// checkWorkers is how many of a gateway's workers health checks may take while every
// member is dead and another gateway is lost, and a few for questions that are
// answered.
func (m *maker) checkWorkers() int {
	workers := 0
	for _, balancer := range m.p.HAProxy {
		if !balancer.ViaGateways {
			continue
		}
		members := 0
		for _, l := range balancer.Listeners {
			members += len(l.Servers)
		}
		round := (balancer.CheckMillis + checkPatience) * int64(max(1, len(m.p.SharedGateways())-1))
		workers += int(heldWorkers(members) / round)
	}
	return min(workers+m.scrapeWorkers(), mostPinned) + answeredWorkers
}

// answeredWorkers are those that questions take which are answered at once.
const answeredWorkers = 10

// mostPinned is how many requests the checks of dead members may hold on a
// gateway at a time.
const mostPinned = 100

func (m *maker) addHAProxy() {
	mirrors := map[string]*Mirror{}
	for _, mirror := range m.p.Mirrors {
		mirrors[mirror.Name] = mirror
	}
	checked := 0 // members whose health is asked through the gateways
	for _, h := range m.lab.HAProxy {
		s := m.services[h.Service]
		balancer := &HAProxy{
			Service: s, ViaGateways: h.HealthCheck == "web_gateway", CheckInterval: h.CheckInterval.Text,
			CheckMillis: h.CheckInterval.Millis, IdleTimeout: h.IdleTimeout.Text, StatsPort: h.StatsPort,
			Config: h.Config,
		}
		balancer.Guarded = m.p.PasswordFile != "" && h.StatsPort > 0
		members := 0
		for _, ref := range h.Mirrors {
			mirror := mirrors[ref.Name]
			if mirror == nil {
				continue
			}
			l := &Listener{Mirror: mirror}
			mirror.HAProxy = s.Name
			for _, member := range mirror.Members {
				// A DR async answers only once promoted; a reporting member
				// never becomes primary.
				if member.AsyncType <= 0 {
					l.Servers = append(l.Servers, m.backend(s, member.Service, member.Role))
				}
			}
			members += len(l.Servers)
			balancer.Listeners = append(balancer.Listeners, l)
			m.serveReporting(balancer, mirror)
		}
		for _, g := range m.p.SharedGateways() {
			if balancer.ViaGateways {
				balancer.Gateways = append(balancer.Gateways, m.backend(s, g.Service, ""))
			}
		}
		m.listen(h, balancer)
		m.maxConn(h, balancer)
		m.p.HAProxy = append(m.p.HAProxy, balancer)
		if balancer.ViaGateways {
			checked += members
		}
	}
	m.boundChecks(checked)
}

// firstReportingPort is where the first haproxy listener of reporting members listens in its
// container; the others follow.
const firstReportingPort = 21972

// serveReporting gives a mirror's reporting members a listener, where the topology wants one.
func (m *maker) serveReporting(balancer *HAProxy, mirror *Mirror) {
	for _, from := range m.lab.Mirrors {
		if from.Name != mirror.Name || from.ReportingPort == 0 {
			continue
		}
		l := &Listener{Mirror: mirror, Port: firstReportingPort + len(balancer.Reporting)}
		for _, member := range mirror.Asyncs {
			if member.Reporting() {
				l.Servers = append(l.Servers, m.backend(balancer.Service, member.Service, member.Role))
			}
		}
		balancer.Reporting = append(balancer.Reporting, l)
	}
}

// Reporting reports whether the member never becomes primary, and serves reports.
func (m *Member) Reporting() bool { return m.AsyncType > 0 }

// listen gives each listener its port inside the container: the one that the
// lock has, else 1972 to the first and 11972 and up to the others.
func (m *maker) listen(h *schema.HAProxy, balancer *HAProxy) {
	taken := map[int]bool{StatsPort: true}
	for _, l := range balancer.Reporting {
		taken[l.Port] = true
	}
	for _, l := range balancer.Listeners {
		if old := m.locked.mirrors[l.Mirror.Name]; old != nil && !taken[old.ListenPort] {
			l.Port = old.ListenPort
			taken[l.Port] = true
		}
	}
	for name, old := range m.locked.mirrors {
		if m.gone[name] {
			taken[old.ListenPort] = true // reserved
		}
	}
	next := nextSuperserverPort
	for i, l := range balancer.Listeners {
		if l.Port != 0 {
			continue
		}
		l.Port = firstSuperserverPort
		if i > 0 || taken[l.Port] {
			for taken[next] {
				next++
			}
			if l.Port = next; next > maxPort {
				m.errorf(h.NameRange, "Too many mirrors",
					"haproxy %q has a port for each mirror that it serves, and none is left for %q. Let "+
						"another haproxy serve some: name the mirrors of each.", h.Name, l.Mirror.Name)
				break
			}
		}
		taken[l.Port] = true
	}
	if len(balancer.Listeners) > 0 {
		balancer.FirstPort = balancer.Listeners[0].Port
	}
}

// Every check that gets no answer, or any other than 200, is a second question to the
// gateways: one that is broken must not take a primary down. A backup's honest 503 is
// asked about twice as well, but answered at once; the questions about a dead member
// are those that hold a gateway. They give up after checkPatience (timeout server of
// the health section, twice).
const (
	questions     = 2
	checkPatience = 1800 // milliseconds
)

// heldWorkers is for how long one round of checks holds workers of the gateways while
// all members are dead, in milliseconds.
func heldWorkers(members int) int64 {
	return questions * int64(members) * schema.MemberResponseTimeout * 1000
}

// Of an interval that is raised beyond longestRaised, in milliseconds, the warning names the
// gateways that bring it down to comfortableRaised.
const (
	longestRaised     = 60_000
	comfortableRaised = 10_000
)

// boundChecks raises check intervals where checks of dead members, each held by
// a gateway until the member's response timeout, could fill the gateways. All
// haproxies ask the same gateways, so their members add up; one gateway may be
// down, and the others hold its share then.
func (m *maker) boundChecks(members int) {
	gateways := max(1, len(m.p.SharedGateways())-1)
	least := heldWorkers(members)/int64(mostPinned*gateways) - checkPatience
	least = (least + 99) / 100 * 100
	for i, h := range m.lab.HAProxy {
		balancer := m.p.HAProxy[i]
		if !balancer.ViaGateways || h.CheckInterval.Millis >= least {
			continue
		}
		balancer.CheckMillis = least
		balancer.CheckInterval = fmt.Sprintf("%dms", least)
		if least%1000 == 0 {
			balancer.CheckInterval = fmt.Sprintf("%ds", least/1000)
		}
		shorter := "More web gateways allow a shorter interval"
		if least > longestRaised {
			held := int64(mostPinned) * (comfortableRaised + checkPatience)
			shorter = fmt.Sprintf("That is too late for most: %d web gateways bring it down to %d s, and several "+
				"labs as well", 1+(heldWorkers(members)+held-1)/held, comfortableRaised/1000)
		}
		m.warnf(h.At("check_interval"), "Check interval raised",
			"%d members are checked through the gateways, and a gateway holds each check of a stopped member "+
				"for up to %d s; every %s that could hold more than %d requests of a gateway. haproxy %q checks "+
				"every %s instead, and notices a failover that much later. %s; check_interval = %q accepts this one.",
			members, schema.MemberResponseTimeout, h.CheckInterval.Text, mostPinned, h.Name, balancer.CheckInterval,
			shorter, balancer.CheckInterval)
	}
}
