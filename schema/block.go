package schema

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// An argument is one row of a block's table. The same rows decode a topology
// and print the language reference.
type argument[T any] struct {
	name     string
	kind     string // as the reference prints it: "string", "list(string)", ...
	def      string // default, in the topology's own spelling; "required" where there is none
	doc      string
	required bool
	decode   func(v value, to *T)
}

// A block is a block type: its arguments, and the types of the blocks inside.
type block[T any] struct {
	kind      string
	label     string // what the label is called; "" for none
	doc       string
	arguments []argument[T]
	blocks    []hcl.BlockHeaderSchema
	schema    *hcl.BodySchema
}

// ready completes a table once, so that decoding a block builds nothing.
func (b *block[T]) ready() *block[T] {
	b.schema = &hcl.BodySchema{Blocks: b.blocks}
	for _, a := range b.arguments {
		b.schema.Attributes = append(b.schema.Attributes, hcl.AttributeSchema{Name: a.name, Required: a.required})
	}
	return b
}

// A decoder turns bodies into blocks and collects every diagnostic.
type decoder struct {
	language  *grammar
	ctx       *hcl.EvalContext // what expressions may refer to; nil where the topology uses none
	meter     *meter
	diags     hcl.Diagnostics
	sources   []Source
	services  []*Service
	names     map[string]*Service
	errors    int                // of ours, so far
	compared  int                // names that were compared with unknown ones
	about     *Decl              // the block that is being decoded or checked
	expanded  map[hcl.Range]bool // headers of dynamic blocks
	made      int                // blocks that they have made
	secrets   map[string]bool    // texts that are never shown
	concealed []concealed        // arguments of which nothing is quoted
	sensitive bool               // a variable is sensitive
	inputs    []Input            // the values of those that are not
	asking    bool               // no topology is decoded: rules are asked for their values
	answer    []string           // what they say
}

func newDecoder(diags hcl.Diagnostics) *decoder {
	return &decoder{language: language(), meter: &meter{}, diags: diags, names: map[string]*Service{}}
}

// enter notes which block is being decoded or checked from here on, and returns
// the one before, to which leave goes back.
func (d *decoder) enter(decl *Decl) *Decl {
	outer := d.about
	d.about = decl
	return outer
}

func (d *decoder) leave(outer *Decl) { d.about = outer }

// note identifies the block that is being decoded or checked.
func (d *decoder) note() string {
	if d.about == nil {
		return ""
	}
	return d.about.Note()
}

// add adds diagnostics of HCL.
func (d *decoder) add(diags hcl.Diagnostics) {
	for _, diag := range diags {
		diag.Detail += d.note()
		d.diags = append(d.diags, diag)
	}
}

// decode fills to from a block's body and returns the blocks inside, in the
// order of the source.
func decode[T any](d *decoder, spec *block[T], body hcl.Body, decl *Decl, to *T) hcl.Blocks {
	content, diags := body.Content(spec.schema)
	defer d.leave(d.enter(decl))
	d.add(d.causes(complete(spec, diags)))
	for i := range spec.arguments {
		a := &spec.arguments[i]
		attribute, ok := content.Attributes[a.name]
		if !ok {
			continue
		}
		v, diags := d.meter.value(attribute.Expr, d.ctx)
		d.add(completeExpression(diags))
		shown := v
		if v.ContainsMarked() {
			shown = cty.NilVal
			d.concealed = append(d.concealed, concealed{a.name, attribute.Expr.Range()})
			v = d.unmarked(v)
		}
		if diags.HasErrors() || !v.IsWhollyKnown() {
			// What is not known has been reported where it comes from.
			decl.given = append(decl.given, given{a.name, attribute.Expr, false, cty.NilVal})
			continue
		}
		if v.IsNull() {
			if a.required {
				d.errorf(attribute.Expr.Range(), "Missing value",
					"%s is required here, and null means that it is omitted. Give it a value.", a.name)
			}
			continue
		}
		before := d.errors
		a.decode(value{d, a.name, v, attribute.Expr}, to)
		decl.given = append(decl.given, given{a.name, attribute.Expr, d.errors == before, shown})
	}
	return content.Blocks
}

