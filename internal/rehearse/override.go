package rehearse

import (
	"fmt"
	"math"
	"strings"

	"mirrorgen/internal/plan"
)

// overrideFile is the Compose file that puts stand-ins in the vendor's place.
const overrideFile = "docker-compose.rehearsal.yaml"

// What the patience of a health check is not scaled below: a stand-in starts within seconds,
// but Docker, and the hundred processes of the hooks, take their own on a host that has much
// to do.
const (
	leastHealthStart = 5 // times [Options.Slack]
	leastHealthTries = 3
)

// override is a Compose file that gives every service its image of the rehearsal, and
// IRIS containers the time to become healthy that time scale and slack leave of the lab's.
// It changes nothing else. A service that is not in images, or a container of the user's
// that is not in own, keeps its own.
func override(p *plan.Plan, images map[plan.Kind]string, own map[string]string, scale float64,
	slack int,
) []byte {
	scaled := func(number, least int) int {
		return max(int(math.Ceil(float64(number)*scale)), min(number, least))
	}
	var b strings.Builder
	b.WriteString("# Written by mirrorgen rehearse: stand-ins in place of the vendor's images.\nservices:\n")
	for _, s := range p.Services {
		image := images[s.Kind]
		if s.Kind == plan.KindContainer {
			image = own[s.Name]
		}
		if image == "" && !s.Kind.Instance() {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n", s.Name)
		if image != "" {
			fmt.Fprintf(&b, "    image: %s\n", quoteYAML(image))
		}
		if s.Kind.Instance() {
			fmt.Fprintf(&b, "    healthcheck: { start_period: %ds, retries: %d }\n",
				scaled(p.HealthStart(), leastHealthStart*slack), scaled(p.HealthTries(), leastHealthTries))
		}
	}
	return []byte(b.String())
}

// quoteYAML writes a string between single quotes, and a dollar so that Compose
// leaves it alone.
func quoteYAML(text string) string {
	return "'" + strings.NewReplacer("'", "''", "$", "$$").Replace(text) + "'"
}
