package haproxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{`  server a 10.0.0.1:80 check # first`, []string{"server", "a", "10.0.0.1:80", "check"}},
		{`http-check send hdr Host "a b" body 'c"d'`,
			[]string{"http-check", "send", "hdr", "Host", "a b", "body", `c"d`}},
		{`option\ x "a\"b" 'c\d'`, []string{"option x", `a"b`, `c\d`}},
		{`acl x path -m beg "/#"#c`, []string{"acl", "x", "path", "-m", "beg", "/#"}},
		{"\tlog stdout\r", []string{"log", "stdout"}},
		{`# all`, nil},
		{`""`, []string{""}},
	} {
		line, problems := words(c.line, 1)
		if diff := cmp.Diff(c.want, line.Words); diff != "" || len(problems) > 0 {
			t.Errorf("words(%q): %v (-want +got):\n%s", c.line, problems, diff)
		}
	}
}

const config = `global
    maxconn 10
defaults
    mode tcp
    default-server check port 8405 addr 127.0.0.1
listen ap1
    bind *:1972,127.0.0.1:1973
    bind /run/x.sock
    server a 10.0.0.1:1972
    server b ipv4@10.0.0.2:1972 no-check port 80
    server c [fd00::1]:1972
defaults second
    timeout check 2s
backend spare
    server d 10.0.0.4
`

func TestParse(t *testing.T) {
	c, problems := Parse(config)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(c.Sections) != 5 {
		t.Fatalf("%d sections", len(c.Sections))
	}
	ap1, spare := c.Sections[2], c.Sections[4]
	wantBinds := []Bind{{"", 1972, 7, 10}, {"127.0.0.1", 1973, 7, 17}}
	if diff := cmp.Diff(wantBinds, ap1.Binds()); diff != "" {
		t.Errorf("binds (-want +got):\n%s", diff)
	}
	wantServers := []Server{
		{
			Name:         "a",
			Host:         "10.0.0.1",
			Port:         1972,
			Check:        true,
			CheckHost:    "127.0.0.1",
			CheckPort:    8405,
			CheckedApart: true,
			Line:         9,
			Column:       14,
		},
		{
			Name:         "b",
			Host:         "10.0.0.2",
			Port:         1972,
			CheckHost:    "127.0.0.1",
			CheckPort:    80,
			CheckedApart: true,
			Line:         10,
			Column:       14,
		},
		{
			Name:         "c",
			Host:         "fd00::1",
			Port:         1972,
			Check:        true,
			CheckHost:    "127.0.0.1",
			CheckPort:    8405,
			CheckedApart: true,
			Line:         11,
			Column:       14,
		},
	}
	if diff := cmp.Diff(wantServers, ap1.Servers()); diff != "" {
		t.Errorf("servers of ap1 (-want +got):\n%s", diff)
	}
	wanted := []Server{{Name: "d", Host: "10.0.0.4", CheckHost: "10.0.0.4", Line: 15, Column: 14}}
	if diff := cmp.Diff(wanted, spare.Servers()); diff != "" {
		t.Errorf("servers of spare (-want +got):\n%s", diff)
	}
	if ap1.Has("timeout", "check") || !spare.Has("timeout", "check") || !ap1.Has("mode", "tcp") {
		t.Error("defaults are not inherited from the section before")
	}
}

func TestCheckDefaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"timeout queue 5s\noption tcp-smart-accept\n", ""},
		{"timeout queue 5s", ""},
		{"# listen\n", ""},
		{"timeout queue 5s\nlisten x\n", "2:1 Section inside defaults"},
		{"   frontend x\n", "1:4 Section inside defaults"},
		{`"global"`, "1:1 Section inside defaults"},
		{"server a 10.0.0.1:1\n", "1:1 Directive not allowed in defaults"},
		{"log-tag \"x\n", "1:9 Unclosed quote"},
		{".if defined(X)\nretries 1\n", "1:0 Unclosed condition"},
		{".if defined(X)\nretries 1\n.endif\n", ""},
	} {
		var got []string
		for _, p := range CheckDefaults(c.text) {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Summary))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("CheckDefaults(%q) = %q, want %q", c.text, s, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(config)
	f.Add("listen x\n server \\\n bind \"'")
	f.Fuzz(func(t *testing.T, content string) {
		c, problems := Parse(content)
		CheckDefaults(content)
		lines := strings.Split(content, "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Column > len(lines[p.Line-1])+1 {
				t.Errorf("%s at %d:%d of %q", p.Summary, p.Line, p.Column, content)
			}
		}
		for _, s := range c.Sections {
			for _, b := range s.Binds() {
				if b.Port < 1 || b.Port > 65535 {
					t.Errorf("bind %+v", b)
				}
			}
			s.Servers()
			for _, line := range s.Lines {
				for i, column := range line.Columns {
					if column < 1 || column > len(lines[line.Number-1]) || i > 0 && column <= line.Columns[i-1] {
						t.Errorf("columns %v of line %d of %q", line.Columns, line.Number, content)
					}
				}
			}
		}
	})
}
