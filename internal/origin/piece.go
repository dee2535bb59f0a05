package origin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
	"mirrorgen/schema"
)

// A piece is as much raw text as can be left out by itself: a key, or a line. What a dynamic
// block makes of it for several services is one piece.
type piece struct {
	argument string // "compose", for example
	name     string // of the piece inside the argument, e.g. "healthcheck.test" or "line 3"; "" for all of it
	at       hcl.Range
	note     string   // which block of a dynamic block it is in, where it is one
	file     string   // beginning of the path of the file that it is written to
	replaces bool     // a list of compose that replaces one
	elements []*piece // of a list; present unless they are looked at
	sources  []*source
	state    state
	findings hcl.Diagnostics
}

// state is what is done with a piece.
type state int

const (
	present  state = iota
	absent         // left out
	appended       // a list: added to what it replaces otherwise
)

// A source is one raw argument of one block. write puts what its pieces' states leave of it
// into the lab.
type source struct{ write func() }

// collector gathers the pieces of a lab.
type collector struct {
	lab    *schema.Lab
	pieces []*piece
	known  map[string]*piece
}

// piecesOf are the pieces of all raw text, in the order of the lab.
func piecesOf(lab *schema.Lab) []*piece {
	c := &collector{lab: lab, known: map[string]*piece{}}
	for _, s := range lab.Services {
		c.addObject(s, "compose", &s.Compose, "docker-compose.yaml")
		c.addObject(s, "kubernetes", &s.Kubernetes, "")
		c.addPairs("environment", "", &s.Decl, &s.Environment, "docker-compose.yaml")
	}
	c.addText(&lab.IRIS.Decl, "merge", &lab.IRIS.Merge, "iris/merge/", mergeLines)
	for _, m := range lab.Mirrors {
		for _, member := range m.Members {
			c.addText(&member.Decl, "merge", &member.Merge, "iris/merge/", mergeLines)
		}
	}
	for _, a := range lab.ApplicationServers {
		c.addText(&a.Decl, "merge", &a.Merge, "iris/merge/", mergeLines)
	}
	for _, g := range lab.WebGateways {
		for i := range g.INI {
			c.addPairs("ini", g.INI[i].Name+": ", &g.Decl, &g.INI[i].Keys, "webgateway/")
		}
	}
	for _, n := range lab.NGINX {
		c.addText(&n.Decl, "config", &n.Config, "nginx/", directives)
	}
	for _, h := range lab.HAProxy {
		c.addText(&h.Decl, "config", &h.Config, "haproxy/", lines)
	}
	for _, own := range lab.Containers {
		c.addPairs("files", "", &own.Decl, &own.Files, "docker-compose.yaml")
		c.addCommand(own)
		c.addHealth(own)
	}
	return c.pieces
}

// add returns the piece at a place of the topology, with another source. in is the list that it
// is an element of, nil for none.
func (c *collector) add(p piece, s *source, in *piece) *piece {
	id := fmt.Sprint(p.at, p.argument, p.name)
	known := c.known[id]
	if known == nil {
		known = &p
		c.known[id] = known
		if in != nil {
			in.elements = append(in.elements, known)
		} else {
			c.pieces = append(c.pieces, known)
		}
	}
	known.sources = append(known.sources, s)
	return known
}

// addObject adds the raw keys of a service: objects merge deep, so that each value in them is a
// piece, and so is each element of a list.
func (c *collector) addObject(s *schema.Service, argument string, to *cty.Value, file string) {
	if *to == cty.NilVal || to.IsNull() {
		return
	}
	from := &source{}
	o := object{c, s, argument, file, from}
	tree := o.node(nil, *to, nil)
	from.write = func() { *to, _ = tree.left() }
}

// node is a value of a raw object, with the pieces that it is made of.
type node struct {
	piece    *piece // nil for an object
	value    cty.Value
	names    []string // of the elements of an object
	elements []*node
}

// object is one raw argument of a service that is an object.
type object struct {
	*collector
	service        *schema.Service
	argument, file string
	from           *source
}

func (o *object) node(path []string, v cty.Value, list *piece) *node {
	n := &node{value: v}
	t := v.Type()
	if (t.IsObjectType() || t.IsMapType()) && list == nil && (len(path) == 0 || v.LengthInt() > 0) {
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			if !element.IsNull() {
				n.names = append(n.names, key.AsString())
				n.elements = append(n.elements, o.node(append(slices.Clip(path), key.AsString()), element, nil))
			}
		}
		return n
	}
	isList := list == nil && (t.IsTupleType() || t.IsListType() || t.IsSetType())
	added := isList && strings.HasSuffix(path[len(path)-1], "+")
	n.piece = o.add(piece{
		argument: o.argument, name: compose.Path(path), at: o.service.AtPath(o.argument, path...),
		note: o.service.Note(), file: o.file, replaces: isList && !added && !o.merges(v),
	}, o.from, list)
	if isList {
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			step := append(slices.Clip(path), fmt.Sprint(len(n.elements)))
			n.elements = append(n.elements, o.node(step, element, n.piece))
		}
	}
	return n
}

// merges reports whether the items of a list are merged with those of the same name, as
// Kubernetes has it.
func (o *object) merges(list cty.Value) bool {
	if o.argument != "kubernetes" {
		return false
	}
	for it := list.ElementIterator(); it.Next(); {
		if _, item := it.Element(); !item.Type().IsObjectType() || !item.Type().HasAttribute("name") {
			return false
		}
	}
	return list.LengthInt() > 0
}

