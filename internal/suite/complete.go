package suite

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/schema"
)

// aboutTests makes diagnostics about the text of a file speak of tests.
func aboutTests(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		switch diag.Summary {
		case "Topology too large":
			diag.Summary = "Test file too large"
			diag.Detail = "A test file has at most 4 MB, and 320,000 brackets, quotes, operators and line breaks, " +
				"450,000 with its words. Make several files."
		case "JSON syntax":
			diag.Detail = "A test file is written in HCL's own syntax, and this is JSON. Write run blocks, as " +
				"docs/testing.md shows."
		case "Not a text file":
			diag.Detail = strings.Replace(diag.Detail, "Give a topology", "Give a test file", 1)
		}
	}
	schema.Sort(diags)
	return diags
}

// completeBlock completes HCL's diagnostics about what stands in a block.
func completeBlock(diags hcl.Diagnostics, kind, arguments, blocks string) hcl.Diagnostics {
	where := "A test file"
	if kind != "" {
		where = fmt.Sprintf("A block of the type %s", kind)
	}
	for _, diag := range diags {
		switch hinted := strings.Contains(diag.Detail, "Did you mean"); {
		case diag.Summary == "Unsupported argument" && !hinted:
			diag.Detail += fmt.Sprintf(" %s takes: %s.", where, arguments)
		case diag.Summary == "Unsupported block type" && !hinted && blocks == "":
			diag.Detail += fmt.Sprintf(" %s has no blocks in it.", where)
		case diag.Summary == "Unsupported block type" && strings.Contains(diag.Detail, `"variables"`):
			diag.Detail = "The values of variables are an argument of a run. Write: variables = { mirrors = 3 }"
		case diag.Summary == "Unsupported block type" && !hinted:
			diag.Detail += fmt.Sprintf(" %s has blocks of the type %s.", where, blocks)
		case diag.Summary == "Missing required argument":
			diag.Detail = `An assert block has both: condition = true or false, and error_message = "the sentence ` +
				`that is shown where it is false".`
		case strings.HasPrefix(diag.Summary, "Missing name for "):
			diag.Detail = `A run has a name. Write: run "NAME" { ... }`
		case strings.HasPrefix(diag.Summary, "Extraneous label for "):
			diag.Detail = "This block has no such label. Remove it."
		}
	}
	return diags
}

// completeFunction says what takes the place of Terraform's functions that are missed in
// conditions.
func completeFunction(diag *hcl.Diagnostic) {
	extra, ok := diag.Extra.(hclsyntax.FunctionCallUnknownDiagExtra)
	if !ok {
		return
	}
	instead := map[string]string{
		"alltrue": "!contains([for ... : CONDITION], false)",
		"anytrue": "contains([for ... : CONDITION], true)",
		"one":     "element(LIST, 0), beside a condition with length(LIST) == 1",
	}[extra.CalledFunctionName()]
	if instead != "" {
		diag.Detail = fmt.Sprintf("There is no function %s. Write: %s", extra.CalledFunctionName(), instead)
	}
}

// named finds what HCL says that an object does not have.
var named = regexp.MustCompile(`named "([^"]+)"`)

// completeAttribute says which name was meant. names are all that there are, for an object of
// which nothing is known.
func completeAttribute(diag *hcl.Diagnostic, names []string) {
	found := named.FindStringSubmatch(diag.Detail)
	if found == nil {
		return
	}
	own := siblings(diag)
	switch near := schema.DidYouMean(found[1], own); {
	case near != "":
		diag.Detail = fmt.Sprintf("There is no %s here.%s", found[1], near)
	case len(own) > 0:
		diag.Detail = fmt.Sprintf("There is no %s here. These are: %s.", found[1], strings.Join(own, ", "))
	default:
		diag.Detail = fmt.Sprintf("There is no %s here.%s", found[1], schema.DidYouMean(found[1], names))
		if !strings.Contains(diag.Detail, "Did you mean") {
			diag.Detail += " mirrorgen inspect --format json and mirrorgen rehearse --format json print what there is."
		}
	}
}

// completeValue completes HCL's diagnostics about values that are missing in the documents.
func completeValue(diag *hcl.Diagnostic, names []string) {
	switch diag.Summary {
	case "Unsupported attribute":
		completeAttribute(diag, names)
	case "Invalid index":
		if own := siblings(diag); len(own) > 0 {
			diag.Detail = "There is no element of that name here. These are: " + strings.Join(own, ", ") + "."
		}
		diag.Detail += " Write try(..., null) where it may be missing."
	case "Invalid operand":
		if strings.HasSuffix(diag.Detail, "a number is required.") {
			diag.Detail += " Write it without quotes, and without a unit."
		}
	case "Attempt to get attribute from null value":
		diag.Detail = "This is null, and so has nothing in it. Leave it out of a loop with if ... != null, or write " +
			"try(..., null)."
	}
}

// siblings are the names that the object of an unsupported attribute has; nil where it is not
// known which object that is.
func siblings(diag *hcl.Diagnostic) []string {
	expr, ok := diag.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		return nil
	}
	var value cty.Value
	for ctx := diag.EvalContext; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[expr.Traversal.RootName()]; ok {
			value = v
			break
		}
	}
	if value == cty.NilVal {
		return nil
	}
	for _, step := range expr.Traversal[1:] {
		next, diags := step.TraversalStep(value)
		if !diags.HasErrors() {
			value = next
			continue
		}
		if !value.Type().IsObjectType() {
			return nil
		}
		var names []string
		for name := range value.Type().AttributeTypes() {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	return nil
}

// references reports what an expression refers to that there is not.
func (r *reader) references(run *Run, expr hcl.Expression) {
	for _, traversal := range expr.Variables() {
		root := traversal.RootName()
		at := traversal.SourceRange()
		switch {
		case root == "rehearsal" && run.Command == Plan:
			r.errorf(at, "Unknown variable", `rehearsal is there in a run that holds one. Add command = "rehearse" to `+
				`the run.`)
		case r.sample[root] != cty.NilVal:
		case has(r.sample["plan"], root):
			r.errorf(at, "Unknown variable", "%s is part of the plan. Did you mean \"plan.%s\"?", root, root)
		case has(r.sample["rehearsal"], root):
			r.errorf(at, "Unknown variable", "%s is part of a rehearsal. Did you mean \"rehearsal.%s\"?", root, root)
		default:
			r.errorf(at, "Unknown variable", "There is no %s here.%s An expression sees plan, what mirrorgen inspect "+
				"--format json prints; rehearsal, what mirrorgen rehearse --format json prints; and var.NAME.", root,
				schema.DidYouMean(root, []string{"plan", "rehearsal", "var"}))
		}
	}
}

// has reports whether an object has an attribute.
func has(object cty.Value, name string) bool {
	return object != cty.NilVal && object.Type().IsObjectType() && object.Type().HasAttribute(name)
}

// badName says what is wrong with the name of a run, "" for nothing.
func badName(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "must not be empty"
	case len(name) > longestName:
		return fmt.Sprintf("has at most %d bytes", longestName)
	case strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "has no control characters"
	}
	return ""
}

// described says what a value of a type is.
func described(t cty.Type) string {
	switch {
	case t == cty.String:
		return "a text"
	case t == cty.Number:
		return "a number"
	case t.IsObjectType() || t.IsMapType():
		return "an object"
	}
	return "a list"
}

// syntaxBody is the body of a block as it was parsed.
func syntaxBody(b *hcl.Block) *hclsyntax.Body { return b.Body.(*hclsyntax.Body) }
