package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"mirrorgen/internal/plan"
)

// answerLimit is how long one answer of the lab may take.
const answerLimit = 15 * time.Second

// address is where this host reaches the published ports.
func (l *rehearsedLab) address() string {
	switch a := l.plan.PublishAddress; a {
	case "0.0.0.0":
		return "127.0.0.1"
	case "::":
		return "::1"
	default:
		return a
	}
}

// at is where this host reaches a port, "address:port".
func (l *rehearsedLab) at(port sqlPort) string {
	return net.JoinHostPort(l.address(), strconv.Itoa(port.number))
}

// login is that of the demo application, as drill.sh has it.
func login() (user, password string) {
	return cmp.Or(os.Getenv("IRIS_USER"), "SuperUser"), cmp.Or(os.Getenv("IRIS_PASSWORD"), "SYS")
}

// reply is what a web server answered.
type reply struct {
	code int
	body string
	err  error
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
	u.Host = net.JoinHostPort(l.address(), cmp.Or(u.Port(), "80"))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return reply{err: err}
	}
	request.Host = host
	if authorised {
		request.SetBasicAuth(login())
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
	return reply{response.StatusCode, string(body), err}
}

// webClient follows no redirection, and bounds each answer.
func webClient(limit time.Duration) *http.Client {
	return &http.Client{
		Timeout:       limit,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// askEndpoints asks every endpoint of the lab's README, and compares the answers
// with its tables.
func (l *rehearsedLab) askEndpoints(ctx context.Context, r *record) {
	roles := l.roles(ctx)
	list := l.plan.Endpoints()
	checks := make([]Check, len(list))
	client := webClient(answerLimit)
	inParallel(8, len(list), func(i int) {
		checks[i] = l.ask(ctx, client, list[i], roles)
	})
	for _, c := range checks {
		r.check(c.Passed, c.Expected, c.Seen)
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

// ask compares the answer of one endpoint with what the README says of it.
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
		ok = a.code == http.StatusOK && (servedBy(a.body) == member || e.Kind == plan.EndpointREST)
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
