package rehearse

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/templates"
)

// planOf compiles an example.
func planOf(t *testing.T, name string) *plan.Plan {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", name+".hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return plantest.Make(t, name+".hcl", string(content))
}

// Which trials suit which lab.
func TestTrialsOf(t *testing.T) {
	for lab, want := range map[string]string{
		"simplemirror": "start, alternation, requests, gateway-loss, idle, failover, failback, outage, crash, " +
			"cut-mirror, cut-client, cut-off, arbiter-loss, restart, recreate, purge",
		"monitoring": "start, alternation, monitoring, requests, gateway-loss, idle, failover, failback, outage, " +
			"crash, cut-off, arbiter-loss, promote, demote, promote-unplanned, restart, recreate, purge",
		"minimal": "start, requests, idle, failover, failback, outage, crash, cut-off, arbiter-loss, restart, " +
			"recreate, purge",
		"dr-reporting": "start, alternation, requests, gateway-loss, idle, failover, failback, outage, crash, " +
			"cut-mirror, cut-client, cut-off, arbiter-loss, promote, demote, promote-unplanned, restart, " +
			"recreate, purge",
		"single-bridge": "start, alternation, requests, gateway-loss, idle, failover, failback, outage, crash, " +
			"cut-off, arbiter-loss, restart, recreate, purge",
	} {
		if got := names(trialsOf(planOf(t, lab), "")); got != want {
			t.Errorf("%s:\n got %s\nwant %s", lab, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	p := planOf(t, "minimal")
	got, err := choose(Options{Plan: p, Only: []string{"crash", "idle"}})
	if err != nil || names(got) != "start, idle, crash" {
		t.Errorf("%v, %v", names(got), err)
	}
	if _, err := choose(Options{Plan: p, Only: []string{"promote"}}); err == nil ||
		!strings.Contains(err.Error(), `lab minimal has no trial "promote"; it has start, requests,`) {
		t.Errorf("%v", err)
	}
}

// Trials are held on the first mirror that suits, on one that is named, or on all.
func TestChooseMirror(t *testing.T) {
	p := planOf(t, "simplemirror")
	for mirror, want := range map[string]string{
		"":         "start failover:ap1",
		"ap2":      "start failover:ap2",
		AllMirrors: "start failover:ap1 failover:ap2",
	} {
		trials, err := choose(Options{Plan: p, Only: []string{"failover"}, Mirror: mirror})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var results []Result
		for _, trial := range trials {
			is := Result{Trial: trial.name}
			text := trial.name
			if trial.mirror != nil {
				is.Mirror = trial.mirror.Name
				text += ":" + is.Mirror
			}
			got, results = append(got, text), append(results, is)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("--mirror %q holds %v, want %s", mirror, got, want)
		}
		if rest := untouched(p, results); len(rest) != 4-len(trials)-1 {
			t.Errorf("--mirror %q leaves %v", mirror, rest)
		}
	}
	if _, err := choose(Options{Plan: p, Mirror: "C"}); err == nil ||
		err.Error() != `lab simplemirror has no mirror "C"; it has `+
			"ap1, ap2" {
		t.Errorf("%v", err)
	}
}

// Every trial of a lab is among those that are documented, in that order.
func TestTrialsOrder(t *testing.T) {
	var all []string
	for _, trial := range catalogue {
		all = append(all, trial.name)
	}
	for _, lab := range []string{"simplemirror", "dr-reporting"} {
		last := -1
		for _, trial := range trialsOf(planOf(t, lab), "") {
			at := slices.Index(all, trial.name)
			if at <= last {
				t.Errorf("%s: %s is number %d of %v, after number %d", lab, trial.name, at, all, last)
			}
			last = at
		}
	}
}

func TestOverride(t *testing.T) {
	p := planOf(t, "minimal")
	images := map[plan.Kind]string{plan.KindMember: "stand-in/iris:1", plan.KindNGINX: "it's $5"}
	const want = `# Written by mirrorgen rehearse: stand-ins in place of the vendor's images.
services:
  demo-a:
    image: 'stand-in/iris:1'
    healthcheck: { start_period: 24s, retries: 3 }
  demo-b:
    image: 'stand-in/iris:1'
    healthcheck: { start_period: 24s, retries: 3 }
  web:
    image: 'it''s $$5'
`
	if got := string(override(p, images, nil, 0.1, 3)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := string(override(p, images, nil, 1, 3)); !strings.Contains(got, "start_period: 240s, retries: 20") {
		t.Errorf("at scale 1 the health check is another:\n%s", got)
	}
	if got := string(override(p, images, nil, 0.1, 15)); !strings.Contains(got, "start_period: 75s, retries: 3") {
		t.Errorf("a busy host:\n%s", got)
	}
	if got := string(override(p, images, nil, 0.01, 3)); !strings.Contains(got, "start_period: 15s, retries: 3") {
		t.Errorf("at scale 0.01 a container has no time to start:\n%s", got)
	}
}

func TestNoticeLimit(t *testing.T) {
	for _, c := range []struct {
		configuration string
		want          time.Duration // 0 for an error
	}{
		{"  timeout check 3s\n  default-server check addr 10.0.0.1 port 80 inter 1s fall 2 rise 2\n",
			8 * time.Second},
		{"  timeout check 500\n  default-server check inter 2500ms fall 3\n",
			9 * time.Second},
		{"  timeout check 3s\n", 0},
		{"  default-server check inter 1s fall 2\n", 0},
	} {
		got, err := noticeLimit(c.configuration)
		if got != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("%q: %v, %v; want %v", c.configuration, got, err, c.want)
		}
	}
}

func TestSplitFailure(t *testing.T) {
	for _, c := range [][3]string{
		{"ap1b is primary within 65 s: ap1b is Backup; ", "ap1b is primary within 65 s", "ap1b is Backup"},
		{"ap1b stays primary for 9 s: a: b", "ap1b stays primary for 9 s", "a: b"},
		{"100 requests are answered", "100 requests are answered", "it was not so"},
	} {
		if expected, seen := splitFailure(c[0]); expected != c[1] || seen != c[2] {
			t.Errorf("%q: %q, %q", c[0], expected, seen)
		}
	}
}

func TestOlderThan(t *testing.T) {
	for _, c := range []struct {
		version string
		want    bool
	}{
		{"20.10.24+dfsg1", false}, {"19.03.15", true}, {"2.20.2", true}, {"28.2.2", false}, {"20.9", true},
		{"dev", false}, {"20.10", false},
	} {
		if got := olderThan(c.version, [3]int{20, 10, 0}); got != c.want {
			t.Errorf("%s: %v", c.version, got)
		}
	}
}

// Each of Docker's messages is explained, with the remedy first and the message kept.
func TestExplain(t *testing.T) {
	for _, x := range explanations {
		err := withRemedy(&commandError{"docker compose up", "Error response from daemon: " + x.message +
			" (x)", errors.New("exit status 1")})
		if text := err.Error(); !strings.HasPrefix(text, x.meaning) || !strings.Contains(text, x.message) {
			t.Errorf("%s: %s", x.message, text)
		}
		var failed *commandError
		if !errors.As(err, &failed) {
			t.Errorf("%s: the cause is lost", x.message)
		}
	}
	if err := withRemedy(errors.New("other")); err.Error() != "other" {
		t.Errorf("%v", err)
	}
}

// What a container prints does not reach the terminal as it is.
func TestVisible(t *testing.T) {
	got := endOf("\x1b[2K one \r\n\n\x1b]0;title\x07two\n\tthree\n", 10)
	if want := []string{" one", "?]0;title?two", "\tthree"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := endOf("a\nb\nc\n", 2); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("%q", got)
	}
}

func TestQuoteObjectScript(t *testing.T) {
	if got := quoteObjectScript(`a"b$c`); got != `"a""b$c"` {
		t.Error(got)
	}
}

// What containers of the user's own mount comes from the lab's own directory, with its mode.
func TestCopyOwn(t *testing.T) {
	p := plantest.Make(t, "lab.hcl", `
lab "lab" {}
service "app" {
  image = "app:1"
  files = { "/etc/app" = "app", "/run.sh" = "run.sh", "/lab/status.sh" = "status.sh" }
}`)
	own := t.TempDir()
	for path, content := range map[string]string{"app/a.conf": "a", "app/deep/b.conf": "b", "run.sh": "#!/bin/sh\n",
		"status.sh": "another"} {
		path = filepath.Join(own, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	l := &rehearsedLab{Options: Options{Plan: p, Directory: own}, plan: p}
	l.dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(l.dir, "status.sh"), []byte("generated"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.copyOwn(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"app/a.conf": "a", "app/deep/b.conf": "b", "run.sh": "#!/bin/sh\n",
		"status.sh": "generated"} {
		got, err := os.ReadFile(filepath.Join(l.dir, path))
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(l.dir, "run.sh")); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("run.sh: %v, %v", info, err)
	}
	l.Directory, l.dir = t.TempDir(), t.TempDir()
	if err := l.copyOwn(); err == nil || !strings.Contains(err.Error(), "service app mounts ") ||
		!strings.Contains(err.Error(), "name the lab's directory with -o") {
		t.Errorf("%v", err)
	}
}

// Images are given for services of the lab's own alone.
func TestCheckOwn(t *testing.T) {
	p := planOf(t, "monitoring")
	if err := checkOwn(p, map[string]string{"watcher": "busybox"}); err != nil {
		t.Error(err)
	}
	const want = `lab monitoring takes no image for "ap1a", but for base, nginx, haproxy, prometheus, grafana, watcher`
	if err := checkOwn(p, map[string]string{"ap1a": "busybox", "watcher": "b"}); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// The queries of a lab are those of its alerts and of its dashboards, with Grafana's variable
// replaced.
func TestReadQueries(t *testing.T) {
	p := planOf(t, "monitoring")
	q, err := readQueries(templates.Render(p))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(q.metrics(), " ")
	const want = "haproxy_backend_connection_errors_total haproxy_backend_downtime_seconds_total " +
		"haproxy_backend_response_errors_total haproxy_server_current_sessions haproxy_server_sessions_total " +
		"haproxy_server_status iris_csp_activity iris_csp_gateway_latency iris_csp_sessions iris_db_latency " +
		"iris_mirror_failover_ready iris_mirror_member_type iris_mirror_missing_databases iris_mirror_status " +
		"nginx_connections_active nginx_connections_waiting nginx_connections_writing up"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, panel := range q.panels {
		if strings.Contains(panel.Query, "$__") {
			t.Errorf("%s: %s", panel.Title, panel.Query)
		}
	}
	if len(q.rules) != 8 || len(q.panels) < 16 {
		t.Errorf("%d rules, %d panels", len(q.rules), len(q.panels))
	}
}
