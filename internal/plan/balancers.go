package plan

import (
	"fmt"
	"net/netip"
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
		gateway := &Gateway{Service: s, Address: s.Address(m.p.ClientNetwork), Config: config}
		config.Gateways = append(config.Gateways, gateway)
		m.p.Gateways = append(m.p.Gateways, gateway)
		if g.Username != DefaultGatewayUser || g.Password != DefaultGatewayPassword {
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
	settings := fmt.Sprintf("%d %q %q %q %q", g.ServerResponseTimeout, g.DefaultServer, g.Username, g.Password,
		m.systemManager(g))
	for _, section := range g.INI {
		settings += fmt.Sprintf(" [%q]", section.Name)
		for _, pair := range section.Keys {
			settings += fmt.Sprintf(" %q=%q", pair.Key, pair.Value)
		}
	}
	return settings
}

// systemManager lists the addresses from which a gateway may be managed.
func (m *maker) systemManager(g *schema.WebGateway) string {
	patterns := []string{"127.0.0.1", wildcardOf(m.p.ClientNetwork.Subnet)}
	if g.Given("system_manager") {
		patterns = patterns[:0]
		for _, ref := range g.SystemManager {
			patterns = append(patterns, ref.Name)
		}
	}
	return strings.Join(patterns, ",")
}

// gatewayConfig lists every mirror, member and application server.
func (m *maker) gatewayConfig(g *schema.WebGateway) *GatewayConfig {
	c := &GatewayConfig{Timeout: g.ServerResponseTimeout, DefaultServer: g.DefaultServer,
		SystemManager: m.systemManager(g)}
	password := encodePassword(g.Password)
	add := func(name, address string, mirrorAware bool, timeout int) {
		c.Servers = append(c.Servers, GatewayServer{
			Name: name, Address: address, MirrorAware: mirrorAware, Timeout: timeout,
			Username: g.Username, Password: password,
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
	networks := append([]*Network{m.p.ClientNetwork}, m.p.Networks...)
	for _, n := range networks {
		if from.Address(n) != "" && to.Address(n) != "" {
			return &Backend{Name: to.Name, Address: to.Address(n), Role: role}
		}
	}
	return &Backend{Name: to.Name, Role: role}
}

func (m *maker) addNGINX() {
	gateways := map[string]*Gateway{}
	for _, g := range m.p.Gateways {
		gateways[g.Name] = g
	}
	for _, n := range m.lab.NGINX {
		s := m.services[n.Service]
		balancer := &NGINX{
			Service: s, MaxFails: n.MaxFails, FailTimeout: n.FailTimeout.Text, ConnectTimeout: n.ConnectTimeout.Text,
			ReadTimeout: n.ReadTimeout.Text, Config: n.Config,
		}
		for _, ref := range n.Gateways {
			if g := gateways[ref.Name]; g != nil {
				balancer.Gateways = append(balancer.Gateways, m.backend(s, g.Service, ""))
			}
		}
		m.p.NGINX = append(m.p.NGINX, balancer)
	}
}

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
			IdleTimeout: h.IdleTimeout.Text, StatsPort: h.StatsPort, Config: h.Config,
		}
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
		}
		for _, g := range m.p.Gateways {
			if balancer.ViaGateways {
				balancer.Gateways = append(balancer.Gateways, m.backend(s, g.Service, ""))
			}
		}
		m.listen(h, balancer)
		balancer.MaxConn = m.maxConn(h, balancer)
		m.p.HAProxy = append(m.p.HAProxy, balancer)
		if balancer.ViaGateways {
			checked += members
		}
	}
	m.boundChecks(checked)
}

// listen gives each listener its port inside the container: the one that the
// lock has, else 1972 to the first and 11972 and up to the others.
func (m *maker) listen(h *schema.HAProxy, balancer *HAProxy) {
	taken := map[int]bool{StatsPort: true}
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

// A check that gets no answer is asked a second time, and gives up after
// checkPatience (timeout server of the health section, twice).
const checkPatience = 1800 // milliseconds

// boundChecks raises check intervals where checks of dead members, each held by
// a gateway until the member's response timeout, could fill the gateways. All
// haproxies ask the same gateways, so their members add up; one gateway may be
// down, and the others hold its share then.
func (m *maker) boundChecks(members int) {
	gateways := max(1, len(m.p.Gateways)-1)
	held := 2 * int64(members) * schema.MemberResponseTimeout * 1000 // milliseconds of gateways' time a round of checks
	least := held/int64(mostPinned*gateways) - checkPatience
	least = (least + 99) / 100 * 100
	for i, h := range m.lab.HAProxy {
		balancer := m.p.HAProxy[i]
		if !balancer.ViaGateways || h.CheckInterval.Millis >= least {
			continue
		}
		balancer.CheckInterval = fmt.Sprintf("%dms", least)
		if least%1000 == 0 {
			balancer.CheckInterval = fmt.Sprintf("%ds", least/1000)
		}
		m.warnf(h.At("check_interval"), "Check interval raised",
			"%d members are checked through the gateways, and a gateway holds each check of a stopped member "+
				"for up to %d s; every %s that could hold more than %d requests of a gateway. haproxy %q checks "+
				"every %s instead, and notices a failover that much later. More web gateways allow a shorter "+
				"interval; check_interval = %q accepts this one.",
			members, schema.MemberResponseTimeout, h.CheckInterval.Text, mostPinned, h.Name, balancer.CheckInterval,
			balancer.CheckInterval)
	}
}
