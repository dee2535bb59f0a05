// Package toolstest finds the real programs that tests hold mirrorgen's output
// against: nginx, haproxy, shellcheck, openssl, promtool, Docker Compose.
//
// A test asks with [Need], [Current] or [Compose]. Where the program is missing the test
// is skipped, and says which program it lacks; with MIRRORGEN_REAL_TOOLS=1 in
// the environment, as `make test` sets it, the test fails instead. Only tests
// import this package.
package toolstest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Required is the name of the environment variable that turns a missing program
// from a skipped test into a failed one.
const Required = "MIRRORGEN_REAL_TOOLS"

// Debian keeps nginx and haproxy where a user's PATH does not look.
var systemDirectories = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// The oldest Docker Compose that the generated labs promise to work with.
var oldestCompose = [3]int{2, 20, 3}

// Need returns the path of a program, from PATH or one of the system's
// directories. A missing program skips or fails the test, see [Required].
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := find(program)
	if err != nil {
		lacking(t, err.Error())
	}
	return path
}

// The releases of the default images. .ci/tools fetches the same.
var currentRelease = map[string][2]int{"nginx": {1, 30}, "haproxy": {3, 2}, "promtool": {3, 5}}

// Current returns the path of nginx, haproxy or promtool in the release of the default image
// or a later one: the program that .ci/tools fetched, or the one that [Need] finds, where
// that is new enough. None of them skips or fails the test, see [Required].
func Current(t testing.TB, program string) string {
	t.Helper()
	wanted := currentRelease[program]
	var candidates []string
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(cache, "mirrorgen-tools", program))
	}
	if path, err := find(program); err == nil {
		candidates = append(candidates, path)
	}
	for _, path := range candidates {
		if release, ok := releaseOf(program, path); ok && slices.Compare(release[:], wanted[:]) >= 0 {
			return path
		}
	}
	lacking(t, fmt.Sprintf("%s %d.%d or later is not installed", program, wanted[0], wanted[1]))
	return ""
}

// Release returns the release of nginx or haproxy at a path, such as "1.22".
func Release(t testing.TB, path string) string {
	t.Helper()
	release, ok := releaseOf(filepath.Base(path), path)
	if !ok {
		t.Fatalf("%s -v prints no version", path)
	}
	return fmt.Sprintf("%d.%d", release[0], release[1])
}

var dotted = regexp.MustCompile(`(\d+)\.(\d+)`)

// releaseOf asks a program of [currentRelease] for its version; false where the path is no
// such program.
func releaseOf(program, path string) (release [2]int, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	flag := "-v"
	if program == "promtool" {
		flag = "--version"
	}
	out, err := exec.CommandContext(ctx, path, flag).CombinedOutput()
	found := dotted.FindSubmatch(out)
	if err != nil || found == nil {
		return release, false
	}
	for i := range release {
		release[i], _ = strconv.Atoi(string(found[i+1])) // digits, by the pattern
	}
	return release, true
}

// Compose returns the command and first arguments that run Docker Compose,
// 2.20.3 or later: the plugin `docker compose`, the program that .ci/tools
// fetched, or a docker-compose in PATH. None of them skips or fails the test,
// see [Required].
func Compose(t testing.TB) []string {
	t.Helper()
	argv, err := compose()
	if err != nil {
		lacking(t, err.Error())
	}
	return argv
}

// lacking ends a test that cannot do its work.
func lacking(t testing.TB, what string) {
	t.Helper()
	message := what + "; .ci/tools installs it"
	if os.Getenv(Required) == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// Thorough skips a test that takes seconds, unless everything is to be tested, see
// [Required].
func Thorough(t testing.TB) {
	t.Helper()
	if os.Getenv(Required) != "1" {
		t.Skipf("takes seconds: make test, which sets %s=1, runs it", Required)
	}
}

// find looks a program up.
func find(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	for _, directory := range systemDirectories {
		if path, err := exec.LookPath(filepath.Join(directory, program)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed", program)
}

// compose finds Docker Compose, once a process.
var compose = sync.OnceValues(func() ([]string, error) {
	candidates := [][]string{{"docker", "compose"}}
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, []string{filepath.Join(cache, "mirrorgen-tools", "docker-compose")})
	}
	candidates = append(candidates, []string{"docker-compose"})
	var tooOld string
	for _, argv := range candidates {
		version, ok := composeVersion(argv)
		if ok && recentEnough(version) {
			return argv, nil
		}
		if ok {
			tooOld = fmt.Sprintf(" (`%s` is version %s)", strings.Join(argv, " "), version)
		}
	}
	return nil, fmt.Errorf("no Docker Compose %d.%d.%d or later is installed%s", oldestCompose[0], oldestCompose[1],
		oldestCompose[2], tooOld)
})

// composeVersion asks a command for its version, such as "2.26.1-4"; false where
// there is no such command.
func composeVersion(argv []string) (string, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	arguments := append(argv[1:len(argv):len(argv)], "version", "--short")
	out, err := exec.CommandContext(ctx, argv[0], arguments...).Output()
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), err == nil
}

// recentEnough compares a version with the oldest one that will do. What is not
// a version, such as "dev", will not do.
func recentEnough(version string) bool {
	release, _, _ := strings.Cut(version, "-")
	release, _, _ = strings.Cut(release, "+")
	parts := strings.Split(release, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	for i, part := range parts {
		number, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		if number != oldestCompose[i] {
			return number > oldestCompose[i]
		}
	}
	return len(parts) == len(oldestCompose)
}
