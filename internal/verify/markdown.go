package verify

import (
	"strconv"
	"strings"

	"mirrorgen/internal/verify/text"
)

// readMarkdown looks for what GitHub would show broken: a code fence that is
// not closed, and a table whose rows differ in their number of cells.
func (l *lab) readMarkdown(f *file) {
	fence, fenceLine := "", 0
	columns := 0 // of the table being read, 0 outside one
	for line, content := range text.Lines(f.text) {
		trimmed := strings.TrimSpace(content)
		mark := fenceMark(trimmed)
		switch {
		case fence != "":
			if strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]) == "" {
				fence = ""
			}
			continue
		case mark != "":
			fence, fenceLine = mark, line
			columns = 0
			continue
		case !strings.HasPrefix(trimmed, "|"):
			columns = 0
			continue
		}
		cells := tableCells(trimmed)
		if columns == 0 {
			columns = cells
		} else if cells != columns {
			l.report(f, place{line: line}, "Uneven table", "The row has "+strconv.Itoa(cells)+" cells, but the table has "+strconv.Itoa(columns)+".",
				`Write a bar inside a cell as "\|".`)
		}
	}
	if fence != "" {
		l.report(f, place{line: fenceLine}, "Unclosed code block", "The code block that begins here does not end.", "Close it with "+fence+".")
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

// tableCells counts the cells of a row that begins with a bar.
func tableCells(row string) int {
	row = strings.TrimSuffix(strings.ReplaceAll(row[1:], `\|`, ""), "|")
	return strings.Count(row, "|") + 1
}
