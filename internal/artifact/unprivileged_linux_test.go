package artifact

import (
	"os"
	"runtime"
	"syscall"
	"testing"
)

// unprivileged lets permissions count for root as well, until the function that
// it returns is called.
func unprivileged(t *testing.T) func() {
	if os.Getuid() != 0 {
		return func() {}
	}
	runtime.LockOSThread()
	const nobody = 65534
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	return func() {
		syscall.Setfsuid(0)
		runtime.UnlockOSThread()
	}
}
