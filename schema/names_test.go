package schema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mirrorgen/schema"
)

// Every argument that takes names refuses one that does not exist, at that name, and no
// other argument says that there is no such name: the table of names is complete.
func TestNames(t *testing.T) {
	found := 0
	for _, block := range schema.Reference() {
		for _, a := range block.Arguments {
			expression := map[string]string{
				"string": `"no-such"`, "list(string)": `["no-such"]`, "map(string)": `{ "no-such" = "10.0.0.9" }`,
			}[a.Type]
			if expression == "" {
				continue
			}
			_, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl",
				Content: []byte(topologyWith(block.Kind, a.Name, expression))}})
			refused := false
			for _, d := range diags {
				refused = refused || strings.Contains(d.Detail, a.Name+": there is no ") ||
					strings.Contains(d.Detail, a.Name+`: mirror "m" has no database`)
			}
			if refused != (a.Names != nil) {
				t.Errorf("%s.%s: refuses an unknown name: %v; takes names of %v\n%v", block.Kind, a.Name, refused,
					a.Names, diags)
			}
			if refused {
				found++
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d arguments take names", found)
	}
}

// namespace is a namespace block, which gives an argument a value where that is its own.
func namespace(kind, argument, expression string) string {
	globals := "globals = \"D\"\n"
	if kind != "namespace" {
		return "namespace \"N\" {\n" + globals + "}\n"
	}
	if argument == "globals" {
		globals = ""
	}
	return "namespace \"N\" {\n" + globals + argument + " = " + expression + "\n}\n"
}

// topologyWith is a lab with a block of a type that gives an argument a value.
func topologyWith(kind, argument, expression string) string {
	given := func(block string) string {
		if block != kind {
			return ""
		}
		return fmt.Sprintf("\n%s = %s\n", argument, expression)
	}
	body := func(block, others string) string { return "{\n" + others + given(block) + "}\n" }
	text := "lab \"l\" " + body("lab", "") + "arbiter \"a\" " + body("arbiter", "") +
		"images " + body("images", "") + "iris " + body("iris", "") + "network \"n\" " + body("network", "") +
		"mirror \"m\" {\n" + given("mirror") + "database \"D\" " + body("database", "") +
		namespace(kind, argument, expression) +
		"member \"b\" { \n role = \"primary\" \n }\n member \"b2\" " + body("member", "role = \"backup\"\n") +
		"}\n" +
		"web_gateway \"g\" " + body("web_gateway", "") + "nginx \"x\" " + body("nginx", "") +
		"haproxy \"h\" " + body("haproxy", "") + "service \"own\" " + body("service", "image = \"i\"\n")
	if kind == "application_server" {
		mirror := "mirror = \"m\"\n"
		if argument == "mirror" {
			mirror = ""
		}
		text += "application_server \"s\" " + body(kind, mirror)
	}
	if kind == "profile" {
		services := "services = [\"a\"]\n"
		if argument == "services" {
			services = ""
		}
		text += "profile \"p\" " + body(kind, services)
	}
	if kind == "moved" {
		text += "moved " + body(kind, "from = \"gone\"\n")
	}
	return text
}

// A closed list of values is known to readers, from the rule that refuses others.
func TestValues(t *testing.T) {
	have := map[string][]string{}
	for _, block := range schema.Reference() {
		for _, a := range block.Arguments {
			if a.Values != nil {
				have[block.Kind+"."+a.Name] = a.Values
			}
		}
	}
	for name, want := range map[string][]string{
		"member.role":          {"primary", "backup", "drasync", "rorasync", "rwrasync"},
		"lab.languages":        {"en", "ja"},
		"haproxy.health_check": {"auto", "web_gateway", "web_server"},
	} {
		if !slices.Equal(have[name], want) {
			t.Errorf("%s: %v", name, have[name])
		}
	}
}

// Every block inside another, and outside all, is described.
func TestBlocks(t *testing.T) {
	described := []string{"variable", "locals", "function", "dynamic"}
	for _, block := range schema.Reference() {
		described = append(described, block.Kind)
	}
	blocks := schema.Root().Blocks
	for _, block := range schema.Reference() {
		blocks = append(blocks, block.Blocks...)
	}
	for _, kind := range blocks {
		if !slices.Contains(described, kind) {
			t.Errorf("nothing describes %s", kind)
		}
	}
}

// Every type of block of the language is among the declarations of a lab that has it.
func TestDeclarations(t *testing.T) {
	for _, block := range schema.Reference() {
		content := topologyWith("application_server", "globals", "9") + "profile \"p\" {\nservices = [\"a\"]\n}\n"
		lab, diags := schema.Load("lab.hcl", []schema.Source{{Name: "lab.hcl", Content: []byte(content)}})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		declared := slices.ContainsFunc(lab.Declarations(), func(d schema.Declaration) bool {
			return d.Kind == block.Kind
		})
		if strings.Contains(content, block.Kind+" ") && !declared {
			t.Errorf("Lab.Declarations lacks %s", block.Kind)
		}
	}
}
