package graph

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"mirrorgen/internal/plan"
)

// Lengths of the picture, in pixels. A character of the monospaced fonts that the picture
// names is at most 0.62 of its size wide.
const (
	fontSize   = 12.0
	charWidth  = fontSize * 0.62
	lineHeight = 16.0
	padding    = 10.0
	gap        = 24.0 // between boxes side by side
	rowGap     = 56.0 // between rows, where edges turn
	strip      = 22.0 // what an area has for its name
	margin     = 24.0
	turn       = 7.0 // between two edges that run side by side

	mirrorsInLine = 4
	membersInLine = 4
)

type point struct{ x, y float64 }

type rect struct{ x, y, w, h float64 }

func (r rect) right() float64  { return r.x + r.w }
func (r rect) bottom() float64 { return r.y + r.h }

// overlaps reports whether two rectangles have a part in common.
func (r rect) overlaps(o rect) bool {
	return r.x < o.right() && o.x < r.right() && r.y < o.bottom() && o.y < r.bottom()
}

// around is the smallest rectangle that has both; the zero rectangle has nothing.
func (r rect) around(o rect) rect {
	if r == (rect{}) {
		return o
	}
	x, y := math.Min(r.x, o.x), math.Min(r.y, o.y)
	return rect{x, y, math.Max(r.right(), o.right()) - x, math.Max(r.bottom(), o.bottom()) - y}
}

// widthOf is how wide a text is at most.
func widthOf(s string) float64 { return float64(utf8.RuneCountInString(s)) * charWidth }

// layout gives everything its place.
func (pic *picture) layout(p *plan.Plan) {
	for _, b := range pic.boxes {
		b.size()
	}
	pic.order(p)
	levels := float64(min(len(p.Networks), mostAreas))
	x := margin + levels*(strip/2)
	heights := pic.heights()
	tops := make([]float64, rows)
	y, inside := margin, false
	for row := range rows {
		if heights[row] == 0 {
			continue
		}
		if row > rowClients && !inside {
			inside = true
			y += levels * strip // for the names of the areas, above their first row
		}
		tops[row] = y
		y += heights[row] + rowGap
	}
	for column := range pic.columns {
		x = pic.column(column, x, tops) + 2*gap + levels*strip
	}
	pic.width, pic.height = x-2*gap-levels*strip/2+margin, y-rowGap+margin+levels*strip/2
	pic.center()
	pic.findAreas(p)
	pic.route(tops, heights)
	pic.label()
	pic.legend()
}

// size gives a box its size, and what is inside its place there.
func (b *box) size() {
	for _, line := range slices.Concat(b.title, b.lines) {
		b.w = math.Max(b.w, widthOf(line)+2*padding)
	}
	b.h = float64(len(b.title)+len(b.lines))*lineHeight + 2*padding - 4
	if !b.frame {
		return
	}
	inLine := membersInLine
	if len(b.inside) > 0 && len(b.inside[0].inside) == 0 && b.inside[0].role == "mirror" {
		inLine = int(math.Ceil(math.Sqrt(float64(len(b.inside)) * 1.6))) // a grid, wider than high
	}
	head := float64(len(b.title))*lineHeight + padding
	x, y, lineHigh, width := padding, head+4, 0.0, b.w
	for i, inner := range b.inside {
		inner.size()
		if i > 0 && i%inLine == 0 {
			x, y, lineHigh = padding, y+lineHigh+gap, 0
		}
		inner.move(x-inner.x, y-inner.y)
		x += inner.w + gap
		lineHigh = math.Max(lineHigh, inner.h)
		width = math.Max(width, x-gap+padding)
	}
	b.w, b.h = width, y+lineHigh+padding+turn*2
}

// move shifts a box with all that is inside.
func (b *box) move(dx, dy float64) {
	b.x, b.y = b.x+dx, b.y+dy
	for _, inner := range b.inside {
		inner.move(dx, dy)
	}
}

// order makes the columns, one for each set of networks, so that each network is one run of
// columns where that can be.
func (pic *picture) order(p *plan.Plan) {
	for _, b := range pic.boxes {
		if b.row != rowClients && !slices.Contains(pic.columns, b.on) {
			pic.columns = append(pic.columns, b.on)
		}
	}
	best, fewest := pic.columns, math.MaxInt
	if len(pic.columns) <= 6 {
		permute(pic.columns, func(columns []string) {
			if n := runs(p, columns); n < fewest {
				best, fewest = slices.Clone(columns), n
			}
		})
	}
	pic.columns = best
	if len(pic.columns) == 0 {
		pic.columns = []string{""}
	}
	for _, b := range pic.boxes {
		b.column = max(0, slices.Index(pic.columns, b.on))
	}
	for _, e := range pic.edges { // the users stand above what they enter by
		if e.from.row == rowClients {
			e.from.column = e.to.column
		}
	}
}

