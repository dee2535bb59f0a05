package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A few lines of HCL can ask for more work than there is time or memory: loops
// in loops, texts that double. The meter counts what every loop, template, call
// and operator makes, and stops the evaluation when a topology has used up its
// budget. It counts deterministically, so a topology is accepted everywhere or
// nowhere.
const (
	budget     = 5_000_000 // elements made, and parts evaluated: about a second
	bytesAUnit = 16        // of text, for one element
	mostWeight = 1_000_000 // elements of one value, each counted where it is used
	mostDeep   = 500       // calls of the topology's own functions within one another
)

const outOfRange = "A number here is too large or too small to be meant. Write the number that it stands for."

// A meter counts the work of one topology's expressions.
type meter struct {
	used  int
	depth int
	full  *hcl.Diagnostic // why it is used up, and where; nil until then
	told  bool
}

// exceed stops all further evaluation.
func (m *meter) exceed(at hcl.Range, summary, detail string) {
	if m.full == nil {
		m.full = &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}
	}
}

// charge counts a value.
func (m *meter) charge(v cty.Value, at hcl.Range) {
	if m.full != nil {
		return
	}
	weight, ok := weigh(v, mostWeight)
	switch {
	case !ok:
		m.exceed(at, "Number out of range", outOfRange)
	case weight > mostWeight:
		m.exceed(at, "Value too large", "A value of more than a million elements is made here. A lab is described by far less; make smaller lists, or lists once in a locals block.")
	default:
		if m.used += 1 + weight; m.used > budget {
			m.exceed(at, "Too much to compute", "The expressions of this topology make more than five million elements, and that is used up here. Compute shared values once in a locals block, and look elements up with map[key].")
		}
	}
}

// value evaluates a whole expression.
func (m *meter) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if m.full == nil {
		v, diags := expr.Value(ctx)
		if _, ok := weigh(v, mostWeight); !ok {
			return cty.DynamicVal, hcl.Diagnostics{Diagnose(hcl.DiagError, expr.Range(), "Number out of range", outOfRange)}
		}
		if !diags.HasErrors() {
			m.charge(v, expr.Range())
		}
		if m.full == nil {
			return v, diags
		}
	}
	if m.told {
		return cty.DynamicVal, nil
	}
	m.told = true
	return cty.DynamicVal, hcl.Diagnostics{m.full}
}

// weigh counts the elements of a value, a shared one each time it is met. It
// stops counting above most. ok is false where a number is beyond any use.
func weigh(v cty.Value, most int) (weight int, ok bool) {
	ok = true
	var visit func(v cty.Value)
	visit = func(v cty.Value) {
		v, _ = v.Unmark()
		if weight++; weight > most || !v.IsKnown() || v.IsNull() {
			return
		}
		switch t := v.Type(); {
		case t == cty.String:
			weight += len(v.AsString()) / bytesAUnit
		case t == cty.Number:
			ok = ok && finite(v)
		case t.IsCollectionType() || t.IsTupleType() || t.IsObjectType():
			for it := v.ElementIterator(); it.Next() && weight <= most; {
				_, element := it.Element()
				visit(element)
			}
		}
	}
	visit(v)
	return weight, ok
}

// metered is a part of an expression whose values are counted. It looks like
// the part in parentheses.
type metered struct {
	*hclsyntax.ParenthesesExpr
	m *meter
}

func (e *metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.m.full == nil && e.m.depth > mostDeep {
		e.m.exceed(e.Range(), "Functions too deep", "More than 500 calls are nested here. A function of the topology must not call itself.")
	}
	if e.m.full != nil {
		return cty.DynamicVal, nil // told once, by value
	}
	e.m.depth++
	v, diags := e.Expression.Value(ctx)
	e.m.depth--
	if !diags.HasErrors() {
		e.m.charge(v, e.Range())
	}
	if e.m.full != nil {
		return cty.DynamicVal, nil
	}
	return v, diags
}

// instrument makes the meter see every expression of a body. It reports numbers
// that are too large to be computed with.
func (m *meter) instrument(body *hclsyntax.Body) hcl.Diagnostics {
	return hclsyntax.VisitAll(body, m.visit)
}

func (m *meter) instrumentExpression(expr hclsyntax.Expression) { hclsyntax.VisitAll(expr, m.visit) }

func (m *meter) visit(node hclsyntax.Node) hcl.Diagnostics {
	switch e := node.(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.Number && !finite(e.Val) {
			e.Val = cty.DynamicVal
			return hcl.Diagnostics{Diagnose(hcl.DiagError, e.SrcRange, "Number out of range", outOfRange)}
		}
	case *hclsyntax.TemplateExpr:
		m.all(e.Parts)
	case *hclsyntax.TemplateJoinExpr:
		m.wrap(&e.Tuple)
	case *hclsyntax.ForExpr:
		m.wrap(&e.KeyExpr)
		m.wrap(&e.ValExpr)
		m.wrap(&e.CondExpr)
	case *hclsyntax.FunctionCallExpr:
		m.all(e.Args)
	case *hclsyntax.BinaryOpExpr:
		m.wrap(&e.LHS)
		m.wrap(&e.RHS)
	case *hclsyntax.ConditionalExpr:
		m.wrap(&e.TrueResult)
		m.wrap(&e.FalseResult)
	case *hclsyntax.SplatExpr:
		m.wrap(&e.Source)
	case *hclsyntax.IndexExpr:
		m.wrap(&e.Key)
	}
	return nil
}

func (m *meter) all(exprs []hclsyntax.Expression) {
	for i := range exprs {
		m.wrap(&exprs[i])
	}
}

// wrap replaces an expression by its metered self. Literals cost nothing.
func (m *meter) wrap(expr *hclsyntax.Expression) {
	switch (*expr).(type) {
	case nil, *metered, *hclsyntax.LiteralValueExpr:
		return
	}
	*expr = &metered{&hclsyntax.ParenthesesExpr{Expression: *expr, SrcRange: (*expr).Range()}, m}
}
