package importer

import (
	"net/netip"
	"slices"
	"strings"
)

// chooseNetworks takes over the networks that the lab's services are on, and
// finds out which of them carries what.
func (d *discovery) chooseNetworks() {
	used := map[string]bool{}
	for _, p := range d.parts {
		if p.kind == kindNone {
			continue
		}
		if len(p.attached) == 0 && p.kind != kindOwn {
			p.attached = []attachment{{network: "default"}}
		}
		for _, a := range p.attached {
			used[a.network] = true
		}
	}
	for _, p := range d.ofKind(kindOwn) { // where the lab has no such network, clients' will do
		if len(p.attached) == 0 && used["default"] {
			p.attached = []attachment{{network: "default"}}
		}
	}
	labels := map[string]string{}
	taken := map[string]bool{}
	suffix := map[string]int{}
	add := func(n *network) {
		label := nameOf(n.name)
		if label == "default" || label == "" {
			label = "lab"
		}
		for base := label; taken[label]; {
			suffix[base] = max(suffix[base]+1, 2)
			label = base + "-" + itoa(suffix[base])
		}
		taken[label] = true
		labels[n.name] = label
		d.networks = append(d.networks, &network{label, n.subnet})
	}
	for _, n := range d.compose.networks {
		if used[n.name] {
			add(n)
			delete(used, n.name)
		} else {
			d.compose.notes = append(d.compose.notes, "Network "+n.name+" has no service of the lab on it.")
		}
	}
	for _, p := range d.parts { // networks that only services name
		for _, a := range p.attached {
			if used[a.network] {
				add(&network{name: a.network})
				delete(used, a.network)
			}
		}
	}
	for _, p := range d.parts {
		for i := range p.attached {
			p.attached[i].network = labels[p.attached[i].network]
		}
	}
	d.giveSubnets()
	d.clientNetwork = d.mostUsed(kindGateway, kindArbiter, kindNGINX)
	if d.clientNetwork == "" {
		d.clientNetwork = d.lastNetwork()
	}
	d.mirrorNetwork = d.clientNetwork
	members := d.ofKind(kindMember)
	for _, n := range d.networks { // a network that every member is on, and clients need not be
		isOff := func(p *part) bool { return !p.on(n.name) }
		if n.name != d.clientNetwork && !slices.ContainsFunc(members, isOff) {
			d.mirrorNetwork = n.name
			break
		}
	}
	for _, p := range d.parts {
		d.attach(p)
	}
}

// lastNetwork is the last network that a part of the mirror lab is on.
func (d *discovery) lastNetwork() string {
	last := d.networks[len(d.networks)-1].name
	for _, n := range d.networks {
		if slices.ContainsFunc(d.parts, func(p *part) bool {
			return p.kind != kindNone && p.kind != kindOwn && p.on(n.name)
		}) {
			last = n.name
		}
	}
	return last
}

// defaultSubnets is the number of networks that have a subnet by themselves.
const defaultSubnets = 4

// giveSubnets gives a subnet to the networks that Docker would choose one for, where there are more
// than the language has defaults for.
func (d *discovery) giveSubnets() {
	if len(d.networks) <= defaultSubnets {
		return
	}
	var taken []netip.Prefix
	for _, n := range d.networks {
		if prefix, err := netip.ParsePrefix(n.subnet); err == nil {
			taken = append(taken, prefix)
		}
	}
	next := 0
	for _, n := range d.networks {
		for ; n.subnet == "" && next < 1<<16; next++ {
			address := netip.AddrFrom4([4]byte{10, byte(next >> 8), byte(next), 0})
			prefix := netip.PrefixFrom(address, 24)
			if !slices.ContainsFunc(taken, prefix.Overlaps) {
				n.subnet = prefix.String()
			}
		}
	}
}

// mostUsed is the network that most services of these kinds are on, "" where there are none.
func (d *discovery) mostUsed(kinds ...kind) string {
	count := map[string]int{}
	for _, p := range d.parts {
		if slices.Contains(kinds, p.kind) {
			for _, a := range p.attached {
				count[a.network]++
			}
		}
	}
	best := ""
	for _, n := range d.networks {
		if count[n.name] > count[best] {
			best = n.name
		}
	}
	return best
}

func (p *part) on(network string) bool {
	return slices.ContainsFunc(p.attached, func(a attachment) bool { return a.network == network })
}

// attach puts a service on the networks that the lab needs it on.
func (d *discovery) attach(p *part) {
	need := []string{d.clientNetwork}
	switch p.kind {
	case kindNone:
		return
	case kindOwn:
		if len(p.attached) == 0 {
			p.attached = []attachment{{network: d.clientNetwork}}
		}
		return
	case kindMember:
		need = append(need, d.mirrorNetwork)
	}
	for _, name := range need {
		if !p.on(name) {
			p.attached = append(p.attached, attachment{network: name})
			p.remark("%s is on network %s as well, where the lab needs it.", p.name, name)
		}
	}
}

// writeNetworks writes the networks that a service is on, where they are not the default, and its
// addresses.
func (d *discovery) writeNetworks(b *block, p *part) {
	var names []string
	for _, n := range d.networks {
		if p.on(n.name) {
			names = append(names, n.name)
		}
	}
	byDefault := []string{d.clientNetwork}
	if p.kind == kindMember || p.kind == kindServer || p.kind == kindHAProxy {
		byDefault = nil
		for _, n := range d.networks {
			byDefault = append(byDefault, n.name)
		}
	}
	if !slices.Equal(names, byDefault) {
		b.set("networks", list(names))
	}
	if n := d.hostNumber(p); n > 0 {
		b.set("host_number", itoa(n))
		return
	}
	var pins []string
	for _, a := range p.attached {
		if a.address != "" {
			pins = append(pins, quote(a.network)+" = "+quote(a.address))
		}
	}
	if len(pins) > 0 {
		b.set("addresses", "{ "+strings.Join(pins, ", ")+" }")
	}
}

// hostNumber is the one number that all addresses of a service have, 0 where they differ or some are
// not given.
func (d *discovery) hostNumber(p *part) int {
	number := 0
	for _, a := range p.attached {
		n := offset(d.subnetOf(a.network), a.address)
		if n == 0 || number > 0 && n != number {
			return 0
		}
		number = n
	}
	return number
}

func (d *discovery) subnetOf(network string) string {
	for _, n := range d.networks {
		if n.name == network {
			return n.subnet
		}
	}
	return ""
}

// offset is the host number of an address in a subnet, 0 where it has none.
func offset(subnet, address string) int {
	prefix, err := netip.ParsePrefix(subnet)
	ip, err2 := netip.ParseAddr(address)
	if err != nil || err2 != nil || !prefix.Contains(ip) || !ip.Is4() {
		return 0
	}
	base, at := prefix.Masked().Addr().As4(), ip.As4()
	n := 0
	for i := range base {
		n = n<<8 + int(at[i]) - int(base[i])
	}
	return n
}
