package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// explainValue completes HCL's diagnostics about an expression.
func explainValue(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		switch {
		case diag.Summary == "Variables not allowed" || diag.Summary == "Unknown variable" && !strings.Contains(diag.Detail, "Did you mean"):
			diag.Summary = "Unknown variable"
			diag.Detail = "This is neither var.NAME nor local.NAME, and no name that a loop around it gives."
			if word := bareWord(diag); word != "" {
				diag.Detail = fmt.Sprintf("%s is no value: text stands in quotes, a variable after var. and a local after local. Write %q if the text is meant.", word, word)
			}
		case diag.Summary == "Call to unknown function" && !strings.Contains(diag.Detail, "Did you mean"):
			diag.Detail += " These are: " + strings.Join(FunctionNames(), ", ") + "."
		}
	}
	return diags
}

// bareWord is the single word that a diagnostic is about, "" for anything else.
func bareWord(diag *hcl.Diagnostic) string {
	if diag.Expression == nil {
		return ""
	}
	return hcl.ExprAsKeyword(diag.Expression)
}

// known leaves out what follows from a value that is not known: that has been
// reported where it comes from.
func (d *decoder) known(diags hcl.Diagnostics) hcl.Diagnostics {
	kept := diags[:0]
	for _, diag := range diags {
		if diag.Summary == "Invalid dynamic block label" && strings.Contains(diag.Detail, "not yet known") {
			continue
		}
		if diag.Summary == "Invalid dynamic block label" && strings.Contains(diag.Detail, "marks") {
			diag.Summary = "Sensitive name"
			diag.Detail = "A name is shown everywhere, so it cannot be made from a sensitive value. Make it from another."
		}
		kept = append(kept, diag)
	}
	return kept
}
