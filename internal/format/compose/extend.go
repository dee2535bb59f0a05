package compose

import (
	"errors"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

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
// that which other returns for the path of a file, nil for none. Paths are relative to the directory
// of the file at hand, and those of a file in another directory are rewritten so that they are: other
// is given such a path too. Its error is ErrEndless or a MissingError, and the service is returned as
// it is then.
func (r *Reader) Extend(services, node *yaml.Node, other func(file string) *yaml.Node) (*yaml.Node, error) {
	return r.extend(services, node, "", other, 0)
}

// extend is Extend for a service of a file in a directory.
func (r *Reader) extend(
	services, node *yaml.Node,
	directory string,
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
	name, file, from := r.Text(extends), "", directory
	if name == "" {
		name, file = r.Text(r.Get(extends, "service")), r.Text(r.Get(extends, "file"))
	}
	if file != "" {
		if !path.IsAbs(file) {
			file = path.Join(directory, file)
		}
		services, from = other(file), path.Dir(file)
	}
	base := r.Child(services, name)
	if base == nil {
		return node, &MissingError{name, file}
	}
	if base, err = r.extend(services, base, from, other, depth+1); err != nil {
		return node, err
	}
	base = without(base, "extends")
	if from != directory {
		base = r.rebase(base, relative(directory, from))
	}
	return r.Overlay(base, node), nil
}

// relative is the path of a directory from another one, where both are relative to a third.
func relative(from, to string) string {
	outer, inner := steps(from), steps(to)
	for len(outer) > 0 && len(inner) > 0 && outer[0] == inner[0] {
		outer, inner = outer[1:], inner[1:]
	}
	return path.Join(strings.Repeat("../", len(outer)), path.Join(inner...))
}

// steps are the names of a path; none for the directory itself.
func steps(name string) []string {
	if name = path.Clean(name); name == "." {
		return nil
	}
	return strings.Split(name, "/")
}

// rebase is a service whose relative paths are those from the directory above, in which directory
// lies: those of its build, its files of variables and what it mounts.
func (r *Reader) rebase(service *yaml.Node, directory string) *yaml.Node {
	if directory == "" || directory == "." {
		return service
	}
	return r.rewritten(service, func(name string, value *yaml.Node) *yaml.Node {
		move := func(n *yaml.Node) *yaml.Node { return r.moved(n, directory) }
		switch name {
		case "build":
			if value.Kind == yaml.MappingNode {
				return r.rewritten(value, only("context", move))
			}
			return move(value)
		case "env_file":
			return r.each(value, func(item *yaml.Node) *yaml.Node {
				if item.Kind == yaml.MappingNode {
					return r.rewritten(item, only("path", move))
				}
				return move(item)
			})
		case "volumes":
			return r.each(value, func(item *yaml.Node) *yaml.Node {
				if m := r.mount(item); !m.Relative() {
					return item
				}
				if item.Kind == yaml.MappingNode {
					return r.rewritten(item, only("source", move))
				}
				return move(item)
			})
		}
		return value
	})
}

// only changes the value of one key.
func only(name string, change func(*yaml.Node) *yaml.Node) func(string, *yaml.Node) *yaml.Node {
	return func(key string, value *yaml.Node) *yaml.Node {
		if key == name {
			return change(value)
		}
		return value
	}
}

// rewritten is a mapping with values changed.
func (r *Reader) rewritten(mapping *yaml.Node, change func(name string, value *yaml.Node) *yaml.Node) *yaml.Node {
	mapping = r.Follow(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return mapping
	}
	made := *mapping
	made.Content = nil
	for _, field := range r.Fields(mapping) {
		key := keyNode(field.Name, field.At)
		value := field.Value
		if followed := r.Follow(value); followed != nil {
			value = change(field.Name, followed)
		}
		made.Content = append(made.Content, key, value)
	}
	return &made
}

// each is a list with its elements changed, or one element.
func (r *Reader) each(node *yaml.Node, change func(*yaml.Node) *yaml.Node) *yaml.Node {
	if node.Kind != yaml.SequenceNode {
		return change(node)
	}
	made := *node
	made.Content = nil
	for _, item := range r.Items(node) {
		made.Content = append(made.Content, change(item))
	}
	return &made
}

// moved is a scalar that begins with a relative path, as the path from above directory. One that is
// absolute, or that lies elsewhere, stays.
func (r *Reader) moved(node *yaml.Node, directory string) *yaml.Node {
	text := r.Text(node)
	if text == "" || path.IsAbs(text) || text[0] == '~' || isDrive(text) || strings.Contains(text, "://") ||
		strings.HasPrefix(text, "git@") || strings.HasPrefix(text, "github.com/") {
		return node
	}
	rest := node.Value
	for {
		if after, found := strings.CutPrefix(rest, "./"); found {
			rest = after
			continue
		}
		after, found := strings.CutPrefix(rest, "../")
		if !found || directory == "." || path.Base(directory) == ".." {
			break
		}
		rest, directory = after, path.Dir(directory)
	}
	made := *node
	switch made.Value = "./" + strings.TrimPrefix(directory+"/", "./"); rest {
	case "", ".":
		made.Value = strings.TrimSuffix(made.Value, "/")
	default:
		made.Value += rest
	}
	return &made
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
