package certs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
)

// Prometheus is told when each certificate expires, whoever has made it, and --check sees that
// it would be told of others.
func TestExpiry(t *testing.T) {
	tls := plantest.Make(t, "lab.hcl", topology+"monitoring {}\n").TLS
	if tls.ExpiryFile != "certs/prometheus/certificates.yml" {
		t.Fatalf("the file is %q", tls.ExpiryFile)
	}
	lab := t.TempDir()
	file := filepath.Join(lab, filepath.FromSlash(tls.ExpiryFile))
	holds := func(day string, services ...string) {
		t.Helper()
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		until, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range services {
			want := fmt.Sprintf("labels: { service: %q }\n        expr: vector(%d)\n", service,
				until.Add(12*time.Hour).Unix())
			if !strings.Contains(string(content), want) {
				t.Errorf("of %s, it does not say that the certificate expires on %s:\n%s", service, day, content)
			}
		}
	}
	issue(t, lab, tls, certs.Options{Days: 40})
	holds("2027-01-06", "a", "b", "gw", "web")
	if names := certs.Leftover(lab, tls); len(names) > 0 {
		t.Errorf("left over: %q", names)
	}
	if problems := certs.Check(lab, tls, now); len(problems) > 0 {
		t.Errorf("%q", problems)
	}
	problem := func(want string) {
		t.Helper()
		problems := certs.Check(lab, tls, now)
		if len(problems) != 1 || !strings.Contains(problems[0], want) {
			t.Errorf("%q does not say %q", problems, want)
		}
	}
	// One that is made anew by hand.
	if err := os.RemoveAll(filepath.Join(lab, "certs/gw")); err != nil {
		t.Fatal(err)
	}
	without := plantest.Make(t, "lab.hcl", topology).TLS
	issue(t, lab, without, certs.Options{Days: 50})
	problem("tells Prometheus of other certificates than those that are there")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	problem("is missing, from which Prometheus knows when certificates expire: mirrorgen certs writes it")
	// Nothing is to be signed, so that no key is needed.
	if err := os.Remove(filepath.Join(lab, "certs", certs.CAKeyFile)); err != nil {
		t.Fatal(err)
	}
	issue(t, lab, tls, certs.Options{Days: 40})
	holds("2027-01-06", "a", "b", "web")
	holds("2027-01-16", "gw")
}

// A certificate of the user's own that does not fit keeps nobody from hearing of the others, nor
// the lab's authority from making what is missing.
func TestSeveralMisfits(t *testing.T) {
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	lab, other := t.TempDir(), t.TempDir()
	issue(t, lab, tls, certs.Options{})
	issue(t, other, tls, certs.Options{Days: 1, Now: now.AddDate(0, -1, 0)})
	for _, service := range []string{"a", "gw"} {
		for _, name := range []string{plan.CAFile, plan.CertificateFile, plan.PrivateKeyFile} {
			content, err := os.ReadFile(filepath.Join(other, "certs", service, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(lab, "certs", service, name), content, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.RemoveAll(filepath.Join(lab, "certs/web")); err != nil {
		t.Fatal(err)
	}
	outcomes, err := certs.Issue(lab, tls, certs.Options{Days: 365, Now: now})
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) || len(several.Unwrap()) != 2 || !strings.Contains(err.Error(), "certs/a/") ||
		!strings.Contains(err.Error(), "certs/gw/") {
		t.Errorf("%v", err)
	}
	if got := strings.Join(made(outcomes), " "); got != "web" {
		t.Errorf("made: %s", got)
	}
}