// permute visits every order of a list, the list's own first.
func permute(list []string, visit func([]string)) {
	list = slices.Clone(list)
	var from func(i int)
	from = func(i int) {
		if i == len(list) {
			visit(list)
			return
		}
		for j := i; j < len(list); j++ {
			moved := slices.Clone(list)
			item := list[j]
			list = slices.Insert(slices.Delete(list, j, j+1), i, item)
			from(i + 1)
			list = moved
		}
	}
	from(0)
}

// runs is in how many parts the networks fall.
func runs(p *plan.Plan, columns []string) int {
	n := 0
	for _, network := range p.Networks {
		in := false
		for _, column := range columns {
			has := isOn(column, network)
			if has && !in {
				n++
			}
			in = has
		}
	}
	return n
}

// isOn reports whether a key of networks has a network.
func isOn(key string, n *plan.Network) bool { return slices.Contains(strings.Fields(key), n.Name) }

// heights are those of the rows, 0 for a row of nothing.
func (pic *picture) heights() []float64 {
	heights := make([]float64, rows)
	for _, b := range pic.boxes {
		heights[b.row] = math.Max(heights[b.row], b.h)
	}
	return heights
}

// column places the boxes of a column from an x on, and returns where it ends.
func (pic *picture) column(column int, x float64, tops []float64) float64 {
	laneX := x
	for lane := range lanes {
		width := 0.0
		for row := range rowMirrors {
			at := laneX
			for _, b := range pic.boxes {
				if b.column == column && b.row == row && b.lane == lane {
					b.move(at-b.x, tops[row]-b.y)
					at += b.w + gap
				}
			}
			width = math.Max(width, at-laneX-gap)
		}
		if width > 0 {
			laneX += width + gap
		}
	}
	end := math.Max(x, laneX-gap)
	for row := rowMirrors; row < rows; row++ {
		at := x
		for _, b := range pic.boxes {
			if b.column == column && b.row == row {
				b.move(at-b.x, tops[row]-b.y)
				at += b.w + gap
			}
		}
		end = math.Max(end, at-gap)
	}
	return end
}

// center moves what is narrower than its column into the middle: of each row what is in one
// lane, and the rows of mirrors and arbiters as a whole.
func (pic *picture) center() {
	for column := range pic.columns {
		var whole rect
		for _, b := range pic.boxes {
			if b.column == column {
				whole = whole.around(b.rect)
			}
		}
		pic.shift(whole, func(b *box) bool { return b.column == column && b.row < rowMirrors })
		for _, row := range []int{rowMirrors, rowArbiters} {
			pic.shift(whole, func(b *box) bool { return b.column == column && b.row == row })
		}
		for lane := range lanes {
			var span rect
			for _, b := range pic.boxes {
				if b.column == column && b.row < rowMirrors && b.lane == lane {
					span = span.around(b.rect)
				}
			}
			for row := range rowMirrors {
				pic.shift(span, func(b *box) bool { return b.column == column && b.row == row && b.lane == lane })
			}
		}
	}
}

// shift moves some boxes together into the middle of a rectangle.
func (pic *picture) shift(whole rect, has func(*box) bool) {
	var part rect
	for _, b := range pic.boxes {
		if has(b) {
			part = part.around(b.rect)
		}
	}
	dx := (whole.x + whole.w/2) - (part.x + part.w/2)
	for _, b := range pic.boxes {
		if has(b) {
			b.move(dx, 0)
		}
	}
}

// findAreas draws each network around the columns that are on it.
func (pic *picture) findAreas(p *plan.Plan) {
	for i, network := range p.Networks[:min(len(p.Networks), mostAreas)] {
		var run rect
		for column := 0; column <= len(pic.columns); column++ {
			if column < len(pic.columns) && isOn(pic.columns[column], network) {
				for _, b := range pic.boxes {
					if b.column == column && b.row != rowClients {
						run = run.around(b.rect)
					}
				}
				continue
			}
			if run != (rect{}) {
				pic.areas = append(pic.areas, area{rect: run, network: network, index: i})
			}
			run = rect{}
		}
	}
	// The largest is the outermost. Each area has a level of its own, so that no two names
	// stand on each other.
	slices.SortStableFunc(pic.areas, func(a, b area) int { return int(b.w*b.h - a.w*a.h) })
	for i := range pic.areas {
		a := &pic.areas[i]
		for _, other := range pic.areas[i+1:] {
			if a.x < other.right() && other.x < a.right() {
				a.level++
			}
		}
		room := padding + float64(a.level)*strip/2
		a.x, a.w = a.x-room, a.w+2*room
		top := a.y - strip*float64(a.level+1)
		a.h, a.y = a.bottom()+room-top, top
		a.w = math.Max(a.w, widthOf(areaName(*a))+2*padding)
		pic.width = math.Max(pic.width, a.right()+margin)
		pic.height = math.Max(pic.height, a.bottom()+margin)
	}
}

