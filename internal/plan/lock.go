package plan

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// A Lock is what earlier builds have handed out: the numbers that must not move
// when a topology is edited, because members keep their addresses in their own
// configuration. [ReadLock] reads it and [Lock.Encode] writes it.
type Lock struct {
	Lab      string // name of the lab that it belongs to
	Services []LockedService
	Mirrors  []LockedMirror
	// Inputs are the variables of the last build that were not sensitive, in file order.
	// Values that are too long to be read in a lock file are left out.
	Inputs []LockedInput
	at     hcl.Range // the lab argument
}

// A LockedService is what one service has been given.
type LockedService struct {
	Name       string
	HostNumber int        // from 2 up
	Addresses  []KeyValue // pinned by the topology: network to address, sorted
	HTTPPort   int        // of a web gateway, 0 for none
	// DataDirectory is the directory in data/ of a durable member that was renamed: the name
	// that it had first. "" for its own name.
	DataDirectory string
	Gone          bool // the topology has no such service any more
	at            hcl.Range
}

// A LockedMirror is what one mirror that a haproxy serves has been given.
type LockedMirror struct {
	Name            string
	ListenPort      int // of the haproxy, inside its container
	SuperserverPort int // host port, 0 where none is published
	Gone            bool
	at              hcl.Range
}

// Range is where the lock file names the service.
func (s *LockedService) Range() hcl.Range { return s.at }

// Range is where the lock file names the mirror.
func (m *LockedMirror) Range() hcl.Range { return m.at }

// Freed lists what the lock keeps for services and mirrors that the topology no
// longer has: "service old", "mirror ap9".
func (l *Lock) Freed() []string {
	var freed []string
	for _, s := range l.Services {
		if s.Gone {
			freed = append(freed, "service "+s.Name)
		}
	}
	for _, m := range l.Mirrors {
		if m.Gone {
			freed = append(freed, "mirror "+m.Name)
		}
	}
	return freed
}

// Pruned is the lock without what it keeps for services and mirrors that are
// gone, so that their numbers and ports are handed out again.
func (l *Lock) Pruned() *Lock {
	return &Lock{
		Lab:      l.Lab,
		Inputs:   l.Inputs,
		Services: slices.DeleteFunc(slices.Clone(l.Services), func(s LockedService) bool { return s.Gone }),
		Mirrors:  slices.DeleteFunc(slices.Clone(l.Mirrors), func(m LockedMirror) bool { return m.Gone }),
	}
}

// locked is the lock that a plan is made with, by name and by number.
type locked struct {
	services map[string]*LockedService
	mirrors  map[string]*LockedMirror
	numbers  map[int]string // host number to service
	ports    map[int]string // host port to service or mirror
}

// open makes the lock ready, or reports that it is another lab's.
func (m *maker) open(lock *Lock) {
	m.gone = map[string]bool{}
	m.locked = locked{map[string]*LockedService{}, map[string]*LockedMirror{}, map[int]string{}, map[int]string{}}
	if lock == nil {
		return
	}
	if lock.Lab != m.lab.Name {
		m.errorf(lock.at, "Lock of another lab",
			"This lock file belongs to lab %q, and the topology describes lab %q. Give the lab its old name, "+
				"or delete the lock file to hand out addresses and ports anew.", lock.Lab, m.lab.Name)
		return
	}
	for i := range lock.Services {
		s := &lock.Services[i]
		m.locked.services[s.Name] = s
		m.locked.numbers[s.HostNumber] = s.Name
		if s.HTTPPort != 0 {
			m.locked.ports[s.HTTPPort] = "service " + s.Name
		}
	}
	present := map[string]bool{}
	for _, mirror := range m.lab.Mirrors {
		present[mirror.Name] = true
	}
	for i := range lock.Mirrors {
		l := &lock.Mirrors[i]
		m.gone[l.Name] = !present[l.Name]
		m.locked.mirrors[l.Name] = l
		if l.SuperserverPort != 0 {
			m.locked.ports[l.SuperserverPort] = "mirror " + l.Name
		}
	}
	m.move()
}

