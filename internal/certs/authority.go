package certs

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"mirrorgen/internal/plan"
)

// An authority signs the lab's certificates.
type authority struct {
	chain []*x509.Certificate // its own first, then those above it
	key   crypto.Signer
}

// Sizes of keys in bits. RSA, because that is what IRIS takes by default (SYS.Mirror,
// PrivateKeyType).
const (
	authorityBits = 3072
	leafBits      = 2048
)

// day is the unit of validity; backdating lets a host whose clock is a little behind take
// a certificate that has just been made.
const (
	day        = 24 * time.Hour
	backdating = time.Hour
)

// authorityDays is the validity of the lab's own authority, in days.
const authorityDays = 3650

// openAuthority is the one that the options name, or the lab's own, which is made where
// there is none yet and kept from then on.
func openAuthority(directory string, o Options) (*authority, error) {
	certificateFile, keyFile := filepath.Join(directory, plan.CAFile), filepath.Join(directory, CAKeyFile)
	if o.CACert != "" {
		a, err := readAuthority(o.CACert, o.CAKey, o.Now)
		if err != nil {
			return nil, err
		}
		// A key of the lab's own authority would be another's now.
		if err := os.Remove(keyFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, pathError(keyFile, err)
		}
		return a, write(certificateFile, encodeCertificates(a.chain...), readable)
	}
	_, errCertificate := os.Stat(certificateFile)
	_, errKey := os.Stat(keyFile)
	switch {
	case errCertificate == nil && errKey == nil:
		return readAuthority(certificateFile, keyFile, o.Now)
	case errCertificate == nil:
		return nil, fmt.Errorf("%s is there and its key, %s, is not: name the authority with --ca-cert and "+
			"--ca-key, or "+
			"remove both files and the directories beside them to begin with a new authority", certificateFile, keyFile)
	case errKey == nil:
		return nil, fmt.Errorf("%s is there and its certificate, %s, is not: bring it back, or remove both files "+
			"and the "+
			"directories beside them to begin with a new authority", keyFile, certificateFile)
	}
	a, err := newAuthority(filepath.Base(filepath.Dir(directory)), o)
	if err != nil {
		return nil, err
	}
	if err := write(keyFile, encodeKey(a.key), ownersOnly); err != nil {
		return nil, err
	}
	return a, write(certificateFile, encodeCertificates(a.chain...), readable)
}

// newAuthority makes the lab's own.
func newAuthority(lab string, o Options) (*authority, error) {
	key, err := rsa.GenerateKey(rand.Reader, authorityBits)
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	// The serial number tells two authorities of one lab apart: browsers take them for one
	// otherwise, and refuse what the second has signed.
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "mirrorgen lab " + lab, SerialNumber: serial.Text(16)[:8]},
		NotBefore:             o.Now.Add(-backdating),
		NotAfter:              o.Now.Add(authorityDays * day),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	certificate, err := create(template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &authority{[]*x509.Certificate{certificate}, key}, nil
}

// readAuthority reads an authority and its key.
func readAuthority(certificateFile, keyFile string, now time.Time) (*authority, error) {
	chain, err := readCertificates(certificateFile)
	if err != nil {
		return nil, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return nil, err
	}
	own := chain[0]
	switch {
	case !own.IsCA || !own.BasicConstraintsValid || own.KeyUsage != 0 && own.KeyUsage&x509.KeyUsageCertSign == 0:
		return nil, fmt.Errorf("%s is no authority: its certificate may not sign others. Take one with CA:TRUE, "+
			"and with "+
			"Certificate Sign where it has a key usage", certificateFile)
	case !sameKey(own, key):
		return nil, fmt.Errorf("%s is not the key of %s: give the two that belong together", keyFile, certificateFile)
	case now.After(own.NotAfter):
		return nil, fmt.Errorf("%s has expired on %s, so nothing that it signs is valid: bring one that is, or "+
			"remove the "+
			"lab's own with its key to have another made", certificateFile, own.NotAfter.Format(time.DateOnly))
	case now.Before(own.NotBefore):
		return nil, fmt.Errorf("%s is not valid before %s: is the clock of this host right?", certificateFile,
			own.NotBefore.Format(time.DateOnly))
	}
	return &authority{chain, key}, nil
}

// sign makes a key and its certificate, for both ends of a connection: a member is client
// and server to the others. It ends no later than the authority.
func (a *authority) sign(c *plan.Certificate, o Options) (*rsa.PrivateKey, *x509.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, leafBits)
	if err != nil {
		return nil, nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, nil, err
	}
	until := o.Now.Add(time.Duration(o.Days) * day)
	if end := a.chain[0].NotAfter; until.After(end) {
		until = end
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: c.CommonName},
		NotBefore:             o.Now.Add(-backdating),
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              c.Hosts,
	}
	for _, address := range c.Addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	certificate, err := create(template, a.chain[0], key.Public(), a.key)
	return key, certificate, err
}

func create(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// serialNumber is 127 random bits, of which the highest is set.
func serialNumber() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	return n.SetBit(n, 126, 1), nil
}

func encodeCertificates(list ...*x509.Certificate) []byte {
	var content []byte
	for _, c := range list {
		content = append(content, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return content
}

func encodeKey(key crypto.Signer) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err) // keys of ours always encode
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
