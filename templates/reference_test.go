package templates_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/templates"
)

// What is made of docs/templates.md stands between these lines.
const (
	referencePath = "../docs/templates.md"
	tableBegin    = "<!-- The table is made by: go test ./templates -update -->\n"
	typesBegin    = "<!-- The types are made from internal/plan by: go test ./templates -update -->\n"
	madeEnd       = "<!-- End of what is made -->\n"
)

// docs/templates.md lists the built-in templates, and describes every type that
// a template can reach in the words of its doc comments.
func TestTemplateReference(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("\n| name | prints | executed with |\n|---|---|---|\n")
	for _, b := range templates.Builtins() {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", b.Name, b.Prints, b.Data)
	}
	table.WriteByte('\n')
	want := string(page)
	for begin, made := range map[string]string{tableBegin: table.String(), typesBegin: reference(t)} {
		before, rest, ok := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, madeEnd)
		if !ok || !ok2 {
			t.Fatalf("%s lacks the line %s", referencePath, begin)
		}
		want = before + begin + made + madeEnd + after
	}
	if *update {
		if err := os.WriteFile(referencePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s is not what internal/plan says; go test ./templates -update writes it\n%s", referencePath, diff)
	}
}

// The page has a row for each function that a template can call, and for no
// other.
func TestTemplateFunctions(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	_, functions, _ := strings.Cut(string(page), "\n## Functions\n")
	functions, _, _ = strings.Cut(functions, "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(functions, -1) {
		for _, name := range regexp.MustCompile("`([a-zA-Z]+)[^`]*`").FindAllStringSubmatch(row[1], -1) {
			listed = append(listed, name[1])
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(templates.FunctionNames(), listed); diff != "" {
		t.Errorf("functions: %s", diff)
	}
}

// reference describes the types of the plan, beginning with the plan itself, in
// the order in which they are met.
func reference(t *testing.T) string {
	fset := token.NewFileSet()
	names, err := filepath.Glob("../internal/plan/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	parsed, err := doc.NewFromFiles(fset, files, "mirrorgen/internal/plan")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]*doc.Type{}
	for _, typ := range parsed.Types {
		types[typ.Name] = typ
	}
	print := func(n ast.Node) string {
		var b strings.Builder
		printer.Fprint(&b, fset, n)
		return b.String()
	}
	var out strings.Builder
	met := map[string]bool{"Plan": true}
	meet := []string{"Plan"}
	// name links to a type, and has it described later.
	name := func(e ast.Expr) string {
		text := print(e)
		for _, word := range regexp.MustCompile(`\b[A-Z]\w*`).FindAllString(text, -1) {
			if types[word] != nil && !met[word] {
				met[word] = true
				meet = append(meet, word)
			}
		}
		return "`" + text + "`"
	}
	for len(meet) > 0 {
		typ := types[meet[0]]
		meet = meet[1:]
		fmt.Fprintf(&out, "\n### %s\n\n%s\n", typ.Name, oneParagraph(typ.Doc))
		rows := describeFields(typ, name) + describeMethods(typ, name)
		if rows != "" {
			fmt.Fprintf(&out, "\n| name | type | meaning |\n|---|---|---|\n%s", rows)
		}
	}
	out.WriteByte('\n')
	return out.String()
}

func describeFields(typ *doc.Type, name func(ast.Expr) string) string {
	structure, ok := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	if !ok {
		return ""
	}
	var rows strings.Builder
	for _, f := range structure.Fields.List {
		comment := oneParagraph(f.Doc.Text() + " " + f.Comment.Text())
		if len(f.Names) == 0 {
			embedded := name(f.Type)
			plain := strings.Trim(embedded, "`*")
			fmt.Fprintf(&rows, "| `.%s` | %s | with every field of %s as its own |\n", plain, embedded, plain)
		}
		for _, n := range f.Names {
			if n.IsExported() {
				fmt.Fprintf(&rows, "| `.%s` | %s | %s |\n", n.Name, name(f.Type), comment)
			}
		}
	}
	return rows.String()
}

func describeMethods(typ *doc.Type, name func(ast.Expr) string) string {
	var rows strings.Builder
	for _, m := range typ.Methods {
		if m.Level > 0 || m.Decl.Type.Results == nil {
			continue
		}
		call := "." + m.Name
		for _, parameter := range m.Decl.Type.Params.List {
			for _, n := range parameter.Names {
				call += " " + strings.ToUpper(n.Name)
			}
		}
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", call, name(m.Decl.Type.Results.List[0].Type), oneParagraph(m.Doc))
	}
	return rows.String()
}

// oneParagraph puts a comment on one line, without what would end a cell.
func oneParagraph(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "[", "", "]", "").Replace(text)
}