// label puts the name of each area where no edge goes through it, from the left.
func (pic *picture) label() {
	for i := range pic.areas {
		a := &pic.areas[i]
		a.label = point{a.x + padding, a.y + 15}
		taken := func(x float64) bool {
			name := rect{x - 4, a.y, widthOf(areaName(*a)) + 8, strip}
			return slices.ContainsFunc(pic.edges, func(e edge) bool { return e.crosses(name) })
		}
		for taken(a.label.x) { // beside the last edge, if need be, for which the area grows
			a.label.x += charWidth
		}
		a.w = math.Max(a.w, a.label.x+widthOf(areaName(*a))+padding-a.x)
		pic.width = math.Max(pic.width, a.right()+margin)
	}
}

// crosses reports whether a line of an edge goes through a rectangle.
func (e *edge) crosses(r rect) bool {
	for i := 1; i < len(e.points); i++ {
		p, q := e.points[i-1], e.points[i]
		line := rect{math.Min(p.x, q.x) - .5, math.Min(p.y, q.y) - .5, math.Abs(p.x-q.x) + 1, math.Abs(p.y-q.y) + 1}
		if line.overlaps(r) {
			return true
		}
	}
	return false
}

func areaName(a area) string { return a.network.Name + " " + a.network.Subnet }

// route draws every edge of vertical and horizontal lines: down from its source, across in
// the gap above its target, and down to it; from an arbiter likewise upwards.
func (pic *picture) route(tops, heights []float64) {
	out, in := map[*box]int{}, map[*box]int{}
	for _, e := range pic.edges {
		out[e.from]++
		in[e.to]++
	}
	left, entered := map[*box]int{}, map[*box]int{}
	turns := map[int]int{}
	sources := map[*box]map[int]int{} // the turn of a source above a row: its edges share it
	for i := range pic.edges {
		e := &pic.edges[i]
		left[e.from]++
		entered[e.to]++
		fromX := e.from.x + e.from.w*float64(classIndex(e.class)+1)/4
		toX := e.to.x + e.to.w*float64(entered[e.to])/float64(in[e.to]+1)
		if sources[e.from] == nil {
			sources[e.from] = map[int]int{}
		}
		key := e.to.row*10 + classIndex(e.class)
		n, ok := sources[e.from][key]
		if !ok {
			n = turns[e.to.row]
			turns[e.to.row]++
			sources[e.from][key] = n
		}
		offset := turn * float64(n%6+1)
		if e.from.row > e.to.row {
			y := tops[e.to.row] + heights[e.to.row] + offset
			e.points = []point{{fromX, e.from.y}, {fromX, y}, {toX, y}, {toX, e.to.bottom()}}
			continue
		}
		y := tops[e.to.row] - offset
		switch {
		case e.from.row == e.to.row:
			e.points = []point{{fromX, e.from.y}, {fromX, y}, {toX, y}, {toX, e.to.y}}
			continue
		case e.from.row < rowMirrors && e.to.row > rowMirrors: // around the mirrors
			x := pic.end(e.from.column) + gap/2 + offset/2
			first := tops[e.from.row] + heights[e.from.row] + offset
			e.points = []point{{fromX, e.from.bottom()}, {fromX, first}, {x, first}, {x, y}, {toX, y}, {toX, e.to.y}}
			continue
		}
		e.points = []point{{fromX, e.from.bottom()}, {fromX, y}, {toX, y}, {toX, e.to.y}}
	}
}

// end is where a column ends.
func (pic *picture) end(column int) float64 {
	var whole rect
	for _, b := range pic.boxes {
		if b.column == column {
			whole = whole.around(b.rect)
		}
	}
	return whole.right()
}

// classIndex tells the lines of one source apart.
func classIndex(class string) int {
	switch class {
	case "data":
		return 1
	case "vote", "metrics", "waits":
		return 2
	}
	return 0
}
