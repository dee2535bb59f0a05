package facts

import (
	"errors"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

// readYAML parses a file and reports what Compose would refuse in any document:
// broken syntax, a key given twice, and a dollar sign that stands for a variable.
func (l *Facts) readYAML(f *File) (*yaml.Node, bool) {
	document, err := compose.Parse([]byte(f.Text))
	if syntax := (*compose.SyntaxError)(nil); errors.As(err, &syntax) {
		l.Report(f, PositionAt(syntax.Line, 0), "Invalid YAML", "The YAML reader says: "+syntax.Reason+".",
			l.Remedy("Correct the line, or the raw compose keys that it comes from.", "Correct the line."))
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

// checkNode looks at every mapping and every scalar from node downwards.
func (l *Facts) checkNode(f *File, node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		if l.Generated && strings.Contains(node.Value, "$") &&
			strings.Contains(strings.ReplaceAll(node.Value, "$$", ""),
				"$") {
			l.Report(f, compose.PositionOf(node), "Unescaped dollar sign",
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
				l.Report(f, compose.PositionOf(key), "Duplicate key",
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
