package suite_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/suite"
	"mirrorgen/schema"
)

// held is what the documents of the tests hold.
var held = suite.Documents{
	Plan: testPlan{Lab: "minimal", Services: []testService{
		{testHead{"ap1a", "member", "primary"}, map[string]string{"lab": "10.0.0.2"}, []testPort{}, 0},
		{testHead{"ap1b", "member", "backup"}, map[string]string{"lab": "10.0.0.3"}, []testPort{}, 0},
		{testHead{"web", "nginx", ""}, map[string]string{"edge": "10.0.1.4"}, []testPort{{80}, {40443}}, 0},
	}, Networks: []testNetwork{}},
	Rehearsal: testReport{Passed: true, Trials: []testTrial{
		{"start", nil}, {"failover", &testLoad{6.5}}, {"failback", &testLoad{0.2}},
	}},
}

// TestHold: conditions see the documents as JSON has them; what is false is told with what its
// parts have come to.
func TestHold(t *testing.T) {
	inputs := []schema.Input{{Name: "mirrors", Value: cty.NumberIntVal(2)}}
	for _, test := range []struct{ name, command, condition, message, want string }{
		{"true", suite.Plan, `plan.lab == "minimal"`, "No.", ""},
		{"every type", suite.Plan, `plan.services[2].ports[0].host == 80 && plan.services[0].addresses["lab"] == ` +
			`"10.0.0.2" && plan.networks == []`, "No.", ""},
		{"input", suite.Plan, `var.mirrors == 2`, "No.", ""},
		{"rehearsal", suite.Rehearse, `rehearsal.passed && length(rehearsal.trials) == 3`, "No.", ""},
		{"no load", suite.Rehearse, `rehearsal.trials[0].load == null`, "No.", ""},
		{"absent text", suite.Plan, `can(plan.services[7])`, "No.", `
Assertion failed at line 3: No.
  can(plan.services[7]) is false
`},
		{"operands", suite.Plan, `length(plan.services) == 2 || !contains([for s in plan.services : s.name], "web")`,
			"Three for ${plan.lab}.", `
Assertion failed at line 3: Three for minimal.
  length(plan.services) is 3
  contains([for s in plan.services : s.name], "web") is true
  [for s in plan.services : s.name] is ["ap1a", "ap1b", "web"]
`},
		{"gap", suite.Rehearse, `max(0, [for t in rehearsal.trials : t.load.longest_gap if t.load != null]...) < 5`,
			"Clients waited too long.", `
Assertion failed at line 3: Clients waited too long.
  max(0, [for t in rehearsal.trials : t.load.longest_gap if t.load != null]...) is 6.5
  [for t in rehearsal.trials : t.load.longest_gap if t.load != null] is [6.5, 0.2]
`},
		{"long values", suite.Plan, `jsonencode(plan) == "" || plan.services == plan.networks`, "No.", `
Assertion failed at line 3: No.
  jsonencode(plan) is "{\"lab\":\"minimal\",\"networks\":[],\"services\":[{\"addresses\":{\"lab\":\"10.0.0.2\"},` +
			`\"kind\":\"member\",\"name\":\"ap1a\",\"ports\":[],\"role\":\"primary\...
  plan.services is a list of 3
  plan.networks is []
`},
		{"types", suite.Plan, `plan.lab != "" && distinct([for s in plan.services : s.role]) == ` +
			`["primary", "backup", ""]`, "No.", `
Assertion failed at line 3: No.
  plan.lab is "minimal"
  distinct([for s in plan.services : s.role]) is ["primary", "backup", ""]
  [for s in plan.services : s.role] is ["primary", "backup", ""]
Both sides have the same elements, but one is a list that a function has made. Write the other as tolist([...]).
`},
		{"message without a value", suite.Plan, `plan.lab == "x"`, "${plan.services[5].name}", `
Assertion failed at line 3: The condition is false; its error_message has no value here.
  plan.lab is "minimal"
`},
		{"no such key", suite.Plan, `plan.services[2].addresses["lab"] == "10.0.0.4"`, "No.", `
Invalid index at line 3: There is no element of that name here. These are: edge. Write try(..., null) where it may ` +
			`be missing.
`},
		{"no such attribute", suite.Plan, `plan.services[2].addresses.lab == "10.0.0.4"`, "No.", `
Unsupported attribute at line 3: There is no lab here. These are: edge.
`},
		{"null", suite.Rehearse, `rehearsal.trials[0].load.longest_gap < 5`, "No.", `
Attempt to get attribute from null value at line 3: This is null, and so has nothing in it. Leave it out of a ` +
			`loop with if ... != null, or write try(..., null).
`},
		{"no such input", suite.Plan, `var.mirors == 2`, "No.", `
Unsupported attribute at line 3: There is no mirors here. Did you mean "mirrors"?
`},
		{"no bool", suite.Plan, `var.mirrors`, "No.", `
Unsuitable value type at line 3: condition must be true or false, and this is 2. Compare it with what it must be.
`},
		{"nothing", suite.Plan, `element([plan.lab == "x", null], 1)`, "No.", `
Unsuitable value type at line 3: condition must be true or false, and this is null. Compare it with what it must be.
`},
		{"hostile", suite.Plan, `length([for a in range(1000 * var.mirrors) : [for b in range(90000) : b]]) == 1`,
			"No.", `
Too much to compute at line 3: The expressions of this block make more than a million elements, and that is used ` +
				`up here. Look elements up with map[key] instead of comparing all with all, or make several blocks.
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := fmt.Sprintf("run \"one\" {\n  assert {\n    condition     = %s\n    error_message = %q\n  }\n"+
				"  command = %q\n}\n", test.condition, test.message, test.command)
			run := read(t, content)
			documents := held
			if test.command == suite.Plan {
				documents.Rehearsal = nil
			}
			if got := told(run.Hold(documents, inputs)); got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%swant%s", got, test.want)
			}
		})
	}
}

// read reads a file of one run, which has no mistakes.
func read(t *testing.T, content string) *suite.Run {
	t.Helper()
	f, diags := suite.Read(schema.Source{Name: "a" + suite.Suffix, Content: []byte(content)}, documents)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return f.Runs[0]
}

func told(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s at line %d: %s\n", d.Summary, d.Subject.Start.Line, d.Detail)
	}
	return b.String()
}

// TestCompare: every expected text is in an error, and every error has one.
func TestCompare(t *testing.T) {
	at := hcl.Range{Filename: "lab.hcl", Start: hcl.InitialPos, End: hcl.InitialPos}
	duplicate := schema.Diagnose(hcl.DiagError, at, "Duplicate name", "There is a\n\"web\" already.")
	number := schema.Diagnose(hcl.DiagError, at, "Number out of range", "It is 0.")
	warning := schema.Diagnose(hcl.DiagWarning, at, "Same set name", "Twice.")
	for _, test := range []struct {
		name, expected string
		found          hcl.Diagnostics
		want           string
	}{
		{"met", `["Duplicate name"]`, hcl.Diagnostics{duplicate, warning}, ""},
		{"met by its detail", `["a \"web\" already"]`, hcl.Diagnostics{duplicate}, ""},
		{"summary and detail", `["Duplicate name: There is", "out of range"]`, hcl.Diagnostics{duplicate, number}, ""},
		{"one for two", `["e"]`, hcl.Diagnostics{duplicate, number}, ""},
		{"accepted", `["Duplicate name"]`, nil, `
Expected error missing at line 2: No error says "Duplicate name": the topology has none, and is accepted.
`},
		{"a warning is no error", `["Same set name"]`, hcl.Diagnostics{warning}, `
Expected error missing at line 2: No error says "Same set name": the topology has none, and is accepted.
`},
		{"another", `["Duplicate nome"]`, hcl.Diagnostics{duplicate}, `
Expected error missing at line 2: No error says "Duplicate nome". The topology has:
  Duplicate name: There is a "web" already.
Unexpected error at line 2: The topology has an error that is not expected: Duplicate name: There is a "web" already.
`},
		{"one more", `["Duplicate name"]`, hcl.Diagnostics{duplicate, number}, `
Unexpected error at line 2: The topology has an error that is not expected: Number out of range: It is 0.
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			diags := read(t, "run \"one\" {\n  expect_errors = "+test.expected+"\n}\n").Compare(test.found)
			if got := told(diags); got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%swant%s", got, test.want)
			}
			for _, diag := range diags {
				if !suite.IsFailure(diag) {
					t.Errorf("%s is no failure", diag.Summary)
				}
			}
		})
	}
}

