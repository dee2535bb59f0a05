package iris

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/standin/loopbacktest"
	"mirrorgen/internal/standin/mirror"
	"mirrorgen/internal/standin/pkitest"
	"mirrorgen/internal/standin/wire"
)

// mergeFile writes a merge file.
func mergeFile(t *testing.T, lines ...string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "merge.cpf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{file}
}

// secured is an instance that has the time for handshakes on a busy machine.
func secured(t *testing.T, s *loopbacktest.Switch, name, n string) *Instance {
	t.Helper()
	return newSlowInstance(t, s, name, n, 0.1)
}

// founder starts a member that founds a mirror with TLS by its merge file.
func founder(t *testing.T, s *loopbacktest.Switch, directory string, lines ...string) *Instance {
	t.Helper()
	i := secured(t, s, "a", "22")
	lines = append([]string{"[Actions]"}, append(lines, "ConfigMirror:Name=X,SSLDir="+directory+",UseSSL=1,"+
		"Member=primary,Primary=localhost,SystemName=A,MirrorAddress=127.103.1.22,AgentAddress=127.103.1.22,"+
		"ECPAddress=127.104.1.22")...)
	if err := i.Start(mergeFile(t, lines...)); err != nil {
		t.Fatal(err)
	}
	return i
}

// joinerLines are those of a member that joins it.
func joinerLines(directory string) []string {
	return []string{"[Actions]", "ConfigMirror:Name=X,SSLDir=" + directory + ",Member=backup,Primary=127.103.1.22," +
		"SystemName=B,MirrorAddress=127.103.1.23,AgentAddress=127.103.1.23,ECPAddress=127.104.1.23"}
}

// admits has the primary authorize a name, as after-start.sh does, and reports whether it did.
func admits(i *Instance, name string) bool {
	return strings.Contains(session(i, `set sc=##class(SYS.Mirror).AuthorizePendingMembers("`+name+
		`") write !,"LAB-"_"STATUS "_(+sc)`), "LAB-STATUS 1")
}

// eventually waits for what takes the stand-ins a moment.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within a minute: " + what)
		}
	}
}

// A member waits until the primary has authorized the name in its certificate, and is
// backup then; the primary authorizes nobody who does not wait.
func TestMirrorTLS(t *testing.T) {
	s, authority := loopbacktest.New(), pkitest.New(t)
	a := founder(t, s, authority.Issue(t, "a.lab", nil))
	b := secured(t, s, "b", "23")
	if err := b.Start(mergeFile(t, joinerLines(authority.Issue(t, "b.lab", nil))...)); err != nil {
		t.Fatal(err)
	}
	if admits(a, "CN=stranger.lab") {
		t.Error("the primary authorizes a name that nobody has")
	}
	if b.Member() != nil {
		t.Error("the member is in before it was authorized")
	}
	eventually(t, "b waits for the primary", func() bool { return admits(a, "CN=b.lab") })
	eventually(t, "b is in", func() bool { return b.Member() != nil })
	if !b.Member().WaitFor(60e9, func(s mirror.Status) bool { return s == mirror.Backup }) {
		t.Errorf("b is no backup:\n%s\n%s", a.Out, b.Out)
	}
	if got := session(a, `set sc=##class(Config.MapMirrors).Get("X","B",.m) write !,m("SSLComputerName")`); !strings.
		Contains(got, "CN=b.lab") {
		t.Errorf("the primary knows b by %s", got)
	}
}

