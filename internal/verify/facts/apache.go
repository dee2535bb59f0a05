package facts

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// readApache reads the CSP.conf of a web gateway: directives, one a line, and
// sections that are opened and closed like tags.
func (l *Facts) readApache(f *File) {
	l.Rule = "csp-conf"
	r := apacheReader{Facts: l, file: f}
	continued := false
	for line, content := range text.Lines(f.Text) {
		trimmed := strings.TrimSpace(content)
		isContinuation := continued
		continued = strings.HasSuffix(trimmed, `\`)
		if isContinuation || trimmed == "" || trimmed[0] == '#' {
			continue
		}
		at := PositionAt(line, len(content)-len(strings.TrimLeft(content, " \t"))+1)
		if strings.Count(strings.ReplaceAll(trimmed, `\"`, ""), `"`)%2 != 0 && !continued {
			l.Report(f, at, "Unclosed quote", "The line holds an odd number of double quotes.", "Close the quote.")
		}
		r.take(trimmed, at)
	}
	for _, t := range r.open {
		l.Report(f, t.at, "Unclosed section", "The section <"+t.name+"> is not closed.", "Close it with </"+t.name+">.")
	}
}

// An apacheReader is the state of readApache.
type apacheReader struct {
	*Facts
	file *File
	open []apacheSection
}

// An apacheSection is one that is open.
type apacheSection struct {
	name string
	at   Position
}

// take takes a line that is neither blank nor a comment.
func (r *apacheReader) take(line string, at Position) {
	name, _, _ := strings.Cut(strings.Trim(line, "<>/"), " ")
	switch {
	case strings.HasPrefix(line, "</"):
		if len(r.open) == 0 || !strings.EqualFold(r.open[len(r.open)-1].name, name) {
			r.Report(r.file, at, "Unbalanced section", "Nothing that is open here is closed by </"+name+">.",
				"Close sections in the reverse order of their opening.")
			return
		}
		r.open = r.open[:len(r.open)-1]
	case line[0] == '<':
		if !strings.HasSuffix(line, ">") {
			r.Report(r.file, at, "Malformed section", "The section <"+name+" is not ended with >.",
				"End the line with >.")
		}
		r.open = append(r.open, apacheSection{name, at})
	case name == "CSP" || name == "CSPFileTypes":
		r.directive(name, at)
	}
}

// directive takes one of the gateway's own.
func (r *apacheReader) directive(name string, at Position) {
	for _, outer := range r.open {
		if strings.EqualFold(outer.name, "VirtualHost") {
			r.Report(r.file, at, "Directive inside a virtual host",
				"The Web Gateway does not support "+name+" inside <VirtualHost>.",
				"Put it into a <Location> outside.")
		}
	}
}
