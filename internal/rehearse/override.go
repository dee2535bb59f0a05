package rehearse

import (
	"fmt"
	"strings"

	"mirrorgen/internal/plan"
)

// overrideFile is the Compose file that puts stand-ins in the vendor's place.
const overrideFile = "docker-compose.rehearsal.yaml"

// override is a Compose file that gives every service its image of the rehearsal,
// and changes nothing else. A service that is not in images keeps its own.
func override(p *plan.Plan, images map[plan.Kind]string) []byte {
	var b strings.Builder
	b.WriteString("# Written by mirrorgen rehearse: stand-ins in place of the vendor's images.\nservices:\n")
	for _, s := range p.Services {
		if image := images[s.Kind]; image != "" {
			fmt.Fprintf(&b, "  %s:\n    image: %s\n", s.Name, quoteYAML(image))
		}
	}
	return []byte(b.String())
}

// quoteYAML writes a string between single quotes, and a dollar so that Compose
// leaves it alone.
func quoteYAML(text string) string {
	return "'" + strings.NewReplacer("'", "''", "$", "$$").Replace(text) + "'"
}
