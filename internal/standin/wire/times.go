package wire

import (
	"fmt"
	"strconv"
	"time"
)

// Times are the time-outs that stand-ins model, already scaled.
type Times struct {
	Scale float64
}

// ParseScale reads MIRRORGEN_TIME_SCALE: 1, also where it is empty, is the
// product's own times; 0.1 makes its seconds tenths.
func ParseScale(text string) (Times, error) {
	if text == "" {
		return Times{1}, nil
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || !(scale >= 0.001 && scale <= 100) {
		return Times{}, fmt.Errorf("MIRRORGEN_TIME_SCALE is a number from 0.001 to 100, not %q", text)
	}
	return Times{scale}, nil
}

// Of scales a time of the product.
func (t Times) Of(d time.Duration) time.Duration {
	return max(time.Duration(float64(d)*t.Scale), time.Millisecond)
}

// QoS is the mirror's quality of service time-out: how long a member waits for
// another before it takes the connection for lost (GHA: 8 seconds by default).
func (t Times) QoS() time.Duration { return t.Of(8 * time.Second) }

// Trouble is the trouble time-out (GHA: twice the quality of service time-out).
func (t Times) Trouble() time.Duration { return 2 * t.QoS() }

// Beat is how often a member says that it is there (inferred: often enough within
// QoS).
func (t Times) Beat() time.Duration { return t.QoS() / 8 }

// Connect bounds an attempt to connect to another host (inferred: below QoS, so that
// several addresses can be tried within it).
func (t Times) Connect() time.Duration { return max(t.QoS()/4, 100*time.Millisecond) }

// Retry is the pause between attempts to reconnect (inferred).
func (t Times) Retry() time.Duration { return max(t.QoS()/8, 20*time.Millisecond) }
