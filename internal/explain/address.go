package explain

import (
	"fmt"
	"net/netip"
	"slices"

	"mirrorgen/internal/plan"
)

// address explains a service's address, or what an address of a network is besides.
func (l *Lab) address(ip netip.Addr) []Answer {
	var answers []Answer
	word := ip.String()
	for _, s := range l.Plan.Services {
		for _, a := range s.Addresses {
			if a.IP != word {
				continue
			}
			answers = append(answers, Answer{
				Subject: fmt.Sprintf("address of %s, on network %s", l.described(s), a.Network.Name),
				Facts:   l.whyAddress(s, a),
				Peers: l.peers(func(c *plan.Connection) bool {
					return c.To == s.Name && c.Address == word || c.From == s.Name && l.through(c, a.Network)
				}),
				Lines: l.find(word),
			})
		}
	}
	if answers != nil {
		return answers
	}
	for _, n := range l.Plan.Networks {
		subnet, err := netip.ParsePrefix(n.Subnet)
		if err != nil || !subnet.Contains(ip) {
			continue
		}
		what := "address of nothing, free"
		switch {
		case word == n.Gateway:
			what = "address of Docker's own gateway"
		case ip == subnet.Masked().Addr():
			what = "the network's own address"
		case !subnet.Contains(ip.Next()):
			what = "the broadcast address"
		}
		answers = append(answers, Answer{
			Subject: fmt.Sprintf("%s, on network %s (%s)", what, n.Name, n.Subnet),
			Facts:   l.whySubnet(n), Lines: l.find(word),
		})
	}
	return answers
}

// through reports whether the target of a connection has that address on a network.
func (l *Lab) through(c *plan.Connection, n *plan.Network) bool {
	to := l.service(c.To)
	return to != nil && slices.ContainsFunc(to.Addresses, func(a plan.Address) bool {
		return a.Network == n && a.IP == c.Address
	})
}

// whyAddress says where the parts of an address come from.
func (l *Lab) whyAddress(s *plan.Service, a plan.Address) []Fact {
	if d := l.declared(s.Name, string(s.Kind)); d != nil && d.Given("addresses") {
		for _, pin := range l.Lab.Services {
			if pin.Name != s.Name {
				continue
			}
			for _, p := range pin.Addresses {
				if p.Key == a.Network.Name {
					return []Fact{{"pinned by addresses", at(p.At)}}
				}
			}
		}
	}
	return append(l.whySubnet(a.Network), l.whyNumber(s))
}

// whyNumber says where a service's host number comes from.
func (l *Lab) whyNumber(s *plan.Service) Fact {
	text := fmt.Sprintf("host number %d", s.HostNumber)
	if d := l.declared(s.Name, string(s.Kind)); d != nil && d.Given("host_number") {
		return Fact{text + ", given", at(d.At("host_number"))}
	}
	if l.Lock != nil {
		for i := range l.Lock.Services {
			if locked := &l.Lock.Services[i]; locked.Name == s.Name && locked.HostNumber == s.HostNumber {
				return Fact{text + ", kept by the lock file", at(locked.Range())}
			}
		}
	}
	return Fact{text + ", the next that nobody had, in the order of the blocks", nil}
}

// whySubnet says where the subnet of a network comes from.
func (l *Lab) whySubnet(n *plan.Network) []Fact {
	text := fmt.Sprintf("subnet %s of network %s", n.Subnet, n.Name)
	d := l.declared(n.Name, "network")
	switch {
	case d == nil:
		return []Fact{{text + ": the network of a lab without network blocks, its subnet derived from the lab's name",
			nil}}
	case d.Given("subnet"):
		return []Fact{{text, at(d.At("subnet"))}}
	}
	return []Fact{{text + ", derived from the lab's name and the order of the networks", at(d.Range)}}
}

// subnet explains a network by its range.
func (l *Lab) subnet(prefix netip.Prefix) []Answer {
	for _, n := range l.Plan.Networks {
		if n.Subnet == prefix.Masked().String() {
			return []Answer{l.network(n)}
		}
	}
	return nil
}

// network explains one network.
func (l *Lab) network(n *plan.Network) Answer {
	on, uses := 0, ""
	for _, s := range l.Plan.Services {
		if slices.ContainsFunc(s.Addresses, func(a plan.Address) bool { return a.Network == n }) {
			on++
		}
	}
	if n == l.Plan.MirrorNetwork {
		uses = "; journal, agents and members among each other"
	}
	if n == l.Plan.ClientNetwork {
		uses += "; superservers of gateways and application servers, and the arbiter"
	}
	return Answer{
		Subject: fmt.Sprintf("network %s, %s, with %d services%s", n.Name, n.Subnet, on, uses),
		Facts:   l.whySubnet(n), Lines: l.find(n.Name),
	}
}
