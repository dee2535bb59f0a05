package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// alternation sends requests one after the other through nginx and counts, in its
// log, which gateway had each.
func alternation(ctx context.Context, l *rehearsedLab, r *record) {
	const number = 20
	client := webClient(answerLimit)
	for _, n := range l.plan.NGINX {
		if n.HTTPPort == 0 || len(n.Gateways) < 2 || len(l.plan.Mirrors) == 0 {
			continue
		}
		since := time.Now()
		mirror := l.plan.Mirrors[0]
		failed := 0
		for range number {
			if a := l.get(ctx, client, fmt.Sprintf("http://%s:%d/%s%s", l.plan.Host, n.HTTPPort, mirror.Name,
				mirror.ProbePath()), true); a.code != http.StatusOK {
				failed++
			}
		}
		r.checkf(failed == 0, fmt.Sprintf("%d failed", failed), "%d requests in a row are answered through %s",
			number, n.Name)
		log, err := l.compose(ctx, "logs", "--no-color", "--no-log-prefix", "--since",
			since.Add(-time.Second).UTC().Format(time.RFC3339), n.Name)
		if err != nil {
			r.checkf(false, err.Error(), "%s's log can be read", n.Name)
			continue
		}
		least, counts := number, []string{}
		for _, g := range n.Gateways {
			had := strings.Count(log, "up="+g.Address+":80 ")
			least = min(least, had)
			counts = append(counts, fmt.Sprintf("%s %d", g.Name, had))
		}
		r.checkf(least >= number/len(n.Gateways)/2, strings.Join(counts, ", "), "%s's log shows that its gateways "+
			"take turns", n.Name)
	}
}

// recreate throws the primary's container away while its set runs. start.sh must
// refuse to make another; made all the same, it must refuse to found a second set.
func recreate(ctx context.Context, l *rehearsedLab, r *record) {
	primary := r.mirror.Primary.Name
	if out, err := l.compose(ctx, "rm", "--stop", "--force", primary); err != nil {
		r.checkf(false, out, "the container of %s can be removed", primary)
		return
	}
	out, err := l.script(ctx, "start.sh")
	r.checkf(err != nil && strings.Contains(out, "mirror "+r.mirror.Name+" would lose its identity"),
		strings.Join(endOf(out, 3), "\n"), "start.sh refuses: mirror %s would lose its identity", r.mirror.Name)
	r.attach("start.sh", out)
	l.compose(ctx, "up", "--detach", "--no-deps", primary) // it is the container's log that counts
	const sentence = "again would make two primaries"
	log, end := "", time.Now().Add(20*time.Second)
	for !strings.Contains(log, sentence) && time.Now().Before(end) && ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		log, _ = l.compose(ctx, "logs", "--no-color", "--no-log-prefix", primary)
	}
	r.checkf(strings.Contains(log, sentence), strings.Join(endOf(log, 3), "\n"), "before-start.sh on %s refuses to "+
		"found the set again", primary)
	if l.Keep {
		l.afresh(ctx, r) // otherwise all that follows is the lab's end
	}
}

// afresh starts the lab again from nothing.
func (l *rehearsedLab) afresh(ctx context.Context, r *record) {
	out, err := l.script(ctx, "stop.sh", "--purge", "--yes")
	if err == nil {
		out, err = l.script(ctx, "start.sh")
	}
	r.checkf(err == nil, strings.Join(endOf(out, 5), "\n"), "./stop.sh --purge && ./start.sh starts the lab afresh")
	if err == nil {
		l.setPasswords(ctx, r)
	}
}

// purge deletes the lab and looks for what is left.
func purge(ctx context.Context, l *rehearsedLab, r *record) {
	out, err := l.script(ctx, "stop.sh", "--purge", "--yes")
	r.checkf(err == nil, strings.Join(endOf(out, 3), "\n"), "stop.sh --purge succeeds")
	left, err := l.remains(ctx, l.project)
	if err != nil {
		left = append(left, err.Error())
	}
	if _, err := os.Stat(filepath.Join(l.dir, "data")); err == nil {
		left = append(left, "the directory data")
	}
	r.checkf(len(left) == 0, cmp.Or(strings.Join(left, ", "), "nothing"), "no container, network, volume or data "+
		"is left")
	var files []string
	entries, err := os.ReadDir(l.temporary())
	if err != nil {
		files = append(files, err.Error())
	}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	r.checkf(len(files) == 0, cmp.Or(strings.Join(files, ", "), "none"), "the scripts leave no temporary file")
}
