package compose

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// replacedLists are the lists that an overriding file replaces instead of adding to them (Compose
// specification, "Merge").
var replacedLists = []string{"command", "entrypoint", "test"}

// Overlay is what Compose makes of a document, or of a service, and of what overrides it.
func (r *Reader) Overlay(base, over *yaml.Node) *yaml.Node { return r.overlay("", base, over, 0) }

// overlay is the same for the value of the key that has both.
func (r *Reader) overlay(name string, base, over *yaml.Node, depth int) *yaml.Node {
	base, over = r.Follow(base), r.Follow(over)
	switch {
	case over == nil || over.Tag == "!reset":
		return nil
	case over.Tag == "!!null" && base != nil:
		return base
	case base == nil || over.Tag == "!override" || depth > maxDepth:
		return over
	case base.Kind == yaml.ScalarNode || over.Kind == yaml.ScalarNode:
		return over
	case base.Kind == yaml.MappingNode || over.Kind == yaml.MappingNode:
		return r.overlayMapping(asMapping(base), asMapping(over), depth)
	case slices.Contains(replacedLists, name):
		return over
	}
	return r.overlayList(name, base, over)
}

func (r *Reader) overlayMapping(base, over *yaml.Node, depth int) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: over.Line, Column: over.Column}
	given := map[string]Field{}
	fields := r.Fields(over)
	for _, field := range fields {
		given[field.Name] = field
	}
	add := func(name string, at Position, value *yaml.Node) {
		if value == nil {
			return
		}
		merged.Content = append(merged.Content, keyNode(name, at), value)
	}
	for _, field := range r.Fields(base) {
		value := field.Value
		if o, found := given[field.Name]; found {
			value = r.overlay(field.Name, field.Value, o.Value, depth+1)
			delete(given, field.Name)
		}
		add(field.Name, field.At, value)
	}
	for _, field := range fields {
		if _, left := given[field.Name]; left {
			add(field.Name, field.At, r.overlay(field.Name, nil, field.Value, depth+1))
		}
	}
	return merged
}

// keyNode is the key of a mapping.
func keyNode(name string, at Position) *yaml.Node {
	return &yaml.Node{
		Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: int(at.Line), Column: int(at.Column),
	}
}

// overlayList adds to a list. A variable of that name, or a volume with that target, replaces the
// one before.
func (r *Reader) overlayList(name string, base, over *yaml.Node) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: base.Line, Column: base.Column}
	replaced := map[string]bool{}
	if name == "volumes" {
		for _, item := range r.Items(over) {
			replaced[r.mount(item).Target] = true
		}
	}
	for _, item := range r.Items(base) {
		if name != "volumes" || !replaced[r.mount(item).Target] {
			merged.Content = append(merged.Content, item)
		}
	}
	merged.Content = append(merged.Content, r.Items(over)...)
	return merged
}

// asMapping is a list such as "NAME=VALUE", or of names, as the mapping that Compose takes for the
// same. A mapping stays as it is.
func asMapping(list *yaml.Node) *yaml.Node {
	if list.Kind == yaml.MappingNode {
		return list
	}
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
