// Package cpf reads configuration merge files of InterSystems IRIS: partial
// configuration parameter files, with an [Actions] section that only a merge
// file may have.
//
// It knows the section, parameter and action names that the product knows.
// IRIS does not start with a parameter that it does not know, so every unknown
// name is a problem.
package cpf

import (
	"bytes"
	"strings"

	"mirrorgen/internal/format/text"
)

// A Problem is something that IRIS would refuse or read otherwise than it was
// meant.
type Problem = text.Problem

// A File is a merge file. Sections may occur more than once; of equal keys the
// last one counts (configuration merge guide).
type File struct {
	Sections []*Section
}

// A Section is one [Name] with what follows it. Actions is used in [Actions],
// Keys everywhere else.
type Section struct {
	Name    string // as written
	Line    int
	Keys    []Key
	Actions []Action
}

// A Key is one "name=value" line.
type Key struct {
	Name, Value string // the value as written, without a comment
	Line        int
	Column      int // of the name
	ValueColumn int
}

// An Action is one "Name:argument=value,..." line.
type Action struct {
	Name      string
	Line      int
	Column    int
	Arguments []Argument
}

// An Argument belongs to an action.
type Argument struct {
	Name, Value string // the value without its quotes
	Column      int    // of the name
	ValueColumn int
}

// Argument returns the argument of that name.
func (a Action) Argument(name string) (Argument, bool) {
	for _, argument := range a.Arguments {
		if argument.Name == name {
			return argument, true
		}
	}
	return Argument{}, false
}

// Value returns the value of the argument of that name, "" where it is missing.
func (a Action) Value(name string) string {
	argument, _ := a.Argument(name)
	return argument.Value
}

// Actions iterates over the actions of every [Actions] section.
func (f *File) Actions(yield func(Action) bool) {
	for _, section := range f.Sections {
		for _, action := range section.Actions {
			if !yield(action) {
				return
			}
		}
	}
}

// Keys returns the keys of every section of that name, whose case does not
// matter.
func (f *File) Keys(section string) []Key {
	var keys []Key
	for _, s := range f.Sections {
		if strings.EqualFold(s.Name, section) {
			keys = append(keys, s.Keys...)
		}
	}
	return keys
}

// Parse reads a merge file. It returns all that could be read, whatever the
// problems.
func Parse(content string) (*File, []Problem) {
	p := parser{file: &File{}}
	for number, line := range text.Lines(content) {
		p.line = number
		if len(p.problems) >= text.MostProblems {
			return p.file, append(p.problems, text.TooMany(number))
		}
		p.read(line)
	}
	if p.comment > 0 {
		p.line = p.comment
		p.problem(0, "Unclosed comment", `The comment that "/*" begins here has no end.`, `Close it with "*/".`)
	}
	return p.file, p.problems
}

// parser is the state of Parse.
type parser struct {
	file     *File
	section  *Section
	known    *vocabulary // of the section, nil for an unknown one
	line     int
	comment  int // line of an open "/*", 0 for none
	problems []Problem
}

func (p *parser) problem(column int, summary, what, remedy string) {
	p.problems = append(p.problems, text.At(p.line, column, summary, what, remedy))
}

// read takes one line.
func (p *parser) read(line string) {
	content := p.strip(line)
	trimmed := strings.TrimSpace(content)
	if trimmed == "" {
		return
	}
	column := strings.Index(content, trimmed) + 1
	switch {
	case trimmed[0] == '[':
		p.heading(trimmed, column)
	case p.section == nil:
		p.problem(column, "Setting outside a section", "This line stands before the first section heading.",
			"Put it below a heading such as [config], [Startup] or [Actions].")
	case strings.EqualFold(p.section.Name, "Actions"):
		p.action(trimmed, column)
	default:
		p.key(trimmed, column)
	}
}

// strip removes comments: blanks stand for one inside a line, so that columns stay as they
// are. It reports a comment that begins in the middle of a word, because a value was cut off
// there.
func (p *parser) strip(line string) string {
	from := 0
	if p.comment > 0 {
		end := strings.Index(line, "*/")
		if end < 0 {
			return ""
		}
		p.comment = 0
		from = end + 2
	}
	stripped := append(make([]byte, 0, len(line)), bytes.Repeat([]byte(" "), from)...)
	quoted := false
	for i := from; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && beginsComment(line, i):
			end := p.skipComment(line, i)
			if end < 0 {
				return string(stripped)
			}
			stripped = append(stripped, bytes.Repeat([]byte(" "), end-i)...)
			i = end - 1
			continue
		}
		stripped = append(stripped, c)
	}
	if quoted {
		p.problem(strings.LastIndexByte(line, '"')+1, "Unclosed quote",
			"The double quote that opens here is not closed on the same line.",
			"Close it; a value cannot be continued on the next line.")
	}
	return string(stripped)
}

