//go:build !unix

package templates_test

import (
	"runtime"
	"time"
)

var began = time.Now()

// used is the time on the wall.
func used() time.Duration { return time.Since(began) }

// peak is what Go has taken from the system, in bytes, which it seldom gives back.
func peak() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys)
}
