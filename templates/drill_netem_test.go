//go:build unix

package templates_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"mirrorgen/internal/toolstest"
)

// slowDocker is docker for a lab of one mirror, whose containers are called like their services.
// What its kernel does to the network of demo-b is in the file "netem": late by more than the
// quality of service time-out, demo-b is no backup. Other files make it fail.
const slowDocker = `#!/usr/bin/env bash
cd ROOT
echo "$*" >>docker.log
case $* in
'compose version'* | pull* | 'image inspect'*) [[ ! -e no-image || $1 == compose ]] ;;
'compose config') echo 'name: lab' ;;
'ps --all'*)
    for service in arbiter demo-a demo-b; do echo "$service $service Up 2 minutes (healthy)"; done
    ;;
'exec demo-a iris qlist IRIS') echo 'IRIS^/usr/irissys^2025.1^running^iris.cpf^1972^0^0^ok^IRIS^Failover^Primary' ;;
'exec demo-b iris qlist IRIS')
    state=Backup
    read -r what amount 2>/dev/null <netem || what=
    if [[ $what == delay ]] && ((${amount%ms} > 400)); then state=Waiting; fi
    echo "IRIS^/usr/irissys^2025.1^running, since now^iris.cpf^1972^0^0^ok^IRIS^Failover^$state"
    ;;
'inspect --format'*Running*) echo true ;;
'inspect --format'*Health*) echo healthy ;;
'inspect --format'*) printf 'lab_lab 10.9.0.4\n\n' ;;
'run --rm --network none '*)
    if [[ -e no-netem ]]; then
        echo 'Error: Specified qdisc kind is unknown.'
        exit 2
    fi
    ;;
'run --rm --network container:demo-b '*'ip -o -4 addr show to 10.9.0.4 '*'qdisc replace dev'*)
    words=$*
    echo "${words##*netem }" >netem
    [[ ! -e slow-mend ]] || sleep 1 # what the drill's function prints goes into a file meanwhile
    ;;
'run --rm --network container:demo-b '*'ip -o -4 addr show to 10.9.0.4 '*'qdisc del dev'*)
    [[ ! -e slow-mend ]] || sleep 1
    rm -f netem
    echo done >>mended
    ;;
*) echo "unexpected: $*" >>unexpected; exit 64 ;;
esac
`

// netemLab is a lab without any way in for clients.
const netemLab = `
lab "lab" {}
network "lab" { subnet = "10.9.0.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  qos_timeout = 4000
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
`

// A netemDrill is drill.sh of netemLab beside its docker.
type netemDrill struct {
	*testing.T
	root string
	out  bytes.Buffer
}

func newNetemDrill(t *testing.T, faults ...string) *netemDrill {
	t.Helper()
	return newNetemDrillOf(t, netemLab, faults...)
}

// newNetemDrillOf is drill.sh of another lab of the same members.
func newNetemDrillOf(t *testing.T, topology string, faults ...string) *netemDrill {
	t.Helper()
	toolstest.Need(t, "bash")
	toolstest.Need(t, "curl")
	artifacts, err := build(topology)
	if err != nil {
		t.Fatal(err)
	}
	d := &netemDrill{T: t, root: t.TempDir()}
	docker := strings.ReplaceAll(slowDocker, "ROOT", d.root)
	files := map[string]string{"docker": docker, "drill.sh": artifacts["drill.sh"]}
	for _, fault := range faults {
		files[fault] = ""
	}
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(d.root, path), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// command is drill.sh with a scenario, at a tenth of the product's times.
func (d *netemDrill) command(scenario string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(d.root, "drill.sh"), scenario)
	cmd.Env = []string{"PATH=" + d.root + ":" + os.Getenv("PATH"), "LAB_TIME_SCALE=10"}
	cmd.Stdout, cmd.Stderr = &d.out, &d.out
	return cmd
}

// file is a file of the drill's docker, "" where it is not there.
func (d *netemDrill) file(name string) string {
	content, _ := os.ReadFile(filepath.Join(d.root, name))
	return string(content)
}

