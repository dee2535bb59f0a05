package schema

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/compose"
)

// appends ends a raw compose key whose list is added to the one that is there. No key of
// Compose's ends with it.
const appends = "+"

// CutAppend takes the sign of a list that is added off a raw compose key, and reports whether
// there was one. v is the key's value: of anything but a list the sign is part of the name.
func CutAppend(key string, v cty.Value) (name string, found bool) {
	name, found = strings.CutSuffix(key, appends)
	if t := v.Type(); !found || name == "" || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return key, false
	}
	return name, true
}

// Extension reports whether a raw compose key is the user's own, of which Compose reads nothing.
func Extension(key string) bool { return strings.HasPrefix(key, "x-") }

// compose decodes raw keys of a compose service, and asks Compose's schema about them. A key
// that it refuses is left out.
func (v value) compose(to *cty.Value) {
	var object cty.Value
	if v.object(&object); object == cty.NilVal {
		return
	}
	r := rawCompose{value: v, refused: map[string]bool{}}
	keys, _ := r.convert(nil, object).(map[string]any)
	for _, p := range compose.CheckService(keys) {
		r.refuse(p.Path, p.Summary, p.Text+" "+p.Remedy)
	}
	if len(r.refused) == 0 {
		*to = object
		return
	}
	accepted := map[string]cty.Value{}
	for key, element := range object.AsValueMap() {
		if name, _ := CutAppend(key, element); !r.refused[name] {
			accepted[key] = element
		}
	}
	*to = cty.ObjectVal(accepted)
}

// rawCompose is the value of a compose argument while it is decoded.
type rawCompose struct {
	value
	refused map[string]bool // keys of the service with a mistake
}

// refuse reports a mistake at a path below the service.
func (r *rawCompose) refuse(path []string, summary, sentences string) {
	r.refused[path[0]] = true
	r.d.errorf(pathRange(r.expr, path), summary, "compose: %s", sentences)
}

// convert makes of a value what the readers of JSON make. Null means omitted.
func (r *rawCompose) convert(path []string, v cty.Value) any {
	switch t := v.Type(); {
	case t == cty.String:
		return v.AsString()
	case t == cty.Number:
		return json.Number(v.AsBigFloat().Text('f', -1))
	case t == cty.Bool:
		return v.True()
	case t.IsObjectType() || t.IsMapType():
		return r.convertObject(path, v)
	}
	list := []any{}
	for it := v.ElementIterator(); it.Next(); {
		if _, element := it.Element(); !element.IsNull() {
			list = append(list, r.convert(append(path, indexStep(len(list))), element))
		}
	}
	return list
}

func (r *rawCompose) convertObject(path []string, v cty.Value) map[string]any {
	object := map[string]any{}
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		name := key.AsString()
		if element.IsNull() || Extension(name) {
			continue
		}
		name, _ = CutAppend(name, element)
		step := append(path, name)
		if _, twice := object[name]; twice {
			r.refuse(step, "Key given twice", compose.Path(step)+" replaces the list, and "+compose.Path(step)+appends+
				" adds to it. Leave one of the two out.")
			continue
		}
		object[name] = r.convert(step, element)
	}
	return object
}
