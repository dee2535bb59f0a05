package examples_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/certs"
	"mirrorgen/internal/plan"
	"mirrorgen/internal/toolstest"
)

// passes runs a program in a directory, fails the test where it does not
// succeed, and otherwise returns what it says. The program sees nothing of the
// environment that could change its answer.
func passes(t *testing.T, directory, program string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = directory
	for _, name := range []string{"PATH", "HOME", "DOCKER_CONFIG", "LAB_PASSWORD"} {
		if value, ok := os.LookupEnv(name); ok {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(command.Args, " "), err, out)
		return ""
	}
	return string(out)
}

// quiet is passes for a program that says nothing about a clean file.
func quiet(t *testing.T, directory, program string, arguments ...string) {
	t.Helper()
	if out := passes(t, directory, program, arguments...); out != "" {
		t.Errorf("%s succeeds, but says:\n%s", filepath.Base(program), out)
	}
}

func TestDockerCompose(t *testing.T) {
	compose := toolstest.Compose(t)
	each(t, func(t *testing.T, e example) {
		directory := e.write(t)
		if err := os.WriteFile(filepath.Join(directory, "iris.key"), []byte("[ConfigFile]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		quiet(t, directory, compose[0], append(compose[1:len(compose):len(compose)], "config", "--quiet")...)
	})
}

// The library that Docker Compose itself loads files with.
func TestComposeGo(t *testing.T) {
	each(t, func(t *testing.T, e example) {
		p := e.plan(t)
		directory := e.write(t)
		content, err := os.ReadFile(filepath.Join(directory, "docker-compose.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
			WorkingDir:  directory,
			ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yaml", Content: content}},
			Environment: types.Mapping{}, // nothing of this machine is interpolated
		})
		if err != nil {
			t.Fatal(err)
		}
		if project.Name != p.Name {
			t.Errorf("project is named %q, want %q", project.Name, p.Name)
		}
		// Where a service has its addresses is what the whole lab rests on.
		got, want := map[string]string{}, map[string]string{}
		for _, s := range project.Services {
			for network, at := range s.Networks {
				got[s.Name+" on "+network] = at.Ipv4Address
			}
		}
		for _, s := range p.Services {
			for _, a := range s.Addresses {
				want[s.Name+" on "+a.Network.Name] = a.IP
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("addresses (-plan +compose):\n%s", diff)
		}
	})
}

// nginxMain is the least that nginx runs a server block in: the paths are such
// that no user but the one who runs the test must be able to write.
const nginxMain = `error_log stderr warn;
pid nginx.pid;
events {}
http {
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include default.conf;
}
`

// clusterNames are names of Services, which nobody but a cluster resolves.
var clusterNames = regexp.MustCompile(`[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local`)

var listen80 = regexp.MustCompile(`(?m)^(\s*listen\s+(?:\S+:)?)(?:80|443)\b`)

func TestNGINX(t *testing.T) {
	nginx := toolstest.Current(t, "nginx")
	eachTarget(t, func(t *testing.T, e example) {
		lab := e.write(t)
		if tls := e.plan(t).TLS; tls != nil {
			if _, err := certs.Issue(lab, tls, certs.Options{Days: 1, Now: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		for _, conf := range glob(t, lab, "nginx/*.conf") {
			content, err := os.ReadFile(conf)
			if err != nil {
				t.Fatal(err)
			}
			service := strings.TrimSuffix(filepath.Base(conf), ".conf")
			own := filepath.Join(lab, "certs", service)
			content = bytes.ReplaceAll(content, []byte(plan.TLSMount+"/"), []byte(own+"/"))
			// nginx -t binds, and port 80 is for root only. A port that is taken
			// is no error for nginx -t.
			moved := listen80.ReplaceAllFunc(content, func(line []byte) []byte {
				text := strings.TrimSuffix(string(line), "443")
				if text != string(line) {
					return []byte(text + "18443")
				}
				return []byte(strings.TrimSuffix(text, "80") + "18080")
			})
			if bytes.Equal(moved, content) {
				t.Fatalf("%s does not listen on port 80", conf)
			}
			moved = clusterNames.ReplaceAll(moved, []byte("127.0.0.1"))
			prefix := t.TempDir()
			for name, content := range map[string][]byte{"nginx.conf": []byte(nginxMain), "default.conf": moved} {
				if err := os.WriteFile(filepath.Join(prefix, name), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			quiet(t, prefix, nginx, "-t", "-q", "-e", "stderr", "-p", prefix, "-c", "nginx.conf")
		}
	})
}

func TestHAProxy(t *testing.T) {
	t.Setenv("LAB_PASSWORD", "as compose passes it on")
	// One file for every release.
	for _, haproxy := range []string{toolstest.Current(t, "haproxy"), toolstest.Need(t, "haproxy")} {
		eachTarget(t, func(t *testing.T, e example) {
			for _, cfg := range glob(t, e.write(t), "haproxy/*.cfg") {
				// -dW makes every warning an error. Without -q it says which.
				passes(t, filepath.Dir(cfg), haproxy, "-dW", "-c", "-f", filepath.Base(cfg))
			}
		})
	}
}

func TestShellcheck(t *testing.T) {
	shellcheck := toolstest.Need(t, "shellcheck")
	bash := toolstest.Need(t, "bash")
	eachTarget(t, func(t *testing.T, e example) {
		if e.name != "dr-reporting" { // which has most scenarios
			toolstest.Thorough(t)
		}
		directory := e.write(t)
		for _, script := range append(glob(t, directory, "*.sh"), glob(t, directory, "iris/*.sh")...) {
			quiet(t, filepath.Dir(script), bash, "-n", filepath.Base(script))
			quiet(t, filepath.Dir(script), shellcheck, "--norc", filepath.Base(script))
		}
	})
}

// glob lists files of a generated directory; there must be some.
func glob(t *testing.T, directory, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(directory, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Errorf("no %s was written", pattern)
	}
	return names
}
