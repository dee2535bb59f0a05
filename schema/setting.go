package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A Setting gives variables of a topology a value from outside it. It is either
// one value, or a file of them. Where several settings give one variable a
// value, the last one wins.
type Setting struct {
	Name   string // the variable; "" for a file
	Value  string // as typed: taken literally for a string, else an HCL expression
	Origin string // how the user gave it, for diagnostics: "--var mirrors"
	// Ambient settings exist whether or not the topology has such a variable,
	// as the environment does; one that no variable claims is no mistake.
	Ambient bool
	File    *Source // a file of NAME = EXPRESSION lines; nil for one value
	// Known is the value where it is evaluated already, and At where it stands; [cty.NilVal]
	// for a value that was typed.
	Known cty.Value
	At    hcl.Range
}

// A given value of a variable, not yet evaluated.
type assignment struct {
	setting Setting
	expr    hcl.Expression // of a file; nil for one value
}

// assignments finds the last value that the settings give each variable.
func (s *scope) assignments(settings []Setting) map[string]assignment {
	last := map[string]assignment{}
	for _, setting := range settings {
		if setting.File == nil {
			if s.declared(setting) {
				last[setting.Name] = assignment{setting: setting}
			}
			continue
		}
		for name, expr := range s.file(setting.File) {
			last[name] = assignment{setting: setting, expr: expr}
		}
	}
	return last
}

// declared reports whether the topology has the variable that a setting names.
func (s *scope) declared(setting Setting) bool {
	if s.variables[setting.Name] != nil {
		return true
	}
	if setting.Known != cty.NilVal {
		s.d.errorf(setting.At, "Unknown variable", "The topology declares no variable %s.%s", shown(setting.Name),
			s.variableHint(setting.Name))
		return false
	}
	if !setting.Ambient {
		s.d.diags = append(s.d.diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Unknown variable",
			Detail: fmt.Sprintf(
				"%s: the topology declares no variable %s.%s", setting.Origin, shown(setting.Name),
				s.variableHint(setting.Name)),
		})
		s.d.errors++
	}
	return false
}

// file reads a file of values: one attribute a variable.
func (s *scope) file(source *Source) map[string]hcl.Expression {
	body, ok := s.parseValues(source)
	if !ok {
		return nil
	}
	s.d.meter.instrument(body)
	attributes, diags := body.JustAttributes()
	for _, diag := range diags {
		diag.Detail = `A file of values holds NAME = VALUE lines and no blocks, for example: mirrors = 3`
	}
	s.d.add(diags)
	exprs := map[string]hcl.Expression{}
	for name, attribute := range attributes {
		if s.variables[name] == nil {
			s.d.errorf(attribute.NameRange, "Unknown variable",
				"The topology declares no variable %s.%s", shown(name), s.variableHint(name))
			continue
		}
		exprs[name] = attribute.Expr
	}
	return exprs
}

func (s *scope) parseValues(source *Source) (*hclsyntax.Body, bool) {
	if diags := CheckFile(source.Name, source.Content); diags.HasErrors() {
		s.d.add(diags)
		return nil, false
	}
	parsed, diags := hclsyntax.ParseConfig(source.Content, source.Name, hcl.InitialPos)
	s.d.add(diags)
	if diags.HasErrors() {
		return nil, false
	}
	return parsed.Body.(*hclsyntax.Body), true
}

// evaluate returns the value of an assignment for a variable of type want.
func (s *scope) evaluate(v *variable, a assignment) (cty.Value, bool) {
	if a.expr != nil {
		value, diags := s.d.meter.value(a.expr, nil)
		s.d.add(s.atName(v, s.closed(diags)))
		return value, !diags.HasErrors()
	}
	if a.setting.Known != cty.NilVal {
		return a.setting.Known, true
	}
	if v.kind == cty.String {
		return cty.StringVal(a.setting.Value), true
	}
	problem := func() (cty.Value, bool) {
		s.d.errorf(v.NameRange, "Unsuitable value", "%s is not %s. Write it like %s.", a.setting.Origin,
			article(typeName(v.kind)), settingExample(v, a.setting.Value))
		return cty.DynamicVal, false
	}
	if diags := CheckLimits(a.setting.Origin, []byte(a.setting.Value)); diags.HasErrors() {
		return problem()
	}
	expr, diags := hclsyntax.ParseExpression([]byte(a.setting.Value), a.setting.Origin, hcl.InitialPos)
	if diags.HasErrors() {
		return problem()
	}
	s.d.meter.instrumentExpression(expr)
	value, diags := s.d.meter.value(expr, nil)
	if diags = s.closed(diags); diags.HasErrors() {
		return problem()
	}
	return value, true
}

// settingExample shows how a value of the variable's type is given on the command line. A
// list of names that were given with commas is shown as it is written.
func settingExample(v *variable, given string) string {
	example := exampleOf(v.kind)
	isList := v.kind.IsListType() || v.kind.IsSetType()
	if isList && v.kind.ElementType() == cty.String && !v.sensitive && !strings.ContainsAny(given, "[]{}()\"'") {
		var names []string
		for name := range strings.SplitSeq(given, ",") {
			names = append(names, fmt.Sprintf("%q", strings.TrimSpace(name)))
		}
		if len(given) <= longestName {
			example = "[" + strings.Join(names, ", ") + "]"
		}
	}
	if strings.ContainsAny(example, "\" ") {
		return fmt.Sprintf("'%s=%s'", v.Name, example)
	}
	return v.Name + "=" + example
}

// exampleOf is a value of a type, as the language writes it.
func exampleOf(t cty.Type) string {
	switch {
	case t == cty.Number:
		return "3"
	case t == cty.Bool:
		return "true"
	case t.IsListType() || t.IsSetType():
		return "[" + exampleOf(t.ElementType()) + "]"
	case t.IsMapType():
		return "{ a = " + exampleOf(t.ElementType()) + " }"
	case t.IsTupleType():
		var elements []string
		for _, element := range t.TupleElementTypes() {
			elements = append(elements, exampleOf(element))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case t.IsObjectType():
		var fields []string
		for name, attribute := range t.AttributeTypes() {
			fields = append(fields, name+" = "+exampleOf(attribute))
		}
		slices.Sort(fields)
		return "{ " + strings.Join(fields, ", ") + " }"
	}
	return `"a"`
}

// closed explains why a value from outside the topology cannot refer to
// anything.
func (s *scope) closed(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		switch diag.Summary {
		case "Variables not allowed":
			diag.Detail = `A value from outside the topology refers to nothing. Write the value itself; text ` +
				`stands in quotes: "ap1".`
		case "Function calls not allowed":
			diag.Detail = "A value from outside the topology calls no function. Write the value itself."
		}
	}
	return diags
}

// article puts "a" or "an" before a type's name.
func article(name string) string {
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}
