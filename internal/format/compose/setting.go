package compose

import (
	"strings"

	"github.com/mattn/go-shellwords"
	"go.yaml.in/yaml/v3"
)

// A Setting is a name with its value; the position is the value's.
type Setting struct {
	Name string
	Word
	Inherited bool // it has no value of its own, but that of the caller's environment
}

// Settings reads both forms of an environment, or of the arguments of a build.
func (r *Reader) Settings(node *yaml.Node) []Setting {
	var list []Setting
	for _, item := range r.Items(node) {
		name, value, given := strings.Cut(r.Text(item), "=")
		list = append(list, Setting{name, Word{value, PositionOf(item)}, !given})
	}
	for _, field := range r.Fields(node) {
		value := r.Follow(field.Value)
		list = append(list, Setting{field.Name, r.Word(value), value != nil && value.Tag == "!!null"})
	}
	return list
}

// Words returns a command as a list, of which each element may hold blanks, or the words of one
// that is a single string; nil for null.
func (r *Reader) Words(node *yaml.Node) []Word {
	if items := r.Items(node); items != nil {
		list := make([]Word, 0, len(items))
		for _, item := range items {
			list = append(list, r.Word(item))
		}
		return list
	}
	node = r.Follow(node)
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return nil
	}
	list := []Word{}
	for _, text := range CommandWords(r.Text(node)) {
		list = append(list, Word{text, PositionOf(node)})
	}
	return list
}

// CommandWords splits a command that is one string as Compose does, which is as a shell does; one
// with an open quote is split at its blanks.
func CommandWords(text string) []string {
	words, err := shellwords.NewParser().Parse(text)
	if err != nil {
		return strings.Fields(text)
	}
	return words
}

// Health is what the healthcheck of a service says.
type Health struct {
	Given                                   bool // and not disabled
	disabled                                bool
	At                                      Position
	Test                                    []Word
	Interval, Timeout, Retries, StartPeriod Word
}

// IsUnset reports whether the service says nothing of its health, and has what its image brings.
func (h *Health) IsUnset() bool { return !h.Given && !h.disabled }

func (r *Reader) health(node *yaml.Node) *Health {
	disabled := r.Text(r.Get(node, "disable")) == "true"
	h := &Health{Given: !disabled, At: PositionOf(r.Follow(node)), disabled: disabled}
	for _, field := range r.Fields(node) {
		switch field.Name {
		case "test":
			h.Test = r.Words(field.Value)
		case "interval":
			h.Interval = r.Word(field.Value)
		case "timeout":
			h.Timeout = r.Word(field.Value)
		case "retries":
			h.Retries = r.Word(field.Value)
		case "start_period":
			h.StartPeriod = r.Word(field.Value)
		}
	}
	return h
}
