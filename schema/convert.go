package schema

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// convertTo is convert.Convert. Where a list, set or map of one known type is wanted, each
// element is converted by itself: cty would first compare the types of all elements with
// one another, and 16,000 elements take it seconds.
func convertTo(v cty.Value, want cty.Type) (cty.Value, error) {
	t := v.Type()
	sequence := t.IsTupleType() && (want.IsListType() || want.IsSetType())
	mapping := t.IsObjectType() && want.IsMapType()
	if !sequence && !mapping || v.IsMarked() || !v.IsKnown() || v.IsNull() ||
		v.LengthInt() == 0 || want.HasDynamicTypes() {
		return convert.Convert(v, want)
	}
	elements, fields := []cty.Value{}, map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		converted, err := convertTo(element, want.ElementType())
		if err != nil {
			return convert.Convert(v, want) // for an error that says which element
		}
		if mapping {
			fields[key.AsString()] = converted
		} else {
			elements = append(elements, converted)
		}
	}
	switch {
	case mapping:
		return cty.MapVal(fields), nil
	case want.IsSetType():
		return cty.SetVal(elements), nil
	}
	return cty.ListVal(elements), nil
}

// conversionWork bounds what a conversion to a type makes, attributes with defaults
// included, whose values have the given weight in all.
func conversionWork(v cty.Value, want cty.Type, defaults int) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return 1
	}
	t := v.Type()
	work := 1
	switch {
	case want.IsCollectionType() && v.CanIterateElements():
		if want.HasDynamicTypes() {
			work = add(work, unification(t))
		}
		if want.IsSetType() {
			work = add(work, setWork(v))
		}
		for it := v.ElementIterator(); it.Next() && work <= budget; {
			_, element := it.Element()
			work = add(work, conversionWork(element, want.ElementType(), defaults))
		}
	case want.IsTupleType() && t.IsTupleType() && t.Length() == want.Length():
		for i, element := range want.TupleElementTypes() {
			work = add(work, conversionWork(v.Index(cty.NumberIntVal(int64(i))), element, defaults))
		}
	case want.IsObjectType() && t.IsObjectType():
		for name, attribute := range want.AttributeTypes() {
			if t.HasAttribute(name) {
				work = add(work, conversionWork(v.GetAttr(name), attribute, defaults))
			} else {
				work = add(work, 1+defaults)
			}
		}
	case want.IsObjectType():
		work = add(multiply(typeParts(want), 1+defaults), weightOf(v))
	default:
		work = weightOf(v)
	}
	return work
}
