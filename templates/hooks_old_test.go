package templates_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// Before 2022.1 a merge file has no [Actions], and nobody starts the ISCAgent:
// both are the hook's to do.
const oldRelease = `
lab "x" {}
images { tag = "2020.3.0.221.0" }
network "a" { subnet = "10.0.1.0/24" }
network "b" { subnet = "10.0.2.0/24" }
arbiter "arbiter" {}
iris { demo_application = false }
mirror "demo" {
  database "ORDERS" {}
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
  member "demo-d" { role = "drasync" }
  member "demo-r" { role = "rorasync" }
  member "demo-w" { role = "rwrasync" }
}
application_server "app" { mirror = "demo" }
`

// newOldContainer is a container of that release. Its image has an ISCAgent,
// which answers once it has been started.
func newOldContainer(t *testing.T, topology, service string) *container {
	t.Helper()
	c := newContainer(t, topology, service)
	if err := os.Mkdir(filepath.Join(c.root, "irissys"), 0o755); err != nil {
		t.Fatal(err)
	}
	c.write(
		"irissys/ISCAgentUser",
		"#!/usr/bin/env bash\necho started >>"+c.root+"/agent.log\necho "+c.agent+" >"+c.root+"/agents/127.0.0.1\n",
	)
	if err := os.Chmod(filepath.Join(c.root, "irissys/ISCAgentUser"), 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

// joinsAt makes the next join take the addresses that end in that number.
func (c *container) joinsAt(number string) {
	c.joins(strings.ToUpper(c.service), "10.0.1."+number, "10.0.2."+number, "10.0.1."+number)
}

func TestHooksOldRoles(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	database := []string{
		"%SYS Security.Resources.Create", "%SYS Config.Databases.Create", "%SYS SYS.Database.CreateDatabase",
		"%SYS Config.Namespaces.Create",
	}
	service := []string{"%SYS Security.Services.Modify"}
	always := []string{"%SYS CSP.SetConfig"}
	for _, r := range []struct {
		service, number, joins string
		ecp                    bool
	}{
		{"demo-a", "3", `CreateNewMirrorSet("DEMO","DEMO-A",.info)`, true},
		{"demo-b", "4", `JoinMirrorAsFailoverMember("DEMO","DEMO-B","IRIS","10.0.1.3",2188,.info)`, true},
		{"demo-d", "5", `JoinMirrorAsAsyncMember("DEMO","DEMO-D","IRIS","10.0.1.3",2188,0,.info)`, true},
		{"demo-r", "6", `JoinMirrorAsAsyncMember("DEMO","DEMO-R","IRIS","10.0.1.3",2188,1,.info)`, false},
		{"demo-w", "7", `JoinMirrorAsAsyncMember("DEMO","DEMO-W","IRIS","10.0.1.3",2188,2,.info)`, false},
	} {
		t.Run(r.service, func(t *testing.T) {
			c := newOldContainer(t, oldRelease, r.service)
			c.joinsAt(r.number)
			output, ready := c.start()
			if !ready || !c.exists("home/irisowner/db/.joined") {
				t.Fatalf("the start is not complete:\n%s", output)
			}
			if first, _, _ := strings.Cut(output, "\n"); !strings.Contains(
				first,
				"no ISCAgent answers on port 2188: starting it",
			) {
				t.Errorf("the agent is not the first thing to start:\n%s", output)
			}
			method, _, _ := strings.Cut(r.joins, "(")
			calls := slices.Concat(service, []string{"%SYS SYS.Mirror." + method}, database)
			again := always
			if r.ecp {
				calls, again = slices.Concat(service, calls), slices.Concat(service, always)
			}
			c.calledOnce(append(calls, always...)...)
			if log := c.read("session.log"); !strings.Contains(log, "##class(SYS.Mirror)."+r.joins) {
				t.Errorf("no session was given %s:\n%s", r.joins, log)
			}
			if c.read("agent.log") != "started\n" {
				t.Errorf("the agent was started %q", c.read("agent.log"))
			}

			if r.service != "demo-a" {
				return
			}
			// The next start finds the agent running and the member joined.
			c.write("session.log", "")
			if output, ready := c.start(); !ready {
				t.Fatalf("the second start is not complete:\n%s", output)
			}
			c.calledOnce(again...)
			if c.read("agent.log") != "started\n" {
				t.Errorf("an agent that answers was started again")
			}
		})
	}
}

// An application server reaches the databases over ECP. It has no agent, and
// what it has once it leaves alone.
func TestHooksOldApplicationServer(t *testing.T) {
	t.Parallel()
	c := newOldContainer(t, oldRelease, "app")
	output, ready := c.start()
	if !ready || c.exists("agent.log") {
		t.Fatalf("ready %v, said:\n%s", ready, output)
	}
	once := []string{"%SYS Config.ECPServers.Create", "%SYS Config.Databases.Create", "%SYS Config.Namespaces.Create"}
	always := []string{"%SYS CSP.SetConfig"}
	c.calledOnce(slices.Concat([]string{"%SYS Security.Services.Modify"}, once, always)...)
	for _, want := range []string{
		`Modify("%Service_ECP",.service)`,
		`set server("Address")="10.0.2.3",server("Port")=1972,server("MirrorConnection")=1`,
		`##class(Config.ECPServers).Create("DEMO",.server)`,
		`set database("Directory")=":mirror:DEMO:ORDERS",database("Server")="DEMO"`,
		`set namespace("Globals")="ORDERS",namespace("Routines")="ORDERS"`,
	} {
		if !strings.Contains(c.read("session.log"), want) {
			t.Errorf("no session was given %s:\n%s", want, c.read("session.log"))
		}
	}
	c.write("session.log", "")
	if output, ready := c.start(); !ready {
		t.Fatalf("the second start is not complete:\n%s", output)
	}
	c.calledOnce(slices.Concat([]string{"%SYS Security.Services.Modify"}, always)...)

	c.write("refuse", "Config.ECPServers\n")
	c.write("objects", "")
	if output, ready := c.start(); ready ||
		!strings.Contains(output, "could not reach for the databases of demo over ECP") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
}

// A primary that is not ready yet refuses a member; the next try succeeds.
func TestHooksJoinAgain(t *testing.T) {
	t.Parallel()
	c := newOldContainer(t, oldRelease, "demo-b")
	c.joinsAt("4")
	c.sets("pause", "5", "0")
	c.write("once", "JoinMirrorAs")
	output, ready := c.start()
	if !ready || !strings.Contains(output, "joining mirror DEMO: try 1 of 6 failed") ||
		strings.Contains(output, "try 2") ||
		!strings.Contains(output, "not yet") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
	if got := strings.Count(c.read("session.log"), "JoinMirrorAsFailoverMember"); got != 2 {
		t.Errorf("joined %d times", got)
	}
}

// From 2021.1 on iris-main may have started the agent; only where it has not, the
// hook does when IRIS is up.
func TestHooksAgentOf2021(t *testing.T) {
	t.Parallel()
	c := newOldContainer(t, strings.Replace(oldRelease, "2020.3.0.221.0", "2021.1.0.215.0", 1), "demo-a")
	c.joinsAt("3")
	if output, code := c.run("before-start.sh"); code != 0 || c.exists("agent.log") {
		t.Errorf("exit code %d, before-start.sh started the agent:\n%s", code, output)
	}
	if output, _ := c.run("after-start.sh"); !c.exists("tmp/lab-ready") || !c.exists("agent.log") {
		t.Errorf("the start is not complete:\n%s", output)
	}
}

// Without an agent at the primary's address nothing is tried; the log says what
// is missing.
func TestHooksFounderMissing(t *testing.T) {
	t.Parallel()
	c := newOldContainer(t, oldRelease, "demo-b")
	c.founderAt("1")
	c.sets("patience", "120", "1")
	output, ready := c.start()
	if ready || !strings.Contains(output, "waiting for the agent of the primary, at 10.0.1.3") ||
		!strings.Contains(output, "no agent answers at 10.0.1.3, port 2188: is the primary running?") ||
		!strings.Contains(output, "could not join mirror DEMO as backup") {
		t.Errorf("ready %v, said:\n%s", ready, output)
	}
	if strings.Contains(c.read("session.log"), "JoinMirror") {
		t.Error("it joined a primary that does not answer")
	}
}

// An agent that does not come up is said to be the cause, with what it printed.
func TestHooksAgentMissing(t *testing.T) {
	toolstest.Thorough(t)
	t.Parallel()
	for _, a := range []struct{ name, agent, says string }{
		{"no program", "", "ISCAgentUser': No such file or directory"},
		{"no answer", "#!/usr/bin/env bash\necho port 2188 is denied >&2\n", "port 2188 is denied"},
	} {
		c := newOldContainer(t, oldRelease, "demo-a")
		c.write("irissys/ISCAgentUser", a.agent)
		if a.agent == "" {
			if err := os.Remove(filepath.Join(c.root, "irissys/ISCAgentUser")); err != nil {
				t.Fatal(err)
			}
		}
		for _, hook := range []string{"lab/before-start.sh", "lab/after-start.sh"} {
			c.write(hook, strings.Replace(c.read(hook), "SECONDS + 10", "SECONDS + 1", 1))
		}
		output, ready := c.start()
		if ready || !strings.Contains(output, "the ISCAgent does not start") || !strings.Contains(output, a.says) {
			t.Errorf("%s: ready %v, said:\n%s", a.name, ready, output)
		}
		if c.read("session.log") != "" {
			t.Errorf("%s: IRIS was set up without an agent", a.name)
		}
	}
}

// Should iris qlist of that release lack the mirror's fields, IRIS is asked.
func TestHooksOldRecords(t *testing.T) {
	t.Parallel()
	c := newOldContainer(t, oldRelease, "demo-b")
	c.joinsAt("4")
	c.write("bin/iris", strings.Replace(c.read("bin/iris"), `^IRIS^Failover^$(cat "$root/status")^/usr/irissys`, "", 1))
	output, ready := c.start()
	if !ready || !strings.Contains(output, "mirror DEMO: Backup") {
		t.Fatalf("ready %v, said:\n%s", ready, output)
	}
	if output, code := c.run("health.sh"); code != 0 {
		t.Errorf("health: exit code %d, said %q", code, output)
	}
}

// The merge file of that release has parameters alone, and the port that the
// rest of the lab counts on, whatever the image's own default is.
func TestMergeOfOldRelease(t *testing.T) {
	artifacts, err := build(oldRelease)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo-a", "demo-b", "demo-r", "app"} {
		text := artifacts["iris/merge/"+name+".cpf"]
		var sections []string
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "[") {
				sections = append(sections, strings.TrimSpace(line))
			}
		}
		if got := strings.Join(sections, " "); got != "[Startup] [config]" ||
			!strings.Contains(text, "\nDefaultPort=1972\n") {
			t.Errorf("%s has the sections %s:\n%s", name, got, text)
		}
	}
}

// Images of 2021 and 2022 ask for capabilities that Docker no longer grants;
// older ones do not know the option, newer ones do not need it.
func TestCapabilityCheck(t *testing.T) {
	for tag, want := range map[string]bool{"2020.3": false, "2021.1.0.215.0": true, "2022.1": true, "2023.1": false,
		"2025.1": false} {
		artifacts, err := build(
			"lab \"x\" {}\nimages { tag = \"" + tag + "\" }\nmirror \"m\" {\n  member \"a\" { role = \"primary\" " +
				"}\n}\n",
		)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(artifacts["docker-compose.yaml"],
			"    - --check-caps\n    - \"false\"\n"); got != want {
			t.Errorf("%s: --check-caps false %v, want %v", tag, got, want)
		}
	}
}
