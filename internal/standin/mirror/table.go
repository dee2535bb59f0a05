// Package mirror is a model of InterSystems mirroring: who is primary, who may
// become it, and which writes it accepts. It follows the High Availability Guide
// (GHA), above all its "Automatic Failover Mechanics Detailed" and the table "Mirror
// Responses to Lost Connections in Arbiter Mode". What the guide leaves open is
// marked as inferred.
//
// A [Member] is a member's place in its mirror. It outlives the instance: when that
// is down, the member's ISCAgent ([Agent]) still answers for it.
package mirror

import (
	"slices"

	"mirrorgen/internal/standin/wire"
)

// Type is a member's type.
type Type string

// The member types, in the words of the product ($SYSTEM.Mirror.GetMemberType and
// the eleventh field of iris qlist).
const (
	Failover  Type = "Failover"
	DR        Type = "Disaster Recovery"
	ReadOnly  Type = "Read-Only Reporting"
	ReadWrite Type = "Read-Write Reporting"
)

// Status is a member's mirror status, the twelfth field of iris qlist (GHA, "Mirror
// member status").
type Status string

// The statuses. Down is no status of the product: the instance does not run.
const (
	Primary       Status = "Primary"
	Backup        Status = "Backup"
	Connected     Status = "Connected"
	Transition    Status = "Transition"
	Synchronizing Status = "Synchronizing"
	Waiting       Status = "Waiting"
	Trouble       Status = "In Trouble"
	Stopped       Status = "Stopped"
	Down          Status = "Down"
)

// The most members of a mirror (GHA: 16, of which two are failover members).
const (
	mostMembers  = 16
	mostFailover = 2
)

// A Peer is a member as all members know it: a line of [MapMirrors.SET] in iris.cpf.
type Peer struct {
	Name        string
	Type        Type
	GUID        string
	Mirror      string // mirror private address: the data channel from the primary
	Superserver string // ECPAddress: gateways and application servers
	Port        int    // of the superserver
	Agent       string // address of the member's ISCAgent
	AgentPort   int
	Directory   string // of the instance
	Subject     string // distinguished name of its certificate, SSLComputerName; "" for none
}

// channel is where the primary's data channel is reached. A second failover member
// must use the mirror private address; asyncs fall back to the superserver address
// (GHA, "Mirror Member Network Addresses").
func (p Peer) channel(asker Type) []string {
	addresses := []string{wire.Address(p.Mirror, p.Port)}
	if asker != Failover && p.Superserver != p.Mirror {
		addresses = append(addresses, wire.Address(p.Superserver, p.Port))
	}
	return addresses
}

// agents is where the member's agent is asked: critical functions retry on the
// mirror private and superserver addresses (GHA, "Mirror Member Network Addresses").
func (p Peer) agents() []string {
	var addresses []string
	for _, host := range []string{p.Agent, p.Mirror, p.Superserver} {
		address := wire.Address(host, p.AgentPort)
		if !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// A Table is what all members of a mirror agree on. The primary changes it; of two
// tables the one with the higher version counts.
type Table struct {
	Set     string // name of the mirror
	GUID    string
	Version int
	Arbiter string // "host:port", empty for none
	Secured bool   // members talk to each other with TLS (UseSSL)
	QoS     int    // quality of service time-out in milliseconds (QOSTimeout); 0 is the product's
	Members []Peer
}

// Find returns the member of that name.
func (t *Table) Find(name string) (Peer, bool) {
	for _, p := range t.Members {
		if p.Name == name {
			return p, true
		}
	}
	return Peer{}, false
}

// knows reports whether a member has a certificate of that name.
func (t *Table) knows(name string) bool {
	return slices.ContainsFunc(t.Members, func(p Peer) bool { return p.Subject == name })
}

// setType changes the type of a member.
func (t *Table) setType(name string, typ Type) {
	for i := range t.Members {
		if t.Members[i].Name == name {
			t.Members[i].Type = typ
		}
	}
}

// failoverMembers are the failover members other than the one named.
func (t *Table) failoverMembers(except string) []Peer {
	var list []Peer
	for _, p := range t.Members {
		if p.Type == Failover && p.Name != except {
			list = append(list, p)
		}
	}
	return list
}

// others are all members other than the one named.
func (t *Table) others(except string) []Peer {
	return slices.DeleteFunc(slices.Clone(t.Members), func(p Peer) bool { return p.Name == except })
}

// clone copies the table, so that it can be changed.
func (t Table) clone() Table {
	t.Members = slices.Clone(t.Members)
	return t
}
