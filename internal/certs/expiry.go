package certs

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mirrorgen/internal/plan"
)

// authorityName is the label of the authorities' certificate among those of the services.
const authorityName = "the lab's authority"

// writeExpiry writes the rules from which Prometheus knows when certificates expire, where the
// lab has one.
func writeExpiry(lab string, tls *plan.TLS) error {
	if tls.ExpiryFile == "" {
		return nil
	}
	file := filepath.Join(lab, filepath.FromSlash(tls.ExpiryFile))
	if err := makeDirectory(filepath.Dir(file), innerMode); err != nil {
		return err
	}
	return write(file, expiryRules(lab, tls), readable)
}

// expiryRules record the end, and the time of renewal, of each certificate that can be read, and of the first authority
// to expire.
func expiryRules(lab string, tls *plan.TLS) []byte {
	var b bytes.Buffer
	b.WriteString("# Written by mirrorgen certs: when certificates expire, and from when on it makes\n" +
		"# others, in seconds since 1970.\n" +
		"groups:\n  - name: certificate-dates\n    rules:\n")
	record := func(service string, c *x509.Certificate) {
		for _, of := range []struct {
			metric string
			at     time.Time
		}{{plan.ExpiryMetric, c.NotAfter}, {plan.RenewalMetric, c.NotAfter.Add(-notice(c))}} {
			fmt.Fprintf(&b, "      - record: %s\n        labels: { service: %q }\n        expr: vector(%d)\n",
				of.metric, service, of.at.Unix())
		}
	}
	authorities, err := readCertificates(filepath.Join(lab, tls.Directory, plan.CAFile))
	if err == nil && len(authorities) > 0 {
		record(authorityName, slices.MinFunc(authorities, func(a, b *x509.Certificate) int {
			return a.NotAfter.Compare(b.NotAfter)
		}))
	}
	for _, c := range tls.Certificates {
		if p, _ := read(filepath.Join(lab, filepath.FromSlash(c.Directory)), c); p.certificate != nil {
			record(c.Service.Name, p.certificate)
		}
	}
	return b.Bytes()
}

// expiryStale says what is to be done where Prometheus would be told of other certificates.
func expiryStale(lab string, tls *plan.TLS) []string {
	if tls.ExpiryFile == "" {
		return nil
	}
	file := filepath.Join(lab, filepath.FromSlash(tls.ExpiryFile))
	switch content, err := os.ReadFile(file); {
	case err != nil:
		return []string{tls.ExpiryFile + " is missing, from which Prometheus knows when certificates expire: " +
			"mirrorgen certs writes it."}
	case !bytes.Equal(content, expiryRules(lab, tls)):
		return []string{tls.ExpiryFile + " tells Prometheus of other certificates than those that are there: " +
			"mirrorgen certs writes it anew."}
	}
	return nil
}
