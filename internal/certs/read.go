package certs

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// A pair is a certificate with its key and the authorities that its service trusts.
type pair struct {
	certificate *x509.Certificate
	above       []*x509.Certificate // more certificates of its file
	key         crypto.Signer
	trusted     []*x509.Certificate
	unreadable  bool // a file is there that nobody may read or that is no file: the user's to mend
	missing     bool // a file is not there
}

// read reads the three files of a service's directory. A problem is a sentence with its
// remedy, "" for none.
func read(directory string, c *plan.Certificate) (p pair, problem string) {
	note := func(name string, err error) {
		if err == nil || problem != "" {
			return
		}
		p.missing = errors.Is(err, fs.ErrNotExist)
		p.unreadable = errors.Is(err, fs.ErrPermission) || errors.Is(err, errNoFile)
		problem = fmt.Sprintf("%s/%s %s", c.Directory, name, reason(err))
	}
	list, err := readCertificates(filepath.Join(directory, plan.CertificateFile))
	if note(plan.CertificateFile, err); err == nil {
		p.certificate, p.above = list[0], list[1:]
	}
	p.key, err = readKey(filepath.Join(directory, plan.PrivateKeyFile))
	note(plan.PrivateKeyFile, err)
	p.trusted, err = readCertificates(filepath.Join(directory, plan.CAFile))
	note(plan.CAFile, err)
	return p, problem
}

// A fileError says what is wrong with a file, as the end of a sentence about it, with the
// remedy.
type fileError struct{ text string }

func (e fileError) Error() string { return e.text }

// errNoFile is the error of what has the name of a file and is something else.
var errNoFile = errors.New("is not a file (Docker makes a directory where a mounted file was missing): remove it")

// reason is an error as the end of a sentence about its file.
func reason(err error) string {
	var file fileError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is missing: mirrorgen certs makes it."
	case errors.Is(err, fs.ErrPermission):
		return "cannot be read by you: run this as the user who made it, or give it to yourself with chown."
	case errors.Is(err, errNoFile):
		return errNoFile.Error() + "."
	case errors.As(err, &file):
		return file.text
	}
	return fmt.Sprintf("cannot be read: %v.", err)
}

// maxFile bounds a file of certificates, in bytes.
const maxFile = 1 << 20

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	if info.Size() > maxFile {
		return nil, fileError{"is larger than 1 MB, and no certificate: is it another file?"}
	}
	return os.ReadFile(path)
}

// readCertificates reads all certificates of a PEM file, at least one.
func readCertificates(path string) ([]*x509.Certificate, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, named{path, err}
	}
	var list []*x509.Certificate
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, named{path, fileError{fmt.Sprintf("holds a certificate that cannot be read (%v): bring the "+
				"file "+
				"again.", err)}}
		}
		list = append(list, certificate)
	}
	if len(list) == 0 {
		return nil, named{path, fileError{notPEM(content, "certificate", "CERTIFICATE")}}
	}
	return list, nil
}

// notPEM says why a file holds none of what it should hold.
func notPEM(content []byte, what, label string) string {
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return "is empty: bring the " + what + " again."
	case bytes.Contains(content, []byte("-----BEGIN")):
		return fmt.Sprintf("holds no %s (BEGIN %s), but something else: are the files swapped?", what, label)
	}
	return fmt.Sprintf("is not in PEM form (text with BEGIN %s): convert it, for example with openssl.", label)
}

// readKey reads a private key, which must not be protected by a password: neither IRIS, a
// gateway nor nginx could be asked for it at every start.
func readKey(path string) (crypto.Signer, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, named{path, err}
	}
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, named{path, fileError{"is protected by a password, which nobody types when a container " +
				"starts: " +
				"openssl pkey -in PROTECTED -out " + filepath.Base(path) + " takes it off."}}
		}
		key, err := parseKey(block)
		if err != nil {
			return nil, named{path, fileError{fmt.Sprintf("holds a key that cannot be read (%v): bring it again, "+
				"as RSA, "+
				"in PEM form.", err)}}
		}
		return key, nil
	}
	return nil, named{path, fileError{notPEM(content, "private key", "PRIVATE KEY")}}
}

