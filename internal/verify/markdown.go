package verify

import (
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
)

// page is a Markdown file: the rows of its marked tables, and the lines of its code
// blocks and prose that a reader may copy.
type page struct {
	*file
	marked bool // has a marked table, as every page of mirrorgen's own has
	rows   []pageRow
	lines  []word // outside marked tables
}

// pageRow is one row of a marked table below its heading.
type pageRow struct {
	table          string // the kind that the marker names
	cells, heading []string
	at             place
}

// The marker of a table is a comment on the line above its heading, which names its kind.
// A table without one is the user's own, and nobody knows what its cells mean.
const (
	markerBegin = "<!-- table: "
	markerEnd   = " -->"
)

// readMarkdown reads a page. Of one with marked tables it reports what GitHub would show
// broken: a code block that is not closed, and a row with more or fewer cells than its
// table has.
func (l *facts) readMarkdown(f *file) {
	r := markdownReader{facts: l, page: &page{file: f}}
	l.pages = append(l.pages, r.page)
	for line, content := range text.Lines(f.text) {
		r.read(strings.TrimSpace(content), line)
	}
	r.endTable()
	if r.fence != "" && r.page.marked {
		l.report(f, placeIn(r.opened, 0), "Unclosed code block", "The code block that begins here does not end.",
			"Close it with "+r.fence+".")
	}
}

// markdownReader is the state of readMarkdown.
type markdownReader struct {
	*facts
	page    *page
	fence   string   // what closes the open code block, "" outside one
	opened  int      // line of that code block
	table   string   // kind of the marked table being read, "" outside one
	marker  int      // line of its marker
	heading []string // of that table, nil before it
	rows    []pageRow
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
		r.row(line, number)
		return
	default:
		r.endTable()
		if kind, found := strings.CutPrefix(line, markerBegin); found {
			r.table, r.marker, r.page.marked = strings.TrimSuffix(kind, markerEnd), number, true
			return
		}
	}
	r.page.lines = append(r.page.lines, word{line, placeIn(number, 0)})
}

// row takes a row of a marked table.
func (r *markdownReader) row(line string, number int) {
	cells := tableCells(line)
	switch {
	case r.heading == nil:
		r.heading = cells
	case len(cells) != len(r.heading):
		r.report(r.page.file, placeIn(number, 0), "Uneven table", "The row has "+strconv.Itoa(len(cells))+
			" cells, but the table has "+strconv.Itoa(len(r.heading))+".", `Write a bar inside a cell as "\|".`)
	case strings.Trim(cells[0], ":-") != "" || cells[0] == "":
		r.rows = append(r.rows, pageRow{r.table, cells, r.heading, placeIn(number, 0)})
	}
}

// endTable ends the marked table being read, if any.
func (r *markdownReader) endTable() {
	switch {
	case r.table == "":
	case tableKinds[r.table].columns == 0:
		r.report(r.page.file, placeIn(r.marker, 0), "Unknown table", "The marker names the table "+strconv.Quote(r.table)+
			", which mirrorgen does not know.", "Keep the marker that mirrorgen writes, or none above a table of your own.")
	case len(r.heading) < tableKinds[r.table].columns:
		r.report(r.page.file, placeIn(r.marker, 0), "Marker of another table", "A table "+r.table+" of at least "+
			strconv.Itoa(tableKinds[r.table].columns)+" columns does not follow on the line below the marker.",
			"Put the marker on the line above the table's heading, and none above a table of your own.")
	default:
		r.page.rows = append(r.page.rows, r.rows...)
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
