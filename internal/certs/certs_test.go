package certs_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/plan/plantest"
)

const topology = `
lab "lab" { host = "irishost" }
tls {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
nginx "web" {}
haproxy "sql" {}
`

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// issue makes the certificates of a lab in a directory.
func issue(t *testing.T, lab string, tls *plan.TLS, o certs.Options) []certs.Outcome {
	t.Helper()
	if o.Days == 0 {
		o.Days = certs.DefaultDays
	}
	if o.Now.IsZero() {
		o.Now = now
	}
	outcomes, err := certs.Issue(lab, tls, o)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func made(outcomes []certs.Outcome) []string {
	var names []string
	for _, o := range outcomes {
		if o.Issued {
			names = append(names, o.Service)
		}
	}
	return names
}

// snapshot reads every file below a directory.
func snapshot(t *testing.T, lab string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(lab, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestIssue(t *testing.T) {
	lab := filepath.Join(t.TempDir(), "lab")
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	if got := made(issue(t, lab, tls, certs.Options{})); !slices.Equal(got, []string{"a", "b", "gw", "web"}) {
		t.Errorf("made %v", got)
	}
	before := snapshot(t, lab)
	if got := made(issue(t, lab, tls, certs.Options{})); len(got) > 0 {
		t.Errorf("a second run makes %v", got)
	}
	for path, content := range snapshot(t, lab) {
		if before[path] != content {
			t.Errorf("a second run changes %s", path)
		}
	}
	if problems := certs.Check(lab, tls, now); len(problems) > 0 {
		t.Errorf("check: %v", problems)
	}
	serials := map[string]bool{}
	for _, c := range tls.Certificates {
		own := certificateOf(t, lab, c)
		serials[own.SerialNumber.String()] = true
		for _, name := range append(slices.Clone(c.Hosts), c.Addresses...) {
			if err := own.VerifyHostname(name); err != nil {
				t.Error(err)
			}
		}
	}
	if len(serials) != len(tls.Certificates) {
		t.Errorf("%d serial numbers", len(serials))
	}
	for path, mode := range map[string]os.FileMode{"certs": 0o700, "certs/a": 0o755,
		"certs/a/PrivateKeyFile.pem": 0o644, "certs/CAKeyFile.pem": 0o600} {
		if info, err := os.Stat(filepath.Join(lab, path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

func certificateOf(t *testing.T, lab string, c *plan.Certificate) *x509.Certificate {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(lab, c.Directory, plan.CertificateFile))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(content)
	own, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// A certificate is renewed before it ends, and no other.
func TestRenewal(t *testing.T) {
	lab := filepath.Join(t.TempDir(), "lab")
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	issue(t, lab, tls, certs.Options{Days: 90})
	later := now.Add(61 * 24 * time.Hour)
	if problems := certs.Check(lab, tls, later); len(problems) != 4 || !strings.Contains(problems[0], "expires on") {
		t.Errorf("check: %v", problems)
	}
	if got := made(issue(t, lab, tls, certs.Options{Now: later})); len(got) != 4 {
		t.Errorf("made %v", got)
	}
	if problems := certs.Check(lab, tls, later); len(problems) > 0 {
		t.Errorf("check: %v", problems)
	}
}

// A topology that has grown gets what it lacks; of one that has changed, what does not fit.
func TestGrowth(t *testing.T) {
	lab := filepath.Join(t.TempDir(), "lab")
	issue(t, lab, plantest.Make(t, "lab.hcl", topology).TLS, certs.Options{})
	grown := plantest.Make(t, "lab.hcl", strings.Replace(topology, `member "b" { role = "backup" }`,
		`member "b" { role = "backup" }
  member "d" {
    role        = "drasync"
    host_number = 99
  }`, 1)).TLS
	got := made(issue(t, lab, grown, certs.Options{}))
	if !slices.Contains(got, "d") || slices.Contains(got, "a") || slices.Contains(got, "b") {
		t.Errorf("made %v", got)
	}
	shrunk := plantest.Make(t, "lab.hcl", topology).TLS
	if left := certs.Leftover(lab, shrunk); !slices.Equal(left, []string{"certs/d"}) {
		t.Errorf("left over: %v", left)
	}
}

// Every way in which certificates can be wrong is a sentence, and nothing else is.
func TestCheck(t *testing.T) {
	file := func(lab, path string) string { return filepath.Join(lab, "certs", path) }
	put := func(t *testing.T, path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(t *testing.T, path string) string {
		t.Helper()
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	good, another := filepath.Join(t.TempDir(), "lab"), filepath.Join(t.TempDir(), "lab")
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	issue(t, good, tls, certs.Options{})
	issue(t, another, tls, certs.Options{})
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, lab string)
		want   []string // of the first problem, or of any
	}{
		{"nothing there", func(t *testing.T, lab string) { os.RemoveAll(file(lab, "a")) },
			[]string{"certs/a/CertificateFile.pem is missing: mirrorgen certs makes it"}},
		{"keys swapped", func(t *testing.T, lab string) {
			a, b := read(t, file(lab, "a/PrivateKeyFile.pem")), read(t, file(lab, "b/PrivateKeyFile.pem"))
			put(t, file(lab, "a/PrivateKeyFile.pem"), b)
			put(t, file(lab, "b/PrivateKeyFile.pem"), a)
		}, []string{"PrivateKeyFile.pem is not the key of this certificate", "certs/a/PrivateKeyFile.pem is the " +
			"key of b: " +
			"the two are swapped"}},
		{"files swapped", func(t *testing.T, lab string) {
			put(t, file(lab, "a/CertificateFile.pem"), read(t, file(lab, "a/PrivateKeyFile.pem")))
		}, []string{"certs/a/CertificateFile.pem holds no certificate (BEGIN CERTIFICATE), but something else"}},
		{"empty", func(t *testing.T, lab string) { put(t, file(lab, "a/PrivateKeyFile.pem"), "") },
			[]string{"certs/a/PrivateKeyFile.pem is empty"}},
		{"no text", func(t *testing.T, lab string) { put(t, file(lab, "gw/CAFile.pem"), "\x30\x82\x01") },
			[]string{"certs/gw/CAFile.pem is not in PEM form"}},
		{"password", func(t *testing.T, lab string) {
			put(t, file(lab, "a/PrivateKeyFile.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED " +
				"PRIVATE KEY",
				Bytes: []byte{1}})))
		}, []string{"certs/a/PrivateKeyFile.pem is protected by a password"}},
		{"password, old form", func(t *testing.T, lab string) {
			block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte{1},
				Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}}
			put(t, file(lab, "a/PrivateKeyFile.pem"), string(pem.EncodeToMemory(block)))
		}, []string{"certs/a/PrivateKeyFile.pem is protected by a password"}},
		{"name used twice", func(t *testing.T, lab string) {
			for _, name := range []string{"CertificateFile.pem", "PrivateKeyFile.pem"} {
				put(t, file(lab, "b/"+name), read(t, file(lab, "a/"+name)))
			}
		}, []string{`certs/b has the common name "a.lab", and so has certs/a`}},
		{"directory", func(t *testing.T, lab string) {
			os.Remove(file(lab, "a/CAFile.pem"))
			os.Mkdir(file(lab, "a/CAFile.pem"), 0o755)
		}, []string{"certs/a/CAFile.pem is not a file"}},
		{"owner alone", func(t *testing.T, lab string) { os.Chmod(file(lab, "a/PrivateKeyFile.pem"), 0o600) },
			[]string{"certs/a/PrivateKeyFile.pem is readable for its owner alone", "chmod a+r"}},
		{"open directory", func(t *testing.T, lab string) { os.Chmod(file(lab, ""), 0o755) },
			[]string{"certs is open to every user of this host", "chmod 700 certs"}},
		{"other topology", func(t *testing.T, lab string) {
			other := filepath.Join(t.TempDir(), "other")
			tls := plantest.Make(t, "other.hcl", strings.Replace(topology, `lab "lab"`, `lab "other"`, 1)).TLS
			issue(t, other, tls, certs.Options{})
			os.RemoveAll(file(lab, "a"))
			if err := os.CopyFS(file(lab, "a"), os.DirFS(filepath.Join(other, "certs/a"))); err != nil {
				t.Fatal(err)
			}
		}, []string{`certs/a: the certificate is that of "a.other", and this lab knows a by the common name "a.lab"`}},
		{"other authority", func(t *testing.T, lab string) {
			os.RemoveAll(file(lab, "a"))
			if err := os.CopyFS(file(lab, "a"), os.DirFS(filepath.Join(another, "certs/a"))); err != nil {
				t.Fatal(err)
			}
		}, []string{"certs/a is signed by an authority that certs/b/CAFile.pem does not hold, so b would refuse a"}},
		{"authority that did not sign", func(t *testing.T, lab string) {
			put(t, file(lab, "a/CAFile.pem"), read(t, filepath.Join(another, "certs/CAFile.pem")))
		}, []string{"the authorities of CAFile.pem have not signed the certificate"}},
		{"for servers alone", func(t *testing.T, lab string) { own(t, lab, x509.ExtKeyUsageServerAuth) },
			[]string{"certs/a: the certificate is for one end of a connection only"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab := copyOf(t, good)
			c.damage(t, lab)
			got := strings.Join(certs.Check(lab, tls, now), "\n")
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("does not say %q:\n%s", want, got)
				}
			}
		})
	}
}

// copyOf copies a lab with the modes of its directories.
func copyOf(t *testing.T, lab string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "lab")
	if err := os.CopyFS(to, os.DirFS(lab)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(to, "certs"), 0o700); err != nil {
		t.Fatal(err)
	}
	return to
}

