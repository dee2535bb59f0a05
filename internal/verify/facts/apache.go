package facts

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// readApache reads the CSP.conf of a web gateway: directives, one a line, and
// sections that are opened and closed like tags.
func (l *Facts) readApache(f *File) {
	l.Rule = "csp-conf"
	type tag struct {
		name string
		at   Position
	}
	var open []tag
	continued := false
	for line, content := range text.Lines(f.Text) {
		trimmed := strings.TrimSpace(content)
		at := PositionAt(line, len(content)-len(strings.TrimLeft(content, " \t"))+1)
		isContinuation := continued
		continued = strings.HasSuffix(trimmed, `\`)
		if isContinuation || trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if strings.Count(strings.ReplaceAll(trimmed, `\"`, ""), `"`)%2 != 0 && !continued {
			l.Report(f, at, "Unclosed quote", "The line holds an odd number of double quotes.", "Close the quote.")
		}
		name, _, _ := strings.Cut(strings.Trim(trimmed, "<>/"), " ")
		switch {
		case strings.HasPrefix(trimmed, "</"):
			if len(open) == 0 || !strings.EqualFold(open[len(open)-1].name, name) {
				l.Report(f, at, "Unbalanced section", "Nothing that is open here is closed by </"+name+">.",
					"Close sections in the reverse order of their opening.")
				continue
			}
			open = open[:len(open)-1]
		case trimmed[0] == '<':
			if !strings.HasSuffix(trimmed, ">") {
				l.Report(f, at, "Malformed section", "The section <"+name+" is not ended with >.",
					"End the line with >.")
			}
			open = append(open, tag{name, at})
		case name == "CSP" || name == "CSPFileTypes":
			for _, outer := range open {
				if strings.EqualFold(outer.name, "VirtualHost") {
					l.Report(f, at, "Directive inside a virtual host",
						"The Web Gateway does not support "+name+" inside <VirtualHost>.",
						"Put it into a <Location> outside.")
				}
			}
		}
	}
	for _, t := range open {
		l.Report(f, t.at, "Unclosed section", "The section <"+t.name+"> is not closed.", "Close it with </"+t.name+">.")
	}
}
