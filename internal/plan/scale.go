package plan

import (
	"slices"
	"strconv"
	"strings"

	"mirrorgen/schema"
)

// What one Docker host may not hold is warned of, once a lab. Such a lab is compiled all
// the same.

// bridgePorts is how many containers a Docker network holds: it is a Linux
// bridge, whose port numbers are ten bits without zero (BR_MAX_PORTS, 1024).
const bridgePorts = 1023

func (m *maker) bridges() {
	on := map[*Network]int{}
	for _, s := range m.p.Services {
		for _, a := range s.Addresses {
			on[a.Network]++
		}
	}
	var full []string
	for _, n := range m.p.Networks {
		if on[n] > bridgePorts {
			full = append(full, strconv.Quote(n.Name)+" ("+strconv.Itoa(on[n])+")")
		}
	}
	if len(full) == 0 {
		return
	}
	m.warnf(m.lab.Range, "Network larger than a bridge",
		"A Docker network on one host is a Linux bridge, which holds %d containers; there are more on %s. The "+
			"start of the others would fail. Profiles start a part of such a lab. All of it needs several hosts: "+
			"the mirrors in several topologies, one a host, or a Kubernetes cluster (--target kubernetes).",
		bridgePorts, strings.Join(full, ", "))
}

// What an IRIS needs beside its global buffers and its generic memory heap, in
// MB: routine buffers, journal buffers, lock table and its processes. Inferred,
// with nothing but the system's own work going on.
const instanceBase = 512

// Memory is what the instance needs when it runs, in MB.
func (i *Instance) Memory() int { return i.Globals + i.GMHeap/1024 + instanceBase }

// muchMemory is more than most single hosts have, in MB.
const muchMemory = 64 * 1024

// memory adds up what all instances take when they run together.
func (m *maker) memory() {
	total := 0
	for _, i := range m.p.Instances {
		total += i.Memory()
	}
	if total <= muchMemory {
		return
	}
	m.warnf(m.lab.Range, "Much memory",
		"The %d IRIS containers of this lab need about %d GiB of memory on the Docker host, when all of them "+
			"run: globals and gmheap of each, and about %d MB beside. A host with less runs a part of it, which a "+
			"profile names; or the mirrors in several topologies, on several hosts. Lower globals and gmheap take "+
			"less.",
		len(m.p.Instances), (total+1023)/1024, instanceBase)
}

// Connections of a Web Gateway (GCGI): what it keeps open to each server, and
// how many it has in all by default.
const (
	minimumConnections = 3
	defaultConnections = 1024
)

// gatewayConnections makes room for what a gateway keeps open to its servers.
// All gateways have the same servers.
func (m *maker) gatewayConnections() {
	for i, g := range m.p.Gateways {
		c := g.Config
		needed, limit, given := minimumConnections*len(c.Servers), defaultConnections, false
		for _, section := range c.Extra {
			for _, key := range section.Keys {
				if n, err := strconv.Atoi(key.Value); err == nil && strings.EqualFold(section.Name, "SYSTEM") &&
					strings.EqualFold(key.Key, "MAX_CONNECTIONS") {
					limit, given = n, true
				}
			}
		}
		if needed <= limit {
			continue
		}
		at := m.lab.WebGateways[i].NameRange
		if given {
			m.warnf(m.lab.WebGateways[i].At("ini"), "Too few gateway connections",
				"Web gateway %q keeps %d connections to each of its %d servers, %d in all, and MAX_CONNECTIONS "+
					"allows %d: a request for a server without one waits. Raise it to %d or more, or leave it out.",
				g.Name, minimumConnections, len(c.Servers), needed, limit, needed)
			return
		}
		// As many again as the product allows by default, for requests.
		c.MaxConnections = roundUp(needed+defaultConnections, defaultConnections)
		if i == 0 {
			m.warnf(at, "Many gateway connections",
				"A web gateway keeps %d connections to each of its %d servers, %d in all; the product's "+
					"default allows %d. CSP.ini sets MAX_CONNECTIONS=%d, which takes memory in every gateway and a "+
					"process in IRIS for each connection. Fewer mirrors a topology take fewer.",
				minimumConnections, len(c.Servers), needed, defaultConnections, c.MaxConnections)
		}
	}
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// Connections of a HAProxy: those of a mirror that a warning is worth where one
// process cannot hold more, those of its statistics, and the files that a process
// may open, which is the kernel's and Docker's usual hard limit. HAProxy does not
// start where its maxconn needs more.
const (
	fewConnections   = 256
	statsConnections = 50
	fileLimit        = 524_288
	fileReserve      = 256
)

// maxConn is how many connections a haproxy holds for each mirror and in all. At the
// limit of the process HAProxy stops accepting altogether, its own health checks
// included, and every mirror goes down: the process therefore holds what all mirrors
// may have, and what checks and statistics take besides. A check is one connection to
// HAProxy itself, and the one before it may still be open.
//
// A connection takes two files, a listener two as well, and each server and gateway one
// for its check (what HAProxy 2.6 asks the kernel for).
func (m *maker) maxConn(h *schema.HAProxy, balancer *HAProxy) {
	mirrors, servers := len(balancer.Listeners)+len(balancer.Reporting), 0
	for _, l := range slices.Concat(balancer.Listeners, balancer.Reporting) {
		servers += len(l.Servers)
	}
	besides := 2*servers + statsConnections
	files := fileReserve + 2*mirrors + servers + len(balancer.Gateways) + 2*besides
	most := (fileLimit - files) / 2 / max(1, mirrors)
	if most > 100 {
		most = most / 10 * 10 // a limit is no measurement
	}
	most = max(1, most)
	balancer.StatsConn = statsConnections
	balancer.MirrorConn = min(h.MaxConn, most)
	balancer.MaxConn = mirrors*balancer.MirrorConn + besides
	balancer.Files = min(fileLimit, roundUp(files+2*mirrors*balancer.MirrorConn, 1000))
	switch {
	case h.MaxConn <= most:
	case h.Given("maxconn"):
		m.errorf(h.At("maxconn"), "Too many connections", "A process may open %d files, and a connection takes "+
			"two: haproxy "+
			"%q can hold %d connections for each mirror that it serves. Set maxconn to that at most, or let more "+
			"haproxy blocks serve a part of the mirrors each.",
			fileLimit, h.Name, most)
	case most < fewConnections:
		m.warnf(h.NameRange, "Few connections", "haproxy %q serves %d mirrors. A process may open %d files, and a "+
			"connection takes two, so that it holds %d connections for each mirror (maxconn). More haproxy blocks, "+
			"each with a part of the mirrors, hold more.",
			h.Name, mirrors, fileLimit, most)
	}
}
