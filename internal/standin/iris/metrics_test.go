package iris

import (
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/standin/loopbacktest"
)

// /api/monitor/metrics says of each member what it is, with the product's numbers, and whether
// a failover would succeed; it asks for no password.
func TestMetrics(t *testing.T) {
	s := loopbacktest.New()
	a, b, d := newInstance(t, s, "ap1a", "22"), newInstance(t, s, "ap1b", "23"), newInstance(t, s, "ap1d", "24")
	join := func(i *Instance, number, call string) {
		t.Helper()
		if err := i.Start(nil); err != nil {
			t.Fatal(err)
		}
		own := "127.103.1." + number
		got := session(i, enable, `set info("MirrorAddress")="`+own+`",info("ECPAddress")="127.104.1.`+number+
			`",info("AgentAddress")="`+own+`"`, `write "joined "_##class(SYS.Mirror).`+call)
		if !strings.Contains(got, "joined 1") {
			t.Fatalf("%s: %s", call, got)
		}
	}
	see := func(i *Instance, lines ...string) {
		t.Helper()
		var got string
		for range 200 {
			got = i.Answer(Request{Method: "GET", Path: "/" + i.Host + "/api/monitor/metrics"}).Body
			if got == "" {
				got = i.Answer(Request{Method: "GET", Path: "/api/monitor/metrics"}).Body
			}
			missing := false
			for _, line := range lines {
				missing = missing || !strings.Contains("\n"+got, "\n"+line+"\n")
			}
			if !missing {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("%s: no %q in\n%s", i.Host, lines, got)
	}
	for _, i := range []*Instance{a, b, d} {
		i.store.CSPConfig = i.Host
	}
	see(a, "iris_mirror_status 1", "iris_mirror_member_type 2", "iris_mirror_failover_ready 0")
	join(a, "22", `CreateNewMirrorSet("AP1","AP1A",.info)`)
	see(a, "iris_mirror_status 2", "iris_mirror_member_type 3", "iris_mirror_failover_ready 0")
	join(b, "23", `JoinMirrorAsFailoverMember("AP1","AP1B","IRIS","127.103.1.22",2188,.info)`)
	join(d, "24", `JoinMirrorAsAsyncMember("AP1","AP1D","IRIS","127.103.1.22",2188,0,.info)`)
	see(a, "iris_mirror_status 2", "iris_mirror_failover_ready 1", "iris_mirror_missing_databases 0")
	see(b, "iris_mirror_status 3", "iris_mirror_member_type 3", "iris_mirror_failover_ready 1")
	see(d, "iris_mirror_status 4", "iris_mirror_member_type 5", "iris_mirror_failover_ready 0")
	a.Stop(true)
	see(b, "iris_mirror_status 2", "iris_mirror_failover_ready 0")
}
