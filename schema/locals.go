package schema

import (
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A local is one named expression.
type local struct {
	name  string
	expr  hcl.Expression
	at    hcl.Range
	needs []string // other locals, in the order of the expression
	state int      // of its evaluation
}

// States of a local.
const (
	waiting = iota
	entered // it is being evaluated: meeting it again is a cycle
	done
)

// declareLocals reads the locals blocks. Their order does not matter.
func (s *scope) declareLocals(blocks hcl.Blocks) {
	for _, b := range blocks {
		attributes, diags := b.Body.JustAttributes()
		for _, diag := range diags {
			diag.Detail = "A locals block holds NAME = EXPRESSION lines and no blocks."
		}
		s.d.add(diags)
		for _, a := range attributes {
			if first := s.locals[a.Name]; first != nil {
				later, earlier := a.NameRange, first.at
				if before(later, earlier) {
					later, earlier = earlier, later
				}
				s.d.errorf(later, "Duplicate local", "local.%s is already set at %s. Rename one.", a.Name, earlier)
				continue
			}
			s.locals[a.Name] = &local{name: a.Name, expr: a.Expr, at: a.NameRange}
			s.localNames = append(s.localNames, a.Name)
		}
	}
	sort.Slice(s.localNames,
		func(i, j int) bool { return before(s.locals[s.localNames[i]].at, s.locals[s.localNames[j]].at) })
	for _, l := range s.locals {
		for _, traversal := range l.expr.Variables() {
			if name := member(traversal, "local"); name != "" {
				l.needs = append(l.needs, name)
			}
		}
	}
}

// before orders places of one lab.
func before(a, b hcl.Range) bool {
	if a.Filename != b.Filename {
		return a.Filename < b.Filename
	}
	return a.Start.Byte < b.Start.Byte
}

// member is the NAME of a traversal root.NAME or root["NAME"], "" for any other.
func member(t hcl.Traversal, root string) string {
	if t.RootName() != root || len(t) < 2 {
		return ""
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && !step.Key.IsNull() && step.Key.IsKnown() {
			return step.Key.AsString()
		}
	}
	return ""
}

// setLocals evaluates every local after those that it needs, into values.
func (s *scope) setLocals(values map[string]cty.Value) {
	for _, name := range s.localNames {
		s.setLocal(s.locals[name], values, nil)
	}
}

// setLocal evaluates one local; path are the locals that are waiting for it.
func (s *scope) setLocal(l *local, values map[string]cty.Value, path []*local) {
	switch l.state {
	case done:
		return
	case entered:
		s.reportCycle(l, path)
		values[l.name] = cty.DynamicVal
		return
	}
	if len(path) > maxNesting {
		s.d.errorf(l.at, "Locals too deep",
			"More than %d locals need one another in a row here. Write some of them in one expression.", maxNesting)
		values[l.name] = cty.DynamicVal
		l.state = done
		return
	}
	l.state = entered
	needed := map[string]cty.Value{}
	for _, name := range l.needs {
		if needs := s.locals[name]; needs != nil {
			s.setLocal(needs, values, append(path, l))
		}
		needed[name] = values[name]
	}
	l.state = done
	if _, failed := values[l.name]; failed {
		return // it is part of a cycle
	}
	ctx := s.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"local": cty.ObjectVal(needed)}
	value, diags := s.d.meter.value(l.expr, ctx)
	if s.d.add(completeExpression(diags)); diags.HasErrors() {
		value = cty.DynamicVal
	}
	values[l.name] = value
}

// reportCycle shows the whole circle.
func (s *scope) reportCycle(l *local, path []*local) {
	i := len(path) - 1
	for path[i] != l {
		i--
	}
	var names []string
	for _, step := range path[i:] {
		names = append(names, "local."+step.name)
	}
	names = append(names, "local."+l.name)
	if len(names) > 9 {
		names = append(append(names[:4:4], fmt.Sprintf("%d more", len(names)-8)), names[len(names)-4:]...)
	}
	s.d.errorf(l.at, "Locals in a circle",
		"The value of local.%s depends on itself: %s. Give one of them a value that needs none of the "+
			"others.", l.name, strings.Join(names, " -> "))
}
