package rehearse_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/rehearse"
)

// shortLived is how long the certificates of TestRehearsals/renewal are valid once the lab has
// them.
const shortLived = 20 * time.Second

// renewed is a lab whose certificates expire while it runs: with HTTPS, and SQL through HAProxy.
const renewed = private + `
  superserver_port = 21972` + members + encrypted + `
nginx "web" {
  http_port  = 26080
  https_port = 25443
}
haproxy "sql" {}
monitoring {
  prometheus_port = 29090
  grafana_port    = 0
  scrape_interval = "2s"
}
`

// A renewal is a lab that runs with certificates that expire, and is renewed as docs/tls.md has it.
type renewal struct {
	*testing.T
	o      rehearse.Options
	lab    string // directory
	source string // the topology
	trust  *x509.CertPool
}

// testRenewal rehearses a lab whose certificates expire after its start: who is connected stays
// so, who comes anew is refused, everybody who looks is told so, and after the documented commands
// there is a failover.
func testRenewal(t *testing.T, o rehearse.Options, source string) {
	r := &renewal{T: t, o: o, source: filepath.Join(t.TempDir(), "renewal.hcl")}
	if err := os.WriteFile(r.source, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	visitor := &visitor{out: o.Progress, cue: "failover", visit: r.visit}
	r.o.Progress = visitor
	passing(t, r.o)
	if !visitor.came {
		t.Error("nobody has seen certificates expire")
	}
}

// visit has the certificates expire, and renews them.
func (r *renewal) visit(lab string) {
	r.lab = lab
	content, err := os.ReadFile(filepath.Join(lab, r.o.Plan.TLS.Directory, plan.CAFile))
	if err != nil {
		r.Fatal(err)
	}
	r.trust = x509.NewCertPool()
	r.trust.AppendCertsFromPEM(content)
	until := r.shorten()
	r.docker("exec", r.container("web"), "nginx", "-s", "reload")
	connected := r.connect(until)
	r.docker("restart", r.container("prometheus")) // as the documented commands do
	r.alerted("CertificateExpires", "demo-a demo-b webgw web")
	// Soon enough: a gateway that cannot connect fails HAProxy's checks, and HAProxy ends sessions.
	time.Sleep(time.Until(until.Add(500 * time.Millisecond)))
	if err := who(connected); err != nil {
		r.Errorf("a session that was there before: %v", err)
	}
	for _, port := range r.ports() {
		var expired x509.CertificateInvalidError
		if _, err := r.dial(port); !errors.As(err, &expired) || expired.Reason != x509.Expired {
			r.Errorf("port %d after the certificate has expired: %v", port, err)
		}
	}
	r.alerted("CertificateExpired", "demo-a demo-b webgw web")
	r.says(1, []string{"./status.sh"}, "Not as it should be: these certificates have expired",
		"demo-a demo-b webgw web. Make others: mirrorgen certs renewal.hcl, then ./stop.sh && ./start.sh",
		"demo-a   demo-b") // the mirror's own connection stays
	r.says(1, []string{"./start.sh"}, "certs/demo-a/CertificateFile.pem has expired; make another: mirrorgen certs")
	r.says(3, r.certs("--check"), "certs/demo-a: the certificate has expired on", "mirrorgen certs makes a new one")

	r.says(0, r.certs(), "certs/web: made", "4 certificates, 4 made")
	r.says(anyCode, []string{"./status.sh"}, "have been given other certificates since they started, and take them "+
		"when they start again (./stop.sh && ./start.sh): demo-a demo-b webgw web")
	r.says(0, []string{"./stop.sh"})
	if out := r.says(0, []string{"./start.sh"}, "demo-a   demo-b"); strings.Contains(out, "certificates") {
		r.Errorf("start.sh after certs has something to say about certificates:\n%s", out)
	}
	r.connect(time.Now().Add((certs.DefaultDays - 1) * 24 * time.Hour))
	r.alerted("CertificateExpire[sd]", "")
}

// alerted waits until Prometheus's alerts of those names, a regular expression, fire for those
// services and no other, once it knows of every certificate. A service stands for its certificate.
func (r *renewal) alerted(alert, services string) {
	r.Helper()
	want := strings.Fields(services)
	slices.Sort(want)
	name := regexp.MustCompile("^(?:" + alert + ")$")
	var seen []string
	known := 0
	for end := time.Now().Add(shortLived); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		var metric struct{ Result []any }
		var now struct {
			Alerts []struct {
				State  string
				Labels struct{ Alertname, Service string }
			}
		}
		// The series ALERTS still has, for a while, what fired before Prometheus was stopped.
		if err := errors.Join(r.prometheus("query?query="+plan.ExpiryMetric, &metric), r.prometheus("alerts",
			&now)); err != nil {
			seen = []string{err.Error()}
			continue
		}
		seen, known = nil, len(metric.Result)
		for _, a := range now.Alerts {
			if name.MatchString(a.Labels.Alertname) && a.State == "firing" {
				seen = append(seen, a.Labels.Service)
			}
		}
		slices.Sort(seen)
		if slices.Equal(seen, want) && known == len(r.o.Plan.TLS.Certificates)+1 { // and the authority's
			return
		}
	}
	r.Errorf("%s fires for %q, and not for %q; %d certificates are known", alert, seen, want, known)
}

// prometheus asks the lab's for what path says, and reads the answer's data.
func (r *renewal) prometheus(path string, data any) error {
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/api/v1/%s",
		r.o.Plan.Monitoring.Prometheus.Service.Ports[0].Host, path))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return json.NewDecoder(response.Body).Decode(&struct{ Data any }{data})
}

