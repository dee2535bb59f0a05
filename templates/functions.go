package templates

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template"
	"unicode/utf8"

	"github.com/spf13/cast"

	"mirrorgen/internal/format/text"
)

// A Function is one that a template may call, or that it might be expected to.
type Function struct {
	Name   string `json:"name"`
	Call   string `json:"call"`             // how it is called: "join SEPARATOR LIST"
	From   string `json:"from"`             // "mirrorgen", "sprig", "text/template" or "helm"
	Status Status `json:"status"`           //
	Gives  string `json:"gives,omitempty"`  // what it returns; "" of one that is refused
	Reason string `json:"reason,omitempty"` // why it is wrapped, charged or refused
	Way    string `json:"way,omitempty"`    // of one that is refused: what to do instead
}

// A Status says whether a function may be called.
type Status string

const (
	Allowed Status = "allowed" // as it is
	Wrapped Status = "wrapped" // with an error where it would print a pointer or hide a mistake, and sorted
	Charged Status = "charged" // as far as the limits of a template admit
	Refused Status = "refused"
)

// A function is a row of the table of functions.
type function struct {
	Function
	params      []param
	least, most int // arguments
	// before checks the arguments, and counts what the function costs beyond the
	// length of its arguments and of its result; nil for nothing.
	before func(b *budget, args []any) error
	run    func(b *budget, args []any) (any, error)
	// direct is run without checks, limits and conversions, for text/template; nil
	// where it is nothing else.
	direct any
}

// A param is a parameter of a function.
type param struct {
	name     string
	kind     kind
	optional bool // may be absent, with all that follow
	repeated bool // any number of times
}

// A kind is what a parameter takes.
type kind int

const (
	anything   kind = iota
	scalar          // text, a number or a truth value
	texts           // text; what stands before takes it as it is
	whole           // a whole number, as Go's int
	numeric         // a number, or text that is one
	truth           // a truth value
	list            // a list
	sliceable       // a list or text
	dictionary      // a dictionary
	ownValue        // text, a number or a truth value, or lists and dictionaries of them
	ownList
	ownDictionary
)

// kinds are those of the words that calls are written with. Every other word in
// capitals is text.
var kinds = map[string]kind{
	"VALUE": anything, "DEFAULT": anything, "YES": anything, "NO": anything,
	"SCALAR": scalar,
	"COUNT":  whole, "WIDTH": whole, "FROM": whole, "TO": whole, "STEP": whole, "SPACES": whole, "PLACES": whole,
	"SIZE": whole, "LIMIT": whole,
	"NUMBER": numeric, "SECONDS": numeric,
	"CONDITION": truth,
	"LIST":      list, "LIST-OR-TEXT": sliceable, "DICT": dictionary,
	"DATA": ownValue, "DATA-LIST": ownList, "DATA-DICT": ownDictionary,
}

// newFunction reads how a function is called: its name, then a word for each
// parameter, "[X]" for one that may be absent, and "X..." for any number.
func newFunction(from string, status Status, call, gives string) function {
	words := strings.Fields(call)
	f := function{Function: Function{Name: words[0], Call: call, From: from, Status: status, Gives: gives}}
	for _, word := range words[1:] {
		p := param{name: word}
		p.name, p.repeated = strings.CutSuffix(p.name, "...")
		if inner, ok := strings.CutPrefix(p.name, "["); ok {
			p.name, p.optional = strings.TrimSuffix(inner, "]"), true
		}
		k, known := kinds[p.name]
		if !known {
			k = texts
		}
		p.kind = k
		f.params = append(f.params, p)
		f.most++
		switch {
		case p.repeated:
			f.most = math.MaxInt - len(words)
		case !p.optional:
			f.least++
		}
	}
	return f
}

// because says why a function is not allowed as it is.
func (f function) because(reason string) function {
	f.Reason = reason
	return f
}

// checked adds a check of the arguments.
func (f function) checked(before func(b *budget, args []any) error) function {
	f.before = before
	return f
}

// by has something else run in the function's place.
func (f function) by(run func(b *budget, args []any) (any, error)) function {
	f.run, f.direct = run, nil
	return f
}

// running has a function of Go run, with arguments that fit its parameters.
func (f function) running(direct any) function {
	f.run = func(_ *budget, args []any) (any, error) { return invoke(direct, args) }
	f.direct = direct
	return f
}

// callAs stands in an error between what is wrong and how a function is called.
const callAs = "; call it as "

// call is the function in a template. A panic of the function, which only wrong
// arguments cause, becomes an error without Go's text.
func (f *function) call(b *budget, args []any) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			result, err = nil, errors.New("these arguments do not fit it")
		}
	}()
	if args, err = f.arguments(b, args); err != nil {
		return nil, err
	}
	if f.before != nil {
		if err := f.before(b, args); err != nil {
			return nil, err
		}
	}
	longest := 0
	for _, arg := range args {
		longest = max(longest, length(arg))
	}
	if result, err = f.run(b, args); err != nil {
		return nil, err
	}
	return result, b.result(result, longest)
}

