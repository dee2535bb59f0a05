package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/go-cty-funcs/cidr"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions is the closed list of the language, under Terraform's names. None
// reads disk, clock, environment or chance.
var functions = sync.OnceValue(func() map[string]function.Function {
	to := func(t cty.Type) function.Function { return stdlib.MakeToFunc(t) }
	list := map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "max": stdlib.MaxFunc,
		"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

		"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,
		"indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc,
		"regexall": stdlib.RegexAllFunc, "regexreplace": stdlib.RegexReplaceFunc, "replace": stdlib.ReplaceFunc,
		"reverse": stdlib.ReverseListFunc, "split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc,
		"substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"upper": stdlib.UpperFunc,

		"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
		"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc,
		"index": indexFunc, "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": lookupFunc,
		"merge": stdlib.MergeFunc, "range": rangeFunc, "setintersection": stdlib.SetIntersectionFunc,
		"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

		"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,

		"tobool": to(cty.Bool), "tonumber": to(cty.Number), "tostring": to(cty.String),
		"tolist": to(cty.List(cty.DynamicPseudoType)), "tomap": to(cty.Map(cty.DynamicPseudoType)),
		"toset": to(cty.Set(cty.DynamicPseudoType)),

		"cidrhost": cidr.HostFunc, "cidrnetmask": cidr.NetmaskFunc, "cidrsubnet": cidr.SubnetFunc,
		"cidrsubnets": cidr.SubnetsFunc,

		"try": tryfunc.TryFunc, "can": tryfunc.CanFunc,
	}
	for name, f := range list {
		if name != "try" && name != "can" { // their parameters are expressions
			list[name] = guarded(f)
		}
	}
	return list
})

// FunctionNames lists the functions of the language, sorted.
func FunctionNames() []string { return slices.Sorted(maps.Keys(functions())) }

// rangeFunc counts as Terraform's range does, up to maxRange numbers; cty's
// own stops at 1,024.
var rangeFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "params", Type: cty.Number},
	Type:     function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		start, limit, step := 0.0, 0.0, 1.0
		number := func(i int) float64 { f, _ := args[i].AsBigFloat().Float64(); return f }
		switch len(args) {
		case 1:
			limit = number(0)
		case 2, 3:
			start, limit = number(0), number(1)
		default:
			return cty.NilVal, errors.New(
				"range takes one to three numbers: (limit), (start, limit) or (start, limit, step)")
		}
		if limit < start {
			step = -1
		}
		if len(args) == 3 {
			if step = number(2); step == 0 || (limit-start)*step < 0 {
				return cty.NilVal, errors.New("the step must lead from start to limit")
			}
		}
		if (limit-start)/step > maxRange {
			return cty.NilVal, fmt.Errorf("more than %d numbers; a lab needs far fewer", maxRange)
		}
		var numbers []cty.Value
		for i := 0; (limit-start-float64(i)*step)/step > 0; i++ {
			numbers = append(numbers, cty.NumberFloatVal(start+float64(i)*step))
		}
		if len(numbers) == 0 {
			return cty.ListValEmpty(cty.Number), nil
		}
		return cty.ListVal(numbers), nil
	},
})

const maxRange = 100_000

// indexFunc finds a value in a list, as Terraform's index does.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType},
		{Name: "value", Type: cty.DynamicPseudoType}},
	Type: function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
			return cty.NilVal, function.NewArgErrorf(0, "a list is required")
		}
		for it := args[0].ElementIterator(); it.Next(); {
			i, element := it.Element()
			if equal, err := stdlib.Equal(element, args[1]); err == nil && equal.IsKnown() && equal.True() {
				return i, nil
			}
		}
		return cty.NilVal, errors.New("the value is not in the list")
	},
})

// lengthFunc counts the elements of a collection or the characters of a string,
// as Terraform's length does.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() == cty.String {
			return stdlib.Strlen(args[0])
		}
		if t := args[0].Type(); t.IsObjectType() {
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
		}
		return stdlib.Length(args[0])
	},
})

// lookupFunc is the element of a map, or a default, as Terraform's lookup does.
var lookupFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "map", Type: cty.DynamicPseudoType}, {Name: "key", Type: cty.String}},
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := lookup(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return lookup(args) },
})

func lookup(args []cty.Value) (cty.Value, error) {
	if len(args) > 3 {
		return cty.DynamicVal, errors.New("lookup takes a map, a key and at most one default")
	}
	if !args[0].IsKnown() || !args[1].IsKnown() {
		return cty.DynamicVal, nil
	}
	key := args[1].AsString()
	switch t := args[0].Type(); {
	case t.IsObjectType():
		if t.HasAttribute(key) {
			return args[0].GetAttr(key), nil
		}
	case t.IsMapType():
		if has := args[0].HasIndex(args[1]); has.IsKnown() && has.True() {
			return args[0].Index(args[1]), nil
		}
		if len(args) == 3 {
			return convert.Convert(args[2], t.ElementType())
		}
	default:
		return cty.DynamicVal, function.NewArgErrorf(0, "a map is required")
	}
	if len(args) == 3 {
		return args[2], nil
	}
	return cty.DynamicVal, fmt.Errorf("there is no key %s, and no default is given", shown(key))
}

// guarded is a function that never shows its user a panic of the library.
func guarded(f function.Function) function.Function {
	return function.New(&function.Spec{
		Description: f.Description(), Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			t, err := f.ReturnTypeForValues(args)
			return t, withoutPanic(err)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			return v, withoutPanic(err)
		},
	})
}

// withoutPanic replaces the error of a function that panicked.
func withoutPanic(err error) error {
	if panicked := (function.PanicError{}); errors.As(err, &panicked) {
		return errors.New("it has no result for these values; check their signs and their sizes")
	}
	return err
}

// identifier reports whether a name can stand after "var.".
func identifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r == '-' || r >= '0' && r <= '9')) {
			return false
		}
	}
	return s != "" && len(s) <= longestName
}
