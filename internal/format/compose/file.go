package compose

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Names are those under which Compose finds its file in a directory, in its order of preference, and
// OverrideNames those of the file that overrides it.
var (
	Names         = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	OverrideNames = []string{
		"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	}
)

// ProjectVariable is the variable that names a lab, and that Compose sets to its name where nothing
// else does.
const ProjectVariable = "COMPOSE_PROJECT_NAME"

// Chosen are the files that COMPOSE_FILE names, each of which overrides those before it; nil where it
// names none.
func Chosen(lookup func(name string) (value string, ok bool)) []string {
	value, _ := lookup("COMPOSE_FILE")
	if value == "" {
		return nil
	}
	separator, _ := lookup("COMPOSE_PATH_SEPARATOR")
	if separator == "" {
		separator = ":"
	}
	var names []string
	for name := range strings.SplitSeq(value, separator) {
		if name != "" {
			names = append(names, path.Clean(name))
		}
	}
	return names
}

// An Include is an entry of include.
type Include struct {
	Paths     []Word
	Directory string // project_directory, "" for the directory of the first path
	EnvFiles  []Word // files of variables, nil for the .env of that directory
}

// From is an entry with paths that are those from where the file that includes lies: its own paths are
// relative to directory.
func (i Include) From(directory string) Include {
	from := func(name string) string {
		if path.IsAbs(name) {
			return name
		}
		return path.Join(directory, name)
	}
	all := func(words []Word) []Word {
		var list []Word
		for _, w := range words {
			if w.Text != "/dev/null" { // Compose's way to name none
				list = append(list, Word{from(w.Text), w.At})
			}
		}
		return list
	}
	moved := Include{Paths: all(i.Paths), Directory: i.Directory, EnvFiles: all(i.EnvFiles)}
	switch {
	case i.Directory != "":
		moved.Directory = from(i.Directory)
	case len(moved.Paths) > 0:
		moved.Directory = path.Dir(moved.Paths[0].Text)
	default:
		moved.Directory = directory
	}
	if i.EnvFiles == nil {
		moved.EnvFiles = []Word{{Text: path.Join(moved.Directory, ".env")}}
	}
	return moved
}

// Includes reads the entries of include.
func (r *Reader) Includes(node *yaml.Node) []Include {
	var list []Include
	for _, item := range r.Items(node) {
		entry := Include{Directory: r.Text(r.Get(item, "project_directory"))}
		if r.Text(item) != "" {
			entry.Paths = []Word{r.Word(item)}
		} else {
			entry.Paths = r.oneOrMore(r.Get(item, "path"))
		}
		entry.EnvFiles = r.oneOrMore(r.Get(item, "env_file"))
		list = append(list, entry)
	}
	return list
}

// oneOrMore is a path, or a list of them.
func (r *Reader) oneOrMore(node *yaml.Node) []Word {
	if r.Text(node) != "" {
		return []Word{r.Word(node)}
	}
	return r.Words(node)
}

// A SyntaxError says why a file is no YAML.
type SyntaxError struct {
	Line   int // from 1, 0 where none is known
	Reason string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return "line " + strconv.Itoa(e.Line) + ": " + e.Reason
}

// Parse returns the document of a file, of no kind where it is empty. Its error is a SyntaxError.
func Parse(content []byte) (*yaml.Node, error) {
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(content)).Decode(&document)
	if err == nil || errors.Is(err, io.EOF) {
		return &document, nil
	}
	if line := invalidLine(content); line > 0 {
		return nil, &SyntaxError{line, "it is not UTF-8 text"}
	}
	syntax := syntaxError(err)
	lines := bytes.Split(bytes.TrimRight(content, "\n"), []byte("\n"))
	syntax.Line = min(syntax.Line, len(lines)) // the end of the file is its last line
	if at := syntax.Line - 1; at >= 0 && at < len(lines) {
		blanks := lines[at][:len(lines[at])-len(bytes.TrimLeft(lines[at], " \t"))]
		if bytes.IndexByte(blanks, '\t') >= 0 {
			syntax.Reason = "the line is indented with a tab, and YAML takes blanks only"
		}
	}
	return nil, syntax
}

// invalidLine is the number of the first line that is not UTF-8, 0 for none.
func invalidLine(content []byte) int {
	line := 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		content = content[size:]
	}
	return 0
}

// syntaxError takes the line out of an error of the YAML reader. What its parser says, unlike its
// scanner, counts lines from 0.
func syntaxError(err error) *SyntaxError {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(reason, "line "); found {
		number, tail, found := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); found && err == nil {
			if strings.HasPrefix(tail, "did not find expected") {
				line++
			}
			return &SyntaxError{line, tail}
		}
	}
	return &SyntaxError{0, reason}
}
