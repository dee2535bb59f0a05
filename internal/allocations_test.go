//go:build !race

package internal_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

// allocations builds a lab, without verification, and returns what that
// allocated.
func allocations(t *testing.T, s sized) (bytes, count float64) {
	t.Helper()
	templates.Render(s.plan(t, s.load(t))) // templates are parsed once in a process, whatever the lab's size
	directory := filepath.Join(memory(t), "lab")
	return allocated(func() {
		lab, diags := schema.Load(s.name, s.sources())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		p, diags := plan.Make(lab, nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if _, err := artifact.Write(directory, templates.Render(p), artifact.Options{}); err != nil {
			t.Fatal(err)
		}
	})
}

// allocated returns what work allocates.
func allocated(work func()) (bytes, count float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)
}

// What a build allocates grows with the members. Unlike times, allocations are alike on every
// machine, but not under the race detector, which empties pools at random.
func TestAllocations(t *testing.T) {
	smallBytes, smallCount := allocations(t, topologyOf(100, 4))
	bytes, count := allocations(t, topologyOf(4000, 4))
	for _, growth := range []struct {
		what               string
		small, large, most float64 // most is the greatest exponent of growth
	}{
		{"allocations", smallCount, count, 1.02},
		{"allocated bytes", smallBytes, bytes, 1.05}, // each collection empties the pools of fmt
	} {
		if got := exponent(400, 16000, growth.small, growth.large); got > growth.most {
			t.Errorf("from 400 to 16,000 members, %s grow with the power %.3f of the members, want at most %.2f",
				growth.what, got, growth.most)
		}
	}
	t.Logf("%.1f KiB and %.0f allocations a member", bytes/16000/1024, count/16000)
}

// Verification grows with the lab as well, also where one haproxy has a port for each of
// very many mirrors.
func TestVerificationAllocations(t *testing.T) {
	verified := func(mirrors, members int) float64 {
		s := topologyOf(mirrors, members)
		artifacts := templates.Render(s.plan(t, s.load(t)))
		_, count := allocated(func() {
			if diags := verify.Check(artifacts); diags.HasErrors() {
				t.Fatal(diags)
			}
		})
		return count
	}
	for _, members := range []int{1, 4} {
		if got := exponent(100, 1000, verified(100, members), verified(1000, members)); got > 1.02 {
			t.Errorf("from 100 to 1,000 mirrors of %d, allocations of verification grow with the power %.3f, want at "+
				"most 1.02", members, got)
		}
	}
}
