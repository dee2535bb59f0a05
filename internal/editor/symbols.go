package editor

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Symbol is a block or argument of a file, for its outline.
type Symbol struct {
	Name     string
	Detail   string
	Kind     Kind
	Range    hcl.Range // all of it
	Head     hcl.Range // its header, or the argument's name
	Children []Symbol
}

// Symbols is the outline of a file: its blocks with what is in them.
func (a *Analysis) Symbols(file string) []Symbol {
	body := a.files[file]
	if body == nil {
		return nil
	}
	return a.outline(body, file)
}

func (a *Analysis) outline(body *hclsyntax.Body, file string) []Symbol {
	s := a.source(file)
	var list []Symbol
	for _, attribute := range sorted(body.Attributes) {
		list = append(list, Symbol{Name: attribute.Name, Detail: excerpt(*s, attribute.Expr.Range()),
			Kind: KindArgument, Range: attribute.SrcRange, Head: attribute.NameRange})
	}
	for _, b := range body.Blocks {
		symbol := Symbol{Name: strings.Join(append([]string{b.Type}, b.Labels...), " "), Kind: KindBlock,
			Range: b.Range(), Head: b.DefRange(), Children: a.outline(b.Body, file)}
		if attribute := b.Body.Attributes["role"]; attribute != nil {
			symbol.Detail = strings.Trim(excerpt(*s, attribute.Expr.Range()), `"`)
		}
		if len(b.Labels) > 0 && blockReference(b.Type) != nil {
			symbol.Kind = KindService
		}
		list = append(list, symbol)
	}
	return list
}
