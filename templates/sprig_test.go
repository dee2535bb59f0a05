package templates

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/sprig/v3"
)

// Every function of sprig has a row, and no row is for one that sprig no longer
// has.
func TestEverySprigFunctionIsDecided(t *testing.T) {
	all := sprig.TxtFuncMap()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if f := functions()[name]; f == nil || f.From != "sprig" {
			t.Errorf("%s of sprig is neither allowed nor refused", name)
		}
	}
	hermetic := sprig.HermeticTxtFuncMap()
	for name, f := range functions() {
		if f.From == "sprig" && all[name] == nil {
			t.Errorf("sprig has no %s", name)
		}
		if f.From == "sprig" && f.Status != Refused && hermetic[name] == nil {
			t.Errorf("%s is allowed, and sprig itself says that it is not repeatable", name)
		}
		if f.Status != Refused && f.Gives == "" || f.Status == Refused && f.Way == "" ||
			f.Status != Allowed && f.Reason == "" {
			t.Errorf("%s: the row is not complete: %+v", name, f.Function)
		}
		if f.Status != Refused && f.run == nil && f.From != "text/template" {
			t.Errorf("%s runs nothing", name)
		}
	}
}

// The names that the specification refuses, wraps and charges.
func TestStatusOfFunctions(t *testing.T) {
	for status, names := range map[Status]string{
		Refused: "now ago unixEpoch toDate date env expandenv getHostByName randAlpha randInt shuffle uuidv4 bcrypt " +
			"htpasswd encryptAES decryptAES genCA genPrivateKey buildCustomCert derivePassword tpl osBase toJson " +
			"fromJson typeOf kindOf deepEqual hello",
		Wrapped: "keys values toString toStrings cat quote squote join trunc sortAlpha print printf println html js " +
			"urlquery",
		Charged: "until untilStep seq repeat nindent indent replace wrap append picture",
		Allowed: "fail set unset default ternary first last list upper yaml sh md code json gitignore header " +
			"sections plural",
	} {
		for name := range strings.FieldsSeq(names) {
			if f := functions()[name]; f == nil || f.Status != status {
				t.Errorf("%s is %+v, not %s", name, f, status)
			}
		}
	}
}

// Sprig's meaning holds for what it has: a call with ordinary arguments gives
// what sprig's own function gives.
func TestWrappedFunctionsAreSprigs(t *testing.T) {
	list := []any{"b", 1, "a"}
	dict := func() map[string]any { return map[string]any{"a": "x", "b": map[string]any{"c": 2}} }
	values := map[kind][]any{
		anything:      {"x", 0, nil, list},
		scalar:        {"x", 7, true, 1.5},
		texts:         {"some text, 2 lines\nlong", "a"},
		whole:         {3, 1, 7},
		numeric:       {int64(7), 2.5, "4"},
		truth:         {true, false},
		listKind:      {list, []any{}, []string{"z", "y", "z"}},
		sliceable:     {list},
		dictionary:    {dict(), map[string]any{}},
		ownValue:      {"z", dict()},
		ownList:       {[]any{"b", 1, "a", 1}, []string{"z", "z"}},
		ownDictionary: {dict(), map[string]any{"q": "r"}},
	}
	special := map[string][]any{ // nil for what is not compared
		"atoi": {"12"}, "toDecimal": {"777"}, "b64dec": {"YWI="}, "b32dec": {"MFRA===="}, "mustFromJson": {`{"a":[1]}`},
		"durationRound": {"26h"}, "semver": {"1.2.3"}, "semverCompare": {">=1", "1.2.3"}, "dig": {"b", "c", 0, dict()},
		"fail": nil, "dict": {"k", list, 2, "v"}, "urlParse": {"https://u:p@h:1/p?q=1#f"}, "all": {"x", list},
		"keys": nil, "values": nil, "urlJoin": {map[string]any{"scheme": "http", "host": "h", "path": "/p"}},
		"untilStep": {1, 9, 3}, "seq": {2, 3, 11}, "round": {int64(12345), -2}, "slice": {list, 1, 2},
		"mustSlice": {list, 1}, "max": {int64(3), "4"}, "min": {int64(3), "4"}, "biggest": {int64(3), "4"},
		"div": {int64(7), int64(2)}, "mod": {int64(7), int64(2)}, "add": {int64(1), "2"}, "sub": {int64(1), "2"},
		"mul": {int64(3), "2"}, "add1": {"2"}, "int": {"2"}, "int64": {"2"}, "duration": {int64(95)},
		"substr": {1, 3, "abcdef"}, "abbrevboth": {5, 12, "1234 5678 9123 4567"},
		"mustRegexFindAll": {"[a-c]", "abcabc", -1}, "regexFindAll": {"[a-c]", "abcabc", 2},
	}
	compared := 0
	for name, f := range functions() {
		if f.From != "sprig" || f.Status == Refused {
			continue
		}
		args, given := special[name]
		if given && args == nil {
			continue
		}
		for round := range 3 {
			if !given {
				args = nil
				for i, p := range f.params {
					args = append(args, values[p.kind][(round+i)%len(values[p.kind])])
				}
			}
			want, err := invoke(sprigs()[name], slices.Clone(deepCopyOf(args)))
			if err != nil {
				continue
			}
			b := limited
			have, err := f.call(&b, deepCopyOf(args))
			if err != nil || !reflect.DeepEqual(have, want) {
				t.Errorf("%s %#v gives %#v (%v), and sprig's %#v", name, args, have, err, want)
			}
			compared++
		}
	}
	if compared < 400 {
		t.Errorf("only %d calls were compared", compared)
	}
}

const listKind = list

// deepCopyOf copies arguments, which functions such as set and merge change.
func deepCopyOf(args []any) []any {
	return must(invoke(sprigs()["deepCopy"], []any{args})).([]any)
}

func must(value any, err error) any {
	if err != nil {
		panic(err)
	}
	return value
}
