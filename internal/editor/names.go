package editor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"mirrorgen/schema"
)

// A symbol is what a name at some place means.
type symbol struct {
	name  string
	root  string   // "var" or "local"; "" for the name of a block
	kinds []string // block types that it may be of
	scope string   // the mirror that it is a name in, "" for a name of the whole lab
	at    hcl.Range
}

// A definition is a variable or local, as completion and hover show it.
type definition struct {
	name, detail, doc string
}

// definitions are the variables ("var") or locals ("local") of the topology.
func (a *Analysis) definitions(root string) []definition {
	var list []definition
	for _, s := range a.Sources {
		body := a.files[s.Name]
		if body == nil {
			continue
		}
		for _, b := range body.Blocks {
			switch {
			case root == "var" && b.Type == "variable" && len(b.Labels) == 1:
				list = append(list, variableDefinition(s, b))
			case root == "local" && b.Type == "locals":
				for _, attribute := range sorted(b.Body.Attributes) {
					list = append(list, definition{attribute.Name, "local", excerpt(s, attribute.Expr.Range())})
				}
			}
		}
	}
	return list
}

func variableDefinition(s schema.Source, b *hclsyntax.Block) definition {
	d := definition{name: b.Labels[0], detail: "variable"}
	part := func(name string) string {
		if attribute := b.Body.Attributes[name]; attribute != nil {
			return excerpt(s, attribute.Expr.Range())
		}
		return ""
	}
	if kind := part("type"); kind != "" {
		d.detail += ", " + kind
	}
	if fallback := part("default"); fallback != "" && part("sensitive") != "true" {
		d.detail += ", default " + fallback
	}
	d.doc = strings.Trim(part("description"), `"`)
	return d
}

// sorted are attributes in the order of the file.
func sorted(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attributes))
	for _, a := range attributes {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return list
}

// excerpt is a part of a file in one line, shortened where it is long.
func excerpt(s schema.Source, r hcl.Range) string {
	if !r.CanSliceBytes(s.Content) {
		return ""
	}
	text := strings.Join(strings.Fields(string(r.SliceBytes(s.Content))), " ")
	if len(text) > 120 {
		return strings.ToValidUTF8(text[:120], "") + "..."
	}
	return text
}

// inner is a range without the quotes around it.
func inner(s schema.Source, r hcl.Range) hcl.Range {
	if text := r.SliceBytes(s.Content); len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		r.Start.Byte, r.Start.Column = r.Start.Byte+1, r.Start.Column+1
		r.End.Byte, r.End.Column = r.End.Byte-1, r.End.Column-1
	}
	return r
}

// symbolAt is the name at an offset of a file, nil where there is none.
func (a *Analysis) symbolAt(file string, offset int) *symbol {
	var found *symbol
	s := a.source(file)
	if s == nil {
		return nil
	}
	a.symbols(*s, func(candidate symbol, _ bool) {
		if found == nil && touches(candidate.at, offset) {
			found = &candidate
		}
	})
	return found
}

// symbols visits every name in a file: labels and names of locals, which declare it, and
// where they are used.
func (a *Analysis) symbols(s schema.Source, visit func(sym symbol, declares bool)) {
	walk(a.files[s.Name], func(b *hclsyntax.Block, around []*hclsyntax.Block) {
		kind := kindOf(append(around[:len(around):len(around)], b))
		if len(b.Labels) == 1 && b.LabelRanges[0].CanSliceBytes(s.Content) {
			at := inner(s, b.LabelRanges[0])
			switch {
			case b.Type == "variable":
				visit(symbol{name: b.Labels[0], root: "var", at: at}, true)
			case blockReference(b.Type) != nil:
				visit(symbol{name: b.Labels[0], kinds: []string{b.Type}, at: at, scope: scopeOf(b.Type, around)}, true)
			}
		}
		for _, attribute := range sorted(b.Body.Attributes) {
			if b.Type == "locals" && len(around) == 0 {
				visit(symbol{name: attribute.Name, root: "local", at: attribute.NameRange}, true)
			}
			if kinds := schema.Names(kind, attribute.Name); kinds != nil {
				literals(attribute.Expr, func(text string, r hcl.Range) {
					visit(symbol{name: text, kinds: kinds, at: r, scope: scopeOf(kinds[0], around)}, false)
				})
			}
		}
	})
	traversals(a.files[s.Name], func(root, name string, r hcl.Range) {
		visit(symbol{name: name, root: root, at: r}, false)
	})
}

// scopeOf is the mirror in which blocks of a type are known, "" where it is the lab.
func scopeOf(kind string, around []*hclsyntax.Block) string {
	if kind != "database" || len(around) == 0 {
		return ""
	}
	return strings.Join(around[0].Labels, " ")
}

// same reports whether two names mean the same.
func (s *symbol) same(other symbol) bool {
	if s.name != other.name || s.root != other.root || s.scope != other.scope {
		return false
	}
	return s.root != "" || slices.ContainsFunc(s.kinds, func(kind string) bool {
		return slices.Contains(other.kinds, kind)
	})
}

// Definition is where the name at an offset is declared. Of a name that a dynamic block
// makes, it is that block.
func (a *Analysis) Definition(file string, offset int) []hcl.Range {
	sym := a.symbolAt(file, offset)
	if sym == nil {
		return nil
	}
	var list []hcl.Range
	for _, s := range a.Sources {
		a.symbols(s, func(candidate symbol, declares bool) {
			if declares && sym.same(candidate) {
				list = append(list, candidate.at)
			}
		})
	}
	if list != nil || sym.root != "" {
		return list
	}
	for _, d := range a.Lab.Declarations() {
		if d.Name == sym.name && slices.Contains(sym.kinds, d.Kind) {
			list = append(list, d.NameRange)
		}
	}
	return list
}

