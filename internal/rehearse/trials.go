package rehearse

import "mirrorgen/internal/plan"

// startTrial is always held: every other needs a lab that runs.
const startTrial = "start"

// idleTrial is held before the first scenario that changes a primary, as that cuts
// sessions.
const (
	idleTrial   = "idle"
	firstChange = "failover"
)

// scenarios are those of the lab's drill.sh that a rehearsal plays, in this order, on
// the first mirror that each suits.
var scenarios = []struct {
	name     string
	expected string
	suits    func(*plan.Plan, *plan.Mirror) bool
}{
	{"requests", "100 requests in a row are answered by the primary", drillable},
	{"gateway-loss", "a gateway is killed: clients do not notice", severalGateways},
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

// published says whether HAProxy serves a mirror on a host port.
func published(p *plan.Plan) bool {
	for _, h := range p.HAProxy {
		for _, listener := range h.Listeners {
			if listener.Host > 0 {
				return true
			}
		}
	}
	return false
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
	idle := published(p)
	for _, s := range scenarios {
		if idle && s.name == firstChange {
			list = append(list, trial{name: idleTrial, expected: "SQL sessions that say nothing stay open", run: keepsIdle})
		}
		for _, m := range p.Mirrors {
			if s.suits(p, m) {
				list = append(list, trial{name: s.name, mirror: m, expected: s.expected, clients: true, run: drill(s.name)})
				break
			}
		}
	}
	for _, m := range p.Mirrors {
		if pair(p, m) && !m.Durable {
			list = append(list, trial{name: "recreate", mirror: m, expected: "a primary made anew while its set runs is refused, twice", run: recreate})
			break
		}
	}
	return append(list, trial{name: "purge", expected: "stop.sh --purge leaves nothing", run: purge})
}
