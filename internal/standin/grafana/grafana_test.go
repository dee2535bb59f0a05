package grafana

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// provisioned writes a provisioning directory, in which one text is replaced by another.
func provisioned(t *testing.T, address, before, after string) string {
	t.Helper()
	root := t.TempDir()
	changed := false
	for path, content := range map[string]string{
		"datasources/lab.yml": "apiVersion: 1\ndatasources:\n" +
			"  - { name: P, uid: prometheus, type: prometheus, access: proxy, url: " + address + " }\n",
		"dashboards/lab.yml": "apiVersion: 1\nproviders:\n" +
			"  - { name: lab, type: file, options: { path: " + root + "/boards } }\n",
		"boards/one.json": `{"uid": "one", "title": "One", "panels": [` +
			`{"title": "p", "datasource": {"uid": "prometheus"}}]}`,
		"boards/two.json": `{"uid": "two", "title": "Two", "panels": []}`,
	} {
		if before != "" && strings.Contains(content, before) {
			content, changed = strings.Replace(content, before, after, 1), true
		}
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if before != "" && !changed {
		t.Fatalf("no file has %q", before)
	}
	return root
}

// The stand-in is healthy, has its dashboards, and passes queries on.
func TestServer(t *testing.T) {
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.String())
	}))
	defer prometheus.Close()
	s, err := Load(provisioned(t, prometheus.URL, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/":                       "one\ntwo\n",
		"/api/health":             `"ok"`,
		"/api/dashboards/uid/one": `{"dashboard": {"uid": "one"`,
		"/api/dashboards/uid/six": "404",
		"/api/datasources/proxy/uid/prometheus/api/v1/query?query=up": "/api/v1/query?query=up",
		"/api/datasources/proxy/uid/other/api/v1/query?query=up":      "404",
	} {
		answer := httptest.NewRecorder()
		s.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if got := fmt.Sprint(answer.Code, " ", answer.Body); !strings.Contains(got, want) {
			t.Errorf("%s: %s, without %s", path, got, want)
		}
	}
}

// It refuses what Grafana would not take.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"apiVersion: 1\ndatasources", "apiVersion: 2\ndatasources", "apiVersion is 2"},
		{"apiVersion: 1\nproviders", "apiVersion: 0\nproviders", "apiVersion is 0"},
		{"uid: prometheus,", "uid: other,", `the panel "p" asks a data source "prometheus"`},
		{"access: proxy", "access: none", `the data source "P" is not complete`},
		{"type: file", "type: http", "is not one of files"},
		{"/boards }", "/none }", "has no file *.json"},
		{`"uid": "two"`, `"uid": "one"`, "two dashboards have the uid one"},
		{`"title": "Two"`, `"title": ""`, "needs a uid and a title"},
	} {
		if _, err := Load(provisioned(t, "http://prometheus:9090", c.before, c.after)); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, not %s", c.after, c.before, err, c.want)
		}
	}
}

// The administrator's password is that of the file, of the variable, or the image's own.
func TestPassword(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"password": "of the file\n", "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const name = "GF_SECURITY_ADMIN_PASSWORD"
	for _, test := range []struct {
		environment map[string]string
		want        string // "" where it does not start
	}{
		{nil, "admin"},
		{map[string]string{name: "x"}, "x"},
		{map[string]string{name + "__FILE": filepath.Join(dir, "password")}, "of the file"},
		{map[string]string{name + "__FILE": filepath.Join(dir, "empty")}, ""},
		{map[string]string{name + "__FILE": filepath.Join(dir, "nothing")}, ""},
	} {
		got, err := password(func(name string) string { return test.environment[name] })
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%v: %q, %v", test.environment, got, err)
		}
	}
	s := &Server{password: "right"}
	for given, want := range map[string]int{"right": http.StatusOK, "admin": http.StatusUnauthorized} {
		r := httptest.NewRequest(http.MethodGet, "/api/user", nil)
		r.SetBasicAuth("admin", given)
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", given, w.Code)
		}
	}
}
