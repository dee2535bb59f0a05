package nginx

import (
	"strings"

	"mirrorgen/internal/format/text"
)

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	semicolonToken
	openToken
	closeToken
)

// token is a word or a mark of punctuation.
type token struct {
	kind   tokenKind
	text   string
	quoted bool
	first  bool // first on its line
	line   int
	column int
}

// tokenizer cuts configuration text into tokens. A word ends at a blank, a
// semicolon or an opening brace that does not follow "$"; a quote or a "#"
// counts as one only where a word begins.
type tokenizer struct {
	content  string
	pos      int
	line     int
	lineFrom int // offset of the line's first character
	seen     int // line of the last token
	quote    token
	problems []Problem
}

func (t *tokenizer) next() token {
	t.skip()
	if t.pos >= len(t.content) {
		return token{line: t.line}
	}
	at := token{line: t.line, column: t.pos - t.lineFrom + 1, first: t.seen != t.line}
	t.seen = t.line
	switch c := t.content[t.pos]; c {
	case ';':
		at.kind = semicolonToken
	case '{':
		at.kind = openToken
	case '}':
		at.kind = closeToken
	case '"', '\'':
		return t.quotedWord(at, c)
	default:
		return t.plainWord(at)
	}
	t.pos++
	return at
}

// skip passes blanks and comments.
func (t *tokenizer) skip() {
	for ; t.pos < len(t.content); t.pos++ {
		switch t.content[t.pos] {
		case ' ', '\t', '\r':
		case '\n':
			t.newline()
		case '#':
			end := strings.IndexByte(t.content[t.pos:], '\n')
			if end < 0 {
				t.pos = len(t.content)
				return
			}
			t.pos += end
			t.newline()
		default:
			return
		}
	}
}

func (t *tokenizer) newline() {
	t.line++
	t.lineFrom = t.pos + 1
}

func (t *tokenizer) quotedWord(at token, quote byte) token {
	at.kind, at.quoted = wordToken, true
	var word strings.Builder
	for t.pos++; t.pos < len(t.content); t.pos++ {
		switch c := t.content[t.pos]; {
		case c == quote:
			t.pos++
			at.text = word.String()
			if t.pos < len(t.content) && strings.IndexByte(" \t\r\n;{)", t.content[t.pos]) < 0 {
				t.problems = append(t.problems, text.At(t.line, t.pos-t.lineFrom+1,
					"Unexpected character after a quote",
					"A blank, a semicolon or a brace has to follow a closing quote.",
					"Put the whole value inside the quotes."))
			}
			t.seen = t.line
			return at
		case c == '\\' && t.pos+1 < len(t.content):
			t.pos++
			if next := t.content[t.pos]; next != quote && next != '\\' {
				word.WriteByte('\\')
			}
			word.WriteByte(t.content[t.pos])
			if t.content[t.pos] == '\n' {
				t.newline()
			}
		default:
			if c == '\n' {
				t.newline()
			}
			word.WriteByte(c)
		}
	}
	t.quote = at
	at.text = word.String()
	return at
}

func (t *tokenizer) plainWord(at token) token {
	at.kind = wordToken
	start := t.pos
	for ; t.pos < len(t.content); t.pos++ {
		c := t.content[t.pos]
		switch {
		case c == '\\' && t.pos+1 < len(t.content) && t.content[t.pos+1] != '\n':
			t.pos++
			continue
		case c == '{' && t.pos > start && t.content[t.pos-1] == '$':
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '{':
			at.text = t.content[start:t.pos]
			return at
		}
	}
	at.text = t.content[start:]
	return at
}
