package importer

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// As Compose does: https://docs.docker.com/reference/compose-file/interpolation/
func TestExpand(t *testing.T) {
	v := newVariables(func(name string) ([]byte, bool) {
		return []byte("# comment\nA=1\nexport B=${A}2\nEMPTY=\nQ='$A'  \nD=\"x $A\"\nC=v # tail\nH=a#b\n"), name == ".env"
	})
	for text, want := range map[string]string{
		"": "", "plain": "plain", "$A": "1", "${A}": "1", "$A$B": "112", "x${B}y": "x12y", "$$A": "$A", "$": "$", "a$ b": "a$ b", "${A": "${A",
		"${N:-d}": "d", "${N-d}": "d", "${EMPTY:-d}": "d", "${EMPTY-d}": "", "${A:-d}": "1", "${N:-${A}}": "1", "${N:-${M:-x}}y": "xy",
		"${A:+o}": "o", "${N:+o}": "", "${EMPTY+o}": "o", "${EMPTY:+o}": "", "${A:?why}": "1", "${A?why}": "1",
		"$Q": "$A", "$D": "x 1", "$C": "v", "$H": "a#b", "${N}!": "!",
	} {
		if have := v.expand(text); have != want {
			t.Errorf("%q: %q, want %q", text, have, want)
		}
	}
	if have := v.missing(); !slices.Equal(have, []string{"N"}) {
		t.Errorf("missing %q", have)
	}
}

func TestPorts(t *testing.T) {
	for text, want := range map[string][]port{
		"8080:80":            {{"", 8080, 80}},
		"8080:80/tcp":        {{"", 8080, 80}},
		"127.0.0.1:8080:80":  {{"127.0.0.1", 8080, 80}},
		"[::1]:8080:80":      {{"::1", 8080, 80}},
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
		s.takePort(text)
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
		"PRIMARY": "primary", "Backup": "backup", "DR async": "drasync", "DRAsync": "drasync", "RORASYNC": "rorasync",
		"rw_async": "rwrasync", "Reporting": "rorasync", "master": "primary", "failover": "backup", "arbiter": "", "": "",
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
