package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/ext/userfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// scope is what expressions of a topology may refer to.
type scope struct {
	d          *decoder
	names      []string // of variables, in file order
	variables  map[string]*variable
	values     map[string]cty.Value
	localNames []string // in file order
	locals     map[string]*local
	ctx        *hcl.EvalContext
}

// definitionSchema are the blocks that define what expressions refer to.
var definitionSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
}}

func newScope(d *decoder) *scope {
	return &scope{d: d, variables: map[string]*variable{}, values: map[string]cty.Value{}, locals: map[string]*local{}}
}

// open reads variables, locals and functions, and returns the body of the lab
// with its dynamic blocks expanded. A topology that computes nothing is decoded
// without any of it.
func (d *decoder) open(files []*hcl.File, settings []Setting) hcl.Body {
	body := hcl.MergeFiles(files)
	found := findFeatures(files)
	if !found.expressions && len(settings) == 0 {
		return body
	}
	d.meter.own = found.functions
	for _, file := range files {
		d.add(d.meter.instrument(file.Body.(*hclsyntax.Body)))
	}
	s := newScope(d)
	content, body, diags := body.PartialContent(definitionSchema)
	d.add(completeDefinition(diags, "", ""))
	s.declareVariables(content.Blocks.OfType("variable"))
	s.declareLocals(content.Blocks.OfType("locals"))
	values := s.checkReferences(files)

	s.setVariables(settings)
	s.ctx = &hcl.EvalContext{Functions: maps.Clone(functions())}
	s.ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(s.values)}
	body = s.addFunctions(body)
	s.validate()
	d.inputs = s.inputs()
	s.setLocals(values)

	d.ctx = s.ctx.NewChild()
	d.ctx.Variables = map[string]cty.Value{"local": cty.ObjectVal(values)}
	if found.dynamic {
		d.expanded = found.ranges
		body = dynblock.Expand(body, d.ctx, dynblock.OptCheckForEach(refuseSensitive),
			dynblock.OptCheckForEach(d.countBlocks))
	}
	return body
}

// refuseSensitive keeps sensitive values out of names: a for_each decides what is
// there and, mostly, how it is called.
func refuseSensitive(v cty.Value, expr hcl.Expression, _ *hcl.EvalContext) hcl.Diagnostics {
	if !v.IsMarked() {
		return nil
	}
	return hcl.Diagnostics{Diagnose(hcl.DiagError, expr.Range(), "Sensitive for_each",
		"What for_each goes through decides which blocks there are, and that is shown everywhere, so it cannot "+
			"be sensitive. Take the names from a variable of their own.")}
}

// maxBlocks is how many blocks dynamic blocks may make: the largest labs have
// 20,000. blockCost is what each costs, in elements.
const (
	maxBlocks = 50_000
	blockCost = 20
)

// notEvaluated is the summary of a diagnostic that is left out: the meter has the reason.
const notEvaluated = "Not evaluated"

// countBlocks keeps dynamic blocks within dynamic blocks from making more than
// there is memory for.
func (d *decoder) countBlocks(v cty.Value, expr hcl.Expression, _ *hcl.EvalContext) hcl.Diagnostics {
	v, _ = v.Unmark()
	made := 0
	if v.IsKnown() && !v.IsNull() && v.CanIterateElements() {
		made = v.LengthInt()
	}
	d.made += made
	d.meter.spend(blockCost*min(made, maxBlocks), expr.Range())
	if d.made > maxBlocks {
		d.meter.exceed(expr.Range(), "Too many blocks", fmt.Sprintf(
			"The dynamic blocks of this topology make more than %d blocks, and this for_each is where that is "+
				"reached. Make fewer.", maxBlocks))
	}
	if d.meter.full == nil {
		return nil
	}
	return hcl.Diagnostics{Diagnose(hcl.DiagError, expr.Range(), notEvaluated, "The budget is used up.")}
}

// addFunctions adds the topology's own functions to the closed list.
func (s *scope) addFunctions(body hcl.Body) hcl.Body {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "function",
		LabelNames: []string{"name"}}}})
	seen := map[string]hcl.Range{}
	for _, b := range content.Blocks {
		name, at := b.Labels[0], b.LabelRanges[0]
		if _, ok := functions()[name]; ok {
			s.d.errorf(at, "Duplicate function", "%s is a function of the language. Take another name.", name)
		} else if first, ok := seen[name]; ok {
			s.d.errorf(at, "Duplicate function", "%s is already defined at %s. Rename one.", name, first)
		}
		seen[name] = at
	}
	own, remain, diags := userfunc.DecodeUserFunctions(body, "function", func() *hcl.EvalContext { return s.ctx })
	s.d.add(completeDefinition(diags, "params, variadic_param, result", "A function block holds arguments only."))
	for name, f := range own {
		if _, ok := functions()[name]; !ok && f != (function.Function{}) {
			s.ctx.Functions[name] = f
		}
	}
	return remain
}

// features are what a topology makes use of.
type features struct {
	expressions bool // variables, locals, functions or anything that computes
	dynamic     bool
	ranges      map[hcl.Range]bool // headers of the dynamic blocks
	functions   map[string]bool    // that the topology defines
}

