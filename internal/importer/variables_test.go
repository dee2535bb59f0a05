package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/internal/format/compose"
)

// The environment wins over .env, and the topology says which variables it had.
func TestVariables(t *testing.T) {
	files := newFiles(func(name string) ([]byte, bool) {
		return []byte("A=1\nB=${A}2\nC=${HOME_OF}/x\nbroken line\n"), name == ".env"
	})
	v := newVariables(files, func(name string) (string, bool) {
		value, ok := map[string]string{"A": "9", "HOME_OF": "/h", "UNUSED": "u", "EMPTY": ""}[name]
		return value, ok
	})
	for text, want := range map[string]string{"$A": "9", "${B}": "92", "$C": "/h/x", "${N:-d}": "d", "${N}!": "!",
		"${EMPTY-x}": "", "a ${": "a ${"} {
		if have := v.expand(text); have != want {
			t.Errorf("%q: %q, want %q", text, have, want)
		}
	}
	want := []string{
		`The file .env is read up to the mistake in it: line 4: "broken line" is no name of a variable.`,
		`The text a ${ is taken as it is: "${" begins no reference such as ${NAME} or ${NAME:-default}; ` +
			`a dollar sign is written $$.`,
		"The values of these variables are those of the environment at the import: A, EMPTY.",
		"The variable N has no value, neither in .env nor in the environment, and is taken for empty.",
	}
	if diff := cmp.Diff(want, v.notes()); diff != "" {
		t.Error(diff)
	}
}

func TestPorts(t *testing.T) {
	for text, want := range map[string][]port{
		"8080:80":            {{"", 8080, 80}},
		"8080:80/tcp":        {{"", 8080, 80}},
		"127.0.0.1:8080:80":  {{"127.0.0.1", 8080, 80}},
		"[::1]:8080:80":      {{"::1", 8080, 80}},
		"0.0.0.0:8080:80":    {{"0.0.0.0", 8080, 80}},
		"9000-9001:80-81":    {{"", 9000, 80}, {"", 9001, 81}},
		"80":                 nil,
		"53:53/udp":          nil,
		"9000-9002:80-81":    nil,
		"127.0.0.1::80":      nil,
		"x:80":               nil,
		"70000:80":           nil,
		"1-60000:1-60000":    nil,
		"0.0.0.0:1972:1972 ": nil,
	} {
		s := &service{}
		s.takePort(compose.ParsePort(text))
		if diff := cmp.Diff(want, s.ports, cmp.AllowUnexported(port{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if (len(s.lost) > 0) != (want == nil) {
			t.Errorf("%q: lost %q", text, s.lost)
		}
	}
}

func TestRoles(t *testing.T) {
	for word, want := range map[string]string{
		"REPORTRW": "rwrasync", "REPORTR": "rorasync", "REPORTRO": "rorasync", "main": "primary",
		"Reporting-RW":         "rwrasync",
		"read-write reporting": "rwrasync", "Disaster Recovery Async": "drasync", "standby": "backup", "xyz": "",
		"auto":    "",
		"PRIMARY": "primary", "Backup": "backup", "DR async": "drasync", "DRAsync": "drasync", "RORASYNC": "rorasync",
		"rw_async": "rwrasync", "Reporting": "rorasync", "master": "primary", "failover": "backup", "arbiter": "",
		"": "",
	} {
		if have := roleOf(word); have != want {
			t.Errorf("%q: %q, want %q", word, have, want)
		}
	}
}

func TestOffset(t *testing.T) {
	for _, c := range []struct {
		subnet, address string
		want            int
	}{
		{"10.0.1.0/24", "10.0.1.7", 7}, {"10.0.0.0/16", "10.0.3.1", 769}, {"10.0.1.64/26", "10.0.1.70", 6},
		{"10.0.1.0/24", "10.0.2.7", 0}, {"", "10.0.2.7", 0}, {"10.0.1.0/24", "", 0}, {"fd00::/64", "fd00::1", 0},
	} {
		if have := offset(c.subnet, c.address); have != c.want {
			t.Errorf("%s in %s: %d, want %d", c.address, c.subnet, have, c.want)
		}
	}
}

func TestDecoded(t *testing.T) {
	for stored, want := range map[string]string{"]]]U1lT": "SYS", "plain": "plain", "]]]!": "", "": ""} {
		if have := decoded(stored); have != want {
			t.Errorf("%q: %q, want %q", stored, have, want)
		}
	}
}
