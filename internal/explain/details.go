package explain

import (
	"fmt"
	"strings"

	"mirrorgen/internal/plan"
)

// Bounds on the details of a lab, which a page holds all at once.
const (
	mostDetails     = 300 // services and mirrors
	mostDetailLines = 60  // of one
	mostDetailWidth = 400 // bytes of a line
)

// A Detail is what a page shows of a service or mirror.
type Detail struct {
	Name        string   `json:"name"`
	Subject     string   `json:"subject"`
	Facts       []string `json:"facts"`
	Connections []string `json:"connections"`
	Topology    []string `json:"topology"` // the lines of its block, behind where it stands
	Lines       []string `json:"lines"`    // of the generated files: PATH:NUMBER: TEXT
}

// Details explains the services and mirrors of a lab, mirrors first. Of a large lab it
// explains the first.
func Details(l *Lab) []Detail {
	details := []Detail{}
	for _, m := range l.Plan.Mirrors {
		if len(details) < mostDetails/2 {
			details = append(details, l.detail(m.Name, "mirror", l.mirror(m)))
		}
	}
	for _, s := range l.Plan.Services {
		if len(details) < mostDetails {
			details = append(details, l.detail(s.Name, string(s.Kind), l.serviceAnswer(s)))
		}
	}
	return details
}

func (l *Lab) detail(name, kind string, a Answer) Detail {
	d := Detail{Name: name, Subject: a.Subject, Facts: []string{}, Connections: []string{}, Lines: []string{},
		Topology: l.excerpt(kind, name)}
	for _, f := range a.Facts {
		d.Facts = append(d.Facts, f.Text)
	}
	for _, c := range a.Peers[:min(len(a.Peers), mostDetailLines)] {
		d.Connections = append(d.Connections, talk(c))
	}
	for _, line := range a.Lines {
		if len(d.Lines) < mostDetailLines && pages(line) == 0 {
			d.Lines = append(d.Lines, fmt.Sprintf("%s:%d: %s", line.Path, line.Number,
				short(strings.TrimSpace(line.Text))))
		}
	}
	return d
}

// talk is a connection in one line.
func talk(c plan.Connection) string {
	from := c.From
	if from == "" {
		from = "host"
	}
	return fmt.Sprintf("%s -> %s, %s:%d, %s: %s", from, c.To, c.Address, c.Port, c.Over, c.Purpose)
}

// excerpt is the block of a service or mirror as it stands in the topology.
func (l *Lab) excerpt(kind, name string) []string {
	lines := []string{}
	d := l.declared(name, kind)
	if d == nil {
		return lines
	}
	for _, s := range l.Sources {
		if s.Name != d.Range.Filename {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s line %d", s.Name, d.Range.Start.Line))
		block := blockAt(s, d.Range)
		if block == nil {
			return lines
		}
		for line := range strings.SplitSeq(string(block.Range().SliceBytes(s.Content)), "\n") {
			if len(lines) <= mostDetailLines {
				lines = append(lines, short(strings.TrimRight(line, "\r")))
			}
		}
	}
	return lines
}

// short is a line that is not too long for a page.
func short(line string) string {
	if len(line) > mostDetailWidth {
		return strings.ToValidUTF8(line[:mostDetailWidth], "") + "..."
	}
	return line
}
