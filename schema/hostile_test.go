package schema_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/toolstest"
	"mirrorgen/schema"
)

// What loading one hostile topology may allocate, in all that it ever does. It bounds the
// peak of memory, and with it the time, independent of the machine.
const mostAllocated = 700 << 20

// computing is a topology that computes a local of an expression, with others before it.
func computing(locals ...string) string {
	var b strings.Builder
	b.WriteString("lab \"m\" {}\nmirror \"demo\" {\n  member \"demo-a\" { role = \"primary\" }\n}\nlocals {\n")
	for i, l := range locals {
		name := "x"
		if i < len(locals)-1 {
			name = fmt.Sprint("l", i)
		}
		fmt.Fprintf(&b, "  %s = %s\n", name, l)
	}
	b.WriteString("}\n")
	return b.String()
}

// hostile are topologies that ask for more than there is, with the summary of the
// diagnostic that they get.
var hostile = []struct{ name, topology, want string }{
	{"number of a text", computing(`format("%d", "1e99999999")`), "Unsuitable argument"},
	{"number of a text in a list", computing(`formatlist("%d", ["1", "1e99999999"])`), "Unsuitable argument"},
	{"small number of a text", computing(`format("%f", "1e-99999999")`), "Unsuitable argument"},
	{"number of a text converted", computing(`tonumber("1e99999999")`), "Unsuitable argument"},
	{"number of a text added", computing(`"1e99999999" + 1`), "Number out of range"},
	{"number of a text divided", computing(`"1e99999999" % 7`), "Number out of range"},
	{"number of a text negated", computing(`-"1e99999999"`), "Number out of range"},
	{"number of a text compared", computing(`"1e99999999" > 7`), "Number out of range"},
	{"number of JSON", computing(`jsondecode("[1e99999999]")`), "Number out of range"},
	{"number of many digits", computing(`jsondecode(join("", [for i in range(30000): "9"]))`), "Number out of range"},
	{"digits of a text", computing(`join("", [for i in range(30000): "9"])`, `local.l0 + 1`), "Number out of range"},
	{"parsed digits", computing(`join("", [for i in range(30000): "9"])`, `parseint(local.l0, 10)`),
		"Unsuitable argument"},
	{"power", computing(`pow(10, 1e9)`), "Number out of range"},
	{"widths of a list", computing(`formatlist("%9999d", range(100000))`), "Value too large"},
	{"widths of one text", computing(`format(join("", [for i in range(9000): "%9999d"]), range(9000)...)`),
		"Value too large"},
	{"argument shown again", computing(`join("", [for i in range(60000): "%[1]s"])`, `format(local.l0, local.l0)`),
		"Value too large"},
	{"precision", computing(`format("%.99999f", 1)`), "Unsuitable argument"},
	{"spaces", computing(`join("\n", range(9000))`, `indent(9000, local.l0)`), "Value too large"},
	{"joined texts", computing(`join("", [for i in range(9000): "0123456789"])`, `join(local.l0, range(9000))`),
		"Value too large"},
	{"replaced texts", computing(`join("", range(20000))`, `replace(local.l0, "1", local.l0)`), "Value too large"},
	{"replaced empty text", computing(`join("", range(20000))`, `replace(local.l0, "", local.l0)`), "Value too large"},
	{"replaced matches", computing(`join("", range(20000))`, `regexreplace(local.l0, ".", "$0$0$0$0$0$0$0$0$0")`), ""},
	{"replaced groups", computing(`join("", [for i in range(9000): "$0"])`, `regexreplace(local.l0, ".", local.l0)`),
		"Value too large"},
	{"long expression", computing(`regex("` + strings.Repeat("(x+x+)+y|", 5000) + `z", "a")`), "Unsuitable argument"},
	{"repeated expression", computing(`regex("` + strings.Repeat("[a-z]{1,1000}", 50) + `", "a")`),
		"Unsuitable argument"},
	{"expression in a loop", computing(`join("", [for i in range(3000): "a"])`,
		`[for i in range(10000): try(regex("([a-z]{1,500}[0-9]){1}!", local.l0), "")]`), "Too much to compute"},
	{"expression of a long text", computing(`join("", [for i in range(60000): "aaaaaaaa"])`,
		`regex("(a|aa|aaa|aaaa){1,100}b", local.l0)`), "Too much to compute"},
	{"matches with groups", computing(`join("", range(20000))`, `regexall("`+strings.Repeat("()", 100)+`", local.l0)`),
		"Value too large"},
	{"compiled in a loop", computing(`[for i in range(10000): can(regex("(a{1,100}){1,9}${i}", "a"))]`),
		"Too much to compute"},
	{"set of numbers", computing(`setunion(range(60000), range(60000))`), "Too much to compute"},
	{"set of like numbers", computing(`toset([for i in range(20000): 100000000000000 + i])`), "Too much to compute"},
	{"set of sets", computing(`toset(range(9000))`, `[for i in range(1000): length(local.l0)]`), "Too much to compute"},
	{"distinct", computing(`distinct(range(20000))`), "Too much to compute"},
	{"product", computing(`setproduct(range(1000), range(1000))`), "Value too large"},
	{"product of many", computing(`setproduct([for i in range(30): [0, 1]]...)`), "Value too large"},
	{"mixed list", computing(`[for i in range(20000): i % 2 == 0 ? tostring(i) : null]`,
		`tolist(flatten([for i in range(9000): [i, "a", true]]))`), "Too much to compute"},
	{"mixed objects", computing(`tolist([for i in range(9000): { "a${i}" = i }])`), "Too much to compute"},
	{"mixed map", computing(`tomap({ for i in range(9000): "a${i}" => { "b${i}" = i } })`), "Too much to compute"},
	{"mixed choice", computing(`[for i in range(9000): { "a${i}" = i }]`, `true ? local.l0 : []`),
		"Too much to compute"},
	{"JSON in JSON", computing(`jsonencode(range(20000))`,
		`[for i in range(100): jsondecode(local.l0)]`), "Too much to compute"},
	{"escaped JSON", computing(`join("", [for i in range(90000): "<<<<<<<<"])`, `jsonencode(local.l0)`),
		"Value too large"},
	{"nested JSON", computing(`join("", [for i in range(90000): "["])`, `jsondecode(local.l0)`), "Unsuitable argument"},
	{"rows", computing(`join("\n", [for i in range(90000): "a,b"])`, `csvdecode(local.l0)`), "Too much to compute"},
	{"columns", computing(`join(",", [for i in range(90000): "a${i}"])`, `csvdecode("${local.l0}\n${local.l0}")`),
		"Value too large"},
	{"trimmed characters", computing(`join("", [for i in range(90000): "é"])`, `trim(local.l0, local.l0)`),
		"Too much to compute"},
	{"range", computing(`range(1e9)`), "Value too large"},
	{"small steps", computing(`range(0, 1, 1e-9)`), "Value too large"},
	{"groups", computing(`{ for i in range(90000): "a" => i... }`), ""},
	{"loops in loops", computing(`[for i in range(2000): [for j in range(2000): 1]]`), "Too much to compute"},
	{"splats", computing(`[for i in range(50000): { a = [1, 2, 3] }]`, `[for i in range(50): local.l0[*].a[*]]`),
		"Value too large"},
	{"templates", computing(`"%{ for i in range(90000) }aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%{ endfor }"`),
		"Value too large"},
	{"unknown functions", computing("[" + strings.Repeat("foo(), ", 20000) + "]"), "Unknown functions"},
	{"unknown locals", computing("[" + strings.Repeat("local.y, ", 20000) + "]"), "Unknown local"},
	{"optional attributes", "lab \"m\" {}\nvariable \"v\" {\n  type = list(object({" +
		attributes(1000) + "}))\n  default = [" + strings.Repeat("{}, ", 10000) + "]\n}\n",
		"Too much to compute"},
	{"digits", "lab \"m\" { host_number = " + strings.Repeat("9", 3_000_000) + " }\n", "Number out of range"},
	{"directives", computing("<<A\n" + strings.Repeat("%{ if true }", 20000) + strings.Repeat("%{ endif }",
		20000) + "\nA"),
		"Nested too deep"},
	{"blocks in blocks", "lab \"m\" {}\ndynamic \"mirror\" {\n  for_each = range(1000)\n  labels = " +
		"[\"m${mirror.value}\"]\n" +
		"  content {\n    dynamic \"member\" {\n      for_each = range(1000)\n      labels = " +
		"[\"x${mirror.value}-${member.value}\"]\n" +
		"      content { role = \"primary\" }\n    }\n  }\n}\n", "Too many blocks"},
	{"networks", "lab \"m\" {}\ndynamic \"network\" {\n  for_each = range(20000)\n  labels = " +
		"[\"n${network.value}\"]\n" +
		"  content {}\n}\n", "Too many networks"},
	{"profiles", "lab \"m\" {}\nmirror \"demo\" {\n  member \"demo-a\" { role = \"primary\" }\n}\ndynamic " +
		"\"profile\" {\n" +
		"  for_each = range(20000)\n  labels = [\"p${profile.value}\"]\n  content { services = [\"demo-a\"] }\n}\n",
		"Too many profiles"},
	{"addresses", "lab \"m\" {}\ndynamic \"network\" {\n  for_each = range(200)\n  labels = " +
		"[\"n${network.value}\"]\n  content {}\n}\n" +
		"dynamic \"haproxy\" {\n  for_each = range(2000)\n  labels = [\"h${haproxy.value}\"]\n  content {}\n}\n",
		"Too many addresses"},
	{"gateways", "lab \"m\" {}\ndynamic \"web_gateway\" {\n  for_each = range(2000)\n  labels = " +
		"[\"g${web_gateway.value}\"]\n" +
		"  content {}\n}\ndynamic \"nginx\" {\n  for_each = range(2000)\n  labels = [\"h${nginx.value}\"]\n  " +
		"content {}\n}\n",
		"Too many routes"},
	{"unknown services", "lab \"m\" {}\nmirror \"demo\" {\n  member \"demo-a\" { role = \"primary\" }\n}\n" +
		"profile \"p\" {\n  services = [for i in range(50000): \"demo-${i}\"]\n}\n", "Unknown service"},
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d=optional(list(string)),", i)
	}
	return b.String()
}

