package plan

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/netip"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// Default subnets lie at 10.X.(64 n).0, so there is room for four networks of
// at most a /18 each.
const (
	defaultNetworks = 4
	longestPrefix   = 24
	shortestPrefix  = 18
)

// firstNumber is the lowest host number: 0 is the network, 1 Docker's gateway.
const firstNumber = 2

// addNetworks makes the networks; a default subnet gets its prefix once the
// host numbers are known.
func (m *maker) addNetworks() {
	for _, n := range m.lab.Networks {
		network := &Network{Name: n.Name, Subnet: n.Subnet}
		m.p.Networks = append(m.p.Networks, network)
		if m.networks[n.Name] == nil {
			m.networks[n.Name] = network
		}
	}
	m.p.MirrorNetwork = m.networks[m.lab.MirrorNetwork]
	m.p.ClientNetwork = m.networks[m.lab.ClientNetwork]
}

// base returns the first address of the i-th network as a number.
func (m *maker) base(i int) uint32 {
	if subnet := m.lab.Networks[i].Subnet; subnet != "" {
		return number(netip.MustParsePrefix(subnet).Addr())
	}
	x := 200 + crc32.ChecksumIEEE([]byte(m.lab.Name))%50
	return 10<<24 | x<<16 | uint32(i%defaultNetworks)*64<<8
}

func number(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func address(n uint32) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b).String()
}

// A pin is an address that the topology gives.
type pin struct {
	owner *schema.Service
	at    hcl.Range
}

// addresses hands out host numbers, the given ones first, and from them the
// addresses on every network.
func (m *maker) addresses() {
	index := map[string]int{}
	for i := len(m.lab.Networks) - 1; i >= 0; i-- {
		index[m.lab.Networks[i].Name] = i
	}
	given := map[int]*schema.Service{}             // host_number
	pinned := map[int][]*schema.Service{}          // owners of pinned addresses, on any network
	pins := make([]map[int]pin, len(m.p.Networks)) // by network, then number
	for i := range pins {
		pins[i] = map[int]pin{}
	}
	for _, s := range m.lab.Services {
		if s.HostNumber != 0 {
			if first := given[s.HostNumber]; first != nil {
				m.errorf(s.At("host_number"), "Host number used twice",
					"%d is already the host number of %q at %s. Give one of them another, or leave it "+
						"out.%s", s.HostNumber, first.Name, first.At("host_number"), s.Note())
			} else {
				given[s.HostNumber] = s
			}
		}
		for _, p := range s.Addresses {
			i, ok := index[p.Key]
			if !ok {
				continue
			}
			n := int(int64(number(netip.MustParseAddr(p.Value))) - int64(m.base(i)))
			if problem := m.unfit(i, n); problem != "" {
				m.errorf(p.At, "Address outside the network", "%s of %q: %s", p.Value, s.Name, problem)
				continue
			}
			if first, taken := pins[i][n]; taken {
				m.errorf(p.At, "Address used twice",
					"%s is already the address of %q at %s. Give one of them another.", p.Value, first.owner.Name,
					first.at)
				continue
			}
			pins[i][n] = pin{s, p.At}
			pinned[n] = append(pinned[n], s)
		}
	}
	m.numbers(given, pinned)
	m.fit(index, pins)
	m.compare()
}

// numbers gives every service its host number: the one that the topology says,
// else the one that the lock has, else the next that nobody has or had.
func (m *maker) numbers(given map[int]*schema.Service, pinned map[int][]*schema.Service) {
	open := make([]*schema.Service, 0, len(m.lab.Services))
	for _, s := range m.lab.Services {
		n := s.HostNumber
		if n == 0 {
			n = m.number(s, func(n int) *schema.Service {
				if other := given[n]; other != nil {
					return other
				}
				return otherThan(s, pinned[n])
			})
		}
		if n == 0 {
			open = append(open, s)
		}
		m.services[s].HostNumber = n
	}
	next := firstNumber
	for _, s := range open {
		for given[next] != nil || otherThan(s, pinned[next]) != nil || m.locked.numbers[next] != "" {
			next++
		}
		m.services[s].HostNumber = next
		next++
	}
}

// otherThan is the first of the owners that is not s, or nil.
func otherThan(s *schema.Service, owners []*schema.Service) *schema.Service {
	for _, owner := range owners {
		if owner != s {
			return owner
		}
	}
	return nil
}

// unfit says why number n cannot be a host of network i, or "".
func (m *maker) unfit(i, n int) string {
	subnet := m.lab.Networks[i].Subnet
	size := 1 << (32 - shortestPrefix)
	where := "the default subnet"
	if subnet != "" {
		size = 1 << (32 - netip.MustParsePrefix(subnet).Bits())
		where = subnet
	}
	switch {
	case n < 0 || n >= size:
		return fmt.Sprintf(
			"it is not within %s of network %q. Take an address from that subnet.", where, m.lab.Networks[i].Name)
	case n == 0:
		return "it is the address of the network itself. Take one from the third address on."
	case n == 1:
		return "it is Docker's own address on this network, the gateway. Take one from the next address on."
	case n == size-1:
		return "it is the broadcast address of the network. Take a lower one."
	}
	return ""
}

