// Package plantest makes plans for tests.
package plantest

import (
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// Make plans a topology of one file, whose base name is given, without a lock. One with
// errors fails the test.
func Make(t testing.TB, name, topology string) *plan.Plan {
	t.Helper()
	return MakeFor(t, plan.Compose, name, topology)
}

// MakeFor is Make for a target.
func MakeFor(t testing.TB, target plan.Target, name, topology string) *plan.Plan {
	t.Helper()
	lab, diags := schema.Load(name, []schema.Source{{Name: name, Content: []byte(topology)}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, topology)
	}
	p, diags := plan.MakeFor(target, lab, nil)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, topology)
	}
	return p
}