// Diagnose makes a diagnostic. at is the range that must change, summary a short phrase, and
// format with args full sentences that say what is wrong and how to put it right. An hcl.Range
// among args is printed as [Position] does, seen from the file that at is in.
func Diagnose(severity hcl.DiagnosticSeverity, at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	printed := make([]any, len(args))
	for i, arg := range args {
		if other, ok := arg.(hcl.Range); ok {
			arg = Position(other, at.Filename)
		}
		printed[i] = arg
	}
	return &hcl.Diagnostic{Severity: severity, Summary: summary, Detail: fmt.Sprintf(format, printed...), Subject: &at}
}

// Position says where a range begins, to a reader of the named file: "line 11" in that file,
// "FILE line 11" in another.
func Position(r hcl.Range, file string) string {
	if r.Filename == file {
		return fmt.Sprintf("line %d", r.Start.Line)
	}
	return fmt.Sprintf("%s line %d", r.Filename, r.Start.Line)
}

// maxErrors is how many errors of ours are kept: more of them help nobody, and a topology
// can hold a hundred thousand.
const maxErrors = 1000

// errorf adds an error.
func (d *decoder) errorf(at hcl.Range, summary, format string, args ...any) {
	if d.errors++; d.errors > maxErrors {
		return
	}
	diag := Diagnose(hcl.DiagError, at, summary, format, args...)
	conceal(diag, d.concealed)
	diag.Detail += d.note()
	d.diags = append(d.diags, diag)
}

// warnf adds a warning.
func (d *decoder) warnf(at hcl.Range, summary, format string, args ...any) {
	diag := Diagnose(hcl.DiagWarning, at, summary, format, args...)
	conceal(diag, d.concealed)
	diag.Detail += d.note()
	d.diags = append(d.diags, diag)
}

// A value is one argument's value on its way into a block.
type value struct {
	d    *decoder
	name string
	v    cty.Value
	expr hcl.Expression
}

func (v value) at() hcl.Range { return v.expr.Range() }

// as converts the value to a type, or says why it cannot be.
func (v value) as(t cty.Type, want string) (cty.Value, bool) {
	converted, err := convertTo(v.v, t)
	if err != nil || !converted.IsWhollyKnown() || converted.IsNull() {
		v.d.errorf(v.at(), "Unsuitable value type", "%s must be %s.", v.name, want)
		return cty.NilVal, false
	}
	if t == cty.Number && !finite(converted) { // made of a text
		v.d.errorf(v.at(), "Number out of range", outOfRange)
		return cty.NilVal, false
	}
	return converted, true
}

// finite reports whether a number is one that a computer writes out.
func finite(v cty.Value) bool {
	n := v.AsBigFloat()
	return !n.IsInf() && n.MantExp(nil) < mostBits && n.MantExp(nil) > -mostBits
}

// mostBits bounds the binary exponent of a number; every number of 300 decimal
// digits is within.
const mostBits = 1000

// A rule checks one string. It returns "" or what is wrong, as a sentence that
// says how to put it right.
type rule func(s string) string

// text decodes a string that every rule accepts.
func (v value) text(to *string, rules ...rule) {
	if converted, ok := v.as(cty.String, "a string"); ok && v.d.accept(v.at(), v.name, converted.AsString(), rules) {
		*to = converted.AsString()
	}
}

