package rehearse

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// commands runs programs of this host: docker, and the lab's own scripts.
type commands struct {
	directory   string   // working directory, "" for the present one
	environment []string // "NAME=value"
}

// commandError reports how a program failed, with the end of what it printed.
type commandError struct {
	name   string // as a user would type it
	output string
	err    error
}

func (e *commandError) Error() string {
	text := strings.TrimSpace(e.output)
	if text == "" {
		return fmt.Sprintf("%s: %v", e.name, e.err)
	}
	return fmt.Sprintf("%s: %s", e.name, text)
}

func (e *commandError) Unwrap() error { return e.err }

// patience is how long a program that was asked to end may take before it is
// killed.
const patience = 2 * time.Second

// command prepares a program that is ended, with all that it started, when ctx
// is: it is the head of a process group of its own, which a Ctrl-C at the
// terminal does not reach.
func (c commands) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = c.directory
	cmd.Env = c.environment
	cmd.WaitDelay = patience
	ownGroup(cmd)
	return cmd
}

// output runs a program and returns what it printed to its standard output.
func (c commands) output(ctx context.Context, name string, args ...string) (string, error) {
	return c.feed(ctx, nil, name, args...)
}

// feed is output, with a standard input.
func (c commands) feed(ctx context.Context, in io.Reader, name string, args ...string) (string, error) {
	var out, all bytes.Buffer
	cmd := c.command(ctx, name, args...)
	cmd.Stdin = in
	cmd.Stdout = io.MultiWriter(&out, &all)
	cmd.Stderr = &all
	err := c.finished(ctx, cmd, cmd.Run(), &all)
	return out.String(), err
}

// finished turns the end of a program into an error that says what it printed.
func (c commands) finished(ctx context.Context, cmd *exec.Cmd, err error, output *bytes.Buffer) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &commandError{strings.Join(cmd.Args[:min(len(cmd.Args), 3)], " "), output.String(), err}
}

// combined runs a program and returns everything that it printed.
func (c commands) combined(ctx context.Context, name string, args ...string) (string, error) {
	var all bytes.Buffer
	cmd := c.command(ctx, name, args...)
	cmd.Stdout = &all
	cmd.Stderr = &all
	err := c.finished(ctx, cmd, cmd.Run(), &all)
	return all.String(), err
}