// shorten signs every certificate of the lab again, with its key, for a short time, and tells
// Prometheus, which takes it when it starts again.
func (r *renewal) shorten() time.Time {
	directory := filepath.Join(r.lab, r.o.Plan.TLS.Directory)
	authority, err := tls.LoadX509KeyPair(filepath.Join(directory, plan.CAFile),
		filepath.Join(directory, certs.CAKeyFile))
	if err != nil {
		r.Fatal(err)
	}
	until := time.Now().Add(shortLived).Truncate(time.Second)
	for _, c := range r.o.Plan.TLS.Certificates {
		file := filepath.Join(r.lab, filepath.FromSlash(c.Directory), plan.CertificateFile)
		content, err := os.ReadFile(file)
		if err != nil {
			r.Fatal(err)
		}
		block, _ := pem.Decode(content)
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			r.Fatal(err)
		}
		certificate.NotAfter, certificate.SerialNumber = until, big.NewInt(time.Now().UnixNano())
		der, err := x509.CreateCertificate(rand.Reader, certificate, authority.Leaf, certificate.PublicKey,
			authority.PrivateKey)
		if err == nil {
			err = os.WriteFile(file+".new", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
		}
		if err == nil {
			err = os.Rename(file+".new", file)
		}
		if err != nil {
			r.Fatal(err)
		}
	}
	rules := filepath.Join(r.lab, filepath.FromSlash(r.o.Plan.TLS.ExpiryFile))
	content, err := os.ReadFile(rules)
	if err != nil {
		r.Fatal(err)
	}
	for _, c := range r.o.Plan.TLS.Certificates {
		for metric, at := range map[string]int64{plan.ExpiryMetric: until.Unix(), plan.RenewalMetric: 0} {
			of := regexp.MustCompile(fmt.Sprintf(`(record: %s\n +labels: { service: %q }\n +expr: )vector\(\d+\)`,
				metric, c.Service.Name))
			if !of.Match(content) {
				r.Fatalf("%s has no %s of %s", rules, metric, c.Service.Name)
			}
			content = of.ReplaceAll(content, fmt.Appendf(nil, "${1}vector(%d)", at))
		}
	}
	if err := os.WriteFile(rules, content, 0o644); err != nil {
		r.Fatal(err)
	}
	return until
}

// ports are those of the host behind which a certificate is shown.
func (r *renewal) ports() []int {
	return append(r.o.Plan.HTTPSPorts(), r.o.Plan.HAProxy[0].Listeners[0].Host)
}

// dial does a handshake as a client of the lab does.
func (r *renewal) dial(port int) (*tls.Conn, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return tls.DialWithDialer(dialer, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		&tls.Config{RootCAs: r.trust, ServerName: r.o.Plan.Host})
}

// connect waits until every port shows a certificate that is valid so long, or longer, and
// returns a session with the superserver.
func (r *renewal) connect(until time.Time) *tls.Conn {
	var last *tls.Conn
	for _, port := range r.ports() {
		for end := time.Now().Add(shortLived / 2); ; time.Sleep(100 * time.Millisecond) {
			c, err := r.dial(port)
			if err == nil {
				r.Cleanup(func() { c.Close() })
				shown := c.ConnectionState().PeerCertificates[0].NotAfter
				if last = c; !shown.Before(until) && shown.Sub(until) < 48*time.Hour {
					break
				}
				err = errors.New("its certificate is valid until " + shown.String())
			}
			if time.Now().After(end) {
				r.Fatalf("port %d: %v", port, err)
			}
		}
	}
	if err := who(last); err != nil {
		r.Fatal(err)
	}
	return last
}

// who asks a superserver who it is.
func who(c *tls.Conn) error {
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Write([]byte("WHO\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && !strings.HasSuffix(answer, " Primary\n") {
		err = errors.New(answer)
	}
	return err
}

func (r *renewal) project() string { return r.o.Plan.Name + "-rehearsal" }

func (r *renewal) container(service string) string { return r.project() + "-" + service + "-1" }

func (r *renewal) certs(arguments ...string) []string {
	return append([]string{r.o.Executable, "certs", r.source, "-o", r.lab}, arguments...)
}

// docker runs it, which has to succeed.
func (r *renewal) docker(arguments ...string) {
	r.Helper()
	if out, err := exec.Command("docker", arguments...).CombinedOutput(); err != nil {
		r.Fatalf("docker %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
}

// anyCode stands for every exit code.
const anyCode = -1

// says runs a command in the lab's directory, which has to end with the exit code and to print
// all parts.
func (r *renewal) says(code int, command []string, parts ...string) string {
	r.Helper()
	c := exec.Command(command[0], command[1:]...)
	c.Dir = r.lab
	c.Env = append(append(os.Environ(), "COMPOSE_PROJECT_NAME="+r.project(),
		"COMPOSE_FILE=docker-compose.yaml:"+filepath.Join(filepath.Dir(r.lab), rehearse.OverrideFile)),
		r.o.Limits()...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	began := time.Now()
	err := c.Run()
	r.Logf("%s: exit code %d, %.1f s", strings.Join(command, " "), c.ProcessState.ExitCode(),
		time.Since(began).Seconds())
	if is := c.ProcessState.ExitCode(); is != code && code != anyCode {
		r.Errorf("%s: %v, and %d is wanted\n%s", strings.Join(command, " "), err, code, out.String())
	}
	for _, part := range parts {
		if !strings.Contains(out.String(), part) {
			r.Errorf("%s does not say %q:\n%s", strings.Join(command, " "), part, out.String())
		}
	}
	return out.String()
}
