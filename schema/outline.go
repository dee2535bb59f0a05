package schema

import (
	"sort"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// An Outline finds the outermost blocks of a topology file, whatever is wrong
// with it. Of a large file it parses only the pieces that it is asked about: a
// warning takes no second reading of thousands of members.
type Outline struct {
	name   string
	pieces []piece
	blocks map[int]hclsyntax.Blocks // of the pieces that have been parsed
}

// mostOutlined is the size in bytes of a piece that is still parsed again to name
// one of its blocks.
const mostOutlined = 256 << 10

// NewOutline begins to look at a file.
func NewOutline(s Source) *Outline {
	o := &Outline{name: s.Name, blocks: map[int]hclsyntax.Blocks{}}
	if !checkSize([]Source{s}).HasErrors() && !CheckNesting(s.Name, s.Content).HasErrors() {
		o.pieces = cut(s.Content, leastPiece)
	}
	return o
}

// Block returns the outermost block around a byte offset, nil where there is none.
func (o *Outline) Block(offset int) *hclsyntax.Block {
	after := sort.Search(len(o.pieces), func(i int) bool { return o.pieces[i].start.Byte > offset })
	if after == 0 {
		return nil
	}
	blocks := o.parsed(after - 1)
	next := sort.Search(len(blocks), func(i int) bool { return blocks[i].Range().Start.Byte > offset })
	if next == 0 || !blocks[next-1].Range().ContainsOffset(offset) {
		return nil
	}
	return blocks[next-1]
}

// parsed are the blocks of a piece; one with mistakes in its syntax gives the
// blocks before them.
func (o *Outline) parsed(i int) hclsyntax.Blocks {
	blocks, known := o.blocks[i]
	if !known && len(o.pieces[i].content) <= mostOutlined {
		file, _ := hclsyntax.ParseConfig(o.pieces[i].content, o.name, o.pieces[i].start)
		if file != nil {
			if body, ok := file.Body.(*hclsyntax.Body); ok {
				blocks = body.Blocks
			}
		}
		o.blocks[i] = blocks
	}
	return blocks
}
