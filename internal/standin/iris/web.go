package iris

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/password"
)

// A Request is what a gateway passes on.
type Request struct {
	Method, Path   string
	User, Password string
	Login          bool // User and Password were given
}

// A Response is the instance's.
type Response struct {
	Status int
	Type   string
	Body   string
}

// matches reports whether a password is the user's.
func (u user) matches(given string) bool {
	if u.Hash == "" {
		return given == u.Password
	}
	return password.Matches(u.Hash, given)
}

// Answer answers a request that came through a gateway. The first part of its path
// falls away where CSPConfigName has it (GCGI).
func (i *Instance) Answer(r Request) Response {
	i.mu.Lock()
	names := strings.Split(i.store.CSPConfig, ",")
	i.mu.Unlock()
	path := r.Path
	if first, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/"); found && slices.Contains(names, first) {
		path = "/" + rest
	}
	return i.answerLocal(r, path)
}

func (i *Instance) answerLocal(r Request, path string) Response {
	switch path {
	case "/csp/mirror_status.cxw", "/csp/bin/mirror_status.cxw":
		// 200 on the primary, 503 elsewhere (observed; not documented).
		if m := i.Member(); m != nil && m.IsPrimary() {
			return Response{http.StatusOK, "text/plain", "SUCCESS"}
		}
		return Response{http.StatusServiceUnavailable, "text/plain", "FAILED"}
	}
	application, properties := i.application(path)
	if properties == nil {
		return Response{http.StatusNotFound, "text/plain", "no web application of " + i.Host + " has the path " + path}
	}
	switch {
	case application == "/csp/sys":
		// A portal page is a login page first, also where it does not exist.
		return Response{http.StatusOK, "text/html", "<html><title>Management Portal</title><body>Login, instance " +
			"IRIS on " + i.Host + "</body></html>"}
	case properties["Enabled"] == "0":
		return Response{http.StatusForbidden, "text/plain", "the web application is disabled"}
	}
	if authe, _ := strconv.Atoi(properties["AutheEnabled"]); authe&64 == 0 && !i.login(r) {
		return Response{http.StatusUnauthorized, "text/plain", "access denied"}
	}
	if application == "/api/mgmnt" {
		return Response{http.StatusOK, "application/json", `[]`}
	}
	if application == "/api/monitor" && strings.HasSuffix(path, "/metrics") {
		return i.metrics()
	}
	return i.demo(r, strings.TrimPrefix(path, application), properties)
}

// application finds the web application of the longest path.
func (i *Instance) application(path string) (string, map[string]string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	best, properties := "", map[string]string(nil)
	for name, p := range i.store.Applications {
		lower := strings.ToLower(path)
		if (lower == name || strings.HasPrefix(lower, name+"/")) && len(name) > len(best) {
			best, properties = name, p
		}
	}
	return best, properties
}

func (i *Instance) login(r Request) bool {
	i.mu.Lock()
	u, known := i.store.Users[strings.ToLower(r.User)]
	i.mu.Unlock()
	return r.Login && known && !u.Change && u.matches(r.Password)
}

// demo runs a REST class: the one of the lab, which tells the instance.
func (i *Instance) demo(r Request, path string, properties map[string]string) Response {
	class := properties["DispatchClass"]
	i.mu.Lock()
	database := i.store.Namespaces[strings.ToUpper(properties["NameSpace"])]["Globals"]
	super := i.store.Classes[database][class]
	i.mu.Unlock()
	if super != "%CSP.REST" {
		return Response{http.StatusNotFound, "text/plain", "namespace " + properties["NameSpace"] +
			" has no REST class " + class}
	}
	if path != "/get" || r.Method != http.MethodGet {
		return Response{http.StatusNotFound, "text/plain", "no route " + path}
	}
	body, err := json.Marshal(map[string]string{
		"HostName": i.Host, "UserName": r.User, "Status": "OK",
		"TimeStamp": time.Now().Format(time.DateTime), "Version": "IRIS stand-in " + i.Version,
	})
	if err != nil {
		panic(err) // strings
	}
	return Response{http.StatusOK, "application/json", string(body)}
}

// ownWebServer: containers have a web server of their own up to 2023.1 (GCGI, ADOCK).
func (i *Instance) ownWebServer() bool {
	year, rest, _ := strings.Cut(i.Version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return year < "2023" || year == "2023" && minor < "2"
}

func (i *Instance) serveWeb() error {
	l, err := i.Network.Listen(52773)
	if err != nil {
		return err
	}
	i.mu.Lock()
	i.listeners = append(i.listeners, l)
	i.mu.Unlock()
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/csp/bin/Systems/Module.cxw") {
			// The gateway in front of it has a System_Manager of its own, which is the
			// container itself (observed).
			Write(w, Response{http.StatusOK, "text/html", "<html><body>You are not authorized to use this " +
				"facility</body></html>"})
			return
		}
		user, password, ok := r.BasicAuth()
		Write(w, i.answerLocal(Request{r.Method, r.URL.Path, user, password, ok}, r.URL.Path))
	}))
	return nil
}

// Write sends a response over HTTP.
func Write(w http.ResponseWriter, r Response) {
	if r.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="IRIS"`)
	}
	w.Header().Set("Content-Type", r.Type)
	w.WriteHeader(r.Status)
	fmt.Fprint(w, r.Body)
}
