package compose

import (
	"errors"
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
		key := &yaml.Node{
			Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: int(at.Line), Column: int(at.Column),
		}
		merged.Content = append(merged.Content, key, value)
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

// mostExtended bounds how often services extend each other in a row.
const mostExtended = 10

// ErrEndless is that of services that extend each other without end.
var ErrEndless = errors.New("its extends do not end")

// A MissingError is that of a service which extends one that is not to be had.
type MissingError struct {
	Service string
	File    string // "" for the same file
}

func (e *MissingError) Error() string {
	if e.File != "" {
		return "it extends " + e.Service + " of " + e.File + ", which cannot be read"
	}
	return "it extends " + e.Service + ", which does not exist"
}

// Extend is a service with what it extends, of the mapping of services that it stands in, or of
// that which other returns for the name of a file, nil for none. Its error is ErrEndless or a
// MissingError, and the service is returned as it is then.
func (r *Reader) Extend(services, node *yaml.Node, other func(file string) *yaml.Node) (*yaml.Node, error) {
	return r.extend(services, node, other, 0)
}

func (r *Reader) extend(
	services, node *yaml.Node,
	other func(file string) *yaml.Node,
	depth int,
) (whole *yaml.Node, err error) {
	extends := r.Get(node, "extends")
	if extends == nil {
		return node, nil
	}
	if depth >= mostExtended {
		return node, ErrEndless
	}
	name, file := r.Text(extends), ""
	if name == "" {
		name, file = r.Text(r.Get(extends, "service")), r.Text(r.Get(extends, "file"))
	}
	if file != "" {
		services = other(file)
	}
	base := r.Child(services, name)
	if base == nil {
		return node, &MissingError{name, file}
	}
	if base, err = r.extend(services, base, other, depth+1); err != nil {
		return node, err
	}
	return r.Overlay(without(base, "extends"), node), nil
}

// without is a mapping without a key.
func without(mapping *yaml.Node, name string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return mapping
	}
	less := *mapping
	less.Content = make([]*yaml.Node, 0, len(mapping.Content))
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != name {
			less.Content = append(less.Content, mapping.Content[i], mapping.Content[i+1])
		}
	}
	return &less
}
