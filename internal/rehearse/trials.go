package rehearse

import (
	"time"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/standin/wire"
)

// startTrial is always held: every other needs a lab that runs.
const startTrial = "start"

// catalogue lists all trials, in the order in which they are held: first what leaves
// every primary what it is, among it the idle sessions, which a change would cut.
var catalogue = []trial{
	{name: startTrial, requires: everyLab, run: start, expected: "everything healthy, in order; every endpoint " +
		"answers " +
		"as the README says"},
	{name: "alternation", requires: severalBehindNGINX, run: alternation, expected: "nginx sends requests to every " +
		"gateway in turn"},
	{name: "monitoring", requires: monitored, run: monitoring, expected: "Prometheus reaches everything, and has " +
		"what alerts and dashboards ask for"},
	unnoticed(scenario("requests", drillable, "100 requests in a row are answered by the primary")),
	unnoticed(scenario("gateway-loss", severalGateways, "a gateway is killed: clients do not notice")),
	{name: "idle", requires: servedBySQL, early: openIdle, run: keepsIdle, expected: "SQL sessions that say nothing " +
		"stay open"},
	scenario("failover", pair, "IRIS stops on the primary: the backup takes over, clients follow"),
	scenario("failback", pair, "the old primary returns as backup, and takes its role back"),
	headless(time.Minute, scenario("outage", pair, "both failover members stop: errors in time, other mirrors "+
		"unaffected")),
	headless(wire.RecoveryTime, scenario("crash", arbitrated, "the primary's container, or pod, is killed: the "+
		"backup takes over")),
	scenario("reschedule", onCluster(pair), "the primary's pod is deleted and comes back at another address: clients "+
		"follow"),
	{name: "rollout", requires: onCluster(severalGateways), clients: true, unnoticed: true, run: rollout,
		expected: "the gateways get another configuration: clients do not notice"},
	{name: "drain", requires: onCluster(pair), nodes: true, clients: true, run: drain, expected: "the primary's node " +
		"is drained: the backup takes over"},
	{name: "node-loss", requires: onCluster(arbitrated), nodes: true, clients: true, run: nodeLoss,
		expected: "the primary's node loses its network: the backup takes over"},
	scenario("cut-mirror", twoNetworks, "the primary loses the mirror network alone: it stays primary"),
	scenario("cut-client", twoNetworks, "the primary loses the client network alone: it stays primary"),
	scenario("cut-off", onDocker(arbitrated), "the primary loses every network: the backup takes over"),
	scenario("arbiter-loss", arbitrated, "the arbiter and then the primary are lost: no one takes over "+
		"unasked"),
	scenario("promote", disasterRecovery, "the DR async is promoted, planned, and becomes primary"),
	scenario("demote", disasterRecovery, "the promoted DR async hands the role back"),
	scenario("promote-unplanned", disasterRecovery, "both failover members are lost: the DR async becomes primary"),
	scenario("restart", pair, "fail over, stop all, start all: one primary, no deadlock"),
	{name: "recreate", requires: ephemeralPair, run: recreate, expected: "a primary made anew while its set runs is " +
		"refused, twice"},
	{name: "purge", requires: everyLab, run: purge, expected: "stop.sh --purge leaves nothing"},
}

// scenario is a trial that plays a scenario of the lab's drill.sh, with clients at work.
func scenario(name string, requires requirement, expected string) trial {
	return trial{name: name, requires: requires, expected: expected, clients: true, run: drill(name)}
}

// unnoticed is a trial in which clients lose no request but those that wait for an
// answer.
func unnoticed(t trial) trial {
	t.unnoticed = true
	return t
}

// headless is a trial in which a mirror is without a primary, and without a member that could
// take over, for a while, at the time scale of the product.
func headless(length time.Duration, t trial) trial {
	t.headless = length
	return t
}

// A sqlPort is a host port on which HAProxy serves a mirror.
type sqlPort struct {
	haproxy string
	mirror  *plan.Mirror
	number  int
}

func sqlPorts(p *plan.Plan) []sqlPort {
	var list []sqlPort
	for _, h := range p.HAProxy {
		for _, listener := range h.Listeners {
			if listener.Host > 0 {
				list = append(list, sqlPort{h.Name, listener.Mirror, p.LocalPort(h.Name, listener.Host)})
			}
		}
	}
	return list
}

