package verify

import (
	"strconv"
	"strings"

	"mirrorgen/internal/format/text"
)

// page is a README: the rows of its tables, and the lines of its code blocks and
// prose that a reader may copy.
type page struct {
	*file
	rows  []pageRow
	lines []word // outside tables
}

// pageRow is one row of a table below its heading.
type pageRow struct {
	cells, heading []string
	at             place
}

// readMarkdown looks for what GitHub would show broken: a code fence that is
// not closed, and a table whose rows differ in their number of cells.
func (l *facts) readMarkdown(f *file) {
	p := &page{file: f}
	l.pages = append(l.pages, p)
	var heading []string
	fence, fenceLine := "", 0
	columns := 0 // of the table being read, 0 outside one
	for line, content := range text.Lines(f.text) {
		trimmed := strings.TrimSpace(content)
		mark := fenceMark(trimmed)
		switch {
		case fence != "":
			p.lines = append(p.lines, word{trimmed, placeIn(line, 0)})
			if strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]) == "" {
				fence = ""
			}
			continue
		case mark != "":
			fence, fenceLine = mark, line
			columns = 0
			continue
		case !strings.HasPrefix(trimmed, "|"):
			p.lines = append(p.lines, word{trimmed, placeIn(line, 0)})
			columns = 0
			continue
		}
		texts := tableCells(trimmed)
		cells := len(texts)
		if columns == 0 {
			columns, heading = cells, texts
		} else if cells == columns {
			if !strings.HasPrefix(texts[0], ":-") && !strings.HasPrefix(texts[0], "--") {
				p.rows = append(p.rows, pageRow{texts, heading, placeIn(line, 0)})
			}
		} else {
			l.report(f, placeIn(line, 0), "Uneven table", "The row has "+strconv.Itoa(cells)+" cells, but the table has "+strconv.Itoa(columns)+".",
				`Write a bar inside a cell as "\|".`)
		}
	}
	if fence != "" {
		l.report(f, placeIn(fenceLine, 0), "Unclosed code block", "The code block that begins here does not end.", "Close it with "+fence+".")
	}
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