// arguments converts what a template passes, and counts the work of reading it.
func (f *function) arguments(b *budget, args []any) ([]any, error) {
	if len(args) < f.least || len(args) > f.most {
		return nil, fmt.Errorf("it is given %d arguments%s%s", len(args), callAs, f.Call)
	}
	work := callWork
	for i, arg := range args {
		p := f.param(i, len(args))
		converted, err := p.convert(b, arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d (%s) is %w%s%s", i+1, p.name, err, callAs, f.Call)
		}
		args[i] = converted
		if text, ok := converted.(string); ok {
			work += len(text) / 2
		} else {
			work += length(converted)
		}
	}
	return args, b.spend(work)
}

// param is that of argument i of n. Where the repeated one does not come last,
// those behind it take the last arguments.
func (f *function) param(i, n int) param {
	for j, p := range f.params {
		if !p.repeated || i < j {
			continue
		}
		if behind := len(f.params) - 1 - j; i >= n-behind {
			return f.params[len(f.params)-(n-i)]
		}
		return p
	}
	return f.params[i]
}

// length is that of a text or list, 0 of anything else.
func length(value any) int {
	switch value := value.(type) {
	case string:
		return len(value)
	case nil, bool, int, int64, float64:
		return 0
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len()
	}
	return 0
}

// result charges for what a function has made: for text, and for what a list has
// more than the longest argument.
func (b *budget) result(value any, longest int) error {
	switch value := value.(type) {
	case string:
		if !utf8.ValidString(value) {
			return errors.New("the result is no text: it has half a letter, or bytes that are none")
		}
		return b.charge(len(value))
	case nil, bool, int, int64:
		return nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return errors.New("the result is no number")
		}
		return nil
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return b.charge(entryText * max(0, v.Len()-longest))
	}
	return nil
}

// convert makes of an argument what the parameter takes.
func (p param) convert(b *budget, arg any) (any, error) {
	if _, ok := arg.(string); ok && p.kind <= texts {
		return arg, nil
	}
	v := reflect.ValueOf(arg)
	switch p.kind {
	case anything:
		return arg, nil
	case scalar:
		return arg, printable(arg)
	case whole:
		return wholeNumber(v, arg)
	case numeric:
		return numericValue(v, arg)
	case truth:
		if v.Kind() == reflect.Bool {
			return v.Bool(), nil
		}
		return nil, fmt.Errorf("%s, and must be true or false", describe(arg))
	case ownValue:
		return arg, b.own(arg)
	case ownList:
		if isList(v) {
			return arg, b.own(arg)
		}
	case dictionary, ownDictionary:
		return p.dictionary(b, arg)
	}
	return p.sequence(v, arg)
}

// sequence takes text or a list, whichever the parameter does.
func (p param) sequence(v reflect.Value, arg any) (any, error) {
	if v.Kind() == reflect.String && (p.kind == texts || p.kind == sliceable) {
		return v.String(), nil
	}
	if p.kind == texts {
		return nil, fmt.Errorf("%s, and must be text", describe(arg))
	}
	if !isList(v) {
		return nil, fmt.Errorf("%s, and must be a list", describe(arg))
	}
	return arg, nil
}

func isList(v reflect.Value) bool { return v.Kind() == reflect.Slice || v.Kind() == reflect.Array }

func (p param) dictionary(b *budget, arg any) (any, error) {
	dict, ok := arg.(map[string]any)
	if !ok || dict == nil {
		return nil, fmt.Errorf("%s, and must be a dictionary", describe(arg))
	}
	if p.kind == ownDictionary {
		return dict, b.own(arg)
	}
	return dict, nil
}

func wholeNumber(v reflect.Value, arg any) (any, error) {
	switch {
	case v.CanInt():
		return int(v.Int()), nil
	case v.CanUint() && v.Uint() <= math.MaxInt:
		return int(v.Uint()), nil
	case v.CanFloat() && v.Float() == math.Trunc(v.Float()) && math.Abs(v.Float()) < 1<<53:
		return int(v.Float()), nil
	}
	return nil, fmt.Errorf("%s, and must be a whole number", describe(arg))
}

// numericValue leaves a number as it is, except for its type, and text that is one.
func numericValue(v reflect.Value, arg any) (any, error) {
	switch {
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return int64(v.Uint()), nil
	case v.CanFloat():
		if n := v.Float(); math.IsNaN(n) || math.IsInf(n, 0) {
			break
		}
		return v.Float(), nil
	case v.Kind() == reflect.String:
		if n, err := cast.ToFloat64E(v.String()); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return v.String(), nil
		}
	}
	return nil, fmt.Errorf("%s, and must be a number", describe(arg))
}