// accept reports whether s passes; every string of a topology comes through
// here, so what no target can hold is refused here alone.
func (d *decoder) accept(at hcl.Range, name, s string, rules []rule) bool {
	if d.asking {
		for _, rule := range rules {
			if values := strings.Split(rule(askChoices), "\x00"); len(values) > 1 {
				d.answer = values
			}
		}
		return false
	}
	if strings.ContainsRune(s, 0) {
		d.errorf(at, "Unsuitable value",
			"%s holds a NUL character, which no configuration file can carry. Remove it.", name)
		return false
	}
	for _, rule := range rules {
		if problem := rule(s); problem != "" {
			d.errorf(at, "Unsuitable value", "%s: %s", name, problem)
			return false
		}
	}
	return true
}

// whole decodes a whole number between least and most.
func (v value) whole(to *int, least, most int) {
	want := "a whole number"
	if v.v.Type() == cty.String && v.v.IsKnown() && !v.v.IsNull() {
		if _, ok := ParseDuration(v.v.AsString()); ok {
			want += " without a unit"
		}
	}
	converted, ok := v.as(cty.Number, want)
	if !ok {
		return
	}
	n, accuracy := converted.AsBigFloat().Int64()
	if accuracy != big.Exact || n < int64(least) || n > int64(most) {
		v.d.errorf(v.at(), "Number out of range", "%s must be a whole number from %d to %d.", v.name, least, most)
		return
	}
	*to = int(n)
}

// flag decodes a bool.
func (v value) flag(to *bool) {
	if converted, ok := v.as(cty.Bool, "true or false"); ok {
		*to = converted.True()
	}
}

// list decodes a list(string); every element keeps its own range.
func (v value) list(to *[]Ref, rules ...rule) {
	converted, ok := v.as(cty.List(cty.String), "a list of strings")
	if !ok {
		return
	}
	ranges, _ := hcl.ExprList(v.expr)
	refs := make([]Ref, 0, converted.LengthInt())
	seen := map[string]bool{}
	for i, element := range converted.AsValueSlice() {
		at := v.at()
		if i < len(ranges) {
			at = ranges[i].Range()
		}
		if element.IsNull() {
			v.d.errorf(at, "Missing value", "%s has an element that is null. Remove it.", v.name)
			continue
		}
		s := element.AsString()
		if !v.d.accept(at, v.name, s, rules) {
			continue
		}
		if seen[s] {
			v.d.errorf(at, "Duplicate element", "%s names %s twice. Remove one.", v.name, shown(s))
			continue
		}
		seen[s] = true
		refs = append(refs, Ref{s, at})
	}
	*to = refs
}

// someList decodes a list(string) that may not be empty.
func (v value) someList(to *[]Ref, rules ...rule) {
	var refs []Ref
	before := v.d.errors
	if v.list(&refs, rules...); len(refs) > 0 {
		*to = refs
	} else if v.d.errors == before {
		v.d.errorf(v.at(), "Empty list", "%s must name at least one, or be left out.", v.name)
	}
}

// pairs decodes a map(string), sorted by key.
func (v value) pairs(to *[]Pair, key rule, rules ...rule) {
	if converted, ok := v.as(cty.Map(cty.String), "a map of strings"); ok {
		*to = v.entries(converted, v.expr, key, rules)
	}
}

func (v value) entries(m cty.Value, expr hcl.Expression, key rule, rules []rule) []Pair {
	ranges := keyRanges(expr)
	var pairs []Pair
	for it := m.ElementIterator(); it.Next(); {
		k, element := it.Element()
		name := k.AsString()
		at, ok := ranges[name]
		if !ok {
			at = v.at()
		}
		if element.IsNull() {
			continue
		}
		if v.d.accept(at, v.name, name, []rule{key}) &&
			v.d.accept(at, fmt.Sprintf("%s[%q]", v.name, name), element.AsString(), rules) {
			pairs = append(pairs, Pair{name, element.AsString(), at})
		}
	}
	return pairs
}

