package impact

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// settings are the variables that one line of iris/instances.sh sets.
type settings map[string]string

// readInstances reads the two tables of iris/instances.sh, of instances and of
// mirror sets: lines of the form NAME) VARIABLE=VALUE ... ;;
func (l *labFacts) readInstances() {
	l.members, l.mirrors = map[string]settings{}, map[string]settings{}
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		if name == instancesPath || path.Dir(name) == instancesFolder {
			l.readTable(l.files[name])
		}
	}
}

// readTable reads one file of tables.
func (l *labFacts) readTable(text string) {
	for line := range strings.Lines(text) {
		name, rest, found := strings.Cut(line, ") ")
		rest, ended := strings.CutSuffix(strings.TrimSpace(rest), ";;")
		if !found || !ended || strings.ContainsAny(name, " \t(") {
			continue
		}
		s := assignments(rest)
		name = strings.Trim(name, "'")
		switch {
		case s["set_name"] != "":
			l.mirrors[name] = s
			l.order = append(l.order, name)
		case s["mirror"] != "":
			l.members[name] = s
		}
	}
}

// assignments reads VARIABLE=VALUE, separated by blanks; a value in parentheses
// is a list and may hold blanks.
func assignments(text string) settings {
	s := settings{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name, rest, found := strings.Cut(text, "=")
		if !found {
			break
		}
		end := strings.IndexByte(rest, ' ')
		if strings.HasPrefix(rest, "(") {
			end = strings.IndexByte(rest, ')') + 1
		}
		if end <= 0 {
			end = len(rest)
		}
		s[name], text = strings.Trim(rest[:end], "'"), rest[end:]
	}
	return s
}

// member reports whether a service is a mirror member, and of which mirror.
func (l *labFacts) member(name string) (mirror string, ok bool) {
	s, ok := l.members[name]
	return s["mirror"], ok && s["role"] != "application"
}

// membersOf lists the members of a mirror in the order of the compose file.
func (l *labFacts) membersOf(mirror string) []string {
	var list []string
	for _, s := range l.services {
		if of, ok := l.member(s.name); ok && of == mirror {
			list = append(list, s.name)
		}
	}
	return list
}
