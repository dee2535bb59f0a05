//go:build unix

package templates_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// used is the time that the processors have spent on this process: other than the
// time on the wall, it does not depend on what else the machine does.
func used() time.Duration {
	usage := usage()
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peak is the most memory that this process has had, in bytes. Linux counts that of
// the process which started this one too, everywhere but in /proc.
func peak() int64 {
	var kilobytes int64
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, most, _ := strings.Cut(string(status), "\nVmHWM:")
		if _, err := fmt.Sscan(most, &kilobytes); err != nil {
			panic(err)
		}
		return kilobytes << 10
	}
	most := usage().Maxrss
	if runtime.GOOS == "darwin" {
		return most
	}
	return most << 10
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage
}
