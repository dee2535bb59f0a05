package compose

import (
	"bytes"
	"errors"
	"io"
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

// An Include is an entry of include.
type Include struct {
	Paths     []Word
	Directory string // project_directory, "" for the directory of the first path
}

// Includes reads the entries of include.
func (r *Reader) Includes(node *yaml.Node) []Include {
	var list []Include
	for _, item := range r.Items(node) {
		entry := Include{Directory: r.Text(r.Get(item, "project_directory"))}
		path := r.Get(item, "path")
		switch {
		case r.Text(item) != "":
			entry.Paths = []Word{r.Word(item)}
		case r.Text(path) != "":
			entry.Paths = []Word{r.Word(path)}
		default:
			entry.Paths = r.Words(path)
		}
		list = append(list, entry)
	}
	return list
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
