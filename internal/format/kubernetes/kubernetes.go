// Package kubernetes reads what a lab on a cluster consists of: a kustomization, and the
// manifests that it names, each with its position.
package kubernetes

import (
	"errors"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"mirrorgen/internal/format/compose"
)

// Word is a piece of text and where it stands.
type Word = compose.Word

// Reader looks into nodes. Nothing in them is interpolated.
type Reader struct{ compose.Reader }

// NewReader is a reader of manifests.
func NewReader() *Reader {
	return &Reader{compose.Reader{Expand: func(text string) string { return text }}}
}

// Under is the value behind a path of keys, or nil.
func (r *Reader) Under(node *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		node = r.Get(node, key)
	}
	return node
}

// WordAt is the scalar behind a path of keys.
func (r *Reader) WordAt(node *yaml.Node, keys ...string) Word { return r.Word(r.Under(node, keys...)) }

// A Kustomization says which manifests the cluster is given, and of which files maps and
// secrets are made.
type Kustomization struct {
	Namespace Word
	Resources []Word
	// Configurations say where objects of kinds that kustomize does not know name maps.
	Configurations []Word
	Labels         map[string]string // that all objects and pods have
	Maps           []Generator
	Secrets        []Generator
}

// A Generator makes a map or a secret.
type Generator struct {
	Name     Word
	Files    []GeneratedFile
	Literals []Word // KEY=VALUE, which the kustomization itself holds
}

// A GeneratedFile is a key of a map or secret, and the file that its value is read from.
type GeneratedFile struct {
	Key    string
	Source Word // cleaned
}

// ParseKustomization reads a kustomization.
func ParseKustomization(text string) (*Kustomization, error) {
	documents, err := parse(text)
	if err != nil {
		return nil, err
	}
	r, k := NewReader(), &Kustomization{Labels: map[string]string{}}
	for _, root := range documents {
		k.Namespace = r.WordAt(root, "namespace")
		for _, item := range r.Items(r.Get(root, "resources")) {
			w := r.Word(item)
			w.Text = path.Clean(w.Text)
			k.Resources = append(k.Resources, w)
		}
		for _, item := range r.Items(r.Get(root, "configurations")) {
			w := r.Word(item)
			w.Text = path.Clean(w.Text)
			k.Configurations = append(k.Configurations, w)
		}
		for _, item := range r.Items(r.Get(root, "labels")) {
			for _, field := range r.Fields(r.Get(item, "pairs")) {
				k.Labels[field.Name] = r.Text(field.Value)
			}
		}
		k.Maps = r.generators(r.Get(root, "configMapGenerator"))
		k.Secrets = r.generators(r.Get(root, "secretGenerator"))
	}
	return k, nil
}

func (r *Reader) generators(list *yaml.Node) []Generator {
	var generators []Generator
	for _, item := range r.Items(list) {
		g := Generator{Name: r.WordAt(item, "name")}
		for _, file := range r.Items(r.Get(item, "files")) {
			w := r.Word(file)
			key, source, named := strings.Cut(w.Text, "=")
			if !named {
				key, source = path.Base(w.Text), w.Text
			}
			w.Text = path.Clean(source)
			g.Files = append(g.Files, GeneratedFile{key, w})
		}
		for _, literal := range r.Items(r.Get(item, "literals")) {
			g.Literals = append(g.Literals, r.Word(literal))
		}
		generators = append(generators, g)
	}
	return generators
}

// An Object is one document of a manifest.
type Object struct {
	APIVersion, Kind, Name Word
	Root                   *yaml.Node
}

// ParseObjects reads the documents of a manifest.
func ParseObjects(text string) ([]Object, error) {
	documents, err := parse(text)
	if err != nil {
		return nil, err
	}
	r := NewReader()
	var list []Object
	for _, root := range documents {
		list = append(list, Object{r.WordAt(root, "apiVersion"), r.WordAt(root, "kind"),
			r.WordAt(root, "metadata", "name"), root})
	}
	return list, nil
}

// parse reads the documents of a file that are not empty.
func parse(text string) ([]*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var documents []*yaml.Node
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		if document.Kind == yaml.DocumentNode && len(document.Content) > 0 &&
			document.Content[0].Kind == yaml.MappingNode {
			documents = append(documents, document.Content[0])
		}
	}
}

// A Volume is one of a pod: where it comes from, by the keys of its files.
type Volume struct {
	Name   Word
	Maps   []VolumeMap // whose keys are its files
	Mode   Word        // of its files, as YAML has it; "" for Kubernetes' own, 0644
	Others bool        // it holds other things too
}

// A VolumeMap is a map or secret that is in a volume.
type VolumeMap struct {
	Word          // its name
	Secret bool   // it is a secret
	Items  []Item // the keys that are taken, nil for all
}

// An Item is a key of a map, and the path that it has in the volume.
type Item struct{ Key, Path Word }

// Paths are the paths below the volume of what a key of the map becomes.
func (m VolumeMap) Paths(key string) []string {
	if m.Items == nil {
		return []string{key}
	}
	var paths []string
	for _, item := range m.Items {
		if item.Key.Text == key {
			paths = append(paths, item.Path.Text)
		}
	}
	return paths
}

// Volumes are those of a pod's specification.
func (r *Reader) Volumes(spec *yaml.Node) []Volume {
	var list []Volume
	for _, item := range r.Items(r.Get(spec, "volumes")) {
		v := Volume{Name: r.WordAt(item, "name")}
		r.source(&v, item)
		list = append(list, v)
	}
	return list
}

func (r *Reader) source(v *Volume, item *yaml.Node) {
	for _, field := range r.Fields(item) {
		switch field.Name {
		case "configMap", "secret":
			name := r.WordAt(field.Value, "name")
			if name.Text == "" {
				name = r.WordAt(field.Value, "secretName")
			}
			v.Maps = append(v.Maps, VolumeMap{name, field.Name == "secret", r.items(r.Get(field.Value, "items"))})
			if mode := r.WordAt(field.Value, "defaultMode"); mode.Text != "" {
				v.Mode = mode
			}
		case "projected":
			v.Mode = r.WordAt(field.Value, "defaultMode")
			for _, source := range r.Items(r.Get(field.Value, "sources")) {
				r.source(v, source)
			}
		case "name":
		default:
			v.Others = true
		}
	}
}

func (r *Reader) items(list *yaml.Node) []Item {
	var items []Item
	for _, item := range r.Items(list) {
		items = append(items, Item{r.WordAt(item, "key"), r.WordAt(item, "path")})
	}
	return items
}

// Labels reads a mapping of texts, such as labels or a selector.
func (r *Reader) Labels(node *yaml.Node) map[string]string {
	labels := map[string]string{}
	for _, field := range r.Fields(node) {
		labels[field.Name] = r.Text(field.Value)
	}
	return labels
}
