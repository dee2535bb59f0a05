package webgateway

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"mirrorgen/internal/standin/iris"
	"mirrorgen/internal/standin/loopbacktest"
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
