package verify

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// summariesIn lists the summaries that the Go files of directories report as
// literals.
func summariesIn(t *testing.T, directories ...string) []string {
	t.Helper()
	position := map[string]int{
		"Report":     2,
		"ReportBoth": 2,
		"problem":    1,
		"At":         2,
	} // of the summary among the arguments
	var summaries []string
	for _, directory := range directories {
		paths, err := filepath.Glob(filepath.Join(directory, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				at, ok := position[method.Sel.Name]
				if !ok || len(call.Args) != at+3 {
					return true
				}
				if literal, ok := call.Args[at].(*ast.BasicLit); ok {
					summary, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					summaries = append(summaries, summary)
				}
				return true
			})
		}
	}
	slices.Sort(summaries)
	return slices.Compact(summaries)
}
