package importer

import (
	"net/netip"
	"slices"
	"strings"
)

// chooseNetworks takes over the networks that the lab's services are on, and
// tells which of them carries what.
func (l *findings) chooseNetworks() {
	used := map[string]bool{}
	for _, p := range l.parts {
		if p.kind == kindNone {
			continue
		}
		if len(p.attached) == 0 {
			p.attached = []attachment{{network: "default"}}
		}
		for _, a := range p.attached {
			used[a.network] = true
		}
	}
	labels := map[string]string{}
	taken := map[string]bool{}
	add := func(n *network) {
		label := plainName(n.name)
		if label == "default" || label == "" {
			label = "lab"
		}
		for base, i := label, 2; taken[label]; i++ {
			label = base + "-" + itoa(i)
		}
		taken[label] = true
		labels[n.name] = label
		l.networks = append(l.networks, &network{label, n.subnet})
	}
	for _, n := range l.compose.networks {
		if used[n.name] {
			add(n)
			delete(used, n.name)
		} else {
			l.compose.notes = append(l.compose.notes, "Network "+n.name+" has no service of the lab on it.")
		}
	}
	for _, p := range l.parts { // networks that only services name
		for _, a := range p.attached {
			if used[a.network] {
				add(&network{name: a.network})
				delete(used, a.network)
			}
		}
	}
	for _, p := range l.parts {
		for i := range p.attached {
			p.attached[i].network = labels[p.attached[i].network]
		}
	}
	l.clientNetwork = l.mostUsed(kindGateway, kindArbiter, kindNGINX)
	if l.clientNetwork == "" {
		l.clientNetwork = l.networks[len(l.networks)-1].name
	}
	l.mirrorNetwork = l.clientNetwork
	for _, n := range l.networks { // a network that every member is on, and clients need not be
		if n.name == l.clientNetwork {
			continue
		}
		if !slices.ContainsFunc(l.ofKind(kindMember), func(p *part) bool { return !p.on(n.name) }) {
			l.mirrorNetwork = n.name
			break
		}
	}
	for _, p := range l.parts {
		l.attach(p)
	}
}

// mostUsed is the network that most services of these kinds are on, "" where
// there are none.
func (l *findings) mostUsed(kinds ...kind) string {
	best, most := "", 0
	for _, n := range l.networks {
		count := 0
		for _, p := range l.parts {
			if slices.Contains(kinds, p.kind) && p.on(n.name) {
				count++
			}
		}
		if count > most {
			best, most = n.name, count
		}
	}
	return best
}

func (p *part) on(network string) bool {
	return slices.ContainsFunc(p.attached, func(a attachment) bool { return a.network == network })
}

// attach puts a service on the networks that the lab needs it on.
func (l *findings) attach(p *part) {
	need := []string{l.clientNetwork}
	switch p.kind {
	case kindNone:
		return
	case kindMember:
		need = append(need, l.mirrorNetwork)
	}
	for _, name := range need {
		if !p.on(name) {
			p.attached = append(p.attached, attachment{network: name})
			p.remark("%s is on network %s too now, where the lab needs it.", p.name, name)
		}
	}
}

// writeNetworks says on which networks a service is, where that is not the
// default, and its addresses.
func (l *findings) writeNetworks(b *block, p *part) {
	var names []string
	for _, n := range l.networks {
		if p.on(n.name) {
			names = append(names, n.name)
		}
	}
	byDefault := []string{l.clientNetwork}
	if p.kind == kindMember || p.kind == kindServer || p.kind == kindHAProxy {
		byDefault = nil
		for _, n := range l.networks {
			byDefault = append(byDefault, n.name)
		}
	}
	if !slices.Equal(names, byDefault) {
		b.set("networks", list(names))
	}
	pinned := false
	for _, a := range p.attached {
		pinned = pinned || a.address != ""
	}
	if n := l.hostNumber(p); n > 0 {
		b.set("host_number", itoa(n))
		return
	}
	if pinned {
		var pins []string
		for _, a := range p.attached {
			if a.address != "" {
				pins = append(pins, quote(a.network)+" = "+quote(a.address))
			}
		}
		b.set("addresses", "{ "+strings.Join(pins, ", ")+" }")
	}
}

// hostNumber is the one number that all addresses of a service have, 0 where
// they differ or some are not given.
func (l *findings) hostNumber(p *part) int {
	number := 0
	for _, a := range p.attached {
		n := 0
		for _, made := range l.networks {
			if made.name == a.network {
				n = offset(made.subnet, a.address)
			}
		}
		if n == 0 || number > 0 && n != number {
			return 0
		}
		number = n
	}
	return number
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
