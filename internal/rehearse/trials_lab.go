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
	client := l.webClient(answerLimit)
	for _, n := range l.plan.NGINX {
		base := l.plan.BalancerBase(n)
		if base == "" || len(n.Gateways) < 2 || len(l.plan.Mirrors) == 0 {
			continue
		}
		since := time.Now()
		mirror := l.plan.Mirrors[0]
		failed := 0
		for range number {
			if a := l.get(ctx, client, fmt.Sprintf("%s/%s%s", base, mirror.Name, mirror.ProbePath()),
				true); a.code != http.StatusOK {
				failed++
			}
		}
		r.checkf(failed == 0, fmt.Sprintf("%d failed", failed), "%d requests in a row are answered through %s",
			number, n.Name)
		log, err := l.site.log(ctx, n.Name, since.Add(-time.Second), 0)
		if err != nil {
			r.checkf(false, err.Error(), "%s's log can be read", n.Name)
			continue
		}
		least, counts := number, []string{}
		for _, g := range n.Gateways {
			address, err := l.site.address(ctx, g)
			if err != nil {
				r.checkf(false, err.Error(), "the address of %s can be found", g.Name)
				return
			}
			had := strings.Count(log, "up="+address+":80 ")
			least = min(least, had)
			counts = append(counts, fmt.Sprintf("%s %d", g.Name, had))
		}
		r.checkf(least >= number/len(n.Gateways)/2, strings.Join(counts, ", "), "%s's log shows that its gateways "+
			"take turns", n.Name)
	}
}

// purge deletes the lab and looks for what is left.
func purge(ctx context.Context, l *rehearsedLab, r *record) {
	out, err := l.script(ctx, "stop.sh", "--purge", "--yes")
	r.checkf(err == nil, strings.Join(endOf(out, 3), "\n"), "stop.sh --purge succeeds")
	left, err := l.site.remains(ctx)
	if err != nil {
		left = append(left, err.Error())
	}
	if _, err := os.Stat(filepath.Join(l.dir, "data")); err == nil {
		left = append(left, "the directory data")
	}
	r.checkf(len(left) == 0, cmp.Or(strings.Join(left, ", "), "nothing"), "no %s is left", l.site.kinds())
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
