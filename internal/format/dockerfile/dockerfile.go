// Package dockerfile reads Dockerfiles for what a lab needs to know of the image that one builds:
// the image that it starts from, its environment, what is copied into it, and what it runs
// (https://docs.docker.com/reference/dockerfile/).
//
// BuildKit's parser is not used: it brings protocol buffers into the program, 3 MB of it.
package dockerfile

import (
	"fmt"
	"strings"
)

const (
	// MaxLines bounds the instructions of a file, which are a few dozen.
	MaxLines = 5000
	maxWords = 10_000 // of all instructions together
)

// A File is a Dockerfile.
type File struct {
	args   []instruction // before the first FROM
	stages []stage
}

// A stage is a FROM with what follows it.
type stage struct {
	from         instruction
	name         string // of FROM ... AS name, in lower case
	instructions []instruction
}

// An instruction is one line with its continuations.
type instruction struct {
	line  int
	name  string // in upper case
	flags map[string]string
	rest  string   // what follows name and flags
	list  []string // of the JSON form, nil for another
	here  []string // the names of here-documents
}

// Parse reads a Dockerfile. An error names the line.
func Parse(content string) (*File, error) {
	p := &parser{file: &File{}, escape: '\\'}
	p.lines = strings.Split(strings.TrimPrefix(strings.ReplaceAll(content, "\r\n", "\n"), "\ufeff"), "\n")
	p.directives()
	for p.at < len(p.lines) {
		if err := p.instruction(); err != nil {
			return nil, err
		}
	}
	if len(p.file.stages) == 0 {
		return nil, fmt.Errorf("line %d: it has no FROM", len(p.lines))
	}
	return p.file, nil
}

// A parser is the state of Parse.
type parser struct {
	file   *File
	lines  []string
	at     int // index of the next line
	escape byte
	count  int // of instructions
	words  int
}

// directives reads the comments at the beginning that change how the rest is read.
func (p *parser) directives() {
	for _, line := range p.lines {
		key, value, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "#"), "=")
		if !strings.HasPrefix(strings.TrimSpace(line), "#") || !found {
			return
		}
		if strings.EqualFold(strings.TrimSpace(key), "escape") && strings.TrimSpace(value) == "`" {
			p.escape = '`'
		}
	}
}

// instruction reads the next instruction, with its here-documents.
func (p *parser) instruction() error {
	in := instruction{line: p.at + 1}
	text := p.logicalLine()
	if text == "" {
		return nil
	}
	if p.count++; p.count > MaxLines {
		return fmt.Errorf("line %d: more than %d instructions", in.line, MaxLines)
	}
	name, rest := cutWord(text)
	in.name, in.flags = strings.ToUpper(name), map[string]string{}
	for strings.HasPrefix(rest, "--") {
		var flag string
		flag, rest = cutWord(rest)
		key, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		in.flags[key] = value
	}
	in.rest = rest
	if p.words += strings.Count(rest, " "); p.words > maxWords {
		return fmt.Errorf("line %d: more than %d words", in.line, maxWords)
	}
	if in.list = jsonList(rest); in.list == nil && (in.name == "COPY" || in.name == "ADD" || in.name == "RUN") {
		p.skipHereDocuments(&in)
	}
	return p.add(in)
}

// logicalLine joins a line with those that continue it; comments and empty lines between them do
// not count.
func (p *parser) logicalLine() string {
	var b strings.Builder
	for p.at < len(p.lines) {
		line := strings.TrimRight(p.lines[p.at], " \t\r")
		p.at++
		trimmed := strings.TrimLeft(line, " \t")
		if trimmed == "" || trimmed[0] == '#' {
			if b.Len() == 0 {
				return ""
			}
			continue
		}
		if line[len(line)-1] != p.escape {
			b.WriteString(line)
			break
		}
		b.WriteString(line[:len(line)-1])
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// skipHereDocuments passes the texts that <<NAME announces.
func (p *parser) skipHereDocuments(in *instruction) {
	for _, word := range strings.Fields(in.rest) {
		name, ok := strings.CutPrefix(word, "<<")
		if !ok {
			continue
		}
		name = strings.Trim(strings.TrimPrefix(name, "-"), `'"`)
		if name == "" || strings.ContainsAny(name, "<>()$") {
			continue
		}
		in.here = append(in.here, name)
		for p.at < len(p.lines) {
			line := strings.TrimLeft(p.lines[p.at], "\t")
			p.at++
			if line == name {
				break
			}
		}
	}
}

func (p *parser) add(in instruction) error {
	f := p.file
	switch {
	case in.name == "FROM":
		words := strings.Fields(in.rest)
		if len(words) == 0 {
			return fmt.Errorf("line %d: FROM names no image", in.line)
		}
		s := stage{from: in}
		if len(words) >= 3 && strings.EqualFold(words[1], "AS") {
			s.name = strings.ToLower(words[2])
		}
		s.from.rest = words[0]
		f.stages = append(f.stages, s)
	case len(f.stages) == 0 && in.name == "ARG":
		f.args = append(f.args, in)
	case len(f.stages) == 0:
		return fmt.Errorf("line %d: %s stands before the first FROM", in.line, shortened(in.name))
	default:
		last := &f.stages[len(f.stages)-1]
		last.instructions = append(last.instructions, in)
	}
	return nil
}

// cutWord splits text at its first blank space.
func cutWord(text string) (word, rest string) {
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimLeft(text[end:], " \t")
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "..."
	}
	return text
}
