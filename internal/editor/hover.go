package editor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/explain"
	"mirrorgen/schema"
)

// Hover says what is at an offset of a file, as Markdown, and of which range; "" for
// nothing.
func (a *Analysis) Hover(file string, offset int) (string, hcl.Range) {
	s := a.source(file)
	if s == nil {
		return "", hcl.Range{}
	}
	if sym := a.symbolAt(file, offset); sym != nil {
		if text := a.meaning(sym); text != "" {
			return text, sym.at
		}
	}
	path := blocksAt(a.files[file], offset)
	if len(path) == 0 {
		return "", hcl.Range{}
	}
	block := path[len(path)-1]
	if touches(block.TypeRange, offset) {
		if reference := blockReference(block.Type); reference != nil {
			return fmt.Sprintf("**%s**\n\n%s", block.Type, reference.Doc), block.TypeRange
		}
		return blockDoc(block.Type), block.TypeRange
	}
	attribute := attributeAt(block.Body, offset)
	if attribute == nil {
		return "", hcl.Range{}
	}
	if touches(attribute.NameRange, offset) {
		for _, reference := range argumentsOf(kindOf(path)) {
			if reference.Name == attribute.Name {
				return a.reference(path, reference), attribute.NameRange
			}
		}
	}
	if call := a.call(attribute, offset); call != nil {
		return fmt.Sprintf("`%s(...)`: a function of the language, as in Terraform", call.Name), call.NameRange
	}
	return "", hcl.Range{}
}

// call is the call of a function whose name is at an offset, nil for none.
func (a *Analysis) call(attribute *hclsyntax.Attribute, offset int) *hclsyntax.FunctionCallExpr {
	var found *hclsyntax.FunctionCallExpr
	hclsyntax.VisitAll(attribute.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
		if call, ok := node.(*hclsyntax.FunctionCallExpr); ok && touches(call.NameRange, offset) &&
			slices.Contains(schema.FunctionNames(), call.Name) {
			found = call
		}
		return nil
	})
	return found
}

// meaning says what a name stands for.
func (a *Analysis) meaning(sym *symbol) string {
	if sym.root != "" {
		for _, d := range a.definitions(sym.root) {
			if d.name != sym.name {
				continue
			}
			text := fmt.Sprintf("`%s.%s`: %s", sym.root, d.name, markdown(d.detail))
			if d.doc != "" {
				text += "\n\n" + markdown(d.doc)
			}
			return text
		}
		return ""
	}
	l := a.Explained()
	if l == nil {
		return a.blockOf(sym)
	}
	answers, err := explain.Word(l, sym.name)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, answer := range answers {
		fmt.Fprintf(&b, "**%s**: %s\n\n", sym.name, markdown(answer.Subject))
		for _, fact := range answer.Facts {
			fmt.Fprintf(&b, "- %s%s\n", markdown(fact.Text), reason(fact))
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// blockOf says what block a name is of, in a topology that had mistakes from the beginning.
func (a *Analysis) blockOf(sym *symbol) string {
	d := a.declared(sym)
	if d == sym {
		return ""
	}
	return fmt.Sprintf("**%s**: %s, %s line %d\n\nWhat is decided about it is known when the topology has no mistake.",
		sym.name, d.kinds[0], d.at.Filename, d.at.Start.Line)
}

// reference is the reference of an argument, with its value in this block where that is known.
func (a *Analysis) reference(path []*hclsyntax.Block, reference schema.ArgumentReference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n%s\n", reference.Name, markdown(detail(reference)), markdown(reference.Doc))
	if len(reference.Values) > 0 {
		fmt.Fprintf(&b, "\nOne of `%s`.\n", strings.Join(reference.Values, "`, `"))
	}
	l, block := a.Explained(), path[len(path)-1]
	if l == nil || len(block.Labels) != 1 {
		return b.String()
	}
	answers, err := explain.Word(l, block.Labels[0]+"."+reference.Name)
	if err == nil && len(answers) > 0 {
		for _, fact := range answers[0].Facts {
			fmt.Fprintf(&b, "\n- %s%s", markdown(fact.Text), reason(fact))
		}
	}
	return b.String()
}

// reason is where a fact stands, with a leading comma.
func reason(f explain.Fact) string {
	if f.At == nil {
		return ""
	}
	return fmt.Sprintf(", %s line %d", f.At.Filename, f.At.Start.Line)
}

// markdown is a text that Markdown shows as it is, but for code in backquotes.
func markdown(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "[", `\[`, "]", `\]`, "_", `\_`).Replace(s)
}
