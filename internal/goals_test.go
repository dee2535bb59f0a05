//go:build goals

package internal_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Every command runs once a turn, so that whatever else the machine does falls
// on all of them alike. Only ratios between them mean anything.
const (
	rounds = 10
	turns  = 10 // a round, after one that is not counted
)

// A command is a program run that is timed as a whole process.
type command struct {
	argv  []string
	fresh string // directory that the command makes; removed before each run
	times []time.Duration
}

// A goal is the most that one command may take, as a multiple of another.
type goal struct {
	text      string
	of, to    *command
	atMost    float64
	reference string
}

// TestGoals measures what a user waits for against the least that could be
// waited for: an empty program, and copying the finished directory.
func TestGoals(t *testing.T) {
	work := memory(t)
	mirrorgen := compile(t, work, "mirrorgen", "mirrorgen/cmd/mirrorgen")
	empty := filepath.Join(work, "empty.go")
	if err := os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cp, err := exec.LookPath("cp")
	if err != nil {
		t.Fatal(err)
	}

	nothing := &command{argv: []string{compile(t, work, "empty", empty)}}
	help := &command{argv: []string{mirrorgen, "--help"}}
	commands := []*command{nothing, help}
	goals := []goal{{"mirrorgen --help", help, nothing, 3, "an empty Go program"}}

	for _, s := range []sized{seed(t), lab(10, 3)} {
		source := filepath.Join(work, s.name)
		if err := os.WriteFile(source, s.source, 0o644); err != nil {
			t.Fatal(err)
		}
		finished := source + ".finished"
		run(t, []string{mirrorgen, "build", source, "-o", finished})

		target := func(name string) string { return filepath.Join(work, name) }
		build := &command{fresh: target("build")}
		build.argv = []string{mirrorgen, "build", source, "-o", build.fresh}
		unverified := &command{fresh: target("unverified")}
		unverified.argv = []string{mirrorgen, "build", "--no-verify", source, "-o", unverified.fresh}
		copied := &command{fresh: target("copied")}
		copied.argv = []string{cp, "-r", finished, copied.fresh}

		commands = append(commands, build, unverified, copied)
		goals = append(goals,
			goal{"build " + s.name, build, copied, 5, "cp -r of what it writes"},
			goal{"build --no-verify " + s.name, unverified, copied, 3.5, "cp -r of what it writes"})
	}

	for range rounds {
		for turn := range 1 + turns {
			for _, c := range commands {
				elapsed := c.once(t)
				if turn > 0 {
					c.times = append(c.times, elapsed)
				}
			}
		}
	}

	fmt.Printf("medians of %d runs in %d rounds, interleaved, on a memory file system\n\n", rounds*turns, rounds)
	fmt.Printf("%-36s %8s  %-24s %8s  %5s  %s\n", "", "ms", "against", "ms", "ratio", "goal")
	for _, g := range goals {
		of, to := median(g.of.times), median(g.to.times)
		ratio := float64(of) / float64(to)
		result := "met"
		if ratio > g.atMost {
			result = "MISSED"
			t.Errorf("%s takes %.2f times as long as %s; the goal is %.1f", g.text, ratio, g.reference, g.atMost)
		}
		fmt.Printf("%-36s %8.2f  %-24s %8.2f  %5.2f  at most %.1f: %s\n",
			g.text, milliseconds(of), g.reference, milliseconds(to), ratio, g.atMost, result)
	}
}

// compile builds a static program, as `make build` does, and returns its path.
func compile(t *testing.T, directory, name, source string) string {
	t.Helper()
	program := filepath.Join(directory, name)
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-o", program, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", source, err, out)
	}
	return program
}

// run runs a command that must succeed.
func run(t *testing.T, argv []string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", argv, err, out)
	}
}

// once runs the command with its streams closed off and returns how long it
// took, from before the process exists until after it has ended.
func (c *command) once(t *testing.T) time.Duration {
	t.Helper()
	if c.fresh != "" {
		if err := os.RemoveAll(c.fresh); err != nil {
			t.Fatal(err)
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	start := time.Now()
	process, err := os.StartProcess(c.argv[0], c.argv, &os.ProcAttr{Env: os.Environ(), Files: []*os.File{null, null, null}})
	if err != nil {
		t.Fatal(err)
	}
	state, err := process.Wait()
	elapsed := time.Since(start)
	if err != nil || !state.Success() {
		t.Fatalf("%v: %v %v", c.argv, state, err)
	}
	return elapsed
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return (times[(len(times)-1)/2] + times[len(times)/2]) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
