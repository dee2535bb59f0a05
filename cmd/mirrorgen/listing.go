package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/lab"
	"mirrorgen/schema"
)

// What an excerpt shows at most. Both are far above what people write.
const (
	mostLines = 20  // lines of one diagnostic
	mostWide  = 240 // bytes of one line
)

// A listing is a file of which diagnostics show lines. It is looked through
// once, when the first of them is shown.
type listing struct {
	name      string
	content   []byte
	topology  bool                // has blocks, which an excerpt names
	generated bool                // is not on disk
	redact    func(string) string // leaves out what must not be shown; nil shows all
	read      bool
	starts    []int           // offset of each line
	outline   *schema.Outline // of a topology
}

// sourceListings are topology files by name.
func sourceListings(sources []schema.Source) map[string]*listing {
	listings := map[string]*listing{}
	for _, s := range sources {
		listings[s.Name] = &listing{name: s.Name, content: s.Content, topology: true}
	}
	return listings
}

// artifactListings are generated files by path.
func artifactListings(artifacts []lab.Artifact) map[string]*listing {
	listings := map[string]*listing{}
	for _, a := range artifacts {
		listings[a.Path] = &listing{name: a.Path, content: a.Content, generated: true}
	}
	return listings
}

// mostOutlined bounds the topologies whose blocks are named beside a finding, in bytes: the file is
// parsed again for them, which takes half a second a megabyte.
const mostOutlined = 256 << 10

// index finds where the lines and the blocks are.
func (l *listing) index() {
	if l.read {
		return
	}
	l.read = true
	for at := 0; at < len(l.content); {
		l.starts = append(l.starts, at)
		length := bytes.IndexByte(l.content[at:], '\n')
		if length < 0 {
			break
		}
		at += length + 1
	}
	if l.topology && len(l.content) <= mostOutlined {
		l.outline = schema.NewOutline(schema.Source{Name: l.name, Content: l.content})
	}
}

// block names the outermost block around an offset as its header does, e.g.
// `mirror "demo"`; "" where there is none.
func (l *listing) block(offset int) string {
	if l.outline == nil {
		return ""
	}
	b := l.outline.Block(offset)
	if b == nil {
		return ""
	}
	var header strings.Builder
	header.WriteString(printable(b.Type))
	for _, label := range b.Labels {
		fmt.Fprintf(&header, " %q", printable(label))
	}
	return header.String()
}

// line is the range of the line of that index, without its end.
func (l *listing) line(i int) hcl.Range {
	end := len(l.content)
	if i+1 < len(l.starts) {
		end = l.starts[i+1]
	}
	text := bytes.TrimSuffix(l.content[l.starts[i]:end], []byte("\n"))
	text = bytes.TrimSuffix(text, []byte("\r"))
	r := hcl.Range{Filename: l.name}
	r.Start.Byte, r.End.Byte = l.starts[i], l.starts[i]+len(text)
	return r
}

// indexOf is the index of the line that an offset is in.
func (l *listing) indexOf(offset int) int {
	i, found := slices.BinarySearch(l.starts, offset)
	if !found {
		i--
	}
	return max(i, 0)
}

// excerpt prints where a diagnostic is, and the lines of its subject and context
// with the subject between begin and end, which switch the highlight on and off.
func (l *listing) excerpt(out *bytes.Buffer, d *hcl.Diagnostic, begin, end string) {
	l.index()
	where := ""
	if block := l.block(d.Subject.Start.Byte); block != "" {
		where = ", in " + block
	}
	fmt.Fprintf(out, "  on %s line %d%s:\n", printable(l.name), d.Subject.Start.Line, where)
	subject, shown := *d.Subject, *d.Subject
	if d.Context != nil {
		shown = hcl.RangeOver(shown, *d.Context)
	}
	subject, shown = visible(subject), visible(shown)
	if len(l.starts) > 0 {
		first, last := l.indexOf(shown.Start.Byte), l.indexOf(shown.End.Byte)
		from, to := first, last
		if last-first >= mostLines {
			from = max(first, min(l.indexOf(subject.Start.Byte)-mostLines/4, last-mostLines+1))
			to = from + mostLines - 1
		}
		omitted(out, from-first)
		for i := from; i <= to; i++ {
			if line := l.line(i); line.Overlaps(shown) {
				fmt.Fprintf(out, "%4d: ", i+1)
				l.excerptLine(out, line, subject, begin, end)
			}
		}
		omitted(out, last-to)
	}
	out.WriteByte('\n')
}

// excerptLine prints one line, or of a long one what is around the subject.
func (l *listing) excerptLine(out *bytes.Buffer, line, subject hcl.Range, begin, end string) {
	if l.redact != nil {
		whole := string(line.SliceBytes(l.content))
		if text := l.redact(whole); text != whole {
			out.WriteString(printable(text[:min(len(text), mostWide)]) + "\n") // its columns are not those of the file
			return
		}
	}
	_, marked, _ := line.PartitionAround(subject) // empty where the line has none of it
	from, to := line.Start.Byte, line.End.Byte
	if to-from > mostWide {
		from = max(from, min(marked.Start.Byte-mostWide/4, to-mostWide))
		from = l.character(from, line.Start.Byte)
		if end := l.character(from+mostWide, from); to-end >= utf8.UTFMax {
			to = end // else what character stepped back is the end, which may hold the subject
		}
	}
	text := printable(string(l.content[from:to]))
	if from > line.Start.Byte {
		out.WriteString("...")
	}
	if marked.Empty() {
		out.WriteString(text)
	} else {
		a, b := max(marked.Start.Byte, from)-from, min(marked.End.Byte, to)-from
		out.WriteString(text[:a] + begin + text[a:b] + end + text[b:])
	}
	if to < line.End.Byte {
		out.WriteString("...")
	}
	out.WriteByte('\n')
}

// character is where the character at an offset begins, not before least.
func (l *listing) character(offset, least int) int {
	for at := offset; at > least && at > offset-utf8.UTFMax; at-- {
		if at == len(l.content) || utf8.RuneStart(l.content[at]) {
			return at
		}
	}
	return offset
}

// visible makes an empty range one byte long, as something has to be shown.
func visible(r hcl.Range) hcl.Range {
	if r.Empty() {
		r.End.Byte++
	}
	return r
}

func omitted(out *bytes.Buffer, lines int) {
	if lines > 0 {
		fmt.Fprintf(out, "      ... %s more\n", text.Plural(lines, "line"))
	}
}