// hostileText is what a topology's author may write into a name and a message.
const hostileText = "a <b> & \"c\" ]]> \x01\x1b[31m \xff '日本'"

func report() *suite.Report {
	r := suite.NewReport()
	r.Files = append(r.Files, suite.FileReport{File: "labs/lab.mgtest.hcl", Topology: "labs/lab.hcl",
		Runs: []suite.Result{
			{Run: "one", Line: 1, Command: suite.Plan, Result: suite.Passed, Seconds: 0.25},
			{Run: hostileText, Line: 9, Command: suite.Plan, Result: suite.Failed, Problems: []suite.Problem{
				{Summary: "Assertion failed", Detail: hostileText + "\n  plan.lab is \"x\"",
					File: "labs/lab.mgtest.hcl", Line: 11},
				{Summary: "Assertion failed", Detail: "Second."},
			}},
			{Run: "three", Line: 20, Command: suite.Rehearse, Result: suite.Errored, Seconds: 90,
				Problems: []suite.Problem{{Summary: "Out of time", Detail: "The end."}}},
			{Run: "four", Line: 30, Command: suite.Rehearse, Result: suite.Skipped},
		}})
	r.Finish(90.257)
	return r
}

// TestJUnit: the report is well-formed XML, whatever names and messages hold, and says what
// failed, what could not be held and what was skipped.
func TestJUnit(t *testing.T) {
	var out strings.Builder
	if err := report().JUnit(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/junit.xml", out.String())
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure []string  `xml:"failure"`
				Error   []string  `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	decoder := xml.NewDecoder(strings.NewReader(out.String()))
	if err := decoder.Decode(&read); err != nil {
		t.Fatal(err)
	}
	if read.Tests != 4 || read.Failures != 1 || read.Errors != 1 || read.Skipped != 1 || len(read.Suites) != 1 ||
		len(read.Suites[0].Cases) != 4 {
		t.Fatalf("%+v", read)
	}
	cases := read.Suites[0].Cases
	if len(cases[1].Failure) != 2 || len(cases[2].Error) != 1 || cases[3].Skipped == nil || cases[0].Failure != nil {
		t.Errorf("%+v", cases)
	}
	if !strings.Contains(cases[1].Failure[0], "a <b> & \"c\" ]]>") || !strings.Contains(cases[1].Name, "'日本'") {
		t.Errorf("%+v", cases[1])
	}
}

func TestTable(t *testing.T) {
	r := report()
	r.Files[0].Runs[1].Run = "two"
	var out strings.Builder
	if err := r.Table(&out); err != nil {
		t.Fatal(err)
	}
	want := `RESULT  FILE                 RUN    COMMAND   SECONDS
pass    labs/lab.mgtest.hcl  one    plan      0.25
FAIL    labs/lab.mgtest.hcl  two    plan      0.00
ERROR   labs/lab.mgtest.hcl  three  rehearse  90.00
skip    labs/lab.mgtest.hcl  four   rehearse  0.00

4 runs: 1 passed, 1 failed, 1 could not be held, 1 skipped
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
	if r.Passed || r.Seconds != 90.26 {
		t.Errorf("%v %v", r.Passed, r.Seconds)
	}
}
