package templates_test

import (
	"os"
	"path/filepath"
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
// does: what has been created exists from then on, a line that reports a status or
// a value prints it, a line that contains a word of the file "refuse" reports a
// failure, one that contains a word of "break" prints nothing, because the line did
// not come to its end; "once" is a word that is refused a single time.
const fakeIRIS = `#!/usr/bin/env bash
root=ROOT
case $1 in
qlist)
    printf 'IRIS^/usr/irissys^2025.1^%s^iris.cpf^1972^0^62972^ok^IRIS^' "$(cat "$root/state")"
    printf 'Failover^%s^/usr/irissys\n' "$(cat "$root/status")"
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
            set="^\[MapMirrors\.${BASH_REMATCH[1]}\]" member=${BASH_REMATCH[2]}
            record=$(sed -n "/$set/,/^\[/s/^$member=//p" "$root/usr/irissys/iris.cpf")
            IFS=, read -r agent _ _ superserver _ _ _ private _ <<<"$record"
            continue
        fi
        if [[ $line =~ '##class('(.*)').'(Create|CreateDatabase|AddDatabase|Exists|%OpenId)'("'([^\"]*) ]]; then
            object="${BASH_REMATCH[1]} ${BASH_REMATCH[3]}"
            case ${BASH_REMATCH[2]} in
            Create) echo "$object" >>"$root/objects" ;;
            CreateDatabase)
                touch "${BASH_REMATCH[3]}IRIS.DAT"
                echo "mirrored ${BASH_REMATCH[3]}" >>"$root/objects"
                ;;
            AddDatabase) echo "mirrored ${BASH_REMATCH[3]}" >>"$root/objects" ;;
            %OpenId) object="mirrored ${BASH_REMATCH[3]}" ;;
            esac
        fi
        case $line in
        *'"VALUE "'*.Exists* | *'"VALUE "'*.Mirrored*)
            printf '\nLAB-VALUE %d\r\n' "$(grep -cxF -m 1 "$object" "$root/objects")"
            ;;
        *'"VALUE "'*AgentAddress*)
            printf '\nLAB-VALUE %s,%s,%s,%s\n' "${record:+1}" "$agent" "$superserver" "$private"
            ;;
        *'"VALUE "'*GetMemberStatus*) printf '\nLAB-VALUE %s\n' "$(cat "$root/status")" ;;
        *'"VALUE "'*IsMember*)
            printf '\nLAB-VALUE %d\n' "$(grep -c -m 1 MapMirrors "$root/usr/irissys/iris.cpf")"
            ;;
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
		`##class(SYS.Database).CreateDatabase("` + c.root +
			`/home/irisowner/db/orders/",,,,"%DB_ORDERS",,"ORDERS","DEMO")`,
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
