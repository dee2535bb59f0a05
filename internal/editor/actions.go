package editor

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"mirrorgen/schema"
)

// An Action puts right what a diagnostic is about.
type Action struct {
	Title      string
	Diagnostic *hcl.Diagnostic
	Edits      []Edit
}

var meant = regexp.MustCompile(`Did you mean "([^"]+)"\?`)

// Actions are the corrections of what is wrong in a part of a file. One is offered only where
// the mistake is gone with it.
func (a *Analysis) Actions(r hcl.Range) []Action {
	var list []Action
	for _, d := range a.Diagnostics {
		if d.Subject == nil || d.Subject.Filename != r.Filename || d.Subject.End.Byte < r.Start.Byte ||
			d.Subject.Start.Byte > r.End.Byte {
			continue
		}
		found := meant.FindStringSubmatch(d.Detail)
		if found == nil {
			continue
		}
		edit, ok := a.correction(*d.Subject, found[1])
		if ok && !offered(list, edit) && a.mends(d, edit) {
			list = append(list, Action{`Write "` + found[1] + `"`, d, []Edit{edit}})
		}
	}
	return list
}

// offered reports whether an edit is among the corrections: a dynamic block repeats a mistake
// with each block that it makes.
func offered(list []Action, edit Edit) bool {
	return slices.ContainsFunc(list, func(a Action) bool { return a.Edits[0] == edit })
}

// correction puts the name that was meant into the range of a diagnostic, in its spelling: in
// quotes, or behind var. or local.
func (a *Analysis) correction(r hcl.Range, name string) (Edit, bool) {
	s := a.source(r.Filename)
	if s == nil || !r.CanSliceBytes(s.Content) {
		return Edit{}, false
	}
	text := string(r.SliceBytes(s.Content))
	switch root, _, traversal := strings.Cut(text, "."); {
	case strings.HasPrefix(text, `"`) && strings.Count(text, `"`) == 2:
		return Edit{r, `"` + name + `"`}, true
	case traversal && hclsyntax.ValidIdentifier(root) && !strings.Contains(name, "."):
		return Edit{r, root + "." + name}, true
	case hclsyntax.ValidIdentifier(text):
		return Edit{r, name}, true
	}
	// A call of a function: its name is what the range begins with.
	if word, _, call := strings.Cut(text, "("); call && hclsyntax.ValidIdentifier(word) {
		r.End = r.Start
		r.End.Byte += len(word)
		r.End.Column += len(word)
		return Edit{r, name}, true
	}
	return Edit{}, false
}

// mends reports whether a diagnostic is gone after an edit.
func (a *Analysis) mends(d *hcl.Diagnostic, edit Edit) bool {
	_, diags := schema.Load(a.Base, apply(a.Sources, []Edit{edit}), a.Settings...)
	for _, other := range diags {
		if other.Summary == d.Summary && other.Subject != nil && other.Subject.Start == d.Subject.Start {
			return false
		}
	}
	return true
}

// Format is a file in the canonical layout, nil where it has mistakes in its syntax or is
// laid out so already.
func Format(s schema.Source) []byte {
	if schema.CheckLimits(s.Name, s.Content).HasErrors() {
		return nil
	}
	if _, diags := hclsyntax.ParseConfig(s.Content, s.Name, hcl.InitialPos); diags.HasErrors() {
		return nil
	}
	formatted := hclwrite.Format(s.Content)
	if bytes.Equal(formatted, s.Content) {
		return nil
	}
	return formatted
}
