package schema_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/schema"
)

// The expressions of a body share one budget, which is refilled unless it was used up; that it
// is, is said once, and nothing has a value any more.
func TestEvaluator(t *testing.T) {
	const text = "much = length([for a in range(n) : [for b in range(n) : a]])\n" +
		"little = upper(name)\nunknown = lenght(name)\n"
	body, diags := schema.ParseFile(schema.Source{Name: "a.hcl", Content: []byte(text)})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	e, diags := schema.NewEvaluator(body)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	evaluate := func(name string, n int64) (cty.Value, hcl.Diagnostics) {
		return e.Value(body.Attributes[name].Expr, map[string]cty.Value{"n": cty.NumberIntVal(n),
			"name": cty.StringVal("web")})
	}
	for range 50 { // five times what there is without a refill
		if v, diags := evaluate("much", 100); diags.HasErrors() || !v.RawEquals(cty.NumberIntVal(100)) {
			t.Fatal(v, diags)
		}
		e.Refill()
	}
	if v, diags := evaluate("little", 0); diags.HasErrors() || v.AsString() != "WEB" {
		t.Fatal(v, diags)
	}
	if _, diags := evaluate("unknown", 0); len(diags) != 1 || !strings.Contains(diags[0].Detail, `"length"`) {
		t.Fatal(diags)
	}
	_, diags = evaluate("much", 90_000)
	if len(diags) != 1 || diags[0].Summary != "Too much to compute" ||
		!strings.Contains(diags[0].Detail, "this block") {
		t.Fatal(diags)
	}
	e.Refill()
	if v, diags := evaluate("little", 0); diags.HasErrors() || v.IsKnown() {
		t.Fatal(v, diags)
	}
}

// A limit that is broken leaves an empty body, never none.
func TestParseFile(t *testing.T) {
	body, diags := schema.ParseFile(schema.Source{Name: "a.hcl", Content: []byte(strings.Repeat("[", 5000))})
	if !diags.HasErrors() || body == nil || len(body.Blocks) != 0 {
		t.Fatal(body, diags)
	}
}
