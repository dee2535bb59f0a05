package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
)

// A dot is what every template is executed with. A template takes several times
// as long to find a field of an embedded struct, so the plan is not embedded.
type dot struct {
	Plan *plan.Plan
	One  any // what the artifact belongs to, where there is one for each of several; nil otherwise
	digests
}

// digests knows the digests of the configurations, once they are printed.
type digests struct{ printed *configurations }

// configurations are the artifacts that are mounted by services which hold
// nothing else.
type configurations struct {
	artifacts []lab.Artifact
	printing  sync.WaitGroup
	known     sync.Map // digests by the paths that they are of
}

// Digest returns the first 16 hexadecimal digits of the SHA-256 over the
// contents of the artifacts at these paths, one after the other. It fails where one
// of them is no configuration of nginx, HAProxy or the Web Gateways, and in those.
func (d digests) Digest(paths ...string) (string, error) {
	if d.printed == nil {
		return "", errors.New("a configuration cannot hold the digest of one")
	}
	d.printed.printing.Wait()
	key := strings.Join(paths, "\n")
	if digest, ok := d.printed.known.Load(key); ok {
		return digest.(string), nil
	}
	sum := sha256.New()
	for _, path := range paths {
		content, err := d.printed.content(path)
		if err != nil {
			return "", err
		}
		sum.Write(content)
	}
	digest := hex.EncodeToString(sum.Sum(nil))[:16]
	d.printed.known.Store(key, digest)
	return digest, nil
}

// DigestOf is Digest of a list.
func (d digests) DigestOf(paths []string) (string, error) { return d.Digest(paths...) }

func (c *configurations) content(path string) ([]byte, error) {
	for _, a := range c.artifacts {
		if a.Path == path {
			return a.Content, nil
		}
	}
	return nil, fmt.Errorf("%s is not among the configurations of nginx, HAProxy and the Web Gateways", path)
}
