package facts

import (
	"strings"

	"github.com/mattn/go-shellwords"
	"go.yaml.in/yaml/v3"
)

// word returns a scalar with its position.
func (y *yamlReader) word(node *yaml.Node) Word {
	return Word{y.text(node), yamlPosition(y.follow(node))}
}

// words returns a command as a list, of which each element may hold blanks, or
// the words of one that is a single string.
func (y *yamlReader) words(node *yaml.Node) []Word {
	var list []Word
	for _, item := range y.items(node) {
		list = append(list, y.word(item))
	}
	if list == nil {
		at := yamlPosition(y.follow(node))
		for _, text := range commandWords(y.text(node)) {
			list = append(list, Word{text, at})
		}
	}
	return list
}

// settings reads both syntaxes of an environment.
func (y *yamlReader) settings(node *yaml.Node) []setting {
	var list []setting
	for _, item := range y.items(node) {
		name, value, _ := strings.Cut(y.text(item), "=")
		list = append(list, setting{name, Word{value, yamlPosition(item)}})
	}
	for _, field := range y.fields(node) {
		list = append(list, setting{field.name, Word{y.text(field.value), yamlPosition(y.follow(field.value))}})
	}
	return list
}

// noHealth is that of a service without a healthcheck.
var noHealth health

func (y *yamlReader) health(node *yaml.Node) *health {
	h := &health{Given: y.text(y.get(node, "disable")) != "true", at: yamlPosition(y.follow(node))}
	for _, field := range y.fields(node) {
		switch field.name {
		case "test":
			h.Test = y.words(field.value)
		case "interval":
			h.Interval = y.word(field.value)
		case "timeout":
			h.Timeout = y.word(field.value)
		case "retries":
			h.retries = y.word(field.value)
		case "start_period":
			h.StartPeriod = y.word(field.value)
		}
	}
	return h
}

// commandWords splits a command that is one string as Compose does, which is as a shell does;
// one with an open quote is split at its blanks.
func commandWords(text string) []string {
	words, err := shellwords.NewParser().Parse(text)
	if err != nil {
		return strings.Fields(text)
	}
	return words
}
