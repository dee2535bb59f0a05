package schema

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/internal/parallel"
)

// leastPiece is the size in bytes from which on a file is parsed in pieces. HCL
// keeps the tokens of what it parses in one growing slice, so that pieces take
// half the time of the whole even on one processor, and half the memory.
const leastPiece = 8 << 10

// parseFile is hclsyntax.ParseConfig. A large file is parsed in pieces, beside
// each other, each a number of whole blocks; where that could give anything but
// what the whole file gives, it is parsed as a whole after all.
func parseFile(s Source) (*hcl.File, hcl.Diagnostics) {
	if file := parsePieces(s, leastPiece); file != nil {
		return file, nil
	}
	return hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
}

// A piece is a part of a file that ends with a block.
type piece struct {
	content []byte
	start   hcl.Pos
	body    *hclsyntax.Body // nil where it has to be read with the rest of the file
}

// parsePieces returns nil for a file that is small, wrong, or not made of blocks
// that end with a line of a closing brace alone.
func parsePieces(s Source, least int) *hcl.File {
	pieces := cut(s.Content, least)
	if len(pieces) < 2 {
		return nil
	}
	parallel.Each(len(pieces), func(_, i int) { pieces[i].parse(s.Name) })
	whole := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, Blocks: hclsyntax.Blocks{}, SrcRange: hcl.Range{Filename: s.Name}}
	for i, p := range pieces {
		if p.body == nil {
			return nil
		}
		for name, attribute := range p.body.Attributes {
			if whole.Attributes[name] != nil { // an error that names both places
				return nil
			}
			whole.Attributes[name] = attribute
		}
		whole.Blocks = append(whole.Blocks, p.body.Blocks...)
		if i == 0 {
			whole.SrcRange.Start = p.body.SrcRange.Start
		}
		whole.SrcRange.End, whole.EndRange = p.body.SrcRange.End, p.body.EndRange
	}
	return &hcl.File{Body: whole, Bytes: s.Content}
}

// cut divides a file after lines that are a closing brace and nothing else, into
// pieces of at least that many bytes.
func cut(content []byte, least int) []piece {
	var pieces []piece
	start := hcl.InitialPos
	for len(content) >= 2*least {
		end := bytes.Index(content[least:], []byte("\n}\n"))
		if end < 0 {
			break
		}
		end += least + len("\n}\n")
		pieces = append(pieces, piece{content: content[:end], start: start})
		start.Line += bytes.Count(content[:end], []byte("\n"))
		start.Byte += end
		content = content[end:]
	}
	return append(pieces, piece{content: content, start: start})
}

// parse reads the piece, unless something is wrong with it, or nothing in it: the
// range of a body begins with what is in it first. A byte order mark is wrong
// anywhere but at the beginning of a file, and HCL would let it pass at the
// beginning of a piece.
func (p *piece) parse(name string) {
	if p.start.Byte > 0 && bytes.HasPrefix(p.content, []byte("\ufeff")) {
		return
	}
	file, diags := hclsyntax.ParseConfig(p.content, name, p.start)
	if body := file.Body.(*hclsyntax.Body); len(diags) == 0 && len(body.Attributes)+len(body.Blocks) > 0 {
		p.body = body
	}
}
