//go:build linux

package live_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// These tests wait for timeouts far more than they compute, and each has
// addresses of its own: they all run at once, whatever the number of cores.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
