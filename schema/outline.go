package schema

import (
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// An Outline finds the outermost blocks of a topology file, whatever is wrong with it.
type Outline struct{ blocks hclsyntax.Blocks }

// NewOutline reads a file. One with mistakes in its syntax has the blocks before them;
// one that breaks a limit of the parser has none.
func NewOutline(s Source) *Outline {
	if CheckLimits(s.Name, s.Content).HasErrors() {
		return &Outline{}
	}
	file, _ := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos)
	return &Outline{file.Body.(*hclsyntax.Body).Blocks}
}

// Has reports whether the file has a block of a type.
func (o *Outline) Has(kind string) bool {
	return slices.ContainsFunc(o.blocks, func(b *hclsyntax.Block) bool { return b.Type == kind })
}

// Block returns the outermost block around a byte offset, nil where there is none.
func (o *Outline) Block(offset int) *hclsyntax.Block {
	next := sort.Search(len(o.blocks), func(i int) bool { return o.blocks[i].Range().Start.Byte > offset })
	if next == 0 || !o.blocks[next-1].Range().ContainsOffset(offset) {
		return nil
	}
	return o.blocks[next-1]
}
