package verify

import (
	"strings"

	inireader "gopkg.in/ini.v1"

	"mirrorgen/internal/format/text"
)

// ini is an INI file as the Web Gateway reads it: values are taken as they
// stand, with no quotes, escapes or comments.
type ini struct {
	sections []*iniSection
	byName   map[string]*iniSection
}

type iniSection struct {
	name  string
	at    place
	keys  []iniKey       // with different names
	index map[string]int // of keys by name; nil for a few, as a server has
}

// fewKeys are found by looking at each. An index of its own for every server is
// most of what a large file takes.
const fewKeys = 16

type iniKey struct {
	name, value string
	at          place // of the name
	valueAt     place
}

// key returns the key of that name; ok is false where there is none.
func (s *iniSection) key(name string) (key iniKey, ok bool) {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return s.keys[i], true
		}
		return iniKey{}, false
	}
	for i := range s.keys {
		if s.keys[i].name == name {
			return s.keys[i], true
		}
	}
	return iniKey{}, false
}

func (s *iniSection) add(key iniKey) {
	s.keys = append(s.keys, key)
	switch {
	case s.index != nil:
		s.index[key.name] = len(s.keys) - 1
	case len(s.keys) > fewKeys:
		s.index = map[string]int{}
		for i := range s.keys {
			s.index[s.keys[i].name] = i
		}
	}
}

// value returns the value of that key, "" where there is none.
func (s *iniSection) value(name string) string {
	key, _ := s.key(name)
	return key.value
}

// readGateway reads a CSP.ini.
func (l *facts) readGateway(f *file) {
	before := len(l.diagnostics)
	parsed := l.scanINI(f)
	l.compareINI(f, parsed, before)
	l.gateways = append(l.gateways, gatewayFile{f, parsed})
}

// scanINI reads the lines of an INI file, for their places and for what stands
// twice.
func (l *facts) scanINI(f *file) *ini {
	parsed := &ini{byName: map[string]*iniSection{}}
	// The keys of all sections lie in one array, one section's after the other's.
	keys := make([]iniKey, 0, strings.Count(f.text, "="))
	var section *iniSection
	for line, content := range text.Lines(f.text) {
		trimmed := strings.TrimSpace(content)
		at := placeIn(line, len(content)-len(strings.TrimLeft(content, " \t"))+1)
		switch {
		case trimmed == "":
		case trimmed[0] == ';' || trimmed[0] == '#':
			l.report(f, at, "Comment in CSP.ini", "No comment is documented for CSP.ini; the gateway may take the line as a key.", "Remove the line.")
		case trimmed[0] == '[':
			name, found := strings.CutSuffix(trimmed[1:], "]")
			if !found || name == "" {
				l.report(f, at, "Malformed section heading", "A section heading is a name in square brackets, alone on its line.", "Write it like [SYSTEM].")
			}
			if section != nil {
				keys = keys[len(section.keys):len(section.keys)]
			}
			section = &iniSection{name: name, at: at, keys: keys}
			if parsed.byName[name] != nil {
				l.report(f, at, "Duplicate section", "The section ["+name+"] begins a second time.", "Put its keys into the first one.")
			} else {
				parsed.byName[name] = section
			}
			parsed.sections = append(parsed.sections, section)
		case section == nil:
			l.report(f, at, "Key outside a section", "This line stands before the first section heading.", "Put it below a heading such as [SYSTEM].")
		default:
			l.scanKey(f, section, trimmed, at)
		}
	}
	return parsed
}

func (l *facts) scanKey(f *file, section *iniSection, line string, at place) {
	name, value, found := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" {
		l.report(f, at, "Malformed key", "A line of section ["+section.name+"] has the form key=value.", "Write a key, an equals sign and a value.")
		return
	}
	if _, twice := section.key(name); twice {
		l.report(f, at, "Duplicate key", "The key "+name+" stands twice in section ["+section.name+"].", "Keep one of the two.")
		return
	}
	valueColumn := at.column + int32(len(line)-len(strings.TrimLeft(value, " \t")))
	section.add(iniKey{name, strings.TrimSpace(value), at, place{at.line, valueColumn}})
}

// ambiguous are the characters of which INI readers make different things:
// quotes, escapes and interpolation.
const ambiguous = "\"'`\\%"

// compareINI reads the file with a common INI reader and reports a value that
// it reads otherwise: quotes, backslashes and the like are not as plain as they
// look. It compares only where scanINI found nothing: before is the number of
// findings before it. Where nothing is ambiguous either, there is nothing to ask
// that reader, which takes several times as long as scanINI.
func (l *facts) compareINI(f *file, scanned *ini, before int) {
	if len(l.diagnostics) == before && !strings.ContainsAny(f.text, ambiguous) {
		return
	}
	loaded, err := inireader.LoadSources(inireader.LoadOptions{
		KeyValueDelimiters:      "=",
		IgnoreInlineComment:     true,
		IgnoreContinuation:      true,
		PreserveSurroundedQuote: true,
		SkipUnrecognizableLines: true, // reported by scanINI
	}, []byte(f.text))
	if err != nil {
		l.report(f, place{}, "Invalid INI file", "The INI reader says: "+strings.TrimSuffix(err.Error(), "\n")+".", "Correct the line, or the raw ini keys that it comes from.")
		return
	}
	if len(l.diagnostics) > before {
		return // keys that stand twice are read otherwise
	}
	for _, section := range scanned.sections {
		other, err := loaded.GetSection(section.name)
		if err != nil {
			continue
		}
		for _, key := range section.keys {
			if other.Key(key.name).Value() != key.value {
				l.report(f, key.valueAt, "Ambiguous value", "An INI reader takes this value as \""+other.Key(key.name).Value()+"\".", "Write it without quotes, backquotes and backslashes.")
			}
		}
	}
}
