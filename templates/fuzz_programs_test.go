package templates_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
)

// The targets below show what the language takes to the programs themselves. A program
// accepts the file, or the line that it names is one of the user's own: however the text is
// quoted or nested, it does not leave its place. That a directive exists, and what it
// means to the lines below, is not what is tested here: HAProxy's "default-server ssl crt
// NO-SUCH-FILE" is well-formed, and makes every server wrong.

// A reader is a program that is shown a file with raw text of the topology.
type reader struct {
	place    string // of the raw text
	artifact string // that holds it
	line     *regexp.Regexp
	// command reads the file, which is in dir; adapt changes in its text what would keep
	// the program from reading it on this machine.
	command func(dir string) *exec.Cmd
	adapt   func(dir, text string) string
}

func nginxReader(program string) reader {
	return reader{
		place: "nginx config", artifact: "nginx/web.conf", line: regexp.MustCompile(` in \S*/web\.conf:(\d+)`),
		command: func(dir string) *exec.Cmd {
			return exec.Command(program, "-t", "-q", "-e", "stderr", "-p", dir, "-g", "pid nginx.pid;",
				"-c", "main.conf")
		},
		// nginx opens what it listens on, and only one of several could have a port.
		adapt: func(dir, text string) string {
			return strings.Replace(text, "listen 80 ", "listen unix:"+dir+"/s ", 1)
		},
	}
}

func haproxyReader(program string) reader {
	return reader{
		place: "haproxy config", artifact: "haproxy/sql.cfg", line: regexp.MustCompile(`\[sql\.cfg:(\d+)\]`),
		command: func(string) *exec.Cmd { return exec.Command(program, "-c", "-f", "sql.cfg") },
		adapt:   func(_, text string) string { return text },
	}
}

// read shows the file to the program and returns what it says, and in which lines it
// finds mistakes; none and no error where it takes the file.
func (r *reader) read(t *testing.T, text string) (said string, lines []int, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		path.Base(r.artifact): r.adapt(dir, text),
		"main.conf":           "events {}\nhttp {\n  include web.conf;\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := r.command(dir)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err == nil {
		return string(out), nil, nil
	}
	if _, ended := err.(*exec.ExitError); !ended {
		t.Fatal(err)
	}
	for _, m := range r.line.FindAllSubmatch(out, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		lines = append(lines, n)
	}
	return string(out), lines, err
}

// fuzz holds that the program finds no mistake in any line but those that the value
// brought into the file.
func (r *reader) fuzz(f *testing.F) {
	addHostile(f)
	plain, err := build(frame())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value string) {
		artifacts, ok := through(t, r.place, value)
		if !ok {
			return
		}
		said, lines, _ := r.read(t, artifacts[r.artifact])
		first, last := inserted(plain[r.artifact], artifacts[r.artifact])
		for _, n := range lines {
			if n < first || n > last {
				t.Errorf("%q, in lines %d to %d, makes line %d wrong:\n%s", value, first, last, n, said)
			}
		}
	})
}

// inserted are the numbers of the first and the last line that text has and plain lacks.
func inserted(plain, text string) (first, last int) {
	a, b := strings.Split(plain, "\n"), strings.Split(text, "\n")
	for first < len(a) && first < len(b) && a[first] == b[first] {
		first++
	}
	same := 0
	for same < len(a)-first && same < len(b)-first && a[len(a)-1-same] == b[len(b)-1-same] {
		same++
	}
	return first + 1, len(b) - same
}

func TestInserted(t *testing.T) {
	for _, c := range []struct {
		plain, text string
		first, last int
	}{
		{"a\nb\nc\n", "a\nx\ny\nb\nc\n", 2, 3},
		{"a\nb\nc\n", "a\nb\nb\nc\n", 3, 3},
		{"a\nb\n", "a\nx\n", 2, 2},
		{"a\n", "a\n", 3, 2},
	} {
		if first, last := inserted(c.plain, c.text); first != c.first || last != c.last {
			t.Errorf("inserted(%q, %q) = %d, %d, want %d, %d", c.plain, c.text, first, last, c.first, c.last)
		}
	}
}

// FuzzNGINXItself lets nginx read raw text of an nginx block.
func FuzzNGINXItself(f *testing.F) {
	r := nginxReader(toolstest.Current(f, "nginx"))
	for _, text := range []string{
		"add_header X-Lab \"a b\" always;", "location /x { return 404; }", "listen 81", "a\\", "\"", "}", "{", "# }",
		"a 'b;", "return 200 '#';", "if ($a) { }", "set $x '}';", "set $x \\};", "location ~ {2} { }",
		"set $x \"a\\\"}\";", "set $x ${host};", "set $x ${host;", "map $a $b { }", "include /dev/null;", "# '",
	} {
		f.Add(text)
	}
	r.fuzz(f)
}

// FuzzHAProxyItself lets HAProxy read raw text of a haproxy block.
func FuzzHAProxyItself(f *testing.F) {
	r := haproxyReader(toolstest.Current(f, "haproxy"))
	for _, text := range []string{
		"    option tcp-smart-connect\n    log-format \"%ci %[srv_name]\"", "timeout connect 3s", "backend x", "a\\",
		"\"", "'", "# \"", "log-format a\\ b", "mode http", ".if", "log-format ${HOME}", "log-format \"${HOME\"",
		"log-format 'a\\'", "timeout client 1s \\", "[x]", "log-format %[src", ".endif", "global",
		"timeout client 1s # \\",
	} {
		f.Add(text)
	}
	r.fuzz(f)
}

// Both targets would find nothing if their program refused the lab as it is, or if they
// could not see which line it names.
func TestReaders(t *testing.T) {
	for _, c := range []struct {
		program string
		reader  func(string) reader
		wrong   string
	}{{"nginx", nginxReader, "no_such_directive on;"}, {"haproxy", haproxyReader, "no-such-keyword on"}} {
		t.Run(c.program, func(t *testing.T) {
			r := c.reader(toolstest.Current(t, c.program))
			plain, err := build(frame())
			if err != nil {
				t.Fatal(err)
			}
			if said, _, err := r.read(t, plain[r.artifact]); err != nil {
				t.Errorf("refused as it is: %v\n%s", err, said)
			}
			artifacts, ok := through(t, r.place, c.wrong)
			if !ok {
				t.Fatalf("the language refuses %q", c.wrong)
			}
			first, last := inserted(plain[r.artifact], artifacts[r.artifact])
			said, lines, err := r.read(t, artifacts[r.artifact])
			if err == nil || len(lines) == 0 || lines[0] < first || lines[0] > last {
				t.Errorf("%q, in lines %d to %d: %v, %v\n%s", c.wrong, first, last, lines, err, said)
			}
		})
	}
}
