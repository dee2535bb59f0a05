package facts

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mirrorgen/internal/format/text"
)

// Page is a Markdown file: the rows of its marked tables, and the lines of its code
// blocks and prose that a reader may copy.
type Page struct {
	*File
	Marked bool // has a marked table, as every page of mirrorgen's own has
	Rows   []PageRow
	Lines  []Word          // outside marked tables
	Links  []Word          // targets of its links that have no scheme
	Headed map[string]bool // the fragments by which links reach its headings
}

// PageRow is one row of a marked table below its heading.
type PageRow struct {
	Table          string // the kind that the marker names
	Cells, Heading []string
	At             Position
}

// The marker of a table is a comment on the line above its heading, which names its kind.
// A table without one is the user's own, and nobody knows what its cells mean.
const (
	markerBegin = "<!-- table: "
	markerEnd   = " -->"
)

// tableColumns are the kinds of tables that pages mark, with the least number of columns.
var tableColumns = map[string]int{
	"commands": 1, "scenarios": 1, "profiles": 3, "services": 4, "mirrors": 5, "addresses": 2, "front": 4,
	"endpoints": 2, "paths": 3, "web-servers": 2, "listeners": 4, "sql": 2, "log": 2, "application-servers": 2,
	"status": 4,
}

// readMarkdown reads a page. Of one with marked tables it reports what GitHub would show
// broken: a code block that is not closed, and a row with more or fewer cells than its
// table has.
func (l *Facts) readMarkdown(f *File) {
	l.Rule = "markdown"
	r := markdownReader{Facts: l, page: &Page{File: f, Headed: map[string]bool{}}}
	l.Pages = append(l.Pages, r.page)
	for line, content := range text.Lines(f.Text) {
		r.read(strings.TrimSpace(content), line)
	}
	r.endTable()
	if r.fence != "" && r.page.Marked {
		l.Report(f, PositionAt(r.opened, 0), "Unclosed code block", "The code block that begins here does not end.",
			"Close it with "+r.fence+".")
	}
}

// markdownReader is the state of readMarkdown.
type markdownReader struct {
	*Facts
	page    *Page
	fence   string   // what closes the open code block, "" outside one
	opened  int      // line of that code block
	table   string   // kind of the marked table being read, "" outside one
	marker  int      // line of its marker
	heading []string // of that table, nil before it
	rows    []PageRow
}

// read takes one line.
func (r *markdownReader) read(line string, number int) {
	fence := fenceMark(line)
	switch {
	case r.fence != "":
		if strings.HasPrefix(line, r.fence) && strings.Trim(line, r.fence[:1]) == "" {
			r.fence = ""
		}
	case fence != "":
		r.endTable()
		r.fence, r.opened = fence, number
		return
	case r.table != "" && strings.HasPrefix(line, "|"):
		r.links(line, number)
		r.row(line, number)
		return
	default:
		r.endTable()
		if kind, found := strings.CutPrefix(line, markerBegin); found {
			r.table, r.marker, r.page.Marked = strings.TrimSuffix(kind, markerEnd), number, true
			return
		}
		r.links(line, number)
		if text := strings.TrimLeft(line, "#"); text != line && strings.HasPrefix(text, " ") {
			r.page.head(strings.TrimSpace(text))
		}
	}
	r.page.Lines = append(r.page.Lines, Word{Text: line, At: PositionAt(number, 0)})
}

// links takes the links of a line that have no scheme, and so lead to another file or
// to a heading.
func (r *markdownReader) links(line string, number int) {
	for from := 0; ; {
		i := strings.Index(line[from:], "](")
		if i < 0 {
			return
		}
		from += i + len("](")
		end := strings.IndexByte(line[from:], ')')
		if end < 0 {
			return
		}
		if target := line[from : from+end]; !strings.Contains(target, ":") {
			r.page.Links = append(r.page.Links, Word{Text: target, At: PositionAt(number, 0)})
		}
		from += end
	}
}

// head takes the text of a heading, as GitHub makes a fragment of it: small letters,
// digits, hyphens and underscores, a hyphen for a space, and nothing for the rest. A
// second heading of the same text has "-1" behind it.
func (p *Page) head(heading string) {
	fragment := strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case c == '-' || c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c):
			return unicode.ToLower(c)
		}
		return -1
	}, heading)
	again := fragment
	for n := 1; p.Headed[again]; n++ {
		again = fragment + "-" + strconv.Itoa(n)
	}
	p.Headed[again] = true
}

