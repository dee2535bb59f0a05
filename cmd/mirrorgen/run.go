package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Exit codes. They are part of mirrorgen's interface.
const (
	exitDone    = 0
	exitFailed  = 1 // an error in the input or on disk
	exitUsage   = 2
	exitDiffers = 3  // what was checked is not as mirrorgen would write it
	exitMistake = 70 // a mistake in mirrorgen; EX_SOFTWARE of sysexits.h
)

// A failure ends a command with an exit code. Errors of any other type come from
// cobra, before a command has begun, and mean wrong usage.
type failure struct {
	code int
	err  error // nil where the cause has been printed

	counts bool // err only counts diagnostics that were shown one by one
}

func (f *failure) Error() string { return fmt.Sprint(f.err) }
func (f *failure) Unwrap() error { return f.err }

// failed is an error in the input or on disk.
func failed(err error) error { return &failure{code: exitFailed, err: err} }

// counted is an error that counts the diagnostics which were shown before.
func counted(err error) error { return &failure{code: exitFailed, err: err, counts: true} }

// run is mirrorgen without the process around it. It returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) (code int) {
	stdout, stderr := &redactor{to: out}, &redactor{to: errOut}
	results := bufio.NewWriterSize(stdout, 64<<10)
	t := &tool{in: in, out: results, err: ordered{stderr, results, stdout}, screen: screenOf(errOut, os.Getenv),
		stdout: stdout, stderr: stderr}
	defer func() {
		if cause := recover(); cause != nil {
			t.printPanic(cause, debug.Stack())
			code = exitMistake
		}
	}()
	root := t.root()
	root.SetArgs(args)
	command, err := root.ExecuteC()
	if t.report != nil {
		if err != nil {
			t.printError(err)
		}
		if printErr := t.printReport(); err == nil {
			err = printErr
		}
	}
	if flushErr := flush(results, stdout); flushErr != nil && err == nil {
		err = failed(fmt.Errorf("writing the result: %w", flushErr))
	}
	if err == nil {
		return exitDone
	}
	if t.report == nil {
		t.printError(err)
	}
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	fmt.Fprintf(t.err, "Run \"%s --help\" for its usage.\n", command.CommandPath())
	return exitUsage
}

// printError prints an error, unless it is a failure whose cause has been printed before.
func (t *tool) printError(err error) {
	if f, ok := err.(*failure); ok && f.err == nil {
		return
	}
	if t.report != nil {
		t.report.fail(err)
		return
	}
	fmt.Fprintf(t.err, "mirrorgen: %s\n", printable(err.Error()))
}

// printPanic prints the cause of a panic, a mistake in mirrorgen: no topology may cause one.
func (t *tool) printPanic(cause any, stack []byte) {
	t.report = nil
	t.printError(fmt.Errorf("this is a mistake in mirrorgen: %v; please report it with the topology and what the flag "+
		"--debug adds here", cause))
	if t.debug {
		fmt.Fprint(t.err, printable(string(stack)))
	}
}

// flush passes on all results.
func flush(results *bufio.Writer, shown *redactor) error {
	if err := results.Flush(); err != nil {
		return err
	}
	return shown.flush()
}

// printRedacted prints a result out of which secrets have been taken already.
func (t *tool) printRedacted(result []byte) error {
	err := flush(t.out, t.stdout)
	if err == nil {
		t.stdout.off = true
		_, err = t.out.Write(result)
		if flushErr := t.out.Flush(); err == nil {
			err = flushErr
		}
		t.stdout.off = false
	}
	if err != nil {
		return failed(fmt.Errorf("writing the result: %w", err))
	}
	return nil
}

// hide keeps texts out of all that is printed from here on.
func (t *tool) hide(texts []string) {
	t.stdout.hide(texts)
	t.stderr.hide(texts)
}

// redacted is a text without what is hidden.
func (t *tool) redacted(text string) string {
	if t.stdout == nil {
		return text
	}
	return t.stdout.text(text)
}

// ordered writes after the results that were printed before, so that both are
// in order where they go to the same place.
type ordered struct {
	to      *redactor
	results *bufio.Writer
	shown   *redactor
}

func (o ordered) Write(text []byte) (int, error) {
	flush(o.results, o.shown) // an error stays, and is reported at the end
	n, err := o.to.Write(text)
	if err == nil {
		err = o.to.flush()
	}
	return n, err
}
