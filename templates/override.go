package templates

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/plan"
)

// rawKeys are the raw compose keys of these services, by the service's name.
func rawKeys(of []*plan.Service) map[string]*plan.Tree {
	overrides := map[string]*plan.Tree{}
	for _, s := range of {
		if s.Compose != nil && len(s.Compose.Fields) > 0 {
			overrides[s.Name] = s.Compose
		}
	}
	return overrides
}

// mergeOverrides merges raw compose keys into the rendered compose file that holds
// their services. Only their lines change: such a service is written out in full,
// without the anchors that it shared. It fails where the file cannot be read, or lacks
// one of these services.
func mergeOverrides(overrides map[string]*plan.Tree, content []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	var services *yaml.Node
	if len(document.Content) > 0 {
		services = child(document.Content[0], "services")
	}
	if services == nil {
		return nil, errors.New("it has no services")
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	var out bytes.Buffer
	from := 0 // index of the first line not yet copied
	for i := 0; i < len(services.Content); i += 2 {
		key, body := services.Content[i], services.Content[i+1]
		override := overrides[key.Value]
		if override == nil {
			continue
		}
		for ; from < key.Line; from++ { // up to and with the key's own line
			out.Write(lines[from])
		}
		service := expand(body)
		if service.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("its service %s has no keys", key.Value)
		}
		composeKeys.merge(service, override)
		out.WriteString(indentLines(4, encode(service)))
		from = lastLine(body)
		delete(overrides, key.Value)
	}
	if lacking := slices.Sorted(maps.Keys(overrides)); len(lacking) > 0 {
		return nil, fmt.Errorf("it has no service %s, to which the topology adds raw keys (compose)", lacking[0])
	}
	for ; from < len(lines); from++ {
		out.Write(lines[from])
	}
	return out.Bytes(), nil
}

// child returns the value of a key, nil where there is none.
func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// lastLine is the number of the last line that a node or anything in it, but
// nothing that it refers to, stands on.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}

// expand copies a node with every alias and merge key replaced by what it
// stands for.
func expand(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return expand(n.Alias)
	}
	to := *n
	to.Anchor, to.Content = "", nil
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			to.Content = append(to.Content, expand(c))
		}
		return &to
	}
	var inherited []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			for _, from := range mappings(expand(n.Content[i+1])) {
				inherited = append(inherited, from.Content...)
			}
		}
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			to.Content = append(to.Content, expand(n.Content[i]), expand(n.Content[i+1]))
		}
	}
	for i := 0; i < len(inherited); i += 2 {
		if child(&to, inherited[i].Value) == nil {
			to.Content = append(to.Content, inherited[i], inherited[i+1])
		}
	}
	return &to
}

// mappings are what a merge key takes from: one mapping, or a list of them.
func mappings(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// A rawMerge merges raw keys of the topology into a target's YAML.
type rawMerge struct {
	text func(string) string // as the target writes it
	// named is set where the items of a list that have a name are merged with those of
	// that name, as Kubernetes merges containers, volumes and variables.
	named bool
}

var (
	// Compose expands variables in every string.
	composeKeys  = rawMerge{text: func(s string) string { return strings.ReplaceAll(s, "$", "$$") }}
	manifestKeys = rawMerge{text: func(s string) string { return s }, named: true}
)

// merge puts the fields of an object into a mapping: objects merge deep, a list that is
// marked so is added, any other value replaces.
func (r rawMerge) merge(mapping *yaml.Node, object *plan.Tree) {
	for _, f := range object.Fields {
		at := -1
		for i := 0; i < len(mapping.Content); i += 2 {
			if mapping.Content[i].Value == f.Name {
				at = i
			}
		}
		switch {
		case f.Append && len(f.Value.List) == 0:
		case at < 0:
			mapping.Content = append(mapping.Content, yamlNode("!!str", f.Name), r.node(f.Value))
		case f.Value.Kind == plan.TreeObject && mapping.Content[at+1].Kind == yaml.MappingNode:
			r.merge(mapping.Content[at+1], f.Value)
		case f.Append:
			mapping.Content[at+1] = r.extended(mapping.Content[at+1], f.Value)
		case r.named && mapping.Content[at+1].Kind == yaml.SequenceNode && allNamed(f.Value):
			r.mergeNamed(mapping.Content[at+1], f.Value)
		default:
			mapping.Content[at+1] = r.node(f.Value)
		}
	}
}

// allNamed reports whether a value is a list of objects with names.
func allNamed(list *plan.Tree) bool {
	if list.Kind != plan.TreeList || len(list.List) == 0 {
		return false
	}
	return !slices.ContainsFunc(list.List, func(item *plan.Tree) bool { return nameOf(item) == "" })
}

// nameOf is the name of an item of a list; "" for none.
func nameOf(item *plan.Tree) string {
	for _, f := range item.Fields {
		if f.Name == "name" && f.Value.Kind == plan.TreeString {
			return f.Value.Text
		}
	}
	return ""
}

// mergeNamed merges the items of a list with those of the same name, and adds the others.
func (r rawMerge) mergeNamed(to *yaml.Node, list *plan.Tree) {
	for _, item := range list.List {
		same := func(n *yaml.Node) bool {
			name := child(n, "name")
			return n.Kind == yaml.MappingNode && name != nil && name.Value == nameOf(item)
		}
		if i := slices.IndexFunc(to.Content, same); i >= 0 {
			r.merge(to.Content[i], item)
		} else {
			to.Content = append(to.Content, r.node(item))
		}
	}
}

// extended adds a list to what is there: to another list, to an object, of which Compose takes
// "NAME=VALUE" for an entry, and to a text, which is a list of one.
func (r rawMerge) extended(to *yaml.Node, list *plan.Tree) *yaml.Node {
	added := r.node(list)
	switch to.Kind {
	case yaml.SequenceNode:
		to.Content = append(to.Content, added.Content...)
	case yaml.MappingNode:
		for _, item := range list.List {
			name, value, _ := strings.Cut(item.Text, "=")
			r.merge(to, &plan.Tree{Fields: []plan.Field{{Name: name, Value: &plan.Tree{Text: value}}}})
		}
	default:
		added.Content = append([]*yaml.Node{to}, added.Content...)
		return added
	}
	return to
}

// node makes YAML of a raw value.
func (r rawMerge) node(t *plan.Tree) *yaml.Node {
	switch t.Kind {
	case plan.TreeString:
		return yamlNode("!!str", r.text(t.Text))
	case plan.TreeNumber:
		if strings.Contains(t.Text, ".") {
			return yamlNode("!!float", t.Text)
		}
		return yamlNode("!!int", t.Text)
	case plan.TreeBool:
		return yamlNode("!!bool", t.Text)
	case plan.TreeList:
		to := &yaml.Node{Kind: yaml.SequenceNode}
		for _, element := range t.List {
			to.Content = append(to.Content, r.node(element))
		}
		return to
	}
	to := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range t.Fields {
		to.Content = append(to.Content, yamlNode("!!str", f.Name), r.node(f.Value))
	}
	return to
}

// yamlNode makes a scalar. Strings that could be read as anything else are
// quoted, and so are those of several lines: the literal style loses newlines
// at the end of some.
func yamlNode(tag, value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
	if tag == "!!str" && !plainYAML(value) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func encode(n *yaml.Node) string {
	var out strings.Builder
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(n); err != nil {
		panic(fmt.Sprintf("%s: %v", plan.ComposePath, err))
	}
	return out.String()
}
