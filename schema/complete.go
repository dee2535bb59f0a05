package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/format/text"
)

// completeExpression completes HCL's diagnostics about an expression.
func completeExpression(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		switch {
		case diag.Summary == "Variables not allowed" || diag.Summary == "Unknown variable" &&
			!strings.Contains(diag.Detail, "Did you mean"):
			diag.Summary = "Unknown variable"
			diag.Detail = "This is neither var.NAME nor local.NAME, and no name that a loop around it gives."
			if name := keyword(diag); name != "" {
				diag.Detail = fmt.Sprintf(
					"%s is no value: text stands in quotes, a variable after var. and a local after local. "+
						"Write %q if the text is meant.", name, name)
			}
		case diag.Summary == "Operation failed" && strings.Contains(diag.Detail, "must not be null"):
			diag.Detail = "A value here is null, with which nothing can be computed. Give it a value, or take " +
				"coalesce(it, another)."
		case diag.Summary == "Call to unknown function" && outside(calledFunction(diag)):
			diag.Detail = fmt.Sprintf(
				"There is no function %s: a topology depends on nothing but its text and its variables. Give "+
					"the value to a variable, with --var, a --var-file or the environment.", calledFunction(diag))
		case diag.Summary == "Call to unknown function" && !strings.Contains(diag.Detail, "Did you mean"):
			diag.Detail += suggestFunction(diag)
		}
	}
	return diags
}

// outsideFunctions are those of Terraform that read a disk, a clock, the environment or
// chance.
var outsideFunctions = []string{
	"abspath", "bcrypt", "env", "getenv", "pathexpand", "plantimestamp",
	"templatefile", "timestamp", "uuid",
}

// outside reports whether a function that there is none of would read them; Terraform has
// a dozen whose names begin with file.
func outside(name string) bool {
	return strings.HasPrefix(name, "file") || slices.Contains(outsideFunctions, name)
}

// calledFunction is the name of the function that there is none of.
func calledFunction(diag *hcl.Diagnostic) string {
	if extra, ok := diag.Extra.(hclsyntax.FunctionCallUnknownDiagExtra); ok {
		return extra.CalledFunctionName()
	}
	return ""
}

// suggestFunction says which function was meant, or which there are.
func suggestFunction(diag *hcl.Diagnostic) string {
	names := FunctionNames()
	if near := DidYouMean(calledFunction(diag), names); near != "" {
		return near
	}
	return " These are: " + strings.Join(names, ", ") + "."
}

// dynamicForm shows how a dynamic block is written.
const dynamicForm = ` Write: dynamic "mirror" { for_each = [...] labels = [mirror.value] content { ... } }, with ` +
	`line breaks between the parts.`

// completeDynamic completes HCL's diagnostics about a dynamic block.
func completeDynamic(diag *hcl.Diagnostic) bool {
	switch {
	case diag.Summary == "Missing dynamic content block",
		diag.Summary == "Missing required argument" &&
			(strings.Contains(diag.Detail, `"for_each"`) || strings.Contains(diag.Detail, `"labels"`)):
		diag.Detail += dynamicForm
	case diag.Summary == "Invalid dynamic for_each value" && strings.Contains(diag.Detail, "number"):
		diag.Detail += " To count, write range(3)."
	default:
		return false
	}
	return true
}

// completeSyntax completes HCL's diagnostics about a file that cannot be parsed.
func completeSyntax(diags hcl.Diagnostics, content []byte) hcl.Diagnostics {
	diags = singleQuotesFirst(diags)
	for _, diag := range diags {
		switch diag.Summary {
		case "Attribute redefined":
			if before, at, ok := strings.Cut(diag.Detail, " at "+diag.Subject.Filename+":"); ok {
				line, _, _ := strings.Cut(at, ",")
				diag.Detail = before + " at line " + line + ". Each argument may be set only once."
			}
		case "Unclosed configuration block":
			diag.Detail = "This block has no closing brace before the end of the file. Add one." +
				misplacedBrace(content)
		case "Unterminated template string":
			diag.Detail = `The text that begins here has no end. Close it with ".`
		case "Invalid single-argument block definition":
			diag.Detail = "A block on one line holds one argument. Give each argument, and the closing brace, a " +
				"line of its own."
		}
		if strings.HasPrefix(diag.Detail, "Template sequences are not allowed in this string.") {
			diag.Detail = `The name of a block is fixed text. To compute names, use a dynamic block: dynamic ` +
				`"member" { for_each = ... labels = [...] content { ... } }`
		}
	}
	return diags
}