// says holds that the drill has printed what matches, and that its docker knew every command.
func (d *netemDrill) says(patterns ...string) {
	d.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(d.out.String()) {
			d.Errorf("nothing matches %q:\n%s", pattern, d.out.String())
		}
	}
	if unexpected := d.file("unexpected"); unexpected != "" {
		d.Error(unexpected)
	}
	if left := d.file("netem"); left != "" {
		d.Errorf("the network is left with netem %s", left)
	}
}

// A delay below the quality of service time-out changes nothing, one above it costs the mirror its
// backup, and loss that TCP makes up for changes nothing. The network is put back.
func TestDrillNetwork(t *testing.T) {
	t.Parallel()
	for scenario, want := range map[string][]string{
		"slow": {`comes 100 ms late`, `time-out is 400 ms`, `(?s)netem delay 100ms.*pass  demo-a stays primary.*` +
			`pass  demo-b is backup.*netem delay 800ms.*pass  demo-b is not backup any more.*` +
			`pass  demo-a stays primary.*tc qdisc del.*pass  demo-b is backup`, `5 passed, 0 failed`},
		"lossy": {`netem loss 5%`, `pass  demo-b is backup`, `2 passed, 0 failed`},
	} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			d := newNetemDrill(t)
			if err := d.command(scenario).Run(); err != nil {
				t.Errorf("%v\n%s", err, &d.out)
			}
			d.says(want...)
			if d.file("mended") == "" {
				t.Error("nobody put the network back")
			}
		})
	}
}

// A mirror that waits longer than the product's 8 s is given so much longer to notice.
func TestDrillPatience(t *testing.T) {
	t.Parallel()
	d := newNetemDrillOf(t, strings.Replace(netemLab, "4000", "20000", 1))
	if err := d.command("lossy").Run(); err != nil {
		t.Errorf("%v\n%s", err, &d.out)
	}
	// A tenth of 30 s, rounded up, and twice the 1.2 s that are a tenth of the 12 s more.
	d.says(`time-out \(2000 ms\)`, `demo-a stays primary for 6 s`, `2 passed, 0 failed`)
}

// Where the kernel or the image lacks what it takes, nothing is touched.
func TestDrillNetworkRefused(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"no-netem": `drill slow: the kernel of this Docker host has no netem, with which a network is slowed down`,
		"no-image": `drill slow: there is no image nicolaka/netshoot:v0.13, whose tc is needed: docker pull`,
	} {
		d := newNetemDrill(t, fault)
		if err := d.command("slow").Run(); err == nil || err.Error() != "exit status 1" {
			t.Errorf("%s: %v", fault, err)
		}
		d.says(want)
		if strings.Contains(d.file("docker.log"), "container:demo-b") {
			t.Errorf("%s: demo-b was touched", fault)
		}
	}
}

// Ctrl-C puts the network back, and so does a second one while it is put back.
func TestDrillNetworkInterrupted(t *testing.T) {
	t.Parallel()
	for _, times := range []int{1, 2} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			t.Parallel()
			d := newNetemDrill(t, "slow-mend")
			cmd := d.command("slow")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal signals all of them
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			interrupt := func() {
				if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
					t.Error(err)
				}
			}
			d.await("netem")
			interrupt()
			if times == 2 {
				d.awaitLog("qdisc del dev")
				interrupt()
			}
			err := cmd.Wait()
			code, want := "exit status 130", "drill slow on demo:"
			if times == 2 {
				code, want = "exit status 1", "Interrupted again: mirror demo is not as it was"
			}
			if err == nil || err.Error() != code {
				t.Errorf("%v, not %s\n%s", err, code, &d.out)
			}
			d.says(want)
			if d.file("mended") == "" {
				t.Error("nobody put the network back")
			}
		})
	}
}

// await waits for a file of the drill's docker.
func (d *netemDrill) await(name string) {
	d.Helper()
	for end := time.Now().Add(30 * time.Second); d.file(name) == ""; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			d.Fatalf("there is no %s:\n%s", name, d.file("docker.log"))
		}
	}
}

// awaitLog waits for a command of the drill.
func (d *netemDrill) awaitLog(part string) {
	d.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(d.file("docker.log"), part); {
		if time.Now().After(end) {
			d.Fatalf("nobody said %q:\n%s", part, d.file("docker.log"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
