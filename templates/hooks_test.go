package templates_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// A container is a directory in which the hooks of one instance run, with a
// program of the test in place of iris. The paths of the scripts are moved
// below the directory; nothing else in them is changed.
type container struct {
	*testing.T
	root    string
	service string
	bash    string
	agent   string // port of this machine at which an ISCAgent answers
}

// fakeIRIS answers qlist from files, and sessions line by line as a session
// does: what has been created exists from then on, a line that reports a status or a value prints it, a line that contains
// a word of the file "refuse" reports a failure, one that contains a word of
// "break" prints nothing, because the line did not come to its end; "once" is a
// word that is refused a single time.
const fakeIRIS = `#!/usr/bin/env bash
root=ROOT
case $1 in
qlist)
    echo "IRIS^/usr/irissys^2025.1^$(cat "$root/state")^iris.cpf^1972^0^62972^ok^IRIS^Failover^$(cat "$root/status")^/usr/irissys"
    ;;
session)
    printf '\nNode: x, Instance: IRIS\n\n'
    while read -r line; do
        printf '%s>' "$4"
        [[ $line != halt ]] || exit 0
        echo "$4 $line" >>"$root/session.log"
        while read -r word; do
            if [[ $line == *"$word"* ]]; then
                printf '\n%s\n<UNDEFINED> *sc\n' "$line"
                continue 2
            fi
        done <"$root/break"
        while read -r word; do
            if [[ $line == *"$word"* && $line == *STATUS* ]]; then
                printf '\nLAB-STATUS 0 ERROR #5001: refused\n'
                continue 2
            fi
        done <"$root/refuse"
        if [[ -s $root/once && $line == *"$(<"$root/once")"* && $line == *STATUS* ]]; then
            : >"$root/once"
            printf '\nLAB-STATUS 0 ERROR #5001: not yet\n'
            continue
        fi
        case $line in
        *CreateNewMirrorSet*) echo Primary >"$root/status" ;;
        *JoinMirrorAsFailoverMember*) echo Backup >"$root/status" ;;
        *JoinMirrorAsAsyncMember*) echo Connected >"$root/status" ;;
        esac
        case $line in
        *CreateNewMirrorSet* | *JoinMirrorAs*) cp "$root/cpf.joined" "$root/usr/irissys/iris.cpf" ;;
        esac
        if [[ $line =~ 'MapMirrors).Get("'([^\"]*)'","'([^\"]*) ]]; then
            record=$(sed -n "/^\[MapMirrors\.${BASH_REMATCH[1]}\]/,/^\[/s/^${BASH_REMATCH[2]}=//p" "$root/usr/irissys/iris.cpf")
            IFS=, read -r agent _ _ superserver _ _ _ private _ <<<"$record"
            continue
        fi
        if [[ $line =~ '##class('(.*)').'(Create|CreateDatabase|AddDatabase|Exists|%OpenId)'("'([^\"]*) ]]; then
            object="${BASH_REMATCH[1]} ${BASH_REMATCH[3]}"
            case ${BASH_REMATCH[2]} in
            Create) echo "$object" >>"$root/objects" ;;
            CreateDatabase) touch "${BASH_REMATCH[3]}IRIS.DAT" && echo "mirrored ${BASH_REMATCH[3]}" >>"$root/objects" ;;
            AddDatabase) echo "mirrored ${BASH_REMATCH[3]}" >>"$root/objects" ;;
            %OpenId) object="mirrored ${BASH_REMATCH[3]}" ;;
            esac
        fi
        case $line in
        *'"VALUE "'*.Exists* | *'"VALUE "'*.Mirrored*) grep -qxF "$object" "$root/objects" && printf '\nLAB-VALUE 1\r\n' || printf '\nLAB-VALUE 0\r\n' ;;
        *'"VALUE "'*AgentAddress*) printf '\nLAB-VALUE %s,%s,%s,%s\n' "${record:+1}" "$agent" "$superserver" "$private" ;;
        *'"VALUE "'*GetMemberStatus*) printf '\nLAB-VALUE %s\n' "$(cat "$root/status")" ;;
        *'"VALUE "'*IsMember*) grep -q MapMirrors "$root/usr/irissys/iris.cpf" && printf '\nLAB-VALUE 1\n' || printf '\nLAB-VALUE 0\n' ;;
        *'"VALUE "'*) printf '\nLAB-VALUE 0\r\n' ;;
        *STATUS*) printf '\nLAB-STATUS 1 \r\n' ;;
        esac
    done
    ;;
*) exit 64 ;;
esac
`