// sections decodes a map(map(string)).
func (v value) sections(to *[]Section, name, key, element rule) {
	converted, ok := v.as(cty.Map(cty.Map(cty.String)),
		"a map of maps of strings, for example { \"SYSTEM\" = { \"Event_Log_File\" = \"/tmp/event.log\" } }")
	if !ok {
		return
	}
	bodies := map[string]hcl.Expression{}
	if items, diags := hcl.ExprMap(v.expr); !diags.HasErrors() {
		for _, item := range items {
			if k, diags := item.Key.Value(nil); !diags.HasErrors() && k.Type() == cty.String && k.IsKnown() &&
				!k.IsNull() {
				bodies[k.AsString()] = item.Value
			}
		}
	}
	for it := converted.ElementIterator(); it.Next(); {
		k, keys := it.Element()
		expr, ok := bodies[k.AsString()]
		if !ok {
			expr = v.expr
		}
		if keys.IsNull() || !v.d.accept(expr.Range(), v.name, k.AsString(), []rule{name}) {
			continue
		}
		*to = append(*to, Section{k.AsString(), v.entries(keys, expr, key, []rule{element})})
	}
}

// keyRanges returns the ranges of the keys of a literal object.
func keyRanges(expr hcl.Expression) map[string]hcl.Range {
	items, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return nil
	}
	ranges := map[string]hcl.Range{}
	for _, item := range items {
		if k, diags := item.Key.Value(nil); !diags.HasErrors() && k.Type() == cty.String && k.IsKnown() && !k.IsNull() {
			ranges[k.AsString()] = hcl.RangeBetween(item.Key.Range(), item.Value.Range())
		}
	}
	return ranges
}

// object decodes any object.
func (v value) object(to *cty.Value) {
	if t := v.v.Type(); !t.IsObjectType() && !t.IsMapType() {
		v.d.errorf(v.at(), "Unsuitable value type", "%s must be an object: { key = value, ... }.", v.name)
		return
	}
	if !v.v.IsWhollyKnown() {
		v.d.errorf(v.at(), "Unsuitable value type", "%s must be known before anything runs.", v.name)
		return
	}
	if nul := findNUL(v.v); nul {
		v.d.errorf(v.at(), "Unsuitable value",
			"%s holds a NUL character, which no configuration file can carry. Remove it.", v.name)
		return
	}
	*to = v.v
}

func findNUL(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(path cty.Path, v cty.Value) (bool, error) {
		if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && strings.ContainsRune(v.AsString(), 0) {
			found = true
		}
		if len(path) > 0 {
			if step, ok := path[len(path)-1].(cty.GetAttrStep); ok && strings.ContainsRune(step.Name, 0) {
				found = true
			}
		}
		return !found, nil
	})
	return found
}

// duration decodes a duration between least and most.
func (v value) duration(to *Duration, least, most string) {
	converted, ok := v.as(cty.String, `a duration such as "5s"`)
	if !ok {
		return
	}
	parsed, ok := ParseDuration(converted.AsString())
	if !ok {
		v.d.errorf(v.at(), "Not a duration",
			`%s must be a whole number and one unit: ms, s, m, h or d, for example "500ms", "5s" or "24h".`, v.name)
		return
	}
	low, _ := ParseDuration(least)
	high, _ := ParseDuration(most)
	if parsed.Millis < low.Millis || parsed.Millis > high.Millis {
		v.d.errorf(v.at(), "Duration out of range", "%s must be from %s to %s.", v.name, least, most)
		return
	}
	*to = parsed
}

// oneOf accepts the values of a closed list.
func oneOf(choices ...string) rule {
	return func(s string) string {
		for _, choice := range choices {
			if s == choice {
				return ""
			}
		}
		if s == askChoices {
			return strings.Join(choices, "\x00")
		}
		quoted := make([]string, len(choices))
		for i, choice := range choices {
			quoted[i] = fmt.Sprintf("%q", choice)
		}
		return fmt.Sprintf("%s is not one of %s.%s", shown(s), strings.Join(quoted, ", "), DidYouMean(s, choices))
	}
}
