package plan

import (
	"reflect"
	"strings"
	"testing"
)

// writtenLock is a lock with everything in it that a lock can hold.
func writtenLock() *Lock {
	return &Lock{
		Lab: "demo",
		Services: []LockedService{
			{Name: "a-1", HostNumber: 2},
			{Name: "web", HostNumber: 70000, HTTPPort: 8080, Addresses: []KeyValue{{"app-tier", "10.1.0.2"}, {"b", "10.2.0.2"}}},
			{Name: "old", HostNumber: 7, HTTPPort: 8081, Gone: true},
		},
		Mirrors: []LockedMirror{
			{Name: "a-1", ListenPort: 1972},
			{Name: "m", ListenPort: 1973, SuperserverPort: 9090},
			{Name: "older", ListenPort: 1974, Gone: true},
		},
	}
}

// sameAsHCL fails where a lock is read by its lines and HCL reads something else.
func sameAsHCL(t *testing.T, content []byte) (byLines bool) {
	t.Helper()
	lines, byLines := readWritten("l", content)
	full, diags := readLockHCL("l", content)
	if byLines && (diags.HasErrors() || !reflect.DeepEqual(lines, full)) {
		t.Errorf("read by lines: %+v\nread as HCL: %+v %v\n%s", lines, full, diags, content)
	}
	return byLines
}

func TestWrittenLockIsReadByLines(t *testing.T) {
	for _, lock := range []*Lock{{Lab: "empty"}, writtenLock(), {Lab: "no-mirrors", Services: writtenLock().Services}} {
		for _, source := range []string{"lab.hcl", "my lab (2).hcl", "a; DO NOT EDIT.; DO NOT EDIT."} {
			if !sameAsHCL(t, lock.Encode(source)) {
				t.Errorf("not read by lines:\n%s", lock.Encode(source))
			}
		}
	}
}

// What differs from what is written in a single place is read as HCL, or means the
// same.
func TestOtherLocksAreReadAsHCL(t *testing.T) {
	content := string(writtenLock().Encode("lab.hcl"))
	for _, change := range [][2]string{
		{"lock_version = 1", "lock_version = 2"},
		{`"demo"`, `"d${1}emo"`},
		{`"demo"`, `"d%{if true}emo%{endif}"`},
		{`"demo"`, `"d\u00e9mo"`},
		{`"demo"`, `"démo"`},
		{"host_number = 2\n", "host_number = 02\n"},
		{"host_number = 2\n", "host_number = 7\n"},
		{"host_number = 2\n", "host_number = 1\n"},
		{"host_number = 2\n", "host_number = 16777215\n"},
		{"host_number = 2\n", "host_number = 2\n  http_port   = 8080\n"},
		{"http_port   = 8080", "http_port   = 65536"},
		{"http_port   = 8080", "http_port   = -1"},
		{"superserver_port = 9090", "superserver_port = 8081"},
		{"listen_port = 1972", "listen_port = 0"},
		{`service "old"`, `service "web"`},
		{`mirror "older"`, `mirror "m"`},
		{`"10.1.0.2"`, `"10.1.0.256"`},
		{`"b"        = "10.2.0.2"`, `"a"        = "10.2.0.2"`},
		{`"b"        = "10.2.0.2"`, `"app-tier" = "10.2.0.2"`},
		{"# Reserved: no longer in the topology.\n", ""},
		{"\n", "\r\n"},
		{"}\n", "}"},
	} {
		changed := strings.Replace(content, change[0], change[1], 1)
		if changed == content {
			t.Errorf("%q is not in:\n%s", change[0], content)
		}
		if _, byLines := readWritten("l", []byte(changed)); byLines && change[1] != "" {
			t.Errorf("%q instead of %q is read by lines", change[1], change[0])
		}
		sameAsHCL(t, []byte(changed))
	}
}

func FuzzReadWritten(f *testing.F) {
	f.Add(writtenLock().Encode("lab.hcl"))
	f.Add((&Lock{Lab: "empty"}).Encode("lab.hcl"))
	f.Fuzz(func(t *testing.T, content []byte) { sameAsHCL(t, content) })
}
