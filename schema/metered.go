package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// metered is a part of an expression whose values are counted. It looks like
// the part in parentheses.
type metered struct {
	*hclsyntax.ParenthesesExpr
	m       *meter
	cost    int   // of the evaluation itself
	factor  int   // for each element
	call    *call // the function that the value is an argument of, nil for none
	index   int   // of the argument
	operand bool  // of arithmetic, where a text is read as a number
	unifies bool  // its elements, or their types, are made one type with others
}

// UnwrapExpression lets HCL look at the part as it is written, as it does where a
// type or a list of names is meant.
func (e *metered) UnwrapExpression() hcl.Expression { return e.Expression }

func (e *metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if e.m.full == nil && e.m.depth > maxCallDepth {
		e.m.exceed(e.Range(), "Functions too deep",
			"More than 500 calls are nested here. A function of the topology must not call itself.")
	}
	if e.m.full != nil {
		return cty.DynamicVal, nil // reported once, by value
	}
	var earlier []cty.Value
	if e.call != nil {
		earlier = e.call.begin(e.index)
	}
	e.m.depth++
	v, diags := e.Expression.Value(ctx)
	e.m.depth--
	if !diags.HasErrors() {
		e.m.charge(v, e.cost, e.factor, e.Range())
		if e.m.full == nil {
			v = e.prepare(v, earlier)
		}
	}
	if e.m.full != nil {
		return cty.DynamicVal, nil
	}
	return v, diags
}

// prepare charges for what is done with the value next.
func (e *metered) prepare(v cty.Value, earlier []cty.Value) cty.Value {
	if e.operand && !readable(v) {
		e.m.exceed(e.Range(), "Number out of range", outOfRange)
	}
	if e.unifies {
		e.m.spend(unification(v.Type()), e.Range())
	}
	if e.call != nil {
		e.call.chargeSet(e.m, v, e.Range())
		if e.call.lists && e.m.full == nil {
			v = e.m.asList(v, e.Range())
		}
		e.call.end(e.m, e.index, v, earlier)
	}
	return v
}

// A call is a call of a function in the topology's text. Its arguments are evaluated one
// after the other; with the last, the call is charged.
type call struct {
	name   string
	args   []cty.Value
	expand bool // the last argument is a list of arguments
	lists  bool // the function takes lists or sets
	sets   bool // the function takes sets
	at     hcl.Range
}

// begin returns the arguments before that of an index: the evaluation of this one may make
// the same call, in a function that calls itself.
func (c *call) begin(index int) []cty.Value {
	c.args[index] = cty.DynamicVal
	return append([]cty.Value(nil), c.args[:index]...)
}

// chargeSet charges for an argument that is a set, or that HCL makes a set of before it
// evaluates the next.
func (c *call) chargeSet(m *meter, v cty.Value, at hcl.Range) {
	v, _ = v.Unmark()
	if c.sets {
		m.spend(setWork(v), at)
	}
	isSet := v.Type().IsSetType() || c.sets && c.name != "toset"
	if isSet && v.IsKnown() && !v.IsNull() && v.CanIterateElements() {
		m.spend(multiply(setCallFactor, setWeight(v.LengthInt())), at)
	}
}

// end notes an argument. With the last, it charges the call.
func (c *call) end(m *meter, index int, v cty.Value, earlier []cty.Value) {
	copy(c.args, earlier)
	c.args[index] = v
	if index < len(c.args)-1 || m.full != nil {
		return
	}
	args := c.args
	if c.expand {
		args = expanded(args)
	}
	b := callBill(c.name, args)
	switch {
	case b.problem != "":
		m.exceed(c.at, "Unsuitable argument", b.problem)
	case b.makes > maxWeight:
		m.exceed(c.at, "Value too large",
			"The call of "+c.name+" makes a value of more than 250,000 elements, or 4 MB of text. A lab is "+
				"described by "+
				"far less; make its arguments smaller.")
	default:
		m.spend(add(callCost, add(b.work, b.makes)), c.at)
	}
}

// expanded puts the elements of the last argument in its place.
func expanded(args []cty.Value) []cty.Value {
	last, _ := args[len(args)-1].Unmark()
	if !last.IsKnown() || last.IsNull() || !last.CanIterateElements() {
		return args
	}
	list := append([]cty.Value(nil), args[:len(args)-1]...)
	for it := last.ElementIterator(); it.Next(); {
		_, element := it.Element()
		list = append(list, element)
	}
	return list
}

// readable reports whether a value that is read as a number is one in range.
func readable(v cty.Value) bool {
	v, _ = v.Unmark()
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return true
	}
	if len(v.AsString()) > maxDigits {
		return false
	}
	n, err := cty.ParseNumberVal(v.AsString())
	return err != nil || finite(n) // what is no number is HCL's to report
}

