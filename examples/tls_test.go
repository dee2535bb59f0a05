package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
)

// OpenSSL agrees with every certificate of the example: who has signed it, what for, and
// under which names and addresses its service is reached.
func TestOpenSSLVerify(t *testing.T) {
	openssl := toolstest.Need(t, "openssl")
	certificates := 0
	eachTarget(t, func(t *testing.T, e example) {
		tls := e.plan(t).TLS
		if tls == nil {
			return
		}
		lab := e.write(t)
		if _, err := certs.Issue(lab, tls, certs.Options{Days: 1, Now: time.Now()}); err != nil {
			t.Fatal(err)
		}
		for _, c := range tls.Certificates {
			certificates++
			own := filepath.Join(lab, filepath.FromSlash(c.Directory))
			verify := func(arguments ...string) {
				t.Helper()
				arguments = append([]string{"verify", "-x509_strict", "-CAfile", plan.CAFile}, arguments...)
				if out := passes(t, own, openssl, append(arguments, plan.CertificateFile)...); !strings.Contains(out,
					plan.CertificateFile+": OK") {
					t.Errorf("%s, %v: %s", c.Directory, arguments, out)
				}
			}
			verify("-purpose", "sslserver")
			verify("-purpose", "sslclient")
			for _, host := range c.Hosts {
				verify("-verify_hostname", host)
			}
			for _, address := range c.Addresses {
				verify("-verify_ip", address)
			}
			public := passes(t, own, openssl, "x509", "-in", plan.CertificateFile, "-noout", "-pubkey")
			if got := passes(t, own, openssl, "pkey", "-in", plan.PrivateKeyFile, "-pubout"); got != public {
				t.Errorf("%s: the key is not the certificate's", c.Directory)
			}
			if content, err := os.ReadFile(filepath.Join(own, plan.CAFile)); err != nil || strings.Contains(string(
				content), "PRIVATE") {
				t.Errorf("%s: %v, or it holds a key", c.Directory, err)
			}
		}
	})
	if certificates == 0 {
		t.Error("no example has certificates")
	}
}
