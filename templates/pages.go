package templates

import (
	"fmt"
	"strconv"
	"strings"

	"mirrorgen/internal/plan"
)

// The functions of this file print the rows of a page's tables, its diagram and
// its probes. Those that print words take a language code first. Each line
// begins with a newline, like the body of a range that trims.
//
// A template could print them all. They are most of a page, though, and printed
// by templates they take as long as all other artifacts together.

// A page is the part of one that is being printed.
type page struct {
	strings.Builder
	*words
}

func newPage(language string) *page { return &page{words: languages[language]} }

// row prints one row of a table.
func (p *page) row(cells ...string) {
	p.WriteString("\n|")
	for _, cell := range cells {
		p.print(" ", cell, " |")
	}
}

func (p *page) print(parts ...string) {
	for _, part := range parts {
		p.WriteString(part)
	}
}

// fill puts a name into a text.
func fill(text, name string) string { return strings.ReplaceAll(text, "%s", name) }

// span prints a name, which has no backtick, as a code span.
func span(name string) string { return "`" + name + "`" }

func dutyRows(language string, roster []plan.ServiceRole) string {
	p := newPage(language)
	for _, d := range roster {
		aws, special := p.aws[d.Role]
		if !special {
			aws = p.instance
		}
		p.row(span(d.Name), markdownCode(d.Image), d.Published(), p.duty(d), aws)
	}
	return p.String()
}

// duty says what a service is for.
func (w *words) duty(d plan.ServiceRole) string {
	serves := d.Serves()
	text, special := w.duties[d.Role]
	switch {
	case !special:
		return fmt.Sprintf(w.member, serves, w.role(d.Role))
	case d.Role == string(plan.KindArbiter) && serves == "":
		return w.role(d.Role)
	}
	return fill(text, serves)
}

func (w *words) role(role string) string {
	if word, ok := w.roles[role]; ok {
		return word
	}
	return role
}

func mirrorRows(language string, mirrors []*plan.Mirror) string {
	p := newPage(language)
	for _, m := range mirrors {
		var members, databases []string
		for _, member := range m.Members {
			members = append(members, member.Name+" ("+member.SystemName+")")
		}
		for _, d := range m.Databases {
			databases = append(databases, d.Name+" ("+d.Namespace+")")
		}
		arbiter, data := p.none, p.fading
		if m.Arbiter != nil {
			arbiter = m.Arbiter.Name
		}
		if m.Durable {
			data = p.durable
		}
		p.row(span(m.Name), span(m.SetName), strings.Join(members, ", "), strings.Join(databases, ", "), arbiter, data)
	}
	return p.String()
}

// addressRows has a column for each network.
func addressRows(networks []*plan.Network, services []*plan.Service) string {
	var p page
	cells := make([]string, 1+len(networks))
	for _, s := range services {
		cells[0] = span(s.Name)
		for i, n := range networks {
			cells[1+i] = s.Address(n)
			if cells[1+i] == "" {
				cells[1+i] = "-"
			}
		}
		p.row(cells...)
	}
	return p.String()
}

// endpointRows prints endpoints of one kind, which decides the columns.
func endpointRows(language string, endpoints []plan.Endpoint) string {
	p := newPage(language)
	for _, e := range endpoints {
		service, link := span(e.Service), "<"+e.URL+">"
		switch e.Kind {
		case plan.EndpointManagement:
			p.row(service, link, p.note(e))
		case plan.EndpointPortal, plan.EndpointREST:
			p.row(service, link, e.Target, p.note(e))
		case plan.EndpointHealth:
			answer, known := p.health[e.Role]
			if !known {
				answer = p.unhealthy
			}
			p.row(service, link, e.Target, answer)
		case plan.EndpointDemo:
			p.row(service, link, p.answerer(e))
		case plan.EndpointSQL:
			p.row(span(e.URL), p.answerer(e), span(e.Query))
		case plan.EndpointBalancer:
			p.row(service, link)
		}
	}
	return p.String()
}

func (w *words) note(e plan.Endpoint) string { return fill(w.notes[string(e.Note)], e.Target) }

// answerer says who answers at an endpoint.
func (w *words) answerer(e plan.Endpoint) string {
	if text, ok := w.answers[string(e.Note)]; ok {
		return fill(text, e.Target)
	}
	return e.Target
}

// listenerRows prints what each haproxy serves, published on a host of that name.
func listenerRows(language, host string, balancers []*plan.HAProxy) string {
	p := newPage(language)
	for _, h := range balancers {
		for _, l := range h.Listeners {
			front := span(h.Name+":"+strconv.Itoa(l.Port)) + p.inside
			if l.Host > 0 {
				front = span(host + ":" + strconv.Itoa(l.Host))
			}
			var back []string
			for _, s := range l.Servers {
				back = append(back, span(s.Name+":1972")+" ("+s.Address+")")
			}
			p.row(span(l.Mirror.Name), span(h.Name), front, strings.Join(back, ", "))
		}
	}
	return p.String()
}

// statusRows prints what System Status of a gateway shows of mirrors that it
// knows.
func statusRows(language string, mirrors []*plan.Mirror) string {
	p := newPage(language)
	for _, m := range mirrors {
		if m.Primary != nil {
			p.row(p.any, m.Name, m.SetName+":"+m.Primary.SystemName, "Primary")
		}
		if m.Backup != nil {
			p.row(p.any, m.Name, m.SetName+":"+m.Backup.SystemName, "Failover")
		}
	}
	return p.String()
}

// probes prints the command that asks each URL for a member's health.
func probes(urls []string) string {
	var p page
	for _, url := range urls {
		p.print("\n$ curl -m 5 -i ", url)
	}
	return p.String()
}

// mermaid prints a diagram as a Mermaid flowchart.
func mermaid(language string, d *plan.Diagram) string {
	p := newPage(language)
	for _, n := range d.Nodes {
		p.node("\n    ", n)
	}
	for _, g := range d.Groups {
		label := fill(p.mirrors, strconv.Itoa(g.Count))
		if g.Name != "" {
			label = fill(p.mirror, g.Name)
		}
		p.print("\n    subgraph ", g.ID, `["`, label, `"]`)
		for _, n := range g.Nodes {
			p.node("\n        ", n)
		}
		p.WriteString("\n    end")
	}
	for _, e := range d.Edges {
		p.print("\n    ", e.From, " ", p.arrow(e.Label), " ", e.To)
	}
	return p.String()
}

func (p *page) node(indent string, n plan.Node) {
	p.print(indent, n.ID)
	role, count := p.role(n.Role), strconv.Itoa(n.Count)
	switch {
	case n.Role == "mirror":
		p.print(`["`, n.Name, "<br/>", fill(p.members, count), `"]`)
	case n.Role == "more":
		p.print(`["`, fill(p.more, count), `"]`)
	case n.Role == string(plan.KindArbiter) && n.Name == role:
		p.print(`["`, role, `"]`)
	case n.Name == "":
		p.print(`(["`, role, `"])`)
	default:
		p.print(`["`, n.Name)
		if n.Count > 0 {
			p.WriteString(fill(p.several, count))
		}
		p.print("<br/>", role)
		if n.Ports != "" {
			p.print("<br/>", n.Ports)
		}
		p.WriteString(`"]`)
	}
}

// arrow is the line of an edge with that label.
func (w *words) arrow(label string) string {
	switch label {
	case "journal":
		return "==>"
	case "ecp":
		return `-->|"ECP"|`
	case "health":
		return `-.->|"` + w.healthCheck + `"|`
	case "arbiter":
		return "-.-"
	}
	return "-->"
}
