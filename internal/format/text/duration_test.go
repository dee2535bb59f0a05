package text_test

import (
	"testing"

	"mirrorgen/internal/format/text"
)

// A duration has numbers with units, one after the other; a number alone counts in the unit given.
func TestMilliseconds(t *testing.T) {
	for written, want := range map[string]int64{
		"90s": 90_000, "1m30s": 90_000, "2": 2000, "1h": 3_600_000, "1d12ms": 86_400_012, "": -1, "x": -1, "1w": -1,
	} {
		got, ok := text.Milliseconds(written, 1000)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", written, got, want)
		}
	}
}
