// Package templates prints a plan as the files of a lab.
//
// Every artifact is a row of one table (see table.go): a template, a path, a mode
// and what it belongs to. One set of templates, the built-in ones with those of
// the user's in place of them and beside them, is executed with one dot (see
// dot.go) and one map of functions, ours and sprig's (see functions.go). A
// template prints fields of [plan.Plan] and decides nothing; a value of the
// topology enters it only through the quoting function of its target (see
// quote.go).
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"

	"github.com/hashicorp/hcl/v2"
	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/parallel"
	"mirrorgen/internal/plan"
)

//go:embed nginx haproxy webgateway iris compose scripts docs
var files embed.FS

// A Set is the built-in templates with those of the user's in place of them and
// beside them. It may be used by several goroutines at a time.
type Set struct {
	sources map[string]Source // the user's, by name
	added   []string          // names of those that are no built-in, sorted
	root    *template.Template
	defined map[string]string // by the name of a definition, the template that has it
	limits  budget            // of each artifact in which a template of the user's has a part
	bounded map[string]bool   // the definitions in which one has
}

// newSet is a set without templates.
func newSet() *Set {
	return &Set{
		sources: map[string]Source{},
		root:    template.New("").Option("missingkey=error"),
		defined: map[string]string{},
		limits:  limited,
		bounded: map[string]bool{},
	}
}

// builtin holds the templates of this package. They are the same for every
// plan, so they are parsed once in a process.
var builtin = sync.OnceValue(func() *Set {
	s := newSet()
	for _, name := range builtinNames() {
		parsed, err := parseTemplate(name, builtinText(name))
		if err != nil {
			panic(fmt.Sprintf("built-in template %s: %v", name, err))
		}
		for _, t := range parsed {
			if other, twice := s.defined[t.Name]; twice {
				panic(fmt.Sprintf("%s defines %q, which %s defines too", name, t.Name, other))
			}
			s.define(name, t)
		}
	}
	return s
})

// parseTemplate reads a template, and returns it with its definitions, by name.
func parseTemplate(name, text string) ([]*parse.Tree, error) {
	trees, err := parse.Parse(name, text, "", "", declared())
	if err != nil {
		return nil, err
	}
	if trees[name] == nil { // nothing is printed: the file has only definitions
		trees[name] = &parse.Tree{Name: name, ParseName: name, Root: &parse.ListNode{NodeType: parse.NodeList}}
	}
	return slices.SortedFunc(maps.Values(trees), func(a, b *parse.Tree) int {
		return strings.Compare(a.Name,
			b.Name)
	}), nil
}

// declared are the functions that a template may call, for the parser.
var declared = sync.OnceValue(func() map[string]any {
	names := map[string]any{}
	for name, f := range functions() {
		if f.Status != Refused {
			names[name] = true
		}
	}
	return names
})

// define adds a definition of a template to the set.
func (s *Set) define(name string, t *parse.Tree) {
	s.defined[t.Name] = name
	if _, err := s.root.AddParseTree(t.Name, t); err != nil {
		panic(fmt.Sprintf("template %s: %v", name, err))
	}
}

// Render prints every artifact of the plan with the built-in templates, sorted by
// path. The same plan gives the same bytes. It panics where a built-in template
// does not fit the plan, which is a mistake in mirrorgen.
func Render(p *plan.Plan) []lab.Artifact {
	artifacts, diags := builtin().Render(p)
	if len(diags) > 0 {
		panic(diags)
	}
	return artifacts
}

// Render prints every artifact of the plan, sorted by path. The same plan and
// templates give the same bytes. A diagnostic names the line of a template of the
// user's that does not fit the plan, cannot be printed or does not end; the
// artifacts are of no use where there are errors.
func (s *Set) Render(p *plan.Plan) ([]lab.Artifact, hcl.Diagnostics) {
	rows := slices.Clone(table)
	for _, name := range s.added {
		rows = append(rows, row{template: name, path: artifactOf(name), mode: plainFile})
	}
	list := jobs(p, rows)
	artifacts, found := s.printAll(list)
	var diags hcl.Diagnostics
	for _, f := range found {
		diags = appendNew(diags, s.faultOf(f))
	}
	for i, a := range artifacts {
		if slices.Contains(s.added, list[i].template) && bytes.HasPrefix(a.Content, []byte("#!")) {
			artifacts[i].Mode = scriptFile
		}
	}
	slices.SortStableFunc(artifacts, func(a, b lab.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return artifacts, append(diags, s.checkPaths(p, artifacts)...)
}

// printAll prints the artifacts in the order of the jobs. Of those of one template
// that fail, the faults hold the first.
func (s *Set) printAll(list []job) ([]lab.Artifact, []fault) {
	artifacts := make([]lab.Artifact, len(list))
	digested := 0
	for digested < len(list) && list[digested].digested {
		digested++
	}
	printed := &configurations{artifacts: artifacts[:digested]}
	printed.printing.Add(digested)
	var found faults
	printers := make([]*printer, parallel.Workers(len(list)))
	parallel.Each(len(list), func(worker, i int) {
		j := list[i]
		if j.digested {
			defer printed.printing.Done()
		} else {
			j.dot.printed = printed
		}
		if found.settled(i, j.template) {
			return
		}
		if printers[worker] == nil {
			printers[worker] = s.printer(j.dot.Plan)
		}
		content, err := printers[worker].print(j)
		if err != nil {
			found.add(i, j.template, err)
		}
		artifacts[i] = lab.Artifact{Path: j.path, Mode: j.mode, Content: content}
	})
	return artifacts, found.list(list)
}

// A printer prints one artifact after the other. It has the set's templates with
// functions of its own, because these count what the artifact takes.
type printer struct {
	set    *Set
	root   *template.Template
	limits budget // of each artifact in which a template of the user's has a part
	budget budget
	out    bytes.Buffer
}

func (s *Set) printer(of *plan.Plan) *printer {
	root, err := s.root.Clone()
	if err != nil {
		panic(err)
	}
	p := &printer{set: s, limits: s.limits}
	p.limits.work += serviceWork * len(of.Services)
	p.root = root.Funcs(bind(&p.budget))
	p.out.Grow(64 << 10) // more than most artifacts of a small lab
	return p
}

// print executes the template of an artifact.
func (p *printer) print(j job) ([]byte, error) {
	p.budget = unlimited
	if p.set.bounded[j.template] {
		p.budget = p.limits
	}
	p.out.Reset()
	if err := p.root.Lookup(j.template).Execute(p, j.dot); err != nil {
		return nil, err
	}
	part, _ := j.dot.One.(*plan.ComposePart)
	if part == nil {
		return bytes.Clone(p.out.Bytes()), nil
	}
	if p.set.bounded[j.template] {
		var file map[string]any // refuses an anchor that holds itself, which nodes do not
		if yaml.Unmarshal(p.out.Bytes(), &file) != nil {
			// The check of the artifacts says what is wrong, with its line.
			return bytes.Clone(p.out.Bytes()), nil
		}
	}
	return mergeOverrides(part.Services, bytes.Clone(p.out.Bytes()))
}

// Write charges the budget for what a template prints.
func (p *printer) Write(text []byte) (int, error) {
	if err := p.budget.charge(len(text) + pieceText); err != nil {
		return 0, err
	}
	return p.out.Write(text)
}
