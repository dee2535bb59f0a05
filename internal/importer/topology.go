package importer

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// A topology is one being written: comments and blocks, line by line, so that a
// mistake can be led back to the argument that it is about.
type topology struct {
	notes  []string // comments at the beginning
	blocks []*block
}

// A block has a line for its header and one for each argument.
type block struct {
	header    string // e.g. `nginx "web"`
	arguments []argument
	blocks    []*block
	notes     []string // comments before it
	needless  bool     // the lab can do without it
	gone      bool
}

type argument struct {
	name, value string
	why         string // why it was left out, "" where it stands
}

func (b *block) set(name, value string) {
	for i := range b.arguments {
		if b.arguments[i].name == name {
			b.arguments[i].value = value
			return
		}
	}
	b.arguments = append(b.arguments, argument{name: name, value: value})
}

func (b *block) note(format string, values ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, values...))
}

// owner is what a line of the topology belongs to.
type owner struct {
	block    *block
	argument int // index, -1 for the block itself
}

// render writes the topology, and tells whose each line is.
func (t *topology) render() ([]byte, map[int]owner) {
	var lines []string
	owners := map[int]owner{}
	comment := func(indent, text string) {
		for _, line := range wrap(text, 78-len(indent)) {
			lines = append(lines, indent+"# "+line)
		}
	}
	var write func(b *block, indent string)
	write = func(b *block, indent string) {
		for _, n := range b.notes[:min(len(b.notes), maxNotes)] {
			comment(indent, n)
		}
		if b.gone {
			return
		}
		body := 0
		for i := range b.arguments {
			a := &b.arguments[i]
			if a.why != "" {
				comment(indent, a.name+" = "+a.value+" is not carried over: "+a.why)
				continue
			}
			body++
		}
		lines = append(lines, indent+b.header+" {")
		owners[len(lines)] = owner{b, -1}
		if body == 0 && len(b.blocks) == 0 {
			lines[len(lines)-1] += "}"
			return
		}
		for i, a := range b.arguments {
			if a.why != "" {
				continue
			}
			for line := range strings.SplitSeq(a.name+" = "+a.value, "\n") {
				lines = append(lines, indent+"  "+line)
				owners[len(lines)] = owner{b, i}
			}
		}
		for i, inner := range b.blocks {
			if i == 0 && body > 0 || i > 0 && len(inner.notes) > 0 {
				lines = append(lines, "")
			}
			write(inner, indent+"  ")
		}
		lines = append(lines, indent+"}")
	}
	for _, n := range t.notes {
		comment("", n)
	}
	for _, b := range t.blocks {
		lines = append(lines, "")
		write(b, "")
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return hclwrite.Format([]byte(strings.Join(lines, "\n") + "\n")), owners
}

// wrap breaks a comment into lines.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// settle leaves out what the language refuses, with its reason in a comment,
// until it takes the rest.
func (t *topology) settle() (*Result, error) {
	for range 200 {
		text, owners := t.render()
		mistakes := accepts(text)
		if len(mistakes) == 0 {
			return &Result{text, t.lost()}, nil
		}
		changed := map[*block]bool{} // one of each at a time: others may follow from it
		for _, m := range mistakes {
			o, ok := owners[m.line]
			switch {
			case !ok || changed[o.block]:
			case o.argument >= 0 && o.block.arguments[o.argument].why == "":
				o.block.arguments[o.argument].why = m.detail
				changed[o.block] = true
			case o.argument < 0 && o.block.needless && !o.block.gone:
				o.block.gone = true
				o.block.note("%s is not carried over: %s", o.block.header, m.detail)
				changed[o.block] = true
			}
		}
		if len(changed) == 0 {
			return nil, fmt.Errorf("%w: %s", errUnsettled, mistakes[0].detail)
		}
	}
	return nil, errUnsettled
}

// lost counts the comments.
func (t *topology) lost() int {
	n := len(t.notes) - 1 // the first says where it is from
	var visit func(list []*block)
	visit = func(list []*block) {
		for _, b := range list {
			n += len(b.notes)
			for _, a := range b.arguments {
				if a.why != "" {
					n++
				}
			}
			visit(b.blocks)
		}
	}
	visit(t.blocks)
	return n
}

// quote writes a string of the language.
func quote(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// severityError tells errors from warnings.
const severityError = hcl.DiagError

// planned is what planning a lab says, where it could be read at all.
func planned(lab *schema.Lab, diags hcl.Diagnostics) hcl.Diagnostics {
	if lab == nil || diags.HasErrors() {
		return nil
	}
	_, more := plan.Make(lab, nil)
	return more
}
