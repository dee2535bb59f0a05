package explain

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/lab"
	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// mostTries is how many other values of an argument are tried, and mostServices the size of
// a lab above which none is: rendering it again would take long.
const (
	mostTries    = 6
	mostServices = 2000
)

var duration = regexp.MustCompile(`^([0-9]+)(ms|s|m|h|d)$`)

// alternatives are other values of an argument, in the topology's spelling.
func alternatives(d schema.Declaration, a schema.ArgumentReference) []string {
	current := d.Value(a.Name)
	if current == cty.NilVal && !d.Given(a.Name) {
		if expr, diags := hclsyntax.ParseExpression([]byte(a.Default), "", hcl.InitialPos); !diags.HasErrors() {
			if v, diags := expr.Value(nil); !diags.HasErrors() {
				current = v
			}
		}
	}
	var list []string
	switch {
	case a.Values != nil && a.Type == "string":
		for _, v := range a.Values {
			list = append(list, strconv.Quote(v))
		}
	case a.Type == "bool":
		list = []string{"true", "false"}
	case a.Type == "number":
		if current != cty.NilVal && current.Type() == cty.Number {
			n, _ := current.AsBigFloat().Int64()
			list = append(list, fmt.Sprint(n+1), fmt.Sprint(n-1))
		}
		list = append(list, "41973", "173", "29", "7")
	case a.Type == "string" && current != cty.NilVal && current.Type() == cty.String:
		text := current.AsString()
		if parts := duration.FindStringSubmatch(text); parts != nil {
			n, err := strconv.Atoi(parts[1])
			if err == nil {
				list = append(list, fmt.Sprintf("%q", fmt.Sprint(n+1)+parts[2]),
					fmt.Sprintf("%q", fmt.Sprint(n-1)+parts[2]))
			}
			break
		}
		list = append(list, strconv.Quote(text+"x"), strconv.Quote(text+"/x"))
	}
	same := func(other string) bool {
		return current != cty.NilVal && shownValue(current) == other
	}
	list = slices.DeleteFunc(list, same)
	return list[:min(len(list), mostTries)]
}

// vary gives an argument another value and returns the lines that become others; false where
// the topology is not valid with it.
func (l *Lab) vary(d schema.Declaration, argument, expression string) ([]Line, bool) {
	if len(l.Plan.Services) > mostServices {
		return nil, false
	}
	sources := slices.Clone(l.Sources)
	if !edit(sources, d, argument, expression) {
		return nil, false
	}
	other, diags := schema.Load(l.Base, sources, l.Settings...)
	if diags.HasErrors() {
		return nil, false
	}
	p, diags := plan.Make(other, l.Lock)
	if diags.HasErrors() {
		return nil, false
	}
	artifacts, err := l.Render(p)
	if err != nil {
		return nil, false
	}
	return changed(l.Artifacts, artifacts), true
}

// edit writes an argument into the source that its block stands in, or the block itself at
// the end of the last source.
func edit(sources []schema.Source, d schema.Declaration, argument, expression string) bool {
	if d.Range.Filename == "" {
		last := &sources[len(sources)-1]
		last.Content = fmt.Appendf(slices.Clip(last.Content), "\n%s {\n%s = %s\n}\n", d.Kind, argument, expression)
		return true
	}
	name := d.Range.Filename
	if d.Given(argument) {
		name = d.At(argument).Filename
	}
	i := slices.IndexFunc(sources, func(s schema.Source) bool { return s.Name == name })
	if i < 0 {
		return false
	}
	s := &sources[i]
	splice := func(r hcl.Range, text string) {
		s.Content = slices.Concat(s.Content[:r.Start.Byte], []byte(text), s.Content[r.End.Byte:])
	}
	if d.Given(argument) {
		splice(d.At(argument), expression)
		return true
	}
	block := blockAt(*s, d.Range)
	if block == nil {
		return false
	}
	inside := hcl.RangeBetween(block.OpenBraceRange, block.CloseBraceRange)
	inside.Start, inside.End = block.OpenBraceRange.End, block.CloseBraceRange.Start
	splice(inside, fmt.Sprintf("\n%s = %s\n%s\n", argument, expression,
		strings.TrimSpace(string(inside.SliceBytes(s.Content)))))
	return true
}

// blockAt is the block with a header, or of a dynamic one its content.
func blockAt(s schema.Source, header hcl.Range) *hclsyntax.Block {
	file, _ := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
	var found *hclsyntax.Block
	var search func(body *hclsyntax.Body)
	search = func(body *hclsyntax.Body) {
		for _, b := range body.Blocks {
			if b.DefRange() == header {
				found = b
			}
			search(b.Body)
		}
	}
	search(file.Body.(*hclsyntax.Body))
	if found != nil && found.Type == "dynamic" {
		for _, inner := range found.Body.Blocks {
			if inner.Type == "content" {
				return inner
			}
		}
	}
	return found
}

// changed are the lines of some artifacts that others of the same paths lack.
func changed(before, after []lab.Artifact) []Line {
	others := map[string][]byte{}
	for _, a := range after {
		others[a.Path] = a.Content
	}
	var lines []Line
	for _, a := range before {
		other := others[a.Path]
		if bytes.Equal(a.Content, other) {
			continue
		}
		kept := map[string]int{}
		for line := range bytes.Lines(other) {
			kept[string(line)]++
		}
		number := 0
		for line := range bytes.Lines(a.Content) {
			number++
			text := string(line)
			if kept[text]--; kept[text] < 0 {
				lines = append(lines, lineOf(a, number, text))
			}
		}
	}
	return lines
}

// words are the texts of a value that can be looked for.
func words(v cty.Value) []string {
	if v == cty.NilVal || v.IsNull() || !v.IsWhollyKnown() {
		return nil
	}
	switch t := v.Type(); {
	case t == cty.String && v.AsString() != "":
		line, _, _ := strings.Cut(strings.TrimSpace(v.AsString()), "\n")
		if line == "" {
			return nil
		}
		return []string{line}
	case t == cty.Number:
		return []string{v.AsBigFloat().Text('f', -1)}
	case t.IsListType() || t.IsTupleType() || t.IsMapType() || t.IsObjectType() || t.IsSetType():
		var list []string
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			for _, word := range words(element) {
				if !slices.Contains(list, word) {
					list = append(list, word)
				}
			}
		}
		return list
	}
	return nil
}
