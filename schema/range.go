package schema

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// indexStep is a place in a list, from 0, as a step of a path.
func indexStep(i int) string { return strconv.Itoa(i) }

// pathRange is the range of the entry at the end of a path of keys and indices, key and value
// together, or of as much of the path as is written out.
func pathRange(expr hcl.Expression, path []string) hcl.Range {
	at := expr.Range()
	for _, step := range path {
		var whole hcl.Range
		if whole, expr = element(expr, step); expr == nil {
			break
		}
		at = whole
	}
	return at
}

// element is one element of an object or a list that is written out, with the range that it
// takes; nil for none.
func element(expr hcl.Expression, step string) (hcl.Range, hcl.Expression) {
	if items, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, item := range items {
			k, diags := item.Key.Value(nil)
			if diags.HasErrors() || k.Type() != cty.String || !k.IsKnown() || k.IsNull() {
				continue
			}
			if key := k.AsString(); key == step || key == step+appends {
				return hcl.RangeBetween(item.Key.Range(), item.Value.Range()), item.Value
			}
		}
		return hcl.Range{}, nil
	}
	items, diags := hcl.ExprList(expr)
	if i, err := strconv.Atoi(step); !diags.HasErrors() && err == nil && i >= 0 && i < len(items) {
		return items[i].Range(), items[i]
	}
	return hcl.Range{}, nil
}

// lineOf is the range of a line, from 1, of a text that is a heredoc in the source, or all of at,
// the range of the text's expression, for any other. What a heredoc inserts may not have lines of
// its own.
func lineOf(sources []Source, at hcl.Range, text string, line int) hcl.Range {
	return linesOf(sources, at, text)(line)
}

// linesOf is lineOf for several lines of one text.
func linesOf(sources []Source, at hcl.Range, text string) func(line int) hcl.Range {
	var body [][]byte // lines, the one with << first
	var starts []int  // of the lines, in bytes
	for _, s := range sources {
		if s.Name != at.Filename || !at.CanSliceBytes(s.Content) {
			continue
		}
		written := at.SliceBytes(s.Content)
		if !bytes.HasPrefix(written, []byte("<<")) {
			break
		}
		body = bytes.SplitAfter(written, []byte("\n"))
		if len(body)-2 != strings.Count(text, "\n") {
			body = nil
			break
		}
		start := at.Start.Byte
		for _, line := range body {
			starts = append(starts, start)
			start += len(line)
		}
		break
	}
	return func(line int) hcl.Range {
		if line < 1 || line > len(body)-2 {
			return at
		}
		content := bytes.TrimRight(body[line], "\r\n")
		indent := len(content) - len(bytes.TrimLeft(content, " \t"))
		return hcl.Range{
			Filename: at.Filename,
			Start:    hcl.Pos{Line: at.Start.Line + line, Column: indent + 1, Byte: starts[line] + indent},
			End: hcl.Pos{
				Line: at.Start.Line + line, Column: utf8.RuneCount(content) + 1, Byte: starts[line] + len(content),
			},
		}
	}
}
