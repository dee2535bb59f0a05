//go:build goals || peers

package internal_test

import (
	"fmt"
	"testing"
)

// A report prints figures with their goals, and fails its test for a goal that
// is missed.
type report struct{ t *testing.T }

func (r report) heading() {
	fmt.Printf("%-64s %9s %9s  %8s  %s\n", "", "ms", "of ms", "", "at most")
}

// ratio prints how many times as long one thing takes as another. A limit of 0 means that
// there is no goal. CPU time, in brackets, is what the ratio would be if nobody waited for a
// processor or a disk.
func (r report) ratio(text string, of, to cost, atMost float64) {
	r.t.Helper()
	ratio := float64(of.elapsed) / float64(to.elapsed)
	cpu := float64(of.cpu) / float64(max(1, to.cpu))
	fmt.Printf("%-64s %9.2f %9.2f  %8.4f  %s (CPU %.4f)\n", text, milliseconds(of.elapsed), milliseconds(to.elapsed),
		ratio, r.verdict(text, ratio, atMost), cpu)
}

// figure prints a figure that stands alone.
func (r report) figure(text, unit string, value, atMost float64) {
	r.t.Helper()
	fmt.Printf("%-64s %19s  %8.2f  %s\n", text, unit, value, r.verdict(text, value, atMost))
}

func (r report) verdict(text string, value, atMost float64) string {
	r.t.Helper()
	switch {
	case atMost == 0:
		return "-"
	case value > atMost:
		r.t.Errorf("%s: %.4f, the goal is %.4f", text, value, atMost)
		return fmt.Sprintf("%.4f MISSED", atMost)
	}
	return fmt.Sprintf("%.4f met", atMost)
}