// beginsComment reports whether a comment begins at an offset of a line. The slashes of a URL, as
// in IRIS://host:1972/NAMESPACE, begin none: public labs have it in ShardClusterURL without quotes.
func beginsComment(line string, at int) bool {
	switch s := line[at:]; {
	case s[0] == ';', s[0] == '#', strings.HasPrefix(s, "/*"):
		return true
	case strings.HasPrefix(s, "//"):
		return at == 0 || line[at-1] != ':'
	}
	return false
}

// skipComment passes the comment that begins at an offset of the line, and returns where it ends;
// -1 for the end of the line.
func (p *parser) skipComment(line string, at int) int {
	if at > 0 && line[at-1] != ' ' && line[at-1] != '\t' && !strings.HasSuffix(line[:at], "*/") {
		p.problem(at+1, "Comment inside a value", `IRIS takes what follows as a comment, so the value ends here.`,
			`Write the value in double quotes, or put a space before the comment.`)
	}
	if !strings.HasPrefix(line[at:], "/*") {
		return -1
	}
	if end := strings.Index(line[at+2:], "*/"); end >= 0 {
		return at + 2 + end + 2
	}
	p.comment = p.line
	return -1
}

// actionsSection is spelt with these letters only: others are said to be skipped in silence
// (a public report on the merge feature).
const actionsSection = "Actions"

// heading takes a "[Name]" line.
func (p *parser) heading(s string, column int) {
	name, found := strings.CutSuffix(s[1:], "]")
	name = strings.TrimSpace(name)
	if !found || name == "" || strings.ContainsAny(name, "[]") {
		p.problem(column, "Malformed section heading",
			"A section heading is a name in square brackets, alone on its line.",
			"Write it like [config].")
	}
	p.section = &Section{Name: name, Line: p.line}
	p.file.Sections = append(p.file.Sections, p.section)
	p.known = find(name)
	if strings.EqualFold(name, actionsSection) && name != actionsSection {
		p.problem(column, "Section that IRIS skips",
			"IRIS skips the section ["+name+"], and still reports the merge as a success.",
			"Write it ["+actionsSection+"].")
	}
	if p.known == nil && found {
		p.problem(
			column,
			"Unknown section",
			"IRIS knows no section ["+name+"].",
			text.DidYouMean(
				sectionNames(),
				name,
				"Use one that the configuration parameter file reference names, such as [config], [Startup] or "+
					"[Actions].",
			),
		)
	}
}

// key takes a "name=value" line of any section but [Actions].
func (p *parser) key(s string, column int) {
	name, value, found := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" {
		p.problem(column, "Malformed setting", "A line of section ["+p.section.Name+"] has the form name=value.",
			`Write a name, an equals sign and a value.`)
		return
	}
	trimmed := strings.TrimSpace(value)
	p.section.Keys = append(p.section.Keys, Key{
		Name: name, Value: trimmed, Line: p.line, Column: column,
		ValueColumn: column + len(s) - len(strings.TrimLeft(value, " \t")),
	})
	if p.known == nil || p.known.keys == "" || text.Has(p.known.keys, name) {
		return
	}
	p.problem(column, "Unknown parameter",
		"Section ["+p.section.Name+"] has no parameter "+name+", and IRIS does not start with one that it does not "+
			"know.",
		text.DidYouMean(p.known.keys, name, "Take the spelling from the configuration parameter file reference."))
}

