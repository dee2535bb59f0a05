package templates_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan/plantest"
	"mirrorgen/internal/toolstest"
)

// statusDocker is docker for a lab whose containers are called like their services: their states
// are in the file "containers", and what iris qlist says of a member in a file of its name.
const statusDocker = `#!/usr/bin/env bash
cd ROOT
case $* in
'compose version'*) ;;
'compose config') echo 'name: lab' ;;
'ps --all'*) cat containers ;;
exec*qlist*) cat "$2" ;;
inspect*StartedAt*) cat started ;;
*) exit 64 ;;
esac
`

// A statusLab is status.sh of a small lab beside its docker.
type statusLab struct {
	*testing.T
	root string
}

const statusTopology = `
lab "lab" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
service "app" { image = "app:1" }
`

func newStatusLab(t *testing.T, files map[string]string) statusLab {
	return newStatusLabOf(t, statusTopology, files)
}

func newStatusLabOf(t *testing.T, topology string, files map[string]string) statusLab {
	t.Helper()
	toolstest.Need(t, "bash")
	artifacts, err := build(topology)
	if err != nil {
		t.Fatal(err)
	}
	l := statusLab{t, t.TempDir()}
	files["docker"] = strings.ReplaceAll(statusDocker, "ROOT", l.root)
	files["status.sh"] = artifacts["status.sh"]
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(l.root, path), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// run runs status.sh and returns what it printed and its exit code.
func (l statusLab) run(script string) (string, int) {
	l.Helper()
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = l.root
	cmd.Env = []string{"PATH=" + l.root + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		l.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

const (
	qlistPrimary = "IRIS^/usr/irissys^2025.1^running, since now^iris.cpf^1972^0^0^ok^IRIS^Failover^Primary\n"
	qlistBackup  = "IRIS^/usr/irissys^2025.1^running, since now^iris.cpf^1972^0^0^ok^IRIS^Failover^Backup\n"
)

// well are the files of a lab that is as it should be.
func well() map[string]string {
	return map[string]string{
		"containers": "arbiter arbiter Up About an hour (healthy)\ndemo-a demo-a Up 2 minutes (healthy)\n" +
			"demo-b demo-b Up 2 minutes (healthy)\napp app Up 2 minutes\n",
		"demo-a": qlistPrimary, "demo-b": qlistBackup,
	}
}

// The table says who is what, who would take over, and what is wrong.
func TestStatusTable(t *testing.T) {
	t.Parallel()
	out, code := newStatusLab(t, well()).run("./status.sh")
	const want = `SERVICE  DECLARED      CONTAINER  SEEN
demo-a   demo primary  healthy    Primary (Failover)
demo-b   demo backup   healthy    Backup (Failover)
arbiter  arbiter       healthy    
app      service       up         

MIRROR  PRIMARY  WOULD TAKE OVER
demo    demo-a   demo-b
`
	if out != want || code != 0 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	ill := well()
	ill["containers"] = "arbiter arbiter Exited (137) 5 seconds ago\ndemo-a demo-a Up 3 seconds (health: starting)\n" +
		"demo-b demo-b Up 2 minutes (unhealthy)\n"
	ill["demo-a"] = ""
	out, code = newStatusLab(t, ill).run("./status.sh")
	for _, want := range []string{
		"demo-a   demo primary  starting      down\n", "demo-b   demo backup   unhealthy     Backup (Failover)\n",
		"arbiter  arbiter       exited (137)  \n", "app      service       no container  \n",
		"demo    nobody   demo-b\n", "Not as it should be: mirror demo has no primary\n",
		"Not as it should be: app is not running: ./start.sh\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
}

// The JSON format is one object a look, whatever a member says of itself.
func TestStatusJSON(t *testing.T) {
	t.Parallel()
	odd := well()
	odd["demo-b"] = strings.Replace(qlistBackup, "Backup", "a \"b\"\\\tc", 1)
	out, code := newStatusLab(t, odd).run("./status.sh --format json")
	var report struct {
		Lab      string
		OK       bool
		Mirrors  []map[string]any
		Members  []map[string]any
		Problems []string
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 {
		t.Fatalf("%v, exit code %d\n%s", err, code, out)
	}
	if report.Lab != "lab" || report.OK || len(report.Problems) != 2 || len(report.Members) != 2 ||
		report.Members[1]["state"] != `a "b"\ c` || report.Mirrors[0]["primary"] != "demo-a" ||
		report.Mirrors[0]["takes_over"] != nil {
		t.Errorf("%+v", report)
	}
	out, _ = newStatusLab(t, well()).run("./status.sh --watch --format=json | head -n 2")
	looks := strings.Split(strings.TrimSpace(out), "\n")
	if len(looks) != 2 || !json.Valid([]byte(looks[0])) || !json.Valid([]byte(looks[1])) ||
		!strings.Contains(looks[1], `"ok": true`) {
		t.Errorf("two looks are\n%s", out)
	}
}

// Certificates that have expired are a problem. Those that mirrorgen certs would make anew are told
// of, and those that the containers do not have yet.
func TestStatusCertificates(t *testing.T) {
	t.Parallel()
	toolstest.Need(t, "openssl")
	const topology = statusTopology + "tls {}\n"
	now := time.Now()
	const day = 24 * time.Hour
	for _, is := range []struct {
		name    string
		made    time.Time // when the certificates were made
		days    int
		started time.Time // when the containers were started
		code    int
		want    []string // none for no word about certificates
	}{
		{"new", now, 365, now.Add(time.Minute), 0, nil},
		{"new and short", now, 10, now.Add(time.Minute), 0, nil},
		{"soon", now.Add(-340 * day), 365, now.Add(time.Minute), 0, []string{
			"Note: these certificates expire, the first on " + now.UTC().Add(25*day).Format(time.DateOnly) +
				": demo-a demo-b. Make others: mirrorgen certs lab.hcl, then ./stop.sh && ./start.sh\n"}},
		{"expired", now.Add(-400 * day), 365, now.Add(time.Minute), 1, []string{
			"Not as it should be: these certificates have expired, and whoever connects anew is refused: demo-a " +
				"demo-b. Make others: mirrorgen certs lab.hcl, then ./stop.sh && ./start.sh\n"}},
		{"renewed", now, 365, now.Add(-time.Hour), 0, []string{
			"Note: these services have been given other certificates since they started, and take them when they " +
				"start again (./stop.sh && ./start.sh): demo-a demo-b\n"}},
	} {
		t.Run(is.name, func(t *testing.T) {
			files := well()
			for _, member := range []string{"demo-a", "demo-b"} {
				files["started"] += member + " " + is.started.UTC().Format(time.RFC3339Nano) + "\n"
			}
			l := newStatusLabOf(t, topology, files)
			if _, err := certs.Issue(l.root, plantest.Make(t, "lab.hcl", topology).TLS,
				certs.Options{Days: is.days, Now: is.made}); err != nil {
				t.Fatal(err)
			}
			out, code := l.run("TZ=UTC ./status.sh")
			if code != is.code || (strings.Contains(out, "certificate") != (len(is.want) > 0)) {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			for _, want := range is.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

// What is no way of calling it is refused.
func TestStatusUsage(t *testing.T) {
	t.Parallel()
	l := newStatusLab(t, well())
	for _, arguments := range []string{"--format", "--format xml", "--formal", "a b", "''", "--format=xml"} {
		if out, code := l.run("./status.sh " + arguments); code != 2 || !strings.Contains(out, "Usage: ./status.sh") {
			t.Errorf("%s: exit code %d\n%s", arguments, code, out)
		}
	}
	if out, code := l.run("./status.sh small"); code != 2 || !strings.Contains(out, `no profile "small"`) {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
