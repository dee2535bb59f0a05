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

//go:embed nginx haproxy webgateway iris compose kubernetes scripts docs
var files embed.FS

// A Set is the built-in templates with those of the user's in place of them and
// beside them. It may be used by several goroutines at a time.
type Set struct {
	sources map[string]Source // the user's, by name
	added   []string          // names of those that are no built-in, sorted
	parsing sync.Mutex        // held while built-in templates are added
	root    *template.Template
	defined map[string]string // by the name of a definition, the template that has it
	limits  budget            // of each artifact in which a template of the user's has a part
	bounded map[string]bool   // the definitions in which one has
}

// newSet is a set without templates.
func newSet() *Set {
	return &Set{
		sources: map[string]Source{},
		root:    template.New("").Option("missingkey=error").Funcs(unboundFunctions()),
		defined: map[string]string{},
		limits:  limited,
		bounded: map[string]bool{},
	}
}

// builtin holds the templates of this package that were needed so far. They are
// the same for every plan, so each is parsed once in a process.
var builtin = sync.OnceValue(newSet)

// wholeBuiltin is builtin with all templates.
func wholeBuiltin() *Set {
	builtin().need(builtinNames())
	return builtin()
}

// need parses the built-in templates that have these definitions, and those that
// have the definitions which they call. Parsing takes a fifth of the build of a
// small lab, which needs no page in another language.
func (s *Set) need(definitions []string) {
	s.parsing.Lock()
	defer s.parsing.Unlock()
	for len(definitions) > 0 {
		last := len(definitions) - 1
		name := definers()[definitions[last]]
		definitions = definitions[:last]
		if s.defined[name] != "" {
			continue
		}
		parsed, err := parseTemplate(name, builtinText(name))
		if err != nil {
			panic(fmt.Sprintf("built-in template %s: %v", name, err))
		}
		for _, t := range parsed {
			s.define(name, t)
			definitions = append(definitions, called(t)...)
		}
	}
}

// called lists the definitions that a template calls.
func called(t *parse.Tree) []string {
	var names []string
	walk(t.Root, func(n parse.Node) {
		if call, ok := n.(*parse.TemplateNode); ok {
			names = append(names, call.Name)
		}
	})
	return names
}

// parseTemplate reads a template, and returns it with its definitions, by name.
func parseTemplate(name, text string) ([]*parse.Tree, error) {
	trees, err := parse.Parse(name, text, "", "", declared())
	if err != nil {
		return nil, err
	}
	if trees[name] == nil { // nothing is printed: the file has only definitions
		trees[name] = &parse.Tree{Name: name, ParseName: name, Root: &parse.ListNode{NodeType: parse.NodeList}}
	}
	byName := func(a, b *parse.Tree) int { return strings.Compare(a.Name, b.Name) }
	return slices.SortedFunc(maps.Values(trees), byName), nil
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
	if s == builtin() {
		for _, j := range list {
			s.need([]string{j.template})
		}
	}
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

// A printer prints one artifact after the other.
type printer struct {
	set     *Set
	bounded *template.Template // the set's, with functions that take from the budget; nil until one is needed
	limits  budget             // of each artifact in which a template of the user's has a part
	budget  budget             // what is left of them
	out     bytes.Buffer
}

func (s *Set) printer(of *plan.Plan) *printer {
	p := &printer{set: s, limits: s.limits}
	p.limits.work += serviceWork * len(of.Services)
	p.out.Grow(64 << 10) // more than most artifacts of a small lab
	return p
}

// print executes the template of an artifact, and merges raw compose keys into
// what it prints.
func (p *printer) print(j job) ([]byte, error) {
	bounded := p.set.bounded[j.template]
	p.out.Reset()
	if err := p.execute(j, bounded); err != nil {
		return nil, err
	}
	content := bytes.Clone(p.out.Bytes())
	if n, _ := j.dot.One.(*plan.NGINX); n != nil && n.Config != "" {
		return replaceDirectives(n.Config, content), nil
	}
	overrides, mergeInto := rawOf(j)
	if len(overrides) == 0 {
		return content, nil
	}
	if bounded {
		var file map[string]any // refuses an anchor that holds itself, which nodes do not
		if yaml.Unmarshal(content, &file) != nil {
			return content, nil // the check of the artifacts says what is wrong, with its line
		}
	}
	return mergeInto(overrides, content)
}

// rawOf are the raw keys of the services of an artifact, and how they are merged into it.
func rawOf(j job) (overrides map[string]*plan.Tree, mergeInto func(map[string]*plan.Tree, []byte) ([]byte, error)) {
	if part, ok := j.dot.One.(*plan.ComposePart); ok {
		return rawKeys(part.Services), mergeOverrides
	}
	if j.workloads != nil {
		return rawManifests(j.workloads(j.dot.Plan, j.dot.One)), mergeManifests
	}
	return nil, nil
}

// execute prints the template of an artifact, within limits or without.
func (p *printer) execute(j job, bounded bool) error {
	if !bounded {
		return p.set.root.Lookup(j.template).Execute(&p.out, j.dot)
	}
	if p.bounded == nil {
		root, err := p.set.root.Clone()
		if err != nil {
			panic(err)
		}
		p.bounded = root.Funcs(boundFunctions(&p.budget))
	}
	p.budget = p.limits
	return p.bounded.Lookup(j.template).Execute(p, j.dot)
}

// Write charges the budget for what a template prints.
func (p *printer) Write(text []byte) (int, error) {
	if err := p.budget.charge(len(text) + pieceText); err != nil {
		return 0, err
	}
	return p.out.Write(text)
}
