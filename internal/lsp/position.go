package lsp

import (
	"bytes"
	"sort"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// A text is a document with the beginnings of its lines.
type text struct {
	content []byte
	starts  []int
}

func newText(content []byte) *text {
	t := &text{content: content, starts: []int{0}}
	for at := 0; ; {
		i := bytes.IndexByte(content[at:], '\n')
		if i < 0 {
			return t
		}
		at += i + 1
		t.starts = append(t.starts, at)
	}
}

// position of a byte offset, in LSP's terms: lines from 0, and in them UTF-16 units. An
// offset outside the text is taken for its nearest end.
func (t *text) position(offset int) position {
	offset = max(0, min(offset, len(t.content)))
	line := sort.SearchInts(t.starts, offset+1) - 1
	units := 0
	for rest := t.content[t.starts[line]:offset]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		units += utf16Length(r)
		rest = rest[size:]
	}
	return position{line, units}
}

func utf16Length(r rune) int {
	return max(1, utf16.RuneLen(r))
}

// offset is the byte at a position. One behind the end of a line is taken for that end, and
// one outside the text for its nearest end.
func (t *text) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.starts) {
		return len(t.content)
	}
	at := t.starts[p.Line]
	for units := 0; at < len(t.content) && t.content[at] != '\n'; {
		r, size := utf8.DecodeRune(t.content[at:])
		if units += utf16Length(r); units > p.Character {
			break
		}
		at += size
	}
	return at
}

// span is a range by its bytes; one that ends before it begins is empty.
func (t *text) span(r hcl.Range) span {
	return span{t.position(r.Start.Byte), t.position(max(r.Start.Byte, r.End.Byte))}
}

// replace puts a text in the place of a range.
func (t *text) replace(r span, with string) *text {
	begin, end := t.offset(r.Start), t.offset(r.End)
	if end < begin {
		begin, end = end, begin
	}
	content := make([]byte, 0, len(t.content)+len(with))
	content = append(content, t.content[:begin]...)
	content = append(content, with...)
	return newText(append(content, t.content[end:]...))
}
