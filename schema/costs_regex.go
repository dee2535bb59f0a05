package schema

import (
	"regexp/syntax"
	"strings"
)

// Limits of a regular expression: bytes of its text, and instructions that it becomes.
const (
	maxPattern      = 4096
	maxInstructions = 20_000
	stepsPerElement = 16 // instructions that are tried in the time of one element
)

// matching is for regex, which returns one match: a text, or a text for each group.
func matching(a arguments) bill {
	b, groups := search(a.text(0), a.text(1))
	b.makes = groups + len(a.text(1))/bytesPerElement
	return b
}

// matchingAll is for regexall: there is at most one match at each byte.
func matchingAll(a arguments) bill {
	b, groups := search(a.text(0), a.text(1))
	b.makes = multiply(groups+1, len(a.text(1))+1) / 2
	return b
}

// search bounds the compilation of a pattern, which takes place for the type of the
// result and for the result, and the search, which tries each instruction at each byte.
func search(pattern, s string) (b bill, groups int) {
	if len(pattern) > maxPattern {
		return bill{problem: "A regular expression has at most 4096 bytes here. Shorten it."}, 0
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return bill{work: len(pattern)}, 0
	}
	size := instructions(parsed)
	if size > maxInstructions {
		return bill{problem: "This regular expression repeats its parts so often that a character may take more than " +
			"20,000 steps. Write smaller numbers in braces."}, 0
	}
	return bill{work: add(len(pattern)+8*size, multiply(size, len(s)+1)/stepsPerElement)}, parsed.MaxCap()
}

// instructions bounds the length of the program that a regular expression becomes.
func instructions(re *syntax.Regexp) int {
	n := 1
	for _, sub := range re.Sub {
		n = add(n, instructions(sub))
	}
	switch re.Op {
	case syntax.OpLiteral:
		return add(n, len(re.Rune))
	case syntax.OpCharClass:
		return add(n, len(re.Rune)/2)
	case syntax.OpRepeat:
		times := max(re.Min, re.Max)
		if re.Max < 0 {
			times = re.Min + 1
		}
		return multiply(n, times+1)
	case syntax.OpCapture:
		return n + 2
	}
	return n
}

// replacingMatches bounds the result: the replacement stands at most once at each byte, and
// each of its references to groups is at most all of the text in all.
func replacingMatches(a arguments) bill {
	s, with := a.text(0), a.text(2)
	b, _ := search(a.text(1), s)
	references := multiply(strings.Count(with, "$"), len(s))
	b.makes = add(len(s), add(references, multiply(len(s)+1, len(with)))) / bytesPerElement
	return b
}