// instrument makes the meter see every expression of a body. It reports numbers
// that are out of range.
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
		if e.Val.Type() == cty.Number && !e.Val.IsNull() && !finite(e.Val) {
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
		m.wrapAny(&e.ValExpr, metered{cost: turnCost, factor: 1})
		m.wrapAny(&e.CondExpr, metered{cost: turnCost, factor: 1})
	case *hclsyntax.FunctionCallExpr:
		m.wrapCall(e)
	case *hclsyntax.UnaryOpExpr:
		m.compared(metered{operand: true}, &e.Val)
	case *hclsyntax.BinaryOpExpr:
		m.compared(metered{operand: e.Op != hclsyntax.OpEqual && e.Op != hclsyntax.OpNotEqual}, &e.LHS, &e.RHS)
	case *hclsyntax.ConditionalExpr:
		m.compared(metered{unifies: true}, &e.TrueResult, &e.FalseResult)
	case *hclsyntax.SplatExpr:
		m.wrapAny(&e.Source, metered{cost: 1, factor: argumentFactor})
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

// compared wraps expressions whose values, or their types, are held against
// each other element by element.
func (m *meter) compared(as metered, exprs ...*hclsyntax.Expression) {
	as.cost, as.factor = 1, comparisonFactor
	for _, expr := range exprs {
		if _, ok := (*expr).(*hclsyntax.LiteralValueExpr); !ok {
			m.wrapAny(expr, as)
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

// maxUnknownCalls is how many calls of functions that do not exist are evaluated: HCL looks
// for a similar name for each.
const maxUnknownCalls = 100

// typeConstructors look like functions in the type of a variable.
var typeConstructors = map[string]bool{
	"list": true, "set": true, "map": true, "object": true, "tuple": true, "optional": true,
}

// wrapCall wraps the arguments of a function.
func (m *meter) wrapCall(e *hclsyntax.FunctionCallExpr) {
	if _, ok := functions()[e.Name]; !ok && !typeConstructors[e.Name] {
		if m.unknown++; m.unknown > maxUnknownCalls && !m.own[e.Name] {
			m.exceed(e.NameRange, "Unknown functions", "More than 100 calls here are of functions that do not exist. "+
				"Correct the names; docs/language.md lists the functions.")
		}
	}
	c := &call{name: e.Name, args: make([]cty.Value, len(e.Args)), expand: e.ExpandFinal, at: e.Range()}
	c.lists, c.sets = sequences(e.Name)
	for i := range e.Args {
		m.wrapAny(&e.Args[i], metered{cost: 1, factor: argumentFactor, call: c, index: i})
	}
}

// sequences reports whether a function turns the tuples that it is given into lists or
// sets, and whether into sets.
func sequences(name string) (lists, sets bool) {
	f, ok := functions()[name]
	if !ok || name == "tolist" || name == "toset" {
		return ok, name == "toset"
	}
	params := f.Params()
	if f.VarParam() != nil {
		params = append(params, *f.VarParam())
	}
	for _, p := range params {
		lists = lists || p.Type.IsListType() || p.Type.IsSetType()
		sets = sets || p.Type.IsSetType()
	}
	return lists, sets || name == "setproduct"
}

// asList makes a list of a tuple whose elements have one type, and charges for what cty
// does with any other: it compares the types of all elements with one another.
func (m *meter) asList(v cty.Value, at hcl.Range) cty.Value {
	if !v.Type().IsTupleType() || !v.IsKnown() || v.IsNull() || v.IsMarked() {
		return v
	}
	if !uniform(v.Type()) || v.LengthInt() == 0 {
		m.spend(unification(v.Type()), at)
		return v
	}
	return cty.ListVal(v.AsValueSlice())
}

// uniform reports whether all elements of a tuple or object have one known type.
func uniform(t cty.Type) bool {
	var first cty.Type
	for _, element := range elementTypes(t) {
		if first == cty.NilType {
			first = element
		}
		if element.HasDynamicTypes() || !element.Equals(first) {
			return false
		}
	}
	return true
}

// elementTypes are the types of a tuple's elements or an object's attributes.
func elementTypes(t cty.Type) []cty.Type {
	switch {
	case t.IsTupleType():
		return t.TupleElementTypes()
	case t.IsObjectType():
		types := make([]cty.Type, 0, len(t.AttributeTypes()))
		for _, attribute := range t.AttributeTypes() {
			types = append(types, attribute)
		}
		return types
	}
	return nil
}

// pairsPerElement is how many parts of types cty compares in the time of one element.
const pairsPerElement = 32

// unification bounds the work of making one type of all that is in a tuple or an object, as
// cty does where it makes a list or a map of it.
func unification(t cty.Type) int {
	if t.IsCollectionType() {
		return unification(t.ElementType())
	}
	elements := elementTypes(t)
	if len(elements) == 0 {
		return 0
	}
	if uniform(t) {
		return add(len(elements)/pairsPerElement, unification(elements[0]))
	}
	parts, inside := 0, 0
	for _, element := range elements {
		parts = add(parts, typeParts(element))
		inside = add(inside, unification(element))
	}
	return add(multiply(len(elements), parts)/pairsPerElement, inside)
}

// typeParts counts the types that a type is made of.
func typeParts(t cty.Type) int {
	if t.IsCollectionType() {
		return 1 + typeParts(t.ElementType())
	}
	n := 1
	for _, element := range elementTypes(t) {
		n = add(n, typeParts(element))
	}
	return n
}
