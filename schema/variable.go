package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A Variable is an input of a topology, for those who list them.
type Variable struct {
	Name        string
	Type        string // as the language writes it, e.g. "list(string)"; "any" where none is given
	Default     cty.Value
	Required    bool // it has no default
	Description string
	Sensitive   bool
	At          hcl.Range // its label
}

// A variable block while it is read.
type variable struct {
	Decl
	kind        cty.Type
	defaults    *typeexpr.Defaults
	fallback    cty.Value // cty.NilVal where it has no default
	description string
	sensitive   bool
	checks      []validation
}

// A validation block: what must be true of a variable's value.
type validation struct {
	condition, message hcl.Expression
	at                 hcl.Range
}

var variableSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "type"}, {Name: "default"}, {Name: "description"}, {Name: "sensitive"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "validation"}},
}

var validationSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "condition", Required: true}, {Name: "error_message", Required: true}},
}

// declareVariables reads the variable blocks, in file order.
func (s *scope) declareVariables(blocks hcl.Blocks) {
	for _, b := range blocks {
		v := &variable{Decl: Decl{Name: b.Labels[0], Range: b.DefRange, NameRange: b.LabelRanges[0]},
			kind: cty.DynamicPseudoType}
		if !identifier(v.Name) {
			s.d.errorf(v.NameRange, "Unsuitable name",
				"%s is not the name of a variable: a letter or _, then letters, digits, - and _.", shown(v.Name))
			continue
		}
		if first := s.variables[v.Name]; first != nil {
			s.d.errorf(v.NameRange, "Duplicate variable",
				"%q is already declared at %s. Rename one.", v.Name, first.NameRange)
			continue
		}
		s.variables[v.Name] = v
		s.names = append(s.names, v.Name)
		s.readVariable(v, b.Body)
	}
}

// readVariable reads one block's body.
func (s *scope) readVariable(v *variable, body hcl.Body) {
	content, diags := body.Content(variableSchema)
	s.d.add(completeDefinition(diags, "type, default, description, sensitive",
		"A variable block holds validation blocks only."))
	if a := content.Attributes["type"]; a != nil {
		kind, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		for _, diag := range diags {
			diag.Detail += ` Types are string, number, bool, any, and list(...), set(...), map(...), ` +
				`object({...}), tuple([...]) of them.`
		}
		if s.d.add(diags); !diags.HasErrors() {
			v.kind, v.defaults = kind, defaults
		}
	}
	if a := content.Attributes["description"]; a != nil {
		if value, ok := s.constant(a, cty.String, "a string"); ok {
			v.description = value.AsString()
		}
	}
	if a := content.Attributes["sensitive"]; a != nil {
		if value, ok := s.constant(a, cty.Bool, "true or false"); ok {
			v.sensitive = value.True()
			s.d.sensitive = s.d.sensitive || v.sensitive
		}
	}
	if a := content.Attributes["default"]; a != nil {
		value, diags := s.d.meter.value(a.Expr, nil)
		for _, diag := range diags {
			if diag.Summary == "Variables not allowed" || diag.Summary == "Function calls not allowed" {
				diag.Detail = "A default refers to nothing and calls no function. Compute the value in a locals " +
					"block instead."
			}
		}
		s.d.add(s.atName(v, diags))
		v.fallback = cty.DynamicVal
		if !diags.HasErrors() {
			v.fallback = s.converted(v, value, a.Expr.Range(), "default")
		}
	}
	for _, b := range content.Blocks {
		checks, diags := b.Body.Content(validationSchema)
		s.d.add(completeDefinition(diags, "condition, error_message", "A validation block holds arguments only."))
		if !diags.HasErrors() {
			v.checks = append(v.checks,
				validation{checks.Attributes["condition"].Expr, checks.Attributes["error_message"].Expr, b.DefRange})
		}
	}
}

// constant evaluates an argument that may refer to nothing.
func (s *scope) constant(a *hcl.Attribute, kind cty.Type, want string) (cty.Value, bool) {
	value, diags := s.d.meter.value(a.Expr, nil)
	s.d.add(diags)
	if diags.HasErrors() {
		return cty.NilVal, false
	}
	if value.IsNull() {
		return cty.NilVal, false // omitted
	}
	value, err := convert.Convert(value, kind)
	if err != nil || !value.IsKnown() {
		s.d.errorf(a.Expr.Range(), "Unsuitable value type", "%s must be %s.", a.Name, want)
		return cty.NilVal, false
	}
	return value, true
}

// atName moves the diagnostics about a sensitive value to the name of its variable: the lines
// of the value would be shown.
func (s *scope) atName(v *variable, diags hcl.Diagnostics) hcl.Diagnostics {
	for _, diag := range diags {
		if v.sensitive {
			at := v.NameRange
			diag.Subject, diag.Context, diag.Expression, diag.EvalContext = &at, nil, nil, nil
		}
	}
	return diags
}

