package artifact

import (
	"errors"
	"maps"
	"slices"

	"mirrorgen/internal/lab"
)

// Before is the lab as it is on disk now, edits included: the files that mirrorgen
// wrote there, sorted by path. It is what a running lab was started from. Files
// too large to be shown are left out.
func (c *Comparison) Before() ([]lab.Artifact, error) {
	if c.Fresh {
		return nil, nil
	}
	d, err := c.open(c.Dir)
	if err != nil {
		return nil, failure(c.Dir, err)
	}
	defer d.close()
	before, err := readOwnership(d, c.manifest)
	if err != nil {
		return nil, err
	}
	var artifacts []lab.Artifact
	for _, name := range slices.Sorted(maps.Keys(before.sums)) {
		content, err := present(d, name)
		var tooLarge *sizeError
		switch {
		case errors.As(err, &tooLarge), err == nil && content == nil:
		case err != nil:
			return nil, err
		default:
			artifacts = append(artifacts, lab.Artifact{Path: name, Mode: manifestMode, Content: content})
		}
	}
	return artifacts, nil
}
