//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mirrorgen/internal/toolstest"
)

// What a topology may cost before mirrorgen has said what is wrong with it: two
// seconds of one processor on an idle machine. Beside other tests, on processors
// that share their parts, the same work has been seen to count three times.
const (
	mostSeconds = 3 * 2
	mostMemory  = 512 // MB
)

// TestHostileTopologies: no topology takes mirrorgen's time or memory, or ends it
// without a diagnostic.
func TestHostileTopologies(t *testing.T) {
	toolstest.Thorough(t)
	program := built(t)
	repeat := strings.Repeat
	doubling := func(first, line string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "lab \"l\" {}\nlocals {\n  a0 = %s\n", first)
		for i := range 40 {
			fmt.Fprintf(&b, "  a%d = %s\n", i+1, strings.ReplaceAll(line, "X", fmt.Sprintf("local.a%d", i)))
		}
		return b.String() + "}\n"
	}
	local := func(expr string) string {
		return "lab \"l\" {}\nlocals {\n  n = range(100000)\n  x = " + expr + "\n}\n"
	}
	var chain strings.Builder
	chain.WriteString("lab \"l\" {}\nlocals {\n")
	for i := range 50_000 {
		fmt.Fprintf(&chain, "  a%d = local.a%d\n", i, (i+1)%50_000)
	}
	chain.WriteString("}\n")
	for _, test := range []struct{ name, topology, says string }{
		{"10 MB of blocks", repeat("arbiter \"a\" {}\n", 10<<20/15), "Topology too large"},
		{"60,000 blocks", repeat("arbiter \"a\" {}\n", 60_000), "Duplicate name"},
		{"10 MB of mirrors", many("mirror \"m%d\" {\n  member \"a%d\" { role = \"primary\" }\n}\n", 10<<20),
			"Topology too large"},
		{"100,000 references", "lab \"l\" {}\nlocals {\n" + many("  a%d = var.x%d\n", 1_900_000) +
			"}\n", "Topology too large"},
		{"4 MB of one text", "lab \"l\" { host = \"" + repeat("a", 4<<20-100) + "\" }\n", "Value too large"},
		{"10 MB of nothing", repeat("\n", 10<<20), "Topology too large"},
		{"lines of nothing", repeat("\n", 319_999), "Missing lab block"},
		{"100,000 brackets", "lab \"l\" { host = " + repeat("[", 100_000) + repeat("]", 100_000) +
			" }\n", "Nested too deep"},
		{"100,000 braces", repeat("x {\n", 100_000), "Nested too deep"},
		{"50,000 templates", "lab \"l\" { host = " + repeat("\"${", 50_000) + repeat("}\"", 50_000) +
			" }\n", "Nested too deep"},
		{"billion laughs", doubling(`"ha ha ha ha ha"`, `"${X}${X}"`), "Value too large"},
		{"billion lists", doubling("[1, 2, 3]", "[X, X]"), "Value too large"},
		{"billion lists joined", doubling("[1, 2, 3]", "concat(X, X)"), "Too much to compute"},
		{"billion lists compared", doubling("[1, 2, 3]", "X == X ? [X, X] : [X, X]"), "Too much to compute"},
		{"billion objects", doubling("{ a = 1 }", "{ a = X, b = X }"), "Value too large"},
		{"numbers squared", doubling("10", "X * X"), "Number out of range"},
		{"joined", local(`join(join("", [for i in local.n : "0123456789"]), [for i in local.n : "x"])`),
			"Too much to compute"},
		{"concatenated", local("concat(" + repeat("local.n, ", 10_000) + "[])"), "Too much to compute"},
		{"products", local("setproduct(local.n, local.n, local.n)"), "Too much to compute"},
		{"loops", local("[for a in local.n : [for b in local.n : [for c in local.n : c if false]]]"),
			"Too much to compute"},
		{"loops of loops", local("[for a in local.n : [for b in local.n : 1]]"), "Too much to compute"},
		{"groups", local("{ for a in local.n : \"k\" => [for b in local.n : b]... }"), "Too much to compute"},
		{"splats", local("[for a in local.n : local.n[*]]"), "Too much to compute"},
		{"looked up", local(`[for a in local.n : contains(local.n, "x")]`), "Too much to compute"},
		{"made distinct", local("distinct([for a in local.n : \"x${a}\"])"), "Too much to compute"},
		{"indented", local(`indent(1e9, "a\nb")`), "from 0 to 9999 spaces"},
		{"replaced", local(`replace(join("", [for i in local.n : "a"]), "a", join("", [for i in local.n : "a"]))`),
			"Too much to compute"},
		{"formatted", local(`format("%1000000000s", "a")`), "wider than 9999"},
		{"counted", local("range(1e9)"), "Value too large"},
		{"counted without end", local("range(0, 1, 1e-300)"), "Value too large"},
		{"JSON", local(`jsondecode(join("", [for i in local.n : "["]))`), "more than 200 levels"},
		{"written out", local(`"${1e999999999}"`), "Number out of range"},
		{"circle", chain.String(), "Locals "},
		{"blocks without end", "lab \"l\" {}\nlocals { n = range(100000) }\ndynamic \"mirror\" {\n  for_each = " +
			"local.n\n  labels = [\"m\"]\n  content {\n    dynamic \"member\" {\n      for_each = local.n\n      " +
			"labels = [\"a\"]\n      content { role = \"primary\" }\n    }\n  }\n}\n", "Too many blocks"},
		{"function of itself", "function \"f\" {\n  params = [x]\n  result = f(upper(x))\n}\nlab \"l\" { host = f(1) " +
			"}\n", "Functions too deep"},
		{"functions of each other", "function \"f\" {\n  params = [x]\n  result = g(x)\n}\nfunction \"g\" {\n  " +
			"params = [x]\n  result = f(x)\n}\nlab \"l\" { host = f(1) }\n", "Functions too deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if len(test.topology) > 400_000 {
				toolstest.Thorough(t)
			}
			said, seconds, megabytes := spend(t, program, test.topology)
			if !strings.Contains(said, test.says) {
				t.Errorf("no word of %q in: %.600s", test.says, said)
			}
			if seconds > mostSeconds || megabytes > mostMemory {
				t.Errorf("took %.1f s and %d MB", seconds, megabytes)
			}
		})
	}
}

// built is mirrorgen as users have it: without what the tests' own program may
// have in it, as a race detector.
func built(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "mirrorgen")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// many repeats a block with ascending numbers up to a size.
func many(format string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-len(format)-20; i++ {
		fmt.Fprintf(&b, format, i, i)
	}
	return b.String()
}

// spend validates a topology in a process of its own, and returns what it said,
// the processor time and the memory that it took.
func spend(t *testing.T, program, topology string) (said string, seconds float64, megabytes int64) {
	t.Helper()
	directory := t.TempDir()
	path := filepath.Join(directory, "lab.hcl")
	if err := os.WriteFile(path, []byte(topology), 0o644); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	command := exec.Command(program, "validate", path)
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { command.Process.Kill() })
	defer timer.Stop()
	if err := command.Wait(); err == nil || command.ProcessState.ExitCode() != exitFailed {
		t.Errorf("%v, not exit code %d: %.600s", err, exitFailed, output.String())
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	return output.String(), (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds(),
		usage.Maxrss / 1024
}
