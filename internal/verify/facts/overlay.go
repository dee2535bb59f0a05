package facts

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Nodes of a file that overrides another, or that a service extends, keep their file in the
// high bits of their column.
const sourceBits = 20

// markSource makes the positions of a node, and of those below it, positions of a further
// file of f.
func markSource(f, from *File, node *yaml.Node) {
	index := slices.Index(f.sources, from)
	if index < 0 {
		index = len(f.sources)
		f.sources = append(f.sources, from)
	}
	var mark func(*yaml.Node)
	mark = func(n *yaml.Node) {
		if n.Column < 1<<sourceBits {
			n.Column += (index + 1) << sourceBits
		}
		for _, child := range n.Content {
			mark(child)
		}
	}
	mark(node)
}

// source is the file and the position in it that a position of f stands for.
func (f *File) source(at Position) (*File, Position) {
	index := int(at.column >> sourceBits)
	if index == 0 || index > len(f.sources) {
		return f, at
	}
	at.column &= 1<<sourceBits - 1
	return f.sources[index-1], at
}

// replacedLists are the lists that an overriding file replaces instead of adding to them
// (Compose specification, "Merge").
var replacedLists = []string{"command", "entrypoint", "test"}

// overlay is what Compose makes of a value and of what overrides it. name is the key that has
// both.
func (y *yamlReader) overlay(name string, base, over *yaml.Node, depth int) *yaml.Node {
	base, over = y.follow(base), y.follow(over)
	switch {
	case over == nil || over.Tag == "!reset":
		return nil
	case over.Tag == "!!null" && base != nil:
		return base
	case base == nil || over.Tag == "!override" || depth > maxDepth:
		return over
	case base.Kind == yaml.MappingNode && over.Kind == yaml.MappingNode:
		return y.overlayMapping(base, over, depth)
	case base.Kind == yaml.SequenceNode && over.Kind == yaml.MappingNode:
		return y.overlayMapping(asMapping(base), over, depth)
	case base.Kind == yaml.MappingNode && over.Kind == yaml.SequenceNode:
		return y.overlayMapping(base, asMapping(over), depth)
	case base.Kind == yaml.SequenceNode && over.Kind == yaml.SequenceNode && !slices.Contains(replacedLists, name):
		return y.overlayList(name, base, over)
	}
	return over
}

func (y *yamlReader) overlayMapping(base, over *yaml.Node, depth int) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: over.Line, Column: over.Column}
	given := map[string]yamlField{}
	fields := y.fields(over)
	for _, field := range fields {
		given[field.name] = field
	}
	add := func(name string, at Position, value *yaml.Node) {
		if value == nil {
			return
		}
		key := &yaml.Node{
			Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: int(at.Line), Column: int(at.column),
		}
		merged.Content = append(merged.Content, key, value)
	}
	for _, field := range y.fields(base) {
		value := field.value
		if o, found := given[field.name]; found {
			value = y.overlay(field.name, field.value, o.value, depth+1)
			delete(given, field.name)
		}
		add(field.name, field.at, value)
	}
	for _, field := range fields {
		if _, left := given[field.name]; left {
			add(field.name, field.at, y.overlay(field.name, nil, field.value, depth+1))
		}
	}
	return merged
}

// overlayList adds to a list. A volume with the target of another replaces it.
func (y *yamlReader) overlayList(name string, base, over *yaml.Node) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: base.Line, Column: base.Column}
	replaced := map[string]bool{}
	if name == "volumes" {
		for _, item := range y.items(over) {
			replaced[y.mount(item).Target] = true
		}
	}
	for _, item := range y.items(base) {
		if name != "volumes" || !replaced[y.mount(item).Target] {
			merged.Content = append(merged.Content, item)
		}
	}
	merged.Content = append(merged.Content, y.items(over)...)
	return merged
}

// asMapping is a list such as "NAME=VALUE", or of names, as the mapping that Compose takes
// for the same.
func asMapping(list *yaml.Node) *yaml.Node {
	mapping := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: list.Line, Column: list.Column}
	for _, item := range list.Content {
		name, value, found := strings.Cut(item.Value, "=")
		node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: item.Line, Column: item.Column}
		if !found {
			node.Tag = "!!null"
		}
		key := *item
		key.Value = name
		mapping.Content = append(mapping.Content, &key, node)
	}
	return mapping
}

// mostExtended bounds how often services extend each other in a row.
const mostExtended = 10

// extend is a service with what it extends, in the same file or in another one; ok is false
// where that is not to be had.
func (l *Facts) extend(f *File, y *yamlReader, services, node *yaml.Node, depth int) (whole *yaml.Node, ok bool) {
	extends := y.get(node, "extends")
	if extends == nil {
		return node, true
	}
	name, file := y.text(extends), ""
	if name == "" {
		name, file = y.text(y.get(extends, "service")), y.text(y.get(extends, "file"))
	}
	if file != "" {
		from := l.Files[path.Join(path.Dir(f.Path), file)]
		if from == nil {
			return node, false
		}
		if services, ok = l.servicesOf(f, from, y); !ok {
			return node, false
		}
	}
	base := y.child(services, name)
	if base == nil || depth >= mostExtended {
		return node, false
	}
	if base, ok = l.extend(f, y, services, base, depth+1); !ok {
		return node, false
	}
	return y.overlay("", base, node, 0), true
}

// child is the value of a mapping's key, by an index that is made once.
func (y *yamlReader) child(mapping *yaml.Node, name string) *yaml.Node {
	mapping = y.follow(mapping)
	if mapping == nil {
		return nil
	}
	index, known := y.children[mapping]
	if !known {
		fields := y.fields(mapping)
		index = make(map[string]*yaml.Node, len(fields))
		for _, field := range fields {
			index[field.name] = field.value
		}
		if y.children == nil {
			y.children = map[*yaml.Node]map[string]*yaml.Node{}
		}
		y.children[mapping] = index
	}
	return y.follow(index[name])
}

// servicesOf are the services of another file, which is read once.
func (l *Facts) servicesOf(f, from *File, y *yamlReader) (*yaml.Node, bool) {
	root, known := l.extended[from]
	if !known {
		root, _ = l.readYAML(from)
		if root != nil {
			markSource(f, from, root)
		}
		if l.extended == nil {
			l.extended = map[*File]*yaml.Node{}
		}
		l.extended[from] = root
	}
	services := y.get(root, "services")
	return services, services != nil
}
