package schema

import (
	"math"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A bill is what one call of a function takes at most, in elements (see budget).
type bill struct {
	work    int    // beside what is made
	makes   int    // elements of the result, and its text in elements
	problem string // why the function cannot take these arguments, "" where it can
}

// A rate bounds what a call takes. Its arguments may be unknown, null or of the wrong type:
// then the call ends with an error, or with a result that is not known.
type rate func(args arguments) bill

// callBill bounds a call of a function of the language. One without a rate is charged the
// square of its arguments.
func callBill(name string, args []cty.Value) bill {
	if rate := rates[name]; rate != nil {
		return rate(arguments(args))
	}
	if _, ok := functions()[name]; !ok {
		return bill{} // the topology's own: its result is charged as it is computed
	}
	return quadratic(arguments(args))
}

// rates has the functions whose work is not proportional to the size of their arguments,
// and, as linear, those whose work is.
var rates = map[string]rate{
	"abs": linear, "ceil": linear, "floor": linear, "max": linear, "min": linear, "signum": linear, "pow": linear,
	"parseint": parsing,

	"chomp": linear, "lower": linear, "upper": linear, "title": linear, "trimprefix": linear, "trimspace": linear,
	"trimsuffix": linear, "strlen": graphemes, "substr": graphemes, "trim": trimming, "split": splitting,
	"join": joining, "replace": replacing, "indent": indenting, "format": formatting, "formatlist": formattingList,
	"regex": matching, "regexall": matchingAll, "regexreplace": replacingMatches,

	"length": graphemes, "element": linear, "slice": linear, "keys": linear, "values": linear, "compact": linear,
	"reverse": linear, "lookup": linear, "zipmap": linear, "index": linear, "contains": linear, "sort": sorting,
	"chunklist": linear, "flatten": flattening, "distinct": quadratic, "range": counting,
	"coalesce": varied, "coalescelist": varied, "concat": varied, "merge": linear,
	"setunion": sets, "setintersection": sets, "setsubtract": sets, "setproduct": product,

	"jsonencode": encoding, "jsondecode": decoding, "csvdecode": decoding,

	"tobool": linear, "tostring": linear, "tonumber": numbers, "tolist": converting, "tomap": converting, "toset": sets,

	"cidrhost": linear, "cidrnetmask": linear, "cidrsubnet": linear, "cidrsubnets": linear,

	"try": free, "can": free, // they evaluate their arguments as expressions
}

// arguments are those of one call.
type arguments []cty.Value

// at is the argument of an index without its marks; unknown where there is none.
func (a arguments) at(i int) cty.Value {
	if i >= len(a) {
		return cty.DynamicVal
	}
	v, _ := a[i].Unmark()
	return v
}

// text is the string of an argument, or of one that is read as a string; "" for any other.
func (a arguments) text(i int) string {
	v := a.at(i)
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return ""
	}
	return v.AsString()
}

// number is an argument that is a number, or is read as one; 0 for any other.
func (a arguments) number(i int) float64 {
	v := a.at(i)
	if !v.IsKnown() || v.IsNull() {
		return 0
	}
	if v.Type() == cty.String && len(v.AsString()) <= maxDigits {
		v, _ = cty.ParseNumberVal(v.AsString())
	}
	if v == cty.NilVal || v.Type() != cty.Number {
		return 0
	}
	n, _ := v.AsBigFloat().Float64()
	return n
}

