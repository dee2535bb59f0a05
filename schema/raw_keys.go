package schema

import (
	"encoding/json"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/kubernetes"
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
func (v value) compose(to *cty.Value) { v.rawKeys(to, Extension, compose.CheckService) }

// workload decodes raw keys of a workload of Kubernetes of a kind, and asks its schema about them.
// A key that it refuses is left out.
func (v value) workload(to *cty.Value, kind string) {
	v.rawKeys(to, func(string) bool { return false }, func(keys map[string]any) []compose.Problem {
		return kubernetes.CheckWorkload(kind, keys)
	})
}

// workloadKind is the kind of workload that a service of a block type becomes.
func workloadKind(block string) string {
	if block == "member" || block == "application_server" {
		return "StatefulSet"
	}
	return "Deployment"
}

// rawKeys decodes raw keys, and has them checked, except the user's own.
func (v value) rawKeys(to *cty.Value, own func(string) bool, check func(map[string]any) []compose.Problem) {
	var object cty.Value
	if v.object(&object); object == cty.NilVal {
		return
	}
	r := raw{value: v, own: own, refused: map[string]bool{}}
	keys, _ := r.convert(nil, object).(map[string]any)
	for _, p := range check(keys) {
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

// raw is the value of an argument with raw keys while it is decoded.
type raw struct {
	value
	own     func(key string) bool // a key that nobody reads
	refused map[string]bool       // keys with a mistake, of the outermost object
}

// refuse reports a mistake at a path below the argument.
func (r *raw) refuse(path []string, summary, sentences string) {
	if len(path) == 0 {
		return
	}
	r.refused[path[0]] = true
	r.d.errorf(pathRange(r.expr, path), summary, "%s: %s", r.name, sentences)
}

// convert makes of a value what the readers of JSON make. Null means omitted.
func (r *raw) convert(path []string, v cty.Value) any {
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

func (r *raw) convertObject(path []string, v cty.Value) map[string]any {
	object := map[string]any{}
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		name := key.AsString()
		if element.IsNull() || r.own(name) {
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