// lock notes what the plan has given to whom, in file order, and after that what
// stays reserved for those who are gone.
func (m *maker) lock() {
	lock := &Lock{Lab: m.p.Name, Services: make([]LockedService, 0, len(m.p.Services)),
		Inputs: lockInputs(m.lab.Inputs)}
	numbers, ports := make(map[int]bool, len(m.p.Services)), map[int]bool{}
	gateways := map[*Service]int{}
	for _, g := range m.p.Gateways {
		gateways[g.Service] = g.HTTPPort
	}
	present := make(map[string]bool, len(m.p.Services))
	for _, s := range m.lab.Services {
		service := m.services[s]
		entry := LockedService{Name: s.Name, HostNumber: service.HostNumber, HTTPPort: gateways[service],
			DataDirectory: m.dataNames[s.Name]}
		for _, p := range s.Addresses {
			entry.Addresses = append(entry.Addresses, KeyValue{p.Key, p.Value})
		}
		lock.Services = append(lock.Services, entry)
		present[s.Name], numbers[entry.HostNumber] = true, true
		if entry.HTTPPort != 0 {
			ports[entry.HTTPPort] = true
		}
	}
	listeners := map[*Mirror]*Listener{}
	for _, h := range m.p.HAProxy {
		for _, l := range h.Listeners {
			listeners[l.Mirror] = l
		}
	}
	mirrors := make(map[string]bool, len(m.p.Mirrors))
	for _, mirror := range m.p.Mirrors {
		mirrors[mirror.Name] = true
		if l := listeners[mirror]; l != nil {
			lock.Mirrors = append(lock.Mirrors,
				LockedMirror{Name: mirror.Name, ListenPort: l.Port, SuperserverPort: l.Host})
			ports[l.Host] = true
		}
	}
	for _, old := range m.locked.services {
		if !present[old.Name] && !numbers[old.HostNumber] {
			lock.Services = append(lock.Services,
				LockedService{Name: old.Name, HostNumber: old.HostNumber, HTTPPort: reserved(old.HTTPPort, ports),
					DataDirectory: old.DataDirectory, Gone: true})
		}
	}
	for _, old := range m.locked.mirrors {
		if !mirrors[old.Name] {
			lock.Mirrors = append(lock.Mirrors,
				LockedMirror{Name: old.Name, ListenPort: old.ListenPort,
					SuperserverPort: reserved(old.SuperserverPort, ports), Gone: true})
		}
	}
	gone := func(a, b bool) int { return map[bool]int{true: 1}[a] - map[bool]int{true: 1}[b] }
	slices.SortStableFunc(lock.Services, func(a, b LockedService) int {
		if c := gone(a.Gone, b.Gone); c != 0 || !a.Gone {
			return c
		}
		return cmp.Compare(a.HostNumber, b.HostNumber)
	})
	slices.SortStableFunc(lock.Mirrors, func(a, b LockedMirror) int {
		if c := gone(a.Gone, b.Gone); c != 0 || !a.Gone {
			return c
		}
		return cmp.Or(cmp.Compare(a.ListenPort, b.ListenPort), cmp.Compare(a.Name, b.Name))
	})
	m.p.Lock = lock
}

// reserved keeps a port of a service that is gone, unless it is taken.
func reserved(port int, taken map[int]bool) int {
	if taken[port] {
		return 0
	}
	return port
}

// number is the host number that the lock has for a service, or 0. others says
// who else the topology gives that number to.
func (m *maker) number(s *schema.Service, others func(n int) *schema.Service) int {
	old := m.locked.services[s.Name]
	if old == nil {
		return 0
	}
	if other := others(old.HostNumber); other != nil {
		m.warnf(other.At(givenBy(other)), "Address taken over",
			"Host number %d belongs to %q in the lock file, and the topology gives it to %q here, so %q gets "+
				"another address. Choose another number to leave it where it is.%s", old.HostNumber, s.Name,
			other.Name, s.Name, m.rebuild(s))
		return 0
	}
	return old.HostNumber
}

// givenBy is the argument with which a service asks for an address.
func givenBy(s *schema.Service) string {
	if s.HostNumber != 0 {
		return "host_number"
	}
	return "addresses"
}

// compare warns of services that earlier builds have given another address.
func (m *maker) compare() {
	if len(m.locked.services) == 0 {
		return
	}
	index := map[*Network]int{}
	for i, n := range m.p.Networks {
		index[n] = i
	}
	for _, s := range m.lab.Services {
		old := m.locked.services[s.Name]
		if old == nil {
			continue
		}
		for _, a := range m.services[s].Addresses {
			before := address(m.base(index[a.Network]) + uint32(old.HostNumber))
			for _, pinned := range old.Addresses {
				if pinned.Key == a.Network.Name {
					before = pinned.Value
				}
			}
			if before != a.IP && (s.HostNumber != 0 || len(s.Addresses) > 0 || len(old.Addresses) > 0) {
				m.warnf(s.At(givenBy(s)), "Address changes",
					"%q is %s on network %q according to the lock file, and becomes %s because the topology "+
						"says so.%s", s.Name, before, a.Network.Name, a.IP, m.rebuild(s))
				break
			}
		}
	}
}

// rebuild says what a member whose mirror outlives its containers needs when its
// address changes.
func (m *maker) rebuild(s *schema.Service) string {
	for _, mirror := range m.lab.Mirrors {
		for _, member := range mirror.Members {
			if member.Service == s && mirror.Durable {
				return " Mirror " + mirror.Name + " is durable: its members keep their addresses in their own " +
					"configuration, so it has to be set up anew (./stop.sh --purge, ./start.sh)."
			}
		}
	}
	return ""
}
