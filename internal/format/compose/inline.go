package compose

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// An Inline is a config or secret whose text stands in the compose file, or in a variable.
type Inline struct {
	Name     string // e.g. "merge"
	Kind     string // "config" or "secret"
	Text     string
	Variable string     // that holds the text, "" for one that the compose file holds
	Known    bool       // the variable has a value, or there is none
	Node     *yaml.Node // what holds the text, or names the variable
}

// String is e.g. "config merge".
func (i *Inline) String() string { return i.Kind + " " + i.Name }

// inline is the text of an entry of configs or secrets; nil for one that is a file or from outside.
// It is read once for all services.
func (r *Reader) inline(kind, name string, entry *yaml.Node) *Inline {
	if entry == nil {
		return nil
	}
	return once(&r.inlines, entry, func(*yaml.Node) *Inline {
		made := &Inline{Name: name, Kind: strings.TrimSuffix(kind, "s"), Known: true}
		if node := r.Get(entry, "environment"); node != nil {
			made.Node, made.Variable = node, r.Text(node)
			made.Text, made.Known = "", false
			if r.Lookup != nil {
				made.Text, made.Known = r.Lookup(made.Variable)
			}
			return made
		}
		if made.Node = r.Get(entry, "content"); made.Node == nil {
			return nil
		}
		made.Text = r.Text(made.Node)
		return made
	})
}
