package rules

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mirrorgen/internal/verify/facts"
)

// hosts are the names of the lab's host in URLs: those of the tables of endpoints of
// its pages.
func (l *checker) hosts() map[string]bool {
	names := map[string]bool{}
	for _, p := range l.Pages {
		for name := range p.Hosts() {
			names[name] = true
		}
	}
	return names
}

// answers are what a row says of URLs: for each, the service whose port it has, the cell
// with it, and what answers, which further cells may say again in other words.
func answers(row facts.PageRow) [][]string {
	cells := row.Cells
	switch row.Table {
	case "front":
		return [][]string{{cells[1], cells[2], cells[3]}}
	case "paths":
		var list [][]string
		columns := pathColumns(row)
		for i, name := range row.Heading[1 : 1+columns] {
			list = append(list, append([]string{name, cells[1+i]}, cells[1+columns:]...))
		}
		return list
	case "web-servers":
		var list [][]string
		for _, cell := range cells[1:] {
			list = append(list, []string{cells[0], cell, cells[0]})
		}
		return list
	}
	var list [][]string
	for _, cell := range cells {
		list = append(list, append([]string{cells[0], cell}, cells[min(2, len(cells)):]...))
	}
	return list
}

// pathColumns is how many columns of a table of paths are services: those with a piece
// of code as their heading.
func pathColumns(row facts.PageRow) int {
	n := 0
	for _, heading := range row.Heading[1:] {
		if !strings.HasPrefix(heading, "`") {
			break
		}
		n++
	}
	return n
}

// checkFrontRow: the second cell names a service, the third is a URL of it, and the
// fourth what answers.
func (l *checker) checkFrontRow(at facts.Location, row facts.PageRow) {
	row.Cells = row.Cells[1:]
	s := l.rowService(at, row)
	url, answers := row.Cells[1], row.Cells[2]
	switch {
	case s == nil:
	case strings.Contains(url, "jdbc:"):
		address, _, _ := strings.Cut(strings.TrimPrefix(codeText(url), "jdbc:IRIS://"), "/")
		if _, port, _ := facts.CutLast(address, ":"); !s.Reaches(facts.Number(port)) {
			l.ReportBoth(at, s.Location(s.At), "Port of another service",
				"The row is about "+s.Name+", which does not publish host port "+port+".",
				"Name the port that "+s.Name+" publishes.")
		}
		row.Cells = row.Cells[1:]
		l.checkJDBC(at, row)
	case strings.Contains(url, gatewayPage) && answers != s.Name:
		l.pageSays(at, s.Location(s.At), "The row says that "+strconv.Quote(answers)+" answers there, but that is "+
			s.Name+".")
	}
}

// checkEndpointRow: the first cell names a service; checkURLs looks at the others.
func (l *checker) checkEndpointRow(at facts.Location, row facts.PageRow) { l.rowService(at, row) }

// checkColumns: the columns of a table of paths are services. It is reported in the
// table's first row.
func (l *checker) checkColumns(at facts.Location, row facts.PageRow) {
	if row.Table != "paths" {
		return
	}
	for _, heading := range row.Heading[1 : 1+pathColumns(row)] {
		if name := codeText(heading); l.Compose.ByName[name] == nil {
			l.Report(at.File, at.At, "Unknown service",
				"The table has a column for "+name+", which is no service of "+l.ComposeName+".", "Name a service.")
		}
	}
}

// checkPathRow: each cell of a service's column is a link to the row's path there, or a
// hyphen.
func (l *checker) checkPathRow(at facts.Location, row facts.PageRow) {
	uri := codeText(row.Cells[0])
	for i, heading := range row.Heading[1 : 1+pathColumns(row)] {
		cell := row.Cells[1+i]
		s := l.Compose.ByName[codeText(heading)]
		if s == nil || cell == "-" {
			continue
		}
		text, link, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(cell, "["), ")"), "](")
		scheme, url, _ := strings.Cut(link, "://")
		host, target, _ := strings.Cut(url, "/")
		_, port, found := facts.CutLast(host, ":")
		if !found {
			port = map[string]string{"http": "80", "https": "443"}[scheme]
		}
		if "/"+target != uri || text != port {
			l.pageSays(at, s.Location(s.At), "The cell "+cell+" in the column of "+s.Name+" is no link to the path "+
				uri+" with the port as its text.")
		}
	}
}

// checkLinks: what a page links to is a page of the lab, with a heading of that name
// where the link has a fragment. Other files may be the user's own.
func (l *checker) checkLinks(p *facts.Page) {
	for _, link := range p.Links {
		name, fragment, _ := strings.Cut(link.Text, "#")
		target := p
		if name != "" {
			if path.Ext(name) != ".md" || path.IsAbs(name) || strings.HasPrefix(path.Clean(name), "..") {
				continue
			}
			name = path.Join(path.Dir(p.Path), name)
			i := slices.IndexFunc(l.Pages, func(other *facts.Page) bool { return other.Path == name })
			if i < 0 {
				l.Report(p.File, link.At, "Link to nothing", "The link leads to "+name+", which is no page of the lab.",
					"Name one of its pages, or add it as a template.")
				continue
			}
			target = l.Pages[i]
		}
		if fragment != "" && !target.Headed[fragment] {
			l.ReportBoth(p.Location(link.At), target.Location(facts.Position{}), "Link to nothing",
				"The link leads to the heading "+fragment+" of "+target.Path+", which it does not have.",
				"Name a heading: in small letters, with a hyphen for each space and without punctuation.")
		}
	}
}
