package internal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
)

// nginxMain is the least that nginx runs a server block in. No directory in it needs a
// user's permission.
const nginxMain = `error_log stderr warn;
pid %[1]s.pid;
events {}
http {
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include %[1]s;
}
`

// checksOf returns the commands with which the programs that read a lab check its files:
// Docker Compose, nginx and HAProxy, to be run in the lab's directory. It writes beside the
// lab's files what they need.
func checksOf(t testing.TB, dir string) [][]string {
	t.Helper()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("iris.key", []byte("[ConfigFile]\n"))
	compose := slices.Clone(toolstest.Compose(t))
	program, err := exec.LookPath(compose[0])
	if err != nil {
		t.Fatal(err)
	}
	compose[0] = program
	list := [][]string{append(compose, "config", "--quiet")}
	for _, conf := range filesOf(t, dir, "nginx/*.conf") {
		content, err := os.ReadFile(filepath.Join(dir, conf))
		if err != nil {
			t.Fatal(err)
		}
		// nginx -t binds, and port 80 is for root only. A port that is taken is no error.
		moved, main := "moved-"+filepath.Base(conf), "main-"+filepath.Base(conf)
		content = bytes.Replace(content, []byte("listen 80 "), []byte("listen 127.0.0.1:18081 "), 1)
		content = bytes.Replace(content, []byte("listen 443 "), []byte("listen 127.0.0.1:18443 "), 1)
		service := strings.TrimSuffix(filepath.Base(conf), ".conf")
		for _, own := range filesOf(t, dir, "*/"+service+"/"+plan.CertificateFile) {
			content = bytes.ReplaceAll(content, []byte("/lab/tls/"), []byte(filepath.Join(dir, filepath.Dir(own))+"/"))
		}
		write(moved, content)
		write(main, fmt.Appendf(nil, nginxMain, moved))
		list = append(list, []string{toolstest.Current(t, "nginx"), "-t", "-q", "-e", "stderr", "-p", dir, "-c", main})
	}
	for _, cfg := range filesOf(t, dir, "haproxy/*.cfg") {
		list = append(list, []string{toolstest.Need(t, "haproxy"), "-dW", "-c", "-f", cfg})
	}
	return list
}

// filesOf lists the files of a directory that match a pattern, by their names in it.
func filesOf(t testing.TB, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if names[i], err = filepath.Rel(dir, name); err != nil {
			t.Fatal(err)
		}
	}
	return names
}
