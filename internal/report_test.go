//go:build goals || peers

package internal_test

import (
	"fmt"
	"testing"
)

// A report prints figures with their goals, and fails its test for a goal that
// is missed.
type report struct{ t *testing.T }

func newReport(t *testing.T) report { return report{t} }

func (r report) heading() {
	fmt.Printf("%-4s  %-52s %9s %9s  %8s  %s\n", "goal", "", "ms", "of ms", "", "at most")
}

// ratio prints how many times as long one command takes as another. A limit of 0
// means that there is no goal. CPU time, in brackets, is what the ratio would be
// if nobody waited for a processor or a disk.
func (r report) ratio(goal int, text string, of, to *command, atMost float64) {
	r.t.Helper()
	if of == nil || to == nil {
		return
	}
	a, b := median(of.times), median(to.times)
	ratio := float64(a) / float64(b)
	cpu := float64(median(of.cpu)) / float64(max(1, median(to.cpu)))
	fmt.Printf("%-4s  %-52s %9.2f %9.2f  %8.2f  %s (CPU %.2f)\n", number(goal), text, milliseconds(a), milliseconds(b),
		ratio, r.verdict(text, ratio, atMost), cpu)
}

// figure prints a figure that stands alone.
func (r report) figure(goal int, text, unit string, value, atMost float64) {
	r.t.Helper()
	fmt.Printf("%-4s  %-52s %19s  %8.2f  %s\n", number(goal), text, unit, value, r.verdict(text, value, atMost))
}

func (r report) verdict(text string, value, atMost float64) string {
	r.t.Helper()
	switch {
	case atMost == 0:
		return "-"
	case value > atMost:
		r.t.Errorf("%s: %.2f, the goal is %.2f", text, value, atMost)
		return fmt.Sprintf("%.2f MISSED", atMost)
	}
	return fmt.Sprintf("%.2f met", atMost)
}

func number(goal int) string {
	if goal == 0 {
		return ""
	}
	return fmt.Sprint(goal)
}