// own puts a certificate of another authority into a's directory, with its own CAFile.
func own(t *testing.T, lab string, use x509.ExtKeyUsage) {
	t.Helper()
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "a.lab"}, DNSNames: tls.Certificates[0].Hosts,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(400 * 24 * time.Hour), IsCA: true,
		BasicConstraintsValid: true,
		ExtKeyUsage:           []x509.ExtKeyUsage{use},
	}
	for _, address := range tls.Certificates[0].Addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, content := range map[string][]byte{
		plan.CertificateFile: certificate, plan.CAFile: certificate,
		plan.PrivateKeyFile: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE " +
			"KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
	} {
		if err := os.WriteFile(filepath.Join(lab, "certs/a", name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What the user has brought is never replaced.
func TestForeign(t *testing.T) {
	lab := filepath.Join(t.TempDir(), "lab")
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	issue(t, lab, tls, certs.Options{})
	own(t, lab, x509.ExtKeyUsageServerAuth)
	before := snapshot(t, lab)
	_, err := certs.Issue(lab, tls, certs.Options{Days: 1, Now: now})
	if err == nil || !strings.Contains(err.Error(), "The lab's authority has not made it, so it stays as it is") {
		t.Errorf("%v", err)
	}
	own(t, lab, x509.ExtKeyUsageAny)
	if got := made(issue(t, lab, tls, certs.Options{})); len(got) > 0 {
		t.Errorf("made %v", got)
	}
	if after := snapshot(t, lab); len(after) != len(before) {
		t.Errorf("%d files, had %d", len(after), len(before))
	}
}

// An authority of the user's signs, and one that cannot is refused with a sentence.
func TestAuthority(t *testing.T) {
	tls := plantest.Make(t, "lab.hcl", topology).TLS
	source := filepath.Join(t.TempDir(), "source")
	issue(t, source, tls, certs.Options{})
	path := func(name string) string { return filepath.Join(source, "certs", name) }

	lab := filepath.Join(t.TempDir(), "lab")
	o := certs.Options{Days: 30, Now: now, CACert: path(plan.CAFile), CAKey: path(certs.CAKeyFile)}
	if got := made(issue(t, lab, tls, o)); len(got) != 4 {
		t.Errorf("made %v", got)
	}
	if _, err := os.Stat(filepath.Join(lab, "certs", certs.CAKeyFile)); err == nil {
		t.Error("the key of the user's authority was copied")
	}
	if got := made(issue(t, lab, tls, certs.Options{Days: 30, Now: now})); len(got) != 0 {
		t.Errorf("made %v without the key, which nothing needs", got)
	}
	if err := os.RemoveAll(filepath.Join(lab, "certs", "a")); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.Issue(lab, tls, certs.Options{Days: 30, Now: now}); err == nil ||
		!strings.Contains(err.Error(), "name the authority with --ca-cert and --ca-key") {
		t.Errorf("%v", err)
	}
	for _, c := range []struct {
		name, certificate, key string
		at                     time.Time
		want                   string
	}{
		{"no authority", path("a/CertificateFile.pem"), path("a/PrivateKeyFile.pem"), now, "is no authority"},
		{"another key", path(plan.CAFile), path("a/PrivateKeyFile.pem"), now, "is not the key of"},
		{"expired", path(plan.CAFile), path(certs.CAKeyFile), now.Add(4000 * 24 * time.Hour), "has expired on"},
		{"not there", path("other.pem"), path(certs.CAKeyFile), now, "is missing"},
		{"swapped", path(certs.CAKeyFile), path(plan.CAFile), now, "are the files swapped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := certs.Issue(filepath.Join(t.TempDir(), "lab"), tls, certs.Options{Days: 1, Now: c.at,
				CACert: c.certificate, CAKey: c.key})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}