// left is what the states of the pieces leave of a value; false for nothing.
func (n *node) left() (cty.Value, bool) {
	if n.piece != nil {
		if n.piece.state == absent {
			return cty.NilVal, false
		}
		lacks := func(e *node) bool { return e.piece != nil && e.piece.state == absent }
		if !slices.ContainsFunc(n.elements, lacks) {
			return n.value, true
		}
		var kept []cty.Value
		for _, e := range n.elements {
			if v, found := e.left(); found {
				kept = append(kept, v)
			}
		}
		return cty.TupleVal(kept), true
	}
	object := map[string]cty.Value{}
	for i, e := range n.elements {
		name := n.names[i]
		if e.piece != nil && e.piece.state == appended {
			name += "+"
		}
		if v, found := e.left(); found {
			object[name] = v
		}
	}
	return cty.ObjectVal(object), len(object) > 0 || len(n.elements) == 0
}

// addPairs adds keys with a value each.
func (c *collector) addPairs(argument, before string, decl *schema.Decl, to *[]schema.Pair, file string) {
	whole, from := *to, &source{}
	pieces := make([]*piece, 0, len(whole))
	for _, pair := range whole {
		pieces = append(pieces, c.add(piece{
			argument: argument, name: before + pair.Key, at: pair.At, note: decl.Note(), file: file,
		}, from, nil))
	}
	from.write = func() {
		*to = nil
		for i, p := range pieces {
			if p.state != absent {
				*to = append(*to, whole[i])
			}
		}
	}
}

// addCommand adds the command of a container of the user's own, as a whole.
func (c *collector) addCommand(own *schema.Container) {
	words, line, from := own.Command, own.CommandLine, &source{}
	if words == nil && line == "" {
		return
	}
	p := c.add(piece{
		argument: "command", at: own.At("command"), note: own.Note(), file: "docker-compose.yaml",
	}, from, nil)
	from.write = func() {
		own.Command, own.CommandLine = words, line
		if p.state == absent {
			own.Command, own.CommandLine = nil, ""
		}
	}
}

// addHealth adds what the healthcheck of such a container says. Without its test it is that of
// the image.
func (c *collector) addHealth(own *schema.Container) {
	whole, from := own.Health, &source{}
	if whole == nil {
		return
	}
	var drops []func(*schema.HealthCheck)
	var pieces []*piece
	add := func(name string, given bool, drop func(*schema.HealthCheck)) {
		if given {
			drops = append(drops, drop)
			pieces = append(pieces, c.add(piece{
				argument: "healthcheck", name: name, at: own.AtPath("healthcheck", name), note: own.Note(),
				file: "docker-compose.yaml",
			}, from, nil))
		}
	}
	text := func(name string, field func(*schema.HealthCheck) *string) {
		add(name, *field(whole) != "", func(h *schema.HealthCheck) { *field(h) = "" })
	}
	add("disable", whole.Disable, func(h *schema.HealthCheck) { h.Disable = false })
	add("test", whole.Test != nil, func(h *schema.HealthCheck) { h.Test = nil })
	text("interval", func(h *schema.HealthCheck) *string { return &h.Interval })
	text("timeout", func(h *schema.HealthCheck) *string { return &h.Timeout })
	text("retries", func(h *schema.HealthCheck) *string { return &h.Retries })
	text("start_period", func(h *schema.HealthCheck) *string { return &h.StartPeriod })
	text("start_interval", func(h *schema.HealthCheck) *string { return &h.StartInterval })
	from.write = func() {
		left, dropped := *whole, 0
		for i, p := range pieces {
			if p.state == absent {
				drops[i](&left)
				dropped++
			}
		}
		switch dropped {
		case 0:
			own.Health = whole
		case len(pieces):
			own.Health = nil
		default:
			own.Health = &left
		}
	}
}

// addText adds a text, whose pieces begin on certain lines.
func (c *collector) addText(decl *schema.Decl, argument string, to *string, file string, begins func(string) []int) {
	whole, from := *to, &source{}
	if whole == "" {
		return
	}
	of := map[int]*piece{} // by line; a piece goes on until the next
	for _, line := range begins(whole) {
		of[line] = c.add(piece{
			argument: argument, name: fmt.Sprint("line ", line), at: c.lab.AtLine(decl, argument, line),
			note: decl.Note(), file: file,
		}, from, nil)
	}
	from.write = func() {
		var left strings.Builder
		var current *piece
		for n, line := range text.Lines(whole) {
			if p := of[n]; p != nil {
				current = p
			}
			if current == nil || current.state != absent || strings.HasPrefix(strings.TrimSpace(line), "[") {
				left.WriteString(line + "\n")
			}
		}
		if *to = left.String(); *to == whole+"\n" {
			*to = whole
		}
	}
}

// lines are those that say something.
func lines(s string) []int {
	var list []int
	for n, line := range text.Lines(s) {
		if strings.TrimSpace(line) != "" {
			list = append(list, n)
		}
	}
	return list
}

// mergeLines are those of a merge file, without the headers of its sections.
func mergeLines(s string) []int {
	var list []int
	for n, line := range text.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "[") {
			list = append(list, n)
		}
	}
	return list
}

// directives are the lines on which directives of nginx begin, blocks as a whole.
func directives(s string) []int {
	parsed, _ := nginx.Parse(s)
	var list []int
	for _, d := range parsed {
		if len(list) == 0 || list[len(list)-1] != d.Line {
			list = append(list, d.Line)
		}
	}
	return list
}