func parseKey(block *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T signs nothing", key)
	}
	return signer, nil
}

// named is an error of a file, with its name.
type named struct {
	path string
	err  error
}

func (n named) Error() string { return n.path + " " + strings.TrimSuffix(reason(n.err), ".") }
func (n named) Unwrap() error { return n.err }

// sameKey reports whether a key is that of a certificate.
func sameKey(certificate *x509.Certificate, key crypto.Signer) bool {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(certificate.PublicKey)
}

// fits says what keeps a complete pair from being the certificate of a service: a sentence
// with its remedy, "" for nothing.
func (p *pair) fits(c *plan.Certificate, now time.Time) string {
	own := p.certificate
	switch {
	case !sameKey(own, p.key):
		return fmt.Sprintf("%s is not the key of this certificate: bring the two that belong together.",
			plan.PrivateKeyFile)
	case now.After(own.NotAfter):
		return fmt.Sprintf("the certificate has expired on %s: mirrorgen certs makes a new one.",
			own.NotAfter.Format(time.DateOnly))
	case now.Before(own.NotBefore):
		return fmt.Sprintf("the certificate is not valid before %s: is the clock of this host right?",
			own.NotBefore.Format(time.DateOnly))
	case own.NotAfter.Sub(now) < notice(own):
		return fmt.Sprintf("the certificate expires on %s: mirrorgen certs makes a new one.",
			own.NotAfter.Format(time.DateOnly))
	}
	if problem := p.names(c); problem != "" {
		return problem
	}
	return p.uses(now)
}

// notice is how long before its end a certificate is renewed: 30 days, and of one that is
// valid for less than 90 a third of that.
func notice(c *x509.Certificate) time.Duration {
	return min(30*day, c.NotAfter.Sub(c.NotBefore)/3)
}

// names says which names a certificate lacks.
func (p *pair) names(c *plan.Certificate) string {
	own := p.certificate
	if own.Subject.CommonName != c.CommonName {
		return fmt.Sprintf("the certificate is that of %q, and this lab knows %s by the common name %q: is it of "+
			"another "+
			"topology? mirrorgen certs makes one that fits.", own.Subject.CommonName, c.Service.Name, c.CommonName)
	}
	var lacking []string
	for _, host := range c.Hosts {
		if !slices.Contains(own.DNSNames, host) {
			lacking = append(lacking, host)
		}
	}
	for _, address := range c.Addresses {
		if own.VerifyHostname(address) != nil {
			lacking = append(lacking, address)
		}
	}
	if len(lacking) > 0 {
		return fmt.Sprintf("the certificate does not name %s, where %s is reached now: mirrorgen certs makes one that "+
			"does.", strings.Join(lacking, ", "), c.Service.Name)
	}
	return ""
}

// uses says what a certificate may not be used for, or who has not signed it.
func (p *pair) uses(now time.Time) string {
	own := p.certificate
	const both = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	if own.KeyUsage != 0 && own.KeyUsage&both != both {
		return "the certificate's key usage lacks Digital Signature or Key Encipherment: take one with both, or " +
			"without a key usage."
	}
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if len(own.ExtKeyUsage) > 0 && !slices.Contains(own.ExtKeyUsage, use) &&
			!slices.Contains(own.ExtKeyUsage, x509.ExtKeyUsageAny) {
			return "the certificate is for one end of a connection only, and a member is client and server: take one " +
				"for both uses (serverAuth and clientAuth)."
		}
	}
	if err := p.verify(own, now); err != nil {
		return fmt.Sprintf("the authorities of %s have not signed the certificate (%v): bring the right "+
			"%s.", plan.CAFile,
			err, plan.CAFile)
	}
	return ""
}

// verify reports whether those that this service trusts have signed a certificate.
func (p *pair) verify(certificate *x509.Certificate, now time.Time) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, a := range p.trusted {
		roots.AddCert(a)
	}
	for _, a := range p.above {
		between.AddCert(a)
	}
	_, err := certificate.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}
