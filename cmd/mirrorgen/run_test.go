package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// breaking panics where a reader may only fail.
type breaking struct{}

func (breaking) Read([]byte) (int, error) { panic("the reader \x1b[1mbroke") }

// A panic is reported in one sentence, and has an exit code of its own. Its stack is
// for those who ask.
func TestMistake(t *testing.T) {
	const sentence = "mirrorgen: this is a mistake in mirrorgen: the reader ?[1mbroke; please report it with the " +
		"topology and what the flag --debug adds here\n"
	var out, errOut bytes.Buffer
	if code := run([]string{"fmt"}, breaking{}, &out, &errOut); code != exitMistake || out.Len() > 0 ||
		errOut.String() != sentence {
		t.Errorf("exit code %d, stdout %q, stderr\n%s", code, out.String(), errOut.String())
	}
	errOut.Reset()
	code := run([]string{"fmt", "--debug"}, breaking{}, &out, &errOut)
	stack, found := strings.CutPrefix(errOut.String(), sentence)
	if code != exitMistake || !found || !strings.Contains(stack, "breaking.Read") {
		t.Errorf("exit code %d, stderr\n%s", code, errOut.String())
	}
}

// Results and messages that go to one place are in the order in which they were
// made.
func TestOrder(t *testing.T) {
	var both bytes.Buffer
	out := struct{ io.Writer }{&both}
	if code := run([]string{"validate", "../../examples/minimal.hcl", "missing.hcl", "../../examples/minimal.hcl"}, nil,
		out, out); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	lines := strings.SplitAfter(both.String(), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], ": valid: ") ||
		!strings.Contains(lines[1], "missing.hcl: no such file") || lines[2] != lines[0] {
		t.Errorf("printed\n%s", both.String())
	}
}
