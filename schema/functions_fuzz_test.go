package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/internal/toolstest"
	"mirrorgen/schema"
)

// oddValues are expressions of every kind and of odd sizes; var.secret is sensitive, and
// var.open has no known value.
var oddValues = []string{
	`0`, `-1`, `0.5`, `1e300`, `1 / 3`, `true`, `null`, `""`, `"a"`, `"é日\n\t%d%s$1("`, `"-7"`, `"1e99999999"`,
	`[]`, `{}`, `[1, "a", null]`, `{ a = 1, "é" = [null] }`, `range(5)`, `toset(["b", "a"])`, `[[1], [2, [3]]]`,
	`[{ a = 1 }, { b = "x" }]`, `var.secret`, `[var.secret, "x"]`, `tolist([])`, `tomap({})`, `jsondecode("null")`,
	`"10.0.0.0/8"`, `99999`, `local.missing`,
}

// call loads a topology that calls a function, and fails where a panic reaches the user.
func call(t *testing.T, name string, args ...string) {
	t.Helper()
	expr := fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))
	topology := "variable \"secret\" {\n  sensitive = true\n  default   = \"abcdef\"\n}\n" +
		computing(expr, `jsonencode(local.l0)`)
	diags, allocated := loadCounted(topology)
	if allocated > mostAllocated {
		t.Errorf("%s allocates %d MB", expr, allocated>>20)
	}
	for _, d := range diags {
		text := d.Summary + d.Detail
		if strings.Contains(text, "panic") || strings.Contains(text, "goroutine") || strings.Contains(text, ".go:") {
			t.Errorf("%s: %s", expr, text)
		}
		if d.Detail == "" || d.Subject == nil {
			t.Errorf("%s: %q says neither where nor what is wrong", expr, d.Summary)
		}
	}
}

// TestFunctionsOfOddValues calls each function with one and with two odd values.
func TestFunctionsOfOddValues(t *testing.T) {
	toolstest.Thorough(t)
	for _, name := range schema.FunctionNames() {
		call(t, name)
		for i, first := range oddValues {
			call(t, name, first)
			call(t, name, first+"...")
			for j, second := range oddValues {
				if (i+j)%3 == 0 { // each with a third of the others, and the others with it
					call(t, name, first, second)
				}
			}
		}
	}
}

// FuzzFunctions calls functions with values that are chosen by the input, one byte each.
func FuzzFunctions(f *testing.F) {
	f.Add(0, []byte{1, 2, 3}, "x")
	f.Add(20, []byte{12, 13}, "(a|b)*")
	names := schema.FunctionNames()
	f.Fuzz(func(t *testing.T, function int, choices []byte, text string) {
		text = text[:min(len(text), 1000)]
		var args []string
		for _, c := range choices[:min(len(choices), 6)] {
			if i := int(c) % (len(oddValues) + 1); i < len(oddValues) {
				args = append(args, oddValues[i])
			} else {
				args = append(args, fmt.Sprintf("%q", strings.NewReplacer("${", "$", "%{", "%").Replace(text)))
			}
		}
		call(t, names[int(uint(function)%uint(len(names)))], args...)
	})
}
