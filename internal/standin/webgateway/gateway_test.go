package webgateway

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/standin/iris"
	"mirrorgen/internal/standin/loopbacktest"
	"mirrorgen/internal/standin/pkitest"
	"mirrorgen/internal/standin/wire"
)

const ini = `[SYSTEM]
System_Manager=127.0.0.1,10.0.100.*
Server_Response_Timeout=1
[SYSTEM_INDEX]
one=Enabled
aware=Enabled
denied=Enabled
[one]
Ip_Address=127.105.1.2
TCP_Port=1972
Username=CSPSystem
Password=]]]U1lT
[aware]
Ip_Address=127.105.1.2
TCP_Port=1972
Mirror_Aware=1
Username=CSPSystem
Password=]]]U1lT
[denied]
Ip_Address=127.105.1.2
TCP_Port=1972
Username=CSPSystem
Password=wrong
[APP_PATH_INDEX]
/=Disabled
/iris=Enabled
/iris/deeper=Enabled
/aware=Enabled
/denied=Enabled
[APP_PATH:/iris]
Default_Server=one
[APP_PATH:/iris/deeper]
Default_Server=denied
[APP_PATH:/aware]
Default_Server=aware
[APP_PATH:/denied]
Default_Server=denied
`

// Requests beyond the workers wait until one is free, and leave when their client does.
func TestWorkers(t *testing.T) {
	s := loopbacktest.New()
	g, err := New(s.Host("127.105.1.1"), wire.Times{Scale: 1}, ini, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if g.workers, err = parseWorkers("1"); err != nil {
		t.Fatal(err)
	}
	begun, held := make(chan struct{}), make(chan struct{})
	go func() { // nobody listens there: it is held for Server_Response_Timeout, a second
		close(begun)
		g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/iris/x", nil))
		close(held)
	}()
	<-begun
	for len(g.workers) == 0 {
		runtime.Gosched()
	}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
		close(left)
	}()
	leave()
	<-left
	select {
	case <-held:
		t.Fatal("the first request is answered already")
	default:
	}
	answer := httptest.NewRecorder()
	g.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	select {
	case <-held:
	default:
		t.Error("a second request was answered while the first one held the only worker")
	}
	if answer.Code != 404 {
		t.Errorf("answer %d", answer.Code)
	}
	for _, wrong := range []string{"0", "many", "-1", "20001"} {
		if _, err := parseWorkers(wrong); err == nil {
			t.Errorf("%q is taken for a number of workers", wrong)
		}
	}
	if workers, err := parseWorkers(""); err != nil || cap(workers) != DefaultWorkers {
		t.Errorf("%d workers, %v", cap(workers), err)
	}
}

// Paths, logins and refusals, against an instance that is in no mirror.
func TestAnswer(t *testing.T) {
	s := loopbacktest.New()
	data := t.TempDir()
	instance := &iris.Instance{Network: s.Host("127.105.1.2"), Times: wire.Times{Scale: 0.02}, Host: "one",
		Version: "2025.1", Install: data, Data: data, Out: io.Discard}
	if err := instance.Open(); err != nil {
		t.Fatal(err)
	}
	if err := instance.Start(nil); err != nil {
		t.Fatal(err)
	}
	defer instance.Stop(false)
	g, err := New(s.Host("127.105.1.3"), wire.Times{Scale: 0.02}, ini, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, from string
		status     int
		body       string
	}{
		{"/iris/csp/mirror_status.cxw", "10.0.0.1", 503, "FAILED"},
		{"/iris/csp/sys/%25CSP.Portal.Home.zen", "10.0.0.1", 200, "on one"},
		{"/iris/api/mgmnt/", "10.0.0.1", 401, ""},
		{"/iris/deeper/x", "10.0.0.1", 500, "access denied"},
		{"/irisx/csp/sys/x", "10.0.0.1", 404, "no application path"},
		{"/denied/csp/sys/x", "10.0.0.1", 500, "access denied"},
		{"/aware/csp/mirror_status.cxw", "10.0.0.1", 500, "in no mirror"},
		{"/csp/bin/Systems/Module.cxw", "10.0.0.1", 403, ""},
		{"/csp/bin/Systems/Module.cxw", "10.0.100.7", 200, ""},
	} {
		request := httptest.NewRequest("GET", c.path, nil)
		request.RemoteAddr = c.from + ":1"
		got := g.answer(request)
		if got.Status != c.status || !strings.Contains(got.Body, c.body) {
			t.Errorf("%s from %s: %d %q, want %d and %q", c.path, c.from, got.Status, got.Body, c.status, c.body)
		}
	}
	instance.Stop(true)
	if got := g.answer(httptest.NewRequest("GET", "/iris/csp/mirror_status.cxw", nil)); got.Status != 500 ||
		!strings.Contains(got.Body, "Server Availability") {
		t.Errorf("a server that is down: %+v", got)
	}
}

