//go:build goals || peers

package internal_test

import (
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
	fresh string // directory that the command makes; removed before each run
	in    string // working directory, "" for the present one
	out   string // file for its output, "" for none

	warm  bool // it has run once, which is not counted
	times []time.Duration
	cpu   []time.Duration // user and system time of the same runs
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
	elapsed, state := c.start(t)
	if counted {
		c.times = append(c.times, elapsed)
		c.cpu = append(c.cpu, state.UserTime()+state.SystemTime())
	}
}

// peak runs the command and returns the most memory that it had, in MiB. A process takes over
// the peak of the one that starts it: this one has to be small still.
func (c *command) peak(t *testing.T) float64 {
	t.Helper()
	most := 0.0
	for range 3 {
		_, state := c.start(t)
		most = max(most, float64(state.SysUsage().(*syscall.Rusage).Maxrss)/1024)
	}
	return most
}

// start runs the command, which must succeed.
func (c *command) start(t *testing.T) (time.Duration, *os.ProcessState) {
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
	out := null
	if c.out != "" {
		if out, err = os.Create(c.out); err != nil {
			t.Fatal(err)
		}
		defer out.Close()
	}
	start := time.Now()
	process, err := os.StartProcess(c.argv[0], c.argv, &os.ProcAttr{
		Dir: c.in, Env: os.Environ(), Files: []*os.File{null, out, null},
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := process.Wait()
	elapsed := time.Since(start)
	if err != nil || !state.Success() {
		t.Fatalf("%v: %v %v", c.argv, state, err)
	}
	return elapsed, state
}

// interleave runs every command once a turn, so that whatever else the machine
// does falls on all of them alike: only ratios between them mean anything. The
// first run of a command is not counted.
func interleave(t *testing.T, commands []*command, turns int) {
	t.Helper()
	for range turns {
		for _, c := range commands {
			if !c.warm {
				c.once(t, false)
				c.warm = true
			}
			c.once(t, true)
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

// A cost is what commands take together: the sums of their medians.
type cost struct{ elapsed, cpu time.Duration }

func costOf(commands ...*command) cost {
	var sum cost
	for _, c := range commands {
		sum.elapsed += median(c.times)
		sum.cpu += median(c.cpu)
	}
	return sum
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return (times[(len(times)-1)/2] + times[len(times)/2]) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
