package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"mirrorgen/schema"
)

// TestFunctions evaluates an expression with each function of the language, and
// compares it with what Terraform's of that name gives.
func TestFunctions(t *testing.T) {
	tried := map[string]bool{}
	for expr, want := range map[string]string{
		`abs(-3)`:                            "3",
		`ceil(1.2)`:                          "2",
		`floor(1.8)`:                         "1",
		`max(1, 3, 2)`:                       "3",
		`min(1, 3, 2)`:                       "1",
		`parseint("ff", 16)`:                 "255",
		`pow(2, 10)`:                         "1024",
		`signum(-7)`:                         "-1",
		`chomp("a\n")`:                       `"a"`,
		`format("%s-%02d", "ap", 7)`:         `"ap-07"`,
		`formatlist("%s1", ["a", "b"])`:      `["a1","b1"]`,
		`indent(2, "a\nb")`:                  `"a\n  b"`,
		`join("-", ["a", "b"])`:              `"a-b"`,
		`lower("AP1")`:                       `"ap1"`,
		`regex("[0-9]+", "ap12")`:            `"12"`,
		`regexall("[a-z]", "a1b")`:           `["a","b"]`,
		`regexreplace("a1b", "[0-9]", "")`:   `"ab"`,
		`replace("a.b.c", ".", "-")`:         `"a-b-c"`,
		`reverse([1, 2])`:                    `[2,1]`,
		`split(",", "a,b")`:                  `["a","b"]`,
		`strlen("日本")`:                       "2",
		`substr("mirror", 0, 3)`:             `"mir"`,
		`title("ap one")`:                    `"Ap One"`,
		`trim("--a--", "-")`:                 `"a"`,
		`trimprefix("ap1", "ap")`:            `"1"`,
		`trimspace(" a ")`:                   `"a"`,
		`trimsuffix("ap1", "1")`:             `"ap"`,
		`upper("ap1")`:                       `"AP1"`,
		`chunklist([1, 2, 3], 2)`:            `[[1,2],[3]]`,
		`coalesce(null, "b")`:                `"b"`,
		`coalescelist([], ["a"])`:            `["a"]`,
		`compact(["a", "", "b"])`:            `["a","b"]`,
		`concat([1], [2])`:                   `[1,2]`,
		`contains(["a", "b"], "b")`:          `true`,
		`distinct(["a", "b", "a"])`:          `["a","b"]`,
		`element(["a", "b"], 3)`:             `"b"`,
		`flatten([[1], [2, [3]]])`:           `[1,2,3]`,
		`index(["a", "b"], "b")`:             `1`,
		`keys({ b = 1, a = 2 })`:             `["a","b"]`,
		`length([1, 2])`:                     `2`,
		`length("日本")`:                       `2`,
		`length({ a = 1 })`:                  `1`,
		`lookup({ a = 1 }, "a")`:             `1`,
		`lookup({ a = 1 }, "b", 2)`:          `2`,
		`merge({ a = 1 }, { b = 2 })`:        `{"a":1,"b":2}`,
		`range(3)`:                           `[0,1,2]`,
		`range(1, 4)`:                        `[1,2,3]`,
		`range(4, 1)`:                        `[4,3,2]`,
		`range(0, 10, 4)`:                    `[0,4,8]`,
		`range(0)`:                           `[]`,
		`length(range(100000))`:              `100000`,
		`setintersection(["a", "b"], ["b"])`: `["b"]`,
		`setproduct(["a"], ["b", "c"])`:      `[["a","b"],["a","c"]]`,
		`setsubtract(["a", "b"], ["b"])`:     `["a"]`,
		`setunion(["a"], ["b"])`:             `["a","b"]`,
		`slice(["a", "b", "c"], 1, 3)`:       `["b","c"]`,
		`sort(["b", "a"])`:                   `["a","b"]`,
		`values({ b = 1, a = 2 })`:           `[2,1]`,
		`zipmap(["a"], [1])`:                 `{"a":1}`,
		`csvdecode("a,b\n1,2")`:              `[{"a":"1","b":"2"}]`,
		`jsondecode("[1]")`:                  `[1]`,
		`jsonencode({ a = 1 })`:              `"{\"a\":1}"`,
		`tobool("true")`:                     `true`,
		`tolist(["a", "b"])`:                 `["a","b"]`,
		`tomap({ a = 1 })`:                   `{"a":1}`,
		`tonumber("7")`:                      `7`,
		`toset(["b", "a", "b"])`:             `["a","b"]`,
		`tostring(7)`:                        `"7"`,
		`cidrhost("10.0.1.0/24", 5)`:         `"10.0.1.5"`,
		`cidrnetmask("10.0.0.0/12")`:         `"255.240.0.0"`,
		`cidrsubnet("10.0.0.0/8", 8, 2)`:     `"10.2.0.0/16"`,
		`cidrsubnets("10.0.0.0/16", 8, 8)`:   `["10.0.0.0/24","10.0.1.0/24"]`,
		`try(jsondecode("{"), "b")`:          `"b"`,
		`can(jsondecode("{"))`:               `false`,
	} {
		name, _, _ := strings.Cut(expr, "(")
		tried[name] = true
		topology := fmt.Sprintf(
			"lab \"l\" {}\nmirror \"m\" {\n  member \"a\" {\n    role = \"primary\"\n    environment = { X = "+
				"jsonencode(%s) }\n  }\n}\n", expr)
		lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(topology)}})
		if diags.HasErrors() {
			t.Errorf("%s: %v", expr, diags)
			continue
		}
		if got := lab.Mirrors[0].Members[0].Environment[0].Value; got != want {
			t.Errorf("%s is %s, want %s", expr, got, want)
		}
	}
	for _, name := range schema.FunctionNames() {
		if !tried[name] {
			t.Errorf("%s is not tried", name)
		}
	}
}
