//go:build linux

package live_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// balancersVariable is the environment variable that has the tests run the
// distribution's nginx and HAProxy, where it is "distribution", instead of those of
// the default images' releases.
const balancersVariable = "MIRRORGEN_BALANCERS"

func olderReleases() bool { return os.Getenv(balancersVariable) == "distribution" }

// balancer returns the path of nginx or haproxy in the release that is tested.
func balancer(t testing.TB, program string) string {
	t.Helper()
	if olderReleases() {
		return toolstest.Need(t, program)
	}
	return toolstest.Current(t, program)
}

// released returns a topology whose images are of the releases that are tested.
func released(t *testing.T, topology string) string {
	t.Helper()
	if !olderReleases() {
		return topology
	}
	var images []string
	for _, program := range []string{"nginx", "haproxy"} {
		image := program + ":" + toolstest.Release(t, balancer(t, program))
		images = append(images, fmt.Sprintf("  %s = %q\n", program, image))
	}
	const block = "images {\n"
	if strings.Contains(topology, block) {
		return strings.Replace(topology, block, block+strings.Join(images, ""), 1)
	}
	return topology + block + strings.Join(images, "") + "}\n"
}

// The same holds on the releases that the distribution has, which are older: every test
// of this package, once more.
func TestOlderReleases(t *testing.T) {
	toolstest.Thorough(t) // it doubles the number of processes
	if olderReleases() {
		t.Skip("this is the older releases' turn")
	}
	t.Parallel()
	t.Logf("nginx %s and HAProxy %s", toolstest.Release(t, toolstest.Need(t, "nginx")),
		toolstest.Release(t, toolstest.Need(t, "haproxy")))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Load is measured where nothing else goes on.
	command := exec.Command(self, "-test.v", "-test.timeout=20m", "-test.skip=^(TestOlderReleases|TestLoad)$")
	command.Env = append(os.Environ(), balancersVariable+"=distribution")
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(out), "--- PASS: TestPrimaryIsFollowed") {
		t.Error("no test has run")
	}
}
