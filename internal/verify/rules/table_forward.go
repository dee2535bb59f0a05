package rules

import (
	"strconv"

	"mirrorgen/internal/verify/facts"
)

// checkHereCell: kubectl forwards to a port of a Service from the port of this machine that pages
// name.
func (l *checker) checkHereCell(c cell) {
	s := l.tableService(c.tableRow)
	port := facts.Number(c.text("port"))
	if s != nil && s.Publishes(port) && facts.Number(c.word.Text) != s.Here(port) {
		l.disagrees(c, s.Location(s.At), "pages name port "+strconv.Itoa(s.Here(port))+" of this machine for port "+
			strconv.Itoa(port)+" of "+s.Name)
	}
}
