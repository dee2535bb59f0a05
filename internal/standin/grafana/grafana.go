// Package grafana stands in for Grafana in a rehearsal. It reads what Grafana is provisioned
// with and refuses what Grafana would, it passes queries on to the data source, and it draws
// nothing.
package grafana

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Where Grafana looks for its provisioning in a container.
const provisioning = "/etc/grafana/provisioning"

// A Server has the data sources and dashboards that it was provisioned with.
type Server struct {
	sources    map[string]*url.URL // by UID
	dashboards map[string][]byte   // by UID
	password   string              // of the administrator
}

// Run serves on a port until it fails.
func Run(port int, out io.Writer) error {
	s, err := Load(provisioning)
	if err != nil {
		return err
	}
	if s.password, err = password(os.Getenv); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d data sources, %d dashboards\n", len(s.sources), len(s.dashboards))
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return err
	}
	return http.Serve(listener, s.handler())
}

// password is the administrator's, of a file or the environment, as Grafana's image takes it.
func password(variable func(name string) string) (string, error) {
	const name = "GF_SECURITY_ADMIN_PASSWORD"
	file := variable(name + "__FILE")
	if file == "" {
		return cmp.Or(variable(name), "admin"), nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if len(content) == 0 {
		return "", fmt.Errorf("%s is empty", file)
	}
	return strings.TrimRight(string(content), "\n"), nil
}

// Load reads a provisioning directory: every data source, and the dashboards in the
// directories of its providers.
func Load(directory string) (*Server, error) {
	s := &Server{sources: map[string]*url.URL{}, dashboards: map[string][]byte{}}
	if err := eachFile(filepath.Join(directory, "datasources"), "yml", s.readSources); err != nil {
		return nil, err
	}
	return s, eachFile(filepath.Join(directory, "dashboards"), "yml", s.readProviders)
}

// eachFile reads the files of a directory with an extension; there is one at least.
func eachFile(directory, extension string, read func(content []byte) error) error {
	paths, err := filepath.Glob(filepath.Join(directory, "*."+extension))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("%s has no file *.%s", directory, extension)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err == nil {
			err = read(content)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// readSources takes the data sources of a file.
func (s *Server) readSources(content []byte) error {
	var file struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct{ Name, UID, Type, Access, URL string }
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return err
	}
	if file.APIVersion != 1 {
		return fmt.Errorf("apiVersion is %d, not 1", file.APIVersion)
	}
	for _, d := range file.Datasources {
		target, err := url.Parse(d.URL)
		switch {
		case err != nil:
			return err
		case d.Name == "" || d.UID == "" || d.Type != "prometheus" || d.Access != "proxy" || target.Host == "":
			return fmt.Errorf("the data source %q is not complete", d.Name)
		case s.sources[d.UID] != nil:
			return fmt.Errorf("two data sources have the uid %s", d.UID)
		}
		s.sources[d.UID] = target
	}
	return nil
}

// readProviders takes the dashboards of the directories that a file names.
func (s *Server) readProviders(content []byte) error {
	var file struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Type string
			Options    struct{ Path string }
		}
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return err
	}
	if file.APIVersion != 1 {
		return fmt.Errorf("apiVersion is %d, not 1", file.APIVersion)
	}
	for _, p := range file.Providers {
		if p.Name == "" || p.Type != "file" {
			return fmt.Errorf("the provider %q is not one of files", p.Name)
		}
		if err := eachFile(p.Options.Path, "json", s.readDashboard); err != nil {
			return err
		}
	}
	return nil
}

// readDashboard takes a dashboard whose panels ask a data source that is there.
func (s *Server) readDashboard(content []byte) error {
	var d struct {
		UID, Title string
		Panels     []struct {
			Title      string
			Datasource struct{ UID string }
		}
	}
	if err := json.Unmarshal(content, &d); err != nil {
		return err
	}
	if d.UID == "" || d.Title == "" {
		return errors.New("a dashboard needs a uid and a title")
	}
	if s.dashboards[d.UID] != nil {
		return fmt.Errorf("two dashboards have the uid %s", d.UID)
	}
	for _, p := range d.Panels {
		if s.sources[p.Datasource.UID] == nil {
			return fmt.Errorf("the panel %q asks a data source %q, which is not there", p.Title, p.Datasource.UID)
		}
	}
	s.dashboards[d.UID] = content
	return nil
}

// handler serves the paths of Grafana's API that a lab and its rehearsal use.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"database": "ok"}`)
	})
	mux.HandleFunc("GET /api/dashboards/uid/{uid}", func(w http.ResponseWriter, r *http.Request) {
		content, found := s.dashboards[r.PathValue("uid")]
		if !found {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"dashboard": %s}`, content)
	})
	mux.HandleFunc("GET /api/user", func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); user != "admin" || given != s.password {
			http.Error(w, `{"message": "Invalid username or password"}`, http.StatusUnauthorized)
			return
		}
		fmt.Fprintln(w, `{"login": "admin"}`)
	})
	for uid, target := range s.sources {
		prefix := "/api/datasources/proxy/uid/" + uid
		mux.Handle("GET "+prefix+"/", http.StripPrefix(prefix, httputil.NewSingleHostReverseProxy(target)))
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "This stands in for Grafana, and draws nothing. Its dashboards:")
		var list []string
		for uid := range s.dashboards {
			list = append(list, uid)
		}
		slices.Sort(list)
		for _, uid := range list {
			fmt.Fprintln(w, uid)
		}
	})
	return mux
}
