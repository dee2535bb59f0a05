// Package haproxy reads HAProxy configurations: sections of lines of words,
// with HAProxy's own quoting, and the binds and servers in them.
package haproxy

import (
	"cmp"
	"slices"
	"strings"

	"mirrorgen/internal/format/text"
)

// A Problem is something that HAProxy would refuse or read otherwise than it
// was meant.
type Problem = text.Problem

// A Config is a whole configuration file.
type Config struct {
	Sections []*Section
}

// A Section begins with a keyword of its own, such as "listen ap1".
type Section struct {
	Kind     string // keyword, e.g. "listen"
	Name     string // "" where it has none
	Line     int
	Lines    []Line
	Defaults *Section // the defaults section that it inherits from, or nil
}

// A Line is one directive.
type Line struct {
	Words   []string // without quotes and escapes; never empty
	Columns []int    // of the words, in bytes from 1
	Number  int
}

// sectionKinds are the keywords that begin a section, wherever on a line they
// stand first (HAProxy 2.6 to 3.4).
const sectionKinds = "acme backend cache crt-store defaults fcgi-app frontend global healthcheck http-errors listen " +
	"log-forward" +
	" log-profile mailers peers program resolvers ring traces userlist"

// Proxy reports whether the section takes connections or serves them.
func (s *Section) Proxy() bool {
	return s.Kind == "listen" || s.Kind == "frontend" || s.Kind == "backend"
}

// Find iterates over the lines that begin with the given words, the inherited
// ones of the defaults section first.
func (s *Section) Find(words ...string) func(func(Line) bool) {
	return func(yield func(Line) bool) {
		if s.Defaults != nil {
			for _, line := range s.Defaults.Lines {
				if line.begins(words) && !yield(line) {
					return
				}
			}
		}
		for _, line := range s.Lines {
			if line.begins(words) && !yield(line) {
				return
			}
		}
	}
}

// Has reports whether any line of the section, or of its defaults, begins with
// the given words.
func (s *Section) Has(words ...string) bool {
	for range s.Find(words...) {
		return true
	}
	return false
}

func (l Line) begins(words []string) bool {
	if len(l.Words) < len(words) {
		return false
	}
	for i, word := range words {
		if l.Words[i] != word {
			return false
		}
	}
	return true
}

// After returns the word that follows the first occurrence of word, its column,
// and whether there is one.
func (l Line) After(word string) (string, int, bool) {
	for i := 1; i+1 < len(l.Words); i++ {
		if l.Words[i] == word {
			return l.Words[i+1], l.Columns[i+1], true
		}
	}
	return "", 0, false
}

// LineAt returns the line of the section with that number; ok is false where it has none.
func (s *Section) LineAt(number int) (line Line, ok bool) {
	i, found := slices.BinarySearchFunc(s.Lines, number, func(l Line, n int) int { return cmp.Compare(l.Number, n) })
	if !found {
		return Line{}, false
	}
	return s.Lines[i], true
}

// Parse reads a whole configuration file. It returns all that could be read,
// whatever the problems.
func Parse(content string) (*Config, []Problem) {
	var problems []Problem
	config := &Config{}
	var section, defaults *Section
	last := 0
	for number, raw := range text.Lines(content) {
		last = number
		if len(problems) >= text.MostProblems {
			return config, append(problems, text.TooMany(number))
		}
		line, found := words(raw, number)
		problems = append(problems, found...)
		if len(line.Words) == 0 {
			continue
		}
		keyword := line.Words[0]
		switch {
		case text.Has(sectionKinds, keyword):
			section = begin(line)
			if section.Kind == "defaults" {
				defaults = section
			} else if section.Proxy() {
				section.Defaults = defaults
			}
			config.Sections = append(config.Sections, section)
		case strings.HasPrefix(keyword, "."): // .if, .notice and the like
		case line.Columns[0] == 1:
			problems = append(problems, text.At(
				number,
				1,
				"Unknown section",
				`"`+keyword+`" begins no section, and directives are indented.`,
				text.DidYouMean(
					sectionKinds,
					keyword,
					"Use a section keyword such as listen, frontend or backend, or indent the line.",
				),
			))
		case section == nil:
			problems = append(problems, text.At(number, line.Columns[0], "Directive outside a section",
				"This line stands before the first section.",
				"Put it below global, defaults, listen, frontend or backend."))
		default:
			section.Lines = append(section.Lines, line)
		}
	}
	if content == "" || content[len(content)-1] != '\n' {
		problems = append(problems, text.At(max(last, 1), 0, "Missing newline at the end",
			"HAProxy refuses a configuration whose last line does not end with a newline.",
			"End the file with a newline."))
	}
	return config, problems
}

func begin(line Line) *Section {
	s := &Section{Kind: line.Words[0], Line: line.Number}
	if len(line.Words) > 1 {
		s.Name = line.Words[1]
	}
	return s
}

// onlyInProxies are directives that HAProxy refuses in a defaults section.
const onlyInProxies = "bind server server-template use_backend use-server"

// CheckDefaults returns what is wrong with raw text that is to be added to a
// defaults section: it may not begin another section, which would take the
// lines after it along.
func CheckDefaults(content string) []Problem {
	var problems []Problem
	open := 0
	for number, raw := range text.Lines(content) {
		line, found := words(raw, number)
		problems = append(problems, found...)
		if len(line.Words) == 0 {
			continue
		}
		keyword, column := line.Words[0], line.Columns[0]
		switch {
		case text.Has(sectionKinds, keyword):
			problems = append(problems, text.At(number, column, "Section inside defaults",
				`The line begins a section "`+keyword+`", and all that follows would belong to it.`,
				"Keep to directives of the defaults section."))
		case text.Has(onlyInProxies, keyword):
			problems = append(problems, text.At(number, column, "Directive not allowed in defaults",
				"HAProxy refuses "+keyword+" in a defaults section.",
				"Remove it; the servers and binds come from the topology."))
		case keyword == ".if":
			open = number
		case keyword == ".endif":
			open = 0
		}
	}
	if open > 0 {
		problems = append(problems, text.At(open, 0, "Unclosed condition",
			"The .if has no .endif, so that the rest of the file depends on it.",
			"Add .endif."))
	}
	return problems
}
