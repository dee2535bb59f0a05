package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/schema"
)

// argument explains "name", "kind.name" or "service.name". Of a name alone that several
// block types have, those answer that the lab has.
func (l *Lab) argument(word string) []Answer {
	block, argument, dotted := strings.Cut(word, ".")
	if !dotted {
		return l.named(word)
	}
	var answers []Answer
	for _, d := range l.Lab.Declarations() {
		if d.Name == block || d.Kind == block {
			answers = append(answers, l.value(d, argument)...)
		}
	}
	if len(answers) > 0 {
		return answers
	}
	return l.absent(block, argument)
}

// implied are the block types with defaults alone, which need not stand in the topology.
var implied = []string{"iris", "images", "kubernetes"}

// absent explains an argument of a single block that does not stand in the topology.
func (l *Lab) absent(kind, argument string) []Answer {
	if slices.Contains(implied, kind) {
		return l.value(schema.Declaration{Kind: kind, Decl: &schema.Decl{}}, argument)
	}
	b, single := singleBlock(kind)
	for _, a := range b.Arguments {
		if single && a.Name == argument {
			return []Answer{{Subject: argumentSubject(a, kind), Facts: []Fact{
				{fmt.Sprintf("no %s block is in the topology", kind), nil}, {"default: " + a.Default, nil}}}}
		}
	}
	return nil
}

// absentBlock explains a single block that does not stand in the topology.
func absentBlock(kind string) []Answer {
	if b, single := singleBlock(kind); single {
		return []Answer{{Subject: fmt.Sprintf("block %s: %s", kind, b.Doc),
			Facts: []Fact{{fmt.Sprintf("no %s block is in the topology", kind), nil}}}}
	}
	return nil
}

// singleBlock is a block type of which a lab has one at most, beside the lab itself.
func singleBlock(kind string) (schema.BlockReference, bool) {
	for _, b := range schema.Reference() {
		if b.Kind == kind {
			return b, b.Label == ""
		}
	}
	return schema.BlockReference{}, false
}

// argumentSubject says what an argument of a block is.
func argumentSubject(a schema.ArgumentReference, of string) string {
	return fmt.Sprintf("argument %s of %s (%s): %s", a.Name, of, a.Type, a.Doc)
}

// named explains an argument of every block that has it; where some give it, of those alone.
func (l *Lab) named(argument string) []Answer {
	var given, others []Answer
	for _, d := range l.Lab.Declarations() {
		if d.Given(argument) {
			given = append(given, l.value(d, argument)...)
		}
	}
	if given != nil {
		return given
	}
	kinds := map[string]bool{}
	for _, d := range l.Lab.Declarations() {
		if !kinds[d.Kind] {
			kinds[d.Kind] = true
			others = append(others, l.value(d, argument)...)
		}
	}
	if others != nil {
		return others
	}
	for _, b := range schema.Reference() {
		others = append(others, l.absent(b.Kind, argument)...)
	}
	return others
}

// value explains one argument of one block, nothing where the block has no such argument.
func (l *Lab) value(d schema.Declaration, argument string) []Answer {
	for _, a := range argumentsOf(d.Kind) {
		if a.Name != argument {
			continue
		}
		of := d.Kind
		if d.Name != "" {
			of += fmt.Sprintf(" %q", d.Name)
		}
		facts, lines := l.whyValue(d, a)
		return []Answer{{Subject: argumentSubject(a, of), Facts: facts, Lines: lines}}
	}
	return nil
}

// whyArgument says where the value of an argument comes from, and the lines that it stands
// in.
func (l *Lab) whyArgument(kind, name, argument string) ([]Fact, []Line) {
	d := l.declared(name, kind)
	if d == nil {
		return nil, nil
	}
	for _, a := range argumentsOf(kind) {
		if a.Name == argument {
			return l.whyValue(*d, a)
		}
	}
	return nil, nil
}

func (l *Lab) whyValue(d schema.Declaration, a schema.ArgumentReference) ([]Fact, []Line) {
	lines := l.linesOf(d, a)
	if d.Given(a.Name) {
		facts := []Fact{{fmt.Sprintf("%s = %s", a.Name, shownValue(d.Value(a.Name))), at(d.At(a.Name))}}
		return append(facts, l.inputs(d.At(a.Name))...), lines
	}
	if text, r := l.kept(d, a.Name); r != nil {
		return []Fact{{text, r}}, lines
	}
	if a.Default == "as in `iris`" {
		for _, iris := range l.Lab.Declarations() {
			if iris.Kind == "iris" && iris.Given(a.Name) {
				return []Fact{{fmt.Sprintf("%s = %s, from the iris block", a.Name, shownValue(iris.Value(a.Name))),
					at(iris.At(a.Name))}}, lines
			}
		}
		for _, inherited := range argumentsOf("iris") {
			if inherited.Name == a.Name {
				return []Fact{{fmt.Sprintf("default, of the iris block: %s", inherited.Default), nil}}, lines
			}
		}
	}
	return []Fact{{"default: " + a.Default, nil}}, lines
}

// kept says what the lock file keeps of an argument that the topology leaves open.
func (l *Lab) kept(d schema.Declaration, argument string) (string, *hcl.Range) {
	if l.Lock == nil {
		return "", nil
	}
	number, r := 0, hcl.Range{}
	for i := range l.Lock.Services {
		if s := &l.Lock.Services[i]; s.Name == d.Name && schema.IsService(d.Kind) {
			switch argument {
			case "host_number":
				number, r = s.HostNumber, s.Range()
			case "http_port":
				number, r = s.HTTPPort, s.Range()
			}
		}
	}
	for i := range l.Lock.Mirrors {
		if m := &l.Lock.Mirrors[i]; m.Name == d.Name && d.Kind == "mirror" && argument == "superserver_port" {
			number, r = m.SuperserverPort, m.Range()
		}
	}
	if number == 0 {
		return "", nil
	}
	return fmt.Sprintf("%s = %d, kept by the lock file", argument, number), &r
}

// inputs are the variables and locals of an expression, with where they come from.
func (l *Lab) inputs(r hcl.Range) []Fact {
	i := slices.IndexFunc(l.Sources, func(s schema.Source) bool { return s.Name == r.Filename })
	if i < 0 || !r.CanSliceBytes(l.Sources[i].Content) {
		return nil
	}
	expression := string(r.SliceBytes(l.Sources[i].Content))
	if !strings.Contains(expression, "var.") && !strings.Contains(expression, "local.") &&
		!strings.Contains(expression, "each") {
		return nil
	}
	facts := []Fact{{"computed: " + strings.Join(strings.Fields(expression), " "), nil}}
	variables, _ := schema.Variables(l.Sources)
	for _, v := range variables {
		if !strings.Contains(expression, "var."+v.Name) {
			continue
		}
		fact := Fact{"variable " + v.Name + ", its default", at(v.At)}
		for _, s := range l.Settings {
			if s.Name == v.Name {
				fact.Text = "variable " + v.Name + ", given by " + s.Origin
			}
		}
		facts = append(facts, fact)
	}
	return facts
}

// shownValue spells a value as the topology would, shortened where it is long.
func shownValue(v cty.Value) string {
	if v == cty.NilVal {
		return schema.Hidden
	}
	text := strings.Join(strings.Fields(string(hclwrite.TokensForValue(v).Bytes())), " ")
	if len(text) > 100 {
		return text[:100] + "..."
	}
	return text
}
