package examples_test

import (
	"fmt"
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

// Prometheus takes the rules that certs writes beside its configuration, and the lab's alerts fire
// when certs would make another, and when one has expired.
func TestCertificateAlerts(t *testing.T) {
	promtool := toolstest.Current(t, "promtool")
	labs := 0
	eachTarget(t, func(t *testing.T, e example) {
		tls := e.plan(t).TLS
		if tls == nil || tls.ExpiryFile == "" {
			return
		}
		labs++
		lab := e.write(t)
		if _, err := certs.Issue(lab, tls, certs.Options{Days: 40, Now: time.Unix(0, 0)}); err != nil {
			t.Fatal(err)
		}
		directory := filepath.Join(lab, "monitoring")
		if err := os.Rename(filepath.Join(lab, filepath.FromSlash(tls.ExpiryFile)), filepath.Join(directory,
			"certificates.yml")); err != nil { // as containers see it
			t.Fatal(err)
		}
		out := passes(t, directory, promtool, "check", "config", "--lint-fatal", "prometheus.yml")
		if want := fmt.Sprintf("SUCCESS: %d rules found", 2*(len(tls.Certificates)+1)); !strings.Contains(out, want) {
			t.Errorf("promtool says:\n%s", out)
		}
		if err := os.WriteFile(filepath.Join(directory, "test.yml"), []byte(expiryTest(tls)), 0o644); err != nil {
			t.Fatal(err)
		}
		passes(t, directory, promtool, "test", "rules", "test.yml")
	})
	if labs < 2 {
		t.Errorf("%d examples have both certificates and Prometheus", labs)
	}
}

// expiryTest is promtool's test of certificates that are valid for 40 days, of an authority that
// is so for longer.
func expiryTest(tls *plan.TLS) string {
	var b strings.Builder
	b.WriteString("rule_files: [certificates.yml, rules.yml]\nevaluation_interval: 6h\n" +
		"group_eval_order: [certificate-dates, certificates]\ntests:\n  - interval: 6h\n" +
		"    alert_rule_test:\n")
	for _, c := range []struct {
		day            int
		alert, summary string // "" for none
	}{
		{26, "CertificateExpires", ""},
		{27, "CertificateExpires", "severity: warning} The certificate of %s expires in 13d 0h 0m 0s."},
		{39, "CertificateExpired", ""},
		{41, "CertificateExpired", "severity: critical} The certificate of %s has expired: whoever connects anew is " +
			"refused."},
		{41, "CertificateExpires", ""},
	} {
		fmt.Fprintf(&b, "      - eval_time: %dd\n        alertname: %s\n        exp_alerts:\n", c.day, c.alert)
		for _, certificate := range tls.Certificates {
			if severity, summary, _ := strings.Cut(c.summary, "} "); c.summary != "" {
				name := certificate.Service.Name
				fmt.Fprintf(&b, "          - exp_labels: { %s, service: %s }\n"+
					"            exp_annotations: { summary: %q }\n", severity, name, fmt.Sprintf(summary, name))
			}
		}
	}
	return b.String()
}
