package graph

import (
	"fmt"
	"strings"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/plan"
)

// DOT writes a lab for Graphviz.
func DOT(p *plan.Plan) []byte {
	d := p.Diagram()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR\n  compound=true\n  node [shape=box, style=\"rounded,filled\", "+
		"fillcolor=\"#eceff1\", fontname=monospace]\n  edge [color=\"#6e7b88\"]\n", quoted(p.Name))
	for _, n := range d.Nodes {
		dotNode(&b, "  ", n)
	}
	first := map[string]string{} // of a group: an edge leads to a node, and is cut at the group
	for _, g := range d.Groups {
		name := fmt.Sprintf("%d mirrors", g.Count)
		switch g.Kind {
		case "mirror":
			name = "mirror " + g.Name
		case "gateways":
			name = "Web Gateways"
		}
		fmt.Fprintf(&b, "  subgraph %s {\n    label=%s\n    fontname=monospace\n", quoted("cluster_"+g.ID),
			quoted(name))
		for _, n := range g.Nodes {
			dotNode(&b, "    ", n)
		}
		b.WriteString("  }\n")
		if len(g.Nodes) > 0 {
			first[g.ID] = g.Nodes[0].ID
		}
	}
	for _, e := range d.Edges {
		var attributes []string
		from, to := e.From, e.To
		if node := first[e.From]; node != "" {
			from = node
			attributes = append(attributes, "ltail="+quoted("cluster_"+e.From))
		}
		if node := first[e.To]; node != "" {
			to = node
			attributes = append(attributes, "lhead="+quoted("cluster_"+e.To))
		}
		if e.Label != "" {
			attributes = append(attributes, "label="+quoted(e.Label))
		}
		switch e.Label {
		case "metrics":
			attributes = append(attributes, "style=dotted")
		case "health", "arbiter", "waits":
			attributes = append(attributes, "style=dashed")
		}
		if e.Label == "arbiter" {
			attributes = append(attributes, "dir=none")
		}
		fmt.Fprintf(&b, "  %s -> %s", quoted(from), quoted(to))
		if len(attributes) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attributes, ", "))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func dotNode(b *strings.Builder, indent string, n plan.Node) {
	lines := []string{n.Name, titleOf(n.Role)}
	switch {
	case n.Role == "http_clients" || n.Role == "sql_clients":
		lines = []string{strings.ToUpper(n.Role[:strings.IndexByte(n.Role, '_')]) + " clients"}
	case n.Role == "more":
		lines = []string{fmt.Sprintf("%d more", n.Count)}
	case n.Role == "mirror":
		lines = []string{n.Name, text.Plural(n.Count, "member")}
	case n.Count > 1:
		lines = []string{fmt.Sprintf("%d × %s", n.Count, titleOf(n.Role))}
	}
	if len(lines) == 2 && strings.EqualFold(lines[0], lines[1]) {
		lines = lines[:1]
	}
	if n.Ports != "" {
		lines = append(lines, n.Ports)
	}
	fmt.Fprintf(b, "%s%s [label=%s]\n", indent, quoted(n.ID), quoted(strings.Join(lines, "\n")))
}

// quoted is a text in DOT, in which a backslash begins an escape.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
