package toolstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusal records how a test was ended; the methods that end a test end its
// goroutine, as the real ones do.
type refusal struct {
	testing.TB
	skipped, failed string
}

func (r *refusal) Helper()          {}
func (r *refusal) Skip(args ...any) { r.skipped = args[0].(string); panic(r) }
func (r *refusal) Fatal(args ...any) {
	r.failed = args[0].(string)
	panic(r)
}

// ended runs f and returns how it ended the test.
func ended(f func(t testing.TB)) *refusal {
	r := &refusal{}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		f(r)
	}()
	return r
}

func TestNeedSkipsByName(t *testing.T) {
	t.Setenv(Required, "")
	r := ended(func(t testing.TB) { Need(t, "no-such-balancer") })
	if !strings.Contains(r.skipped, "no-such-balancer") || r.failed != "" {
		t.Errorf("skipped %q, failed %q; want a skip that names the program", r.skipped, r.failed)
	}
}

func TestNeedFailsWhereRequired(t *testing.T) {
	t.Setenv(Required, "1")
	r := ended(func(t testing.TB) { Need(t, "no-such-balancer") })
	if !strings.Contains(r.failed, "no-such-balancer") || r.skipped != "" {
		t.Errorf("skipped %q, failed %q; want a failure that names the program", r.skipped, r.failed)
	}
}

func TestNeedFindsInPath(t *testing.T) {
	directory := t.TempDir()
	program := filepath.Join(directory, "balancer")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", directory)
	if got := Need(t, "balancer"); got != program {
		t.Errorf("got %q, want %q", got, program)
	}
}

// A program of an older release is not taken for the current one, and one in PATH is
// taken where .ci/tools has fetched none.
func TestCurrent(t *testing.T) {
	t.Setenv(Required, "1")
	for version, want := range map[string]bool{
		"nginx version: nginx/1.22.1": false, "nginx version: nginx/1.29.9": false, "no version": false,
		"nginx version: nginx/1.30.0": true, "nginx version: nginx/1.31.4": true, "nginx version: nginx/2.0.1": true,
	} {
		directory := t.TempDir()
		program := filepath.Join(directory, "nginx")
		if err := os.WriteFile(program, []byte("#!/bin/sh\necho '"+version+"' >&2\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", directory)
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		var got string
		r := ended(func(t testing.TB) { got = Current(t, "nginx") })
		if want && (got != program || r.failed != "") {
			t.Errorf("%s: got %q, failed %q; want %q", version, got, r.failed, program)
		}
		if !want && !strings.Contains(r.failed, "nginx 1.30 or later is not installed") {
			t.Errorf("%s: failed %q; want a failure that names the release", version, r.failed)
		}
	}
}

func TestRecentEnough(t *testing.T) {
	for version, want := range map[string]bool{
		"1.29.2, build unknown": false,
		"1.29.2":                false,
		"2.20":                  false,
		"2.20.2":                false,
		"2.20.3":                true,
		"2.21":                  true,
		"2.26.1-4":              true,
		"2.38.2+ds1-1":          true,
		"5.0.0":                 true,
		"dev":                   false,
		"":                      false,
	} {
		if got := recentEnough(version); got != want {
			t.Errorf("%q: got %v, want %v", version, got, want)
		}
	}
}

func TestComposeAnswers(t *testing.T) {
	argv := Compose(t)
	version, ok := composeVersion(argv)
	if !ok || !recentEnough(version) {
		t.Errorf("%v is version %q", argv, version)
	}
}
