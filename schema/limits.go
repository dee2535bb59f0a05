package schema

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// HCL's scanner and parser have no limits of their own: they call themselves for
// each level of nesting, take time with the square of a text's lines and of a
// number's digits, and keep a kilobyte and more for each token. These limits bound
// them before they begin. Labs of 16,000 members take half of what is allowed.
const (
	maxBytes      = 4 << 20 // of all files together
	maxSigns      = 320_000 // of all files together: bytes of signBytes
	maxTokens     = 450_000 // of all files together: signs and words
	maxNesting    = 1000    // brackets, templates, directives and operators within one another
	maxTextLines  = 5000    // of one heredoc
	maxDigits     = 1000    // of one number
	maxUnreadable = 100     // control characters and invalid UTF-8 in one file
)

// signBytes are the bytes that HCL's scanner makes a token of by themselves.
const signBytes = "{}[]()\"=,.:?!+-*/%<>&|$\n"

// isSign is signBytes as a table.
var isSign = func() (table [256]bool) {
	for _, c := range []byte(signBytes) {
		table[c] = true
	}
	return table
}()

// checkSize refuses a topology that is too large to be parsed in memory and time.
func checkSize(sources []Source) hcl.Diagnostics {
	var total size
	for _, s := range sources {
		if total.add(s.Content); total.exceeded() {
			return hcl.Diagnostics{tooLarge(s.Name)}
		}
	}
	return nil
}

func tooLarge(name string) *hcl.Diagnostic {
	at := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	return Diagnose(hcl.DiagError, at, "Topology too large",
		"A topology has at most 4 MB, and 320,000 brackets, quotes, operators and line breaks, "+
			"450,000 with its words; thousands of members take less. Write blocks that are alike as dynamic blocks.")
}

// size counts what the memory of HCL's parser depends on.
type size struct{ bytes, signs, words int }

func (n size) exceeded() bool {
	return n.bytes > maxBytes || n.signs > maxSigns || n.signs+n.words > maxTokens
}

// add counts a file. A word is a run of letters and digits, or any other character
// that is neither a sign nor a blank.
func (n *size) add(content []byte) {
	if n.bytes += len(content); n.exceeded() {
		return
	}
	inWord := false
	for i := 0; i < len(content); {
		c, length := rune(content[i]), 1
		if c >= utf8.RuneSelf {
			c, length = utf8.DecodeRune(content[i:])
		}
		switch {
		case length == 1 && isSign[content[i]]:
			n.signs++
			inWord = false
		case c == ' ' || c == '\t' || c == '\r':
			inWord = false
		case c != utf8.RuneError && (c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)):
			if !inWord {
				n.words++
			}
			inWord = true
		default:
			n.words++
			inWord = false
		}
		i += length
	}
}

// CheckLimits refuses a file that HCL's parser could not read in memory and time: one
// that is too large, is nested too deep, is UTF-16, or holds texts or numbers that are too long.
// Every file has to pass before hclsyntax sees it.
func CheckLimits(name string, content []byte) hcl.Diagnostics {
	if diags := checkSize([]Source{{name, content}}); diags.HasErrors() {
		return diags
	}
	if diags := checkEncoding(name, content); diags.HasErrors() {
		return diags
	}
	if !suspicious(content) {
		return nil
	}
	if diags := checkReadable(name, content); diags.HasErrors() {
		return diags
	}
	tokens, _ := hclsyntax.LexConfig(content, name, hcl.InitialPos)
	check := tokenCheck{runs: []int{0}}
	for i, token := range tokens {
		if problem := check.token(tokens, i); problem != nil {
			at := token.Range
			problem.Severity, problem.Subject = hcl.DiagError, &at
			return hcl.Diagnostics{problem}
		}
	}
	return nil
}

// checkReadable refuses what is not text: HCL would report each of its bytes.
func checkReadable(name string, content []byte) hcl.Diagnostics {
	at := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	count := 0
	for i := 0; i < len(content); {
		c, length := utf8.DecodeRune(content[i:])
		if unreadable(c, length) {
			if count++; count > maxUnreadable {
				at.Start.Line = 1 + bytes.Count(content[:i], []byte("\n"))
				at.Start.Byte, at.End = i, at.Start
				at.End = at.Start
				return hcl.Diagnostics{Diagnose(hcl.DiagError, at, "Not a text file",
					"More than %d control characters, or bytes that are not UTF-8, stand in this file, and "+
						"here is one too many. "+
						"Give a topology, which is UTF-8 text.", maxUnreadable)}
			}
		}
		i += length
	}
	return nil
}

func unreadable(c rune, length int) bool {
	return c == utf8.RuneError && length == 1 || c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f
}

