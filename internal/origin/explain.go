package origin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/verify"
)

// explain makes errors of what a piece causes: one, or more where it is a list that lacks what
// it replaces, and where several of its elements are wrong.
func (t *tracer) explain(p *piece) hcl.Diagnostics {
	var diags hcl.Diagnostics
	findings := p.findings
	if p.replaces {
		if lost := t.gone(findings, p, appended); len(lost) > 0 {
			_, findings = split(findings, lost)
			diags = append(diags, p.replacement(lost))
		}
	}
	for _, element := range p.elements {
		if len(findings) == 0 || len(p.elements) == 1 && len(diags) == 0 {
			break
		}
		if own := t.gone(findings, element, absent); len(own) > 0 {
			_, findings = split(findings, own)
			diags = append(diags, element.diagnostic(own))
		}
	}
	if len(findings) > 0 {
		diags = append(diags, p.diagnostic(findings))
	}
	return diags
}

// replacement is the error for a list that lacks what it replaces.
func (p *piece) replacement(lost hcl.Diagnostics) *hcl.Diagnostic {
	d := p.diagnostic(lost)
	finding, _ := d.Extra.(verify.Finding)
	d.Summary = "List that replaces the lab's own"
	d.Detail = fmt.Sprintf(
		"%s: the list replaces the one that mirrorgen writes, and the lab needs that one. %s%s To add to it, write "+
			"\"%s+\" = [...].%s", p.subject(), finding.What, more(lost[1:]),
		p.name[strings.LastIndexByte(p.name, '.')+1:], p.note)
	return d
}

// subject names the piece in a message.
func (p *piece) subject() string {
	switch {
	case p.name == "":
		return p.argument
	case p.argument == "merge" || p.argument == "config":
		return p.argument + ", " + p.name
	}
	return p.argument + ": " + p.name
}

// diagnostic is one error for all that a piece causes. The excerpt of the file is that of the
// first finding: in the file that the piece is written to, where there is one.
func (p *piece) diagnostic(findings hcl.Diagnostics) *hcl.Diagnostic {
	slices.SortStableFunc(findings, func(a, b *hcl.Diagnostic) int {
		return compareBool(strings.HasPrefix(b.Subject.Filename, p.file), strings.HasPrefix(a.Subject.Filename, p.file))
	})
	first, at := findings[0], p.at
	finding, _ := first.Extra.(verify.Finding)
	return &hcl.Diagnostic{
		Severity: first.Severity, Summary: first.Summary, Subject: &at,
		Detail: fmt.Sprintf("%s: %s%s%s", p.subject(), first.Detail, more(findings[1:]), p.note),
		Extra:  verify.Finding{Rule: finding.Rule, What: finding.What, Other: first.Subject},
	}
}

// more says what else a piece causes; "" for nothing.
func more(findings hcl.Diagnostics) string {
	if len(findings) == 0 {
		return ""
	}
	verb := "follow"
	if len(findings) == 1 {
		verb = "follows"
	}
	return fmt.Sprintf(" %s %s from it.", text.Plural(len(findings), "further finding"), verb)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
