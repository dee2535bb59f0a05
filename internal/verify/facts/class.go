package facts

import (
	"path"
	"strings"
)

// readClass reads an ObjectScript class: it has the name of its file, and its
// braces balance outside strings and comments.
func (l *Facts) readClass(f *File) {
	l.Rule = "class"
	want := strings.TrimSuffix(path.Base(f.Path), ".cls")
	found := false
	var open []int // offsets of open braces
	for i := 0; i < len(f.Text); i++ {
		rest := f.Text[i:]
		switch c := f.Text[i]; {
		case strings.HasPrefix(rest, "//") || c == ';' && (i == 0 || isBlank(f.Text[i-1])):
			i += lengthUntil(rest, "\n") - 1
		case strings.HasPrefix(rest, "/*"):
			i += 2 + lengthUntil(rest[2:], "*/") + 1
		case c == '"':
			end := strings.IndexAny(rest[1:], "\"\n")
			if end < 0 || rest[1+end] == '\n' {
				l.Report(f, f.Position(i), "Unclosed string", "The string that begins here is not closed on its line.",
					"Close it.")
				end = max(end, 0)
			}
			i += 1 + end
		case c == '{':
			open = append(open, i)
		case c == '}':
			if len(open) == 0 {
				l.Report(f, f.Position(i), "Unbalanced brace", "This brace closes a block that was not opened.",
					"Remove it.")
				continue
			}
			open = open[:len(open)-1]
		case strings.HasPrefix(rest, "Class ") && len(open) == 0 && (i == 0 || f.Text[i-1] == '\n'):
			found = true
			name, _, _ := strings.Cut(rest[len("Class "):], " ")
			if name = strings.TrimSpace(name); name != want {
				l.Report(f, f.Position(i), "Class with another name than its file",
					"The file declares the class "+name+", but is named after "+want+".",
					"Give both the same name.")
			}
		}
	}
	for _, offset := range open {
		l.Report(f, f.Position(offset), "Unclosed block", "The block that opens here is not closed.",
			"Close it with }.")
	}
	if !found {
		l.Report(f, Position{}, "Missing class", "The file declares no class.", "Declare the class "+want+".")
	}
}

// lengthUntil is the offset of mark in s, or the length of s.
func lengthUntil(s, mark string) int {
	if i := strings.Index(s, mark); i >= 0 {
		return i
	}
	return len(s)
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' }
