package templates_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
	c.write("cpf.joined", fmt.Sprintf("[MapMirrors.DEMO]\nOTHER=1.1.1.1,2188,,1.1.1.1,G,/d/,0,1.1.1.1,1972\n"+
		"%s=%s,2188,,%s,GUID,/usr/irissys/,0,%s,1972\n[MirrorMember]\nSystemName=%s\n",
		system, agent, superserver, mirror, system))
}
