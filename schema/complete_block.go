package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// complete completes HCL's own diagnostics, which say what is wrong but not
// always what to do.
func complete[T any](spec *block[T], diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		hinted := strings.Contains(diag.Detail, "Did you mean")
		switch {
		case completeDynamic(diag):
		case diag.Summary == "Missing required argument":
			for _, a := range spec.arguments {
				if strings.HasPrefix(diag.Detail, fmt.Sprintf("The argument %q ", a.name)) {
					diag.Detail += fmt.Sprintf(" Add %s: %s.", a.name, a.doc)
				}
			}
		case strings.HasPrefix(diag.Summary, "Extraneous label for "):
			kind := strings.TrimPrefix(diag.Summary, "Extraneous label for ")
			diag.Detail = fmt.Sprintf("A %s block has one label at most, its name. Remove the others.", kind)
			if slices.Contains([]string{"images", "iris", "moved"}, kind) {
				diag.Detail = fmt.Sprintf("A %s block has no label. Remove it.", kind)
			}
		case strings.HasPrefix(diag.Summary, "Missing name for "):
			kind := strings.TrimPrefix(diag.Summary, "Missing name for ")
			diag.Detail = fmt.Sprintf("A %s block is labelled with its name. Write: %s \"NAME\" { ... }", kind, kind)
		case diag.Summary == "Unsupported argument" && repeats(diag) && spec.severalTimes():
			diag.Detail = fmt.Sprintf("No block takes count or for_each. To make several, use a dynamic block: "+
				"dynamic %q { for_each = [\"a\", \"b\"] labels = [%s.value] content { ... } }, with line "+
				"breaks between the parts.",
				spec.kind, spec.kind)
		case diag.Summary == "Unsupported argument" && !hinted && len(spec.arguments) == 0:
			diag.Detail += " Arguments stand inside blocks, for example: lab \"mylab\" { host = \"irishost\" }"
		case diag.Summary == "Unsupported argument" && !hinted:
			names := make([]string, len(spec.arguments))
			for i, a := range spec.arguments {
				names[i] = a.name
			}
			diag.Detail += fmt.Sprintf(" This block takes: %s.", strings.Join(names, ", "))
		case diag.Summary == "Unsupported block type" && !hinted && len(spec.blocks) > 0:
			names := make([]string, len(spec.blocks))
			for i, b := range spec.blocks {
				names[i] = b.Type
			}
			if near := nearType(diag, names); near != "" {
				diag.Detail += near
				break
			}
			if spec.kind == "" {
				names = append(names, "variable", "locals", "function")
			}
			names = append(names, "dynamic")
			diag.Detail += fmt.Sprintf(" These are: %s.", strings.Join(names, ", "))
		case diag.Summary == "Unsupported block type" && !hinted:
			diag.Detail += " This block holds arguments only."
		}
	}
	return withoutMistyped(diags)
}

// severalTimes reports whether a topology may have several blocks of the type.
func (b *block[T]) severalTimes() bool {
	return b.kind != "" && b.kind != "lab" && b.kind != "images" && b.kind != "iris"
}

// repeats reports whether a diagnostic is about what makes several blocks of one elsewhere.
func repeats(diag *hcl.Diagnostic) bool {
	return strings.Contains(diag.Detail, `named "count"`) || strings.Contains(diag.Detail, `named "for_each"`)
}

// withoutMistyped leaves out that an argument is missing where its name is mistyped, which is
// reported with the name that was meant.
func withoutMistyped(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(diags, func(diag *hcl.Diagnostic) bool {
		name, ok := strings.CutPrefix(diag.Detail, `The argument "`)
		if name, _, _ = strings.Cut(name, `"`); !ok || diag.Summary != "Missing required argument" {
			return false
		}
		return slices.ContainsFunc(diags, func(other *hcl.Diagnostic) bool {
			return other.Summary == "Unsupported argument" && strings.HasSuffix(other.Detail,
				fmt.Sprintf("Did you mean %q?", name))
		})
	})
}

// nearType is the block type that a dynamic block meant, as a hint.
func nearType(diag *hcl.Diagnostic, names []string) string {
	_, after, _ := strings.Cut(diag.Detail, `Blocks of type "`)
	meant, _, _ := strings.Cut(after, `"`)
	return DidYouMean(meant, append(names, "variable", "locals", "function"))
}
