package rehearse

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func exampleReport() *Report {
	r := &Report{
		Format: reportFormat, Lab: "demo", Source: "lab.hcl", IRISVersion: "2025.1", TimeScale: 0.1,
		Trials: []Result{
			{Trial: "start", Expected: "up", Checks: []Check{{"a", "it did", true}, {"b", "it did", true}},
				Logs: []Log{}},
			{
				Trial: "crash", Mirror: "m", Expected: "take-over", Seconds: 3.2,
				Checks: []Check{{"the backup is primary", "m-b: Backup\nm-a: down", false}, {"clients follow",
					"it was so", true}, {"and write", "none", false}},
				Load: &Load{Requests: 12, RequestsFailed: 3, LongestGap: 1.5, Sessions: 9, Writes: 4, HostLate: 0.7},
				Logs: []Log{{"m-b", []string{"mirror: waiting"}}},
			},
		},
		NotHeld:   []string{"restart", "purge"},
		Untouched: []string{"l", "k"},
	}
	for i := range r.Trials {
		r.Trials[i].sum()
	}
	r.finish(4200 * time.Millisecond)
	return r
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := exampleReport().Table(&b); err != nil {
		t.Fatal(err)
	}
	const want = `RESULT  TRIAL  MIRROR  SECONDS  EXPECTED   SEEN
pass    start  -       0.0      up         as expected, 2 checks
FAIL    crash  m       3.2      take-over  m-b: Backup

Clients meanwhile:
  TRIAL  REQUESTS  FAILED  LONGEST GAP  SESSIONS  REFUSED  ON ITS WAY  TOO LATE  WRITES  WRONG  LOST
  crash        12       3        1.5 s         9        0           0         0       4      0     0
Requests go through nginx, sessions and writes through HAProxy. ON ITS WAY: sessions that reached a member
which was not primary any more, while HAProxy could not know; TOO LATE: after that. WRONG: writes that a member
accepted which was not primary. LOST: accepted writes that the primary did not have afterwards.
This host was busy and late, by which TOO LATE is later, during crash (0.7 s).

crash m failed:
  FAIL  the backup is primary
        m-b: Backup
        m-a: down
  pass  clients follow
  FAIL  and write
        none

  m-b, while it ran:
    mirror: waiting

Not held: restart, purge

No trial was held on the mirrors l, k: --mirror NAME or --mirror all does that.

demo: 1 of 4 trials passed, 4 s, time scale 0.1. A model of IRIS 2025.1: it proves the lab's files, not IRIS.
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A report whose trials all passed passes only where all were held.
func TestPassed(t *testing.T) {
	passed := Result{Trial: "start", Checks: []Check{{"a", "it did", true}}}
	passed.sum()
	for _, c := range []struct {
		name   string
		report Report
		want   bool
	}{
		{"all passed", Report{Trials: []Result{passed}}, true},
		{"one failed", Report{Trials: []Result{passed, {Trial: "crash"}}}, false},
		{"one not held", Report{Trials: []Result{passed}, NotHeld: []string{"crash"}}, false},
	} {
		if c.report.finish(0); c.report.Passed != c.want {
			t.Errorf("%s: passed is %v", c.name, c.report.Passed)
		}
	}
	nothing := Result{Trial: "start"}
	if nothing.sum(); nothing.Passed {
		t.Error("a trial that checked nothing has passed")
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := exampleReport().JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got["format"] != 1.0 || got["passed"] != false || len(got["trials"].([]any)) != 2 ||
		len(got["not_held"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
}
