package graph

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"mirrorgen/internal/plan"
)

// style colours the picture. Every colour is readable on white and on dark: boxes bring
// their own ground, and what stands on the page's is of a middle tone.
const style = `
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2933 }
.title { font-weight: bold }
.page { fill: #6e7b88 }
.box rect { fill: #eceff1; stroke: #78909c }
.primary > rect { fill: #c8e6c9; stroke: #2e7d32 }
.backup > rect { fill: #bbdefb; stroke: #1565c0 }
.drasync > rect { fill: #ffe0b2; stroke: #ef6c00 }
.rorasync > rect, .rwrasync > rect { fill: #e1bee7; stroke: #7b1fa2 }
.arbiter > rect { fill: #fff9c4; stroke: #9e9d24 }
.web_gateway > rect { fill: #b2dfdb; stroke: #00796b }
.nginx > rect { fill: #dcedc8; stroke: #558b2f }
.haproxy > rect { fill: #c5cae9; stroke: #3949ab }
.application_server > rect { fill: #f8bbd0; stroke: #c2185b }
.mirror > rect { fill: #f5f7f8; stroke: #78909c }
.clients > rect { fill: #ffffff; stroke: #78909c; stroke-dasharray: 3 3 }
.area { fill-opacity: .09; stroke-opacity: .75 }
.n0 { fill: #1e88e5; stroke: #1e88e5 }
.n1 { fill: #e67e22; stroke: #e67e22 }
.n2 { fill: #43a047; stroke: #43a047 }
.n3 { fill: #8e24aa; stroke: #8e24aa }
.n4 { fill: #e53935; stroke: #e53935 }
.n5 { fill: #00897b; stroke: #00897b }
.edge { fill: none; stroke: #6e7b88; stroke-width: 1.4 }
.ecp { stroke: #c2185b }
.health, .vote { stroke-dasharray: 4 3 }
.metrics { stroke-dasharray: 1.5 3 }
.waits { stroke-dasharray: 9 4 }
.journal { stroke: #2e7d32; stroke-width: 2.4 }
`

// SVG draws a lab as one image. Text that could be taken for markup is escaped.
func SVG(p *plan.Plan) []byte {
	pic := draw(p)
	pic.layout(p)
	return pic.svg()
}

// A canvas is an SVG in the making.
type canvas struct{ bytes.Buffer }

func (pic *picture) svg() []byte {
	c := &canvas{}
	fmt.Fprintf(c, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %s %s\" width=\"%[1]s\" height=\"%[2]s\" "+
		"role=\"img\">\n<title>%s</title>\n<style>%s</style>\n", length(pic.width), length(pic.height),
		escaped("lab "+pic.name), style)
	c.WriteString(`<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" ` +
		`orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#6e7b88"/></marker></defs>` + "\n")
	for _, a := range pic.areas {
		c.rect(a.rect, fmt.Sprintf("area n%d", a.index%mostAreas), 10)
		c.text(a.label.x, a.label.y, "page", areaName(a))
	}
	for _, e := range pic.edges {
		c.edge(e.points, e.class)
	}
	for _, b := range pic.boxes {
		c.box(b)
	}
	for i, line := range pic.caption {
		c.text(margin, pic.height-margin-float64(len(pic.caption)-1-i)*lineHeight, "page", line)
	}
	c.WriteString("</svg>\n")
	return c.Bytes()
}

func (c *canvas) rect(r rect, class string, round float64) {
	if class != "" {
		class = " class=\"" + class + "\""
	}
	fmt.Fprintf(c, "<rect%s x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\"/>\n", class, length(r.x),
		length(r.y), length(r.w), length(r.h), length(round))
}

func (c *canvas) text(x, y float64, class, s string) {
	fmt.Fprintf(c, "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", class, length(x), length(y), escaped(s))
}

