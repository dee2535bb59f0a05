package templates

import (
	"errors"

	"mirrorgen/internal/graph"
	"mirrorgen/internal/plan"
)

// What a picture costs in units of work.
const (
	pictureWork = 20_000 // whatever the lab
	boxWork     = 100    // for each service
	edgeWork    = 4      // for each gateway and instance that could be connected
)

// costPicture spends what a picture takes, before it is drawn.
func costPicture(b *budget, args []any) error {
	p, ok := args[0].(*plan.Plan)
	if !ok {
		return nil // and picture refuses it
	}
	return b.spend(pictureWork + boxWork*len(p.Services) + edgeWork*len(p.Gateways)*len(p.Instances))
}

// picture draws a lab.
func picture(of any) (string, error) {
	p, ok := of.(*plan.Plan)
	if !ok {
		return "", errors.New("it takes .Plan")
	}
	return string(graph.SVG(p)), nil
}
