// Package suite is the language of test files, NAME.mgtest.hcl beside a topology: it reads them
// and holds the conditions of their runs against what was planned and rehearsed. Planning and
// rehearsing is its caller's.
package suite

import (
	"github.com/hashicorp/hcl/v2"

	"mirrorgen/schema"
)

// Suffix ends the name of every test file.
const Suffix = ".mgtest.hcl"

// The commands of a run.
const (
	Plan     = "plan"     // compile the topology
	Rehearse = "rehearse" // and rehearse the lab
)

// Documents are what conditions look at: what encoding/json makes of these values is what
// expressions see.
type Documents struct {
	Plan      any // the document of inspect
	Rehearsal any // the report of rehearse; nil in a run that holds none
}

// A File is a test file.
type File struct {
	Name       string
	Topology   string    // as it is written, "" for the one that the file's name stands for
	TopologyAt hcl.Range // of the argument
	Runs       []*Run
}

// A Run is a block of a test file: one way to compile the topology, and what is expected of it.
type Run struct {
	Name      string
	Range     hcl.Range // of the header
	Command   string    // Plan or Rehearse
	Target    string    // "" where the run does not say
	Variables []schema.Setting
	Refused   bool // errors are expected
	Only      []string
	Mirror    string
	Timeout   schema.Duration // zero where the run does not say
	TimeoutAt hcl.Range       // of the argument, or of the header

	content    []byte // of the file
	errorsAt   hcl.Range
	errors     []expectation
	assertions []assertion
	evaluator  *schema.Evaluator
	names      []string // of everything in the documents
}

// An expectation is a text that an error must have.
type expectation struct {
	text string
	at   hcl.Range
}

// An assertion is a block of a run.
type assertion struct {
	condition, message hcl.Expression
}

// A Failure is what the Extra of a diagnostic holds that says what an assertion, or an
// expected error, missed.
type Failure struct{ Values []Value }

// A Value is what a part of a condition has come to.
type Value struct {
	Expression string `json:"expression"` // as it is written, shortened
	Value      string `json:"value"`      // as the language writes it, shortened
}

// failed is the diagnostic of what did not hold.
func failed(at hcl.Range, summary, detail string, values []Value) *hcl.Diagnostic {
	diag := schema.Diagnose(hcl.DiagError, at, summary, "%s", detail)
	diag.Extra = Failure{values}
	return diag
}

// IsFailure reports whether a diagnostic says that something did not hold, and not that it
// could not be held.
func IsFailure(diag *hcl.Diagnostic) bool {
	_, ok := diag.Extra.(Failure)
	return ok
}
