package compose

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Position is where something stands in a file. The zero value stands for its first line.
type Position struct {
	Line   int32 // from 1
	Column int32 // in bytes, from 1; 0 for the whole line
}

// At makes a position of numbers that a reader counts. A position is kept of every word of a lab,
// hundreds of thousands in a large one, so it is small.
func At(line, column int) Position { return Position{int32(line), int32(column)} }

// PositionOf is the position of a node, the zero value for none.
func PositionOf(node *yaml.Node) Position {
	if node == nil {
		return Position{}
	}
	return At(node.Line, node.Column)
}

// A Word is a piece of text and where it stands.
type Word struct {
	Text string
	At   Position
}

// A Field is one entry of a mapping.
type Field struct {
	Name  string
	At    Position // of the key
	Value *yaml.Node
}

// A Reader looks into nodes, with aliases and merge keys resolved. The zero value reads files in
// which nothing is interpolated but "$$", which stands for "$".
type Reader struct {
	// Expand returns what a scalar stands for; nil where "$$" alone is to be replaced.
	Expand func(text string) string
	// Lookup returns the value of a variable that a config or secret names; nil for none.
	Lookup func(name string) (value string, ok bool)
	// Configs and Secrets are the top-level mappings of these names, which services refer to.
	Configs, Secrets *yaml.Node

	depth    int // of merge keys being resolved
	merges   int // resolved so far
	children map[*yaml.Node]map[string]*yaml.Node

	// What many services have through the same alias or merge key is read once.
	mounts       map[*yaml.Node]*Mount
	inlines      map[*yaml.Node]*Inline
	healths      map[*yaml.Node]*Health
	environments map[*yaml.Node][]Setting
	commands     map[*yaml.Node][]Word
}

// once returns what read makes of a node, which it does the first time that it is asked.
func once[T any](known *map[*yaml.Node]T, node *yaml.Node, read func(*yaml.Node) T) T {
	if value, ok := (*known)[node]; ok {
		return value
	}
	if *known == nil {
		*known = map[*yaml.Node]T{}
	}
	value := read(node)
	(*known)[node] = value
	return value
}

// Bounds on merge keys, so that mappings that merge themselves, or each other many times, come to
// an end. A lab of 500 services resolves a few thousand.
const (
	maxDepth  = 8
	maxMerges = 200_000
)

// Follow resolves an alias.
func (r *Reader) Follow(node *yaml.Node) *yaml.Node {
	for range maxDepth {
		if node == nil || node.Kind != yaml.AliasNode {
			return node
		}
		node = node.Alias
	}
	return nil
}

// Fields returns the entries of a mapping: its own first, then those that its merge keys add. It
// returns nil for anything else.
func (r *Reader) Fields(node *yaml.Node) []Field {
	node = r.Follow(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	list := make([]Field, 0, len(node.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			if items := r.Items(value); items != nil {
				merged = append(merged, items...)
			} else {
				merged = append(merged, value)
			}
			continue
		}
		list = append(list, Field{key.Value, PositionOf(key), value})
	}
	if len(merged) == 0 || r.depth >= maxDepth {
		return list
	}
	given := make(map[string]bool, len(list))
	for _, field := range list {
		given[field.Name] = true
	}
	r.depth++
	for _, source := range merged {
		if r.merges++; r.merges > maxMerges {
			break
		}
		for _, field := range r.Fields(source) {
			if !given[field.Name] {
				given[field.Name] = true
				list = append(list, field)
			}
		}
	}
	r.depth--
	return list
}

// Get returns the value of a mapping's key, with an alias resolved, or nil.
func (r *Reader) Get(node *yaml.Node, name string) *yaml.Node {
	node = r.Follow(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	merges := false
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i]; {
		case key.Tag == "!!merge":
			merges = true
		case key.Value == name:
			return r.Follow(node.Content[i+1])
		}
	}
	if !merges {
		return nil
	}
	for _, field := range r.Fields(node) {
		if field.Name == name {
			return r.Follow(field.Value)
		}
	}
	return nil
}

// Items returns the elements of a sequence, with aliases resolved, or nil.
func (r *Reader) Items(node *yaml.Node) []*yaml.Node {
	node = r.Follow(node)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	list := make([]*yaml.Node, 0, len(node.Content))
	for _, item := range node.Content {
		if item = r.Follow(item); item != nil {
			list = append(list, item)
		}
	}
	return list
}

// Text returns a scalar as Compose uses it, "" for null and for what is no scalar.
func (r *Reader) Text(node *yaml.Node) string {
	node = r.Follow(node)
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	if r.Expand != nil {
		return r.Expand(node.Value)
	}
	return strings.ReplaceAll(node.Value, "$$", "$")
}

// Word returns a scalar with its position.
func (r *Reader) Word(node *yaml.Node) Word { return Word{r.Text(node), PositionOf(r.Follow(node))} }

// Child is the value of a mapping's key, by an index that is made once.
func (r *Reader) Child(mapping *yaml.Node, name string) *yaml.Node {
	mapping = r.Follow(mapping)
	if mapping == nil {
		return nil
	}
	index, known := r.children[mapping]
	if !known {
		fields := r.Fields(mapping)
		index = make(map[string]*yaml.Node, len(fields))
		for _, field := range fields {
			index[field.Name] = field.Value
		}
		if r.children == nil {
			r.children = map[*yaml.Node]map[string]*yaml.Node{}
		}
		r.children[mapping] = index
	}
	return r.Follow(index[name])
}
