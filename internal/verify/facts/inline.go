package facts

import (
	"path"
	"strings"

	"mirrorgen/internal/format/compose"
)

// inlineText says where the text of a config or secret stands that is no file.
type inlineText struct {
	file     *File
	at       Position // of the value that holds it, or that names its variable
	lines    []int32  // indentation of each line in file, which follow the position; nil where they are not alike
	variable bool     // it is the value of a variable
}

// IsInline reports whether the text of a file stands in the compose file, or in a variable.
func (f *File) IsInline() bool { return f.inline != nil }

// FromVariable reports whether the text of a file is the value of a variable.
func (f *File) FromVariable() bool { return f.inline != nil && f.inline.variable }

// source is the position in the compose file that stands for one in the text.
func (i *inlineText) source(at Position) (*File, Position) {
	line := max(at.Line, 1)
	if int(line) > len(i.lines) {
		return i.file, i.at
	}
	found := Position{Line: i.at.Line + line}
	if indent := i.lines[line-1]; at.Column > 0 && indent >= 0 {
		found.Column = at.Column + indent
	}
	return i.file, found
}

// inlineFile makes a file of a config or secret that is none, and returns its path: below that of the
// compose file which has it, "" where its text is not known.
func (l *Facts) inlineFile(f *File, from *compose.Inline, target string) string {
	if !from.Known || l.unexpanded[from.Node] {
		return ""
	}
	name := strings.ReplaceAll(from.Name, "/", "_")
	if path.Ext(name) == "" {
		name += path.Ext(target)
	}
	made := &inlineText{variable: from.Variable != ""}
	made.file, made.at = f.source(compose.PositionOf(from.Node))
	name = made.file.Path + "/" + name
	for l.Files[name] != nil && l.Files[name].Text != from.Text {
		name += "'"
	}
	if l.Files[name] == nil {
		if !made.variable {
			made.lines = indentations(made.file.Text, int(made.at.Line), from.Text)
		}
		l.Files[name] = &File{Path: name, mode: 0o444, Text: from.Text, inline: made}
	}
	return name
}

// indentations are those of the lines of a text in the file that holds it, from the line after one:
// -1 where variables have been replaced. They are nil where the lines of the file are not those of
// the text.
func indentations(file string, after int, text string) []int32 {
	for range after {
		_, rest, found := strings.Cut(file, "\n")
		if !found {
			return nil
		}
		file = rest
	}
	indent := -1
	var list []int32
	for line := range strings.Lines(text) {
		raw, rest, _ := strings.Cut(file, "\n")
		file, line = rest, strings.TrimSuffix(line, "\n")
		raw = strings.TrimSuffix(raw, "\r")
		if indent < 0 && strings.TrimSpace(line) != "" {
			indent = blanks(raw) - blanks(line)
		}
		switch {
		case strings.TrimSpace(line) == "" && strings.TrimSpace(raw) == "":
			list = append(list, int32(max(indent, 0)))
		case indent >= 0 && len(raw) >= indent && raw[indent:] == line:
			list = append(list, int32(indent))
		case strings.Contains(raw, "$"):
			list = append(list, -1)
		default:
			return nil
		}
	}
	return list
}

// blanks is the number of blanks that a line begins with.
func blanks(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
