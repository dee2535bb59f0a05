package rehearse

import "mirrorgen/internal/plan"

// Trials that are not scenarios of drill.sh, and what each expects. The start is always
// held: every other needs a lab that runs. The idle sessions come before every scenario
// that changes a primary, as that cuts them.
const (
	startTrial       = "start"
	alternationTrial = "alternation"
	idleTrial        = "idle"
	recreateTrial    = "recreate"
	purgeTrial       = "purge"

	startExpected       = "everything healthy, in order; every endpoint answers as the README says"
	alternationExpected = "nginx sends requests to every gateway in turn"
	idleExpected        = "SQL sessions that say nothing stay open"
	recreateExpected    = "a primary made anew while its set runs is refused, twice"
	purgeExpected       = "stop.sh --purge leaves nothing"
)

// A scenario of the lab's drill.sh is played on the first mirror that it suits.
type scenario struct {
	name     string
	expected string
	suits    suitable
	unseen   bool // clients lose no request but those that wait for an answer
}

// harmless scenarios leave every primary what it is.
var harmless = []scenario{
	{"requests", "100 requests in a row are answered by the primary", drillable, true},
	{"gateway-loss", "a gateway is killed: clients do not notice", severalGateways, true},
}

// scenarios are the others that a rehearsal plays, in this order.
var scenarios = []scenario{
	{"failover", "IRIS stops on the primary: the backup takes over, clients follow", pair, false},
	{"failback", "the old primary returns as backup, and takes its role back", pair, false},
	{"outage", "both failover members stop: errors in time, other mirrors unaffected", pair, false},
	{"crash", "the primary's container is killed: the backup takes over", arbitrated, false},
	{"cut-mirror", "the primary loses the mirror network alone: it stays primary", twoNetworks, false},
	{"cut-client", "the primary loses the client network alone: it stays primary", twoNetworks, false},
	{"cut-off", "the primary loses every network: the backup takes over", arbitrated, false},
	{"arbiter-loss", "the arbiter and then the primary are killed: no one takes over", arbitrated, false},
	{"promote", "the DR async is promoted, planned, and becomes primary", disasterRecovery, false},
	{"demote", "the promoted DR async hands the role back", disasterRecovery, false},
	{"promote-unplanned", "both failover members are lost: the DR async becomes primary", disasterRecovery, false},
	{"restart", "fail over, stop all, start all: one primary, no deadlock", pair, false},
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

// suitable says which mirrors a scenario can be played on.
type suitable struct {
	labs  string // in words
	holds func(*plan.Plan, *plan.Mirror) bool
}

var (
	drillable        = suitable{"every lab", func(_ *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil }}
	severalGateways  = suitable{"several published gateways", func(p *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil && len(p.PublishedGateways()) > 1 }}
	pair             = suitable{"two failover members", isPair}
	arbitrated       = suitable{"two failover members, an arbiter", isArbitrated}
	twoNetworks      = suitable{"two networks, two failover members, an arbiter", func(p *plan.Plan, m *plan.Mirror) bool { return isArbitrated(p, m) && p.TwoNetworks }}
	disasterRecovery = suitable{"two failover members, a DR async", func(p *plan.Plan, m *plan.Mirror) bool { return isPair(p, m) && len(m.DRAsyncs) > 0 }}
)

func isPair(_ *plan.Plan, m *plan.Mirror) bool { return m.Primary != nil && m.Backup != nil }

func isArbitrated(p *plan.Plan, m *plan.Mirror) bool { return isPair(p, m) && m.Arbiter != nil }

// trialsOf lists what a lab is put through, in order.
func trialsOf(p *plan.Plan) []trial {
	list := []trial{{name: startTrial, expected: startExpected, run: start}}
	if len(p.NGINX) > 0 && len(p.Gateways) > 1 {
		list = append(list, trial{name: alternationTrial, expected: alternationExpected, run: alternation})
	}
	play := func(scenarios []scenario) {
		for _, s := range scenarios {
			for _, m := range p.Mirrors {
				if s.suits.holds(p, m) {
					list = append(list, trial{name: s.name, mirror: m, expected: s.expected, clients: true, unseen: s.unseen, run: drill(s.name)})
					break
				}
			}
		}
	}
	play(harmless)
	if len(sqlPorts(p)) > 0 {
		list = append(list, trial{name: idleTrial, expected: idleExpected, run: keepsIdle})
	}
	play(scenarios)
	for _, m := range p.Mirrors {
		if isPair(p, m) && !m.Durable {
			list = append(list, trial{name: recreateTrial, mirror: m, expected: recreateExpected, run: recreate})
			break
		}
	}
	return append(list, trial{name: purgeTrial, expected: purgeExpected, run: purge})
}
