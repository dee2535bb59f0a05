package schema

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// mostNested is how deep brackets, templates and operators may be nested. HCL's
// parser calls itself for each level, and a process does not survive a stack
// that is used up.
const mostNested = 1000

// longestText is how many lines a heredoc may have: HCL's parser takes time with
// the square of their number.
const longestText = 5000

// What one topology may hold, in all its files: labs of 16,000 members take half
// of it. HCL's parser needs a kilobyte and more for each sign.
const (
	mostBytes = 4 << 20
	mostSigns = 320_000
)

// signs are the bytes that HCL's scanner makes a token of by themselves.
const signs = "{}[]()\"=,.:?!+-*/%<>&|$\n"

// checkSize refuses a topology that is too large to be parsed in memory and time.
func checkSize(sources []Source) hcl.Diagnostics {
	var isSign [256]bool
	for _, c := range []byte(signs) {
		isSign[c] = true
	}
	length, count := 0, 0
	for _, s := range sources {
		if length += len(s.Content); length <= mostBytes {
			for _, c := range s.Content {
				if isSign[c] {
					count++
				}
			}
		}
		if length > mostBytes || count > mostSigns {
			at := hcl.Range{Filename: s.Name, Start: hcl.InitialPos, End: hcl.InitialPos}
			return hcl.Diagnostics{Diagnose(hcl.DiagError, at, "Topology too large",
				"A topology has at most 4 MB, and 320,000 brackets, quotes, operators and line breaks; thousands of members take less. Write blocks that are alike as dynamic blocks.")}
		}
	}
	return nil
}

// CheckNesting refuses a file that is nested too deep, or has texts too long, to
// be parsed. Every file has to pass before hclsyntax sees it.
func CheckNesting(name string, content []byte) hcl.Diagnostics {
	if !suspicious(content) {
		return nil
	}
	tokens, _ := hclsyntax.LexConfig(content, name, hcl.InitialPos)
	depth, run, lines := 0, 0, 0
	for _, token := range tokens {
		if token.Type == hclsyntax.TokenStringLit {
			lines++
		} else {
			lines = 0
		}
		if lines > longestText {
			at := token.Range
			return hcl.Diagnostics{{
				Severity: hcl.DiagError, Summary: "Text too long", Subject: &at,
				Detail: "A text of more than 5000 lines is given here. Shorten it.",
			}}
		}
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			depth--
		}
		switch token.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			run++
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			run = 0
		}
		if depth > mostNested || run > mostNested {
			at := token.Range
			return hcl.Diagnostics{{
				Severity: hcl.DiagError, Summary: "Nested too deep", Subject: &at,
				Detail: "More than 1000 brackets or operators are nested here. Write the value without them, or split it.",
			}}
		}
	}
	return nil
}

// suspicious reports whether content could be nested too deep, by counting
// bytes: real topologies never come near, and are not read twice.
func suspicious(content []byte) bool {
	open, operators := 0, 0
	if bytes.Contains(content, []byte("<<")) && bytes.Count(content, []byte("\n")) > longestText {
		return true
	}
	for _, c := range content {
		switch c {
		case '[', '{', '(':
			if open++; open > mostNested {
				return true
			}
		case ']', '}', ')':
			open = max(0, open-1)
		case '!', '-', '?':
			if operators++; operators > mostNested {
				return true
			}
		case '\n':
			operators = 0
		}
	}
	return false
}
