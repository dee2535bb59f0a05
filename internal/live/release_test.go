//go:build linux

package live_test

import (
	"fmt"
	"os"
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
