package rehearse

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"mirrorgen/internal/plan"
)

// answerLimit is how long one answer of the lab may take.
const answerLimit = 15 * time.Second

// login is that of the demo application, as drill.sh has it.
func (l *rehearsedLab) login() (user, password string) {
	password = cmp.Or(os.Getenv("IRIS_PASSWORD"), l.labPassword(), "SYS")
	return cmp.Or(os.Getenv("IRIS_USER"), "SuperUser"), password
}

// labPassword is what start.sh has written into the lab's password file, "" where it has
// none.
func (l *rehearsedLab) labPassword() string {
	if l.plan.PasswordFile == "" {
		return ""
	}
	content, err := os.ReadFile(filepath.Join(l.dir, l.plan.PasswordFile))
	if err != nil {
		return ""
	}
	return string(content)
}

// statisticsUser is who may see the statistics page of a lab with a password file.
const statisticsUser = "lab"

// reply is what a web server answered.
type reply struct {
	code     int
	body     string
	location string // of a redirection
	err      error
}

func (a reply) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	return fmt.Sprintf("%d %s", a.code, visible(firstLine(strings.TrimSpace(a.body[:min(len(a.body), 120)]))))
}

// get asks for a URL of the lab, whose host is this one whatever it is called.
func (l *rehearsedLab) get(ctx context.Context, client *http.Client, address string, authorised bool) reply {
	u, err := url.Parse(address)
	if err != nil {
		return reply{err: err}
	}
	host := u.Host
	port, err := strconv.Atoi(cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]))
	if err != nil {
		return reply{err: err}
	}
	u.Host = l.site.at(port)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return reply{err: err}
	}
	request.Host = host
	if authorised {
		request.SetBasicAuth(l.login())
	} else if _, page := l.statistics(address); page {
		request.SetBasicAuth(statisticsUser, l.labPassword())
	}
	response, err := client.Do(request)
	if err != nil {
		if e, ok := err.(*url.Error); ok {
			err = e.Err // without the URL, which the caller knows
		}
		return reply{err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return reply{response.StatusCode, string(body), response.Header.Get("Location"), err}
}

// statistics is the haproxy whose statistics page a URL is of.
func (l *rehearsedLab) statistics(address string) (service string, page bool) {
	for _, e := range l.plan.EndpointsOf(plan.EndpointBalancer) {
		for _, h := range l.plan.HAProxy {
			if e.Service == h.Name && e.URL == address && l.plan.PasswordFile != "" {
				return h.Name, true
			}
		}
	}
	return "", false
}

// webClient follows no redirection, and bounds each answer. It trusts the lab's authority.
func (l *rehearsedLab) webClient(limit time.Duration) *http.Client {
	return &http.Client{
		Timeout:       limit,
		Transport:     oneByOne{l.trust},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// oneByOne has a connection for each request, and ends it itself, once the answer is here. A
// server that ends it, as it would if it were asked to, resets it where the client's farewell of
// TLS comes before its end; and a reset has kubectl port-forward drop all connections that it
// forwards.
type oneByOne struct{ trust *x509.CertPool }

func (o oneByOne) RoundTrip(request *http.Request) (*http.Response, error) {
	one := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: o.trust}}
	response, err := one.RoundTrip(request)
	if err != nil {
		one.CloseIdleConnections()
		return nil, err
	}
	response.Body = lastBody{response.Body, one}
	return response, nil
}

// lastBody is the body of a connection's only answer.
type lastBody struct {
	io.ReadCloser
	of *http.Transport
}

func (b lastBody) Close() error {
	err := b.ReadCloser.Close()
	b.of.CloseIdleConnections()
	return err
}

// askEndpoints asks every endpoint that the lab's pages list, and compares the answers
// with their tables.
func (l *rehearsedLab) askEndpoints(ctx context.Context, r *record) {
	roles := l.roles(ctx)
	list := l.plan.Endpoints()
	checks := make([]Check, len(list))
	client := l.webClient(answerLimit)
	inParallel(8, len(list), func(i int) {
		checks[i] = l.ask(ctx, client, list[i], roles)
	})
	for _, c := range checks {
		r.check(c.Passed, c.Expected, c.Seen)
	}
	l.askRedirections(ctx, client, r)
}

// askRedirections: HTTP leads to HTTPS where an nginx serves that.
func (l *rehearsedLab) askRedirections(ctx context.Context, client *http.Client, r *record) {
	for _, n := range l.plan.NGINX {
		if !n.HTTPS || n.HTTPPort == 0 {
			continue
		}
		a := l.get(ctx, client, fmt.Sprintf("http://%s:%d/csp", l.plan.Host,
			l.plan.LocalPort(n.Name, n.HTTPPort)), false)
		there := "https://" + l.plan.Host
		if n.HTTPSPort != plan.HTTPSPort {
			there += ":" + strconv.Itoa(n.HTTPSPort)
		}
		r.checkf(a.code == http.StatusPermanentRedirect && a.location == there+"/csp",
			fmt.Sprintf("%s %s", a, a.location), "%s sends HTTP to HTTPS", n.Name)
	}
}

// inParallel calls f with 0 to n-1, so many at a time.
func inParallel(at, n int, f func(i int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, at)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			f(i)
			<-slots
		})
	}
	group.Wait()
}

