package verify

import "net/netip"

// checkSubnets: every subnet is well-formed, holds its gateway, and overlaps no
// other.
func checkSubnets(l *facts) {
	c := l.compose
	var before []subnet
	var owners []*network
	for _, n := range c.networks {
		for _, s := range n.subnets {
			switch {
			case !s.prefix.IsValid():
				l.report(n.file, s.at, "Invalid subnet", "The subnet of network "+n.name+" reads "+s.text+", which is no address range.", `Write it like 10.0.1.0/24.`)
				continue
			case s.prefix.Masked() != s.prefix:
				l.report(n.file, s.at, "Subnet with host bits", "The subnet "+s.text+" of network "+n.name+" does not begin at a network address.", "Write "+s.prefix.Masked().String()+".")
			case s.gateway != "":
				if gateway, err := netip.ParseAddr(s.gateway); err != nil || !s.prefix.Contains(gateway) {
					l.report(n.file, s.at, "Gateway outside its subnet", "The gateway "+s.gateway+" of network "+n.name+" does not lie in "+s.text+".", "Use an address of the subnet.")
				}
			}
			for i, other := range before {
				if other.prefix.Overlaps(s.prefix) {
					l.report(n.file, s.at, "Overlapping subnets", "The subnet "+s.text+" of network "+n.name+" overlaps "+other.text+" of network "+owners[i].name+".",
						"Give the networks of the topology subnets that share no address.")
				}
			}
			before, owners = append(before, s), append(owners, n)
		}
	}
}

// checkAddresses: every fixed address lies on its network, is free for a
// container, and is given once.
func checkAddresses(l *facts) {
	c := l.compose
	networks := make(map[string]*network, len(c.networks))
	for _, n := range c.networks {
		networks[n.name] = n
	}
	owner := map[netip.Addr]*service{}
	for _, s := range c.services {
		for _, a := range s.addresses {
			n := networks[a.network]
			if n == nil {
				l.report(s.file, a.at, "Unknown network", "The service "+s.name+" is on the network "+a.network+", which is not declared.", "Declare it with a network block.")
				continue
			}
			if a.ip == "" && !l.generated {
				continue // checkPlaces looks at it
			}
			if a.ip == "" {
				l.report(s.file, a.at, "Service without a fixed address", "The service "+s.name+" has no ipv4_address on network "+a.network+", and one that Docker chooses may be another's after a restart.",
					"Give it a fixed address.")
				continue
			}
			if !a.addr.Is4() {
				l.report(s.file, a.at, "Invalid address", "The address of "+s.name+" on network "+a.network+" reads "+a.ip+", which is no IPv4 address.", "Write it like 10.0.1.2.")
				continue
			}
			l.checkPlace(s, a, n)
			if other := owner[a.addr]; other != nil {
				l.report(s.file, a.at, "Duplicate address", "The address "+a.ip+" belongs to both "+other.name+" and "+s.name+".", "Give one of them another host number.")
				continue
			}
			owner[a.addr] = s
		}
	}
}

// checkPlace reports an address that lies outside its network, or is not free
// for a container there.
func (l *facts) checkPlace(s *service, a address, n *network) {
	for _, subnet := range n.subnets {
		if !subnet.prefix.IsValid() {
			return // reported by checkSubnets
		}
		if !subnet.prefix.Contains(a.addr) {
			continue
		}
		taken := ""
		switch a.addr {
		case subnet.prefix.Masked().Addr():
			taken = "the network's own address"
		case lastAddress(subnet.prefix):
			taken = "the network's broadcast address"
		}
		if subnet.gateway == a.ip || subnet.gateway == "" && subnet.prefix.Masked().Addr().Next() == a.addr {
			taken = "the network's gateway" // Docker's own choice is the first one
		}
		if taken != "" {
			l.report(s.file, a.at, "Reserved address", "The address "+a.ip+" of "+s.name+" is "+taken+".", "Give the service another host number.")
		}
		return
	}
	if len(n.subnets) > 0 {
		l.report(s.file, a.at, "Address outside its network", "The address "+a.ip+" of "+s.name+" does not lie in "+n.subnets[0].text+", the subnet of network "+n.name+".",
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
