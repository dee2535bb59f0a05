package templates_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
