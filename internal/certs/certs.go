// Package certs makes and checks the certificates of a lab: an authority of the lab's
// own, or one that the user brings, and a certificate for each service that shows one.
//
// In the lab's directory of certificates lie CAFile.pem, which clients trust, and
// CAKeyFile.pem, the authority's key; in a directory for each service CAFile.pem,
// CertificateFile.pem and PrivateKeyFile.pem, the names that IRIS takes (CPF reference,
// ConfigMirror, SSLDir).
package certs

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mirrorgen/internal/plan"
)

// CAKeyFile is the key of the lab's own authority, which no container is given.
const CAKeyFile = "CAKeyFile.pem"

// How long certificates are valid, in days.
const (
	DefaultDays = 365
	MaxDays     = 3650
)

// Modes. IRIS (uid 51773), the gateway's web server and nginx read the files in their
// containers, so that they are readable for all; what keeps the keys on the host is the
// directory around them, which nobody but its owner may enter.
const (
	outerMode  fs.FileMode = 0o700 // the directory of certificates
	innerMode  fs.FileMode = 0o755 // one service's, which a container sees as /lab/tls
	readable   fs.FileMode = 0o644
	ownersOnly fs.FileMode = 0o600
)

// Options are how certificates are made.
type Options struct {
	Days          int    // validity, 1 to MaxDays
	CACert, CAKey string // files of the authority that signs; "" for the lab's own
	Now           time.Time
}

// An Outcome is what became of one service's certificate.
type Outcome struct {
	Service string
	Until   time.Time // end of its validity
	Issued  bool      // false where it is as it was
}

// Issue makes what is missing or does not fit any more below the generated directory lab,
// and leaves alone what is valid. A certificate of an authority that is not the lab's is
// the user's own, and never replaced: one that does not fit is an error.
func Issue(lab string, tls *plan.TLS, o Options) ([]Outcome, error) {
	directory := filepath.Join(lab, tls.Directory)
	if err := makeDirectory(directory, outerMode); err != nil {
		return nil, err
	}
	previous, _ := readCertificates(filepath.Join(directory, plan.CAFile))
	a, err := openAuthority(directory, o)
	if err != nil {
		// Whose key is elsewhere needs it for what is to be made alone.
		if o.CACert == "" && o.CAKey == "" {
			if problems, pairs := check(lab, tls, o.Now); len(problems) == 0 {
				return unchanged(tls, pairs), writeExpiry(lab, tls)
			}
		}
		return nil, err
	}
	ours := append(previous, a.chain...)
	var outcomes []Outcome
	var misfits []error
	for _, c := range tls.Certificates {
		outcome, err := a.issue(lab, c, ours, o)
		if misfit := (*misfitError)(nil); errors.As(err, &misfit) {
			misfits = append(misfits, err) // and the others'
			continue
		}
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, outcome)
	}
	if len(misfits) > 0 {
		return outcomes, errors.Join(misfits...)
	}
	return outcomes, writeExpiry(lab, tls)
}

// A misfitError says why a certificate of the user's own cannot stay, and is not replaced.
type misfitError struct{ text string }

func (e *misfitError) Error() string { return e.text }

// unchanged are the outcomes of certificates that all stay as they are.
func unchanged(tls *plan.TLS, pairs map[*plan.Certificate]pair) []Outcome {
	var outcomes []Outcome
	for _, c := range tls.Certificates {
		outcomes = append(outcomes, Outcome{Service: c.Service.Name, Until: pairs[c].certificate.NotAfter})
	}
	return outcomes
}

// issue makes one service's certificate where it needs a new one.
func (a *authority) issue(lab string, c *plan.Certificate, ours []*x509.Certificate, o Options) (Outcome, error) {
	outcome := Outcome{Service: c.Service.Name}
	directory := filepath.Join(lab, filepath.FromSlash(c.Directory))
	pair, problem := read(directory, c)
	if problem == "" {
		problem = pair.fits(c, o.Now)
	}
	switch {
	case pair.certificate != nil && !signedByAny(pair.certificate, ours):
		if problem != "" {
			return outcome, &misfitError{fmt.Sprintf("%s/%s: %s The lab's authority has not made it, so it stays as "+
				"it is: replace it, or remove the directory %s to have the lab's authority make one", c.Directory,
				plan.CertificateFile, problem, c.Directory)}
		}
		outcome.Until = pair.certificate.NotAfter
		return outcome, nil
	case problem == "" && signedByAny(pair.certificate, a.chain[:1]):
		outcome.Until = pair.certificate.NotAfter
		return outcome, nil
	case pair.unreadable:
		return outcome, &misfitError{problem}
	}
	key, certificate, err := a.sign(c, o)
	if err != nil {
		return outcome, err
	}
	if err := makeDirectory(directory, innerMode); err != nil {
		return outcome, err
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{
		{plan.PrivateKeyFile, encodeKey(key)},
		{plan.CertificateFile, encodeCertificates(certificate)},
		{plan.CAFile, encodeCertificates(a.chain...)},
	} {
		if err := write(filepath.Join(directory, file.name), file.content, readable); err != nil {
			return outcome, err
		}
	}
	outcome.Until, outcome.Issued = certificate.NotAfter, true
	return outcome, nil
}

// signedByAny reports whether one of the authorities has signed a certificate.
func signedByAny(certificate *x509.Certificate, authorities []*x509.Certificate) bool {
	for _, a := range authorities {
		if certificate.CheckSignatureFrom(a) == nil {
			return true
		}
	}
	return false
}

// makeDirectory makes a directory, with its mode also where the process's mask would take
// bits of it. One that is there stays as it is.
func makeDirectory(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is not a directory: remove it", path)
	case err == nil:
		return nil
	}
	if err := os.MkdirAll(path, innerMode); err != nil {
		return pathError(path, err)
	}
	return os.Chmod(path, mode)
}

// write replaces a file as a whole, so that no container ever mounts half a key.
func write(path string, content []byte, mode fs.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	next := path + ".new"
	os.Remove(next) // of a run that was killed; its mode would stay
	err := os.WriteFile(next, content, mode)
	if err == nil {
		err = os.Chmod(next, mode)
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		os.Remove(next)
		return pathError(path, err)
	}
	return nil
}

// pathError is an error of a path without the name of the system call.
func pathError(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
