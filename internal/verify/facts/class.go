package facts

import (
	"path"
	"strings"
)

// readClass reads an ObjectScript class: it has the name of its file, and its
// braces balance outside strings and comments.
func (l *Facts) readClass(f *File) {
	l.Rule = "class"
	c := classReader{Facts: l, file: f, want: strings.TrimSuffix(path.Base(f.Path), ".cls")}
	for i := 0; i < len(f.Text); i++ {
		i += c.take(i)
	}
	for _, offset := range c.open {
		l.Report(f, f.Position(offset), "Unclosed block", "The block that opens here is not closed.",
			"Close it with }.")
	}
	if !c.found {
		l.Report(f, Position{}, "Missing class", "The file declares no class.", "Declare the class "+c.want+".")
	}
}

// A classReader is the state of readClass.
type classReader struct {
	*Facts
	file  *File
	want  string // name of the class
	found bool
	open  []int // offsets of open braces
}

// take looks at the character at an offset, and returns how many more belong to it.
func (c *classReader) take(i int) (more int) {
	text := c.file.Text
	rest := text[i:]
	switch char := text[i]; {
	case strings.HasPrefix(rest, "//") || char == ';' && (i == 0 || isBlank(text[i-1])):
		return lengthUntil(rest, "\n") - 1
	case strings.HasPrefix(rest, "/*"):
		return 2 + lengthUntil(rest[2:], "*/") + 1
	case char == '"':
		return c.quoted(i)
	case char == '{':
		c.open = append(c.open, i)
	case char == '}':
		c.closeBlock(i)
	case strings.HasPrefix(rest, "Class ") && len(c.open) == 0 && (i == 0 || text[i-1] == '\n'):
		c.declared(i)
	}
	return 0
}

// quoted passes a string.
func (c *classReader) quoted(i int) (more int) {
	rest := c.file.Text[i:]
	end := strings.IndexAny(rest[1:], "\"\n")
	if end < 0 || rest[1+end] == '\n' {
		c.Report(c.file, c.file.Position(i), "Unclosed string",
			"The string that begins here is not closed on its line.", "Close it.")
		end = max(end, 0)
	}
	return 1 + end
}

func (c *classReader) closeBlock(i int) {
	if len(c.open) == 0 {
		c.Report(c.file, c.file.Position(i), "Unbalanced brace", "This brace closes a block that was not opened.",
			"Remove it.")
		return
	}
	c.open = c.open[:len(c.open)-1]
}

// declared compares the name of the class with that of its file.
func (c *classReader) declared(i int) {
	c.found = true
	name, _, _ := strings.Cut(c.file.Text[i+len("Class "):], " ")
	if name = strings.TrimSpace(name); name != c.want {
		c.Report(c.file, c.file.Position(i), "Class with another name than its file",
			"The file declares the class "+name+", but is named after "+c.want+".",
			"Give both the same name.")
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
