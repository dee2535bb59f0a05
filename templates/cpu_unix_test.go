//go:build unix

package templates_test

import (
	"syscall"
	"time"
)

// used is the time that the processors have spent on this process: other than the
// time on the wall, it does not depend on what else the machine does.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
