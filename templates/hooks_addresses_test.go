package templates_test

import (
	"strings"
	"testing"
)

// reportingLab has a member of every role, and two networks.
const reportingLab = `
lab "x" {}
network "a" { subnet = "10.0.1.0/24" }
network "b" { subnet = "10.0.2.0/24" }
arbiter "arbiter" {}
iris { demo_application = false }
mirror "demo" {
  database "ORDERS" {}
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
  member "demo-d" { role = "drasync" }
  member "demo-r" { role = "rorasync" }
  member "demo-w" { role = "rwrasync" }
}
`

// The configuration parameter file reference omits the agent address of asyncs, and
// JoinMirrorAsAsyncMember takes one: either is right. A failover member without one
// cannot be asked whether it is down.
func TestHooksAgentAddress(t *testing.T) {
	t.Parallel()
	for _, a := range []struct {
		name, topology, service, agent, superserver, private string
		ready                                                bool
	}{
		{"backup without", reportingLab, "demo-b", "", "10.0.2.4", "10.0.1.4", false},
		{"DR async with", reportingLab, "demo-d", "10.0.1.5", "10.0.2.5", "10.0.1.5", true},
		{"DR async without", reportingLab, "demo-d", "", "10.0.2.5", "10.0.1.5", true},
		{"DR async with another's", reportingLab, "demo-d", "172.17.0.3", "10.0.2.5", "10.0.1.5", false},
		{"DR async without a mirror address", reportingLab, "demo-d", "", "10.0.2.5", "", false},
		{"read-only async without", reportingLab, "demo-r", "", "10.0.2.6", "10.0.1.6", true},
		{"read-write async with", reportingLab, "demo-w", "10.0.1.7", "10.0.2.7", "10.0.1.7", true},
		{"read-write async without a superserver address", reportingLab, "demo-w", "", "", "10.0.1.7", false},
		{"old primary without", oldRelease, "demo-a", "", "10.0.2.3", "10.0.1.3", false},
		{"old DR async without", oldRelease, "demo-d", "", "10.0.2.5", "10.0.1.5", true},
	} {
		c := newOldContainer(t, a.topology, a.service)
		c.joins(strings.ToUpper(a.service), a.agent, a.superserver, a.private)
		output, ready := c.start()
		if ready != a.ready {
			t.Errorf("%s: ready %v, said:\n%s", a.name, ready, output)
		}
		wrong := strings.Contains(output, "the mirror does not use the lab's addresses") &&
			strings.Contains(output, "IRIS has agent, superserver and mirror address")
		if wrong == a.ready {
			t.Errorf("%s said:\n%s", a.name, output)
		}
	}
}

// A member that IRIS has no record of has not joined under its name.
func TestHooksMemberNotRecorded(t *testing.T) {
	t.Parallel()
	c := newContainer(t, reportingLab, "demo-d")
	c.joins("SOMEBODY", "10.0.1.5", "10.0.2.5", "10.0.1.5")
	if output, ready := c.start(); ready ||
		!strings.Contains(output, "IRIS has no record of member DEMO-D in mirror DEMO") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
}