// Every hostile topology ends with a diagnostic that says where and what to do, and
// allocates little.
func TestHostileTopologies(t *testing.T) {
	toolstest.Thorough(t)
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			diags, allocated := loadCounted(test.topology)
			if allocated > mostAllocated {
				t.Errorf("it allocates %d MB", allocated>>20)
			}
			if test.want == "" {
				if diags.HasErrors() {
					t.Errorf("refused: %v", diags)
				}
				return
			}
			for _, d := range diags {
				if d.Summary == test.want {
					if d.Subject == nil || d.Subject.Start.Line == 0 || !strings.Contains(d.Detail, ". ") {
						t.Errorf("%v says neither where nor what to do", d)
					}
					return
				}
			}
			t.Errorf("no %q in %v", test.want, diags[:min(3, len(diags))])
		})
	}
}

// loadCounted loads a topology and counts the bytes that this allocates.
func loadCounted(topology string) (hcl.Diagnostics, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
	runtime.ReadMemStats(&after)
	return diags, after.TotalAlloc - before.TotalAlloc
}

// Large labs that compute their mirrors stay within the budget.
func TestLargeComputedLabs(t *testing.T) {
	for name, topology := range map[string]string{
		"objects": `
locals {
  mirrors = [for i in range(8000): { name = "m${i}", members = ["m${i}-a", "m${i}-b"] }]
}
dynamic "mirror" {
  for_each = local.mirrors
  labels   = [mirror.value.name]
  content {
    dynamic "member" {
      for_each = mirror.value.members
      labels   = [member.value]
      content { role = member.key == 0 ? "primary" : "backup" }
    }
  }
}
`,
		"sites": `
variable "sites" {
  type = list(object({ name = string, members = optional(number, 2), durable = optional(bool, false) }))
  default = [{ name = "a" }, { name = "b", members = 3 }, { name = "c", durable = true }]
}
locals {
  names = distinct([for s in var.sites: { site = s.name }])
  sets  = setunion([for s in var.sites: s.name], ["d"])
  all   = merge([for s in var.sites: { (s.name) = s }]...)
  pairs = chunklist([for s in var.sites: s], 2)
}
dynamic "mirror" {
  for_each = local.all
  labels   = ["m-${mirror.key}"]
  content {
    durable = mirror.value.durable
    dynamic "member" {
      for_each = range(mirror.value.members)
      labels   = [format("%s-%d", mirror.key, member.value)]
      content { role = ["primary", "backup", "drasync"][member.key] }
    }
  }
}
`,
	} {
		diags, _ := loadCounted("lab \"m\" {}\narbiter \"arbiter\" {}\n" + topology)
		if diags.HasErrors() {
			t.Errorf("%s: %v", name, diags[0])
		}
	}
}