// findFeatures looks through a topology for anything that computes.
func findFeatures(files []*hcl.File) features {
	f := features{ranges: map[hcl.Range]bool{}, functions: map[string]bool{}}
	for _, file := range files {
		f.body(file.Body.(*hclsyntax.Body))
	}
	return f
}

func (f *features) body(body *hclsyntax.Body) {
	for _, a := range body.Attributes {
		f.expressions = f.expressions || !isLiteral(a.Expr)
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "dynamic":
			f.expressions, f.dynamic = true, true
			f.ranges[b.DefRange()] = true
		case "variable", "locals":
			f.expressions = true
		case "function":
			f.expressions = true
			if len(b.Labels) == 1 {
				f.functions[b.Labels[0]] = true
			}
		}
		f.body(b.Body)
	}
}

// isLiteral reports whether an expression is written out: literals, and lists and
// objects of them.
func isLiteral(expr hclsyntax.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return !slices.ContainsFunc(e.Parts, func(e hclsyntax.Expression) bool { return !isLiteral(e) })
	case *hclsyntax.UnaryOpExpr:
		return isLiteral(e.Val)
	case *hclsyntax.TupleConsExpr:
		return !slices.ContainsFunc(e.Exprs, func(e hclsyntax.Expression) bool { return !isLiteral(e) })
	case *hclsyntax.ObjectConsExpr:
		return !slices.ContainsFunc(e.Items,
			func(i hclsyntax.ObjectConsItem) bool { return !isLiteral(i.ValueExpr) || !isLiteralKey(i.KeyExpr) })
	}
	return false
}

// isLiteralKey reports whether the key of an object is a name or a literal.
func isLiteralKey(expr hclsyntax.Expression) bool {
	key, ok := expr.(*hclsyntax.ObjectConsKeyExpr)
	if !ok || key.ForceNonLiteral {
		return false
	}
	return hcl.ExprAsKeyword(key.Wrapped) != "" || isLiteral(key.Wrapped)
}

// checkReferences reports every name of var and local that does not exist, at
// its range, used or not. Such a name then has a value that is not known, so that
// it is reported once. It returns the values of the unknown locals.
func (s *scope) checkReferences(files []*hcl.File) map[string]cty.Value {
	locals := map[string]cty.Value{}
	for _, file := range files {
		hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(node hclsyntax.Node) hcl.Diagnostics {
			e, ok := node.(*hclsyntax.ScopeTraversalExpr)
			if !ok {
				return nil
			}
			if name := member(e.Traversal, "var"); name != "" && s.variables[name] == nil {
				s.values[name] = cty.DynamicVal
				s.d.errorf(e.SrcRange, "Unknown variable",
					"The topology declares no variable %s.%s", shown(name), s.variableHint(name))
			}
			if name := member(e.Traversal, "local"); name != "" && s.locals[name] == nil {
				locals[name] = cty.DynamicVal
				s.d.errorf(e.SrcRange, "Unknown local", "No locals block sets %s.%s", shown(name), s.localHint(name))
			}
			return nil
		})
	}
	return locals
}

// variableHint says what was meant, or how a variable is declared.
func (s *scope) variableHint(name string) string {
	if len(s.names) == 0 {
		return fmt.Sprintf(" Declare it: variable %q {}", name)
	}
	return s.d.hint(name, s.names, "variables")
}

// localHint says what was meant, or how a local is set.
func (s *scope) localHint(name string) string {
	if len(s.localNames) == 0 {
		return fmt.Sprintf(" Set it: locals { %s = ... }", name)
	}
	return s.d.hint(name, s.localNames, "locals")
}

// completeDefinition completes HCL's diagnostics about a block that is not in the
// tables of the language.
func completeDefinition(diags hcl.Diagnostics, arguments, blocks string) hcl.Diagnostics {
	for _, diag := range diags {
		if strings.Contains(diag.Detail, "Did you mean") {
			continue
		}
		switch {
		case diag.Summary == "Unsupported argument" && arguments != "":
			diag.Detail += " This block takes: " + arguments + "."
		case diag.Summary == "Unsupported block type":
			diag.Detail += " " + blocks
		case diag.Summary == "Missing required argument" && strings.Contains(diag.Detail, `"error_message"`):
			diag.Detail += ` Add error_message, the sentence that a refused value gets: error_message = "..."`
		case diag.Summary == "Missing required argument" && strings.Contains(diag.Detail, `"result"`):
			diag.Detail += " Add result, the expression that the function returns: result = ..."
		case diag.Summary == "Missing required argument":
			diag.Detail += " Add it."
		case strings.HasPrefix(diag.Summary, "Missing name for "):
			kind := strings.TrimPrefix(diag.Summary, "Missing name for ")
			diag.Detail = "A " + kind + " block is labelled with its name. Write: " + kind + " \"NAME\" { ... }"
		case strings.HasPrefix(diag.Summary, "Extraneous label for "):
			kind := strings.TrimPrefix(diag.Summary, "Extraneous label for ")
			diag.Detail = "A " + kind + " block has no such label. Remove it."
		}
	}
	return diags
}