// fit writes the addresses and makes sure that every subnet holds its services.
func (m *maker) fit(index map[string]int, pins []map[int]pin) {
	highest := make([]int, len(m.p.Networks)) // host number on each network
	needed := make([]int, len(m.p.Networks))  // addresses on each network
	over := make([]*schema.Service, len(m.p.Networks))
	for _, s := range m.lab.Services {
		service := m.services[s]
		for _, ref := range s.Networks {
			i, ok := index[ref.Name]
			if !ok {
				continue
			}
			n := service.HostNumber
			for _, p := range s.Addresses {
				pinned := int(int64(number(netip.MustParseAddr(p.Value))) - int64(m.base(i)))
				if p.Key == ref.Name && pins[i][pinned].owner == s {
					n = pinned
				}
			}
			if first, ok := pins[i][n]; ok && first.owner != s {
				m.errorf(s.At("host_number"), "Address used twice",
					"Host number %d of %q is the address that %q is pinned to on network %q at %s. Give one of "+
						"them another.", n, s.Name, first.owner.Name, ref.Name, first.at)
			}
			highest[i] = max(highest[i], n)
			needed[i]++
			if over[i] == nil && m.lab.Networks[i].Subnet != "" && m.unfit(i, n) != "" {
				over[i] = s
			}
			service.Addresses = append(service.Addresses, Address{m.p.Networks[i], address(m.base(i) + uint32(n))})
		}
	}
	for i, n := range m.p.Networks {
		m.subnet(i, n, needed[i], highest[i], over[i])
	}
	for i, n := range m.p.Networks {
		if i >= defaultNetworks && m.lab.Networks[i].Subnet == "" {
			continue // an error already
		}
		for j, other := range m.p.Networks[:i] {
			if m.lab.Networks[i].Subnet != "" && m.lab.Networks[j].Subnet != "" {
				continue // schema has compared them
			}
			if overlap(n.Subnet, other.Subnet) {
				m.errorf(m.lab.Networks[i].Range, "Overlapping subnets",
					"%s of network %q overlaps %s of network %q. Set subnet of both, to ranges that do not "+
						"overlap.", n.Subnet, n.Name, other.Subnet, other.Name)
			}
		}
	}
}

func overlap(a, b string) bool {
	p, err := netip.ParsePrefix(a)
	q, err2 := netip.ParsePrefix(b)
	return err == nil && err2 == nil && p.Overlaps(q)
}

// subnet completes a network of which is known how many addresses it needs, and the
// highest host number.
func (m *maker) subnet(i int, n *Network, needed, highest int, over *schema.Service) {
	from := m.lab.Networks[i]
	bits := longestPrefix
	if n.Subnet != "" {
		bits = netip.MustParsePrefix(n.Subnet).Bits()
	}
	for bits > 8 && highest > 1<<(32-bits)-2 {
		bits--
	}
	n.Gateway = address(m.base(i) + 1)
	if n.Subnet != "" {
		if over != nil {
			fits := netip.PrefixFrom(netip.MustParseAddr(address(m.base(i))), bits).Masked()
			example := fmt.Sprintf(", for example %s", fits)
			for j, other := range m.lab.Networks {
				if j != i && overlap(other.Subnet, fits.String()) {
					example = "" // it would meet another network
				}
			}
			m.errorf(from.At("subnet"), "Subnet too small",
				"Network %q needs %d addresses, up to host number %d, and %s ends at %d: the first service "+
					"that does not fit is %q. A prefix that fits is /%d%s.",
				n.Name, needed, highest, n.Subnet, 1<<(32-netip.MustParsePrefix(n.Subnet).Bits())-2, over.Name, bits,
				example)
		}
		return
	}
	n.Subnet = fmt.Sprintf("%s/%d", address(m.base(i)), bits)
	switch {
	case i >= defaultNetworks:
		m.errorf(from.Range, "Subnet needed",
			"Only the first %d networks have a default subnet. Set subnet of %q, for example: subnet = "+
				"\"10.1.%d.0/24\".", defaultNetworks, n.Name, i%256)
	case bits < shortestPrefix:
		m.errorf(from.Range, "Subnet needed",
			"Network %q needs %d addresses, up to host number %d, more than the default subnet can hold (%d). "+
				"Set subnet to a range with a prefix of /%d or shorter, for example: subnet = \"%s/%d\".",
			n.Name, needed, highest, 1<<(32-shortestPrefix)-2, bits, address(10<<24|uint32(i)<<(32-bits)), bits)
	}
}

// Address returns the service's address on a network, "" where it is not on it.
func (s *Service) Address(n *Network) string {
	for _, a := range s.Addresses {
		if a.Network == n {
			return a.IP
		}
	}
	return ""
}
