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