// requirement says which labs a trial is held on, and which of their mirrors.
type requirement struct {
	labs   string                              // in words
	lab    func(*plan.Plan) bool               // nil for every lab; of a trial of the whole lab
	mirror func(*plan.Plan, *plan.Mirror) bool // nil for a trial of the whole lab
}

// sharedDoors is how many published gateways know every server.
func sharedDoors(p *plan.Plan) int {
	n := 0
	for _, g := range p.PublishedGateways() {
		if !g.Own {
			n++
		}
	}
	return n
}

// find returns the mirrors of a lab that suit, nil alone for a trial of the whole lab: the
// first of them, the one of that name, or all, as [Options.Mirror] says.
func (s requirement) find(p *plan.Plan, name string) []*plan.Mirror {
	if s.mirror == nil {
		if s.lab == nil || s.lab(p) {
			return []*plan.Mirror{nil}
		}
		return nil
	}
	var list []*plan.Mirror
	for _, m := range p.Mirrors {
		if s.mirror(p, m) && (name == "" || name == AllMirrors || name == m.Name) {
			list = append(list, m)
		}
	}
	if name == "" && len(list) > 1 {
		list = list[:1]
	}
	return list
}

var (
	everyLab           = requirement{labs: "every lab"}
	severalBehindNGINX = requirement{labs: "nginx before several gateways",
		lab: func(p *plan.Plan) bool { return len(p.NGINX) > 0 && len(p.SharedGateways()) > 1 }}
	servedBySQL = requirement{labs: "HAProxy serves a mirror",
		lab: func(p *plan.Plan) bool { return len(sqlPorts(p)) > 0 }}
	monitored = requirement{labs: "a lab with monitoring",
		lab: func(p *plan.Plan) bool { return prometheusBase(p) != "" }}
	drillable = requirement{labs: "every lab", mirror: func(_ *plan.Plan, m *plan.Mirror) bool {
		return m.Primary != nil
	}}
	severalGateways = requirement{labs: "several published gateways", mirror: func(p *plan.Plan, m *plan.Mirror) bool {
		return m.Primary != nil && sharedDoors(p) > 1
	}}
	pair        = requirement{labs: "two failover members", mirror: isPair}
	arbitrated  = requirement{labs: "two failover members, an arbiter", mirror: isArbitrated}
	twoNetworks = requirement{labs: "two networks, two failover members, an arbiter", mirror: func(p *plan.Plan,
		m *plan.Mirror) bool {
		return isArbitrated(p, m) && p.TwoNetworks
	}}
	disasterRecovery = requirement{labs: "two failover members, a DR async", mirror: func(p *plan.Plan,
		m *plan.Mirror) bool {
		return isPair(p, m) && len(m.DRAsyncs) > 0
	}}
	ephemeralPair = requirement{labs: "two failover members, not durable", mirror: func(p *plan.Plan,
		m *plan.Mirror) bool {
		return isPair(p, m) && !m.Durable
	}}
)

// onDocker and onCluster narrow a requirement to labs that are written for one of the
// targets.
func onDocker(s requirement) requirement  { return s.only(plan.Compose, "on Docker") }
func onCluster(s requirement) requirement { return s.only(plan.Kubernetes, "on Kubernetes") }

func (s requirement) only(target plan.Target, where string) requirement {
	mirror := s.mirror
	return requirement{labs: s.labs + ", " + where, mirror: func(p *plan.Plan, m *plan.Mirror) bool {
		return p.Target() == target && mirror(p, m)
	}}
}

func isPair(_ *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil && m.Backup != nil }

func isArbitrated(p *plan.Plan, m *plan.Mirror) bool { return isPair(p, m) && m.Arbiter != nil }

// trialsOf lists what a lab is put through, in order, on the mirrors that [Options.Mirror]
// says.
func trialsOf(p *plan.Plan, mirror string) []trial {
	var list []trial
	for _, t := range catalogue {
		for _, m := range t.requires.find(p, mirror) {
			t.mirror = m
			list = append(list, t)
		}
	}
	return list
}