// length is how many elements an argument has, 0 where it has none.
func (a arguments) length(i int) int {
	v := a.at(i)
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// weight is that of all arguments.
func (a arguments) weight() int {
	weight := 0
	for _, arg := range a {
		weight = add(weight, weightOf(arg))
	}
	return weight
}

// elements calls visit for each element of an argument.
func (a arguments) elements(i int, visit func(v cty.Value)) {
	if a.length(i) == 0 {
		return
	}
	for it := a.at(i).ElementIterator(); it.Next(); {
		_, element := it.Element()
		element, _ = element.Unmark()
		visit(element)
	}
}

// outOfRangeNumber reports whether an argument or a part of one is a text that is read as
// a number out of range.
func (a arguments) outOfRangeNumber() bool {
	found := false
	for _, arg := range a {
		arg, _ = arg.UnmarkDeep()
		_ = cty.Walk(arg, func(_ cty.Path, v cty.Value) (bool, error) {
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && numeric(v.AsString()) {
				found = found || !readable(v)
			}
			return !found, nil
		})
	}
	return found
}

// numeric reports whether a text could be a number with an exponent or many digits.
func numeric(s string) bool {
	return s != "" && strings.Trim(s[:min(len(s), 4)], "+-.0123456789eExXpP") == "" &&
		(len(s) > 300 || strings.ContainsAny(s, "eEpP"))
}

func free(arguments) bill { return bill{} }

func linear(a arguments) bill { return bill{makes: a.weight()} }

// quadratic is for functions that compare all elements with one another.
func quadratic(a arguments) bill {
	n := 0
	for i := range a {
		n = add(n, 1+a.length(i))
	}
	return bill{work: multiply(n, a.weight()) / 16}
}

func parsing(a arguments) bill {
	if len(a.text(0)) > maxDigits {
		return bill{problem: outOfRange}
	}
	return bill{work: 10}
}

// numbers is for functions that read a text as a number.
func numbers(a arguments) bill {
	if a.outOfRangeNumber() {
		return bill{problem: outOfRange}
	}
	return bill{work: 1}
}

// graphemes is for functions that look for the characters of a text, as people see them.
func graphemes(a arguments) bill { return bill{work: len(a.text(0)) / 4} }

func trimming(a arguments) bill {
	return bill{work: multiply(len(a.text(0)), len(a.text(1))) / 64, makes: a.weight()}
}

func splitting(a arguments) bill {
	s := a.text(1)
	parts := strings.Count(s, a.text(0)) + 1
	return bill{makes: parts + len(s)/bytesPerElement}
}

func joining(a arguments) bill {
	bytes := 0
	for i := range a {
		a.elements(i, func(v cty.Value) {
			bytes += len(a.text(0)) + weightOf(v)*bytesPerElement
		})
	}
	return bill{makes: bytes / bytesPerElement}
}

func replacing(a arguments) bill {
	s, old, with := a.text(0), a.text(1), a.text(2)
	bytes := len(s)
	if matches := strings.Count(s, old); matches > 0 {
		bytes = add(bytes, multiply(matches, len(with)))
	}
	return bill{makes: bytes / bytesPerElement}
}

func indenting(a arguments) bill {
	spaces := a.number(0)
	if spaces < 0 || spaces > maxWidth {
		return bill{problem: "indent takes from 0 to 9999 spaces. Give it a number in that range."}
	}
	lines := strings.Count(a.text(1), "\n")
	return bill{makes: (len(a.text(1)) + multiply(lines, int(spaces))) / bytesPerElement}
}

// maxWidth is the greatest width or precision of a verb, and number of spaces.
const maxWidth = 9999

// formatting bounds one text: its format, each argument once for each verb that may show
// it, and the widths.
func formatting(a arguments) bill {
	if a.outOfRangeNumber() {
		return bill{problem: outOfRange}
	}
	format := a.text(0)
	width, ok := widths(format)
	if !ok {
		return bill{problem: "A verb of the format is wider than 9999. Make it narrower."}
	}
	verbs := strings.Count(format, "%")
	weight := a.weight()
	// A verb shows one argument, of its own or of an index: %[1]s.
	shown := weight
	if strings.Contains(format, "%[") || strings.Contains(format, "[") {
		shown = multiply(weight, verbs+1)
	}
	return bill{makes: add(shown, (len(format)+width)/bytesPerElement), work: verbs}
}

func formattingList(a arguments) bill {
	one := formatting(a)
	if one.problem != "" {
		return one
	}
	texts := 1
	for i := range a {
		texts = max(texts, a.length(i))
	}
	// Elements of lists are shown once, all else in each text.
	each := len(a.text(0)) / bytesPerElement
	if width, ok := widths(a.text(0)); ok {
		each += width / bytesPerElement
	}
	verbs := strings.Count(a.text(0), "%")
	for i := range a {
		if a.length(i) == 0 || i == 0 {
			each = add(each, weightOf(a.at(i)))
		}
	}
	return bill{makes: add(one.makes, multiply(texts, each+1)), work: multiply(texts, verbs+2)}
}

// widths is the sum of the widths and precisions of a format's verbs; ok is false where
// one is above maxWidth.
func widths(format string) (sum int, ok bool) {
	inVerb, n := false, 0
	for i := range len(format) {
		c := format[i]
		switch {
		case c == '%':
			inVerb, n = !inVerb, 0
		case !inVerb:
		case digit(c):
			if n = n*10 + int(c-'0'); n > maxWidth {
				return 0, false
			}
		default:
			sum, n = sum+n, 0
			inVerb = !letter(c)
		}
	}
	return sum, true
}

func sorting(a arguments) bill {
	n := a.length(0)
	return bill{work: n * (1 + int(math.Log2(float64(n+1)))) / 8, makes: a.weight()}
}

// flattening copies what is inside once for each level around it.
func flattening(a arguments) bill {
	return bill{work: multiply(a.weight(), levels(a.at(0)))}
}

// levels is how deep lists are nested in a value.
func levels(v cty.Value) int {
	v, _ = v.Unmark()
	deepest := 0
	if t := v.Type(); v.IsKnown() && !v.IsNull() && (t.IsTupleType() || t.IsListType() || t.IsSetType()) {
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			deepest = max(deepest, levels(element))
		}
	}
	return deepest + 1
}

