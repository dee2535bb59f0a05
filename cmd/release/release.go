package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// platforms are those of a release.
var platforms = []string{
	"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
}

// mostBytes is what a program may have.
const mostBytes = 30_000_000

// A release is made in a directory of its own, which takes the place of the output when
// everything is there.
type release struct {
	root, output string
	snapshot     bool
	platforms    []string // nil for all
	*state
	work  string // programs and what goes with them
	made  string // the files of the release
	extra []file // what archives and packages have beside the program
}

// make makes everything, or nothing.
func (r *release) make() error {
	if r.platforms == nil {
		r.platforms = platforms
	}
	for _, platform := range r.platforms {
		if !slices.Contains(platforms, platform) {
			return fmt.Errorf("there is no release for %s, only for %s", platform, strings.Join(platforms, ", "))
		}
	}
	if err := r.checkOutput(); err != nil {
		return err
	}
	var err error
	if r.state, err = stateOf(r.root, r.snapshot); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(r.output)), 0o755); err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp(filepath.Dir(filepath.Clean(r.output)), ".release"); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	r.made = filepath.Join(r.work, "release")
	if err := os.Mkdir(r.made, 0o755); err != nil {
		return err
	}
	for _, step := range []func() error{r.compile, r.accompany, r.pack, r.sum} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(r.output); err != nil {
		return err
	}
	return os.Rename(r.made, r.output)
}

// sumsName is the last file that is made, so that a directory with it is a whole release.
const sumsName = "checksums.txt"

// checkOutput refuses a directory that holds anything but an earlier release.
func (r *release) checkOutput() error {
	entries, err := os.ReadDir(r.output)
	if os.IsNotExist(err) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.output, sumsName)); err != nil {
		return fmt.Errorf("%s holds something else: give a directory of its own", r.output)
	}
	return nil
}

// compile makes the program for every platform. No path, no clock and no state of the machine is in it.
func (r *release) compile() error {
	for _, platform := range r.platforms {
		if err := r.compileFor(platform, r.program(platform)); err != nil {
			return err
		}
	}
	return nil
}

func (r *release) compileFor(platform, program string) error {
	system, processor, _ := strings.Cut(platform, "/")
	stamp := fmt.Sprintf("-s -w -X main.releaseVersion=v%s -X main.releaseCommit=%s -X main.releaseModified=%t",
		r.version, r.commit, r.dirty)
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", stamp, "-o", program,
		"./cmd/mirrorgen")
	build.Dir = r.root
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor, "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", platform, err, out)
	}
	info, err := os.Stat(program)
	if err == nil && info.Size() > mostBytes {
		err = fmt.Errorf("%s: the program has %d bytes, more than %d", platform, info.Size(), mostBytes)
	}
	return err
}

// program is where the program of a platform is made.
func (r *release) program(platform string) string {
	system, processor, _ := strings.Cut(platform, "/")
	name := "mirrorgen"
	if system == "windows" {
		name += ".exe"
	}
	return absolute(filepath.Join(r.work, system+"_"+processor, name))
}

// absolute is a path for a program that runs in another directory.
func absolute(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		panic(err) // the working directory is gone
	}
	return absolute
}

// sum writes the checksums of all files, as sha256sum prints and reads them.
func (r *release) sum() error {
	entries, err := os.ReadDir(r.made)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(r.made, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), entry.Name())
	}
	return os.WriteFile(filepath.Join(r.made, sumsName), []byte(lines.String()), 0o644)
}