// action takes a line of [Actions].
func (p *parser) action(s string, column int) {
	name, rest, found := strings.Cut(s, ":")
	action := Action{Name: name, Line: p.line, Column: column}
	known := findAction(name)
	if known == nil {
		p.problem(
			column,
			"Unknown action",
			"IRIS knows no action "+name+".",
			text.DidYouMean(
				actionNames(),
				name,
				"Take the spelling from the [Actions] part of the configuration parameter file reference.",
			),
		)
	}
	switch {
	case !found && (known == nil || !known.bare):
		p.problem(column, "Malformed action", "An action has the form Name:argument=value,argument=value.",
			"Put a colon after its name.")
		known = nil // its arguments are missing because the colon is
	case known != nil && known.bare && !strings.Contains(rest, "="):
	default:
		action.Arguments = p.arguments(rest, column+len(name)+1, known)
	}
	p.section.Actions = append(p.section.Actions, action)
	if known == nil {
		return
	}
	for required := range strings.FieldsSeq(known.required) {
		if _, given := action.Argument(required); !given {
			p.problem(column, "Missing argument", "The action "+name+" needs the argument "+required+".",
				"Add "+required+"= and its value.")
		}
	}
}

// mostArguments is more than any action has.
const mostArguments = 200

// arguments takes "name=value,name=value"; a value may stand in double quotes.
func (p *parser) arguments(s string, column int, known *actionVocabulary) []Argument {
	var list []Argument
	whole, from := s, 0 // offset of the last argument
	for s != "" {
		if len(list) >= mostArguments {
			p.problem(column, "Too many arguments",
				"The action has more arguments than any takes, and is read no further.",
				"Remove those that it does not need.")
			break
		}
		end := argumentEnd(s)
		argument, ok := Argument{}, false
		if continues(list, s[:end]) {
			last := &list[len(list)-1] // it goes up to here
			begin := from + strings.IndexByte(whole[from:], '=') + 1
			last.Value = whole[begin : len(whole)-len(s)+end]
		} else {
			argument, ok = p.argument(s[:end], column)
		}
		if ok {
			if known != nil {
				p.checkArgument(argument, known, list)
			}
			list, from = append(list, argument), len(whole)-len(s)
		}
		if end == len(s) {
			break
		}
		s, column = s[end+1:], column+end+1
	}
	return list
}

// listArguments are those whose values are lists. Public labs write them without quotes, and IRIS
// takes what has no equals sign for the next item.
const listArguments = "AdminPriv EscalationRoles GrantedRoles MatchRoles ObjList ObjPriv PasswordHash Resources Roles"

// continues reports whether text between two commas is the next item of the last argument.
func continues(list []Argument, s string) bool {
	return len(list) > 0 && !strings.Contains(s, "=") && strings.TrimSpace(s) != "" &&
		text.Has(listArguments, list[len(list)-1].Name)
}

// argumentEnd is the offset of the comma that ends the first argument of s, or
// its length.
func argumentEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return i
		}
	}
	return len(s)
}

func (p *parser) argument(s string, column int) (Argument, bool) {
	name, value, found := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !found || name == "" {
		p.problem(column, "Malformed argument",
			"An argument has the form name=value; a comma inside a value would end it.",
			`Write values that hold a comma or an equals sign in double quotes.`)
		return Argument{}, false
	}
	a := Argument{Name: name, Value: value, Column: column, ValueColumn: column + len(s) - len(value)}
	if len(value) > 0 && value[0] == '"' {
		a.ValueColumn++
		inner := strings.TrimRight(value[1:], " \t")
		if unquoted, closed := strings.CutSuffix(inner, `"`); closed {
			a.Value = strings.ReplaceAll(unquoted, `""`, `"`)
		}
	}
	return a, true
}

func (p *parser) checkArgument(a Argument, known *actionVocabulary, before []Argument) {
	for _, other := range before {
		if other.Name == a.Name {
			p.problem(a.Column, "Duplicate argument", "The argument "+a.Name+" is given twice.", "Keep one of the two.")
		}
	}
	all := known.all()
	if text.Has(all, a.Name) {
		return
	}
	near := text.Nearest(all, a.Name)
	if near == "" {
		near = longer(all, a.Name)
	}
	if known.open && near == "" {
		return
	}
	remedy := "It takes " + strings.ReplaceAll(strings.TrimSpace(all), " ", ", ") + "."
	if near != "" {
		remedy = `Did you mean "` + near + `"?`
	}
	p.problem(a.Column, "Unknown argument", "The action "+known.name+" has no argument "+a.Name+".", remedy)
}

// longer is the first of several names that begins with name, "" for none: Resource stands for
// ResourceName.
func longer(names, name string) string {
	const least = 4 // letters; a shorter one says too little
	for candidate := range strings.FieldsSeq(names) {
		if len(name) >= least && strings.HasPrefix(candidate, name) {
			return candidate
		}
	}
	return ""
}