// box draws a box with its texts, and what is inside.
func (c *canvas) box(b *box) {
	fmt.Fprintf(c, "<g class=\"box %s\"", escaped(b.role))
	if b.id != "" {
		fmt.Fprintf(c, " data-name=\"%s\"", escaped(b.id))
	}
	c.WriteString(">")
	if b.hint != "" {
		fmt.Fprintf(c, "<title>%s</title>", escaped(b.hint))
	}
	c.rect(b.rect, "", 6)
	y := b.y + padding + 10
	for i, line := range slices.Concat(b.title, b.lines) {
		class := "line"
		if i < len(b.title) {
			class = "title"
		}
		c.text(b.x+padding, y, class, line)
		y += lineHeight
	}
	c.journal(b)
	for _, inner := range b.inside {
		c.box(inner)
	}
	c.WriteString("</g>\n")
}

// source is the member of a mirror that the way of the journal is drawn from, -1 where it is not
// drawn: it has a place below members that stand in one line.
func (b *box) source() int {
	if !b.frame || len(b.inside) < 2 || len(b.inside) > membersInLine {
		return -1
	}
	return slices.IndexFunc(b.inside, func(member *box) bool { return member.role == plan.RolePrimary })
}

// journal draws the way of the journal.
func (c *canvas) journal(b *box) {
	i := b.source()
	if i < 0 {
		return
	}
	from, y := b.inside[i], b.bottom()-turn
	for _, to := range b.inside {
		if to != from {
			c.edge([]point{{from.x + from.w/2, from.bottom()}, {from.x + from.w/2, y}, {to.x + to.w/2, y},
				{to.x + to.w/2, to.bottom()}}, "journal")
		}
	}
}

// edge draws a line with an arrow, its corners rounded; a vote has no direction.
func (c *canvas) edge(points []point, class string) {
	var d strings.Builder
	fmt.Fprintf(&d, "M%s %s", length(points[0].x), length(points[0].y))
	for i := 1; i < len(points)-1; i++ {
		before, at, after := points[i-1], points[i], points[i+1]
		in, out := toward(at, before), toward(at, after)
		fmt.Fprintf(&d, "L%s %sQ%s %s %s %s", length(in.x), length(in.y), length(at.x), length(at.y), length(out.x),
			length(out.y))
	}
	last := points[len(points)-1]
	fmt.Fprintf(&d, "L%s %s", length(last.x), length(last.y))
	arrow := ` marker-end="url(#arrow)"`
	if class == "vote" {
		arrow = ""
	}
	fmt.Fprintf(c, "<path class=\"edge %s\" d=\"%s\"%s/>\n", class, d.String(), arrow)
}

// toward is the point a little before a corner, on the way to the next.
func toward(at, next point) point {
	const radius = 5
	dx, dy := next.x-at.x, next.y-at.y
	distance := max(dx, -dx) + max(dy, -dy) // one of them is 0
	if distance == 0 {
		return at
	}
	step := min(radius, distance/2) / distance
	return point{at.x + dx*step, at.y + dy*step}
}

// legend says what the lines mean, below the picture.
func (pic *picture) legend() {
	meaning := map[string]string{"health": "dashed: health checks", "vote": "dashed, no arrow: the arbiter's vote",
		"ecp": "red: ECP", "metrics": "dotted: metrics", "waits": "long dashes: starts after"}
	for _, class := range []string{"health", "vote", "ecp", "metrics", "waits"} {
		if slices.ContainsFunc(pic.edges, func(e edge) bool { return e.class == class }) {
			pic.caption = append(pic.caption, meaning[class])
		}
	}
	for _, b := range pic.boxes {
		for _, m := range append([]*box{b}, b.inside...) {
			if m.source() >= 0 {
				pic.caption = append(pic.caption, "green: journal, from the first primary")
				pic.finish()
				return
			}
		}
	}
	pic.finish()
}

// finish puts the caption into lines that are as wide as the picture, and makes room for it.
func (pic *picture) finish() {
	var lines []string
	for _, part := range pic.caption {
		n := len(lines)
		if n > 0 && widthOf(lines[n-1]+"; "+part)+2*margin <= pic.width {
			lines[n-1] += "; " + part
			continue
		}
		lines = append(lines, part)
		pic.width = max(pic.width, widthOf(part)+2*margin)
	}
	if pic.caption = lines; len(lines) > 0 {
		pic.height += float64(len(lines))*lineHeight + padding
	}
}

// length prints a number of pixels.
func length(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

// escaped is a text for the content or an attribute of an element.
func escaped(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a buffer does not fail
	return b.String()
}
