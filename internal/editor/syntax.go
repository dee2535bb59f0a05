package editor

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// walk visits every block with those around it, the outermost first.
func walk(body *hclsyntax.Body, visit func(b *hclsyntax.Block, around []*hclsyntax.Block)) {
	var walk func(body *hclsyntax.Body, around []*hclsyntax.Block)
	walk = func(body *hclsyntax.Body, around []*hclsyntax.Block) {
		for _, b := range body.Blocks {
			visit(b, around)
			walk(b.Body, append(around[:len(around):len(around)], b))
		}
	}
	if body != nil {
		walk(body, nil)
	}
}

// blocksAt are the blocks around an offset, the outermost first.
func blocksAt(body *hclsyntax.Body, offset int) []*hclsyntax.Block {
	var path []*hclsyntax.Block
	walk(body, func(b *hclsyntax.Block, around []*hclsyntax.Block) {
		if touches(b.Range(), offset) && len(around) == len(path) {
			path = append(path, b)
		}
	})
	return path
}

// touches reports whether an offset is in a range or at its end.
func touches(r hcl.Range, offset int) bool { return r.Start.Byte <= offset && offset <= r.End.Byte }

// kindOf is the type of the last of some nested blocks, of the content of a dynamic block the
// type that it makes.
func kindOf(path []*hclsyntax.Block) string {
	n := len(path)
	if n == 0 {
		return ""
	}
	if n > 1 && path[n-1].Type == "content" && path[n-2].Type == "dynamic" && len(path[n-2].Labels) == 1 {
		return path[n-2].Labels[0]
	}
	return path[n-1].Type
}

// attributeAt is the attribute of a block around an offset, nil for none.
func attributeAt(body *hclsyntax.Body, offset int) *hclsyntax.Attribute {
	for _, a := range body.Attributes {
		if touches(a.SrcRange, offset) {
			return a
		}
	}
	return nil
}

// literals visits the texts of an expression that are written out and name something alone:
// the expression itself, the elements of its lists, the keys of its objects. r is the range
// inside the quotes.
func literals(expr hclsyntax.Expression, visit func(text string, r hcl.Range)) {
	switch e := expr.(type) {
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 1 {
			if part, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr); ok {
				literals(part, visit)
			}
		}
	case *hclsyntax.LiteralValueExpr:
		if v := e.Val; v.IsKnown() && !v.IsNull() && v.Type().FriendlyName() == "string" {
			visit(v.AsString(), e.SrcRange)
		}
	case *hclsyntax.TupleConsExpr:
		for _, element := range e.Exprs {
			literals(element, visit)
		}
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			literals(item.KeyExpr, visit)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		if name := hcl.ExprAsKeyword(e.Wrapped); name != "" && !e.ForceNonLiteral {
			visit(name, e.Wrapped.Range())
			return
		}
		literals(e.Wrapped, visit)
	case *hclsyntax.ConditionalExpr:
		literals(e.TrueResult, visit)
		literals(e.FalseResult, visit)
	case *hclsyntax.ParenthesesExpr:
		literals(e.Expression, visit)
	}
}

// traversals visits the names of variables and locals in a body: the part behind var. or
// local.
func traversals(body *hclsyntax.Body, visit func(root, name string, r hcl.Range)) {
	if body == nil {
		return
	}
	hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		e, ok := node.(*hclsyntax.ScopeTraversalExpr)
		if !ok || len(e.Traversal) < 2 {
			return nil
		}
		root, rooted := e.Traversal[0].(hcl.TraverseRoot)
		step, named := e.Traversal[1].(hcl.TraverseAttr)
		if rooted && named && (root.Name == "var" || root.Name == "local") {
			r := step.SrcRange
			r.Start.Byte, r.Start.Column = r.End.Byte-len(step.Name), r.End.Column-len([]rune(step.Name))
			visit(root.Name, step.Name, r)
		}
		return nil
	})
}