// singleQuotesFirst leaves out what follows from single quotes: HCL takes what is in them for
// something else.
func singleQuotesFirst(diags hcl.Diagnostics) hcl.Diagnostics {
	lines := map[int]bool{}
	for _, diag := range diags {
		if strings.HasPrefix(diag.Detail, "Single quotes are not valid.") {
			diag.Detail = `Text stands in double quotes, and this is a single one. Write "text".`
			lines[diag.Subject.Start.Line] = true
		}
	}
	return slices.DeleteFunc(diags, func(diag *hcl.Diagnostic) bool {
		return diag.Summary != "Invalid character" && diag.Subject != nil && lines[diag.Subject.Start.Line]
	})
}

// misplacedBrace names the first closing brace that is indented otherwise than the line which
// it closes: the missing one belongs before it. It returns a sentence with a leading space, or
// "" where all are in their place.
func misplacedBrace(content []byte) string {
	type opener struct{ line, indent int }
	var open []opener
	for i, line := range strings.Split(string(content), "\n") {
		text := strings.TrimLeft(line, " \t")
		indent := len(line) - len(text)
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "}") && len(open) > 0 {
			last := open[len(open)-1]
			if last.indent != indent {
				return fmt.Sprintf(" The brace in line %d closes what begins in line %d, and is indented "+
					"otherwise: the missing one "+
					"probably belongs before it.", i+1, last.line)
			}
			open = open[:len(open)-1]
		}
		if strings.HasSuffix(text, "{") {
			open = append(open, opener{i + 1, indent})
		}
	}
	if len(open) > 1 {
		return fmt.Sprintf(" The last one that is open begins in line %d.", open[len(open)-1].line)
	}
	return ""
}

// keyword is the single name that a diagnostic is about, "" for anything else.
func keyword(diag *hcl.Diagnostic) string {
	if diag.Expression == nil {
		return ""
	}
	return hcl.ExprAsKeyword(diag.Expression)
}

// causes returns the diagnostics that do not follow from a value which is not known: that
// has been reported where it comes from.
func (d *decoder) causes(diags hcl.Diagnostics) hcl.Diagnostics {
	kept := diags[:0]
	for _, diag := range diags {
		if diag.Summary == notEvaluated {
			continue
		}
		if diag.Summary == "Invalid dynamic block label" && strings.Contains(diag.Detail, "not yet known") {
			continue
		}
		if diag.Summary == "Invalid dynamic block label" && strings.Contains(diag.Detail, "marks") {
			diag.Summary = "Sensitive name"
			diag.Detail = "A name is shown everywhere, so it cannot be made from a sensitive value. Make it from " +
				"another."
		}
		kept = append(kept, diag)
	}
	return kept
}

// longestName is the length above which nobody mistyped a name.
const longestName = 64

// shown quotes a value for a message, shortened where it is long.
func shown(s string) string {
	const most = 80
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q... (%d bytes)", s[:most], len(s))
}

// DidYouMean returns a hint, with a leading space, where one of the candidates is
// close to s, or the only one that begins with it.
func DidYouMean(s string, candidates []string) string {
	if len(s) > longestName {
		return ""
	}
	best := text.Near(slices.Values(candidates), s, min(1+len(s)/3, len(s)-1)) // something of the name stays
	if best == "" && len(s) > 1 {                                              // "dr" for "drasync"
		for _, candidate := range candidates {
			if strings.HasPrefix(candidate, strings.ToLower(s)) {
				if best != "" {
					return "" // as well as another
				}
				best = candidate
			}
		}
	}
	if best == "" || best == s {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}
