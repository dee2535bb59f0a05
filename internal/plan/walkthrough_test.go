package plan_test

import "testing"

func TestWalkthrough(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
arbiter "arbiter" {}
mirror "alone" {
  member "alone-a" { role = "primary" }
}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw1" { server_response_timeout = 20 }
web_gateway "webgw2" { http_port = 0 }
nginx "web" {}
haproxy "sql" { mirrors = ["demo"] }
`)
	w := p.Walkthrough()
	if w.Mirror.Name != "demo" || w.Primary.Name != "demo-a" || w.Backup.Name != "demo-b" || w.Other.Name != "alone" {
		t.Errorf("it plays on %s with %s and %s beside %s", w.Mirror.Name, w.Primary.Name, w.Backup.Name, w.Other.Name)
	}
	if w.Client.Base != "http://localhost" || w.NGINX == nil || w.Gateways != 2 {
		t.Errorf("clients come through %+v, %d gateways", w.Client, w.Gateways)
	}
	if w.MemberTimeout != 10 || w.MirrorTimeout != 30 {
		t.Errorf(
			"a gateway waits %d s for a member and %d s for a mirror; want 10 and the longest, 30", w.MemberTimeout,
			w.MirrorTimeout)
	}
	if w.HAProxy == nil || w.HAProxy.Name != "sql" {
		t.Errorf("haproxy is %+v", w.HAProxy)
	}
	same(t, w.HealthURLs(w.Backup), "http://localhost:8080/demo-b/csp/mirror_status.cxw")
	same(t, w.Pages, "http://localhost:8080/csp/bin/Systems/Module.cxw")
	if published := p.PublishedGateways(); len(published) != 1 || published[0].Name != "webgw1" {
		t.Errorf("%d gateways are published, want webgw1 alone", len(published))
	}
	if got, want := w.ClientAddress(), p.Networks[0].Gateway; got != want {
		t.Errorf("clients appear as %s, want Docker's %s", got, want)
	}
}

func TestWalkthroughNeedsBackup(t *testing.T) {
	p := makePlan(t, `
lab "x" {}
mirror "alone" {
  member "alone-a" { role = "primary" }
}
`)
	if w := p.Walkthrough(); w != nil {
		t.Errorf("a mirror without a backup has a walkthrough: %+v", w)
	}
}

func TestWalkthroughWithoutBalancers(t *testing.T) {
	w := makePlan(t, pair).Walkthrough()
	if w.Client != nil || w.NGINX != nil || w.HAProxy != nil || w.Other != nil || len(w.Doors) > 0 {
		t.Errorf("a lab of members alone has ways in: %+v", w)
	}
}
