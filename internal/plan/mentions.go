package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Mention is a service that a container of the user's own has to do with.
type Mention struct {
	*Service
	// Port is the one that the container is told to ask, 0 where nothing says which.
	Port int
	// Waits is whether the container starts after the service, and nothing else is said of it.
	Waits bool
}

// Mentions are the services that a container's command and environment name as hosts, or by an
// address, and those that it waits for, each once, in the lab's order.
func (p *Plan) Mentions(c *Container) []Mention {
	ports := map[string]int{}
	texts := append(slices.Clone(c.Command), c.CommandLine)
	for i, text := range texts {
		p.mentioned(text, i > 0, ports)
	}
	for _, variable := range c.Environment {
		p.mentioned(variable.Value, true, ports)
	}
	var list []Mention
	for _, s := range p.Services {
		port, named := ports[s.Name]
		waits := slices.ContainsFunc(c.DependsOn, func(d Dependency) bool { return d.Service == s.Name })
		if s != c.Service && (named || waits) {
			list = append(list, Mention{s, port, !named})
		}
	}
	return list
}

// host is a host in a text: behind a scheme, with a port, or alone.
var host = regexp.MustCompile(`(?:([A-Za-z][A-Za-z0-9+.-]*)://(?:[^\s/@'"]*@)?)?` +
	`([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)` +
	`(?::([0-9]{1,5})\b)?`)

// schemePorts are the ports of schemes that need not name them.
var schemePorts = map[string]int{"http": HTTPPort, "https": HTTPSPort}

// mentioned notes the services that a text names, with the port where it has one. A name that
// stands in a sentence or a script is one where a scheme or a port makes it a host: others are
// words. whole is whether a text that is nothing but names, between commas, is one as well.
func (p *Plan) mentioned(text string, whole bool, ports map[string]int) {
	whole = whole && !strings.ContainsAny(strings.TrimSpace(text), " \t\n")
	for _, match := range host.FindAllStringSubmatch(text, -1) {
		s := p.at(match[2])
		if s == nil {
			continue
		}
		byAddress := s.Name != match[2]
		port, _ := strconv.Atoi(match[3])
		if port == 0 {
			port = schemePorts[strings.ToLower(match[1])]
		}
		alone := whole && slices.Contains(strings.FieldsFunc(text, isSeparator), match[0])
		if !byAddress && match[1] == "" && port == 0 && !alone {
			continue
		}
		ports[s.Name] = max(port, ports[s.Name])
	}
}

// isSeparator reports whether a character stands between the names of a list.
func isSeparator(r rune) bool { return r == ',' || r == ';' }

// at is the service of that name, or with that address; nil for none.
func (p *Plan) at(host string) *Service {
	for _, s := range p.Services {
		if s.Name == host || slices.ContainsFunc(s.Addresses, func(a Address) bool { return a.IP == host }) {
			return s
		}
	}
	return nil
}

// reached is the address of a service on the first network that it shares with another, "" where
// they share none.
func reached(from, to *Service) string {
	network := sharedNetwork(from, to)
	for _, a := range to.Addresses {
		if a.Network == network {
			return a.IP
		}
	}
	return ""
}

// Watched are the services that Prometheus asks, each once: gateways for the instances behind
// them, or instances themselves, HAProxy and nginx.
func (m *Monitoring) Watched() []ScrapeTarget {
	var list []ScrapeTarget
	add := func(t ScrapeTarget) {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	for _, i := range m.Instances {
		t := i.ScrapeTarget
		if i.Gateway != "" {
			t.Name = i.Gateway
		}
		add(t)
	}
	for _, t := range slices.Concat(m.HAProxy, m.NGINX) {
		add(t)
	}
	return list
}