const twoNetworks = `
lab "x" {}
network "a" { subnet = "10.0.1.0/24" }
network "b" { subnet = "10.0.2.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" {}
  database "items-1" { namespace = "ITEMS" }
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
  member "demo-w" { role = "rwrasync" }
}
application_server "app" { mirror = "demo" }
`

func newContainer(t *testing.T, topology, service string) *container {
	t.Helper()
	c := &container{t, t.TempDir(), service, toolstest.Need(t, "bash"), listener(t)}
	artifacts, err := build(topology)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"lab", "tmp", "home/irisowner", "usr/irissys", "bin", "agents"} {
		if err := os.MkdirAll(filepath.Join(c.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"instances.sh", "before-start.sh", "after-start.sh", "health.sh"} {
		c.write("lab/"+name, c.moved(artifacts["iris/"+name]))
	}
	// Nobody but this machine is asked: the agents of the other members are a
	// closed port of the loopback address, until a test opens one.
	c.peersAt("1")
	c.founderAt(c.agent)
	c.write("bin/iris", strings.Replace(fakeIRIS, "ROOT", c.root, 1))
	if err := os.Chmod(filepath.Join(c.root, "bin/iris"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"state": "running, since now", "status": "", "refuse": "",
		"break": "", "once": "", "objects": "", "session.log": "", "usr/irissys/iris.cpf": "[Startup]\n"} {
		c.write(name, text)
	}
	return c
}

// moved puts the paths of a script below the container's directory.
func (c *container) moved(text string) string {
	var pairs []string
	for _, path := range []string{"/lab/", "/tmp/", "/home/irisowner/", "/usr/irissys/", "/durable/"} {
		for _, before := range []string{" ", "\"", "=", "(", "\n"} {
			pairs = append(pairs, before+path, before+c.root+path)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// peersAt makes the agents of all other members listen at a port of this machine.
func (c *container) peersAt(port string) {
	c.Helper()
	const agent = "</dev/tcp/$peer/2188"
	hook := "lab/before-start.sh"
	text := c.read(hook)
	if before, _, ok := strings.Cut(text, agent); ok {
		text = before + "</dev/tcp/127.0.0.1/" + port + text[len(before)+len(agent):]
	} else {
		before, after, ok := strings.Cut(text, "</dev/tcp/127.0.0.1/")
		if !ok {
			c.Fatalf("%s does not ask the agents of the other members:\n%s", hook, text)
		}
		text = before + "</dev/tcp/127.0.0.1/" + port + strings.TrimLeft(after, "0123456789")
	}
	c.write(hook, text)
}

// founderAt makes the agent of the member that founded the set listen at a port
// of this machine, and asks for every agent there: which ports answer stands in
// agents/ADDRESS.
func (c *container) founderAt(port string) {
	c.Helper()
	const agent, moved = "</dev/tcp/$1/2188", "</dev/tcp/127.0.0.1/$(cat 'ROOT/agents/'\"$1\" 2>/dev/null || echo 1)"
	for _, hook := range []string{"lab/before-start.sh", "lab/after-start.sh"} {
		if text := c.read(hook); strings.Contains(text, agent) {
			c.write(hook, strings.Replace(text, agent, strings.Replace(moved, "ROOT", c.root, 1), 1))
		} else if hook == "lab/after-start.sh" && !strings.Contains(text, c.root+"/agents/") {
			c.Fatalf("%s does not ask the founder's agent:\n%s", hook, text)
		}
	}
	founder := regexp.MustCompile(`founder=(\S+)`).FindStringSubmatch(c.read("lab/instances.sh"))
	if founder == nil {
		c.Fatal("instances.sh names no founder")
	}
	c.write("agents/"+founder[1], port)
}

// listener accepts connections on a port of this machine until the test ends.
func listener(t *testing.T) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

// sets gives a variable of after-start.sh another value.
func (c *container) sets(name, from, to string) {
	c.Helper()
	hook, before := "lab/after-start.sh", name+"="+from
	text := c.read(hook)
	if !strings.Contains(text, before) {
		c.Fatalf("%s does not set %s", hook, before)
	}
	c.write(hook, strings.Replace(text, before, name+"="+to, 1))
}

func (c *container) write(name, text string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.root, name), []byte(text), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c *container) read(name string) string {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(c.root, name))
	if err != nil {
		c.Fatal(err)
	}
	return string(text)
}

func (c *container) exists(name string) bool {
	_, err := os.Stat(filepath.Join(c.root, name))
	return err == nil
}

// run executes a hook as iris-main does, and returns what it printed and its
// exit code. A hook that writes to stderr would take IRIS down.
func (c *container) run(script string) (string, int) {
	c.Helper()
	cmd := exec.Command(c.bash, "-c", c.bash+" "+filepath.Join(c.root, "lab", script))
	cmd.Env = []string{
		"PATH=" + filepath.Join(c.root, "bin") + ":" + os.Getenv("PATH"),
		"HOSTNAME=" + c.service,
		"IRISSYS=" + c.root + "/irissys",
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, isExit := err.(*exec.ExitError); err != nil && !isExit {
		c.Fatal(err)
	}
	if stderr.Len() > 0 {
		c.Errorf("%s writes to stderr: %s", script, &stderr)
	}
	return stdout.String(), cmd.ProcessState.ExitCode()
}

// start runs both hooks, and says whether the start is complete.
func (c *container) start() (output string, ready bool) {
	c.Helper()
	before, code := c.run("before-start.sh")
	if code != 0 {
		return before, false
	}
	after, code := c.run("after-start.sh")
	if code != 0 {
		c.Errorf("after-start.sh exits %d: iris-main would shut IRIS down\n%s", code, after)
	}
	return before + after, c.exists("tmp/lab-ready")
}

// joins makes the next join leave these addresses in iris.cpf.
func (c *container) joins(system, agent, superserver, mirror string) {
	c.write(
		"cpf.joined",
		fmt.Sprintf(
			"[MapMirrors.DEMO]\nOTHER=1.1.1.1,2188,,1.1.1.1,G,/d/,0,1.1.1.1,1972\n%s=%s,2188,,%s,GUID,/usr/irissys/,0,%s,1972\n[MirrorMember]\nSystemName=%s\n",
			system,
			agent,
			superserver,
			mirror,
			system,
		),
	)
}

// calls are the steps that sessions were given, shortened to class and method.
func (c *container) calls() []string {
	var list []string
	for line := range strings.Lines(c.read("session.log")) {
		if !strings.Contains(line, "STATUS") {
			continue
		}
		namespace, rest, _ := strings.Cut(line, " ")
		_, call, ok := strings.Cut(rest, "##class(")
		if !ok {
			_, call, _ = strings.Cut(rest, "$system.")
		}
		call, _, _ = strings.Cut(strings.Replace(call, ").", ".", 1), "(")
		list = append(list, namespace+" "+call)
	}
	return list
}

func (c *container) calledOnce(want ...string) {
	c.Helper()
	if got := c.calls(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		c.Errorf("calls:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestHooksPrimary(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "demo-a")
	c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
	output, ready := c.start()
	if !ready || !c.exists("home/irisowner/db/.joined") || !c.exists("home/irisowner/db/orders") ||
		!c.exists("home/irisowner/db/items-1") {
		t.Fatalf("the start is not complete:\n%s", output)
	}
	c.calledOnce(slices.Concat([]string{"%SYS Security.Services.Modify", "%SYS SYS.Mirror.CreateNewMirrorSet"},
		onDatabase, onDatabase, onEveryStart("Create"))...)
	for _, want := range []string{
		`set info("MirrorAddress")="10.0.1.3",info("ECPAddress")="10.0.2.3",info("AgentAddress")="10.0.1.3"`,
		`set info("ArbiterNode")="10.0.2.2|2188"`,
		`##class(SYS.Mirror).CreateNewMirrorSet("DEMO","DEMO-A",.info)`,
		`##class(SYS.Database).CreateDatabase("` + c.root + `/home/irisowner/db/orders/",,,,"%DB_ORDERS",,"ORDERS","DEMO")`,
		`##class(Security.Resources).Create("%DB_ORDERS","ORDERS database","")`,
		`/home/irisowner/db/items-1/",,,,"%DB_ITEMS-1",,"ITEMS-1","DEMO")`,
		`do $system.CSP.SetConfig("CSPConfigName","demo,demo-a")`,
		`##class(Security.Applications).Create("/csp/items",.app)`,
	} {
		if !strings.Contains(c.read("session.log"), want) {
			t.Errorf("no session was given %s", want)
		}
	}

	// The next start finds the member joined and leaves the mirror alone.
	c.write("session.log", "")
	if output, ready := c.start(); !ready {
		t.Fatalf("the second start is not complete:\n%s", output)
	}
	c.calledOnce(onEveryStart("Modify")...)
}

// onDatabase are the calls that make one mirrored database on the primary.
var onDatabase = []string{
	"%SYS Security.Resources.Create", "%SYS Config.Databases.Create", "%SYS SYS.Database.CreateDatabase",
	"%SYS Config.Namespaces.Create",
}

// onEveryStart are the calls on a primary outside its mirror; verb is what is
// done to the web applications.
func onEveryStart(verb string) []string {
	return []string{
		"%SYS CSP.SetConfig", "USER OBJ.Load", "%SYS Security.Applications." + verb, "%SYS Security.Applications." +
			verb,
		"ORDERS OBJ.Load", "ORDERS MirrorLab.Record.Fill",
	}
}

// A start that broke off between two steps is completed by the next one, which
// does again only what was not done.
func TestHooksHalfDone(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	for _, h := range []struct {
		name, word string
		missing    []string
	}{
		{"resource", "(Security.Resources).Create", []string{"%SYS Security.Resources.Create"}},
		{"file", "CreateDatabase", []string{"%SYS SYS.Database.CreateDatabase"}},
		{"configuration", "(Config.Databases).Create", []string{"%SYS Config.Databases.Create"}},
		{"namespace", "(Config.Namespaces).Create", []string{"%SYS Config.Namespaces.Create"}},
	} {
		t.Run(h.name, func(t *testing.T) {
			c := newContainer(t, twoNetworks, "demo-a")
			c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
			c.write("refuse", h.word+"\n")
			if output, ready := c.start(); ready ||
				!strings.Contains(output, "could not create the mirrored databases") {
				t.Fatalf("ready %v, said:\n%s", ready, output)
			}
			c.write("refuse", "")
			c.write("session.log", "")
			if output, ready := c.start(); !ready {
				t.Fatalf("the next start is not complete:\n%s", output)
			}
			c.calledOnce(slices.Concat(h.missing, onDatabase, onEveryStart("Create"))...)
		})
	}
}

// A database whose file is there, but which the mirror does not have, is added.
func TestHooksDatabaseNotMirrored(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "demo-a")
	c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
	if err := os.MkdirAll(filepath.Join(c.root, "home/irisowner/db/orders"), 0o755); err != nil {
		t.Fatal(err)
	}
	c.write("home/irisowner/db/orders/IRIS.DAT", "")
	if output, ready := c.start(); !ready {
		t.Fatalf("the start is not complete:\n%s", output)
	}
	added := slices.Clone(onDatabase)
	added[2] = "%SYS SYS.Mirror.AddDatabase"
	c.calledOnce(slices.Concat([]string{"%SYS Security.Services.Modify", "%SYS SYS.Mirror.CreateNewMirrorSet"},
		added, onDatabase, onEveryStart("Create"))...)
}

// Interoperability writes to a mirrored database: the primary must, others may
// fail.
func TestHooksInteroperability(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	const enable = `set sc=##class(%Library.EnsembleMgr).EnableNamespace("ITEMS",1)`
	for service, must := range map[string]bool{"demo-a": true, "demo-b": false, "demo-w": false} {
		number := map[string]string{"demo-a": "3", "demo-b": "4", "demo-w": "5"}[service]
		for _, refused := range []bool{false, true} {
			c := newContainer(t, twoNetworks+"\niris { interop = true }\n", service)
			c.joins(strings.ToUpper(service), "10.0.1."+number, "10.0.2."+number, "10.0.1."+number)
			if refused {
				c.write("refuse", "EnableNamespace\n")
			}
			output, ready := c.start()
			if ready != (!refused || !must) {
				t.Errorf("%s, refused %v: ready %v, said:\n%s", service, refused, ready, output)
			}
			reported := strings.Contains(output, "namespace ITEMS has no interoperability here") &&
				strings.Contains(output, `do ##class(%Library.EnsembleMgr).EnableNamespace("ITEMS",1)`)
			if reported != (refused && !must) {
				t.Errorf("%s, refused %v, said:\n%s", service, refused, output)
			}
			if ready && !strings.Contains(c.read("session.log"), enable) {
				t.Errorf("%s: no session was given %s", service, enable)
			}
		}
	}
	c := newContainer(t, twoNetworks, "demo-a")
	c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
	if output, ready := c.start(); !ready || strings.Contains(c.read("session.log"), "EnsembleMgr") {
		t.Errorf("without interop: ready %v, said:\n%s", ready, output)
	}
}

// A member that the set refuses hears what a member of the same name in the set
// takes. The primary asks nobody.
func TestHooksJoinRefused(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	for service, hint := range map[string]bool{"demo-a": false, "demo-b": true, "demo-w": true} {
		c := newContainer(t, twoNetworks, service)
		c.write("refuse", "(SYS.Mirror)\n")
		c.sets("pause", "5", "0")
		output, ready := c.start()
		if ready || !strings.Contains(output, "could not join mirror DEMO as") {
			t.Errorf("%s: ready %v, said:\n%s", service, ready, output)
		}
		if strings.Contains(output, "If the set already has a member of this name") != hint ||
			strings.Contains(output, "./stop.sh --purge && ./start.sh") != hint {
			t.Errorf("%s said:\n%s", service, output)
		}
	}
}

func TestHooksJoin(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	for service, want := range map[string]string{
		"demo-b": `##class(SYS.Mirror).JoinMirrorAsFailoverMember("DEMO","DEMO-B","IRIS","10.0.1.3",2188,.info)`,
		"demo-w": `##class(SYS.Mirror).JoinMirrorAsAsyncMember("DEMO","DEMO-W","IRIS","10.0.1.3",2188,2,.info)`,
	} {
		c := newContainer(t, twoNetworks, service)
		number := map[string]string{"demo-b": "4", "demo-w": "5"}[service]
		c.joins(strings.ToUpper(service), "10.0.1."+number, "10.0.2."+number, "10.0.1."+number)
		if output, ready := c.start(); !ready {
			t.Errorf("%s: the start is not complete:\n%s", service, output)
		}
		if !strings.Contains(c.read("session.log"), want) {
			t.Errorf("%s: no session was given %s\n%s", service, want, c.read("session.log"))
		}
		if strings.Contains(c.read("session.log"), "MirrorLab.Record") {
			t.Errorf("%s is not primary and cannot write to a mirrored database", service)
		}
		if want := `##class(Security.Resources).Create("%DB_ITEMS-1","ITEMS-1 database","")`; !strings.Contains(
			c.read("session.log"),
			want,
		) {
			t.Errorf("%s: no session was given %s", service, want)
		}
	}
}

// With ConfigMirror the merge file has joined the member and made its databases
// when the hook begins.
func TestHooksConfigMirror(t *testing.T) {
	t.Parallel()
	topology := strings.Replace(twoNetworks, "network \"a\" { subnet = \"10.0.1.0/24\" }\n", "", 1)
	c := newContainer(t, topology, "demo-b")
	c.joins("DEMO-B", "10.0.2.4", "10.0.2.4", "10.0.2.4")
	c.write("usr/irissys/iris.cpf", c.read("cpf.joined"))
	c.write("status", "Backup")
	if output, ready := c.start(); !ready {
		t.Fatalf("the start is not complete:\n%s", output)
	}
	c.calledOnce(
		"%SYS CSP.SetConfig",
		"USER OBJ.Load",
		"%SYS Security.Applications.Create",
		"%SYS Security.Applications.Create",
	)
}

func TestHooksApplicationServer(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "app")
	if output, ready := c.start(); !ready {
		t.Fatalf("the start is not complete:\n%s", output)
	}
	c.calledOnce(
		"%SYS CSP.SetConfig",
		"USER OBJ.Load",
		"%SYS Security.Applications.Create",
		"%SYS Security.Applications.Create",
	)
	if c.exists("home/irisowner/db") {
		t.Error("an application server has no database of its own")
	}
}

// Whatever fails, the hook says which step it was, leaves no ready marker and
// keeps IRIS up.
func TestHooksFailures(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	for _, f := range []struct {
		name, file, word, says string
	}{
		{"service refused", "refuse", "%Service_Mirror", "could not join mirror DEMO as primary"},
		{"mirror refused", "refuse", "CreateNewMirrorSet", "could not join mirror DEMO as primary"},
		{"line breaks off", "break", "CreateNewMirrorSet", "could not join mirror DEMO as primary"},
		{"database refused", "refuse", "SYS.Database", "could not create the mirrored databases"},
		{"config name breaks off", "break", "CSPConfigName", "could not set CSPConfigName"},
		{"class refused", "refuse", "MirrorLab.REST", "could not set up the demo application"},
		{"table refused", "refuse", "Fill()", "could not create the demo table"},
	} {
		t.Run(f.name, func(t *testing.T) {
			c := newContainer(t, twoNetworks, "demo-a")
			c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
			c.write(f.file, f.word+"\n")
			output, ready := c.start()
			if ready || !strings.Contains(output, f.says) {
				t.Errorf("ready %v, said:\n%s", ready, output)
			}
			// Once the cause is gone, the next start completes.
			c.write(f.file, "")
			if output, ready := c.start(); !ready {
				t.Errorf("the next start is not complete:\n%s", output)
			}
		})
	}
}

func TestHooksWrongAddresses(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"DEMO-A", "SOMEBODY"} {
		c := newContainer(t, twoNetworks, "demo-a")
		c.joins(system, "172.17.0.3", "10.0.2.3", "10.0.1.3")
		output, ready := c.start()
		if ready || !strings.Contains(output, "the mirror does not use the lab's addresses") {
			t.Errorf("%s: ready %v, said:\n%s", system, ready, output)
		}
	}
}

// A line of [MapMirrors] that is shorter than documented is not what the lab says.
func TestHooksShortAddresses(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "demo-a")
	c.write("cpf.joined", "[MapMirrors.DEMO]\nDEMO-A=10.0.1.3,2188\n")
	output, ready := c.start()
	if ready || !strings.Contains(output, "the mirror does not use the lab's addresses") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
}

func TestHooksMirrorNeverSettles(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "demo-a")
	c.write("usr/irissys/iris.cpf", "[MapMirrors.DEMO]\n")
	c.write("status", "Waiting")
	c.sets("patience", "120", "1")
	output, ready := c.start()
	if ready || !strings.Contains(output, "did not become a member of mirror DEMO") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
}

// A primary that was made anew while its set runs must not found a second one.
func TestHooksSecondPrimary(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	c := newContainer(t, twoNetworks, "demo-a")
	c.joins("DEMO-A", "10.0.1.3", "10.0.2.3", "10.0.1.3")
	c.peersAt(port)
	output, code := c.run("before-start.sh")
	if code == 0 || !strings.Contains(output, "./stop.sh --purge && ./start.sh") {
		t.Errorf("exit code %d, said:\n%s", code, output)
	}
	// A primary that knows its mirror may start beside its peers.
	c.write("usr/irissys/iris.cpf", c.read("cpf.joined"))
	if output, code := c.run("before-start.sh"); code != 0 {
		t.Errorf("a member of the mirror is refused, exit code %d:\n%s", code, output)
	}
	// At the lab's first start nobody answers.
	c.write("usr/irissys/iris.cpf", "")
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if output, code := c.run("before-start.sh"); code != 0 {
		t.Errorf("the first start is refused, exit code %d:\n%s", code, output)
	}
}

func TestHooksUnknownInstance(t *testing.T) {
	t.Parallel()
	c := newContainer(t, twoNetworks, "stranger")
	if output, ready := c.start(); ready || !strings.Contains(output, "stranger is no instance of this lab") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
}

func TestHealth(t *testing.T) {
	for _, h := range []struct {
		state, status string
		ready, joined bool
		healthy       bool
	}{
		{"running, since now", "Primary", true, true, true},
		{"running, since now", "Backup", true, true, true},
		{"running, since now", "Connected", true, true, true},
		{"running, since now", "Transition", true, true, true},
		{"running, since now", "In Trouble", true, true, true},
		{"running, since now", "Waiting", true, false, false},
		{"running, since now", "Stopped", true, true, false},
		{"running, since now", "", true, true, false},
		{"running, since now", "Primary", false, true, false},
		{"sign-on inhibited:primary transition", "Transition", true, true, false},
		{"down, last used now", "", true, true, false},
	} {
		c := newContainer(t, twoNetworks, "demo-a")
		c.write("state", h.state)
		c.write("status", h.status)
		if err := os.MkdirAll(filepath.Join(c.root, "home/irisowner/db"), 0o755); err != nil {
			t.Fatal(err)
		}
		if h.ready {
			c.write("tmp/lab-ready", "")
		}
		if h.joined {
			c.write("home/irisowner/db/.joined", "")
		}
		output, code := c.run("health.sh")
		if (code == 0) != h.healthy || strings.TrimSpace(output) == "" {
			t.Errorf("%+v: exit code %d, said %q", h, code, output)
		}
	}
	c := newContainer(t, twoNetworks, "app")
	c.write("tmp/lab-ready", "")
	if output, code := c.run("health.sh"); code != 0 {
		t.Errorf("application server: exit code %d, said %q", code, output)
	}
}
