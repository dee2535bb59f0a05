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
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mirrorgen/templates"
)

// What is made of docs/templates.md stands between these lines.
const (
	referencePath  = "../docs/templates.md"
	tableBegin     = "<!-- The table is made by: go test ./templates -update -->\n"
	functionsBegin = "<!-- The functions are made by: go test ./templates -update -->\n"
	changesBegin   = "<!-- The changes are made by: go test ./templates -update -->\n"
	typesBegin     = "<!-- The types are made from internal/plan by: go test ./templates -update -->\n"
	madeEnd        = "<!-- End of what is made -->\n"
)

// docs/templates.md lists the built-in templates, and describes every type that
// a template can reach in the words of its doc comments.
func TestTemplateReference(t *testing.T) {
	page, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("\n| name | prints | format | `.One` |\n|---|---|---|---|\n")
	for _, b := range templates.Builtins() {
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", b.Name, b.Prints, b.Format, b.One)
	}
	table.WriteByte('\n')
	want := string(page)
	for begin, made := range map[string]string{
		tableBegin: table.String(), functionsBegin: functionTables(), changesBegin: changesTable(),
		typesBegin: reference(t),
	} {
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

// functionTables list the functions that may be called, by where they come from,
// and those that may not, by the reason.
func functionTables() string {
	var out, refused strings.Builder
	for _, from := range []struct{ name, title string }{
		{"mirrorgen", "Of mirrorgen"}, {"text/template", "Of text/template"}, {"sprig", "Of sprig"},
	} {
		fmt.Fprintf(&out, "\n### %s\n\n| function | gives | status |\n|---|---|---|\n", from.title)
		for _, f := range templates.Functions() {
			if f.From != from.name || f.Status == templates.Refused {
				continue
			}
			status := string(f.Status)
			if f.Reason != "" {
				status += ": " + f.Reason
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s |\n", f.Call, cell(f.Gives), cell(status))
		}
	}
	out.WriteString("\n### Refused\n\n| function | because | instead |\n|---|---|---|\n")
	type why struct{ reason, way string }
	names := map[why][]string{}
	var order []why
	for _, f := range templates.Functions() {
		if f.Status != templates.Refused {
			continue
		}
		key := why{f.Reason, f.Way}
		if names[key] == nil {
			order = append(order, key)
		}
		names[key] = append(names[key], "`"+f.Name+"`")
	}
	for _, key := range order {
		fmt.Fprintf(&refused, "| %s | %s | %s |\n", strings.Join(names[key], ", "), cell(key.reason), cell(key.way))
	}
	out.WriteString(refused.String() + "\n")
	return out.String()
}

// changesTable lists old and new names.
func changesTable() string {
	var out strings.Builder
	out.WriteString("\n| once | now |\n|---|---|\n")
	for _, c := range templates.Changes() {
		code, rest, _ := strings.Cut(c[0], ",")
		if rest != "" {
			rest = "," + rest
		}
		if word, more, ok := strings.Cut(code, " and "); ok {
			code, rest = word, " and "+more+rest
		}
		now := "`" + c[1] + "`"
		if c[2] != "" {
			now += "; " + c[2]
		}
		fmt.Fprintf(&out, "| `%s`%s | %s |\n", code, cell(rest), cell(now))
	}
	out.WriteByte('\n')
	return out.String()
}

// cell is a text in a cell of a table.
func cell(text string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text) }

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