// converted makes a value one of the variable's type; what cannot be one is reported at the
// range that gave it, or for a sensitive one at the variable's name.
func (s *scope) converted(v *variable, value cty.Value, at hcl.Range, what string) cty.Value {
	if v.sensitive {
		s.d.hide(value)
		at = v.NameRange
	}
	if _, ok := weigh(value, maxWeight); !ok {
		s.d.errorf(at, "Number out of range", outOfRange)
		return cty.DynamicVal
	}
	s.d.meter.spend(conversionWork(value, v.kind, defaultsWeight(v.defaults)), at)
	if s.d.meter.full != nil {
		s.d.add(s.d.meter.once())
		return cty.DynamicVal
	}
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	result, err := convertTo(value, v.kind)
	if err != nil {
		s.d.errorf(at, "Unsuitable value type", "%s of variable %q must be %s: %s.", what, v.Name,
			article(typeName(v.kind)), err)
		return cty.DynamicVal
	}
	if _, ok := weigh(result, maxWeight); !ok {
		s.d.errorf(at, "Number out of range", outOfRange)
		return cty.DynamicVal
	}
	return result
}

// defaultsWeight is that of all values that optional attributes of a type default to.
func defaultsWeight(defaults *typeexpr.Defaults) int {
	if defaults == nil {
		return 0
	}
	weight := 0
	for _, v := range defaults.DefaultValues {
		weight = add(weight, weightOf(v))
	}
	for _, child := range defaults.Children {
		weight = add(weight, defaultsWeight(child))
	}
	return weight
}

// setVariables gives every variable its value.
func (s *scope) setVariables(settings []Setting) {
	given := s.assignments(settings)
	for _, name := range s.names {
		v := s.variables[name]
		value := s.valueOf(v, given)
		if v.sensitive {
			s.d.hide(value)
			value = value.Mark(sensitive)
		}
		s.values[name] = value
	}
}

func (s *scope) valueOf(v *variable, given map[string]assignment) cty.Value {
	a, ok := given[v.Name]
	if !ok {
		if v.fallback == cty.NilVal {
			s.d.errorf(v.NameRange, "Missing value",
				"Variable %q has no default, and nothing gives it a value. Add a default, or give one with "+
					"--var %s=VALUE, a --var-file or MIRRORGEN_VAR_%s.", v.Name, v.Name, v.Name)
			return cty.DynamicVal
		}
		return v.fallback
	}
	value, ok := s.evaluate(v, a)
	if !ok {
		return cty.DynamicVal
	}
	if a.expr != nil {
		return s.converted(v, value, a.expr.Range(), "the value")
	}
	if a.setting.Known != cty.NilVal {
		return s.converted(v, value, a.setting.At, "the value")
	}
	return s.converted(v, value, v.NameRange, a.setting.Origin+": the value")
}

// validate holds every variable against its validation blocks. One that is
// refused has no value from then on, so that nothing that follows is reported.
func (s *scope) validate() {
	for _, name := range s.names {
		v := s.variables[name]
		for _, check := range v.checks {
			before := s.d.errors
			if s.check(v, check); s.d.errors != before {
				s.values[name] = cty.DynamicVal
			}
		}
	}
	s.ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(s.values)}
}

func (s *scope) check(v *variable, check validation) {
	condition, diags := s.d.meter.value(check.condition, s.ctx)
	s.d.add(completeExpression(diags))
	if diags.HasErrors() {
		return
	}
	condition, _ = condition.Unmark()
	if !condition.IsKnown() {
		return // a value that is already reported
	}
	if condition.IsNull() || condition.Type() != cty.Bool {
		s.d.errorf(check.condition.Range(), "Unsuitable value type", "condition must be true or false.")
		return
	}
	if condition.True() {
		return
	}
	message, diags := s.d.meter.value(check.message, s.ctx)
	s.d.add(completeExpression(diags))
	if diags.HasErrors() {
		return
	}
	text := "the condition of its validation block is false."
	if message, marks := message.Unmark(); len(marks) == 0 && message.IsKnown() && !message.IsNull() &&
		message.Type() == cty.String {
		text = message.AsString()
	}
	s.d.errorf(check.condition.Range(), "Value refused", "Variable %q: %s", v.Name, text)
}

// inputs are the values of the variables that are not sensitive.
func (s *scope) inputs() []Input {
	var list []Input
	for _, name := range s.names {
		if value := s.values[name]; !s.variables[name].sensitive && value != cty.NilVal && value.IsWhollyKnown() &&
			!value.ContainsMarked() {
			list = append(list, Input{name, value})
		}
	}
	return list
}

// typeName is a type as the language writes it.
func typeName(t cty.Type) string { return typeexpr.TypeString(t) }