// counting is for range, whose result is one number a step.
func counting(a arguments) bill {
	start, limit, step := 0.0, a.number(0), 1.0
	if len(a) > 1 {
		start, limit = a.number(0), a.number(1)
	}
	if len(a) > 2 {
		step = a.number(2)
	}
	if step == 0 {
		return bill{}
	}
	return bill{makes: int(min(math.Abs((limit-start)/step), maxCost))}
}

// varied is for functions that find one type for all their arguments.
func varied(a arguments) bill {
	parts := 0
	for _, arg := range a {
		parts = add(parts, typeParts(arg.Type()))
	}
	return bill{work: multiply(len(a), parts) / 4 / pairsPerElement, makes: a.weight()}
}

// converting is for functions that find one type for all elements of their argument.
func converting(a arguments) bill {
	work := 0
	for _, arg := range a {
		work = add(work, unification(arg.Type()))
	}
	return bill{work: work, makes: a.weight()}
}

// sets is for functions that make sets of sets. What it takes to make these is charged
// before (setWork).
func sets(a arguments) bill {
	b := varied(a)
	for i := range a {
		b.makes = add(b.makes, setWeight(a.length(i)))
	}
	return b
}

// What it takes to make a set, and to pass it to a function, which sorts it several times;
// for each part of its weight.
const (
	setFactor     = 2
	setCallFactor = 8
)

// setWork bounds the making of a set: elements with one hash are compared with one another,
// and the hash of a number is that of its first ten digits.
func setWork(v cty.Value) int {
	v, _ = v.UnmarkDeep()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() || v.Type().IsSetType() {
		return 0
	}
	work := setFactor * setWeight(v.LengthInt())
	if work > budget {
		return work
	}
	same := map[int]int{}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		same[element.Hash()]++
	}
	for _, n := range same {
		work = add(work, multiply(n, n)/4)
	}
	return add(work, unification(v.Type()))
}

func product(a arguments) bill {
	n, b := 1, varied(a)
	for i := range a {
		n = multiply(n, max(1, a.length(i)))
	}
	b.makes = multiply(n, len(a)+1)
	b.work = add(b.work, multiply(6, b.makes))
	return b
}

func encoding(a arguments) bill {
	bytes := 0
	for _, arg := range a {
		arg, _ = arg.UnmarkDeep()
		_ = cty.Walk(arg, func(path cty.Path, v cty.Value) (bool, error) {
			bytes += 4 // quotes and separators
			if len(path) > 0 {
				if step, ok := path[len(path)-1].(cty.GetAttrStep); ok {
					bytes += encoded(step.Name)
				}
			}
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
				bytes += encoded(v.AsString())
			}
			return true, nil
		})
	}
	return bill{work: a.weight(), makes: bytes / bytesPerElement}
}

// encoded is how long a text is in JSON at most: some of its bytes become six.
func encoded(s string) int {
	n := len(s)
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '<' || c == '>' || c == '&' || c >= 0x80 {
			n += 5
		}
	}
	return n
}

// decoding is for functions that read a text for the type of the result, and again for
// the result.
func decoding(a arguments) bill {
	s := a.text(0)
	elements, depth, deepest := 1, 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[', '{':
			elements++
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		case ',', ':', '\n', ';', '\t':
			elements++
		}
	}
	if deepest > maxLevels {
		return bill{problem: "This text is nested more than 200 levels deep. Nest it less."}
	}
	return bill{work: 6*elements + len(s)/bytesPerElement, makes: elements + len(s)/bytesPerElement}
}

// maxLevels is how deep a text that jsondecode reads may be nested.
const maxLevels = 200
