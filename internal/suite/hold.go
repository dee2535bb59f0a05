package suite

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"mirrorgen/schema"
)

// Hold holds the assertions of a run against documents. inputs are the values of the
// topology's variables, those that are not sensitive. A diagnostic is about an assertion that
// failed, see [IsFailure], or one that could not be held.
func (r *Run) Hold(documents Documents, inputs []schema.Input) hcl.Diagnostics {
	variables := map[string]cty.Value{"plan": document(documents.Plan)}
	if documents.Rehearsal != nil {
		variables["rehearsal"] = document(documents.Rehearsal)
	}
	values := map[string]cty.Value{}
	for _, input := range inputs {
		values[input.Name] = input.Value
	}
	variables["var"] = cty.ObjectVal(values)
	var diags hcl.Diagnostics
	for _, a := range r.assertions {
		diags = append(diags, r.hold(a, variables)...)
	}
	return diags
}

// hold holds one assertion.
func (r *Run) hold(a assertion, variables map[string]cty.Value) hcl.Diagnostics {
	condition, diags := r.evaluator.Value(a.condition, variables)
	for _, diag := range diags {
		completeValue(diag, r.names)
		diag.Expression, diag.EvalContext = nil, nil // the text has what there is to say
	}
	if diags.HasErrors() {
		return diags
	}
	condition, _ = condition.Unmark()
	if !condition.IsKnown() || condition.IsNull() || condition.Type() != cty.Bool {
		is, _ := rendered(condition)
		return hcl.Diagnostics{schema.Diagnose(hcl.DiagError, a.condition.Range(), "Unsuitable value type",
			"condition must be true or false, and this is %s. Compare it with what it must be.", is)}
	}
	if condition.True() {
		return nil
	}
	values := r.values(a.condition, variables)
	return hcl.Diagnostics{failed(a.condition.Range(), "Assertion failed",
		r.message(a, variables)+listed(values)+r.lookalike(a.condition, variables), values)}
}

// message is the sentence that a failed assertion gets.
func (r *Run) message(a assertion, variables map[string]cty.Value) string {
	const none = "The condition is false; its error_message has no value here."
	value, diags := r.evaluator.Value(a.message, variables)
	if diags.HasErrors() || !value.IsKnown() {
		return none
	}
	value, _ = value.Unmark()
	text, err := convert.Convert(value, cty.String)
	if err != nil || text.IsNull() || strings.TrimSpace(text.AsString()) == "" {
		return none
	}
	return strings.TrimSpace(text.AsString())
}

// listed is values below a sentence.
func listed(values []Value) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "\n  %s is %s", v.Expression, v.Value)
	}
	return b.String()
}

// Compare holds the errors of a topology against those that a run expects. The diagnostics
// are failures all.
func (r *Run) Compare(found hcl.Diagnostics) hcl.Diagnostics {
	var texts []string
	for _, diag := range found {
		if diag.Severity == hcl.DiagError {
			texts = append(texts, plain(diag.Summary+": "+diag.Detail))
		}
	}
	var diags hcl.Diagnostics
	expected := make([]bool, len(texts))
	for _, e := range r.errors {
		met := false
		for i, text := range texts {
			if strings.Contains(text, plain(e.text)) {
				met, expected[i] = true, true
			}
		}
		if !met {
			diags = append(diags, failed(e.at, "Expected error missing", missing(e.text, texts), nil))
		}
	}
	for i, text := range texts {
		if !expected[i] {
			diags = append(diags, failed(r.errorsAt, "Unexpected error", "The topology has an error that is not "+
				"expected: "+shortened(text, mostErrorText), nil))
		}
	}
	return diags
}

// What is shown of errors: so many bytes of each, so many of them.
const (
	mostErrorText = 400
	mostErrors    = 10
)

// missing says that no error has a text, and which there are.
func missing(text string, found []string) string {
	if len(found) == 0 {
		return fmt.Sprintf("No error says %q: the topology has none, and is accepted.", text)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "No error says %q. The topology has:", text)
	for i, other := range found {
		if i == mostErrors {
			fmt.Fprintf(&b, "\n  and %d more", len(found)-i)
			break
		}
		b.WriteString("\n  " + shortened(other, mostErrorText))
	}
	return b.String()
}

// plain is a text on one line, with single blanks.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }
