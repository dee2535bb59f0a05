//go:build linux

package live_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process is a balancer that runs. It ends with the test, and shows its log
// where the test fails.
type process struct {
	command *exec.Cmd
	log     string        // file with what it says
	ended   chan struct{} // closed once it has ended
}

// startHAProxy runs the configuration of the lab's haproxy as its image does,
// and returns once it listens. A warning is an error.
func (l *liveLab) startHAProxy(t *testing.T) *process {
	t.Helper()
	h := l.plan.HAProxy[0]
	program := balancer(t, "haproxy")
	directory := t.TempDir()
	write(t, filepath.Join(directory, "haproxy.cfg"), l.moved(t, "haproxy/"+h.Name+".cfg", h.Service))
	return run(t, directory, l.sql(h.Listeners[0].Mirror.Name), program, "-W", "-db", "-dW", "-f", "haproxy.cfg")
}

// sql is the address at which haproxy serves the primary of a mirror.
func (l *liveLab) sql(mirror string) string {
	for _, listener := range l.plan.HAProxy[0].Listeners {
		if listener.Mirror.Name == mirror {
			return net.JoinHostPort(l.address(l.plan.HAProxy[0].Service), itoa(listener.Port))
		}
	}
	return ""
}

// nginxMain is what the official image's nginx.conf puts around a file of
// conf.d: more than one worker, and the directories that they write to.
const nginxMain = `worker_processes 2;
error_log stderr notice;
pid nginx.pid;
events { worker_connections 1024; }
http {
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_timeout 65;
  sendfile on;
  include default.conf;
}
`

// startNGINX runs the configuration of the lab's nginx, and returns once it
// listens.
func (l *liveLab) startNGINX(t *testing.T) *process {
	t.Helper()
	n := l.plan.NGINX[0]
	program := balancer(t, "nginx")
	directory := t.TempDir()
	config := nginxMain
	if os.Getuid() == 0 {
		// Only root may change users, and would change to one who cannot read
		// the test's directory.
		config = "user root;\n" + config
	}
	write(t, filepath.Join(directory, "nginx.conf"), config)
	write(t, filepath.Join(directory, "default.conf"), l.moved(t, "nginx/"+n.Name+".conf", n.Service))
	return run(t, directory, l.web(), program, "-e", "stderr", "-p", directory, "-c", "nginx.conf", "-g", n.Settings)
}

// web is the address of the lab's nginx.
func (l *liveLab) web() string {
	return net.JoinHostPort(l.address(l.plan.NGINX[0].Service), httpPort)
}

// run starts a program in a directory and waits until it listens.
func run(t *testing.T, directory, address, program string, arguments ...string) *process {
	t.Helper()
	p := &process{command: exec.Command(program, arguments...), log: filepath.Join(directory, "log"),
		ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.command.Dir = directory
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // how it ends, its log says
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(10 * time.Second):
			_ = p.command.Process.Kill()
			t.Errorf("%s did not end on SIGTERM", program)
		}
		if t.Failed() {
			lines := strings.Split(p.lines(t), "\n")
			t.Logf("%s says:\n%s", program, strings.Join(lines[max(0, len(lines)-60):], "\n"))
		}
	})
	eventually(t, 20*time.Second, program+" listens on "+address, func() bool {
		select {
		case <-p.ended:
			t.Fatalf("%s ended:\n%s", program, p.lines(t))
		default:
		}
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return p
}

// lines returns what the process has said so far.
func (p *process) lines(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// said counts how often the process has said something.
func (p *process) said(t *testing.T, what string) int {
	t.Helper()
	return strings.Count(p.lines(t), what)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