// ask compares the answer of one endpoint with what the pages say of it.
func (l *rehearsedLab) ask(ctx context.Context, client *http.Client, e plan.Endpoint, roles map[string]role) Check {
	expected := fmt.Sprintf("%s %s", e.Kind, e.URL)
	if e.Kind == plan.EndpointSQL {
		return l.askSuperserver(ctx, e, roles)
	}
	a := l.get(ctx, client, e.URL, e.Kind == plan.EndpointREST || e.Kind == plan.EndpointDemo)
	ok := false
	switch e.Kind {
	case plan.EndpointManagement:
		switch e.Note {
		case plan.NoteClosed:
			expected += " is closed: 403"
			ok = a.code == http.StatusForbidden
		case plan.NoteUnused:
			expected += " is refused by the member's own web server"
			ok = a.err == nil && strings.Contains(a.body, "not authorized")
		default:
			expected += " answers: 200"
			ok = a.code == http.StatusOK && !strings.Contains(a.body, "not authorized")
		}
	case plan.EndpointHealth:
		code, status := http.StatusServiceUnavailable, "FAILED"
		if roles[e.Target].primary() {
			code, status = http.StatusOK, "SUCCESS"
		}
		expected += fmt.Sprintf(" answers as %s does: %d %s", e.Target, code, status)
		ok = a.code == code && strings.Contains(a.body, status)
	case plan.EndpointBalancer:
		expected += " answers: 200"
		ok = a.code == http.StatusOK
	default:
		member := l.answering(e.Target, roles)
		expected += fmt.Sprintf(" answers from %s: 200", member)
		if e.Kind == plan.EndpointREST {
			expected = fmt.Sprintf("%s %s answers: 200", e.Kind, e.URL) // it does not say who it is
		}
		ok = a.code == http.StatusOK && (servedBy(a.body) == l.hostName(member) || e.Kind == plan.EndpointREST)
		if e.Kind == plan.EndpointREST && ok {
			without := l.get(ctx, client, e.URL, false)
			if ok = without.code == http.StatusUnauthorized; !ok {
				expected, a = expected+", and 401 without a password", without
			}
		}
	}
	return Check{expected, a.String(), ok && a.err == nil}
}

// answering is the instance that answers for a target: the primary for a mirror.
func (l *rehearsedLab) answering(target string, roles map[string]role) string {
	for _, m := range l.plan.Mirrors {
		if m.Name != target {
			continue
		}
		for _, member := range m.Members {
			if roles[member.Name].primary() {
				return member.Name
			}
		}
	}
	return target
}

// hostName is what an instance calls itself.
func (l *rehearsedLab) hostName(service string) string {
	for _, i := range l.plan.Instances {
		if i.Name == service {
			return i.HostName
		}
	}
	return service
}

// servedBy is the instance that a page, or a JSON answer, says it comes from.
func servedBy(body string) string {
	var answer struct{ HostName string }
	if json.Unmarshal([]byte(body), &answer) == nil && answer.HostName != "" {
		return answer.HostName
	}
	_, rest, found := strings.Cut(body, "instance IRIS on ")
	if !found {
		return ""
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r == '<' || r == '"' })
	if end < 0 {
		return rest
	}
	return rest[:end]
}
