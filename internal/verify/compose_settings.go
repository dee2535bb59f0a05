package verify

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// word returns a scalar with its place.
func (y *yamlReader) word(node *yaml.Node) word {
	return word{y.text(node), placeOf(y.follow(node))}
}

// words returns a command as a list, of which each element may hold blanks, or
// the words of one that is a single string.
func (y *yamlReader) words(node *yaml.Node) []word {
	var list []word
	for _, item := range y.items(node) {
		list = append(list, y.word(item))
	}
	if list == nil {
		at := placeOf(y.follow(node))
		for text := range strings.FieldsSeq(y.text(node)) {
			list = append(list, word{text, at})
		}
	}
	return list
}

// settings reads both syntaxes of an environment.
func (y *yamlReader) settings(node *yaml.Node) []setting {
	var list []setting
	for _, item := range y.items(node) {
		name, value, _ := strings.Cut(y.text(item), "=")
		list = append(list, setting{name, word{value, placeOf(item)}})
	}
	for _, field := range y.fields(node) {
		list = append(list, setting{field.name, word{y.text(field.value), placeOf(y.follow(field.value))}})
	}
	return list
}

// noHealth is that of a service without a healthcheck.
var noHealth health

func (y *yamlReader) health(node *yaml.Node) *health {
	h := &health{given: y.text(y.get(node, "disable")) != "true", at: placeOf(y.follow(node))}
	for _, field := range y.fields(node) {
		switch field.name {
		case "test":
			h.test = y.words(field.value)
		case "interval":
			h.interval = y.word(field.value)
		case "timeout":
			h.timeout = y.word(field.value)
		case "retries":
			h.retries = y.word(field.value)
		case "start_period":
			h.startPeriod = y.word(field.value)
		}
	}
	return h
}

// setting returns the value of an environment variable, without a place where
// the service has none.
func (s *service) setting(name string) word { return valueOf(s.environment, name) }

// valueOf is the value of the first setting of that name, without a place where
// there is none.
func valueOf(list []setting, name string) word {
	for i := range list {
		if list[i].name == name {
			return list[i].word
		}
	}
	return word{}
}

// target returns the mount that a path of the container lies in, or nil.
func (s *service) target(path string) *mount {
	var best *mount
	for _, m := range s.mounts {
		if (path == m.target || strings.HasPrefix(path, strings.TrimSuffix(m.target, "/")+"/")) && (best == nil || len(m.target) > len(best.target)) {
			best = m
		}
	}
	return best
}
