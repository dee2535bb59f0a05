//go:build !unix

package templates_test

import "time"

var began = time.Now()

// used is the time on the wall.
func used() time.Duration { return time.Since(began) }
