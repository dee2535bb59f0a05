package iris

import (
	"fmt"
	"net/http"
	"strings"

	"mirrorgen/internal/standin/mirror"
)

// memberTypes and memberStatuses are the numbers of /api/monitor/metrics for a member's type
// and status (GCM, "Mirrors").
var (
	memberTypes = map[mirror.Type]int{"": 2, mirror.Failover: 3, mirror.DR: 5, mirror.ReadOnly: 6, mirror.ReadWrite: 7}
	// A primary in trouble is one all the same; Down is no status of an instance that answers.
	memberStatuses = map[mirror.Status]int{"": 1, mirror.Primary: 2, mirror.Trouble: 2, mirror.Backup: 3,
		mirror.Connected: 4, mirror.Transition: 5, mirror.Synchronizing: 6, mirror.Waiting: 7, mirror.Stopped: 8,
		mirror.Down: 8}
)

// metrics is what /api/monitor/metrics answers: of the product's metrics those about mirrors,
// and those about databases and Web Gateways for which the stand-in has a value. Metrics have
// no type there (GCM: HELP and TYPE are of metrics that an application adds).
func (i *Instance) metrics() Response {
	var b strings.Builder
	kind, status := i.status()
	ready := 0
	if m := i.Member(); m != nil && m.FailoverReady() {
		ready = 1
	}
	fmt.Fprintf(&b, "iris_mirror_failover_ready %d\n", ready)
	fmt.Fprintf(&b, "iris_mirror_member_type %d\n", memberTypes[kind])
	fmt.Fprintf(&b, "iris_mirror_missing_databases 0\n")
	fmt.Fprintf(&b, "iris_mirror_status %d\n", memberStatuses[status])
	fmt.Fprintf(&b, "iris_csp_sessions 0\n")
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, gateway := range sorted(i.served) {
		fmt.Fprintf(&b, "iris_csp_activity{id=%q} %d\n", gateway, i.served[gateway])
		fmt.Fprintf(&b, "iris_csp_gateway_latency{id=%q} 1\n", gateway)
	}
	for _, name := range sorted(i.store.Databases) {
		fmt.Fprintf(&b, "iris_db_latency{id=%q} 0.1\n", name)
	}
	return Response{http.StatusOK, "text/plain", b.String()}
}

// countRequest counts a request of a gateway.
func (i *Instance) countRequest(gateway string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.served == nil {
		i.served = map[string]int{}
	}
	i.served[gateway+":80"]++
}