// describe says what a value is, without what it holds.
func describe(value any) string {
	if value == nil {
		return "nothing"
	}
	v := reflect.ValueOf(value)
	switch {
	case v.Kind() == reflect.String:
		return "text"
	case v.Kind() == reflect.Bool:
		return "a truth value"
	case isScalar(v.Kind()):
		return "a number"
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		return "a list"
	case v.Kind() == reflect.Map:
		return "a dictionary"
	case v.Kind() == reflect.Pointer && v.IsNil():
		return "nothing"
	}
	return fmt.Sprintf("a whole %s", v.Type())
}

// Functions lists what a template may call, and what it may not, by name.
func Functions() []Function {
	var list []Function
	for _, f := range functions() {
		list = append(list, f.Function)
	}
	slices.SortFunc(list, func(x, y Function) int { return strings.Compare(x.Name, y.Name) })
	return list
}

// functions is the table of functions: ours, and those of text/template and of
// sprig, by name. Most commands call none.
var functions = sync.OnceValue(func() map[string]*function {
	byName := map[string]*function{}
	for _, f := range slices.Concat(ownFunctions(), printFunctions(), sprigFunctions(), refusedFunctions()) {
		if byName[f.Name] != nil {
			panic("two functions " + f.Name)
		}
		byName[f.Name] = &f
	}
	return byName
})

// unboundFunctions are those of artifacts in which no template of the user's has a
// part. The arguments in built-in templates are right, so that nothing needs to be
// checked, charged or converted.
var unboundFunctions = sync.OnceValue(func() template.FuncMap {
	unbound := template.FuncMap{}
	for name, f := range functions() {
		switch {
		case f.From == "text/template" || f.run == nil: // text/template binds its own
		case f.direct != nil:
			unbound[name] = f.direct
		default:
			unbound[name] = func(args ...any) (any, error) {
				b := unlimited
				return f.call(&b, args)
			}
		}
	}
	return unbound
})

// boundFunctions are those of all other artifacts. They take what they cost from a
// budget.
func boundFunctions(b *budget) template.FuncMap {
	bound := template.FuncMap{
		enterName: b.enter,
		leaveName: b.leave,
		stepName:  b.step,
		showName:  b.show,
		rangeName: b.sorted,
	}
	for name, f := range functions() {
		if f.run != nil {
			bound[name] = f.bind(b)
		}
	}
	return bound
}

// bind makes a function for text/template, which takes several times as long to
// pass any number of arguments as to pass one.
func (f *function) bind(b *budget) any {
	for _, p := range f.params {
		if p.optional || p.repeated {
			return func(args ...any) (any, error) { return f.call(b, args) }
		}
	}
	switch len(f.params) {
	case 1:
		return func(x any) (any, error) { return f.call(b, []any{x}) }
	case 2:
		return func(x, y any) (any, error) { return f.call(b, []any{x, y}) }
	case 3:
		return func(x, y, z any) (any, error) { return f.call(b, []any{x, y, z}) }
	}
	return func(args ...any) (any, error) { return f.call(b, args) }
}

// ownFunctions are those that put a value of the topology into a target, and a
// few that sprig does not have.
func ownFunctions() []function {
	own := func(call, gives string, run any) function {
		return newFunction("mirrorgen", Allowed, call, gives).running(run)
	}
	return []function{
		own("yaml TEXT", "a YAML scalar for Compose: quoted where it must be, with `$` doubled", yamlScalar),
		own("sh TEXT", "one word of bash", text.ShellWord),
		own("json TEXT", "a JSON string with its quotation marks", jsonString),
		own("md TEXT", "running text of a Markdown page", markdownText),
		own("code TEXT", "a code span of a Markdown page", markdownCode),
		own("gitignore PATH", "the pattern that matches this one file", gitignorePattern),
		own("header SOURCE", "`Code generated by mirrorgen from SOURCE; DO NOT EDIT.`", header),
		own("sections VALUE", "sections of an INI file: the `.Sections` of a gateway's configuration", iniSections),
		newFunction("mirrorgen", Charged, "picture VALUE",
			"the lab, `.Plan`, as an image: SVG, as `mirrorgen graph` draws it").
			because("it looks at the whole lab").checked(costPicture).running(picture),
		newFunction("mirrorgen", Charged, "rows FORMAT LIST", "printf for each row of a list of rows").
			because(unbounded).checked(costRows).running(formatRows),
		newFunction("mirrorgen", Charged, "indentLines SPACES TEXT",
			"every line of the text behind so many spaces, except empty ones, and a newline at the end").
			because(unbounded).checked(costIndent).running(indentLines),
	}
}
