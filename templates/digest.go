package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// A composition is what the template of a compose file is executed with: the
// plan, the services of that file, and the contents of the files that they mount.
type composition struct {
	Plan    *plan.Plan
	Part    *plan.ComposePart // nil where all services stand in other files
	mounted []lab.Artifact
	known   map[string]string // digests by the paths that they are of
}

// Digest returns the first 16 hexadecimal digits of the SHA-256 over the
// contents of the artifacts at these paths, one after the other. It fails where one
// of them is not printed before the compose files.
func (c *composition) Digest(paths ...string) (string, error) {
	key := strings.Join(paths, "\n")
	if digest, ok := c.known[key]; ok {
		return digest, nil
	}
	sum := sha256.New()
	for _, path := range paths {
		content, err := c.content(path)
		if err != nil {
			return "", err
		}
		sum.Write(content)
	}
	digest := hex.EncodeToString(sum.Sum(nil))[:16]
	c.known[key] = digest
	return digest, nil
}

func (c *composition) content(path string) ([]byte, error) {
	for _, a := range c.mounted {
		if a.Path == path {
			return a.Content, nil
		}
	}
	return nil, fmt.Errorf("%s is not among the configurations of nginx, HAProxy and the Web Gateways", path)
}
