package plan

// The health check of an IRIS container. A first start, with the copying of a
// primary's databases, takes minutes; whoever waits learns of a failure when both
// are over, the start period and then so many tries in a row.
const (
	healthStart = 240 // seconds
	healthTries = 20
)

// HealthStart is how long an IRIS container may take to become healthy before its
// failed checks count, in seconds.
func (p *Plan) HealthStart() int { return healthStart }

// HealthTries is after how many failed checks in a row an IRIS container is
// unhealthy.
func (p *Plan) HealthTries() int { return healthTries }
