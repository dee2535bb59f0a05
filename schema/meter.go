package schema

import (
	"math/bits"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A few lines of HCL can ask for more work than there is time or memory: loops in
// loops, texts that double. The meter charges every loop, template, call and operator to
// the topology's budget, a call of a function before it is made (costs.go), and stops the
// evaluation when the budget is used up. It counts deterministically, so a topology is
// accepted everywhere or nowhere.
const (
	budget           = 1_500_000 // elements made, and parts evaluated: about a second
	turnCost         = 3         // of a loop, beside what it makes
	callCost         = 4         // of a function, beside what its arguments and its work cost
	argumentFactor   = 2         // for each element of a function's argument, which cty walks three times
	comparisonFactor = 8         // for each element that is compared
	bytesPerElement  = 16        // of text that cost as much as one element
	maxWeight        = 250_000   // elements of one value, each counted where it is used
	maxCallDepth     = 500       // calls of the topology's own functions within one another
)

const outOfRange = "A number here is too large or too small to be meant. Write the number that it stands for."

// A meter counts the work of one topology's expressions.
type meter struct {
	used     int
	depth    int
	full     *hcl.Diagnostic // why the budget is used up, and where; nil until then
	reported bool            // full has been returned by value
	own      map[string]bool // functions that the topology defines
	unknown  int             // calls of functions that do not exist
}

// exceed stops all further evaluation.
func (m *meter) exceed(at hcl.Range, summary, detail string) {
	if m.full == nil {
		m.full = &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}
	}
}

// spend charges the budget.
func (m *meter) spend(cost int, at hcl.Range) {
	if m.used = add(m.used, cost); m.used > budget {
		m.exceed(at, "Too much to compute",
			"The expressions of this topology make more than a million elements, and that is used up here. "+
				"Compute shared values once in a locals block, and look elements up with map[key].")
	}
}

// charge counts a value and what it cost to make.
func (m *meter) charge(v cty.Value, cost, factor int, at hcl.Range) {
	if m.full != nil {
		return
	}
	weight, ok := weigh(v, maxWeight)
	switch {
	case !ok:
		m.exceed(at, "Number out of range", outOfRange)
	case weight > maxWeight:
		m.exceed(at, "Value too large",
			"A value of more than 250,000 elements, or 4 MB of text, is made here. A lab is described by far "+
				"less; make it smaller.")
	default:
		m.spend(cost+factor*weight, at)
	}
}

// value evaluates a whole expression.
func (m *meter) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if m.full == nil {
		v, diags := expr.Value(ctx)
		if _, ok := weigh(v, maxWeight); !ok {
			return cty.DynamicVal, hcl.Diagnostics{
				Diagnose(hcl.DiagError, expr.Range(), "Number out of range", outOfRange),
			}
		}
		if !diags.HasErrors() {
			m.charge(v, 1, 1, expr.Range())
		}
		if m.full == nil {
			return v, diags
		}
	}
	return cty.DynamicVal, m.once()
}

// once returns why the budget is used up, the first time that it is called.
func (m *meter) once() hcl.Diagnostics {
	if m.full == nil || m.reported {
		return nil
	}
	m.reported = true
	return hcl.Diagnostics{m.full}
}

// weigh counts the elements of a value, a shared one each time it is met, and what text
// and digits there are beside. It stops counting above most. ok is false where a number is
// out of range.
func weigh(v cty.Value, most int) (weight int, ok bool) {
	ok = true
	var visit func(v cty.Value)
	visit = func(v cty.Value) {
		v, _ = v.Unmark()
		if weight++; weight > most {
			return
		}
		if !v.IsKnown() || v.IsNull() {
			weight += typeParts(v.Type()) - 1 // cty compares types all the same
			return
		}
		switch t := v.Type(); {
		case t == cty.String:
			weight += len(v.AsString()) / bytesPerElement
		case t == cty.Number:
			if !finite(v) {
				ok = false
				return
			}
			weight += digits(v) / bytesPerElement
		case t.IsCollectionType() && v.LengthInt() == 0:
			weight += typeParts(t) - 1
		case t.IsSetType() && add(weight, setWeight(v.LengthInt())) > most:
			weight = most + 1 // before its elements are sorted
		case t.IsCollectionType() || t.IsTupleType() || t.IsObjectType():
			if t.IsSetType() {
				weight += setWeight(v.LengthInt()) - v.LengthInt()
			}
			for it := v.ElementIterator(); it.Next() && weight <= most; {
				_, element := it.Element()
				visit(element)
			}
		}
	}
	visit(v)
	return weight, ok
}

// weightOf is weigh without a number's range, for what is charged before it is done.
func weightOf(v cty.Value) int {
	weight, _ := weigh(v, maxWeight)
	return weight
}

// setWeight is the weight of a set beside what its elements hold: cty sorts them whenever it
// goes through them.
func setWeight(n int) int { return n + n*bits.Len(uint(n))/2 }

// digits is about how many decimal digits a finite number takes when it is written out.
func digits(v cty.Value) int {
	n := v.AsBigFloat()
	exponent := n.MantExp(nil)
	if exponent < 0 {
		exponent = -exponent
	}
	return (exponent + int(n.MinPrec())) * 3 / 10
}

// maxCost is where sums and products of costs stop; it is far above every budget.
const maxCost = 1 << 40

// add and multiply are the operators without overflow, for numbers that are not negative.
func add(a, b int) int { return min(a+b, maxCost) }

func multiply(a, b int) int {
	if a > 0 && b > maxCost/a {
		return maxCost
	}
	return a * b
}
