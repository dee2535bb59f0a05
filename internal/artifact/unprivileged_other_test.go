//go:build !linux

package artifact

import "testing"

// unprivileged skips the test: a thread cannot lay down its user's rights here.
func unprivileged(t *testing.T) func() {
	t.Helper()
	t.Skip("a thread cannot lay down its user's rights here")
	return nil
}
