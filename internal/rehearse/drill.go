package rehearse

import (
	"cmp"
	"context"
	"regexp"
	"strings"
)

// verdictLine is what drill.sh prints of each expectation.
var verdictLine = regexp.MustCompile(`^(pass|FAIL)  (.*)$`)

// drill runs a scenario of the lab's own drill.sh on the trial's mirror. Each of its
// expectations is a check of the trial.
func drill(scenario string) func(context.Context, *rehearsedLab, *record) {
	return func(ctx context.Context, l *rehearsedLab, r *record) {
		args := []string{scenario}
		if r.mirror != nil {
			args = append(args, r.mirror.Name)
		}
		output, err := l.script(ctx, "drill.sh", args...)
		for _, line := range strings.Split(output, "\n") {
			if m := verdictLine.FindStringSubmatch(line); m != nil {
				expected, seen := m[2], "it was so"
				if m[1] == "FAIL" {
					expected, seen = splitFailure(m[2])
				}
				r.check(m[1] == "pass", expected, seen)
			}
		}
		if err != nil && !r.failed() {
			r.checkf(false, strings.Join(endOf(output, 3), "\n"), "drill.sh %s plays the scenario",
				strings.Join(args, " "))
		}
		r.attach("drill.sh "+strings.Join(args, " "), output)
	}
}

// splitFailure parts "SENTENCE: SEEN"; a sentence has no colon.
func splitFailure(text string) (expected, seen string) {
	expected, seen, _ = strings.Cut(text, ": ")
	return expected, cmp.Or(strings.TrimRight(seen, "; "), "it was not so")
}

// script runs one of the lab's scripts and returns everything that it printed.
func (l *rehearsedLab) script(ctx context.Context, name string, args ...string) (string, error) {
	return l.scripts.combined(ctx, "bash", append([]string{"./" + name}, args...)...)
}
