package plan

import (
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/schema"
)

// tree copies raw compose keys of the topology; nil for none. Fields come sorted.
func tree(v cty.Value) *Tree {
	if v == cty.NilVal {
		return nil
	}
	return copyTree(v, true)
}

// copyTree copies a value. The sign of a list that is added counts where Compose reads the key.
func copyTree(v cty.Value, read bool) *Tree {
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
			if element.IsNull() { // null means omitted
				continue
			}
			f := Field{Name: key.AsString()}
			below := read && !schema.Extension(f.Name)
			if below {
				f.Name, f.Append = schema.CutAppend(f.Name, element)
			}
			f.Value = copyTree(element, below)
			to.Fields = append(to.Fields, f)
		}
		return to
	}
	to := &Tree{Kind: TreeList}
	for it := v.ElementIterator(); it.Next(); {
		if _, element := it.Element(); !element.IsNull() {
			to.List = append(to.List, copyTree(element, read))
		}
	}
	return to
}
