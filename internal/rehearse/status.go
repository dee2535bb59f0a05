package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// statusColumns is how wide the table of status.sh may be, for names of the usual length.
const statusColumns = 80

// A statusReport is what status.sh --format json prints, as far as a rehearsal holds it to it.
type statusReport struct {
	Format  int
	Lab     string
	OK      bool
	Mirrors []struct {
		Mirror, Primary string
		TakesOver       string `json:"takes_over"`
	}
	Members, Gateways, Balancers, Others []struct{ Service, Container string }
	Problems                             []string
}

// checkStatus holds what the lab's status.sh says of a lab that is well, in both formats.
func (l *rehearsedLab) checkStatus(ctx context.Context, r *record) {
	out, err := l.script(ctx, "status.sh")
	r.attach("status.sh", out)
	wide := 0
	for _, line := range lines(out) {
		wide = max(wide, utf8.RuneCountInString(strings.TrimRight(line, " ")))
	}
	r.checkf(err == nil && wide <= l.statusWidth(), fmt.Sprintf("%v, %d columns", err, wide),
		"status.sh finds the lab well, and needs no more than %d columns", l.statusWidth())
	out, err = l.script(ctx, "status.sh", "--format", "json")
	seen := "it does"
	if err != nil {
		seen = strings.Join(endOf(out, 3), "\n")
	} else if complaint := l.statusWrong([]byte(out)); complaint != "" {
		seen, err = complaint, fmt.Errorf("%s", complaint)
	}
	r.checkf(err == nil, seen, "status.sh --format json says the same")
}

// statusWidth is statusColumns, or more where names are long.
func (l *rehearsedLab) statusWidth() int {
	longest := 0
	for _, s := range l.plan.Services {
		longest = max(longest, len(s.Name))
	}
	return statusColumns + max(0, longest-16)
}

// statusWrong says what is wrong with a report of a lab that is well.
func (l *rehearsedLab) statusWrong(content []byte) string {
	var report statusReport
	if err := json.Unmarshal(content, &report); err != nil {
		return err.Error()
	}
	if report.Format != 1 || report.Lab != l.plan.Name || !report.OK {
		return fmt.Sprintf("format %d, lab %s, ok %t: %s", report.Format, report.Lab, report.OK,
			strings.Join(report.Problems, "; "))
	}
	services := map[string]bool{}
	for _, list := range [][]struct{ Service, Container string }{report.Members, report.Gateways, report.Balancers,
		report.Others} {
		for _, s := range list {
			services[s.Service] = s.Container == "healthy" || s.Container == "up"
		}
	}
	for _, s := range l.plan.Services {
		if well, listed := services[s.Name]; !listed || !well {
			return fmt.Sprintf("%s is listed: %t, and well: %t", s.Name, listed, well)
		}
	}
	for i, m := range l.plan.Mirrors {
		if i >= len(report.Mirrors) || report.Mirrors[i].Mirror != m.Name || report.Mirrors[i].Primary == "" ||
			isPair(l.plan, m) && report.Mirrors[i].TakesOver == "" {
			return fmt.Sprintf("of mirror %s it says %+v", m.Name, report.Mirrors)
		}
	}
	return ""
}

// watchedLooks is how many looks of status.sh --watch are waited for, and watchLimit for how
// long: on a cluster a look takes seconds, because kubectl is run for each member.
const (
	watchedLooks = 2
	watchLimit   = 30 * time.Second
)

// checkWatch holds that status.sh --watch goes on looking.
func (l *rehearsedLab) checkWatch(ctx context.Context, r *record) {
	ctx, end := context.WithTimeout(ctx, watchLimit)
	defer end()
	out, _ := l.scripts.combined(ctx, "bash", "-c", // it ends when its reader has seen enough
		fmt.Sprintf("./status.sh --watch --format json | head -n %d", watchedLooks))
	looks := 0
	complaint := ""
	for _, line := range lines(out) {
		looks++
		complaint = cmp.Or(complaint, l.statusWrong([]byte(line)))
	}
	r.checkf(looks == watchedLooks && complaint == "", fmt.Sprintf("%d looks; %s", looks, complaint),
		"status.sh --watch looks again and again")
}