// Who has something else than a certificate for both ends, of the lab's authority and with
// the name that the primary authorizes, gets no journal.
func TestMirrorTLSRefused(t *testing.T) {
	authority, other := pkitest.New(t), pkitest.New(t)
	for _, c := range []struct {
		what      string
		directory func(t *testing.T) string
		want      string // in the log of one of the two
	}{
		{"a stranger's certificate of the same authority", func(t *testing.T) string {
			return authority.Issue(t, "stranger.lab", nil)
		}, "CN=stranger.lab waits to be authorized by the primary"},
		{"a certificate of another authority", func(t *testing.T) string { return other.Issue(t, "b.lab", nil) },
			"certificate signed by unknown authority"},
		{"a certificate for servers", func(t *testing.T) string {
			return authority.Issue(t, "b.lab", func(c *x509.Certificate) {
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			})
		}, "incompatible key usage"},
		{"a certificate that has expired", func(t *testing.T) string {
			return authority.Issue(t, "b.lab", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
		}, "certificate has expired"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := loopbacktest.New()
			a, b := founder(t, s, authority.Issue(t, "a.lab", nil)), secured(t, s, "b", "23")
			if err := b.Start(mergeFile(t, joinerLines(c.directory(t))...)); err != nil {
				t.Fatal(err)
			}
			log := func() string { return a.Out.(*record).String() + b.Out.(*record).String() }
			eventually(t, c.want, func() bool { admits(a, "CN=b.lab"); return strings.Contains(log(), c.want) })
			if m := b.Member(); m != nil && m.WaitSettled(b.Times.QoS()) {
				t.Errorf("b is in the mirror:\n%s", log())
			}
		})
	}
}

