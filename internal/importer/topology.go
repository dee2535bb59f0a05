package importer

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/plan"
	"mirrorgen/schema"
)

// A topology is one being written: comments and blocks, line by line, so that a mistake can be led
// back to the argument that it is about.
type topology struct {
	notes  []string // comments at the beginning
	blocks []*block
	tls    *block // nil for none
}

// A block has a line for its header and one for each argument.
type block struct {
	header    string // e.g. `nginx "web"`
	arguments []argumentLine
	blocks    []*block
	notes     []string // comments before it
	optional  bool     // the lab can do without it
	refused   bool
}

type argumentLine struct {
	name, value string
	refusal     string // why it is left out, "" where it stands
}

// maxNotes bounds the comments on one block.
const maxNotes = 40

func (b *block) set(name, value string) {
	for i := range b.arguments {
		if b.arguments[i].name == name {
			b.arguments[i].value = value
			return
		}
	}
	b.arguments = append(b.arguments, argumentLine{name: name, value: value})
}

func (b *block) note(format string, values ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, values...))
}

// has reports whether a block has an argument that stands.
func (b *block) has(name string) bool {
	for _, a := range b.arguments {
		if a.name == name && a.refusal == "" {
			return true
		}
	}
	return false
}

func (t *topology) add(header string) *block {
	b := &block{header: header}
	t.blocks = append(t.blocks, b)
	return b
}

// An owner is what a line of the topology belongs to.
type owner struct {
	block    *block
	argument int // index, -1 for the block itself
}

// A page is a topology being printed.
type page struct {
	lines  []string
	owners []owner // by line, the first at 1
}

func (p *page) line(text string, o owner) {
	p.lines = append(p.lines, strings.TrimRight(text, " "))
	p.owners = append(p.owners, o)
}

func (p *page) comment(indent, text string) {
	for _, line := range wrap(text, 78-len(indent)) {
		p.line(indent+"# "+line, owner{})
	}
}

func (p *page) block(b *block, indent string) {
	for i, n := range b.notes {
		if i == maxNotes {
			p.comment(indent, fmt.Sprintf("There are %d more remarks of this kind.", len(b.notes)-maxNotes))
			break
		}
		p.comment(indent, n)
	}
	if b.refused {
		return
	}
	standing := 0
	for _, a := range b.arguments {
		if a.refusal != "" {
			p.comment(indent, a.name+" = "+a.value+" is not carried over: "+a.refusal)
			continue
		}
		standing++
	}
	header := owner{b, -1}
	if standing == 0 && len(b.blocks) == 0 {
		p.line(indent+b.header+" {}", header)
		return
	}
	p.line(indent+b.header+" {", header)
	for i, a := range b.arguments {
		if a.refusal != "" {
			continue
		}
		for line := range strings.SplitSeq(a.name+" = "+a.value, "\n") {
			p.line(indent+"  "+line, owner{b, i})
		}
	}
	for i, inner := range b.blocks {
		if i == 0 && standing > 0 || i > 0 && len(inner.notes) > 0 {
			p.line("", owner{})
		}
		p.block(inner, indent+"  ")
	}
	p.line(indent+"}", owner{})
}

// render prints the topology. It is not laid out, which changes no line's number.
func (t *topology) render() *page {
	p := &page{owners: make([]owner, 1)}
	for _, n := range t.notes {
		p.comment("", n)
	}
	for _, b := range t.blocks {
		p.line("", owner{})
		p.block(b, "")
	}
	return p
}

func (p *page) text() []byte { return []byte(strings.Join(p.lines, "\n") + "\n") }

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

// What bounds how often a topology is compiled. Most are accepted at the second attempt.
const (
	carefulRounds = 5       // one argument of a block at a time: other mistakes may follow from it
	maxRounds     = 10      // then all that are refused
	maxLines      = 100_000 // of all rounds together
)

// settle leaves out what the language refuses, with its reason in a comment, until it takes the
// rest. What it refuses although a lab cannot do without it becomes an error of the result.
func (t *topology) settle() (*Result, error) {
	lines := 0
	for round := 1; ; round++ {
		printed := t.render()
		lines += len(printed.lines)
		made, mistakes := compile(printed.text())
		if len(mistakes) == 0 || round == maxRounds || lines > maxLines || !printed.refuse(mistakes,
			round <= carefulRounds) {
			return &Result{Topology: hclwrite.Format(printed.text()), Lost: t.lost(), Plan: made, Errors: mistakes}, nil
		}
		t.followTLS()
	}
}

// thisFile is a position that means nothing to a reader of the topology: lines move.
var thisFile = regexp.MustCompile(` at ` + regexp.QuoteMeta(ResultName) + `:\d+,\d+-\d+(,\d+)?`)

// refuse leaves out what mistakes are about, and reports whether that was anything.
func (p *page) refuse(mistakes hcl.Diagnostics, careful bool) bool {
	changed := map[*block]bool{}
	for _, m := range mistakes {
		if m.Subject.Start.Line >= len(p.owners) {
			continue
		}
		o := p.owners[m.Subject.Start.Line]
		reason := thisFile.ReplaceAllString(m.Detail, "")
		switch {
		case o.block == nil || careful && changed[o.block]:
		case o.argument >= 0 && o.block.arguments[o.argument].refusal == "":
			o.block.arguments[o.argument].refusal = reason
			changed[o.block] = true
		case o.argument < 0 && o.block.optional && !o.block.refused:
			o.block.refused = true
			o.block.note("%s is not carried over: %s", o.block.header, reason)
			changed[o.block] = true
		}
	}
	return len(changed) > 0
}

// compile returns the plan of a topology, or the errors in it.
func compile(text []byte) (*plan.Plan, hcl.Diagnostics) {
	lab, diags := schema.Load(ResultName, []schema.Source{{Name: ResultName, Content: text}})
	var made *plan.Plan
	if lab != nil && !diags.HasErrors() {
		var more hcl.Diagnostics
		made, more = plan.Make(lab, nil)
		diags = append(diags, more...)
	}
	var errors hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			errors = append(errors, d)
		}
	}
	if len(errors) > 0 {
		return nil, errors
	}
	return made, nil
}

// lost counts the comments.
func (t *topology) lost() int {
	n := len(t.notes) - 1 // the first says where it is from
	var visit func(list []*block)
	visit = func(list []*block) {
		for _, b := range list {
			n += len(b.notes)
			for _, a := range b.arguments {
				if a.refusal != "" {
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
