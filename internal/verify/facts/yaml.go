package facts

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML parses a file and reports what Compose would refuse in any document:
// broken syntax, a key given twice, and a dollar sign that stands for a variable.
func (l *Facts) readYAML(f *File) (*yaml.Node, bool) {
	var document yaml.Node
	if err := yaml.NewDecoder(strings.NewReader(f.Text)).Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		line, reason := yamlError(err)
		l.Report(f, PositionAt(line, 0), "Invalid YAML", "The YAML reader says: "+reason+".",
			"Correct the line, or the raw compose keys that it comes from.")
		return nil, false
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 ||
		document.Content[0].Kind != yaml.MappingNode {
		l.Report(f, Position{}, "Invalid compose file", "A compose file is a mapping.",
			"Begin it with name and services.")
		return nil, false
	}
	l.checkNode(f, document.Content[0])
	if !l.Generated {
		l.interpolate(f, document.Content[0])
	}
	return document.Content[0], true
}

// yamlError takes the line out of an error of the YAML reader, 0 where it names
// none. What its parser says, unlike its scanner, counts lines from 0.
func yamlError(err error) (int, string) {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(reason, "line "); found {
		number, tail, found := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); found && err == nil {
			if strings.HasPrefix(tail, "did not find expected") {
				line++
			}
			return line, tail
		}
	}
	return 0, reason
}

// checkNode looks at every mapping and every scalar from node downwards.
func (l *Facts) checkNode(f *File, node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		if l.Generated && strings.Contains(node.Value, "$") &&
			strings.Contains(strings.ReplaceAll(node.Value, "$$", ""),
				"$") {
			l.Report(f, yamlPosition(node), "Unescaped dollar sign",
				"Compose takes what follows the dollar sign as a variable of the shell that it runs in.",
				"Write $$ for a dollar sign.")
		}
	case yaml.MappingNode:
		first := make(map[string]*yaml.Node, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if key.Kind != yaml.ScalarNode {
				continue
			}
			if other := first[key.Value]; other != nil {
				l.Report(f, yamlPosition(key), "Duplicate key",
					`The key "`+key.Value+`" stands a second time in the same mapping; the first is on line `+
						strconv.Itoa(other.Line)+".",
					"Keep one of the two.")
				continue
			}
			first[key.Value] = key
		}
	}
	for _, child := range node.Content { // an alias has no content of its own
		l.checkNode(f, child)
	}
}

func yamlPosition(node *yaml.Node) Position {
	if node == nil {
		return Position{}
	}
	return PositionAt(node.Line, node.Column)
}

// yamlField is one entry of a mapping.
type yamlField struct {
	name  string
	at    Position // of the key
	value *yaml.Node
}

// yamlReader looks into nodes, with aliases and merge keys resolved.
type yamlReader struct {
	base     string // directory that sources of mounts are relative to
	expanded bool   // the values of variables are in place
	// configs and secrets are the top-level mappings of these names.
	configs, secrets *yaml.Node
	depth            int // of merge keys being resolved
	merges           int // resolved so far

	children map[*yaml.Node]map[string]*yaml.Node // see child

	// What many services have through the same alias or merge key is read once.
	mounts       map[*yaml.Node]*Mount
	healths      map[*yaml.Node]*health
	environments map[*yaml.Node][]setting
	commands     map[*yaml.Node][]Word
}

// once returns what read makes of a node, which it does the first time that it is
// asked.
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

// Bounds on merge keys, so that mappings that merge themselves, or each other
// many times, come to an end. A lab of 500 services resolves a few thousand.
const (
	maxDepth  = 8
	maxMerges = 200_000
)

// follow resolves an alias.
func (y *yamlReader) follow(node *yaml.Node) *yaml.Node {
	for range maxDepth {
		if node == nil || node.Kind != yaml.AliasNode {
			return node
		}
		node = node.Alias
	}
	return nil
}

// fields returns the entries of a mapping: its own first, then those that its
// merge keys add. It returns nil for anything else.
func (y *yamlReader) fields(node *yaml.Node) []yamlField {
	node = y.follow(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	list := make([]yamlField, 0, len(node.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			if items := y.items(value); items != nil {
				merged = append(merged, items...)
			} else {
				merged = append(merged, value)
			}
			continue
		}
		list = append(list, yamlField{key.Value, yamlPosition(key), value})
	}
	if y.depth >= maxDepth {
		return list
	}
	y.depth++
	for _, source := range merged {
		if y.merges++; y.merges > maxMerges {
			break
		}
		for _, field := range y.fields(source) {
			if !hasField(list, field.name) {
				list = append(list, field)
			}
		}
	}
	y.depth--
	return list
}

func hasField(list []yamlField, name string) bool {
	for i := range list {
		if list[i].name == name {
			return true
		}
	}
	return false
}

// get returns the value of a mapping's key, with an alias resolved, or nil.
func (y *yamlReader) get(node *yaml.Node, name string) *yaml.Node {
	node = y.follow(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	merges := false
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i]; {
		case key.Tag == "!!merge":
			merges = true
		case key.Value == name:
			return y.follow(node.Content[i+1])
		}
	}
	if !merges {
		return nil
	}
	for _, field := range y.fields(node) {
		if field.name == name {
			return y.follow(field.value)
		}
	}
	return nil
}

// items returns the elements of a sequence, with aliases resolved, or nil.
func (y *yamlReader) items(node *yaml.Node) []*yaml.Node {
	node = y.follow(node)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	list := make([]*yaml.Node, 0, len(node.Content))
	for _, item := range node.Content {
		if item = y.follow(item); item != nil {
			list = append(list, item)
		}
	}
	return list
}

// text returns a scalar as Compose uses it: "$$" stands for "$".
func (y *yamlReader) text(node *yaml.Node) string {
	node = y.follow(node)
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	if y.expanded {
		return node.Value
	}
	return strings.ReplaceAll(node.Value, "$$", "$")
}
