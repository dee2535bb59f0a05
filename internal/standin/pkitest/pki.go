// Package pkitest makes authorities and certificates for the tests of stand-ins, right
// ones and such as must be refused.
package pkitest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// keyBits is the size of the keys: the least that TLS takes, because tests make many.
const keyBits = 1024

// An Authority signs certificates.
type Authority struct {
	certificate *x509.Certificate
	key         *rsa.PrivateKey
}

// New makes an authority.
func New(t testing.TB) *Authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	return &Authority{create(t, template, template, &key.PublicKey, key), key}
}

// Issue makes a directory with a certificate of a common name, for both ends of a
// connection, its key and the authority, under the names that IRIS takes. What edit changes
// in the certificate is signed; it may be nil.
func (a *Authority) Issue(t testing.TB, name string, edit func(*x509.Certificate)) string {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if edit != nil {
		edit(template)
	}
	certificate := create(t, template, a.certificate, &key.PublicKey, a.key)
	directory := t.TempDir()
	for file, block := range map[string]*pem.Block{
		"CAFile.pem":          {Type: "CERTIFICATE", Bytes: a.certificate.Raw},
		"CertificateFile.pem": {Type: "CERTIFICATE", Bytes: certificate.Raw},
		"PrivateKeyFile.pem":  {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
	} {
		if err := os.WriteFile(filepath.Join(directory, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

func newKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func create(t testing.TB, template, parent *x509.Certificate, public *rsa.PublicKey,
	key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

var serials struct {
	sync.Mutex
	last int64
}

func serial() *big.Int {
	serials.Lock()
	defer serials.Unlock()
	serials.last++
	return big.NewInt(serials.last)
}
