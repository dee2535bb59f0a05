package rehearse

import "mirrorgen/internal/plan"

// startTrial is always held: every other needs a lab that runs.
const startTrial = "start"

// idleTrial is held before every scenario that changes a primary, as that cuts
// sessions.
const idleTrial = "idle"

// A scenario of the lab's drill.sh is played on the first mirror that it suits.
type scenario struct {
	name     string
	expected string
	suits    func(*plan.Plan, *plan.Mirror) bool
}

// harmless scenarios leave every primary what it is.
var harmless = []scenario{
	{"requests", "100 requests in a row are answered by the primary", drillable},
	{"gateway-loss", "a gateway is killed: clients do not notice", severalGateways},
}

// scenarios are the others that a rehearsal plays, in this order.
var scenarios = []scenario{
	{"failover", "IRIS stops on the primary: the backup takes over, clients follow", pair},
	{"failback", "the old primary returns as backup, and takes its role back", pair},
	{"outage", "both failover members stop: errors in time, other mirrors unaffected", pair},
	{"crash", "the primary's container is killed: the backup takes over", arbitrated},
	{"cut-mirror", "the primary loses the mirror network alone: it stays primary", twoNetworks},
	{"cut-client", "the primary loses the client network alone: it stays primary", twoNetworks},
	{"cut-off", "the primary loses every network: the backup takes over", arbitrated},
	{"arbiter-loss", "the arbiter and then the primary are killed: no one takes over", arbitrated},
	{"promote", "the DR async is promoted, planned, and becomes primary", disasterRecovery},
	{"demote", "the promoted DR async hands the role back", disasterRecovery},
	{"promote-unplanned", "both failover members are lost: the DR async becomes primary", disasterRecovery},
	{"restart", "fail over, stop all, start all: one primary, no deadlock", pair},
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
				list = append(list, sqlPort{h.Name, listener.Mirror, listener.Host})
			}
		}
	}
	return list
}

func drillable(_ *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil }

func pair(_ *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil && m.Backup != nil }

func arbitrated(p *plan.Plan, m *plan.Mirror) bool { return pair(p, m) && m.Arbiter != nil }

func twoNetworks(p *plan.Plan, m *plan.Mirror) bool { return arbitrated(p, m) && p.TwoNetworks }

func severalGateways(p *plan.Plan, m *plan.Mirror) bool {
	return m.Primary != nil && len(p.PublishedGateways()) > 1
}

func disasterRecovery(_ *plan.Plan, m *plan.Mirror) bool { return pair(nil, m) && len(m.DRAsyncs) > 0 }

// trialsOf lists what a lab is put through, in order.
func trialsOf(p *plan.Plan) []trial {
	list := []trial{{name: startTrial, expected: "everything healthy, in order; every endpoint answers as the README says", run: start}}
	if len(p.NGINX) > 0 && len(p.Gateways) > 1 {
		list = append(list, trial{name: "alternation", expected: "nginx sends requests to every gateway in turn", run: alternation})
	}
	play := func(scenarios []scenario) {
		for _, s := range scenarios {
			for _, m := range p.Mirrors {
				if s.suits(p, m) {
					list = append(list, trial{name: s.name, mirror: m, expected: s.expected, clients: true, run: drill(s.name)})
					break
				}
			}
		}
	}
	play(harmless)
	if len(sqlPorts(p)) > 0 {
		list = append(list, trial{name: idleTrial, expected: "SQL sessions that say nothing stay open", run: keepsIdle})
	}
	play(scenarios)
	for _, m := range p.Mirrors {
		if pair(p, m) && !m.Durable {
			list = append(list, trial{name: "recreate", mirror: m, expected: "a primary made anew while its set runs is refused, twice", run: recreate})
			break
		}
	}
	return append(list, trial{name: "purge", expected: "stop.sh --purge leaves nothing", run: purge})
}
