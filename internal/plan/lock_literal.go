package plan

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// literal returns the value of an expression that is written out: a number, true, false,
// null, a quoted text without anything to be filled in, or an object of these. It evaluates
// nothing. Where the expression, or a part of it, is anything else, ok is false and at is
// that part.
func literal(expr hclsyntax.Expression, content []byte) (v cty.Value, at hcl.Range, ok bool) {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, hcl.Range{}, true
	case *hclsyntax.TemplateExpr:
		return quotedText(e, content)
	case *hclsyntax.ObjectConsExpr:
		return literalObject(e, content)
	}
	return cty.NilVal, expr.Range(), false
}

// quotedText returns the text of a template in quotes that is one literal text.
func quotedText(e *hclsyntax.TemplateExpr, content []byte) (v cty.Value, at hcl.Range, ok bool) {
	if start := e.SrcRange.Start.Byte; start >= len(content) || content[start] != '"' {
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

// literalObject returns an object whose keys are words or quoted texts.
func literalObject(e *hclsyntax.ObjectConsExpr, content []byte) (v cty.Value, at hcl.Range, ok bool) {
	fields := make(map[string]cty.Value, len(e.Items))
	for _, item := range e.Items {
		name := hcl.ExprAsKeyword(item.KeyExpr)
		if key, isKey := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); name == "" && isKey && !key.ForceNonLiteral {
			text, _, ok := literal(key.Wrapped, content)
			if ok && text.Type() == cty.String {
				name = text.AsString()
			}
		}
		if name == "" {
			return cty.NilVal, item.KeyExpr.Range(), false
		}
		if _, twice := fields[name]; twice {
			return cty.NilVal, item.KeyExpr.Range(), false
		}
		value, at, ok := literal(item.ValueExpr, content)
		if !ok {
			return cty.NilVal, at, false
		}
		fields[name] = value
	}
	return cty.ObjectVal(fields), hcl.Range{}, true
}
