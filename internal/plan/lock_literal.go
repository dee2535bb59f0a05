package plan

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// literals reads expressions that are written out. It evaluates nothing.
type literals struct {
	content []byte // of the file
	lists   bool   // lists and negative numbers are taken too
}

// value returns the value of a number, true, false, null, a quoted text without anything to be
// filled in, or an object of these. Where the expression, or a part of it, is anything else, ok
// is false and at is that part.
func (l literals) value(expr hclsyntax.Expression) (v cty.Value, at hcl.Range, ok bool) {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, hcl.Range{}, true
	case *hclsyntax.TemplateExpr:
		return l.text(e)
	case *hclsyntax.ObjectConsExpr:
		return l.object(e)
	case *hclsyntax.TupleConsExpr:
		if l.lists {
			return l.list(e)
		}
	case *hclsyntax.UnaryOpExpr:
		if n, isNumber := e.Val.(*hclsyntax.LiteralValueExpr); l.lists && isNumber && e.Op == hclsyntax.OpNegate &&
			n.Val.Type() == cty.Number && !n.Val.IsNull() {
			return n.Val.Negate(), hcl.Range{}, true
		}
	}
	return cty.NilVal, expr.Range(), false
}

// text returns the text of a template in quotes that is one literal text.
func (l literals) text(e *hclsyntax.TemplateExpr) (v cty.Value, at hcl.Range, ok bool) {
	if start := e.SrcRange.Start.Byte; start >= len(l.content) || l.content[start] != '"' {
		return cty.NilVal, e.SrcRange, false // a heredoc
	}
	var text strings.Builder
	for _, part := range e.Parts {
		piece, ok := part.(*hclsyntax.LiteralValueExpr)
		if !ok || piece.Val.Type() != cty.String {
			return cty.NilVal, part.Range(), false
		}
		text.WriteString(piece.Val.AsString())
	}
	return cty.StringVal(text.String()), hcl.Range{}, true
}

// list returns a list of literals.
func (l literals) list(e *hclsyntax.TupleConsExpr) (v cty.Value, at hcl.Range, ok bool) {
	elements := make([]cty.Value, 0, len(e.Exprs))
	for _, expr := range e.Exprs {
		element, at, ok := l.value(expr)
		if !ok {
			return cty.NilVal, at, false
		}
		elements = append(elements, element)
	}
	return cty.TupleVal(elements), hcl.Range{}, true
}

// object returns an object whose keys are words or quoted texts.
func (l literals) object(e *hclsyntax.ObjectConsExpr) (v cty.Value, at hcl.Range, ok bool) {
	fields := make(map[string]cty.Value, len(e.Items))
	for _, item := range e.Items {
		name, ok := l.key(item.KeyExpr)
		if _, twice := fields[name]; twice || !ok {
			return cty.NilVal, item.KeyExpr.Range(), false
		}
		value, at, ok := l.value(item.ValueExpr)
		if !ok {
			return cty.NilVal, at, false
		}
		fields[name] = value
	}
	return cty.ObjectVal(fields), hcl.Range{}, true
}

// key returns the key of an object's field.
func (l literals) key(expr hclsyntax.Expression) (string, bool) {
	if word := hcl.ExprAsKeyword(expr); word != "" {
		return word, true
	}
	key, isKey := expr.(*hclsyntax.ObjectConsKeyExpr)
	if !isKey || key.ForceNonLiteral {
		return "", false
	}
	text, _, ok := l.value(key.Wrapped)
	if !ok || text.Type() != cty.String || text.IsNull() {
		return "", false
	}
	return text.AsString(), true
}

// sortedAttributes are the arguments of a body in the order of the file.
func sortedAttributes(body *hclsyntax.Body) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return list
}
