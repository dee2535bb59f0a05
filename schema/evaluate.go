package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// An Evaluator evaluates expressions that stand beside topologies, in their tests, with the
// functions of the language. What they cost together is bounded as it is for the expressions
// of a topology, deterministically.
type Evaluator struct{ meter *meter }

// NewEvaluator returns the evaluator of all expressions in a body, and of no others. The
// diagnostics are about numbers that are out of range.
func NewEvaluator(body *hclsyntax.Body) (*Evaluator, hcl.Diagnostics) {
	e := &Evaluator{&meter{}}
	return e, e.meter.instrument(body)
}

// Refill gives back what has been used of the budget, unless all was.
func (e *Evaluator) Refill() { e.meter.used = 0 }

// Value evaluates an expression of the body, or a part of one, that may refer to variables.
// That the budget is used up is reported once; from then on every value is unknown.
func (e *Evaluator) Value(expr hcl.Expression, variables map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	v, diags := e.meter.value(expr, &hcl.EvalContext{Functions: functions(), Variables: variables})
	for _, diag := range diags {
		if diag.Summary == "Too much to compute" {
			diag.Detail = "The expressions of this block make more than a million elements, and that is used up " +
				"here. Look elements up with map[key] instead of comparing all with all, or make several blocks."
		}
	}
	return v, completeExpression(diags)
}