// A member whose files are not there or do not belong together says so, and is in no mirror.
func TestTLSFiles(t *testing.T) {
	authority := pkitest.New(t)
	whole := func(t *testing.T) string { return authority.Issue(t, "a.lab", nil) }
	for _, c := range []struct {
		what, want string
		spoil      func(t *testing.T, directory string) error
	}{
		{"no key", "PrivateKeyFile.pem: no such file", func(_ *testing.T, d string) error {
			return os.Remove(filepath.Join(d, "PrivateKeyFile.pem"))
		}},
		{"the key of another", "private key does not match public key", func(t *testing.T, d string) error {
			return os.Rename(filepath.Join(whole(t), "PrivateKeyFile.pem"), filepath.Join(d, "PrivateKeyFile.pem"))
		}},
		{"the authority's file is empty", "CAFile.pem holds no certificate", func(_ *testing.T, d string) error {
			return os.Truncate(filepath.Join(d, "CAFile.pem"), 0)
		}},
		{"the authority for a certificate", "private key does not match public key", func(_ *testing.T,
			d string) error {
			content, err := os.ReadFile(filepath.Join(d, "CAFile.pem"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(d, "CertificateFile.pem"), content, 0o600)
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			i, directory := secured(t, loopbacktest.New(), "b", "23"), whole(t)
			if err := c.spoil(t, directory); err != nil {
				t.Fatal(err)
			}
			if err := i.Start(mergeFile(t, joinerLines(directory)...)); err != nil {
				t.Fatal(err)
			}
			if log := i.Out.(*record).String(); !strings.Contains(log, c.want) || i.Member() != nil {
				t.Errorf("the log lacks %q, or the member is in the mirror:\n%s", c.want, log)
			}
		})
	}
}

// configurations are the lines that make an instance's TLS configurations.
func configurations(directory string, names ...string) []string {
	lines := make([]string, 0, len(names))
	for _, name := range names {
		verify := "VerifyPeer=3,Type=1"
		switch name {
		case "%SuperServer":
			verify = "VerifyPeer=0,Type=1"
		case "%ECPClient":
			verify = "VerifyPeer=1,Type=0"
		}
		lines = append(lines, "CreateSSLConfig:Name="+name+","+verify+",CAFile="+directory+"/CAFile.pem,"+
			"CertificateFile="+directory+"/CertificateFile.pem,PrivateKeyFile="+directory+"/PrivateKeyFile.pem")
	}
	return lines
}

// A superserver takes clients with TLS, and where it requires that, no others.
func TestSuperserverTLS(t *testing.T) {
	s, authority := loopbacktest.New(), pkitest.New(t)
	directory := authority.Issue(t, "a.lab", func(c *x509.Certificate) { c.DNSNames = []string{"a.lab"} })
	a := founder(t, s, directory, configurations(directory, "%SuperServer")...)
	level := func(n string) {
		t.Helper()
		if got := session(a, `set p("SSLConfig")="%SuperServer",p("SSLSupportLevel")=`+n,
			`write !,"LAB-"_"STATUS "_(+##class(Security.Servers).Modify(1972,"0.0.0.0",.p))`); !strings.Contains(got,
			"LAB-STATUS 1") {
			t.Fatal(got)
		}
	}
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(filepath.Join(directory, "CAFile.pem")); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	// ask is a client's question, with TLS where configuration says how.
	ask := func(configuration *tls.Config) string {
		t.Helper()
		c, err := s.Host("127.104.1.29").Dial("127.104.1.22:1972", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if configuration != nil {
			c = tls.Client(c, configuration)
		}
		conn := wire.New(c)
		if err := conn.SendLine([]byte("WHO"), time.Second); err != nil {
			return err.Error()
		}
		line, err := conn.Line(time.Second)
		if err != nil {
			return err.Error()
		}
		return string(line)
	}
	trusting := &tls.Config{RootCAs: roots, ServerName: "a.lab"}
	mistaken := &tls.Config{RootCAs: roots, ServerName: "b.lab"}
	for _, c := range []struct {
		level         string
		configuration *tls.Config
		want          string
	}{
		{"0", nil, "a Primary"},
		{"1", nil, "a Primary"},
		{"1", trusting, "a Primary"},
		{"1", mistaken, "not b.lab"},
		{"2", trusting, "a Primary"},
		{"2", nil, "NO a the superserver requires TLS"},
	} {
		level(c.level)
		if got := ask(c.configuration); !strings.Contains(got, c.want) {
			t.Errorf("SSLSupportLevel %s, TLS %v: %q, want %q in it", c.level, c.configuration != nil, got, c.want)
		}
	}
}

// A data server takes application servers with TLS alone, by the names that were given it.
func TestECPTLS(t *testing.T) {
	s, authority := loopbacktest.New(), pkitest.New(t)
	own := authority.Issue(t, "a.lab", nil)
	lines := append(configurations(own, "%ECPServer"), "ModifyService:Name=%Service_ECP,Enabled=1")
	a := secured(t, s, "a", "22")
	if err := a.Start(mergeFile(t, append([]string{"[config]", "MaxServerConn=16", "[Actions]"}, append(lines,
		"ConfigMirror:Name=X,Member=primary,Primary=localhost,SystemName=A,MirrorAddress=127.103.1.22,"+
			"AgentAddress=127.103.1.22,ECPAddress=127.104.1.22")...)...)); err != nil {
		t.Fatal(err)
	}
	if got := session(a, `set p("SSLECPServer")=2`,
		`write !,"LAB-"_"STATUS "_(+##class(Security.System).Modify("SYSTEM",.p))`,
		`write ##class(SYS.ECP).AddAuthorizedCN("CN=app.lab")`); !strings.Contains(got, "LAB-STATUS 1") {
		t.Fatal(got)
	}
	for n, c := range []struct {
		name string // of the certificate, "" for none
		want string // in the log of the application server
	}{
		{"app.lab", "ECP: connected to"},
		{"stranger.lab", "CN=stranger.lab is not authorized"},
		{"", "ECP requires TLS here"},
	} {
		app := secured(t, s, "app", []string{"24", "25", "26"}[n])
		lines, with := []string(nil), ""
		if c.name != "" {
			lines, with = configurations(authority.Issue(t, c.name, nil), "%ECPClient"), ",1"
		}
		if err := app.Start(mergeFile(t, append([]string{"[ECPServers]", "X=127.104.1.22,1972,1" + with, "[Actions]",
			"ModifyService:Name=%Service_ECP,Enabled=1"}, lines...)...)); err != nil {
			t.Fatal(err)
		}
		eventually(t, c.want, func() bool { return strings.Contains(app.Out.(*record).String(), c.want) })
	}
}
