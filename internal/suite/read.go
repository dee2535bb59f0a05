package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"mirrorgen/schema"
)

var (
	rootSchema = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "topology"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "run", LabelNames: []string{"name"}}},
	}
	runSchema = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "command"}, {Name: "variables"}, {Name: "expect_errors"},
			{Name: "target"}, {Name: "only"}, {Name: "mirror"}, {Name: "timeout"}},
		Blocks: []hcl.BlockHeaderSchema{{Type: "assert"}},
	}
	assertSchema = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "condition", Required: true}, {Name: "error_message", Required: true}},
	}
)

// targets are what a run's topology may be compiled for.
var targets = []string{"compose", "kubernetes"}

// longestName is the length of the longest name of a run, in bytes; mostRuns is how many a file
// may have.
const (
	longestName = 200
	mostRuns    = 1000
)

// A reader reads a test file and collects what is wrong with it.
type reader struct {
	content []byte
	sample  map[string]cty.Value // plan, rehearsal and var
	names   []string
	diags   hcl.Diagnostics
}

// Read reads a test file. documents are of the types that conditions will see, whatever they
// hold: names that these do not have are reported here, before anything is run. A file with
// any error must not be run.
func Read(s schema.Source, documents Documents) (*File, hcl.Diagnostics) {
	f := &File{Name: s.Name}
	body, diags := schema.ParseFile(s)
	if diags.HasErrors() {
		return f, aboutTests(diags)
	}
	r := &reader{content: s.Content, sample: samples(documents)}
	r.names = attributeNames(r.sample)
	content, diags := body.Content(rootSchema)
	r.add(completeBlock(diags, "", "topology", "run"))
	if a := content.Attributes["topology"]; a != nil {
		f.TopologyAt = a.Expr.Range()
		f.Topology = r.text(a, `the topology that is tested, as seen from this file: "lab.hcl"`)
	}
	if len(content.Blocks) == 0 && !diags.HasErrors() {
		r.errorf(hcl.Range{Filename: s.Name, Start: hcl.InitialPos, End: hcl.InitialPos}, "No run",
			`This file tests nothing. Add a block: run "NAME" { assert { ... } }, as docs/testing.md shows.`)
	}
	if len(content.Blocks) > mostRuns {
		r.errorf(content.Blocks[mostRuns].DefRange, "Too many runs",
			"A test file has at most %d runs, and this is one more. Make several files.", mostRuns)
		content.Blocks = content.Blocks[:mostRuns]
	}
	first := map[string]hcl.Range{}
	for _, b := range content.Blocks {
		name := b.Labels[0]
		if at, ok := first[name]; ok {
			r.errorf(b.LabelRanges[0], "Duplicate name", "There is a run %q at %s already. Rename one.", name, at)
		} else {
			first[name] = b.LabelRanges[0]
		}
		f.Runs = append(f.Runs, r.run(b))
	}
	schema.Sort(r.diags)
	return f, r.diags
}

func (r *reader) add(diags hcl.Diagnostics) { r.diags = append(r.diags, diags...) }

func (r *reader) errorf(at hcl.Range, summary, format string, args ...any) {
	r.diags = append(r.diags, schema.Diagnose(hcl.DiagError, at, summary, format, args...))
}

// run reads one run.
func (r *reader) run(b *hcl.Block) *Run {
	run := &Run{Name: b.Labels[0], Range: b.DefRange, Command: Plan, TimeoutAt: b.DefRange, content: r.content,
		names: r.names}
	if problem := badName(run.Name); problem != "" {
		r.errorf(b.LabelRanges[0], "Unsuitable name", "The name of a run %s.", problem)
	}
	body := syntaxBody(b)
	evaluator, diags := schema.NewEvaluator(body)
	r.add(diags)
	run.evaluator = evaluator
	content, diags := b.Body.Content(runSchema)
	r.add(completeBlock(diags, "run", "command, variables, expect_errors, target, only, mirror, timeout", "assert"))
	arguments := content.Attributes
	if a := arguments["command"]; a != nil {
		run.Command = r.choice(a, Plan, Rehearse)
	}
	if a := arguments["target"]; a != nil {
		run.Target = r.choice(a, targets...)
	}
	if a := arguments["variables"]; a != nil {
		run.Variables = r.variables(run, a)
	}
	r.rehearsal(run, arguments)
	if a := arguments["expect_errors"]; a != nil {
		run.Refused, run.errorsAt = true, a.Expr.Range()
		run.errors = r.expectations(run, a)
		r.refused(run, content)
	}
	for _, assert := range content.Blocks {
		arguments, diags := assert.Body.Content(assertSchema)
		r.add(completeBlock(diags, "assert", "condition, error_message", ""))
		if diags.HasErrors() {
			continue
		}
		a := assertion{arguments.Attributes["condition"].Expr, arguments.Attributes["error_message"].Expr}
		r.check(run, a)
		run.assertions = append(run.assertions, a)
	}
	run.evaluator.Refill()
	return run
}

