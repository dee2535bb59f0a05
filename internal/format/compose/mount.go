package compose

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Mount is a directory or a file of the host, or a volume, in a container.
type Mount struct {
	Source, Target string // as written; the source is "" for a volume without a name
	Bind           bool   // the source is a path of the host
	Volume         bool   // the source is the name of a volume
	ReadOnly       bool
	Inline         *Inline // the text of a config or secret that is no file; nil for another mount
	At             Position
	sourceAt       Position
}

// Relative reports whether the source is a path that is relative to the compose file.
func (m *Mount) Relative() bool {
	return m.Bind && !path.IsAbs(m.Source) && !isDrive(m.Source) && !strings.HasPrefix(m.Source, "~") &&
		!strings.HasPrefix(m.Source, `\`)
}

// mount reads both forms of a volume.
func (r *Reader) mount(node *yaml.Node) *Mount {
	m := &Mount{At: PositionOf(node), sourceAt: PositionOf(node)}
	if node.Kind == yaml.MappingNode {
		source := r.Get(node, "source")
		m.Source, m.Target = r.Text(source), r.Text(r.Get(node, "target"))
		switch r.Text(r.Get(node, "type")) {
		case "bind":
			m.Bind, m.ReadOnly = true, r.Text(r.Get(node, "read_only")) == "true"
		case "volume":
			m.Volume = true
		}
		if source != nil && source.Line > 0 {
			m.sourceAt = PositionOf(source)
		}
		if m.Bind {
			m.At = m.sourceAt
		}
		return m
	}
	source, rest, found := cutSource(r.Text(node))
	if !found {
		m.Target, m.Volume = source, true
		return m
	}
	target, options, _ := strings.Cut(rest, ":")
	m.Source, m.Target = source, target
	if m.Bind, m.Volume = isPath(source), !isPath(source) && source != ""; m.Bind {
		m.ReadOnly = strings.Contains(","+options+",", ",ro,")
	}
	return m
}

// cutSource cuts the source off a volume in the short form. The colon of a drive of Windows, as in
// C:\labs:/labs, is part of it.
func cutSource(text string) (source, rest string, found bool) {
	from := 0
	if isDrive(text) {
		from = 2
	}
	if i := strings.IndexByte(text[from:], ':'); i >= 0 {
		return text[:from+i], text[from+i+1:], true
	}
	return text, "", false
}

// isDrive reports whether a path begins with a drive of Windows.
func isDrive(name string) bool {
	if len(name) < 3 || name[1] != ':' || name[2] != '\\' && name[2] != '/' {
		return false
	}
	letter := name[0] | 0x20
	return letter >= 'a' && letter <= 'z'
}

// isPath reports whether the source of a volume is a path, and not the name of a volume.
func isPath(source string) bool {
	return source != "" && strings.ContainsAny(source[:1], "./~") || isDrive(source) || strings.HasPrefix(source, `\`)
}

// addFiles takes the configs or secrets of a service, which are files that Compose mounts read-only.
// from are the top-level ones.
func (r *Reader) addFiles(s *Service, field Field, from *yaml.Node, directory string) {
	for _, item := range r.Items(field.Value) {
		name, target := r.Text(item), ""
		if name == "" {
			name, target = r.Text(r.Get(item, "source")), r.Text(r.Get(item, "target"))
		}
		if target == "" {
			target = name
		}
		if !path.IsAbs(target) {
			target = directory + target
		}
		entry := r.Get(from, name)
		source := r.Text(r.Get(entry, "file")) // "" for one that is inline, or from outside
		m := &Mount{Source: source, Target: target, Bind: source != "", ReadOnly: true, At: PositionOf(item)}
		if source == "" {
			m.Inline = r.inline(field.Name, name, entry)
		}
		s.Files = append(s.Files, m)
		s.Resources = append(s.Resources, Resource{field.Name, Word{name, m.At}})
	}
}

// A Build says how the image of a service is made.
type Build struct {
	Context    string // as written
	Dockerfile string // path below it
	Inline     string // the Dockerfile itself, "" where it is a file
	Target     string
	Args       []Setting
}

func (r *Reader) build(node *yaml.Node) *Build {
	b := &Build{Context: r.Text(node), Dockerfile: r.Text(r.Get(node, "dockerfile"))}
	if b.Context == "" {
		b.Context = r.Text(r.Get(node, "context"))
	}
	if b.Dockerfile == "" {
		b.Dockerfile = "Dockerfile"
	}
	b.Inline, b.Target = r.Text(r.Get(node, "dockerfile_inline")), r.Text(r.Get(node, "target"))
	b.Args = r.Settings(r.Get(node, "args"))
	return b
}
