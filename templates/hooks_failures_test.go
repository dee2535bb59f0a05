package templates_test

import (
	"mirrorgen/internal/toolstest"
	"net"
	"strings"
	"testing"
)

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