// rehearsal reads the arguments that a rehearsal takes.
func (r *reader) rehearsal(run *Run, arguments hcl.Attributes) {
	for _, name := range []string{"only", "mirror", "timeout"} {
		if a := arguments[name]; a != nil && run.Command == Plan {
			r.errorf(a.NameRange, "Unsuitable argument", `%s is about a rehearsal, and this run holds none. Remove `+
				`it, or add command = "rehearse".`, name)
		}
	}
	if a := arguments["only"]; a != nil {
		for _, e := range r.texts(run, a, `the names of trials: ["failover"]`) {
			run.Only = append(run.Only, e.text)
		}
	}
	if a := arguments["mirror"]; a != nil {
		run.Mirror = r.text(a, `the name of a mirror, or "all"`)
	}
	if a := arguments["timeout"]; a != nil {
		run.TimeoutAt = a.Expr.Range()
		given := r.text(a, `a time such as "10m"`)
		timeout, ok := schema.ParseDuration(given)
		if given != "" && (!ok || timeout.Millis < 1000 || timeout.Millis > 86_400_000) {
			r.errorf(a.Expr.Range(), "Unsuitable value", `timeout must be a time from "1s" to "24h", such as "10m".`)
		}
		run.Timeout = timeout
	}
}

// refused holds that a run which expects errors expects nothing else.
func (r *reader) refused(run *Run, content *hcl.BodyContent) {
	if run.Command == Rehearse {
		r.errorf(content.Attributes["command"].Range, "Unsuitable argument",
			"A topology that is refused cannot be rehearsed. Remove command, or expect_errors.")
	}
	if len(content.Blocks) > 0 {
		r.errorf(content.Blocks[0].DefRange, "Unsuitable block", "A topology that is refused has no plan to look at. "+
			"Remove this block, or expect_errors; a run of its own can hold it.")
	}
}

// variables reads the values of a run's variables.
func (r *reader) variables(run *Run, a *hcl.Attribute) []schema.Setting {
	const form = "variables = { mirrors = 3 }"
	pairs, diags := hcl.ExprMap(a.Expr)
	if diags.HasErrors() {
		r.errorf(a.Expr.Range(), "Unsuitable value", "variables must be written out as NAME = VALUE pairs: %s", form)
		return nil
	}
	var list []schema.Setting
	first := map[string]hcl.Range{}
	for _, pair := range pairs {
		key, diags := pair.Key.Value(nil)
		if diags.HasErrors() || key.IsNull() || key.Type() != cty.String {
			r.errorf(pair.Key.Range(), "Unsuitable value", "This must be the name of a variable: %s", form)
			continue
		}
		name := key.AsString()
		if at, ok := first[name]; ok {
			r.errorf(pair.Key.Range(), "Duplicate name", "%s is given a value at %s already. Remove one.", name, at)
			continue
		}
		first[name] = pair.Key.Range()
		value, ok := r.constant(run, pair.Value)
		if ok {
			list = append(list, schema.Setting{Name: name, Known: value, At: pair.Value.Range()})
		}
	}
	return list
}

// constant evaluates an expression that may refer to nothing.
func (r *reader) constant(run *Run, expr hcl.Expression) (cty.Value, bool) {
	if traversals := expr.Variables(); len(traversals) > 0 {
		r.errorf(traversals[0].SourceRange(), "Unknown variable", "What is given to a run refers to nothing. Write "+
			"the value itself; text stands in quotes: %q.", traversals[0].RootName())
		return cty.NilVal, false
	}
	value, diags := run.evaluator.Value(expr, nil)
	r.add(diags)
	return value, !diags.HasErrors() && value.IsWhollyKnown()
}

