package editor

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A cursor is a place in a text that need not be finished: what is open there.
type cursor struct {
	blocks    []header // around it, the outermost first
	item      []string // words of the line before it, where a block or argument begins
	comment   bool     // it is inside a comment
	inLabel   bool     // it is inside the label of the block whose words item has
	attribute string   // whose value it is in, "" for none
	path      []string // in a value: the names before the last dot, e.g. "var"
	quoted    bool     // in a value: inside a text
	prefix    string   // the part of a word before it
}

// A header is the type and the labels of a block.
type header struct {
	kind   string
	labels []string
}

// kind is the type of the innermost block, of the content of a dynamic block the type that
// it makes; "" outside all blocks.
func (c *cursor) kind() string {
	n := len(c.blocks)
	if n == 0 {
		return ""
	}
	if b := c.blocks[n-1]; b.kind != "content" || n < 2 || c.blocks[n-2].kind != "dynamic" {
		return b.kind
	}
	if labels := c.blocks[n-2].labels; len(labels) > 0 {
		return labels[0]
	}
	return ""
}

// A scanner walks through the tokens before a cursor.
type scanner struct {
	cursor
	open []hclsyntax.TokenType // brackets and quotes of a value
}

// cursorAt says what is open at an offset.
func cursorAt(content []byte, offset int) *cursor {
	s := &scanner{}
	tokens, _ := hclsyntax.LexConfig(content[:offset], "", hcl.InitialPos)
	for i, token := range tokens {
		if token.Type == hclsyntax.TokenEOF {
			tokens = tokens[:i]
			break
		}
		if s.attribute != "" {
			s.value(token)
		} else {
			s.header(token)
		}
	}
	s.end(tokens, offset)
	return &s.cursor
}

// header takes a token outside a value.
func (s *scanner) header(token hclsyntax.Token) {
	switch token.Type {
	case hclsyntax.TokenIdent, hclsyntax.TokenQuotedLit:
		s.item = append(s.item, string(token.Bytes))
	case hclsyntax.TokenOQuote, hclsyntax.TokenCQuote:
		s.inLabel = token.Type == hclsyntax.TokenOQuote
	case hclsyntax.TokenEqual:
		if len(s.item) > 0 {
			s.attribute, s.open, s.item = s.item[0], nil, nil
		}
	case hclsyntax.TokenOBrace:
		h := header{}
		if len(s.item) > 0 {
			h = header{s.item[0], s.item[1:]}
		}
		s.blocks, s.item, s.inLabel = append(s.blocks, h), nil, false
	case hclsyntax.TokenCBrace:
		s.close()
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		s.item, s.inLabel = nil, false
	}
}

// value takes a token inside the value of an argument.
func (s *scanner) value(token hclsyntax.Token) {
	switch token.Type {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		s.open = append(s.open, token.Type)
	case hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc,
		hclsyntax.TokenTemplateSeqEnd:
		s.open = s.open[:max(0, len(s.open)-1)]
	case hclsyntax.TokenCBrace:
		if len(s.open) == 0 {
			s.attribute = ""
			s.close()
			return
		}
		s.open = s.open[:len(s.open)-1]
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		if n := len(s.open); n == 0 || s.open[n-1] == hclsyntax.TokenOQuote {
			s.attribute, s.open = "", nil
		}
	}
}

func (s *scanner) close() {
	s.blocks, s.item, s.inLabel = s.blocks[:max(0, len(s.blocks)-1)], nil, false
}

// end takes the word that the cursor is in apart from what is before it.
func (s *scanner) end(tokens hclsyntax.Tokens, offset int) {
	if n := len(s.open); s.attribute != "" && n > 0 {
		s.quoted = s.open[n-1] == hclsyntax.TokenOQuote || s.open[n-1] == hclsyntax.TokenOHeredoc
	}
	i := len(tokens) - 1
	s.comment = i >= 0 && tokens[i].Type == hclsyntax.TokenComment && tokens[i].Range.End.Byte == offset &&
		!strings.HasSuffix(string(tokens[i].Bytes), "\n")
	word := func(t hclsyntax.Token) bool {
		return t.Type == hclsyntax.TokenIdent || t.Type == hclsyntax.TokenQuotedLit ||
			t.Type == hclsyntax.TokenStringLit
	}
	if i >= 0 && tokens[i].Range.End.Byte == offset && word(tokens[i]) {
		s.prefix = string(tokens[i].Bytes)
		if n := len(s.item); n > 0 {
			s.item = s.item[:n-1]
		}
		i--
	}
	if s.attribute == "" || s.quoted {
		return
	}
	for ; i >= 1 && tokens[i].Type == hclsyntax.TokenDot && tokens[i-1].Type == hclsyntax.TokenIdent; i -= 2 {
		s.path = append([]string{string(tokens[i-1].Bytes)}, s.path...)
	}
}

// wordAround is the range of the name around an offset, empty where there is none.
func wordAround(content []byte, offset int) (begin, end int) {
	part := func(r rune) bool {
		return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
	}
	begin, end = offset, offset
	for begin > 0 {
		r, size := utf8.DecodeLastRune(content[:begin])
		if !part(r) {
			break
		}
		begin -= size
	}
	for end < len(content) {
		r, size := utf8.DecodeRune(content[end:])
		if !part(r) {
			break
		}
		end += size
	}
	return begin, end
}

func number(n int) string { return strconv.Itoa(n) }

// indentation is the white space that the line of an offset begins with.
func indentation(content []byte, offset int) string {
	line := string(content[strings.LastIndexByte(string(content[:offset]), '\n')+1 : offset])
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