// A tokenCheck follows how deep the tokens of a file are nested.
type tokenCheck struct {
	runs       []int  // for each open bracket, the operators since the last separator in it
	braces     []bool // for each open bracket, whether it is a brace
	total      int    // of runs
	directives int    // open %{ if } and %{ for }
	lines      int    // of the heredoc
}

// token looks at the next token and returns what is wrong with it, or nil.
func (c *tokenCheck) token(tokens hclsyntax.Tokens, i int) *hcl.Diagnostic {
	token := tokens[i]
	if token.Type == hclsyntax.TokenStringLit {
		c.lines++
	} else {
		c.lines = 0
	}
	if c.lines > maxTextLines {
		return &hcl.Diagnostic{
			Summary: "Text too long",
			Detail:  "A text of more than 5000 lines is given here. Shorten it.",
		}
	}
	if token.Type == hclsyntax.TokenNumberLit && len(token.Bytes) > maxDigits {
		return &hcl.Diagnostic{Summary: "Number out of range", Detail: outOfRange}
	}
	c.nest(tokens, i)
	if len(c.runs)+c.total+c.directives > maxNesting+1 {
		return &hcl.Diagnostic{
			Summary: "Nested too deep",
			Detail: "More than 1000 brackets, directives or operators are nested here. " +
				"Write the value without them, or split it.",
		}
	}
	return nil
}

// nest counts the token where the parser calls itself for it.
func (c *tokenCheck) nest(tokens hclsyntax.Tokens, i int) {
	switch tokens[i].Type {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen,
		hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		if tokens[i].Type == hclsyntax.TokenOBrack && i > 0 && endsOperand(tokens[i-1].Type) {
			c.operator() // an index: a[0][0] is nested as -(-a) is
		}
		if tokens[i].Type == hclsyntax.TokenTemplateControl {
			c.directive(tokens, i)
		}
		c.runs = append(c.runs, 0)
		c.braces = append(c.braces, tokens[i].Type == hclsyntax.TokenOBrace)
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		if last := len(c.runs) - 1; last > 0 {
			c.total -= c.runs[last]
			c.runs, c.braces = c.runs[:last], c.braces[:last-1]
		}
	case hclsyntax.TokenComma:
		c.separator()
	case hclsyntax.TokenNewline:
		// Within brackets other than braces, an expression goes on.
		if last := len(c.braces) - 1; last < 0 || c.braces[last] {
			c.separator()
		}
	case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenPlus, hclsyntax.TokenStar, hclsyntax.TokenSlash,
		hclsyntax.TokenPercent, hclsyntax.TokenQuestion, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq:
		c.operator()
	}
}

// endsOperand reports whether a bracket after such a token is an index.
func endsOperand(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenIdent, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCBrace,
		hclsyntax.TokenCQuote, hclsyntax.TokenStar:
		return true
	}
	return false
}

func (c *tokenCheck) operator() {
	c.runs[len(c.runs)-1]++
	c.total++
}

func (c *tokenCheck) separator() {
	last := len(c.runs) - 1
	c.total -= c.runs[last]
	c.runs[last] = 0
}

// directive counts %{ if } and %{ for }, which last until their end directive.
func (c *tokenCheck) directive(tokens hclsyntax.Tokens, i int) {
	if i+1 >= len(tokens) || tokens[i+1].Type != hclsyntax.TokenIdent {
		return
	}
	switch string(tokens[i+1].Bytes) {
	case "if", "for":
		c.directives++
	case "endif", "endfor":
		c.directives = max(0, c.directives-1)
	}
}

// suspicious reports whether content could break a limit that takes its tokens to
// check, by counting bytes: most topologies never come near, and are not scanned twice.
func suspicious(content []byte) bool {
	if bytes.Contains(content, []byte("<<")) && bytes.Count(content, []byte("\n")) > maxTextLines {
		return true
	}
	brackets, operators, digits, odd := 0, 0, 0, 0
	for i, c := range content {
		if c < '0' || c > '9' {
			digits = 0
		}
		switch c {
		case '{', '(':
			brackets++
		case '[':
			brackets++
			operators++
		case ']', '}', ')':
			brackets = max(0, brackets-1)
		case '-':
			if i == 0 || !letter(content[i-1]) { // else it is part of a name
				operators++
			}
		case '!', '+', '*', '/', '%', '?', '&', '|', '<', '>':
			operators++
		case '=':
			if i > 0 && content[i-1] == '=' {
				operators++
			}
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			digits++
		default:
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f {
				odd++
			}
		}
		if brackets > maxNesting || operators > maxNesting || digits > maxDigits || odd > maxUnreadable {
			return true
		}
	}
	return false
}
