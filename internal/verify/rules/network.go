package rules

import (
	"net/netip"
	"slices"

	"mirrorgen/internal/verify/facts"
)

// checkSubnets: every subnet is well-formed, holds its gateway, and overlaps no
// other.
func checkSubnets(l *checker) {
	c := l.Compose
	var before []facts.Subnet
	var owners []*facts.Network
	for _, n := range c.Networks {
		for _, s := range n.Subnets {
			switch {
			case facts.Unknown(s.Text):
				continue
			case !s.Prefix.IsValid():
				l.Report(n.File, s.At, "Invalid subnet",
					"The subnet of network "+n.Name+" reads "+s.Text+", which is no address range.",
					`Write it like 10.0.1.0/24.`)
				continue
			case s.Prefix.Masked() != s.Prefix:
				l.Report(n.File, s.At, "Subnet with host bits",
					"The subnet "+s.Text+" of network "+n.Name+" does not begin at a network address.",
					"Write "+s.Prefix.Masked().String()+".")
			case s.Gateway != "":
				if gateway, err := netip.ParseAddr(s.Gateway); err != nil || !s.Prefix.Contains(gateway) {
					l.Report(n.File, s.At, "Gateway outside its subnet",
						"The gateway "+s.Gateway+" of network "+n.Name+" does not lie in "+s.Text+".",
						"Use an address of the subnet.")
				}
			}
			for i, other := range before {
				if other.Prefix.Overlaps(s.Prefix) {
					l.Report(n.File, s.At, "Overlapping subnets",
						"The subnet "+s.Text+" of network "+n.Name+" overlaps "+other.Text+" of network "+
							owners[i].Name+".",
						l.Remedy("Give the networks of the topology subnets that share no address.",
							"Give the networks subnets that share no address."))
				}
			}
			before, owners = append(before, s), append(owners, n)
		}
	}
}

// checkAddresses: every fixed address lies on its network, is free for a
// container, and is given once.
func checkAddresses(l *checker) {
	c := l.Compose
	networks := make(map[string]*facts.Network, len(c.Networks))
	for _, n := range c.Networks {
		networks[n.Name] = n
	}
	owner := map[netip.Addr]*facts.Service{}
	for _, s := range c.Services {
		for _, a := range s.Addresses {
			n := networks[a.Network]
			if n == nil {
				l.Report(s.File, a.At, "Unknown network",
					"The service "+s.Name+" is on the network "+a.Network+", which is not declared.",
					l.Remedy("Declare it with a network block.", "Declare it below networks, at the top level."))
				continue
			}
			if !l.Generated && (a.IP == "" || facts.Unknown(a.IP) || facts.Unknown(a.Network)) {
				continue // checkPublicSubnets looks at the former
			}
			if a.IP == "" {
				l.Report(s.File, a.At, "Service without a fixed address",
					"The service "+s.Name+" has no ipv4_address on network "+a.Network+", and one that Docker "+
						"chooses may be another's after a restart.",
					"Give it a fixed address.")
				continue
			}
			if !a.Addr.Is4() {
				l.Report(s.File, a.At, "Invalid address",
					"The address of "+s.Name+" on network "+a.Network+" reads "+a.IP+", which is no IPv4 address.",
					"Write it like 10.0.1.2.")
				continue
			}
			l.checkFreeAddress(s, a, n)
			if other := owner[a.Addr]; other != nil && !facts.Apart(other, s) {
				l.Report(s.File, a.At, "Duplicate address",
					"The address "+a.IP+" belongs to both "+other.Name+" and "+s.Name+".",
					"Give one of them another host number.")
				continue
			}
			owner[a.Addr] = s
		}
	}
}

// checkFreeAddress reports an address that lies outside its network, or is not free
// for a container there.
func (l *checker) checkFreeAddress(s *facts.Service, a facts.Address, n *facts.Network) {
	for _, subnet := range n.Subnets {
		if !subnet.Prefix.IsValid() {
			return // reported by checkSubnets
		}
		if !subnet.Prefix.Contains(a.Addr) {
			continue
		}
		taken := ""
		switch a.Addr {
		case subnet.Prefix.Masked().Addr():
			taken = "the network's own address"
		case lastAddress(subnet.Prefix):
			taken = "the network's broadcast address"
		}
		if subnet.Gateway == a.IP || subnet.Gateway == "" && subnet.Prefix.Masked().Addr().Next() == a.Addr {
			taken = "the network's gateway" // Docker's own choice is the first one
		}
		if taken != "" {
			l.Report(s.File, a.At, "Reserved address", "The address "+a.IP+" of "+s.Name+" is "+taken+".",
				"Give the service another host number.")
		}
		return
	}
	if len(n.Subnets) > 0 {
		l.Report(s.File, a.At, "Address outside its network",
			"The address "+a.IP+" of "+s.Name+" does not lie in "+n.Subnets[0].Text+", the subnet of network "+n.Name+
				".",
			"Give it a host number inside the subnet, or the network a larger subnet.")
	}
}

// lastAddress is the broadcast address of an IPv4 prefix.
func lastAddress(p netip.Prefix) netip.Addr {
	if !p.Addr().Is4() {
		return netip.Addr{}
	}
	bytes := p.Masked().Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(bytes)
}

// checkNetworkCell: a network of a script's table is one of the lab.
func (l *checker) checkNetworkCell(c cell) {
	if !slices.ContainsFunc(l.Compose.Networks, func(n *facts.Network) bool { return n.Name == c.word.Text }) {
		l.Report(c.File, c.word.At, "Unknown network",
			"The table "+c.Name+" names the network "+c.word.Text+", which the compose file does not declare.",
			"Name a network of the lab.")
	}
}
