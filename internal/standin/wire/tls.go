package wire

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// A TLS is a TLS configuration of IRIS or of a gateway's server: its files, and whether the
// other side has to show a certificate that the authorities have signed.
type TLS struct {
	CA, Certificate, Key string // paths
	Verify               bool
}

// Purposes tell a superserver which of its configurations a connection is for. The product
// says it in protocols of its own; stand-ins say it as an application protocol of TLS.
const (
	PurposeMirror = "mirror"
	PurposeECP    = "ecp"
)

// loaded are the files of a configuration as they were last read. Checking an RSA key takes
// milliseconds, and a gateway that looks for a primary connects many times a second.
var loaded sync.Map // TLS to material

// A material is what a configuration's files hold.
type material struct {
	state       string // sizes and times of the files
	certificate tls.Certificate
	pool        *x509.CertPool
}

// load reads the files, again where they have changed: certificates may be renewed.
func (t TLS) load() (tls.Certificate, *x509.CertPool, error) {
	state := ""
	for _, path := range []string{t.CA, t.Certificate, t.Key} {
		info, err := os.Stat(path)
		if err != nil {
			return tls.Certificate{}, nil, err
		}
		state += fmt.Sprint(info.Size(), info.ModTime().UnixNano(), " ")
	}
	if m, ok := loaded.Load(t); ok && m.(material).state == state {
		return m.(material).certificate, m.(material).pool, nil
	}
	certificate, pool, err := t.read()
	if err == nil {
		loaded.Store(t, material{state, certificate, pool})
	}
	return certificate, pool, err
}

func (t TLS) read() (tls.Certificate, *x509.CertPool, error) {
	certificate, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
	if err != nil {
		return certificate, nil, fmt.Errorf("certificate %s: %w", t.Certificate, err)
	}
	content, err := os.ReadFile(t.CA)
	if err != nil {
		return certificate, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return certificate, nil, fmt.Errorf("%s holds no certificate", t.CA)
	}
	return certificate, pool, nil
}

// Name is the distinguished name of the configuration's own certificate.
func (t TLS) Name() (string, error) {
	certificate, _, err := t.load()
	if err != nil {
		return "", err
	}
	return distinguishedName(certificate.Leaf), nil
}

// distinguishedName is how IRIS shows who a certificate is for (SSLComputerName).
func distinguishedName(c *x509.Certificate) string { return c.Subject.String() }

// verify checks the other side's chain for a use. Its names do not matter: who is let in by
// name is the mirror's and ECP's business.
func verify(pool *x509.CertPool, use x509.ExtKeyUsage) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("the other side shows no certificate")
		}
		between := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, Intermediates: between,
			KeyUsages: []x509.ExtKeyUsage{use}})
		return err
	}
}

// Client secures a connection that this side has opened, and returns the distinguished name
// of the other.
func (t TLS) Client(c net.Conn, purpose string, timeout time.Duration) (*tls.Conn, string, error) {
	certificate, pool, err := t.load()
	if err != nil {
		return nil, "", err
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection does it, without a host name
	}
	if purpose != "" {
		config.NextProtos = []string{purpose}
	}
	if t.Verify {
		config.VerifyConnection = verify(pool, x509.ExtKeyUsageServerAuth)
	}
	return handshake(tls.Client(c, config), timeout)
}

// Server secures a connection that the other side has opened; the configuration is chosen by
// its purpose, "" for none. It returns the purpose, and the distinguished name of the other
// side, "" where that shows no certificate.
func Server(c net.Conn, choose func(purpose string) (TLS, error), timeout time.Duration) (*tls.Conn, string, string,
	error) {
	purpose := ""
	config := &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) > 0 {
			purpose = hello.SupportedProtos[0]
		}
		t, err := choose(purpose)
		if err != nil {
			return nil, err
		}
		certificate, pool, err := t.load()
		if err != nil {
			return nil, err
		}
		config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		if purpose == PurposeMirror || purpose == PurposeECP {
			config.NextProtos = []string{purpose}
		}
		if t.Verify {
			config.ClientAuth = tls.RequireAnyClientCert
			config.VerifyConnection = verify(pool, x509.ExtKeyUsageClientAuth)
		}
		return config, nil
	}}
	secured, name, err := handshake(tls.Server(c, config), timeout)
	return secured, purpose, name, err
}

func handshake(c *tls.Conn, timeout time.Duration) (*tls.Conn, string, error) {
	c.SetDeadline(deadline(timeout))
	if err := c.Handshake(); err != nil {
		c.Close()
		return nil, "", fmt.Errorf("TLS: %w", err)
	}
	c.SetDeadline(time.Time{})
	name := ""
	if list := c.ConnectionState().PeerCertificates; len(list) > 0 {
		name = distinguishedName(list[0])
	}
	return c, name, nil
}

// DialTLS connects with TLS.
func DialTLS(n Network, address, purpose string, t TLS, timeout time.Duration) (*Conn, string, error) {
	c, err := n.Dial(address, timeout)
	if err != nil {
		return nil, "", err
	}
	secured, name, err := t.Client(c, purpose, timeout)
	if err != nil {
		c.Close()
		return nil, "", err
	}
	return New(secured), name, nil
}

// A peeked connection gives back what has been looked at.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p peeked) Read(b []byte) (int, error) { return p.reader.Read(b) }

// handshakeRecord is the first byte of a TLS connection.
const handshakeRecord = 0x16

// Sniff waits for the first byte of a connection, and says whether it begins TLS. The
// connection that it returns still has that byte.
func Sniff(c net.Conn) (net.Conn, bool, error) {
	reader := bufio.NewReaderSize(c, 1024)
	first, err := reader.Peek(1)
	if err != nil {
		return nil, false, err
	}
	return peeked{c, reader}, first[0] == handshakeRecord, nil
}
