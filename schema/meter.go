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
	budget     = 1_500_000 // elements made, and parts evaluated: about a second
	turn       = 3         // of a loop, beside what it makes
	argElement = 2         // for each element of a function's argument, which cty walks three times
	comparison = 8         // for each element that is compared
	bytesAUnit = 16        // of text, for one element
	mostWeight = 250_000   // elements of one value, each counted where it is used
	mostDeep   = 500       // calls of the topology's own functions within one another
	pairsAUnit = 64        // of elements that cty compares with one another to find their common type
)

const outOfRange = "A number here is too large or too small to be meant. Write the number that it stands for."

// A meter counts the work of one topology's expressions.
type meter struct {
	used     int
	depth    int
	full     *hcl.Diagnostic // why it is used up, and where; nil until then
	reported bool
}

// exceed stops all further evaluation.
func (m *meter) exceed(at hcl.Range, summary, detail string) {
	if m.full == nil {
		m.full = &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}
	}
}

// charge counts a value and what it cost to make.
func (m *meter) charge(v cty.Value, cost, factor int, at hcl.Range) {
	if m.full != nil {
		return
	}
	weight, ok := weigh(v, mostWeight)
	switch {
	case !ok:
		m.exceed(at, "Number out of range", outOfRange)
	case weight > mostWeight:
		m.exceed(at, "Value too large",
			"A value of more than 250,000 elements, or 4 MB of text, is made here. A lab is described by far "+
				"less; make it smaller.")
	default:
		if m.used += cost + factor*weight; m.used > budget {
			m.exceed(at, "Too much to compute",
				"The expressions of this topology make more than a million elements, and that is used up here. "+
					"Compute shared values once in a locals block, and look elements up with map[key].")
		}
	}
}

// value evaluates a whole expression.
func (m *meter) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if m.full == nil {
		v, diags := expr.Value(ctx)
		if _, ok := weigh(v, mostWeight); !ok {
			return cty.DynamicVal,
				hcl.Diagnostics{Diagnose(hcl.DiagError, expr.Range(), "Number out of range", outOfRange)}
		}
		if !diags.HasErrors() {
			m.charge(v, 1, 1, expr.Range())
		}
		if m.full == nil {
			return v, diags
		}
	}
	if m.reported {
		return cty.DynamicVal, nil
	}
	m.reported = true
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
	m      *meter
	cost   int  // of the evaluation itself
	factor int  // for each element
	list   bool // a function wants a list or a set here
}

// UnwrapExpression lets HCL look at the part as it is written, as it does where a
// type or a list of names is meant.
func (e *metered) UnwrapExpression() hcl.Expression { return e.Expression }

func (e *metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.m.full == nil && e.m.depth > mostDeep {
		e.m.exceed(e.Range(), "Functions too deep",
			"More than 500 calls are nested here. A function of the topology must not call itself.")
	}
	if e.m.full != nil {
		return cty.DynamicVal, nil // reported once, by value
	}
	e.m.depth++
	v, diags := e.Expression.Value(ctx)
	e.m.depth--
	if !diags.HasErrors() {
		e.m.charge(v, e.cost, e.factor, e.Range())
		if e.list {
			v = e.m.asList(v, e.Range())
		}
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
	case *hclsyntax.Block:
		if result := e.Body.Attributes["result"]; result != nil && e.Type == "function" {
			m.wrapAny(&result.Expr, metered{cost: 1, factor: 1})
		}
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.Number && !finite(e.Val) {
			e.Val = cty.DynamicVal
			return hcl.Diagnostics{Diagnose(hcl.DiagError, e.SrcRange, "Number out of range", outOfRange)}
		}
	case *hclsyntax.TemplateExpr:
		for i := range e.Parts {
			m.wrap(&e.Parts[i])
		}
	case *hclsyntax.TemplateJoinExpr:
		m.wrap(&e.Tuple)
	case *hclsyntax.ForExpr:
		m.wrap(&e.KeyExpr)
		m.wrapAny(&e.ValExpr, metered{cost: turn, factor: 1})
		m.wrapAny(&e.CondExpr, metered{cost: turn, factor: 1})
	case *hclsyntax.FunctionCallExpr:
		lists := wantsLists(e.Name)
		for i := range e.Args {
			m.wrapAny(&e.Args[i], metered{cost: 1, factor: argElement, list: lists})
		}
	case *hclsyntax.BinaryOpExpr:
		m.compared(&e.LHS, &e.RHS)
	case *hclsyntax.ConditionalExpr:
		m.compared(&e.TrueResult, &e.FalseResult)
	case *hclsyntax.SplatExpr:
		m.wrapAny(&e.Source, metered{cost: 1, factor: argElement})
	case *hclsyntax.IndexExpr:
		m.wrap(&e.Key)
	}
	return nil
}

// wrap replaces an expression by its metered self. Literals cost nothing.
func (m *meter) wrap(expr *hclsyntax.Expression) {
	if _, ok := (*expr).(*hclsyntax.LiteralValueExpr); !ok {
		m.wrapAny(expr, metered{cost: 1, factor: 1})
	}
}

// compared wraps two expressions whose values, or their types, are held against
// each other element by element.
func (m *meter) compared(a, b *hclsyntax.Expression) {
	for _, expr := range []*hclsyntax.Expression{a, b} {
		if _, ok := (*expr).(*hclsyntax.LiteralValueExpr); !ok {
			m.wrapAny(expr, metered{cost: 1, factor: comparison})
		}
	}
}

// wrapAny replaces an expression whose evaluation has a cost of its own, even
// where its value has none.
func (m *meter) wrapAny(expr *hclsyntax.Expression, as metered) {
	switch (*expr).(type) {
	case nil, *metered:
		return
	}
	as.ParenthesesExpr = &hclsyntax.ParenthesesExpr{Expression: *expr, SrcRange: (*expr).Range()}
	as.m = m
	*expr = &as
}

// wantsLists reports whether a function turns the tuples that it is given into
// lists or sets.
func wantsLists(name string) bool {
	f, ok := functions()[name]
	if !ok {
		return false
	}
	if name == "tolist" || name == "toset" {
		return true
	}
	params := f.Params()
	if f.VarParam() != nil {
		params = append(params, *f.VarParam())
	}
	for _, p := range params {
		if p.Type.IsListType() || p.Type.IsSetType() {
			return true
		}
	}
	return false
}

// asList makes a list of a tuple whose elements have one type. cty would compare
// each element's type with each: 16,000 elements take it two seconds.
func (m *meter) asList(v cty.Value, at hcl.Range) cty.Value {
	if !v.Type().IsTupleType() || !v.IsKnown() || v.IsNull() || v.IsMarked() {
		return v
	}
	types := v.Type().TupleElementTypes()
	for _, t := range types {
		if t != types[0] && !t.Equals(types[0]) || t == cty.DynamicPseudoType {
			m.charge(cty.True, len(types)*len(types)/pairsAUnit, 1, at)
			return v
		}
	}
	if len(types) == 0 {
		return v
	}
	return cty.ListVal(v.AsValueSlice())
}
