package suite

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// What is shown of a condition: so many of its parts, so many bytes of each and of its value.
const (
	mostValues     = 8
	mostExpression = 100
	mostValue      = 160
)

// values are what the parts of a condition have come to, from left to right: the operands of
// its operators and the arguments of its functions. Loops are parts as a whole.
func (r *Run) values(condition hcl.Expression, variables map[string]cty.Value) []Value {
	var list []Value
	seen := map[string]bool{}
	visit(condition, false, func(expr hcl.Expression, argument bool) {
		text := plain(string(expr.Range().SliceBytes(r.content)))
		if seen[text] || len(list) == mostValues {
			return
		}
		seen[text] = true
		value, diags := r.evaluator.Value(expr, variables)
		if diags.HasErrors() || !value.IsKnown() {
			return
		}
		shown, whole := rendered(value)
		if whole || !argument {
			list = append(list, Value{shortened(text, mostExpression), shown})
		}
	})
	return list
}

// visit finds the parts of an expression that have a value worth to be shown: those that refer
// to something. part is told which are arguments of a function.
func visit(expr hcl.Expression, argument bool, part func(expr hcl.Expression, argument bool)) {
	if len(expr.Variables()) == 0 {
		return
	}
	switch e := hcl.UnwrapExpression(expr).(type) {
	case *hclsyntax.ParenthesesExpr:
		visit(e.Expression, argument, part)
	case *hclsyntax.BinaryOpExpr:
		visit(e.LHS, argument, part)
		visit(e.RHS, argument, part)
	case *hclsyntax.UnaryOpExpr:
		visit(e.Val, argument, part)
	case *hclsyntax.ConditionalExpr:
		visit(e.Condition, argument, part)
	case *hclsyntax.FunctionCallExpr:
		part(expr, argument)
		if e.Name == "try" || e.Name == "can" {
			return
		}
		for _, value := range e.Args {
			visit(value, true, part)
		}
	default:
		part(expr, argument)
	}
}

// lookalike says that a comparison is false for the types of its sides alone, "" where none is.
func (r *Run) lookalike(condition hcl.Expression, variables map[string]cty.Value) string {
	switch e := hcl.UnwrapExpression(condition).(type) {
	case *hclsyntax.ParenthesesExpr:
		return r.lookalike(e.Expression, variables)
	case *hclsyntax.BinaryOpExpr:
		if e.Op == hclsyntax.OpLogicalAnd {
			return r.lookalike(e.LHS, variables) + r.lookalike(e.RHS, variables)
		}
		if e.Op != hclsyntax.OpEqual {
			return ""
		}
		left, diags := r.evaluator.Value(e.LHS, variables)
		right, more := r.evaluator.Value(e.RHS, variables)
		if diags.HasErrors() || more.HasErrors() || left.Type().Equals(right.Type()) || !isSequence(left) ||
			!isSequence(right) {
			return ""
		}
		if same(left, right) || same(right, left) {
			return "\nBoth sides have the same elements, but one is a list that a function has made. Write the other " +
				"as tolist([...])."
		}
	}
	return ""
}

// same reports whether a value is another once it has the other's type.
func same(v, other cty.Value) bool {
	converted, err := convert.Convert(v, other.Type())
	return err == nil && converted.RawEquals(other)
}

// isSequence reports whether a value is a list, a set or, as lists are that are written out, a
// tuple.
func isSequence(v cty.Value) bool {
	t := v.Type()
	return v.IsKnown() && (t.IsTupleType() || t.IsListType() || t.IsSetType())
}

// rendered is a value as the language writes it, or how much there is of one that is long;
// whole is false for such a one.
func rendered(v cty.Value) (shown string, whole bool) {
	v, _ = v.UnmarkDeep()
	if !v.IsWhollyKnown() {
		return "not known", true
	}
	isList := v.Type().IsTupleType() || v.Type().IsListType() || v.Type().IsSetType()
	isObject := v.Type().IsObjectType() || v.Type().IsMapType()
	if parts(v, mostValue) < mostValue {
		text := plain(string(hclwrite.TokensForValue(v).Bytes()))
		if len(text) <= mostValue || !isList && !isObject {
			return shortened(text, mostValue), true
		}
	}
	if isList {
		return fmt.Sprintf("a list of %d", v.LengthInt()), false
	}
	return fmt.Sprintf("an object of %d", v.LengthInt()), false
}

// parts counts the elements of a value, up to most.
func parts(v cty.Value, most int) int {
	n := 0
	cty.Walk(v, func(cty.Path, cty.Value) (bool, error) {
		n++
		return n < most, nil
	})
	return n
}

// shortened is a text of at most so many bytes.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimRight(text[:end], " ") + "..."
}