// expectations reads the errors that a run expects.
func (r *reader) expectations(run *Run, a *hcl.Attribute) []expectation {
	const form = `texts of errors: ["Duplicate name"]`
	before := len(r.diags)
	list := r.texts(run, a, form)
	if len(list) == 0 && len(r.diags) == before {
		r.errorf(a.Expr.Range(), "Unsuitable value", "expect_errors must have %s. Remove it if none is expected.", form)
	}
	return list
}

// texts reads a list of texts, none of them empty.
func (r *reader) texts(run *Run, a *hcl.Attribute, what string) []expectation {
	exprs, diags := hcl.ExprList(a.Expr)
	if diags.HasErrors() {
		r.errorf(a.Expr.Range(), "Unsuitable value", "%s must be a list of %s.", a.Name, what)
		return nil
	}
	var list []expectation
	for _, expr := range exprs {
		value, ok := r.constant(run, expr)
		if !ok {
			continue
		}
		if value.IsNull() || value.Type() != cty.String || strings.TrimSpace(value.AsString()) == "" {
			r.errorf(expr.Range(), "Unsuitable value", "%s must be a list of %s.", a.Name, what)
			continue
		}
		list = append(list, expectation{value.AsString(), expr.Range()})
	}
	return list
}

// text reads a text that is written out and not empty.
func (r *reader) text(a *hcl.Attribute, what string) string {
	value, diags := a.Expr.Value(nil)
	if !diags.HasErrors() && !value.IsNull() && value.Type() == cty.String && value.IsKnown() &&
		strings.TrimSpace(value.AsString()) != "" {
		return value.AsString()
	}
	r.errorf(a.Expr.Range(), "Unsuitable value", "%s must be %s.", a.Name, what)
	return ""
}

// choice reads one of some words; the first where it is none of them.
func (r *reader) choice(a *hcl.Attribute, words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	what := strings.Join(quoted, " or ")
	before := len(r.diags)
	given := r.text(a, what)
	if len(r.diags) > before {
		return words[0]
	}
	if !slices.Contains(words, given) {
		r.errorf(a.Expr.Range(), "Unsuitable value", "%s must be %s.%s", a.Name, what, schema.DidYouMean(given, words))
		return words[0]
	}
	return given
}

// check evaluates an assertion with documents in which nothing is known but the names.
func (r *reader) check(run *Run, a assertion) {
	before := len(r.diags)
	r.references(run, a.condition)
	r.references(run, a.message)
	if len(r.diags) > before {
		return
	}
	if len(a.condition.Variables()) == 0 {
		r.errorf(a.condition.Range(), "Constant condition", "This condition refers to nothing, so that it always has "+
			"the same value. Refer to plan%s.", map[string]string{Rehearse: " or rehearsal"}[run.Command])
		return
	}
	condition := r.try(run, a.condition)
	if condition != cty.NilVal && condition.Type() != cty.DynamicPseudoType && condition.Type() != cty.Bool {
		r.errorf(a.condition.Range(), "Unsuitable value type", "condition must be true or false, and this is %s. "+
			"Compare it with what it must be.", described(condition.Type()))
	}
	message := r.try(run, a.message)
	if message == cty.NilVal || !message.IsKnown() && message.Type() == cty.DynamicPseudoType {
		return
	}
	text, err := convert.Convert(message, cty.String)
	if err != nil || text.IsNull() || text.IsKnown() && strings.TrimSpace(text.AsString()) == "" {
		r.errorf(a.message.Range(), "Unsuitable value", "error_message must be the sentence that a person reads where "+
			"the condition is false, such as \"The gap is too long.\"")
	}
}

// try evaluates an expression with the samples. It keeps the errors that every document would
// bring; the value is [cty.NilVal] where there was any.
func (r *reader) try(run *Run, expr hcl.Expression) cty.Value {
	value, diags := run.evaluator.Value(expr, r.sample)
	for _, diag := range diags {
		switch diag.Summary {
		case "Unsupported attribute":
			completeAttribute(diag, r.names)
			r.diags = append(r.diags, diag)
		case "Invalid operand":
			completeValue(diag, r.names)
			r.diags = append(r.diags, diag)
		case "Call to unknown function":
			completeFunction(diag)
			r.diags = append(r.diags, diag)
		case "Not enough function arguments", "Too many function arguments",
			"Too much to compute", "Value too large", "Number out of range", "Unknown functions":
			r.diags = append(r.diags, diag)
		}
	}
	if diags.HasErrors() {
		return cty.NilVal
	}
	return value
}
