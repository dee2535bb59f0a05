package facts

import (
	"strings"

	inireader "gopkg.in/ini.v1"

	"mirrorgen/internal/format/text"
)

// INI is an INI file as the Web Gateway reads it: values are taken as they
// stand, with no quotes, escapes or comments.
type INI struct {
	Sections []*INISection
	ByName   map[string]*INISection
}

// INISection is one section.
type INISection struct {
	Name  string
	At    Position
	Keys  []INIKey       // with different names
	index map[string]int // of keys by name; nil for a few, as a server has
}

// fewKeys are found by looking at each. An index of its own for every server is
// most of what a large file takes.
const fewKeys = 16

// INIKey is one "name=value" line.
type INIKey struct {
	Name, Value string
	At          Position // of the name
	ValueAt     Position
}

// Key returns the key of that name; ok is false where there is none.
func (s *INISection) Key(name string) (key INIKey, ok bool) {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return s.Keys[i], true
		}
		return INIKey{}, false
	}
	for i := range s.Keys {
		if s.Keys[i].Name == name {
			return s.Keys[i], true
		}
	}
	return INIKey{}, false
}

func (s *INISection) add(key INIKey) {
	s.Keys = append(s.Keys, key)
	switch {
	case s.index != nil:
		s.index[key.Name] = len(s.Keys) - 1
	case len(s.Keys) > fewKeys:
		s.index = map[string]int{}
		for i := range s.Keys {
			s.index[s.Keys[i].Name] = i
		}
	}
}

// Value returns the value of that key, "" where there is none.
func (s *INISection) Value(name string) string {
	key, _ := s.Key(name)
	return key.Value
}

// readGateway reads a CSP.ini.
func (l *Facts) readGateway(f *File) {
	l.Rule = "csp-ini"
	before := len(l.Diagnostics)
	parsed := l.scanINI(f)
	l.compareINI(f, parsed, before)
	l.Gateways = append(l.Gateways, GatewayFile{f, parsed})
}

// scanINI reads the lines of an INI file, for their positions and for what stands
// twice.
func (l *Facts) scanINI(f *File) *INI {
	before := len(l.Diagnostics)
	parsed := &INI{ByName: map[string]*INISection{}}
	// The keys of all sections lie in one array, one section's after the other's.
	keys := make([]INIKey, 0, strings.Count(f.Text, "="))
	var section *INISection
	for line, content := range text.Lines(f.Text) {
		if len(l.Diagnostics) >= before+text.MostProblems {
			l.reportAll(f, []text.Problem{text.TooMany(line)})
			break
		}
		trimmed := strings.TrimSpace(content)
		at := PositionAt(line, len(content)-len(strings.TrimLeft(content, " \t"))+1)
		switch {
		case trimmed == "":
		case trimmed[0] == ';' || trimmed[0] == '#':
			l.Report(f, at, "Comment in CSP.ini",
				"No comment is documented for CSP.ini; the gateway may take the line as a key.",
				"Remove the line.")
		case trimmed[0] == '[':
			name, found := strings.CutSuffix(trimmed[1:], "]")
			if !found || name == "" {
				l.Report(f, at, "Malformed section heading",
					"A section heading is a name in square brackets, alone on its line.",
					"Write it like [SYSTEM].")
			}
			if section != nil {
				keys = keys[len(section.Keys):len(section.Keys)]
			}
			section = &INISection{Name: name, At: at, Keys: keys}
			if parsed.ByName[name] != nil {
				l.Report(f, at, "Duplicate section", "The section ["+name+"] begins a second time.",
					"Put its keys into the first one.")
			} else {
				parsed.ByName[name] = section
			}
			parsed.Sections = append(parsed.Sections, section)
		case section == nil:
			l.Report(f, at, "Key outside a section", "This line stands before the first section heading.",
				"Put it below a heading such as [SYSTEM].")
		default:
			l.scanKey(f, section, trimmed, at)
		}
	}
	return parsed
}

func (l *Facts) scanKey(f *File, section *INISection, line string, at Position) {
	name, value, found := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" {
		l.Report(f, at, "Malformed key", "A line of section ["+section.Name+"] has the form key=value.",
			"Write a key, an equals sign and a value.")
		return
	}
	if _, twice := section.Key(name); twice {
		l.Report(f, at, "Duplicate key", "The key "+name+" stands twice in section ["+section.Name+"].",
			"Keep one of the two.")
		return
	}
	valueColumn := at.Column + int32(len(line)-len(strings.TrimLeft(value, " \t")))
	section.add(INIKey{name, strings.TrimSpace(value), at, Position{Line: at.Line, Column: valueColumn}})
}

// ambiguous are the characters of which INI readers make different things:
// quotes, escapes and interpolation.
const ambiguous = "\"'`\\%"

// mostCompared is the size of a file that is compared, in bytes: the common reader's time grows
// with the square of it.
const mostCompared = 1 << 20

// compareINI reads the file with a common INI reader and reports a value that
// it reads otherwise: quotes, backslashes and the like are not as simple as they
// look. It compares only where scanINI found nothing: before is the number of
// findings before it. Where nothing is ambiguous either, there is nothing to ask
// that reader, which takes several times as long as scanINI.
func (l *Facts) compareINI(f *File, scanned *INI, before int) {
	if len(l.Diagnostics) == before && !strings.ContainsAny(f.Text, ambiguous) || len(f.Text) > mostCompared {
		return
	}
	loaded, err := inireader.LoadSources(inireader.LoadOptions{
		KeyValueDelimiters:      "=",
		IgnoreInlineComment:     true,
		IgnoreContinuation:      true,
		PreserveSurroundedQuote: true,
		SkipUnrecognizableLines: true, // reported by scanINI
	}, []byte(f.Text))
	if err != nil {
		l.Report(f, Position{}, "Invalid INI file", "The INI reader says: "+strings.TrimSuffix(err.Error(), "\n")+".",
			l.Remedy("Correct the line, or the raw ini keys that it comes from.", "Correct the line."))
		return
	}
	if len(l.Diagnostics) > before {
		return // keys that stand twice are read otherwise
	}
	for _, section := range scanned.Sections {
		other, err := loaded.GetSection(section.Name)
		if err != nil {
			continue
		}
		for _, key := range section.Keys {
			if other.Key(key.Name).Value() != key.Value {
				l.Report(f, key.ValueAt, "Ambiguous value",
					"An INI reader takes this value as \""+other.Key(key.Name).Value()+"\".",
					"Write it without quotes, backquotes and backslashes.")
			}
		}
	}
}
