package facts

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Nodes of a file that overrides another, or that a service extends, keep their file in the
// high bits of their column.
const sourceBits = 20

// markSource makes the positions of a node, and of those below it, positions of a further
// file of f.
func markSource(f, from *File, node *yaml.Node) {
	index := f.addSource(from) << sourceBits
	var mark func(*yaml.Node)
	mark = func(n *yaml.Node) {
		if n.Column < 1<<sourceBits {
			n.Column += index
		}
		for _, child := range n.Content {
			mark(child)
		}
	}
	mark(node)
}

// addSource makes a file a further source of f, and returns its number among them, from 1.
func (f *File) addSource(from *File) int {
	if index := slices.Index(f.sources, from); index >= 0 {
		return index + 1
	}
	f.sources = append(f.sources, from)
	return len(f.sources)
}

// Origin is the file that a position of f lies in, and the position there.
func (f *File) Origin(at Position) Location {
	from, at := f.source(at)
	return Location{from, at}
}

// source is the file and the position in it that a position of f stands for.
func (f *File) source(at Position) (*File, Position) {
	if f.inline != nil {
		return f.inline.source(at)
	}
	index := int(at.Column >> sourceBits)
	if index == 0 || index > len(f.sources) {
		return f, at
	}
	at.Column &= 1<<sourceBits - 1
	return f.sources[index-1], at
}

// A scoped file is one with the values that variables have in it.
type scoped struct {
	file      *File
	variables *variables
}

// servicesOf are the services of another file of the lab that one of f extends, which is read once; nil
// where there are none.
func (l *Facts) servicesOf(f *File, name string, y *reader) *yaml.Node {
	from := l.Files[name]
	if from == nil {
		return nil
	}
	key := scoped{from, l.variables}
	root, known := l.extended[key]
	if !known {
		root, _ = l.readYAML(from)
		if root != nil {
			markSource(f, from, root)
		}
		if l.extended == nil {
			l.extended = map[scoped]*yaml.Node{}
		}
		l.extended[key] = root
	}
	return y.Get(root, "services")
}
