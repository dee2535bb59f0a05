//go:build goals || peers

package internal_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// A command is a program that is measured as a whole process.
type command struct {
	argv  []string
	turns [][]string // instead of argv: one after the other, a turn each
	fresh string     // directory that the command makes; removed before each run
	in    string     // working directory, "" for the present one
	out   string     // file for its output, "" for none
	env   []string   // in addition to the environment

	runs  int
	times []time.Duration
	cpu   []time.Duration // user and system time of the same runs
	peak  int             // KiB of memory, the most of any run
}

// run runs a command that must succeed, and reports its output if it does not.
func run(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", argv, err, out)
	}
}

// once runs the command and notes how long it took, from before the process
// exists until after it has ended.
func (c *command) once(t *testing.T, counted bool) {
	t.Helper()
	argv := c.argv
	if len(c.turns) > 0 {
		argv = c.turns[c.runs%len(c.turns)]
	}
	c.runs++
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
	out := null
	if c.out != "" {
		if out, err = os.Create(c.out); err != nil {
			t.Fatal(err)
		}
		defer out.Close()
	}
	start := time.Now()
	process, err := os.StartProcess(argv[0], argv, &os.ProcAttr{
		Dir: c.in, Env: append(os.Environ(), c.env...), Files: []*os.File{null, out, null},
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := process.Wait()
	elapsed := time.Since(start)
	if err != nil || !state.Success() {
		t.Fatalf("%v: %v %v", argv, state, err)
	}
	if !counted {
		return
	}
	c.times = append(c.times, elapsed)
	c.cpu = append(c.cpu, state.UserTime()+state.SystemTime())
	c.peak = max(c.peak, int(state.SysUsage().(*syscall.Rusage).Maxrss))
}

// interleave runs every command once a turn, so that whatever else the machine
// does falls on all of them alike: only ratios between them mean anything. The
// first turn of a round is not counted.
func interleave(t *testing.T, commands []*command, turns int) {
	t.Helper()
	for turn := range 1 + turns {
		for _, c := range commands {
			c.once(t, turn > 0)
		}
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

// file writes a file into a directory and returns its path.
func file(t *testing.T, directory, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(directory, name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return (times[(len(times)-1)/2] + times[len(times)/2]) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// exponent is the power of the size with which a cost grows.
func exponent(small, large, smallCost, largeCost float64) float64 {
	return math.Log(largeCost/smallCost) / math.Log(large/small)
}