// A path that leads to a server without a section keeps the gateway from starting.
func TestServerMissing(t *testing.T) {
	_, err := New(loopbacktest.New().Host("127.105.1.3"), wire.Times{Scale: 1}, strings.Replace(ini, "[one]", "[two]",
		1), io.Discard)
	if err == nil || !strings.Contains(err.Error(), `the path /iris leads to the server "one"`) {
		t.Errorf("a server without a section: %v", err)
	}
}

// A server that is asked with TLS needs files that are there and belong together, and a
// level that the product has.
func TestServerTLS(t *testing.T) {
	authority := pkitest.New(t)
	own, other := authority.Issue(t, "gateway.lab", nil), authority.Issue(t, "other.lab", nil)
	section := func(level, key string) string {
		return strings.Replace(ini, "[one]\n", "[one]\nConnection_Security_Level="+level+"\nSSLCC_Verify_Peer=1\n"+
			"SSLCC_CA_Certificate_File="+own+"/CAFile.pem\nSSLCC_Certificate_File="+own+"/CertificateFile.pem\n"+
			"SSLCC_Certificate_Key_File="+key+"/PrivateKeyFile.pem\n", 1)
	}
	for _, c := range []struct{ level, key, want string }{
		{"10", own, ""},
		{"10", other, "private key does not match public key"},
		{"10", own + "/absent", "no such file or directory"},
		{"4", own, "Connection_Security_Level 4 is not modelled"},
	} {
		_, err := New(loopbacktest.New().Host("127.105.1.3"), wire.Times{Scale: 1}, section(c.level, c.key),
			io.Discard)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("level %s, key %s: %v, want %q", c.level, c.key, err, c.want)
		}
	}
}

// A gateway that asks with TLS passes requests on, and none to a server whose certificate
// another authority has signed or that has expired.
func TestAnswerTLS(t *testing.T) {
	authority, other := pkitest.New(t), pkitest.New(t)
	gateway := authority.Issue(t, "gateway.lab", nil)
	for n, c := range []struct {
		what, directory, want string
		status                int
	}{
		{"right", authority.Issue(t, "one.lab", nil), "FAILED", 503},
		{"of another authority", other.Issue(t, "one.lab", nil), "certificate signed by unknown authority", 500},
		{"expired", authority.Issue(t, "one.lab", func(c *x509.Certificate) {
			c.NotAfter = time.Now().Add(-time.Minute)
		}), "certificate has expired", 500},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, data := loopbacktest.New(), t.TempDir()
			address := fmt.Sprintf("127.105.2.%d", 2+n)
			instance := &iris.Instance{Network: s.Host(address), Times: wire.Times{Scale: 0.1}, Host: "one",
				Version: "2025.1", Install: data, Data: data, Out: io.Discard}
			merge := filepath.Join(data, "merge.cpf")
			err := os.WriteFile(merge, []byte("[Actions]\nCreateSSLConfig:Name=%SuperServer,Type=1,VerifyPeer=0,"+
				"CAFile="+c.directory+"/CAFile.pem,CertificateFile="+c.directory+"/CertificateFile.pem,PrivateKeyFile="+
				c.directory+"/PrivateKeyFile.pem\nModifyServer:Port=1972,BindAddress=0.0.0.0,SSLConfig=%SuperServer,"+
				"SSLSupportLevel=2\n"), 0o644)
			if err == nil {
				err = instance.Open()
			}
			if err == nil {
				err = instance.Start([]string{merge})
			}
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Stop(false)
			secured := strings.NewReplacer("127.105.1.2", address, "[one]\n", "[one]\nConnection_Security_Level=10\n"+
				"SSLCC_Verify_Peer=1\nSSLCC_CA_Certificate_File="+gateway+"/CAFile.pem\nSSLCC_Certificate_File="+
				gateway+"/CertificateFile.pem\nSSLCC_Certificate_Key_File="+gateway+"/PrivateKeyFile.pem\n").
				Replace(ini)
			g, err := New(s.Host("127.105.2.1"), wire.Times{Scale: 1}, secured, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			got := g.answer(httptest.NewRequest("GET", "/iris/csp/mirror_status.cxw", nil))
			if got.Status != c.status || !strings.Contains(got.Body, c.want) {
				t.Errorf("%d %q, want %d and %q", got.Status, got.Body, c.status, c.want)
			}
		})
	}
}
