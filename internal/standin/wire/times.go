package wire

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// Times are the time-outs that stand-ins model, already scaled.
type Times struct {
	Scale float64
	// Service is the quality of service time-out of one mirror, not scaled; 0 is the product's.
	Service time.Duration
}

// WithQoS are the times of a mirror that sets its quality of service time-out to so many
// milliseconds; 0 leaves the product's.
func (t Times) WithQoS(service int) Times {
	t.Service = time.Duration(service) * time.Millisecond
	return t
}

// ParseScale reads MIRRORGEN_TIME_SCALE: 1, also where it is empty, is the
// product's own times; 0.1 makes its seconds tenths.
func ParseScale(text string) (Times, error) {
	if text == "" {
		return Times{Scale: 1}, nil
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || !(scale >= 0.001 && scale <= 100) {
		return Times{}, fmt.Errorf("MIRRORGEN_TIME_SCALE is a number from 0.001 to 100, not %q", text)
	}
	return Times{Scale: scale}, nil
}

// Of scales a time of the product.
func (t Times) Of(d time.Duration) time.Duration {
	return max(time.Duration(float64(d)*t.Scale), time.Millisecond)
}

// QoS is the mirror's quality of service time-out: how long a member waits for
// another, and the arbiter for a member, before it takes the connection for lost (GHA: 8 seconds
// by default).
func (t Times) QoS() time.Duration { return t.Of(cmp.Or(t.Service, 8*time.Second)) }

// RecoveryTime is how long a backup recovers and rolls back before it is primary in the place of
// one that was lost (inferred: tens of seconds as a rule, which the product does not bound).
const RecoveryTime = 10 * time.Second

// Recovery is RecoveryTime, scaled.
func (t Times) Recovery() time.Duration { return t.Of(RecoveryTime) }

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
