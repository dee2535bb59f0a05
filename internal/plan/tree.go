package plan

import (
	"github.com/zclconf/go-cty/cty"
)

// tree copies a raw value of the topology; nil for none. Fields come sorted.
func tree(v cty.Value) *Tree {
	if v == cty.NilVal {
		return nil
	}
	switch t := v.Type(); {
	case t == cty.String:
		return &Tree{Kind: TreeString, Text: v.AsString()}
	case t == cty.Number:
		return &Tree{Kind: TreeNumber, Text: v.AsBigFloat().Text('f', -1)}
	case t == cty.Bool:
		text := "false"
		if v.True() {
			text = "true"
		}
		return &Tree{Kind: TreeBool, Text: text}
	case t.IsObjectType() || t.IsMapType():
		to := &Tree{Kind: TreeObject}
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			if !element.IsNull() { // null means omitted
				to.Fields = append(to.Fields, Field{key.AsString(), tree(element)})
			}
		}
		return to
	}
	to := &Tree{Kind: TreeList}
	for it := v.ElementIterator(); it.Next(); {
		if _, element := it.Element(); !element.IsNull() {
			to.List = append(to.List, tree(element))
		}
	}
	return to
}
