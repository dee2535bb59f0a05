package rehearse

import (
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/plan"
)

// What start.sh prints of a lab that does not become ready, and the sentence that the
// report makes of it.
func TestStartFailure(t *testing.T) {
	for name, c := range map[string]struct{ output, want string }{
		"the first error of IRIS, whatever follows": {`
Container demo-a  Healthy
Container demo-b  Error

demo-b: Up 34 seconds (unhealthy)
  its health check said:
    after-start.sh has not finished; the container's log says how far it is
  the end of its log (docker compose logs demo-b shows all):
    11/24/26-18:00:00.000 demo-b: [INFO] Starting InterSystems IRIS instance IRIS...
    11/24/26-18:00:01.000 demo-b: [ERROR] ConfigMirror: ERROR #2124: cannot contact the agent at 10.0.0.9:2188
    11/24/26-18:00:01.100 demo-b: [ERROR] CreateDatabase: ERROR #2122: this instance is in no mirror
    lab: demo-b: did not become a member of mirror DEMO
    lab: demo-b: this start is not complete; the container will not become healthy

Not started or not ready yet, waiting for the others: sql

The lab is not ready.
`, "demo-b: Up 34 seconds (unhealthy); 11/24/26-18:00:01.000 demo-b: [ERROR] ConfigMirror: " +
			"ERROR #2124: cannot contact the agent at 10.0.0.9:2188"},
		"a sentence of the hook": {`
demo-b: Up 34 seconds (unhealthy)
  its health check said:
    after-start.sh has not finished; the container's log says how far it is
  the end of its log (docker compose logs demo-b shows all):
    lab: demo-b: no agent answers at 10.0.0.9, port 2188: is the primary running?
    lab: demo-b: this start is not complete; the container will not become healthy
`, "demo-b: Up 34 seconds (unhealthy); lab: demo-b: no agent answers at 10.0.0.9, port 2188: is the primary running?"},
		"a hook that refuses": {`
demo-a: Exited (1) 36 seconds ago
  its health check said:
  the end of its log (docker compose logs demo-a shows all):
    lab: demo-a: an agent of mirror DEMO answers at 10.0.0.3
    11/24/26-18:00:01.000 demo-a: [ERROR] command "bash /lab/before-start.sh" exited with status 256
`, "demo-a: Exited (1) 36 seconds ago; lab: demo-a: an agent of mirror DEMO answers at 10.0.0.3"},
		"neither": {`
web: Exited (1) 2 seconds ago
  its health check said:
  the end of its log (docker compose logs web shows all):
    nginx: [emerg] host not found in upstream "webgw"
`, `web: Exited (1) 2 seconds ago; nginx: [emerg] host not found in upstream "webgw"`},
		"a container that cannot start": {`
sql: Docker could not start it
  error setting rlimit type 7: operation not permitted
  Let Docker's daemon open as many files as ulimits of sql say (LimitNOFILE), or lower maxconn.

Not started or not ready yet, waiting for the others: a
`, "sql: Docker could not start it; Let Docker's daemon open as many files as ulimits of sql say (LimitNOFILE), or " +
			"lower maxconn."},
		"a lab that is up and wrong": {`
MIRROR  MEMBER
demo    demo-a

Not as it should be: SQL port 1972 does not lead to the primary
Endpoints (ENDPOINTS.md has them all):
`, "SQL port 1972 does not lead to the primary"},
		"anything else": {"one\ntwo\nthree\nfour\n", "two\nthree\nfour"},
	} {
		if got := startFailure(c.output); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// Docker's events, in pieces as a pipe brings them.
func TestEventSink(t *testing.T) {
	sink := &eventSink{seen: map[string]moments{}}
	const events = "a|1000000000|start\na|3000000000|health_status: healthy\nb|2000000000|start\n" +
		"a|5000000000|start\na|6000000000|health_status: healthy\nb|4000000000|health_status: unhealthy\nnonsense\n"
	for text := events; text != ""; {
		n := min(7, len(text))
		sink.Write([]byte(text[:n]))
		text = text[n:]
	}
	a, b := sink.seen["a"], sink.seen["b"]
	if !a.started.Equal(time.Unix(1, 0)) || !a.healthy.Equal(time.Unix(3, 0)) {
		t.Errorf("a: %v, not its first start and health", a)
	}
	if !b.started.Equal(time.Unix(2, 0)) || !b.healthy.IsZero() {
		t.Errorf("b: %v", b)
	}
}

func TestOrder(t *testing.T) {
	at := func(n int64) time.Time { return time.Unix(n, 0) }
	l := &rehearsedLab{plan: &plan.Plan{Services: []*plan.Service{
		{Name: "a"},
		{Name: "b", DependsOn: []plan.Dependency{{Service: "a", Condition: plan.Healthy}}},
	}}}
	for _, c := range []struct {
		name   string
		events map[string]moments
		want   string // part of what was seen, "" for a check that passed
	}{
		{"in order", map[string]moments{"a": {at(1), at(2)}, "b": {at(3), at(4)}}, ""},
		{"too early", map[string]moments{"a": {at(1), at(4)}, "b": {at(2), at(5)}},
			"b started 2.0 s before a was healthy: depends_on of b in docker-compose.yaml must name it"},
		{"never", map[string]moments{"a": {started: at(1)}, "b": {started: at(2)}}, "b started although a was never " +
			"healthy"},
		{"it did not come to that", map[string]moments{"a": {started: at(1)}}, ""},
	} {
		r := &record{}
		l.checkOrder(r, c.events)
		if len(r.checks) != 1 || r.checks[0].Passed != (c.want == "") || !strings.Contains(r.checks[0].Seen, c.want) {
			t.Errorf("%s: %+v", c.name, r.checks)
		}
	}
}