// row takes a row of a marked table.
func (r *markdownReader) row(line string, number int) {
	cells := tableCells(line)
	switch {
	case r.heading == nil:
		r.heading = cells
	case len(cells) != len(r.heading):
		r.Report(r.page.File, PositionAt(number, 0), "Uneven table", "The row has "+strconv.Itoa(len(cells))+
			" cells, but the table has "+strconv.Itoa(len(r.heading))+".", `Write a bar inside a cell as "\|".`)
	case strings.Trim(cells[0], ":-") != "" || cells[0] == "":
		r.rows = append(r.rows, PageRow{r.table, cells, r.heading, PositionAt(number, 0)})
	}
}

// endTable ends the marked table being read, if any.
func (r *markdownReader) endTable() {
	switch {
	case r.table == "":
	case tableColumns[r.table] == 0:
		r.Report(r.page.File, PositionAt(r.marker, 0), "Unknown table",
			"The marker names the table "+strconv.Quote(r.table)+", which mirrorgen does not know.",
			"Keep the marker that mirrorgen writes, or none above a table of your own.")
	case len(r.heading) < tableColumns[r.table]:
		r.Report(r.page.File, PositionAt(r.marker, 0), "Marker of another table", "A table "+r.table+" of at least "+
			strconv.Itoa(tableColumns[r.table])+" columns does not follow on the line below the marker.",
			"Put the marker on the line above the table's heading, and none above a table of your own.")
	default:
		r.page.Rows = append(r.page.Rows, r.rows...)
	}
	r.table, r.heading, r.rows = "", nil, nil
}

// fenceMark is the fence that a line opens, "" for none.
func fenceMark(line string) string {
	for _, c := range []string{"`", "~"} {
		n := len(line) - len(strings.TrimLeft(line, c))
		if n >= 3 && !strings.Contains(line[n:], c) {
			return line[:n]
		}
	}
	return ""
}

// tableCells are the cells of a row that begins with a bar.
func tableCells(row string) []string {
	const escaped = "\x00" // no text of a lab holds it
	if strings.Contains(row, `\|`) {
		row = strings.ReplaceAll(row, `\|`, escaped)
	}
	cells := strings.Split(strings.TrimSuffix(row[1:], "|"), "|")
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(cell, escaped, "|"))
	}
	return cells
}

// URLs iterates over the URLs of a line, without their scheme; those of HTTPS have its port
// where they name none.
func URLs(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for from := 0; ; {
			i := strings.Index(line[from:], "://")
			if i < 0 {
				return
			}
			begin := from + i + len("://")
			end := begin + strings.IndexAny(line[begin:]+" ", " >\"'`)|,")
			url, before := line[begin:end], line[:from+i]
			if from = end; strings.HasSuffix(before, "https") {
				host, path, _ := strings.Cut(url, "/")
				if !strings.Contains(host, ":") {
					url = host + ":443/" + path
				}
			} else if !strings.HasSuffix(before, "http") {
				continue
			}
			if !yield(url) {
				return
			}
		}
	}
}

// HostName is the host of a URL without its port.
func HostName(url string) string {
	host, _, _ := strings.Cut(url, "/")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// endpointTables are the kinds of tables whose URLs are all of the lab.
var endpointTables = []string{"front", "endpoints", "paths", "web-servers"}

// Hosts are the names of the lab's host in the URLs of a page: those of its tables of
// endpoints, which are not the user's text, and those that every host has. URLs with other names lead out of the lab.
func (p *Page) Hosts() map[string]bool {
	names := map[string]bool{"localhost": true, "127.0.0.1": true}
	for _, row := range p.Rows {
		if !slices.Contains(endpointTables, row.Table) {
			continue
		}
		for _, cell := range row.Cells {
			for url := range URLs(cell) {
				names[HostName(url)] = true
			}
		}
	}
	return names
}

// Contains reports whether any cell holds a text.
func (row PageRow) Contains(text string) bool {
	return slices.ContainsFunc(row.Cells, func(cell string) bool { return strings.Contains(cell, text) })
}
