package artifact

import (
	"fmt"
	"strings"

	"mirrorgen/internal/lab"
)

// fold is a path without the difference between upper and lower case.
func fold(name string) string { return strings.ToLower(name) }

// foldPaths lists the paths of artifacts by what they are without case. It
// refuses two that would be one file where a file system takes no notice of case,
// as those of macOS and Windows do: the lab could not be checked out there.
func foldPaths(artifacts []lab.Artifact) (map[string]string, error) {
	folded := make(map[string]string, len(artifacts))
	for _, a := range artifacts {
		key := fold(a.Path)
		if other, taken := folded[key]; taken && other != a.Path {
			return nil, fmt.Errorf("%s and %s differ only in case, and are one file where the file system takes no "+
				"notice of case; rename one of the blocks that they are named after", other, a.Path)
		}
		folded[key] = a.Path
	}
	return folded, nil
}