// References are the places where the name at an offset stands, without its declaration
// unless that is asked for.
func (a *Analysis) References(file string, offset int, declaration bool) []hcl.Range {
	sym := a.symbolAt(file, offset)
	if sym == nil {
		return nil
	}
	return a.uses(a.declared(sym), declaration)
}

// declared is a name with the type of the block that declares it, where there is one: an
// argument alone may take names of several types.
func (a *Analysis) declared(sym *symbol) *symbol {
	found := sym
	for _, s := range a.Sources {
		a.symbols(s, func(candidate symbol, declares bool) {
			if declares && found == sym && sym.same(candidate) {
				found = &candidate
			}
		})
	}
	return found
}

func (a *Analysis) uses(sym *symbol, declaration bool) []hcl.Range {
	var list []hcl.Range
	for _, s := range a.Sources {
		a.symbols(s, func(candidate symbol, declares bool) {
			if sym.same(candidate) && (declaration || !declares) {
				list = append(list, candidate.at)
			}
		})
	}
	return list
}

// An Edit puts a text in the place of a range.
type Edit struct {
	Range hcl.Range
	Text  string
}

// Renamed is the range of the name at an offset, for an editor that asks before it renames;
// an error says why it cannot be renamed.
func (a *Analysis) Renamed(file string, offset int) (hcl.Range, string, error) {
	sym := a.symbolAt(file, offset)
	if sym == nil {
		return hcl.Range{}, "", fmt.Errorf("there is no name here that could be renamed")
	}
	if len(a.uses(a.declared(sym), true)) == len(a.uses(a.declared(sym), false)) {
		return hcl.Range{}, "", fmt.Errorf("%s is made by a dynamic block or a default; rename it where it is made",
			sym.name)
	}
	return sym.at, sym.name, nil
}

var variableName = regexp.MustCompile(`^[\pL_][\pL\pN_-]*$`)

// Rename gives the name at an offset another, wherever it stands. A service or mirror keeps
// its address, ports and data: a moved block says what it was called. An error says why the
// topology would not be valid.
func (a *Analysis) Rename(file string, offset int, name string) ([]Edit, error) {
	if _, _, err := a.Renamed(file, offset); err != nil {
		return nil, err
	}
	sym := a.declared(a.symbolAt(file, offset))
	if sym.name == name {
		return nil, nil
	}
	if sym.root != "" && !variableName.MatchString(name) || strings.ContainsAny(name, "\"\\\n\r$%") {
		return nil, fmt.Errorf("%q is no name", name)
	}
	var edits []Edit
	for _, r := range a.uses(sym, true) {
		edits = append(edits, Edit{r, name})
	}
	if edit, ok := a.moved(sym, name); ok {
		edits = append(edits, edit)
	}
	after, diags := schema.Load(a.Base, apply(a.Sources, edits), a.Settings...)
	before, _ := schema.Load(a.Base, a.Sources, a.Settings...)
	if diags.HasErrors() && !before.Blind && (after.Blind || !a.Diagnostics.HasErrors()) {
		for _, d := range diags {
			if d.Severity == hcl.DiagError {
				return nil, fmt.Errorf("with the name %q the topology is not valid. %s: %s", name, d.Summary, d.Detail)
			}
		}
	}
	return edits, nil
}

// moved is the block that says what a service or mirror was called. A lab whose lock file
// does not have the name has given it nothing yet, and needs none.
func (a *Analysis) moved(sym *symbol, name string) (Edit, bool) {
	if sym.root != "" ||
		!slices.ContainsFunc(sym.kinds, func(kind string) bool { return kind == "mirror" || schema.IsService(kind) }) {
		return Edit{}, false
	}
	if a.lock != nil && !a.locked(sym.name) {
		return Edit{}, false
	}
	s := a.source(sym.at.Filename)
	text := fmt.Sprintf("\nmoved {\n  from = %q\n  to   = %q\n}\n", sym.name, name)
	if n := len(s.Content); n > 0 && s.Content[n-1] != '\n' {
		text = "\n" + text
	}
	end := hcl.Pos{Byte: len(s.Content)}
	return Edit{hcl.Range{Filename: s.Name, Start: end, End: end}, text}, true
}

// locked reports whether the lock file has a service or mirror of a name.
func (a *Analysis) locked(name string) bool {
	for i := range a.lock.Services {
		if a.lock.Services[i].Name == name {
			return true
		}
	}
	for i := range a.lock.Mirrors {
		if a.lock.Mirrors[i].Name == name {
			return true
		}
	}
	return false
}

// apply is some sources with edits made, which do not overlap.
func apply(sources []schema.Source, edits []Edit) []schema.Source {
	edited := slices.Clone(sources)
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return b.Range.Start.Byte - a.Range.Start.Byte })
	for i := range edited {
		s := &edited[i]
		for _, e := range edits {
			if e.Range.Filename == s.Name {
				s.Content = slices.Concat(s.Content[:e.Range.Start.Byte], []byte(e.Text), s.Content[e.Range.End.Byte:])
			}
		}
	}
	return edited
}
